//! Gateways that leave the judgement of tokens to `/_authorize` of `dev`, as nginx does and as a load balancer would.

use super::{Client, snippet};
use crate::doctor::ask::Asker;
use crate::doctor::facts::{Facts, Kind};
use crate::doctor::proof::{Issuer, Rules, Use};
use crate::doctor::report::Report;

/// The clients.
pub const ALL: &[Client] = &[Client {
    name: "nginx",
    about: "nginx and other gateways, by /_authorize of dev",
    rules: Rules {
        uses: &[Use::Access],
        issuer: Issuer::Told,
    },
    pages: None,
    asks_authorizer: true,
    look: |facts, report| {
        if facts.kind != Kind::Dev {
            report.finding(
                "authorizer",
                "serve has no /_authorize",
                "a verifier at the gateway, such as oauth2-proxy",
            );
        }
    },
    settings: |facts| {
        let url = url(facts);
        vec![snippet(
            "nginx.conf",
            format!(
                "location /api/ {{\n  auth_request /auth;\n  auth_request_set $sub $upstream_http_x_cognate_sub;\n  \
                 proxy_set_header X-Sub $sub;\n  proxy_pass http://app;\n}}\n\
                 location = /auth {{\n  internal;\n  proxy_pass {url};\n  proxy_pass_request_body off;\n  \
                 proxy_set_header Content-Length \"\";\n}}"
            ),
        )]
    },
}];

fn url(facts: &Facts) -> String {
    let (endpoint, pool, client) = (&facts.endpoint, &facts.pool, facts.client_id());
    format!("{endpoint}/_authorize?pool={pool}&client={client}&use=access")
}

/// Asks the authorizer as the gateway would: with the token, and without one.
pub async fn ask(asker: &Asker, facts: &Facts, token: &str, report: &mut Report) {
    if facts.kind != Kind::Dev || token.is_empty() {
        return;
    }
    let url = url(facts);
    let bearer = format!("Bearer {token}");
    let with = asker.get_with(&url, &[("authorization", &bearer)]).await;
    let without = asker.get(&url).await;
    match (with, without) {
        (Ok(with), Ok(without)) if (with.status, without.status) == (200, 401) => {
            report.ok("authorizer", "it lets the token in, and nobody without one");
        }
        (Ok(with), Ok(without)) => report.finding(
            "authorizer",
            format!(
                "it answers {} to the token, {} without one",
                with.status, without.status
            ),
            "pool, client, use and scope in the URL of the gateway",
        ),
        (Err(error), _) | (_, Err(error)) => {
            report.finding("authorizer", error.to_string(), "--endpoint");
        }
    }
}

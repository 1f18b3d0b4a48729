//! Applications that sign people in through the pages of a pool.

use super::verifiers::resource_server;
use super::{Client, needs_issuer, no_secret, snippet};
use crate::doctor::facts::Facts;
use crate::doctor::proof::{Issuer, Rules, Use};
use crate::doctor::report::{Report, Snippet};

/// They read the ID token.
const ID: Rules = Rules {
    uses: &[Use::Id],
    issuer: Issuer::Told,
};
const BOTH: Rules = super::ANY;

const SPRING: &str = "http://localhost:8080/login/oauth2/code/cognito";
const PROXY: &str = "http://localhost:4180/oauth2/callback";
const AUTH_JS: &str = "http://localhost:3000/api/auth/callback/cognito";
const PASSPORT: &str = "http://localhost:3000/auth/cognito/callback";
const AMPLIFY: &str = "http://localhost:3000/";

const fn page(
    name: &'static str,
    about: &'static str,
    rules: Rules,
    usual: &'static str,
    look: fn(&Facts, &mut Report),
    settings: fn(&Facts) -> Vec<Snippet>,
) -> Client {
    Client {
        name,
        about,
        rules,
        pages: Some(usual),
        asks_authorizer: false,
        look,
        settings,
    }
}

/// The clients.
pub const ALL: &[Client] = &[
    page(
        "spring-client",
        "Spring Security, OAuth2 login and resource server",
        ID,
        SPRING,
        |facts, report| code_flow(facts, SPRING, report),
        spring,
    ),
    page(
        "oauth2-proxy",
        "oauth2-proxy",
        ID,
        PROXY,
        |facts, report| {
            code_flow(facts, PROXY, report);
            wants_secret(facts, report);
            let has_email = facts.scopes(&["email"]).len() == 1;
            if !has_email {
                report.finding(
                    "scopes",
                    "it names people by their e-mail address",
                    "AllowedOAuthScopes: email",
                );
            }
        },
        oauth2_proxy,
    ),
    page(
        "next-auth",
        "next-auth 4, Auth.js 5",
        ID,
        AUTH_JS,
        |facts, report| {
            code_flow(facts, AUTH_JS, report);
            needs_issuer(facts, report);
        },
        next_auth,
    ),
    page(
        "passport",
        "passport-oauth2, JavaScript",
        BOTH,
        PASSPORT,
        |facts, report| code_flow(facts, PASSPORT, report),
        passport,
    ),
    Client {
        name: "amplify",
        about: "Amplify JS v6",
        rules: BOTH,
        pages: None,
        asks_authorizer: false,
        look: |facts, report| {
            no_secret(facts, report);
            let Some(app) = facts.client.as_ref().filter(|app| app.is_known) else {
                return;
            };
            if !app.has_flow("ALLOW_USER_SRP_AUTH", "USER_SRP_AUTH") {
                report.finding(
                    "flows",
                    "signIn uses SRP",
                    "ExplicitAuthFlows of the client: ALLOW_USER_SRP_AUTH",
                );
            }
            if !app.oauth.is_empty() {
                code_flow(facts, AMPLIFY, report);
                if facts.endpoints.authorize.starts_with("http://") {
                    report.finding(
                        "tls",
                        "signInWithRedirect goes to https alone",
                        "--tls self-signed, or --impersonate",
                    );
                }
                // It puts `/oauth2/authorize` behind the name of a host.
                let place = facts
                    .pages
                    .as_deref()
                    .and_then(|base| base.split_once("://"));
                let pool = format!("/{}", facts.pool);
                let is_below =
                    |place: &str| place.strip_suffix(&pool).unwrap_or(place).contains('/');
                if place.is_some_and(|(_, place)| is_below(place)) {
                    report.finding(
                        "domain",
                        "signInWithRedirect knows a host and no path, and would leave this one",
                        "an endpoint without a path",
                    );
                }
            }
        },
        settings: amplify,
    },
];

/// Looks whether the client may sign people in by codes and send them back.
fn code_flow(facts: &Facts, usual: &str, report: &mut Report) {
    let Some(app) = facts.client.as_ref().filter(|app| app.is_known) else {
        return report.not_checked("flows", "the settings of the client are not known");
    };
    match app.oauth.contains("code") {
        true => report.ok("flows", "the client may use codes"),
        false => report.finding(
            "flows",
            "the client may not use codes",
            "AllowedOAuthFlows: code, and AllowedOAuthFlowsUserPoolClient, of the client",
        ),
    }
    match app.scopes.iter().any(|scope| scope == "openid") {
        true => report.ok("scopes", app.scopes.join(" ")),
        false => report.finding(
            "scopes",
            "the client may not ask for openid",
            "AllowedOAuthScopes of the client: openid",
        ),
    }
    let redirect = facts.redirect(usual);
    match app.callbacks.contains(&redirect) {
        true => report.ok("redirect", format!("{redirect} is a callback URL")),
        false => report.finding(
            "redirect",
            format!("{redirect} is no callback URL of the client"),
            format!("CallbackURLs of the client: {redirect}; or --redirect-uri with the one of the application"),
        ),
    }
}

fn wants_secret(facts: &Facts, report: &mut Report) {
    if facts
        .client
        .as_ref()
        .is_some_and(|app| app.is_known && app.secret.is_none())
    {
        report.finding(
            "secret",
            "it wants a client with a secret",
            "an app client with GenerateSecret",
        );
    }
}

fn spring(facts: &Facts) -> Vec<Snippet> {
    let (client, redirect, ends) = (facts.client_id(), facts.redirect(SPRING), &facts.endpoints);
    let secret = match facts.shown_secret() {
        Some(secret) => format!("            client-secret: \"{secret}\"\n"),
        None => "            client-authentication-method: none\n".to_owned(),
    };
    let scopes = facts.scopes(&["openid", "email", "profile"]).join(", ");
    let provider = match facts.is_found_by_issuer() {
        true => format!("            issuer-uri: \"{}\"\n", facts.issuer),
        false => format!(
            "            authorization-uri: \"{}\"\n            token-uri: \"{}\"\n            user-info-uri: \"{}\"\n            \
             jwk-set-uri: \"{}\"\n",
            ends.authorize,
            ends.token,
            ends.user_info,
            facts.keys_url()
        ),
    };
    let text = format!(
        "spring:\n  security:\n    oauth2:\n{}      client:\n        registration:\n          cognito:\n            client-id: \"{client}\"\n\
         {secret}            authorization-grant-type: authorization_code\n            scope: [{scopes}]\n            \
         redirect-uri: \"{redirect}\"\n        provider:\n          cognito:\n{provider}            user-name-attribute: sub",
        resource_server(facts)
    );
    vec![snippet("application.yml", text)]
}

fn oauth2_proxy(facts: &Facts) -> Vec<Snippet> {
    let (client, redirect, ends) = (facts.client_id(), facts.redirect(PROXY), &facts.endpoints);
    let secret = facts.shown_secret().unwrap_or("<the client has none>");
    let scopes = facts.scopes(&["openid", "email", "profile"]).join(" ");
    let mut text = format!(
        "provider = \"oidc\"\noidc_issuer_url = \"{}\"\nclient_id = \"{client}\"\nclient_secret = \"{secret}\"\n\
         redirect_url = \"{redirect}\"\nscope = \"{scopes}\"\ncode_challenge_method = \"S256\"\nemail_domains = [\"*\"]\n\
         # A user whose address is not verified is refused; insecure_oidc_allow_unverified_email = true takes them.\n\
         cookie_secret = \"<32 random bytes in base64>\"",
        facts.issuer
    );
    if !facts.is_found_by_issuer() {
        text.push_str(&format!(
            "\nskip_oidc_discovery = true\nlogin_url = \"{}\"\nredeem_url = \"{}\"\nprofile_url = \"{}\"\noidc_jwks_url = \"{}\"",
            ends.authorize,
            ends.token,
            ends.user_info,
            facts.keys_url()
        ));
    }
    if redirect.starts_with("http://") {
        text.push_str("\ncookie_secure = false");
    }
    vec![snippet("oauth2-proxy.cfg", text)]
}

fn next_auth(facts: &Facts) -> Vec<Snippet> {
    let (client, issuer) = (facts.client_id(), &facts.issuer);
    let (secret, more) = match facts.shown_secret() {
        Some(secret) => (secret, ""),
        None => ("", "\n  client: { token_endpoint_auth_method: \"none\" },"),
    };
    let scopes = facts.scopes(&["openid", "email", "profile"]).join(" ");
    let redirect = facts.redirect(AUTH_JS);
    let origin = redirect.split("/api/auth/").next().unwrap_or_default();
    vec![
        snippet(
            "the provider",
            format!(
                "CognitoProvider({{\n  clientId: \"{client}\",\n  clientSecret: \"{secret}\",\n  issuer: \"{issuer}\",\n  \
                 authorization: {{ params: {{ scope: \"{scopes}\" }} }},\n  checks: [\"pkce\", \"state\", \"nonce\"],{more}\n}})"
            ),
        ),
        snippet(
            ".env",
            format!(
                "NEXTAUTH_URL='{origin}'\nAUTH_URL='{origin}'\nAUTH_SECRET='<random>'\nNEXTAUTH_SECRET='<random>'"
            ),
        ),
    ]
}

fn passport(facts: &Facts) -> Vec<Snippet> {
    let (client, redirect, ends) = (
        facts.client_id(),
        facts.redirect(PASSPORT),
        &facts.endpoints,
    );
    let secret = facts.shown_secret().unwrap_or_default();
    let scopes = facts.scopes(&["openid", "email", "profile"]);
    let scopes: Vec<_> = scopes.iter().map(|scope| format!("\"{scope}\"")).collect();
    let text = format!(
        "passport.use(new OAuth2Strategy({{\n  authorizationURL: \"{}\",\n  tokenURL: \"{}\",\n  clientID: \"{client}\",\n  \
         clientSecret: \"{secret}\",\n  callbackURL: \"{redirect}\",\n  scope: [{}],\n  state: true,\n  pkce: true,\n}}, verify));",
        ends.authorize,
        ends.token,
        scopes.join(", ")
    );
    vec![snippet("app.js", text)]
}

fn amplify(facts: &Facts) -> Vec<Snippet> {
    let (pool, client) = (&facts.pool, facts.client_id());
    let mut inner = format!("  userPoolId: \"{pool}\",\n  userPoolClientId: \"{client}\",\n");
    if !(facts.is_amazons() && facts.leads_here) {
        inner.push_str(&format!("  userPoolEndpoint: \"{}\",\n", facts.endpoint));
    }
    let app = facts.client.as_ref();
    if let (Some(app), Some(rest)) = (
        app.filter(|app| app.oauth.contains("code")),
        facts.endpoints.authorize.split_once("://"),
    ) {
        let domain = rest.1.split('/').next().unwrap_or_default();
        let list = |all: &[String]| {
            let all: Vec<_> = all.iter().map(|one| format!("\"{one}\"")).collect();
            all.join(", ")
        };
        inner.push_str(&format!(
            "  loginWith: {{ oauth: {{\n    domain: \"{domain}\",\n    scopes: [{}],\n    redirectSignIn: [\"{}\"],\n    \
             redirectSignOut: [{}],\n    responseType: \"code\",\n  }} }},\n",
            list(&app.scopes),
            facts.redirect(AMPLIFY),
            list(&app.logouts)
        ));
    }
    vec![snippet(
        "app.js",
        format!("Amplify.configure({{ Auth: {{ Cognito: {{\n{inner}}} }} }});"),
    )]
}

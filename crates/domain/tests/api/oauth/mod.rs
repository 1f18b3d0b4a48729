//! The steps of the OAuth endpoints, called as the endpoints call them.

mod authorize;
mod browser;
mod code;
mod device;
mod documents;
pub mod flow;
mod implicit;
mod linked;
mod machine;
mod profile;
mod pushed;
mod refresh;
mod refused;
mod registration;
mod remembered;
mod resource;
mod revoke;
mod steps;
mod user_info;

use cognate_crypto::random;
use cognate_domain::errors::oauth::{BearerError, OAuthError};
use cognate_domain::oauth::machine::MachineRequest;
use cognate_domain::oauth::refresh::Narrowing;
use cognate_domain::oauth::{self, Credentials, Tokens};
use cognate_domain::records::client::OidcProfile;
use cognate_domain::{ApiError, Caller, ClientInfo, Cx, Endpoint, audit::About, run};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

/// The outcome of a call: the answer or the refusal, unless an exception of the API came out.
pub type Outcome<T, E = OAuthError> = Result<Result<T, E>, ApiError>;

pub fn cx(t: &TestApp, endpoint: Endpoint) -> Cx<'_> {
    let from = ClientInfo {
        base_url: Some("http://127.0.0.1:9229".into()),
        ..ClientInfo::default()
    };
    Cx::new(&t.app, endpoint, Caller::Public, from, random::uuid_v4())
}

pub fn named<'a>(client: &'a str, secret: Option<&'a str>) -> Option<Credentials<'a>> {
    Some(Credentials { id: client, secret })
}

pub async fn refreshed(
    t: &TestApp,
    client: Option<Credentials<'_>>,
    token: &str,
) -> Outcome<Tokens> {
    let cx = cx(t, Endpoint::Token);
    run(&cx, About::default, || {
        oauth::refresh::tokens(&cx, client, Some(token), Narrowing::default())
    })
    .await
}

async fn machine_token(
    t: &TestApp,
    client: Option<Credentials<'_>>,
    request: MachineRequest<'_>,
) -> Outcome<Tokens> {
    let cx = cx(t, Endpoint::ClientCredentials);
    run(&cx, About::default, || {
        oauth::machine::tokens(&cx, client, request)
    })
    .await
}

async fn revoked(t: &TestApp, client: Option<Credentials<'_>>, token: Option<&str>) -> Outcome<()> {
    let cx = cx(t, Endpoint::Revoke);
    run(&cx, About::default, || {
        oauth::revoke::token(&cx, client, token)
    })
    .await
}

async fn info(t: &TestApp, token: &str) -> Outcome<Value, BearerError> {
    let cx = cx(t, Endpoint::UserInfo);
    let claims = run(&cx, About::default, || oauth::user_info::claims(&cx, token)).await?;
    Ok(claims.map(|claims| {
        let claims = claims.into_iter().map(|(name, value)| (name, json!(value)));
        Value::Object(claims.collect())
    }))
}

/// Gives a client the standard profile.
async fn standard(t: &TestApp, pool: &str, client: &str) {
    let (store, root) = (&t.app.store, &t.app.root);
    oauth::profile::set(
        store,
        root,
        t.app.clock.service(),
        client,
        OidcProfile::Standard,
    )
    .await
    .unwrap();
    t.app.cache.forget(pool, Some(client));
}

/// Returns a refusal.
pub fn refusal<T, E>(outcome: Outcome<T, E>) -> E {
    match outcome {
        Ok(Err(refusal)) => refusal,
        Ok(Ok(_)) => panic!("accepted"),
        Err(error) => panic!("{error:?}"),
    }
}

/// Returns an answer.
pub fn answer<T, E: std::fmt::Debug>(outcome: Outcome<T, E>) -> T {
    outcome.unwrap().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

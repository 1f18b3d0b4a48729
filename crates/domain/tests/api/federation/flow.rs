//! Helpers: a pool whose users sign in through a provider in this process, and such a sign-in step by step.

use std::collections::HashMap;

use cognate_domain::oauth::authorization::{Authorization, Parameters};
use cognate_domain::oauth::hosted::{Finished, OnPage};
use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::oauth::provider::kept::Browser;
use cognate_domain::oauth::provider::refusal::Refused;
use cognate_domain::oauth::provider::request;
use cognate_domain::oauth::provider::steps;
use cognate_domain::signin::device::browser::Browser as Device;
use cognate_domain::{Endpoint, audit::About, run};
use serde_json::{Value, json};

use crate::oauth::flow::*;
use crate::oauth::{answer, cx, named};
use crate::support::TestApp;
use crate::support::idp::{Answer, Idp, members};
use crate::support::providers::provider;
use crate::support::signin::*;

/// The browser of every sign-in here.
pub const BROWSER: Browser<'static> = Browser {
    cookie: "the cookie of this browser",
    base_url: BASE,
};
/// The URL of the server.
pub const BASE: &str = "http://127.0.0.1:9229";
/// The provider's name in the pool, unless a test says another.
pub const CORP: &str = "Corp";

/// A pool, a client of it that offers one provider, and that provider.
pub struct Company {
    pub idp: Idp,
    pub pool: String,
    pub client: String,
    /// The provider's name in the pool.
    pub name: &'static str,
}

/// A sign-in whose browser is at the provider.
pub struct Journey {
    pub authorization: Authorization,
    pub location: String,
    /// The parameters of the URL to which the browser was sent.
    pub sent: HashMap<String, String>,
    pub provider: &'static str,
}

impl Journey {
    pub fn state(&self) -> &str {
        &self.sent["state"]
    }

    /// Returns the answer that brings a code.
    pub fn with_code(&self) -> Vec<(String, String)> {
        pairs(&[("code", "a-code"), ("state", self.state())])
    }
}

pub fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let list = list.iter();
    list.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

pub async fn company(t: &TestApp) -> Company {
    company_with(t, json!({}), json!({}), json!({})).await
}

/// `pool`, `details`, `client`: members over those of the requests; a mapping is a member of the provider's request.
pub async fn company_with(t: &TestApp, pool: Value, provider: Value, client: Value) -> Company {
    let idp = Idp::start().await;
    let details = json!({
        "client_id": "our-client", "client_secret": "a-word-to-hide", "authorize_scopes": "openid email",
        "oidc_issuer": idp.url, "attributes_request_method": "GET",
    });
    let mapping = json!({"email": "email", "email_verified": "email_verified", "name": "name"});
    let base = json!({"ProviderDetails": details, "AttributeMapping": mapping});
    company_of(t, idp, CORP, "OIDC", pool, with(base, provider), client).await
}

pub async fn company_of(
    t: &TestApp,
    idp: Idp,
    name: &'static str,
    kind: &str,
    pool: Value,
    members: Value,
    client: Value,
) -> Company {
    let s = site_with(t, pool, json!({})).await;
    let request = with(provider(&s.pool, name, kind, json!({})), members);
    t.ok("CreateIdentityProvider", request).await;
    let offers = json!({"SupportedIdentityProviders": ["COGNITO", name]});
    let client = with(with(hosted_client(), offers), client);
    let made = client_of(t, &s.pool, client).await;
    Company {
        idp,
        pool: s.pool,
        client: made["ClientId"].as_str().unwrap().to_owned(),
        name,
    }
}

/// Sends the browser to the provider.
pub async fn depart(t: &TestApp, c: &Company) -> Journey {
    depart_wishing(t, c, None).await
}

/// The same, with a wish for levels of assurance.
pub async fn depart_wishing(t: &TestApp, c: &Company, acr_values: Option<&str>) -> Journey {
    let parameters = Parameters {
        identity_provider: Some(c.name),
        acr_values,
        scope: Some("openid email profile"),
        ..ask(&c.client)
    };
    let authorization = authorized(t, &parameters).await;
    let cx = cx(t, Endpoint::Federation);
    let begun = run(&cx, About::default, || {
        steps::begin(&cx, &authorization, c.name, "the=query", BROWSER)
    });
    let location = begun.await.unwrap().unwrap();
    let (_, query) = location.split_once('?').unwrap();
    let sent = members(query);
    Journey {
        authorization,
        sent,
        location,
        provider: c.name,
    }
}

/// Brings an answer back to this node; None if no sign-in waits for it. A refusal is recorded as the page does.
pub async fn back(
    t: &TestApp,
    journey: &Journey,
    answer: Vec<(String, String)>,
) -> Option<Result<Finished, Refused>> {
    let arrived = brought(t, journey, answer).await?;
    Some(arrived.map(|arrived| match arrived {
        Arrived::SignedIn(finished) => finished,
        Arrived::Asked(_) | Arrived::Waits => panic!("the visitor is asked"),
    }))
}

/// The same, of a visitor who may be asked first.
pub async fn brought(
    t: &TestApp,
    journey: &Journey,
    answer: Vec<(String, String)>,
) -> Option<Result<Arrived, Refused>> {
    let authorization = &journey.authorization;
    let pool = &authorization.pool;
    let cx_ = cx(t, Endpoint::Federation);
    let found = run(&cx_, About::default, || {
        request::find(&cx_, pool, journey.state())
    });
    let pending = found.await.unwrap()?;
    assert!(pending.is_of(pool, BROWSER));
    assert_eq!(pending.query(), "the=query");
    let ending = OnPage {
        provider: journey.provider,
        authorization,
        browser: Device::blank(HOST),
        replaces: None,
    };
    let cx_ = cx(t, Endpoint::Federation);
    let ended = run(&cx_, About::default, || {
        steps::end(&cx_, authorization, &pending, &answer, &ending)
    });
    let ended = ended.await.unwrap()?;
    if let Err(refused) = &ended {
        let cx = cx(t, Endpoint::Federation);
        let recorded = run(&cx, About::default, || {
            steps::record(&cx, &pending, &pool.id, refused)
        });
        recorded.await.unwrap();
    }
    Some(ended)
}

/// Returns what the provider says in an ID token for a sign-in.
pub fn payload(t: &TestApp, c: &Company, journey: &Journey, claims: &Value) -> Value {
    let now = t.app.clock.service() / 1_000_000;
    let base = json!({
        "iss": c.idp.url, "aud": "our-client", "sub": "u1", "iat": now, "exp": now + 600, "nonce": journey.sent.get("nonce"),
    });
    with(base, claims.clone())
}

/// Has the provider name a user for the code of a sign-in.
pub fn vouch(t: &TestApp, c: &Company, journey: &Journey, claims: &Value) {
    let payload = payload(t, c, journey, claims);
    c.idp.gives(Some(&c.idp.token(&c.idp.header(), &payload)));
    c.idp
        .answers("/user", Answer::ok(json!({"sub": payload["sub"]})));
}

/// A whole sign-in of a user with these claims.
pub async fn visit(t: &TestApp, c: &Company, claims: Value) -> Result<Finished, Refused> {
    let journey = depart(t, c).await;
    vouch(t, c, &journey, &claims);
    back(t, &journey, journey.with_code()).await.unwrap()
}

/// The same, of one who gets in; the claims of the ID token that the application gets.
pub async fn enter(t: &TestApp, c: &Company, claims: Value) -> Value {
    let finished = match visit(t, c, claims).await {
        Ok(finished) => finished,
        Err(refused) => panic!("{refused:?}"),
    };
    identity(t, c, &finished).await
}

/// Trades the code of an answer; the claims of the ID token.
pub async fn identity(t: &TestApp, c: &Company, finished: &Finished) -> Value {
    let request = exchange(code(&finished.reply));
    let tokens = answer(traded(t, named(&c.client, None), request).await);
    crate::support::signin::claims(&json!(tokens.id))
}

/// The same, of one who is refused: error and description.
pub async fn turned_away(t: &TestApp, c: &Company, claims: Value) -> (String, String) {
    told(visit(t, c, claims).await)
}

/// Returns what the application is told.
pub fn told(outcome: Result<Finished, Refused>) -> (String, String) {
    let Err(Refused { error, .. }) = outcome else {
        panic!("signed in");
    };
    let description = error.description.unwrap_or_default().into_owned();
    (error.error.to_owned(), description)
}

/// Returns the words of the last row of the audit trail that says why a provider's answer was refused.
pub async fn recorded(t: &TestApp, pool: &str) -> String {
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1 ORDER BY at DESC, audit_id DESC";
    let rows = t.app.store.rows(sql, cognate_store::params![pool]).await;
    let docs = rows.unwrap().into_iter().map(|row| {
        let text = row.text(0).unwrap();
        serde_json::from_str::<Value>(text).unwrap()
    });
    let refused = docs.filter(|doc| doc["result"] == "ProviderRefused");
    let doc = refused.into_iter().next().expect("a row");
    assert!(doc["request_id"].is_string(), "{doc}");
    doc["detail"].as_str().unwrap().to_owned()
}

/// Returns a user as the administrator sees it, with the attributes as members.
pub async fn seen(t: &TestApp, pool: &str, name: &str) -> Value {
    let input = json!({"UserPoolId": pool, "Username": name});
    let mut user = t.ok("AdminGetUser", input).await;
    let list = user["UserAttributes"].take();
    for attribute in list.as_array().unwrap() {
        let name = attribute["Name"].as_str().unwrap();
        user[name] = attribute["Value"].clone();
    }
    user
}

pub async fn users(t: &TestApp, pool: &str) -> usize {
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    listed["Users"].as_array().unwrap().len()
}

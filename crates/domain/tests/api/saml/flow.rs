//! Helpers: a pool whose users sign in through a provider of SAML, and such a sign-in step by step.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_domain::oauth::authorization::{Authorization, Parameters};
use cognate_domain::oauth::hosted::{Finished, OnPage};
use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::oauth::provider::kept::Browser;
use cognate_domain::oauth::provider::refusal::Refused;
use cognate_domain::oauth::provider::request::{self, Pending};
use cognate_domain::oauth::provider::steps;
use cognate_domain::signin::device::browser::Browser as Device;
use cognate_domain::{Endpoint, audit::About, run};
use cognate_federation::saml::idp::shapes::{Answer, ID, RESPONSE, Shape};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::oauth::flow::*;
use crate::oauth::{answer, cx, named};
use crate::support::TestApp;
use crate::support::providers::provider;
use crate::support::signin::*;

/// The URL of the server.
pub const BASE: &str = "http://127.0.0.1:9229";
/// The browser of every sign-in here.
pub const BROWSER: Browser<'static> = Browser {
    cookie: "the cookie of this browser",
    base_url: BASE,
};
/// The provider's name in the pool.
pub const CORP: &str = "Corp";
/// The provider's own name.
pub const ISSUER: &str = "https://idp.example.com/saml";
/// The provider's name of the user.
pub const JANE: &str = "jane@corp.example";

/// The provider's key.
pub static KEY: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));
/// Another key.
pub static OTHER: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::Rsa));

pub fn certificate(key: &ProviderKey) -> Vec<u8> {
    key.certificate("idp.example.com", 0..7_000_000_000)
}

/// Returns the provider's metadata with these keys.
pub fn metadata(keys: &[&ProviderKey]) -> String {
    let descriptor = |key: &&ProviderKey| {
        format!(
            r#"<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"#,
            STANDARD.encode(certificate(key))
        )
    };
    let keys: String = keys.iter().map(descriptor).collect();
    format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">{keys}<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>"#
    )
}

/// A pool and a client of it that offers the provider.
pub struct Company {
    pub pool: String,
    pub client: String,
    /// The provider as CreateIdentityProvider showed it.
    pub provider: Value,
}

pub async fn company(t: &TestApp) -> Company {
    company_with(t, json!({}), json!({})).await
}

/// `pool`: members over those of the request; `details`: over the metadata.
pub async fn company_with(t: &TestApp, pool: Value, details: Value) -> Company {
    let s = site_with(t, pool, json!({})).await;
    let details = with(json!({"MetadataFile": metadata(&[&KEY])}), details);
    let request = with(
        provider(&s.pool, CORP, "SAML", details),
        json!({"AttributeMapping": {"email": "email", "nickname": "Role"}}),
    );
    let made = crate::support::providers::create(t, request).await;
    let offers = json!({"SupportedIdentityProviders": ["COGNITO", CORP]});
    let client = client_of(t, &s.pool, with(hosted_client(), offers)).await;
    Company {
        pool: s.pool,
        client: client["ClientId"].as_str().unwrap().to_owned(),
        provider: made,
    }
}

/// A sign-in whose browser is at the provider.
pub struct Journey {
    pub authorization: Authorization,
    pub location: String,
    /// The request, XML.
    pub asked: String,
    /// RelayState.
    pub handle: String,
}

impl Journey {
    /// Returns an attribute of the request.
    pub fn said(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.asked.split_once(&format!(" {name}=\""))?;
        Some(rest.split_once('"')?.0)
    }

    pub fn request_id(&self) -> &str {
        self.said("ID").unwrap()
    }

    /// Returns the ID of the assertion that answers.
    pub fn assertion_id(&self) -> String {
        format!("_a{}", self.request_id())
    }
}

/// Returns a parameter of a URL.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    Some(
        percent_decode_str(&value.replace('+', " "))
            .decode_utf8()
            .unwrap()
            .into_owned(),
    )
}

/// Sends the browser to the provider.
pub async fn depart(t: &TestApp, c: &Company) -> Journey {
    depart_with(t, c, None).await
}

pub async fn depart_with(t: &TestApp, c: &Company, prompt: Option<&str>) -> Journey {
    let parameters = Parameters {
        identity_provider: Some(CORP),
        prompt,
        ..ask(&c.client)
    };
    let authorization = authorized(t, &parameters).await;
    let cx = cx(t, Endpoint::Federation);
    let begun = run(&cx, About::default, || {
        steps::begin(&cx, &authorization, CORP, "the=query", BROWSER)
    });
    let location = begun.await.unwrap().unwrap();
    let handle = parameter(&location, "RelayState").unwrap();
    let sent = STANDARD
        .decode(parameter(&location, "SAMLRequest").unwrap())
        .unwrap();
    // One stored block of DEFLATE.
    let asked = String::from_utf8(sent[5..].to_vec()).unwrap();
    Journey {
        authorization,
        location,
        asked,
        handle,
    }
}

/// Returns an answer to the request, without a signature.
pub fn unsigned(t: &TestApp, c: &Company, journey: &Journey, shape: Shape, name: &str) -> String {
    let (request, id) = (Some(journey.request_id()), journey.assertion_id());
    answer_of(t, c, request, 0, shape, name, &id)
}

/// Returns an answer of some seconds ago, without a signature. `id`: that of the assertion.
pub fn answer_of(
    t: &TestApp,
    c: &Company,
    request: Option<&str>,
    age: i64,
    shape: Shape,
    name: &str,
    id: &str,
) -> String {
    let text = shape.unsigned(&Answer {
        acs: &format!("{BASE}/saml2/idpresponse"),
        audience: &format!("urn:amazon:cognito:sp:{}", c.pool),
        issuer: ISSUER,
        request,
        now: t.app.clock.service() / 1_000_000 - age,
        name_id: name,
    });
    text.replace(&format!("\"{ID}\""), &format!("\"{id}\""))
}

/// Returns it with both signatures of a key.
pub fn signed(text: &str, shape: Shape, key: &ProviderKey, assertion_id: &str) -> String {
    let signer = shape.signer(key, &certificate(key));
    let text = signer.sign(text, assertion_id).unwrap();
    signer.sign(&text, RESPONSE).unwrap()
}

/// Returns an honest answer.
pub fn honest(t: &TestApp, c: &Company, journey: &Journey) -> String {
    let text = unsigned(t, c, journey, Shape::Okta, JANE);
    signed(&text, Shape::Okta, &KEY, &journey.assertion_id())
}

/// Returns the sign-in that waits under a handle.
pub async fn waiting(t: &TestApp, journey: &Journey, handle: &str) -> Option<Pending> {
    let pool = &journey.authorization.pool;
    let cx = cx(t, Endpoint::Federation);
    let found = run(&cx, About::default, || request::find(&cx, pool, handle));
    found.await.unwrap()
}

/// Posts an answer; false if no sign-in waits for one.
pub async fn post(t: &TestApp, journey: &Journey, xml: &str) -> bool {
    let Some(pending) = waiting(t, journey, &journey.handle).await else {
        return false;
    };
    let posted = STANDARD.encode(xml);
    let pool = &journey.authorization.pool;
    let cx = cx(t, Endpoint::Federation);
    let kept = run(&cx, About::default, || {
        steps::keep_saml(&cx, pool, &pending, &posted)
    });
    kept.await.unwrap()
}

/// Has the browser fetch what was posted; None if there is nothing.
pub async fn fetch(t: &TestApp, journey: &Journey) -> Option<Result<Finished, Refused>> {
    let pending = waiting(t, journey, &journey.handle).await?;
    end(t, journey, &pending).await
}

/// The same, of a sign-in that was found before.
pub async fn end(
    t: &TestApp,
    journey: &Journey,
    pending: &Pending,
) -> Option<Result<Finished, Refused>> {
    let arrived = arrive(t, journey, pending).await?;
    Some(arrived.map(|arrived| match arrived {
        Arrived::SignedIn(finished) => finished,
        Arrived::Asked(_) | Arrived::Waits => panic!("the visitor is asked"),
    }))
}

/// The same, of one who may be asked first.
pub async fn arrive(
    t: &TestApp,
    journey: &Journey,
    pending: &Pending,
) -> Option<Result<Arrived, Refused>> {
    let authorization = &journey.authorization;
    assert!(pending.is_of(&authorization.pool, BROWSER));
    let ending = OnPage {
        provider: CORP,
        authorization,
        browser: Device::blank(HOST),
        replaces: None,
    };
    let cx = cx(t, Endpoint::Federation);
    let ended = run(&cx, About::default, || {
        steps::end_saml(&cx, authorization, pending, &ending)
    });
    ended.await.unwrap()
}

/// Posts an answer and fetches what it says.
pub async fn bring(t: &TestApp, journey: &Journey, xml: &str) -> Result<Finished, Refused> {
    assert!(post(t, journey, xml).await);
    fetch(t, journey).await.unwrap()
}

/// Trades the code of an answer; the claims of the ID token.
pub async fn identity(t: &TestApp, c: &Company, finished: &Finished) -> Value {
    let request = exchange(code(&finished.reply));
    let tokens = answer(traded(t, named(&c.client, None), request).await);
    claims(&json!(tokens.id))
}

/// Brings an answer of somebody who gets in; the claims of the ID token.
pub async fn enter(t: &TestApp, c: &Company, journey: &Journey, xml: &str) -> Value {
    match bring(t, journey, xml).await {
        Ok(finished) => identity(t, c, &finished).await,
        Err(refused) => panic!("{refused:?}"),
    }
}

/// Brings an answer that is refused: the text for the client, and the check.
pub async fn refused(t: &TestApp, journey: &Journey, xml: &str) -> (String, String) {
    match bring(t, journey, xml).await {
        Ok(_) => panic!("taken"),
        Err(refused) => {
            assert_eq!(refused.error.error, "server_error");
            let text = refused.error.description.unwrap_or_default();
            (text.into_owned(), refused.check.into_owned())
        }
    }
}

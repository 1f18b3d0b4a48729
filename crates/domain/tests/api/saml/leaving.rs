//! Helpers: sign-outs that begin here, and those that begin at the provider, step by step.

use cognate_domain::oauth::Tokens;
use cognate_domain::oauth::authorization::Authorization;
use cognate_domain::oauth::hosted::Finished;
use cognate_domain::oauth::logout::{self as sign_out, Next, SignOut};
use cognate_domain::oauth::provider::incoming::{Incoming, Kind};
use cognate_domain::oauth::provider::logout::{self, Leaving, Onward};
use cognate_domain::oauth::provider::outgoing::{Checked, Sent};
use cognate_domain::oauth::provider::requested::{Asked, requested};
use cognate_domain::{Endpoint, audit::About, run};
use cognate_federation::saml::idp::shapes::Shape;
use cognate_federation::saml::idp::{Signer, in_url};
use cognate_federation::saml::logout::{Answer, Logout, Outcome, request, response};

use super::flow::*;
use super::*;
use crate::oauth::flow::*;
use crate::oauth::{answer, cx, named, refreshed};
use crate::support::TestApp;

/// Where sign-outs go.
pub const SLO: &str = "https://idp.example.com/slo";
/// Where answers to sign-outs go.
pub const SLO_ANSWER: &str = "https://idp.example.com/slo-answer";
/// Our endpoint.
pub const HERE: &str = "http://127.0.0.1:9229/saml2/logout";
const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// Returns the provider's metadata with a place for sign-outs, by a binding; `key`: that of the provider.
pub fn metadata_by(binding: &str, key: &ProviderKey) -> String {
    let service = format!(
        r#"<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{SLO}" ResponseLocation="{SLO_ANSWER}"/><SingleSignOnService"#
    );
    metadata(&[key]).replace("<SingleSignOnService", &service)
}

/// Returns details of a provider that is told of sign-outs by a binding.
pub fn told_by(binding: &str) -> Value {
    json!({"MetadataFile": metadata_by(binding, &KEY), "IDPSignout": "true"})
}

/// A pool whose provider is told of sign-outs in URLs.
pub async fn told(t: &TestApp) -> Company {
    company_with(t, json!({}), told_by("HTTP-Redirect")).await
}

/// Signs somebody in, in a session of the provider.
pub async fn enters(
    t: &TestApp,
    c: &Company,
    name: &str,
    session: &str,
) -> (Authorization, Finished) {
    let journey = depart(t, c).await;
    let finished = bring(t, &journey, &in_session(t, c, &journey, name, session)).await;
    let finished = finished.unwrap_or_else(|refused| panic!("{refused:?}"));
    (journey.authorization, finished)
}

/// Returns an answer to a sign-in, in a session of the provider.
pub fn in_session(
    t: &TestApp,
    c: &Company,
    journey: &Journey,
    name: &str,
    session: &str,
) -> String {
    let text = unsigned(t, c, journey, Shape::Okta, name);
    let (front, back) = text.split_once("SessionIndex=\"").unwrap();
    let (_, back) = back.split_once('"').unwrap();
    let text = format!("{front}SessionIndex=\"{session}\"{back}");
    signed(&text, Shape::Okta, &KEY, &journey.assertion_id())
}

/// Trades the code of a sign-in.
pub async fn tokens(t: &TestApp, c: &Company, finished: &Finished) -> Tokens {
    let request = exchange(code(&finished.reply));
    answer(traded(t, named(&c.client, None), request).await)
}

/// True if a session of tokens is alive.
pub async fn lives(t: &TestApp, c: &Company, tokens: &Tokens) -> bool {
    let refresh = tokens.refresh.as_deref().unwrap();
    let renewed = refreshed(t, named(&c.client, None), refresh).await;
    renewed.unwrap().is_ok()
}

/// True if the browser of a sign-in has its session.
pub async fn is_signed_in(t: &TestApp, authorization: &Authorization, finished: &Finished) -> bool {
    let cookie = cookie(finished);
    session_of(t, authorization, HOST, cookie).await.is_some()
}

/// Returns the place to which a client wants its browsers to go.
pub fn bye() -> Next {
    Next::To {
        uri: "https://app.example/bye".into(),
        state: Some("s".into()),
    }
}

/// Signs a browser out.
pub async fn leaves(t: &TestApp, authorization: &Authorization, cookie: &str) -> Option<Sent> {
    let cx = cx(t, Endpoint::Logout);
    let asked = SignOut {
        pool: authorization.pool.clone(),
        client: authorization.client.clone(),
        next: bye(),
        asks: false,
    };
    let at = sign_out::Browser {
        host: HOST,
        cookie: Some(cookie),
    };
    let left = run(&cx, About::default, || {
        logout::leave(&cx, &asked, at, "the=query", Some(BROWSER))
    });
    left.await.unwrap()
}

/// A sign-out whose browser is at the provider.
pub struct Away {
    pub authorization: Authorization,
    pub handle: String,
    /// The ID of the request.
    pub id: String,
    /// The request, XML.
    pub asked: String,
}

/// Signs somebody in, and out again, up to the provider.
pub async fn away(t: &TestApp, c: &Company, name: &str) -> Away {
    let (authorization, finished) = enters(t, c, name, "_s1").await;
    let sent = leaves(t, &authorization, cookie(&finished)).await;
    let Some(Sent::To(url)) = sent else {
        panic!("{sent:?}")
    };
    let bytes = STANDARD
        .decode(parameter(&url, "SAMLRequest").unwrap())
        .unwrap();
    let asked = String::from_utf8(bytes[5..].to_vec()).unwrap();
    let (_, id) = asked.split_once(" ID=\"").unwrap();
    let (id, _) = id.split_once('"').unwrap();
    Away {
        authorization,
        handle: parameter(&url, "RelayState").unwrap(),
        id: id.to_owned(),
        asked,
    }
}

impl Away {
    /// Returns the provider's answer, not signed.
    pub fn answer(&self, t: &TestApp) -> String {
        response(&Answer {
            id: "_answer",
            request: &self.id,
            now: t.app.clock.service() / 1_000_000,
            destination: HERE,
            issuer: ISSUER,
            outcome: Outcome::Done,
        })
    }

    /// Returns the sign-out as it waits.
    pub async fn waiting(&self, t: &TestApp) -> Option<Leaving> {
        let cx = cx(t, Endpoint::ProviderLogout);
        let pool = &self.authorization.pool;
        let found = run(&cx, About::default, || {
            logout::find(&cx, pool, &self.handle)
        });
        found.await.unwrap()
    }

    /// Brings an answer; what the provider did not do, or the check that failed.
    pub async fn check(&self, t: &TestApp, incoming: Incoming) -> Result<Option<String>, String> {
        let leaving = self.waiting(t).await.unwrap();
        let cx = cx(t, Endpoint::ProviderLogout);
        let pool = &self.authorization.pool;
        let checked = run(&cx, About::default, || {
            logout::check(&cx, pool, &leaving, incoming.clone())
        });
        checked.await.unwrap().map_err(|refused| refused.check)
    }

    /// Ends a sign-out that was found.
    pub async fn finish(
        &self,
        t: &TestApp,
        leaving: &Leaving,
        said: Option<&str>,
    ) -> Option<Onward> {
        let cx = cx(t, Endpoint::ProviderLogout);
        let pool = &self.authorization.pool;
        let said = said.map(str::to_owned);
        let finished = run(&cx, About::default, || {
            logout::finish(&cx, pool, leaving, said.clone())
        });
        finished.await.unwrap()
    }
}

/// Returns a message in a form, with a signature of its own.
pub fn posted(kind: Kind, xml: &str, key: &ProviderKey) -> Incoming {
    let id = match kind {
        Kind::Request => "_request",
        Kind::Response => "_answer",
    };
    let signed = Signer::new(key).sign(xml, id).unwrap();
    plain(kind, &signed)
}

/// Returns a message in a form, as it is.
pub fn plain(kind: Kind, xml: &str) -> Incoming {
    Incoming::posted(kind, &STANDARD.encode(xml), Some("their state")).unwrap()
}

/// Returns a message in a URL, whose query is signed.
pub fn by_url(kind: Kind, xml: &str, key: &ProviderKey) -> Incoming {
    let name = match kind {
        Kind::Request => "SAMLRequest",
        Kind::Response => "SAMLResponse",
    };
    let query = in_url(name, xml, Some("their state"), Some((key, Alg::Rs256, RSA)));
    Incoming::in_url(&query).unwrap().unwrap()
}

/// Returns a provider's request to sign somebody out, not signed.
pub fn wish(t: &TestApp, name: &str, session: Option<&str>) -> String {
    request(&Logout {
        id: "_request",
        now: t.app.clock.service() / 1_000_000,
        destination: HERE,
        issuer: ISSUER,
        name_id: name,
        name_format: None,
        name_qualifier: None,
        sp_name_qualifier: None,
        session_index: session,
    })
}

/// Brings a provider's request, without any cookie.
pub async fn ask(t: &TestApp, pool: Option<&str>, incoming: &Incoming) -> Checked<Option<Sent>> {
    let cx = cx(t, Endpoint::ProviderLogout);
    let asked = Asked {
        pool_id: pool,
        base_url: BASE,
    };
    let done = run(&cx, About::default, || requested(&cx, asked, incoming));
    done.await.unwrap()
}

/// Returns our answer as XML, which went in a URL.
pub fn said(sent: &Checked<Option<Sent>>) -> String {
    let Ok(Some(Sent::To(url))) = sent else {
        panic!("{sent:?}")
    };
    assert!(
        url.starts_with(&format!("{SLO_ANSWER}?SAMLResponse=")),
        "{url}"
    );
    assert_eq!(parameter(url, "RelayState").as_deref(), Some("their state"));
    let bytes = STANDARD
        .decode(parameter(url, "SAMLResponse").unwrap())
        .unwrap();
    String::from_utf8(bytes[5..].to_vec()).unwrap()
}

/// Returns the key by which a pool signs.
pub async fn pool_key(t: &TestApp, c: &Company) -> VerifyingKey {
    let shown = t
        .ok("GetSigningCertificate", json!({"UserPoolId": c.pool}))
        .await;
    let der = STANDARD
        .decode(shown["Certificate"].as_str().unwrap())
        .unwrap();
    VerifyingKey::from_certificate(&der).unwrap()
}

/// True if the pool's key has signed the query of a URL.
pub fn is_signed(url: &str, key: &VerifyingKey) -> bool {
    let (_, query) = url.split_once('?').unwrap();
    let (octets, _) = query.split_once("&Signature=").unwrap();
    let signature = STANDARD
        .decode(parameter(url, "Signature").unwrap())
        .unwrap();
    key.verify(Alg::Rs256, octets.as_bytes(), &signature)
}

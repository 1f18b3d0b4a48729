//! Sign-ins through a provider of SAML: the answer is posted without a cookie, and fetched with it.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_federation::saml::idp::shapes::{Answer, ID, RESPONSE, Shape};
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::*;

pub(super) const ISSUER: &str = "https://idp.example/saml";
pub(super) const JANE: &str = "jane@corp.example";
const ACS: &str = "/saml2/idpresponse";

pub(super) static KEY: LazyLock<ProviderKey> = LazyLock::new(|| ProviderKey::generate(Kind::P256));

fn certificate() -> Vec<u8> {
    KEY.certificate("idp.example", 0..7_000_000_000)
}

/// Returns the metadata of the provider.
pub fn metadata() -> String {
    metadata_with("")
}

fn metadata_with(services: &str) -> String {
    let certificate = STANDARD.encode(certificate());
    format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>{services}<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>"#
    )
}

/// Pages of a pool whose client offers the provider; the query that asks for it.
async fn corp() -> (Pages, String) {
    corp_with("", json!({}), json!({})).await
}

/// `services`: in the provider's metadata; `details`: of the provider; `client`: members of its settings.
pub(super) async fn corp_with(services: &str, details: Value, client: Value) -> (Pages, String) {
    let pages = Pages::new(2).await;
    let provider = json!({
        "UserPoolId": pages.pool, "ProviderName": "Corp", "ProviderType": "SAML",
        "ProviderDetails": with(json!({"MetadataFile": metadata_with(services), "IDPInit": "true"}), details),
        "AttributeMapping": {"email": "email"},
    });
    pages.site.call(Op::CreateIdentityProvider, provider).await;
    let both = json!({"SupportedIdentityProviders": ["COGNITO", "Corp"]});
    let client = another_client(&pages.site, &pages.pool, with(both, client)).await;
    let query = format!("{}&identity_provider=Corp", query_of(&client));
    (pages, query)
}

pub(super) fn parameter(location: &str, name: &str) -> String {
    let (_, query) = location.split_once('?').unwrap();
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
    let (_, value) = pairs.find(|(found, _)| *found == name).unwrap();
    let decoded = percent_encoding::percent_decode_str(value);
    decoded.decode_utf8().unwrap().into_owned()
}

/// Returns an answer of the provider. `id`: that of the assertion.
fn answer(pages: &Pages, request: Option<&str>, id: &str) -> String {
    signed(&unsigned(pages, request, id), &KEY, id)
}

/// Returns the same without a signature.
fn unsigned(pages: &Pages, request: Option<&str>, id: &str) -> String {
    let text = Shape::Adfs.unsigned(&Answer {
        acs: &format!("{BASE}{ACS}"),
        audience: &format!("urn:amazon:cognito:sp:{}", pages.pool),
        issuer: ISSUER,
        request,
        now: pages.site.app.clock.service() / 1_000_000,
        name_id: JANE,
    });
    text.replace(&format!("\"{ID}\""), &format!("\"{id}\""))
}

/// Signs the element of an ID.
fn signed(text: &str, key: &ProviderKey, id: &str) -> String {
    let certificate = certificate();
    let mut signer = Shape::Adfs.signer(key, &certificate);
    signer.alg = cognate_crypto::foreign::Alg::Es256;
    signer.method = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256".into();
    signer.sign(text, id).unwrap()
}

/// Sends a browser to the provider; RelayState, and the provider's answer.
pub(super) async fn depart(
    pages: &Pages,
    browser: &mut Browser<'_>,
    query: &str,
) -> (String, String) {
    let (relay, id) = begin(browser, query).await;
    (relay, answer(pages, Some(&id), &format!("_a{id}")))
}

/// Sends a browser to the provider; RelayState, and the ID of the request.
async fn begin(browser: &mut Browser<'_>, query: &str) -> (String, String) {
    let there = browser.get(&format!("/oauth2/authorize?{query}")).await;
    assert_eq!(there.status(), StatusCode::FOUND);
    let location = header(&there, "location");
    assert!(
        location.starts_with("https://idp.example/sso?"),
        "{location}"
    );
    let sent = STANDARD.decode(parameter(location, "SAMLRequest")).unwrap();
    let request = String::from_utf8(sent[5..].to_vec()).unwrap();
    let (_, id) = request.split_once(" ID=\"").unwrap();
    let (id, _) = id.split_once('"').unwrap();
    (parameter(location, "RelayState"), id.to_owned())
}

/// Posts an answer as the provider's page has the browser do: without the cookies of this site.
pub(super) async fn post(browser: &Browser<'_>, relay: &str, xml: &str) -> Response<Bytes> {
    let mut without = browser.clone();
    without.cookies.clear();
    let encoded = STANDARD.encode(xml);
    let fields = [("SAMLResponse", encoded.as_str()), ("RelayState", relay)];
    let headers = [
        ("origin", "https://idp.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    let answer = without.form_with(ACS, &fields, &headers).await;
    assert!(without.cookies.is_empty());
    answer
}

#[tokio::test]
async fn an_answer_is_posted_and_fetched() {
    let (pages, query) = corp().await;
    let mut browser = pages.browser();
    let (relay, xml) = depart(&pages, &mut browser, &query).await;
    let posted = post(&browser, &relay, &xml).await;
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    let location = header(&posted, "location").to_owned();
    assert_eq!(location, format!("{ACS}?RelayState={relay}"));
    // Another browser fetches nothing and ends nothing.
    let mut other = pages.browser();
    let refused = other.get(&location).await;
    assert!(header(&refused, "location").starts_with("/error?error=no_transaction"));
    assert!(!other.cookies.contains_key("cognito"));
    let fetched = browser.get(&location).await;
    assert_eq!(fetched.status(), StatusCode::FOUND);
    let to = header(&fetched, "location");
    assert!(to.starts_with("https://app.example/cb?code="), "{to}");
    assert_eq!(parameter(to, "state"), "a+b &c");
    assert!(browser.cookies.contains_key("cognito"));
    // Once.
    let again = browser.get(&location).await;
    assert!(header(&again, "location").starts_with("/error?error=no_transaction"));
    let again = post(&browser, &relay, &xml).await;
    assert!(header(&again, "location").starts_with("/error?error=no_transaction"));
}

#[tokio::test]
async fn a_refusal_is_told_to_the_application_in_the_browser_that_began() {
    let (pages, query) = corp().await;
    let mut browser = pages.browser();
    let (relay, xml) = depart(&pages, &mut browser, &query).await;
    let posted = post(&browser, &relay, &xml.replace(JANE, "root@corp.example")).await;
    // The answer does not tell whether it is good.
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    let location = header(&posted, "location").to_owned();
    let fetched = browser.get(&location).await;
    let to = header(&fetched, "location");
    assert!(
        to.starts_with(
            "https://app.example/cb?error_description=Invalid+SAML+response+received%3A+SAML+Assertion+signature+is+invalid.+&"
        ),
        "{to}"
    );
    assert_eq!(parameter(to, "error"), "server_error");
    assert!(!browser.cookies.contains_key("cognito"));
    // Without any answer, with one that is far too long, and as an answer of OAuth.
    let (relay, xml) = depart(&pages, &mut browser, &query).await;
    let nothing = browser.get(&format!("{ACS}?RelayState={relay}")).await;
    assert!(header(&nothing, "location").starts_with("/error?error=no_transaction"));
    let code = format!("/oauth2/idpresponse?code=1&state={relay}");
    let nothing = browser.get(&code).await;
    assert!(header(&nothing, "location").starts_with("/error?error=no_transaction"));
    let fields = [("code", "1"), ("state", relay.as_str())];
    let nothing = browser.form("/oauth2/idpresponse", &fields).await;
    assert!(header(&nothing, "location").starts_with("/error?error=no_transaction"));
    let long = post(&browser, &relay, &"x".repeat(400 << 10)).await;
    assert!(long.status().is_client_error(), "{}", long.status());
    // The sign-in still waits.
    let posted = post(&browser, &relay, &xml).await;
    let fetched = browser.get(header(&posted, "location")).await;
    assert!(header(&fetched, "location").starts_with("https://app.example/cb?code="));
}

/// Has the provider sign what `change` makes of its answer, and the browser bring it; where that ends.
async fn bring(
    pages: &Pages,
    query: &str,
    change: impl FnOnce(String) -> String,
    seal: impl FnOnce(&str, &str) -> String,
) -> String {
    let mut browser = pages.browser();
    let (relay, request) = begin(&mut browser, query).await;
    let id = format!("_a{request}");
    let text = change(unsigned(pages, Some(&request), &id));
    let posted = post(&browser, &relay, &seal(&text, &id)).await;
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    let fetched = browser.get(header(&posted, "location")).await;
    assert!(!browser.cookies.contains_key("cognito"));
    header(&fetched, "location").to_owned()
}

/// Checks that a browser ends at the application with these words.
#[track_caller]
fn is_told(location: &str, text: &str) {
    assert!(
        location.starts_with("https://app.example/cb?"),
        "{location}"
    );
    let said = parameter(location, "error_description").replace('+', " ");
    assert_eq!(said, format!("Invalid SAML response received: {text}"));
    assert_eq!(parameter(location, "error"), "server_error");
    assert_eq!(parameter(location, "state"), "a+b &c");
    assert!(!location.contains("code="), "{location}");
}

#[tokio::test]
async fn each_check_that_fails_is_told_to_the_application() {
    let (pages, query) = corp().await;
    let ours = |text: &str, id: &str| signed(text, &KEY, id);
    type Change = fn(String) -> String;
    let cases: [(Change, &str); 12] = [
        (
            |text| text.replace("Audience>urn:", "Audience>xrn:"),
            "Audience restriction is invalid. ",
        ),
        (
            |text| text.replace("Recipient=\"http", "Recipient=\"xttp"),
            "Recipient is invalid. ",
        ),
        (
            |text| text.replace("Destination=\"http", "Destination=\"xttp"),
            "Destination is invalid. ",
        ),
        (
            |text| text.replace("InResponseTo=\"_", "InResponseTo=\"_0"),
            "InResponseTo is invalid. ",
        ),
        (
            |text| text.replace(":status:Success", ":status:Responder"),
            "SAML Response status is not Success. ",
        ),
        (
            |text| text.replace(ISSUER, "https://evil.example"),
            "Issuer is invalid. ",
        ),
        (
            |text| text.replace(&format!("<NameID>{JANE}"), "<NameID>"),
            "NameID is invalid. ",
        ),
        (
            |text| {
                let (before, rest) = text.split_once("<Conditions NotBefore=\"").unwrap();
                let (_, rest) = rest.split_once('"').unwrap();
                format!("{before}<Conditions NotBefore=\"2999-01-01T00:00:00Z\"{rest}")
            },
            "SAML Assertion is expired or not yet valid. ",
        ),
        (
            |text| {
                let (before, rest) = text.split_once("NotOnOrAfter=\"").unwrap();
                let (_, rest) = rest.split_once('"').unwrap();
                format!("{before}NotOnOrAfter=\"2001-01-01T00:00:00Z\"{rest}")
            },
            "SAML Assertion is expired or not yet valid. ",
        ),
        (
            |text| text.replace("cm:bearer", "cm:sender-vouches"),
            "SAML Assertion is invalid. ",
        ),
        (
            |text| text.replace("AuthnStatement", "Statement"),
            "SAML Assertion is invalid. ",
        ),
        (
            |text| text.replace("Version=\"2.0\"", "Version=\"1.1\""),
            "SAML Response is invalid. ",
        ),
    ];
    for (change, text) in cases {
        is_told(&bring(&pages, &query, change, ours).await, text);
    }
}

#[tokio::test]
async fn a_signature_that_does_not_hold_is_told_to_the_application() {
    let (pages, query) = corp().await;
    let stranger = ProviderKey::generate(Kind::P256);
    let same = |text: String| text;
    let (assertion, message) = (
        "SAML Assertion signature is invalid. ",
        "SAML Response signature is invalid. ",
    );
    let by_stranger = |text: &str, id: &str| signed(text, &stranger, id);
    is_told(&bring(&pages, &query, same, by_stranger).await, assertion);
    let by_nobody = |text: &str, _: &str| text.to_owned();
    is_told(&bring(&pages, &query, same, by_nobody).await, assertion);
    let around = |text: &str, id: &str| signed(&signed(text, &KEY, id), &stranger, RESPONSE);
    is_told(&bring(&pages, &query, same, around).await, message);
    let broken = |_: &str, _: &str| "no XML".to_owned();
    is_told(
        &bring(&pages, &query, same, broken).await,
        "SAML Response is invalid. ",
    );
}

#[tokio::test]
async fn an_assertion_that_was_used_is_told_to_the_application() {
    let (pages, query) = corp().await;
    // A provider that gives two answers one ID.
    let once = |pages: &Pages, request: &str| answer(pages, Some(request), "_the-same");
    let mut browser = pages.browser();
    let (relay, request) = begin(&mut browser, &query).await;
    let posted = post(&browser, &relay, &once(&pages, &request)).await;
    let fetched = browser.get(header(&posted, "location")).await;
    assert!(header(&fetched, "location").contains("?code="));
    let mut other = pages.browser();
    let (relay, request) = begin(&mut other, &query).await;
    let posted = post(&other, &relay, &once(&pages, &request)).await;
    let fetched = other.get(header(&posted, "location")).await;
    is_told(header(&fetched, "location"), "Assertion has been used. ");
    assert!(!other.cookies.contains_key("cognito"));
}

#[tokio::test]
async fn one_provider_s_answer_is_of_no_use_in_a_sign_in_at_another() {
    let (pages, query) = corp().await;
    // The request is known to whoever a hostile page led the browser to; the key of one provider signs for it alone.
    let other = ProviderKey::generate(Kind::P256);
    let der = STANDARD.encode(other.certificate("other.example", 0..7_000_000_000));
    let metadata = format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://other.example"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{der}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://other.example/sso"/></IDPSSODescriptor></EntityDescriptor>"#
    );
    let provider = json!({
        "UserPoolId": pages.pool, "ProviderName": "Other", "ProviderType": "SAML",
        "ProviderDetails": {"MetadataFile": metadata},
    });
    pages.site.call(Op::CreateIdentityProvider, provider).await;
    for (issuer, text) in [
        ("https://other.example", "Issuer is invalid. "),
        (ISSUER, "SAML Assertion signature is invalid. "),
    ] {
        let change = |text: String| text.replace(ISSUER, issuer);
        let seal = |text: &str, id: &str| signed(text, &other, id);
        is_told(&bring(&pages, &query, change, seal).await, text);
    }
}

#[tokio::test]
async fn an_answer_of_the_longest_length_is_read() {
    let (pages, query) = corp().await;
    let mut browser = pages.browser();
    let (relay, xml) = depart(&pages, &mut browser, &query).await;
    let long = format!("{xml}<!--{}-->", "x".repeat(74_990 - xml.len() - 7));
    let posted = post(&browser, &relay, &long).await;
    let fetched = browser.get(header(&posted, "location")).await;
    let to = header(&fetched, "location");
    assert!(to.starts_with("https://app.example/cb?code="), "{to}");
}

#[tokio::test]
async fn a_provider_sends_a_browser_that_asked_for_nothing() {
    let (pages, query) = corp().await;
    let xml = answer(&pages, None, "_unasked");
    let browser = pages.browser();
    // The client offers the pool's own users; RelayState is none; it names no client.
    for (relay, error) in [
        (
            query.as_str(),
            "Invalid+samlResponse+or+relayState+from+identity+provider&",
        ),
        (
            "",
            "Invalid+samlResponse+or+relayState+from+identity+provider&",
        ),
        ("a=b", "Required+parameters+missing"),
    ] {
        let posted = post(&browser, relay, &xml).await;
        let location = header(&posted, "location");
        assert!(
            location.starts_with(&format!("/error?error={error}")),
            "{location}"
        );
    }
    let only = json!({"SupportedIdentityProviders": ["Corp"]});
    let client = another_client(&pages.site, &pages.pool, only).await;
    let query = format!("identity_provider=Corp&{}", query_of(&client));
    let encoded = STANDARD.encode(&xml);
    let fields = [("SAMLResponse", encoded.as_str()), ("RelayState", &query)];
    let mut browser = pages.browser();
    browser
        .cookies
        .insert("provider".into(), "of another tab".into());
    let posted = browser.form_with(ACS, &fields, &[]).await;
    assert_eq!(posted.status(), StatusCode::SEE_OTHER);
    let location = header(&posted, "location").to_owned();
    assert_eq!(browser.cookies["provider"], "of another tab");
    let mut other = pages.browser();
    let refused = other.get(&location).await;
    assert!(header(&refused, "location").starts_with("/error?error=no_transaction"));
    let fetched = browser.get(&location).await;
    let to = header(&fetched, "location");
    assert!(to.starts_with("https://app.example/cb?code="), "{to}");
    assert!(browser.cookies.contains_key("cognito"));
}

#[tokio::test]
async fn a_pool_publishes_metadata_for_its_providers() {
    let (pages, _) = corp().await;
    let mut browser = pages.browser();
    let path = format!(
        "/saml2/metadata?user_pool_id={}&identity_provider=Corp",
        pages.pool
    );
    let answer = browser.get(&path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        header(&answer, "content-type"),
        "application/samlmetadata+xml"
    );
    let text = text_of(&answer);
    assert!(
        text.contains(&format!("Location=\"{BASE}{ACS}\"")),
        "{text}"
    );
    assert!(text.contains("use=\"signing\"") && text.contains("use=\"encryption\""));
    let slo = format!(
        "Location=\"{BASE}/saml2/logout?user_pool_id={}\"",
        pages.pool
    );
    assert_eq!(text.matches(&slo).count(), 2, "{text}");
}

//! Passkeys: registered after a sign-in, and signing in with one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::webauthn::client::{Authenticator, Statement};
use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::*;

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// `rp_id`: the pool's RelyingPartyId.
pub(super) async fn site(rp_id: Option<&str>) -> Pages {
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let pages = Pages::with(2, factors, flows).await;
    if let Some(id) = rp_id {
        let input = json!({
            "UserPoolId": pages.pool, "MfaConfiguration": "OFF",
            "WebAuthnConfiguration": {"RelyingPartyId": id},
        });
        pages.site.call(Op::SetUserPoolMfaConfig, input).await;
    }
    pages
}

/// Returns the options in a page.
pub(super) fn options(html: &str) -> Value {
    let (_, rest) = html
        .split_once("\"{&#34;")
        .unwrap_or_else(|| panic!("{html}"));
    let (text, _) = rest.split_once('"').unwrap();
    serde_json::from_str(&plain(&format!("{{\"{text}"))).unwrap()
}

fn client_data(kind: &str, options: &Value, origin: &str) -> Vec<u8> {
    let data = json!({
        "type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false,
    });
    serde_json::to_vec(&data).unwrap()
}

pub(super) fn created(options: &Value, device: &Authenticator) -> String {
    created_at(BASE, options, device)
}

/// `origin`: that of the page.
pub(super) fn created_at(origin: &str, options: &Value, device: &Authenticator) -> String {
    let data = client_data("webauthn.create", options, origin);
    let object = device.register(&data, Statement::None);
    let id = b64(&device.credential_id);
    json!({
        "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
        "response": {"clientDataJSON": b64(&data), "attestationObject": b64(&object), "transports": ["usb"]},
    })
    .to_string()
}

pub(super) fn shown(options: &Value, device: &mut Authenticator) -> String {
    shown_at(BASE, options, device)
}

/// `origin`: that of the page.
pub(super) fn shown_at(origin: &str, options: &Value, device: &mut Authenticator) -> String {
    let client_data = client_data("webauthn.get", options, origin);
    let (data, signature) = device.sign_in(&client_data);
    let id = b64(&device.credential_id);
    json!({
        "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": b64(client_data), "authenticatorData": b64(data), "signature": b64(signature),
        },
    })
    .to_string()
}

#[tokio::test]
async fn a_passkey_is_registered_and_signs_in() {
    registers_and_signs_in(site(Some("localhost")).await).await;
}

#[tokio::test]
async fn a_development_server_needs_no_id_of_a_relying_party() {
    registers_and_signs_in(site(None).await).await;
}

async fn registers_and_signs_in(pages: Pages) {
    let query = pages.query();
    let add = format!("/passkeys/add?{query}");
    // Only with a session.
    let answer = pages.browser().get(&add).await;
    assert!(header(&answer, "location").starts_with("/login?"));
    let answer = pages.browser().post(&add, &[("credential", "{}")]).await;
    assert!(header(&answer, "location").starts_with("/login?"));

    let mut browser = pages.browser();
    browser.signs_in(&query, "jane").await;
    let mut device = Authenticator::es256("localhost");
    let page = browser.get(&add).await;
    assert_eq!(page.status(), StatusCode::OK);
    let first = options(text_of(&page));
    // Not now.
    code_of(&browser.post(&add, &[]).await);
    // Nonsense, and a credential for another challenge, are refused and can be tried again.
    browser.get(&add).await;
    for credential in ["", "{", "{}", "[]", &created(&first, &device)] {
        if credential.is_empty() {
            continue;
        }
        let (path, html) = browser.step(&add, &[("credential", credential)]).await;
        assert_eq!(path, "/passkeys/add");
        assert!(html.contains("role=\"alert\""), "{html}");
    }
    let page = browser.get(&add).await;
    let now = options(text_of(&page));
    assert_ne!(first["challenge"], now["challenge"]);
    let credential = created(&now, &device);
    // Another site cannot send it.
    let token = browser.cookies["XSRF-TOKEN"].clone();
    let fields = [("csrf", token.as_str()), ("credential", &credential)];
    let foreign = [("origin", "https://evil.example")];
    let answer = browser.form_with(&add, &fields, &foreign).await;
    assert!(header(&answer, "location").starts_with("/passkeys/add?"));
    code_of(&browser.post(&add, &[("credential", &credential)]).await);

    let mut browser = pages.browser();
    let (_, html) = browser
        .step(&format!("/login?{query}"), &[("username", "jane")])
        .await;
    assert!(html.contains("value=\"passkey\""), "{html}");
    let choose = format!("/selectChallenge?{query}");
    let (path, html) = browser.step(&choose, &[("factor", "passkey")]).await;
    assert_eq!(path, "/login/passkey");
    let here = format!("/login/passkey?{query}");
    let asked = options(&html);
    let mut stolen = Authenticator::es256("localhost");
    stolen.credential_id.clone_from(&device.credential_id);
    let (_, html) = browser
        .step(&here, &[("credential", &shown(&asked, &mut stolen))])
        .await;
    says(&html, "Incorrect WebAuthn credential.");
    code_of(
        &browser
            .post(&here, &[("credential", &shown(&asked, &mut device))])
            .await,
    );
    // Another way leads back to the choice.
    let mut browser = pages.browser();
    browser
        .step(&format!("/login?{query}"), &[("username", "jane")])
        .await;
    browser.step(&choose, &[("factor", "passkey")]).await;
    let (path, html) = browser.step(&format!("/mfa/back?{query}"), &[]).await;
    assert_eq!(path, "/selectChallenge");
    assert!(html.contains("value=\"password\""));
}

#[tokio::test]
async fn a_new_user_is_offered_a_passkey() {
    let factors = json!({
        "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]}},
        "Schema": [{"Name": "email", "Required": true, "Mutable": true}],
    });
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let pages = Pages::with(2, factors, flows).await;
    let query = pages.query();
    let mut browser = pages.browser();
    let fields = [
        ("username", "joe"),
        ("password", PASSWORD),
        ("requiredAttributes[email]", "joe@example.com"),
    ];
    let (path, _) = browser.step(&format!("/signup?{query}"), &fields).await;
    let code = pages.code().await;
    let answer = browser
        .post(&format!("{path}?{query}"), &[("code", &code)])
        .await;
    assert_eq!(
        header(&answer, "location"),
        format!("/passkeys/add?{query}")
    );
    let page = browser.get(header(&answer, "location")).await;
    assert_eq!(
        page.status(),
        StatusCode::OK,
        "{}",
        header(&page, "location")
    );
    code_of(&browser.post(&format!("/passkeys/add?{query}"), &[]).await);
}

#[tokio::test]
async fn classic_pages_and_pools_without_passkeys_go_on_to_the_client() {
    for version in [1, 2] {
        let pages = Pages::new(version).await;
        let query = pages.query();
        let mut browser = pages.browser();
        browser.signs_in(&query, "jane").await;
        code_of(&browser.get(&format!("/passkeys/add?{query}")).await);
    }
}

//! Helpers for the tests of passkeys: a pool that accepts them, a browser, and an authenticator in software behind it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::webauthn::client::{Authenticator, Statement};
use serde_json::{Value, json};

use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// The refusal of every wrong assertion.
pub const WRONG_PASSKEY: (&str, &str) =
    ("NotAuthorizedException", "Incorrect WebAuthn credential.");

pub const RP: &str = "login.example.com";
pub const ORIGIN: &str = "https://login.example.com";

/// Creates a pool in which passkeys are a first factor, with these settings of theirs, and a client for USER_AUTH.
pub async fn passkey_site(t: &TestApp, web_authn: Value) -> Site {
    let s = bare_site(t, json!({})).await;
    configure(t, &s, with(json!({"RelyingPartyId": RP}), web_authn)).await;
    s
}

/// Creates the same without a relying party.
pub async fn bare_site(t: &TestApp, pool: Value) -> Site {
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}});
    let flows = json!({"ExplicitAuthFlows": [
        "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    site_with(t, with(factors, pool), flows).await
}

/// Sets WebAuthnConfiguration of the pool, MFA off.
pub async fn configure(t: &TestApp, s: &Site, web_authn: Value) {
    let input = json!({"UserPoolId": s.pool, "MfaConfiguration": "OFF", "WebAuthnConfiguration": web_authn});
    t.ok("SetUserPoolMfaConfig", input).await;
}

/// Creates a confirmed user and signs them in with the password; returns the access token.
pub async fn signed_in(t: &TestApp, s: &Site, name: &str) -> Value {
    user(t, &s.pool, name).await;
    sign_in(t, &s.client, name).await["AccessToken"].clone()
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn unb64(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

/// A page in a browser.
#[derive(Clone)]
pub struct Page {
    pub origin: String,
    /// More members of the client data.
    pub extra: Value,
}

impl Default for Page {
    fn default() -> Self {
        Self::at(ORIGIN)
    }
}

impl Page {
    pub fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            extra: json!({"crossOrigin": false}),
        }
    }

    fn client_data(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let own = json!({"type": kind, "challenge": challenge, "origin": self.origin});
        serde_json::to_vec(&with(own, self.extra.clone())).unwrap()
    }

    /// Returns RegistrationResponseJSON for CredentialCreationOptions.
    pub fn create(&self, options: &Value, device: &Authenticator, statement: Statement) -> Value {
        let data = self.client_data("webauthn.create", &options["challenge"]);
        let object = device.register(&data, statement);
        self.created(device, &data, &object)
    }

    pub fn created(&self, device: &Authenticator, client_data: &[u8], object: &[u8]) -> Value {
        let id = b64(&device.credential_id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "authenticatorAttachment": "cross-platform",
            "response": {
                "clientDataJSON": b64(client_data), "attestationObject": b64(object), "transports": ["usb", "nfc"],
                "publicKeyAlgorithm": -7, "authenticatorData": b64(device.data(true)),
            },
        })
    }

    /// Returns AuthenticationResponseJSON for CREDENTIAL_REQUEST_OPTIONS.
    pub fn get(&self, options: &Value, device: &mut Authenticator) -> Value {
        let client_data = self.client_data("webauthn.get", &options["challenge"]);
        let (data, signature) = device.sign_in(&client_data);
        let id = b64(&device.credential_id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "authenticatorAttachment": "cross-platform",
            "response": {
                "clientDataJSON": b64(client_data), "authenticatorData": b64(data), "signature": b64(signature),
            },
        })
    }
}

/// Returns CredentialCreationOptions.
pub async fn start(t: &TestApp, access: &Value) -> Value {
    let started = t
        .ok("StartWebAuthnRegistration", json!({"AccessToken": access}))
        .await;
    started["CredentialCreationOptions"].clone()
}

pub async fn complete(t: &TestApp, access: &Value, credential: Value) -> Result<Value, Refusal> {
    let input = json!({"AccessToken": access, "Credential": credential});
    t.call("CompleteWebAuthnRegistration", input).await
}

/// Registers the passkey of a device, without a statement.
pub async fn register(t: &TestApp, access: &Value, device: &Authenticator) {
    let options = start(t, access).await;
    let credential = Page::default().create(&options, device, Statement::None);
    assert_eq!(complete(t, access, credential).await, Ok(json!({})));
}

/// Creates a user with the passkey of a device; returns the access token.
pub async fn registered(t: &TestApp, s: &Site, name: &str, device: &Authenticator) -> Value {
    let access = signed_in(t, s, name).await;
    register(t, &access, device).await;
    access
}

/// Returns the input of InitiateAuth for WEB_AUTHN.
pub fn by_passkey(client: &str, name: &str) -> Value {
    initiate(
        client,
        "USER_AUTH",
        json!({"USERNAME": name, "PREFERRED_CHALLENGE": "WEB_AUTHN"}),
    )
}

/// A challenge to show a passkey: its session and what the browser is given.
pub struct Asked {
    pub session: Value,
    pub options: Value,
}

pub async fn asked(t: &TestApp, client: &str, name: &str) -> Asked {
    asked_by(&t.ok("InitiateAuth", by_passkey(client, name)).await)
}

pub fn asked_by(answer: &Value) -> Asked {
    assert_eq!(answer["ChallengeName"], "WEB_AUTHN", "{answer}");
    let options = &answer["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"];
    Asked {
        session: answer["Session"].clone(),
        options: serde_json::from_str(options.as_str().unwrap()).unwrap(),
    }
}

/// Returns the input of RespondToAuthChallenge with a credential.
pub fn show(client: &str, name: &str, session: &Value, credential: &Value) -> Value {
    json!({
        "ClientId": client, "ChallengeName": "WEB_AUTHN", "Session": session,
        "ChallengeResponses": {"USERNAME": name, "CREDENTIAL": credential.to_string()},
    })
}

pub async fn answer(
    t: &TestApp,
    s: &Site,
    asked: &Asked,
    credential: &Value,
) -> Result<Value, Refusal> {
    let input = show(&s.client, "jane", &asked.session, credential);
    t.call("RespondToAuthChallenge", input).await
}

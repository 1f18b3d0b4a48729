//! `/_dev/passkeys`: passkeys in software, for tests of sign-ins without a browser. They are registered and judged as any
//! other; their private keys are in the memory of this process alone.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cognate_crypto::webauthn::client::{Authenticator, Statement};
use cognate_domain::audit::About;
use cognate_domain::records::passkey::base64url;
use cognate_domain::signin::passkey::register::{self, Registrant};
use cognate_domain::{Action, App, Endpoint, errors, run as run_action};
use cognate_shapes::Op;
use serde::Deserialize;
use serde_json::{Value, json};

use super::snapshots::in_own_task;
use super::{Ask, Trouble, parse, people};
use crate::state::State;

/// The most passkeys; the oldest makes room.
const MOST: usize = 1_000;

/// The passkeys of this process.
#[derive(Default)]
pub struct Passkeys(Mutex<VecDeque<Kept>>);

struct Kept {
    device: Authenticator,
    /// base64url.
    id: String,
    /// base64url of the user's id.
    user: Value,
}

impl Passkeys {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    client: String,
    username: String,
    /// Of the page on which it happens, where that is one of this server.
    #[serde(default)]
    origin: Option<String>,
}

/// Registers a passkey for a user.
pub(super) async fn create(ask: Ask<'_>) -> Result<Value, Trouble> {
    let wish: Wish = parse(ask.body, r#"send {"client":"…","username":"…"}"#)?;
    in_own_task(
        ask.state,
        move |state| async move { made(&state, wish).await },
    )
    .await
}

async fn made(state: &State, wish: Wish) -> Result<Value, Trouble> {
    let app: &Arc<App> = &state.app;
    let _held = app.whole.hold().await;
    let client = people::client(app, &wish.client).await?;
    let pool = people::pool(app, &client.pool_id).await?;
    let user = people::user(app, &pool, &wish.username).await?;
    let who = Registrant {
        pool: &pool,
        client: &client,
        user: &user,
    };
    // A page of this server is its own relying party; operations of the API have that of the pool.
    let action: Action = match wish.origin {
        Some(_) => Endpoint::SignIn.into(),
        None => Op::CompleteWebAuthnRegistration.into(),
    };
    let cx = people::cx(app, action, &pool, wish.origin.clone());
    let attempt = || async {
        let options = register::start(&cx, who).await?;
        let rp_id = text(&options, "/rp/id");
        let device = Authenticator::es256(&rp_id);
        let id = base64url(&device.credential_id);
        let origin = wish.origin.clone().unwrap_or_else(|| origin_of(&rp_id));
        let data = client_data("webauthn.create", &text(&options, "/challenge"), &origin);
        let object = device.register(&data, Statement::None);
        let credential = json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": base64url(&data), "attestationObject": base64url(&object),
                "transports": ["internal"],
            },
        });
        register::complete(&cx, who, &credential).await?;
        let user = options.pointer("/user/id").cloned().unwrap_or_default();
        errors::Result::Ok(Kept { device, id, user })
    };
    let made = run_action(&cx, About::default, attempt).await;
    let made = made.map_err(people::refusal)?;
    let answer = json!({
        "credentialId": made.id, "rpId": made.device.rp_id, "pool": pool.id, "username": user.username,
    });
    let mut kept = state.dev.passkeys.lock();
    if kept.len() >= MOST {
        kept.pop_front();
    }
    kept.push_back(made);
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Question {
    /// PublicKeyCredentialRequestOptions, as an object or as the text of CREDENTIAL_REQUEST_OPTIONS.
    options: Value,
    #[serde(default)]
    origin: Option<String>,
    #[serde(default)]
    credential_id: Option<String>,
}

/// Answers PublicKeyCredentialRequestOptions with a passkey that they allow.
pub(super) async fn answer(ask: Ask<'_>) -> Result<Value, Trouble> {
    let example = r#"send {"options":{…}}: what CREDENTIAL_REQUEST_OPTIONS says"#;
    let question: Question = parse(ask.body, example)?;
    let options = match &question.options {
        Value::String(text) => parse(text.as_bytes(), example)?,
        other => other.clone(),
    };
    let (challenge, rp_id) = (text(&options, "/challenge"), text(&options, "/rpId"));
    if challenge.is_empty() || rp_id.is_empty() {
        return Err(Trouble::asked(example));
    }
    let allowed = options.get("allowCredentials").and_then(Value::as_array);
    let allowed = allowed.map(Vec::as_slice).unwrap_or_default();
    let is_allowed = |kept: &Kept| {
        let named = |one: &Value| one.get("id").and_then(Value::as_str) == Some(&kept.id);
        let chosen = question.credential_id.as_ref();
        kept.device.rp_id == rp_id
            && (allowed.is_empty() || allowed.iter().any(named))
            && chosen.is_none_or(|id| *id == kept.id)
    };
    let origin = question.origin.clone().unwrap_or_else(|| origin_of(&rp_id));
    let data = client_data("webauthn.get", &challenge, &origin);
    let mut kept = ask.state.dev.passkeys.lock();
    let kept = kept.iter_mut().rev().find(|kept| is_allowed(kept));
    let none = || Trouble::missing("this server holds no passkey that the options allow");
    let kept = kept.ok_or_else(none)?;
    let (authenticator, signature) = kept.device.sign_in(&data);
    let credential = json!({
        "id": kept.id, "rawId": kept.id, "type": "public-key", "clientExtensionResults": {},
        "authenticatorAttachment": "platform",
        "response": {
            "clientDataJSON": base64url(&data), "authenticatorData": base64url(&authenticator),
            "signature": base64url(&signature), "userHandle": kept.user,
        },
    });
    Ok(json!({"credential": credential}))
}

fn text(value: &Value, pointer: &str) -> String {
    let text = value.pointer(pointer).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Returns an origin that speaks for a relying party.
fn origin_of(rp_id: &str) -> String {
    match rp_id == "localhost" || rp_id.ends_with(".localhost") {
        true => format!("http://{rp_id}"),
        false => format!("https://{rp_id}"),
    }
}

/// Returns clientDataJSON, which a browser writes about the ceremony.
fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    let data = json!({
        "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false,
    });
    data.to_string().into_bytes()
}

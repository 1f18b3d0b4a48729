//! The bodies of the fuzz targets. Each takes any bytes, brings them to the service as a client would, and panics when the
//! service answers with anything but a refusal that it means to give. They run under cargo-fuzz, and with random bytes in
//! the tests of crates/domain.
//!
//! The first byte chooses between altering a value that is right, so that what lies behind its checks is reached, and a
//! value of the fuzzer's own.

use std::sync::{LazyLock, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::srp::client::Client as SrpClient;
use cognate_crypto::totp::{Seed, Verdict};
use cognate_crypto::webauthn::client::{Authenticator, Statement};
use serde_json::{Value, json};

use crate::support::passkeys;
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// A target: its name and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 8] = [
    ("access_token", access_token),
    ("refresh_token", refresh_token),
    ("session", session),
    ("secret_block", secret_block),
    ("srp", srp),
    ("passkey_registration", passkey_registration),
    ("passkey_sign_in", passkey_sign_in),
    ("totp", totp),
];

/// What the targets attack: a user with a password and a passkey, signed in, and half-way through other sign-ins.
struct World {
    runtime: tokio::runtime::Runtime,
    t: TestApp,
    s: Site,
    tokens: Value,
    session: String,
    device: Mutex<Authenticator>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    // Entered from the outside by each body, whatever thread it runs on.
    let (t, s, tokens, session, device) = std::thread::scope(|scope| {
        let made = scope.spawn(|| runtime.block_on(build()));
        made.join().unwrap()
    });
    World {
        runtime,
        t,
        s,
        tokens,
        session,
        device: Mutex::new(device),
    }
});

async fn build() -> (TestApp, Site, Value, String, Authenticator) {
    let t = TestApp::sqlite().await;
    let factors = json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}});
    let flows = json!({"AuthSessionValidity": 15, "ExplicitAuthFlows": [
        "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    ]});
    let s = site_with(&t, factors, flows).await;
    passkeys::configure(&t, &s, json!({"RelyingPartyId": passkeys::RP})).await;
    let device = Authenticator::es256(passkeys::RP);
    user(&t, &s.pool, "jane").await;
    let tokens = sign_in(&t, &s.client, "jane").await;
    passkeys::register(&t, &tokens["AccessToken"], &device).await;
    let list = initiate(&s.client, "USER_AUTH", json!({"USERNAME": "jane"}));
    let session = t.ok("InitiateAuth", list).await["Session"]
        .as_str()
        .unwrap()
        .to_owned();
    (t, s, tokens, session, device)
}

/// Runs a step against the world, which is not locked out by what came before.
fn on_world<T: Send>(step: impl AsyncFnOnce(&'static World) -> T + Send) -> T {
    let world = &*WORLD;
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            let forget = "DELETE FROM attempts WHERE pool_id = ?1";
            let batch =
                cognate_store::Batch::new().run(forget, cognate_store::params![&world.s.pool]);
            world.runtime.block_on(async {
                world.t.app.store.commit(batch).await.unwrap();
                step(world).await
            })
        });
        run.join()
    })
    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// `right` altered: each three bytes say where (two) and how (one, by exclusive or); or the bytes themselves.
fn altered(right: &[u8], data: &[u8]) -> Vec<u8> {
    let Some((how, rest)) = data.split_first() else {
        return right.to_vec();
    };
    if how % 4 == 0 || right.is_empty() {
        return rest.to_vec();
    }
    let mut bytes = right.to_vec();
    for edit in rest.chunks_exact(3) {
        let place = usize::from(u16::from_be_bytes([edit[0], edit[1]])) % bytes.len();
        bytes[place] ^= edit[2];
    }
    if how % 4 == 1 {
        bytes.truncate(bytes.len() - usize::from(how / 4) % bytes.len());
    }
    bytes
}

/// The altered bytes as a text of the form in which they travel.
fn text(right: &str, data: &[u8], engine: &impl Engine) -> String {
    let whole = data.first().is_some_and(|how| how % 2 == 0);
    match engine.decode(right) {
        Ok(bytes) if whole => engine.encode(altered(&bytes, data)),
        _ => String::from_utf8_lossy(&altered(right.as_bytes(), data)).into_owned(),
    }
}

/// Panics on what no input may lead to.
fn must_be_refused(what: &str, input: &Value, answer: Result<Value, Refusal>) {
    match answer {
        Ok(answer) => panic!("{what} was accepted: {input} gave {answer}"),
        Err((code, message)) => assert!(
            code != "InternalErrorException" && code != "SerializationException",
            "{what} {input}: {code}: {message}"
        ),
    }
}

fn refused(what: &str, op: &str, input: Value) {
    let answer = on_world(async |world| world.t.call(op, input.clone()).await);
    must_be_refused(what, &input, answer);
}

/// Access tokens: header, claims and signature.
pub fn access_token(data: &[u8]) {
    let right = WORLD.tokens["AccessToken"].as_str().unwrap();
    let mut parts: Vec<String> = right.split('.').map(str::to_owned).collect();
    if let Some((part, rest)) = data.split_first() {
        let part = usize::from(*part) % 3;
        parts[part] = text(&parts[part], rest, &URL_SAFE_NO_PAD);
    }
    let token = parts.join(".");
    if token != right {
        refused("an access token", "GetUser", json!({"AccessToken": token}));
    }
}

/// Refresh tokens.
pub fn refresh_token(data: &[u8]) {
    let right = WORLD.tokens["RefreshToken"].as_str().unwrap();
    let token = text(right, data, &URL_SAFE_NO_PAD);
    if token != right {
        let parameters = json!({"REFRESH_TOKEN": token});
        refused(
            "a refresh token",
            "InitiateAuth",
            initiate(&WORLD.s.client, "REFRESH_TOKEN_AUTH", parameters),
        );
    }
}

/// Sessions, in an answer and alone.
pub fn session(data: &[u8]) {
    let right = WORLD.session.as_str();
    let given = text(right, data, &URL_SAFE_NO_PAD);
    if given == right {
        return;
    }
    let responses = json!({"USERNAME": "jane", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD});
    refused(
        "a session",
        "RespondToAuthChallenge",
        json!({
            "ClientId": WORLD.s.client, "ChallengeName": "SELECT_CHALLENGE", "Session": given, "ChallengeResponses": responses,
        }),
    );
    refused(
        "a session",
        "AssociateSoftwareToken",
        json!({"Session": given}),
    );
}

/// SECRET_BLOCK, otherwise rightly signed.
pub fn secret_block(data: &[u8]) {
    let (input, same) = on_world(async |world| {
        let started = Srp::start(&world.t, &world.s.client, "jane").await.unwrap();
        let mut responses = started.responses(&world.s.pool, PASSWORD);
        let block = text(started.given("SECRET_BLOCK"), data, &STANDARD);
        let same = block == started.given("SECRET_BLOCK");
        responses["PASSWORD_CLAIM_SECRET_BLOCK"] = json!(block);
        (verify(&world.s.client, responses), same)
    });
    if !same {
        refused("SECRET_BLOCK", "RespondToAuthChallenge", input);
    }
}

/// A, signature and time of a proof by somebody who does not know the password.
pub fn srp(data: &[u8]) {
    let (how, rest) = data.split_first().unwrap_or((&0, &[]));
    let a = match how % 3 {
        0 => String::from_utf8_lossy(rest).into_owned(),
        1 => rest.iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => SrpClient::new().srp_a(),
    };
    let begun = initiate(
        &WORLD.s.client,
        "USER_SRP_AUTH",
        json!({"USERNAME": "jane", "SRP_A": a}),
    );
    let answer = on_world(async |world| world.t.call("InitiateAuth", begun.clone()).await);
    let Ok(challenge) = answer else {
        return must_be_refused("A", &begun, answer);
    };
    let middle = rest.len() / 2;
    let (signature, time) = rest.split_at(middle);
    let timestamp = match how % 5 {
        0 => now(),
        _ => String::from_utf8_lossy(time).into_owned(),
    };
    let responses = json!({
        "USERNAME": "jane", "TIMESTAMP": timestamp,
        "PASSWORD_CLAIM_SECRET_BLOCK": challenge["ChallengeParameters"]["SECRET_BLOCK"],
        "PASSWORD_CLAIM_SIGNATURE": STANDARD.encode(signature),
    });
    refused(
        "a proof",
        "RespondToAuthChallenge",
        verify(&WORLD.s.client, responses),
    );
}

/// Client data and attestation of a new passkey. Without a statement little of it is signed, so that it may be accepted.
pub fn passkey_registration(data: &[u8]) {
    let (how, rest) = data.split_first().unwrap_or((&0, &[]));
    let (input, answer) = on_world(async |world| {
        let access = &world.tokens["AccessToken"];
        let options = passkeys::start(&world.t, access).await;
        let device = Authenticator::es256(passkeys::RP);
        let statement = if how & 1 == 0 {
            Statement::None
        } else {
            Statement::Itself
        };
        let mut made = passkeys::Page::default().create(&options, &device, statement);
        let member = if how & 2 == 0 {
            "attestationObject"
        } else {
            "clientDataJSON"
        };
        let bytes = altered(&passkeys::unb64(&made["response"][member]), rest);
        made["response"][member] = json!(passkeys::b64(bytes));
        let input = json!({"AccessToken": access, "Credential": made});
        let answer = world
            .t
            .call("CompleteWebAuthnRegistration", input.clone())
            .await;
        // Twenty would be the limit.
        let forget = "DELETE FROM passkeys WHERE pool_id = ?1 AND credential_id <> ?2";
        let kept = passkeys::b64(&world.device.lock().unwrap().credential_id);
        let batch =
            cognate_store::Batch::new().run(forget, cognate_store::params![&world.s.pool, &kept]);
        world.t.app.store.commit(batch).await.unwrap();
        (input, answer)
    });
    if answer.is_err() {
        must_be_refused("a new passkey", &input, answer);
    }
}

/// Client data, authenticator data and signature of an assertion.
pub fn passkey_sign_in(data: &[u8]) {
    let (how, rest) = data.split_first().unwrap_or((&0, &[]));
    let (input, answer, same) = on_world(async |world| {
        let asked = passkeys::asked(&world.t, &world.s.client, "jane").await;
        let mut shown =
            passkeys::Page::default().get(&asked.options, &mut world.device.lock().unwrap());
        let member = ["clientDataJSON", "authenticatorData", "signature"][usize::from(how % 3)];
        let right = passkeys::unb64(&shown["response"][member]);
        let bytes = altered(&right, rest);
        let same = bytes == right;
        shown["response"][member] = json!(passkeys::b64(bytes));
        let input = passkeys::show(&world.s.client, "jane", &asked.session, &shown);
        let answer = world.t.call("RespondToAuthChallenge", input.clone()).await;
        (input, answer, same)
    });
    if !same {
        must_be_refused("an assertion", &input, answer);
    }
}

/// Codes of apps: the step of a code decides, and nothing but the code itself is one.
pub fn totp(data: &[u8]) {
    let seed = Seed::from_bytes(&[7; 32]).unwrap();
    let (time, given) = data.split_at(data.len().min(4));
    let now = time
        .iter()
        .fold(0_i64, |all, byte| all << 8 | i64::from(*byte));
    let codes: Vec<_> = (-1..=1)
        .map(|step| seed.code_at(now + step * 30).expose().clone())
        .collect();
    let given = String::from_utf8_lossy(given).into_owned();
    let given = codes.get(given.len()).unwrap_or(&given);
    match seed.judge(now, 0, given) {
        Verdict::Fresh(step) => {
            assert!(codes.contains(given));
            assert_eq!(seed.judge(now, step, given), Verdict::Used);
        }
        Verdict::Used => assert!(codes.contains(given) && now < 60),
        Verdict::Wrong => assert!(!codes.contains(given) || now < 60),
    }
}

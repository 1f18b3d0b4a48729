//! Attacks on every challenge: the state of a sign-in in other hands, altered, out of order, twice. None of it is
//! answered but by its refusal, and none takes anything from the right answer.

use cognate_crypto::srp::client::Client as SrpClient;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::signin::attacks::asking::*;
use crate::signin::attacks::*;
use crate::support::TestApp;
use crate::support::devices::NO_DEVICE;
use crate::support::mfa::{NOT_ENABLED, WRONG_CODE, WRONG_TOTP};
use crate::support::passkeys::WRONG_PASSKEY;
use crate::support::signin::*;
use crate::support::triggers::Rules;
use Kind as K;

const NO_CLIENT: (&str, &str) = (
    "ResourceNotFoundException",
    "User pool client does not exist.",
);

/// A pool with everything that takes part in an attack.
struct Scene {
    kind: Kind,
    s: Site,
    /// Another client of the pool.
    other: String,
    /// The client of another pool with the same settings.
    elsewhere: Site,
    people: u32,
}

impl Scene {
    async fn of(t: &TestApp, kind: Kind) -> Self {
        let s = kind.site(t).await;
        let other = kind.other_client(t, &s).await;
        let elsewhere = kind.site(t).await;
        Self {
            kind,
            s,
            other,
            elsewhere,
            people: 0,
        }
    }

    /// Creates another user, who is before the challenge.
    async fn next(&mut self, t: &TestApp, door: Door) -> (Person, Asked) {
        self.people += 1;
        let name = format!("user{}", self.people);
        let mut person = self.kind.person(t, &self.s, &name).await;
        let asked = ask(t, self.kind, &self.s, &mut person, door).await;
        (person, asked)
    }
}

async fn is_refused(t: &TestApp, kind: Kind, what: &str, asked: &Asked, with: (&str, &str)) {
    let answer = asked.answer(t).await;
    assert_eq!(answer, Err(refusal(with)), "{kind:?}: {what}: {asked:?}");
}

/// Returns the text with another letter at a place.
fn bent(text: &str, place: usize) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    letters[place] = if letters[place] == 'A' { 'B' } else { 'A' };
    letters.into_iter().collect()
}

/// Returns a state with every region of it altered in turn, each with its refusal.
fn altered(kind: Kind, text: &str) -> Vec<(String, (&'static str, &'static str))> {
    let mut list = Vec::new();
    // Each region several times: prefix, client, key, nonce, text and tag stand at fixed places from either end.
    let places = (0..64).chain((64..text.len()).step_by(97));
    for place in places.chain(text.len().saturating_sub(24)..text.len()) {
        let said = if kind.carrier() == "/Session" && place < 4 {
            NONSENSE
        } else {
            kind.foreign()
        };
        list.push((bent(text, place), said));
    }
    let cut = |n: usize| text[..text.len() - n].to_owned();
    for other in [
        cut(1),
        cut(3),
        cut(4),
        cut(text.len() - 24),
        format!("{text}AAAA"),
    ] {
        list.push((other, kind.foreign()));
    }
    if kind.carrier() == "/Session" {
        for letter in ["=", "+", " ", ".", "\u{e9}"] {
            list.push((format!("{text}{letter}"), NONSENSE));
        }
        list.push(("AYAB-AAAAAAAAAAAAAAAA".to_owned(), INVALID));
        list.push(("a".repeat(20), NONSENSE));
    }
    list
}

/// Returns the refusal of one user's answer in the state of another, sent under the other's name; None where the answer
/// holds nothing of its own.
fn crossed(kind: Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        K::SmsMfa | K::EmailMfa | K::EmailSetup | K::EmailOtp | K::SmsOtp => WRONG_CODE,
        K::SoftwareToken => WRONG_TOTP,
        K::VerifyToken => NOT_ENABLED,
        K::WebAuthn => WRONG_PASSKEY,
        K::PasswordVerifier => WRONG,
        K::DeviceSrp | K::DeviceVerifier => NO_DEVICE,
        _ => return None,
    })
}

/// Responses that say something to every challenge.
fn to_everything(name: &str) -> Value {
    json!({
        "USERNAME": name, "SMS_MFA_CODE": "123456", "EMAIL_OTP_CODE": "12345678", "SMS_OTP_CODE": "12345678",
        "SOFTWARE_TOKEN_MFA_CODE": "123456", "ANSWER": "SMS_MFA", "NEW_PASSWORD": "An0ther-one!",
        "PASSWORD": PASSWORD, "SRP_A": SrpClient::new().srp_a(), "CREDENTIAL": "{}", "EMAIL": "new@example.com",
        "DEVICE_KEY": "us-east-1_00000000-0000-4000-8000-000000000000", "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA",
        "PASSWORD_CLAIM_SIGNATURE": "AAAA", "TIMESTAMP": now(),
    })
}

const CHALLENGES: [&str; 15] = [
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "PASSWORD_VERIFIER",
    "CUSTOM_CHALLENGE",
    "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "NEW_PASSWORD_REQUIRED",
    "SMS_OTP",
    "PASSWORD",
    "WEB_AUTHN",
    "PASSWORD_SRP",
];

/// Sends the session of a challenge in answer to every other one, and to the operations that continue with a session.
async fn out_of_order(t: &TestApp, kind: Kind, s: &Site, name: &str, session: &Value) {
    for challenge in CHALLENGES {
        if kind.challenge() == Some(challenge) {
            continue;
        }
        let said = match challenge {
            // These look at SECRET_BLOCK first, which is not one here.
            "PASSWORD_VERIFIER" | "DEVICE_PASSWORD_VERIFIER" => WRONG,
            _ => INVALID,
        };
        let input = reply(s, challenge, session, to_everything(name));
        let asked = Asked {
            op: "RespondToAuthChallenge",
            input,
        };
        is_refused(t, kind, challenge, &asked, said).await;
    }
    if kind.challenge() != Some("MFA_SETUP") {
        let input = json!({"Session": session});
        let asked = Asked {
            op: "AssociateSoftwareToken",
            input,
        };
        is_refused(t, kind, "an app begun", &asked, INVALID).await;
        let input = json!({"Session": session, "UserCode": "123456"});
        let asked = Asked {
            op: "VerifySoftwareToken",
            input,
        };
        is_refused(t, kind, "an app verified", &asked, INVALID).await;
    }
    if kind != K::FirstSignIn {
        let flows = json!({"UserPoolId": s.pool, "ClientId": s.client, "ExplicitAuthFlows": [
            "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH",
        ]});
        t.ok("UpdateUserPoolClient", flows).await;
        let input = initiate(&s.client, "USER_AUTH", json!({"USERNAME": name}));
        let asked = Asked {
            op: "InitiateAuth",
            input: with(input, json!({"Session": session})),
        };
        is_refused(t, kind, "as a confirmed sign-up", &asked, INVALID).await;
    }
}

/// Puts one challenge under every attack that must leave it as it was; then sends the right answer, and the same again.
async fn misused(t: &TestApp, kind: Kind) {
    let mut scene = Scene::of(t, kind).await;
    let (mallory, theirs) = scene.next(t, Door::Public).await;
    let (jane, right) = scene.next(t, Door::Public).await;
    let carrier = kind.carrier();
    let said = kind.foreign();

    // The state of another user under one's own name, and one's own under the other's name.
    if let Some(name_at) = kind.name_at() {
        let foreign = right.put(carrier, theirs.at(carrier));
        is_refused(t, kind, "of another user", &foreign, said).await;
        let foreign = right.put(name_at, json!(mallory.name));
        is_refused(t, kind, "by another user", &foreign, said).await;
        let nobody = right.put(name_at, json!("nobody"));
        is_refused(t, kind, "by nobody", &nobody, said).await;
        let foreign = right.put("/ClientId", json!(scene.other));
        is_refused(t, kind, "by another client", &foreign, said).await;
        let foreign = right.put("/ClientId", json!(scene.elsewhere.client));
        is_refused(t, kind, "in another pool", &foreign, said).await;
    }
    if kind == K::DeviceVerifier {
        let mixed = right.put("/Session", theirs.at("/Session"));
        is_refused(t, kind, "with the session of another user", &mixed, INVALID).await;
        for (session, said) in altered(K::DeviceSrp, right.at("/Session").as_str().unwrap()) {
            is_refused(
                t,
                kind,
                "session",
                &right.put("/Session", json!(session)),
                said,
            )
            .await;
        }
    }
    for (state, said) in altered(kind, right.at(carrier).as_str().unwrap()) {
        is_refused(t, kind, "altered", &right.put(carrier, json!(state)), said).await;
    }
    if let Some(session) = right.input.get("Session") {
        out_of_order(t, kind, &scene.s, &jane.name, session).await;
    }
    // What one user was sent or can show is worth nothing to another.
    if let Some(said) = crossed(kind) {
        let mut crossed = right.put(carrier, theirs.at(carrier));
        if let Some(name_at) = kind.name_at() {
            crossed = crossed.put(name_at, json!(mallory.name));
        }
        if kind == K::DeviceVerifier {
            crossed = crossed.put("/Session", theirs.at("/Session"));
        }
        is_refused(t, kind, "answer of another user", &crossed, said).await;
    }

    let answer = right.answer(t).await;
    assert!(answer.is_ok(), "{kind:?}: the right answer: {answer:?}");
    let again = right.answer(t).await;
    if kind.leaves_all_as_it_was() {
        assert!(again.is_ok(), "{kind:?}: {again:?}");
    } else {
        assert_eq!(again, Err(refusal(kind.used())), "{kind:?}: replayed");
        // Not from another node either, nor through the other operations.
        let other = t.second_node().await;
        Rules::install(&other);
        is_refused(&other, kind, "replayed elsewhere", &right, kind.used()).await;
        is_refused(
            t,
            kind,
            "replayed by Admin",
            &right.by_admin(&scene.s),
            kind.used(),
        )
        .await;
    }
}

/// Sends right answers at the same time on two nodes.
async fn raced(t: &TestApp, kind: Kind) {
    let mut scene = Scene::of(t, kind).await;
    for round in 0..2 {
        let (_, right) = scene.next(t, Door::Public).await;
        // Nodes look at the clock's offset when they start.
        let other = t.second_node().await;
        Rules::install(&other);
        let (a, b, c, d) = tokio::join!(
            right.answer(t),
            right.answer(&other),
            right.answer(t),
            right.answer(&other),
        );
        let answers = [a, b, c, d];
        let won = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(won, 1, "{kind:?} {round}: {answers:?}");
        for lost in answers.into_iter().filter_map(Result::err) {
            assert_eq!(lost, refusal(kind.used()), "{kind:?}");
        }
    }
}

#[each_engine]
async fn every_challenge_withstands_other_hands_and_gives_way_to_the_right_answer_once(
    t: &TestApp,
) {
    for kind in Kind::ALL {
        misused(t, kind).await;
    }
}

#[each_engine]
async fn of_right_answers_at_once_on_two_nodes_exactly_one_wins(t: &TestApp) {
    for kind in Kind::ALL {
        if !kind.leaves_all_as_it_was() {
            raced(t, kind).await;
        }
    }
}

#[each_engine]
async fn every_challenge_ends_with_its_time(t: &TestApp) {
    for kind in Kind::ALL {
        let mut scene = Scene::of(t, kind).await;
        let (_, right) = scene.next(t, Door::Public).await;
        t.advance(180).await;
        is_refused(t, kind, "late", &right, EXPIRED).await;
    }
}

#[each_engine]
async fn a_sign_in_goes_on_through_either_door(t: &TestApp) {
    for kind in Kind::ALL {
        let mut scene = Scene::of(t, kind).await;
        let (_, begun) = scene.next(t, Door::Admin).await;
        let answer = begun.answer(t).await;
        assert!(answer.is_ok(), "{kind:?}, begun by Admin: {answer:?}");
        let (_, begun) = scene.next(t, Door::Public).await;
        let answer = begun.by_admin(&scene.s).answer(t).await;
        assert!(answer.is_ok(), "{kind:?}, ended by Admin: {answer:?}");
    }
}

#[each_engine]
async fn a_client_that_is_gone_ends_its_sign_ins(t: &TestApp) {
    for kind in Kind::ALL {
        let mut scene = Scene::of(t, kind).await;
        let (_, right) = scene.next(t, Door::Public).await;
        let client = json!({"UserPoolId": scene.s.pool, "ClientId": scene.s.client});
        t.ok("DeleteUserPoolClient", client).await;
        let said = if kind.is_of_apps() {
            refusal(INVALID)
        } else {
            (
                NO_CLIENT.0.to_owned(),
                format!("User pool client {} does not exist.", scene.s.client),
            )
        };
        assert_eq!(right.answer(t).await, Err(said), "{kind:?}");
    }
}

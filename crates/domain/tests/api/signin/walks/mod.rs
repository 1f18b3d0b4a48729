//! Random walks over the whole state machine of sign-in: two users, two clients, every flow and challenge, right, wrong
//! and foreign answers to any session ever seen, while pool, users and time change. Tokens never come without what pool
//! and user require, by the walk's own account of what was shown. A walk that fails is walked again with its seed in
//! `COGNATE_WALK_SEED`.

mod world;

use std::collections::HashSet;
use std::sync::Arc;

use cognate_crypto::srp::client::Client as SrpClient;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::signin::attacks::asking::reply;
use crate::signin::walks::world::*;
use crate::support::TestApp;
use crate::support::devices::Proof;
use crate::support::mfa::App;
use crate::support::passkeys::Page;
use crate::support::signin::*;

/// The answer that a walk gives, and what it shows by the walk's own account.
struct Given {
    responses: Value,
    /// The factor that it proves if it is right; None if it proves none.
    shows: Option<Shown>,
    /// True if it is right.
    right: bool,
    srp: Option<SrpClient>,
}

impl Given {
    fn nothing(responses: Value) -> Self {
        Self {
            responses,
            shows: None,
            right: true,
            srp: None,
        }
    }

    fn of(responses: Value, shows: Shown, right: bool) -> Self {
        Self {
            responses,
            shows: Some(shows),
            right,
            srp: None,
        }
    }
}

/// Begins a sign-in in any flow.
async fn begin(w: &mut World<'_>) {
    let (who, client) = (w.below(2), w.below(2));
    let right = w.below(5) > 0;
    let word = if right {
        w.people[who].word()
    } else {
        "Wr0ng-one!".to_owned()
    };
    let shows = Shown::Password(w.people[who].words);
    let proof = SrpClient::new();
    let mut parameters = json!({"USERNAME": w.people[who].name});
    if w.below(3) == 0 {
        let owner = w.below(2);
        if let Some(device) = &w.people[owner].device {
            parameters["DEVICE_KEY"] = json!(device.key);
        }
    }
    let mut shown = None;
    let flow = match w.below(8) {
        0 | 1 => {
            parameters["PASSWORD"] = json!(word);
            shown = Some(shows);
            "USER_PASSWORD_AUTH"
        }
        2 => {
            parameters["SRP_A"] = json!(proof.srp_a());
            "USER_SRP_AUTH"
        }
        3 => {
            if w.below(2) == 0 {
                parameters["SRP_A"] = json!(proof.srp_a());
                parameters["CHALLENGE_NAME"] = json!("SRP_A");
            }
            "CUSTOM_AUTH"
        }
        _ => {
            let wishes = [
                "PASSWORD",
                "PASSWORD_SRP",
                "EMAIL_OTP",
                "SMS_OTP",
                "WEB_AUTHN",
                "",
            ];
            match wishes[w.below(6)] {
                "" => {}
                "PASSWORD" if w.below(2) == 0 => {
                    parameters["PREFERRED_CHALLENGE"] = json!("PASSWORD");
                    parameters["PASSWORD"] = json!(word);
                    shown = Some(shows);
                }
                wish => {
                    parameters["PREFERRED_CHALLENGE"] = json!(wish);
                    parameters["SRP_A"] = json!(proof.srp_a());
                }
            }
            "USER_AUTH"
        }
    };
    let held = Held::beginning(who, client, flow);
    let input = initiate(&w.clients[client], flow, parameters);
    match w.t.call("InitiateAuth", input).await {
        Ok(answer) => {
            assert!(shown.is_none() || right, "a wrong password went on");
            w.take(answer, held.with(shown), Some(proof)).await;
        }
        Err(_) => w.refused += 1,
    }
}

/// Returns the answer to the challenge of `held`, with the codes and proofs of `from`.
fn given(w: &mut World<'_>, held: &Held, from: &Held, own: bool) -> Given {
    let who = held.who;
    let word = if w.below(4) > 0 {
        w.people[who].word()
    } else {
        w.people[1 - who].word()
    };
    let right_word = word == w.people[who].word();
    let password = Shown::Password(w.people[who].words);
    match held.challenge.as_str() {
        "SMS_MFA" | "EMAIL_OTP" | "SMS_OTP" => {
            let (member, shows) = match held.challenge.as_str() {
                "SMS_MFA" => ("SMS_MFA_CODE", Shown::Sms),
                "SMS_OTP" => ("SMS_OTP_CODE", Shown::Sms),
                _ => ("EMAIL_OTP_CODE", Shown::Email),
            };
            let code = from.code.clone().filter(|_| w.below(5) > 0);
            let right = own && code.is_some();
            Given::of(
                json!({member: code.unwrap_or("12345678".into())}),
                shows,
                right,
            )
        }
        "SOFTWARE_TOKEN_MFA" => {
            let owner = if w.below(4) > 0 { who } else { 1 - who };
            let off = [-30, 0, 30][w.below(3)];
            let secret = w.people[owner].app.clone();
            let code = secret.map_or("000000".to_owned(), |secret| {
                App::scan(&secret).code_in(w.t, off)
            });
            let right = w.people[who].would_accept(w.t, &code);
            let shows = Shown::Totp(w.people[who].apps);
            Given::of(json!({"SOFTWARE_TOKEN_MFA_CODE": code}), shows, right)
        }
        "SELECT_MFA_TYPE" => {
            let all = ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "MFA_SETUP"];
            Given::nothing(json!({"ANSWER": all[w.below(4)]}))
        }
        "SELECT_CHALLENGE" => {
            let all = [
                "PASSWORD",
                "PASSWORD_SRP",
                "EMAIL_OTP",
                "SMS_OTP",
                "WEB_AUTHN",
                "SMS_MFA",
            ];
            match all[w.below(6)] {
                "PASSWORD" if w.below(2) == 0 => Given::of(
                    json!({"ANSWER": "PASSWORD", "PASSWORD": word}),
                    password,
                    right_word,
                ),
                wish => Given::nothing(json!({"ANSWER": wish})),
            }
        }
        "MFA_SETUP" => match held.verified {
            Some(app) => Given::of(json!({}), Shown::Totp(app), true),
            None if w.below(2) == 0 => Given::nothing(json!({"EMAIL": "new@example.com"})),
            None => Given::of(json!({}), Shown::Totp(0), false),
        },
        "PASSWORD" => Given::of(json!({"PASSWORD": word}), password, right_word),
        "PASSWORD_SRP" => {
            let proof = SrpClient::new();
            let mut given = Given::nothing(json!({"SRP_A": proof.srp_a()}));
            given.srp = Some(proof);
            given
        }
        "PASSWORD_VERIFIER" => {
            let responses = held.srp.as_ref().unwrap().responses(&w.pool, &word);
            Given::of(responses, password, right_word)
        }
        "NEW_PASSWORD_REQUIRED" => {
            let new = w.people[who].word_after();
            Given::of(json!({"NEW_PASSWORD": new}), password, true)
        }
        "WEB_AUTHN" => {
            let owner = if w.below(4) > 0 { who } else { 1 - who };
            let source = if from.challenge == "WEB_AUTHN" {
                from
            } else {
                held
            };
            let own = own || from.challenge != "WEB_AUTHN";
            let options = &source.asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"];
            let options: Value = serde_json::from_str(options.as_str().unwrap()).unwrap();
            let shown = Page::default().get(&options, &mut w.people[owner].passkey);
            let right = own && owner == who;
            Given::of(
                json!({"CREDENTIAL": shown.to_string()}),
                Shown::Passkey,
                right,
            )
        }
        "CUSTOM_CHALLENGE" => {
            let question = held.asked["ChallengeParameters"]["question"]
                .as_str()
                .unwrap();
            let round: u32 = question.split(' ').next().unwrap().parse().unwrap();
            let right = w.below(3) > 0;
            let answer = if right { round + 1 } else { 77 };
            let mut given = Given::nothing(json!({"ANSWER": answer.to_string()}));
            given.shows = Some(Shown::Answer(held.answers + u32::from(right)));
            given
        }
        "DEVICE_SRP_AUTH" => {
            let proof = SrpClient::new();
            let key = &held.asked["ChallengeParameters"]["DEVICE_KEY"];
            let mut given = Given::nothing(json!({"SRP_A": proof.srp_a(), "DEVICE_KEY": key}));
            given.srp = Some(proof);
            given
        }
        "DEVICE_PASSWORD_VERIFIER" => {
            let proof = held.proof.as_ref().unwrap();
            let mut device = match &w.people[who].device {
                Some(device) => device.clone(),
                None => return Given::of(json!({}), Shown::Device, false),
            };
            let right = device.key == proof.given("DEVICE_KEY");
            let spoiled = w.below(3) == 0;
            if spoiled {
                device.password = "another".to_owned();
            }
            let responses = proof.answer("", &device)["ChallengeResponses"].clone();
            Given::of(responses, Shown::Device, right && !spoiled)
        }
        other => panic!("{other} was not expected"),
    }
}

/// Answers a session that was seen, mostly as its user and client.
async fn respond(w: &mut World<'_>) {
    if w.held.is_empty() {
        return;
    }
    let (mine, theirs) = (w.below(w.held.len()), w.below(w.held.len()));
    let held = w.held[mine].clone();
    let own = w.below(6) > 0 || mine == theirs;
    let from = w.held[if own { mine } else { theirs }].clone();
    let given = given(w, &held, &from, own);
    let as_client = if w.below(10) > 0 {
        held.client
    } else {
        1 - held.client
    };
    let as_user = if w.below(10) > 0 {
        held.who
    } else {
        1 - held.who
    };
    let name = match w.below(12) {
        0 => w.held[theirs].challenge.clone(),
        _ => held.challenge.clone(),
    };
    let site = Site {
        pool: w.pool.clone(),
        client: w.clients[as_client].clone(),
    };
    let named = json!({"USERNAME": w.people[as_user].name});
    let responses = with(given.responses.clone(), named);
    let input = reply(&site, &name, &held.asked["Session"], responses);
    let (op, input) = if w.below(4) == 0 {
        let input = with(input, json!({"UserPoolId": w.pool}));
        ("AdminRespondToAuthChallenge", input)
    } else {
        ("RespondToAuthChallenge", input)
    };
    let Ok(answer) = w.t.call(op, input).await else {
        w.refused += 1;
        return;
    };
    let what = || format!("{name} of {held:?}: {}", given.responses);
    assert_eq!(
        (as_client, as_user),
        (held.client, held.who),
        "foreign: {}",
        what()
    );
    assert_eq!(name, held.challenge, "out of order: {}", what());
    assert!(given.right, "wrong: {}", what());
    if let Some(shows) = given.shows {
        let state = if held.asked["Session"].is_string() {
            held.asked["Session"].clone()
        } else {
            given.responses["PASSWORD_CLAIM_SECRET_BLOCK"].clone()
        };
        assert!(w.spent.insert(state.to_string()), "twice: {}", what());
        if let Shown::Totp(_) = shows
            && let Some(code) = given.responses["SOFTWARE_TOKEN_MFA_CODE"].as_str()
        {
            w.people[held.who].used.insert(code.to_owned());
        }
    }
    let mut next = held.with(given.shows);
    if name == "NEW_PASSWORD_REQUIRED" {
        assert!(
            next.shown
                .contains(&Shown::Password(w.people[next.who].words)),
            "{}",
            what()
        );
        w.people[next.who].words += 1;
        next.shown
            .retain(|shown| !matches!(shown, Shown::Password(_)));
        next.shown.insert(Shown::Password(w.people[next.who].words));
    }
    w.take(answer, next, given.srp).await;
}

/// Calls AssociateSoftwareToken and VerifySoftwareToken with a session that was seen.
async fn set_up(w: &mut World<'_>) {
    if w.held.is_empty() {
        return;
    }
    let pick = w.below(w.held.len());
    let held = w.held[pick].clone();
    let session = held.asked["Session"].clone();
    if !session.is_string() {
        return;
    }
    let Some(secret) = held.app.clone().filter(|_| w.below(5) > 0) else {
        let begun =
            w.t.call("AssociateSoftwareToken", json!({"Session": session}))
                .await;
        if let Ok(begun) = begun {
            assert_eq!(
                (held.challenge.as_str(), &w.people[held.who].app),
                ("MFA_SETUP", &None)
            );
            let mut next = held;
            next.asked["Session"] = begun["Session"].clone();
            next.app = Some(begun["SecretCode"].clone());
            w.held.push(next);
        }
        return;
    };
    let right = w.below(3) > 0;
    let code = if right {
        App::scan(&secret).code(w.t)
    } else {
        "000000".to_owned()
    };
    let input = json!({"Session": session, "UserCode": code});
    match w.t.call("VerifySoftwareToken", input).await {
        Ok(verified) => {
            let person = &mut w.people[held.who];
            assert!(right && person.app.is_none(), "{held:?}");
            person.registered(secret, code);
            let mut next = held;
            next.asked["Session"] = verified["Session"].clone();
            (next.app, next.verified) = (None, Some(person.apps));
            w.held.push(next);
        }
        Err(_) => w.refused += 1,
    }
}

impl World<'_> {
    /// Takes an answer: tokens must be earned, a challenge is kept.
    async fn take(&mut self, answer: Value, mut held: Held, proof: Option<SrpClient>) {
        held.code = self.newest_code(held.who).await;
        let Some(name) = answer["ChallengeName"].as_str() else {
            assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
            self.judge(&held).await;
            self.tokens += 1;
            self.signed_in(held.who, &answer["AuthenticationResult"])
                .await;
            return;
        };
        held.challenge = name.to_owned();
        held.asked = answer.clone();
        held.answers = held.answers();
        match (name, proof) {
            ("PASSWORD_VERIFIER", Some(proof)) => {
                held.srp = Some(Arc::new(Srp::of(proof, &answer)))
            }
            ("DEVICE_PASSWORD_VERIFIER", Some(proof)) => {
                held.proof = Some(Arc::new(Proof::of(proof, answer)));
            }
            _ => {}
        }
        self.held.push(held);
    }
}

async fn walk(t: &TestApp, seed: u64, steps: usize) -> (u32, u32, HashSet<String>) {
    #[allow(clippy::print_stdout, reason = "how to repeat a walk that fails")]
    {
        println!("walk: COGNATE_WALK_SEED={seed}");
    }
    let mut w = World::new(t, seed).await;
    let mut met = HashSet::new();
    for _ in 0..steps {
        match w.below(20) {
            0..=4 => begin(&mut w).await,
            5..=13 => respond(&mut w).await,
            14..=16 => set_up(&mut w).await,
            _ => w.change().await,
        }
        met.extend(w.held.iter().map(|held| held.challenge.clone()));
        while w.held.len() > 10 {
            // The sessions of long ago are tried again now and then, not for ever.
            let oldest = w.below(5);
            w.held.remove(oldest);
        }
        w.forget_attempts().await;
    }
    (w.tokens, w.refused, met)
}

/// The challenges that all walks together must come to.
const CHALLENGES: usize = 12;

#[each_engine]
async fn no_walk_ends_in_tokens_without_every_required_factor(t: &TestApp) {
    #[allow(clippy::disallowed_methods, reason = "the seed of a walk to repeat")]
    let again = std::env::var("COGNATE_WALK_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let mut seeds = vec![1, 2, 3];
    seeds.extend((0..3).map(|_| cognate_crypto::random::below(u64::MAX)));
    if let Some(seed) = again {
        seeds = vec![seed];
    }
    let (mut tokens, mut refused, mut met, mut walks) = (0, 0, HashSet::new(), 0);
    while let Some(seed) = seeds.pop() {
        let (more, less, challenges) = walk(t, seed, 150).await;
        (tokens, refused) = (tokens + more, refused + less);
        met.extend(challenges);
        walks += 1;
        // Chance may lead past a challenge that is rare; it does not for long.
        if again.is_none() && seeds.is_empty() && met.len() < CHALLENGES && walks < 24 {
            seeds.push(cognate_crypto::random::below(u64::MAX));
        }
    }
    assert!(
        again.is_some() || tokens > 20 && refused > 100,
        "{tokens} tokens, {refused} refusals"
    );
    assert!(
        again.is_some() || met.len() >= CHALLENGES,
        "the walks came only to {met:?}"
    );
}

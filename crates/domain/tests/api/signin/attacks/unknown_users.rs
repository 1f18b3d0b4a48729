//! Unknown names, with a client that hides which users exist: every step of USER_AUTH is answered as for a user and at
//! the same cost, including used-up codes and the lockout, into it and out of it.

use cognate_crypto::srp::client::Client as SrpClient;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::choice::{begin, choices, prefer, respond};
use crate::support::signin::*;
use crate::support::{Refusal, TestApp};

/// The visible result of a step, and its cost inside: reads, commits, statements, round trips.
type Step = (String, Result<Value, Refusal>, [u64; 4]);

struct Watch<'a> {
    t: &'a TestApp,
    s: &'a Site,
    name: &'a str,
    steps: Vec<Step>,
}

impl Watch<'_> {
    async fn call(&mut self, what: &str, op: &str, input: Value) -> Result<Value, Refusal> {
        self.t.hold(&self.s.pool, &self.s.client).await;
        let before = self.t.app.store.work();
        let answer = self.t.call(op, input).await;
        let after = self.t.app.store.work();
        let cost = [
            after.reads - before.reads,
            after.commits - before.commits,
            after.statements - before.statements,
            after.trips - before.trips,
        ];
        self.steps
            .push((what.to_owned(), answer.clone().map(seen), cost));
        answer
    }

    async fn start(&mut self, what: &str, parameters: Value) -> Result<Value, Refusal> {
        let named = with(parameters, json!({"USERNAME": self.name}));
        self.call(what, "InitiateAuth", begin(&self.s.client, named))
            .await
    }

    async fn answer(
        &mut self,
        what: &str,
        challenge: &str,
        session: &Value,
        responses: Value,
    ) -> Result<Value, Refusal> {
        let named = with(json!({"USERNAME": self.name}), responses);
        let input = respond(&self.s.client, challenge, session, named);
        self.call(what, "RespondToAuthChallenge", input).await
    }
}

/// Returns an answer as far as it must be the same: texts that are different each time by their lengths, masked
/// addresses as they are.
fn seen(answer: Value) -> Value {
    let length = |value: &Value| json!(value.as_str().map(str::len));
    let mut seen = answer.clone();
    seen["Session"] = length(&answer["Session"]);
    if let Some(parameters) = answer["ChallengeParameters"].as_object() {
        for name in parameters.keys() {
            // B and the salt are numbers, whose leading zeros are not sent.
            seen["ChallengeParameters"][name] = match name.as_str() {
                "SRP_B" | "SALT" => json!(parameters[name].is_string()),
                "SECRET_BLOCK" | "USERNAME" | "USER_ID_FOR_SRP" => length(&parameters[name]),
                _ => json!(true),
            };
        }
    }
    seen
}

/// Tries all steps that need no knowledge of the user.
async fn tried(t: &TestApp, s: &Site, name: &str) -> Vec<Step> {
    let mut w = Watch {
        t,
        s,
        name,
        steps: Vec::new(),
    };
    let list = w.start("list", json!({})).await.unwrap()["Session"].clone();
    // A code, answered wrongly until it is burnt.
    let sent = w
        .start(
            "code by e-mail",
            json!({"PREFERRED_CHALLENGE": "EMAIL_OTP"}),
        )
        .await
        .unwrap();
    for n in 0..22 {
        let code = json!({"EMAIL_OTP_CODE": "123456789"});
        w.answer(
            &format!("wrong code {n}"),
            "EMAIL_OTP",
            &sent["Session"],
            code,
        )
        .await
        .unwrap_err();
    }
    let sent = w
        .start("code by SMS", json!({"PREFERRED_CHALLENGE": "SMS_OTP"}))
        .await
        .unwrap();
    let code = json!({"SMS_OTP_CODE": "123456789"});
    w.answer("wrong code by SMS", "SMS_OTP", &sent["Session"], code)
        .await
        .unwrap_err();
    // SRP, in its three ways.
    let proof = SrpClient::new();
    let a = json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": proof.srp_a()});
    let asked = w.start("SRP at once", a).await.unwrap();
    let wrong = Srp::of(proof, &asked).responses(&s.pool, "Wr0ng-one!");
    w.call(
        "wrong proof",
        "RespondToAuthChallenge",
        verify(&s.client, wrong),
    )
    .await
    .unwrap_err();
    let asked = w
        .start(
            "SRP asked for",
            json!({"PREFERRED_CHALLENGE": "PASSWORD_SRP"}),
        )
        .await
        .unwrap();
    let a = json!({"SRP_A": SrpClient::new().srp_a()});
    w.answer("A", "PASSWORD_SRP", &asked["Session"], a.clone())
        .await
        .unwrap();
    w.answer(
        "SRP chosen",
        "SELECT_CHALLENGE",
        &list,
        with(a, json!({"ANSWER": "PASSWORD_SRP"})),
    )
    .await
    .unwrap();
    // Passwords into the lockout: four more failures lock for a second, eight for sixteen.
    let asked = w
        .start("password", json!({"PREFERRED_CHALLENGE": "PASSWORD"}))
        .await
        .unwrap();
    for (n, pause) in [0, 0, 0, 1, 2, 4, 8, 0].into_iter().enumerate() {
        let word = json!({"PASSWORD": "Wr0ng-one!"});
        w.answer(
            &format!("wrong password {n}"),
            "PASSWORD",
            &asked["Session"],
            word,
        )
        .await
        .unwrap_err();
        t.advance(pause).await;
    }
    let locked = refusal(LOCKED);
    let word = json!({"PASSWORD": PASSWORD});
    let answer = w
        .answer(
            "right password, locked",
            "PASSWORD",
            &asked["Session"],
            word.clone(),
        )
        .await;
    assert_eq!(answer.unwrap_err(), locked, "{name}");
    for wish in ["", "PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"] {
        let mut parameters = json!({"SRP_A": SrpClient::new().srp_a()});
        if !wish.is_empty() {
            parameters["PREFERRED_CHALLENGE"] = json!(wish);
        }
        let answer = w.start(&format!("{wish}, locked"), parameters).await;
        assert_eq!(answer.unwrap_err(), locked, "{name} {wish}");
    }
    let at_once = with(word, json!({"PREFERRED_CHALLENGE": "PASSWORD"}));
    assert_eq!(
        w.start("password at once, locked", at_once)
            .await
            .unwrap_err(),
        locked
    );
    let code = json!({"SMS_OTP_CODE": "123456789"});
    let answer = w
        .answer("code, locked", "SMS_OTP", &sent["Session"], code.clone())
        .await;
    assert_eq!(answer.unwrap_err(), locked, "{name}");
    t.advance(16).await;
    w.answer("code, after the lock", "SMS_OTP", &sent["Session"], code)
        .await
        .unwrap_err();
    w.start("list, after the lock", json!({})).await.unwrap();
    w.steps
}

#[each_engine]
async fn nobody_is_answered_as_a_user_is_at_the_same_cost_lockout_included(t: &TestApp) {
    let hidden = json!({"PreventUserExistenceErrors": "ENABLED"});
    let s = choices(t, json!({}), hidden).await;
    // A user whose name is as long as the pseudonym of an unknown name, and who has both contacts.
    let contacts = json!([
        {"Name": "email", "Value": "j@example.com"}, {"Name": "phone_number", "Value": "+15555550100"},
    ]);
    let name = "user-0c0ffee0-0000-4000-8000-000000a";
    user_with(t, &s.pool, name, contacts).await;
    let offered =
        t.ok("InitiateAuth", prefer(&s.client, name, "")).await["AvailableChallenges"].clone();
    let mut nobody = None;
    for n in 0..0xff {
        let other = format!("user-0c0ffee0-0000-4000-8000-00001{n:02x}");
        let answer = t.ok("InitiateAuth", prefer(&s.client, &other, "")).await;
        if answer["AvailableChallenges"] == offered {
            nobody = Some(other);
            break;
        }
    }
    let nobody = nobody.unwrap();
    let (mut theirs, mut nobodys) = (Vec::new(), Vec::new());
    // What a cache reads anew when its time has come is in one round or the other.
    for _ in 0..3 {
        for (name, least) in [(name, &mut theirs), (nobody.as_str(), &mut nobodys)] {
            let steps = tried(t, &s, name).await;
            if least.is_empty() {
                *least = steps.clone();
            }
            assert_eq!(least.len(), steps.len());
            for (least, (what, answer, cost)) in least.iter_mut().zip(steps) {
                assert_eq!((&least.0, &least.1), (&what, &answer));
                least.2 = least.2.min(cost);
            }
        }
        let forget = "DELETE FROM attempts WHERE pool_id = ?1";
        let batch = cognate_store::Batch::new().run(forget, cognate_store::params![&s.pool]);
        t.app.store.commit(batch).await.unwrap();
    }
    assert_eq!(theirs, nobodys);
}

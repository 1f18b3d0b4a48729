//! Random walks over sign-ins with second factors: right and wrong answers in any order, to any session, while the
//! user, the pool and the password change. Tokens never come without everything that pool and user ask for.

use std::collections::HashSet;

use cognate_crypto::random;
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::mfa::*;
use crate::support::signin::{Site, by_password, set_password, sign_in};

/// A session that was returned, and the factors that its sign-in has proven by the walk's own account.
#[derive(Clone)]
struct Held {
    challenge: String,
    session: Value,
    /// How often the password had been changed when it was shown.
    password: u32,
    /// True if a second factor was proven.
    second: bool,
    /// The code that was sent for this session.
    code: Option<String>,
    /// The app that is being set up by this session.
    app: Option<Value>,
}

struct Walk<'a> {
    t: &'a TestApp,
    s: Site,
    held: Vec<Held>,
    /// A token of jane for what she does herself.
    token: Value,
    /// The secret of the app in force.
    app: Option<Value>,
    used: HashSet<String>,
    passwords: u32,
    required: bool,
    messages: usize,
    tokens: u32,
    refused: u32,
}

fn below(n: usize) -> usize {
    usize::try_from(random::below(u64::try_from(n).unwrap())).unwrap()
}

impl Walk<'_> {
    fn password(&self) -> String {
        format!("Passw0rd!{}", self.passwords)
    }

    /// Returns the messages sent since the last look, newest first.
    async fn news(&mut self) -> Vec<Value> {
        let all = inbox(self.t, &self.s.pool).await;
        let new = all.len() - self.messages;
        self.messages = all.len();
        all.into_iter().take(new).collect()
    }

    /// Takes an answer: tokens must be earned, a challenge is kept.
    async fn take(&mut self, answer: Value, mut lineage: Held) {
        lineage.code = self
            .news()
            .await
            .first()
            .map(|message| message["code"].as_str().unwrap().to_owned());
        if let Some(name) = answer["ChallengeName"].as_str() {
            lineage.challenge = name.to_owned();
            lineage.session = answer["Session"].clone();
            self.held.push(lineage);
            return;
        }
        assert!(answer["AuthenticationResult"]["AccessToken"].is_string());
        assert_eq!(lineage.password, self.passwords, "an old password");
        let shown = self.t.ok("AdminGetUser", of_jane(&self.s, json!({}))).await;
        let asked_for = self.required || shown.get("UserMFASettingList").is_some();
        assert!(lineage.second || !asked_for, "no second factor: {shown}");
        self.tokens += 1;
        self.token = answer["AuthenticationResult"]["AccessToken"].clone();
    }

    async fn begin(&mut self) {
        let right = below(4) > 0;
        let password = if right {
            self.password()
        } else {
            "Wr0ng-one!".to_owned()
        };
        let input = by_password(&self.s.client, "jane", &password);
        match self.t.call("InitiateAuth", input).await {
            Ok(answer) => {
                assert!(right, "a wrong password went on");
                let lineage = Held {
                    challenge: String::new(),
                    session: Value::Null,
                    password: self.passwords,
                    second: false,
                    code: None,
                    app: None,
                };
                self.take(answer, lineage).await;
            }
            Err(_) => self.refused += 1,
        }
    }

    /// Returns a code of an app with this secret, of this step or of one beside it.
    fn totp(&mut self, secret: &Value) -> String {
        App::scan(secret).code_in(self.t, [-30, 0, 30][below(3)])
    }

    async fn respond(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let held = self.held[below(self.held.len())].clone();
        let other = self.held[below(self.held.len())].clone();
        let mut next = held.clone();
        let mut responses = json!({});
        let mut right = false;
        let mut fresh = None;
        match held.challenge.as_str() {
            "SMS_MFA" | "EMAIL_OTP" => {
                // The code of another session is as good as a wrong one.
                let given = [held.code.clone(), other.code.clone(), Some("123456".into())]
                    [below(3)]
                .clone();
                right = given.is_some() && given == held.code;
                let member = if held.challenge == "SMS_MFA" {
                    "SMS_MFA_CODE"
                } else {
                    "EMAIL_OTP_CODE"
                };
                responses[member] = json!(given.unwrap_or_else(|| "0".into()));
            }
            "SOFTWARE_TOKEN_MFA" => {
                let code = match self.app.clone() {
                    Some(secret) if below(3) > 0 => self.totp(&secret),
                    _ => "000000".to_owned(),
                };
                let near = self.app.as_ref().map(App::scan);
                let is_right = |app: &App| {
                    [-30, 0, 30]
                        .iter()
                        .any(|off| app.code_in(self.t, *off) == code)
                };
                right = near.as_ref().is_some_and(is_right) && !self.used.contains(&code);
                fresh = right.then(|| code.clone());
                responses["SOFTWARE_TOKEN_MFA_CODE"] = json!(code);
            }
            "SELECT_MFA_TYPE" => {
                let all = ["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA", "NONE"];
                responses["ANSWER"] = json!(all[below(4)]);
            }
            "MFA_SETUP" => {
                if below(2) == 0 {
                    responses["EMAIL"] = json!(EMAIL);
                }
            }
            other => panic!("{other} was not expected"),
        }
        // Now and then under another challenge's name.
        let name = if below(8) == 0 {
            &other.challenge
        } else {
            &held.challenge
        };
        let input = answer(&self.s, name, &held.session, responses);
        match self.t.call("RespondToAuthChallenge", input).await {
            Ok(answer) => {
                next.second |= right;
                self.used.extend(fresh);
                self.take(answer, next).await;
            }
            Err(_) => self.refused += 1,
        }
    }

    /// Calls AssociateSoftwareToken and VerifySoftwareToken with a session.
    async fn set_up(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let held = self.held[below(self.held.len())].clone();
        let Some(secret) = held.app.clone().filter(|_| below(4) > 0) else {
            let input = json!({"Session": held.session});
            if let Ok(answer) = self.t.call("AssociateSoftwareToken", input).await {
                assert_eq!(held.challenge, "MFA_SETUP");
                assert!(
                    self.app.is_none(),
                    "the app in force was replaced by a session"
                );
                let next = Held {
                    session: answer["Session"].clone(),
                    app: Some(answer["SecretCode"].clone()),
                    ..held
                };
                self.held.push(next);
            }
            return;
        };
        let code = if below(3) == 0 {
            "000000".to_owned()
        } else {
            self.totp(&secret)
        };
        let input = json!({"Session": held.session, "UserCode": code});
        match self.t.call("VerifySoftwareToken", input).await {
            Ok(answer) => {
                assert!(
                    self.app.is_none(),
                    "the app in force was replaced by a session"
                );
                self.app = Some(secret);
                self.used.insert(code);
                self.held.push(Held {
                    session: answer["Session"].clone(),
                    second: true,
                    app: None,
                    ..held
                });
            }
            Err(_) => self.refused += 1,
        }
    }

    /// Makes a change by jane or her administrator.
    async fn change(&mut self) {
        match below(12) {
            0 => {
                self.passwords += 1;
                let password = self.password();
                set_password(self.t, &self.s.pool, "jane", &password).await;
            }
            1 | 2 => {
                self.required = below(2) == 0;
                let configuration = if self.required { "ON" } else { "OPTIONAL" };
                require(
                    self.t,
                    &self.s.pool,
                    configuration,
                    &["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"],
                )
                .await;
                self.t.advance(2).await;
            }
            3 if self.app.is_some() => {
                self.t
                    .ok("AdminDeleteSoftwareToken", of_jane(&self.s, json!({})))
                    .await;
                self.app = None;
            }
            4 | 5 => {
                let number = if below(2) == 0 { PHONE } else { "" };
                let email = if below(2) == 0 { EMAIL } else { "" };
                let list = json!([{"Name": "phone_number", "Value": number}, {"Name": "email", "Value": email}]);
                self.t
                    .ok(
                        "AdminUpdateUserAttributes",
                        of_jane(&self.s, json!({"UserAttributes": list})),
                    )
                    .await;
            }
            6 | 7 => self.t.advance([1, 31, 70][below(3)]).await,
            8 => {
                // By her own token, whatever it is still worth.
                if let Ok(begun) = self
                    .t
                    .call("AssociateSoftwareToken", json!({"AccessToken": self.token}))
                    .await
                {
                    let secret = begun["SecretCode"].clone();
                    let code = self.totp(&secret);
                    let verify = json!({"AccessToken": self.token, "UserCode": code});
                    self.t.ok("VerifySoftwareToken", verify).await;
                    self.app = Some(secret);
                    self.used.insert(code);
                }
            }
            _ => {
                let name = [
                    "SMSMfaSettings",
                    "EmailMfaSettings",
                    "SoftwareTokenMfaSettings",
                ][below(3)];
                let on = below(3) > 0;
                let setting = json!({"Enabled": on, "PreferredMfa": on && below(2) == 0});
                // Refused for what she has not set up.
                let _ = self
                    .t
                    .call(
                        "AdminSetUserMFAPreference",
                        of_jane(&self.s, json!({name: setting})),
                    )
                    .await;
            }
        }
    }
}

#[each_engine]
async fn tokens_never_come_without_what_pool_and_user_ask_for(t: &TestApp) {
    let (mut tokens, mut refused) = (0, 0);
    for _ in 0..4 {
        let s = mfa_site(
            t,
            "OPTIONAL",
            &["SMS_MFA", "EMAIL_OTP", "SOFTWARE_TOKEN_MFA"],
        )
        .await;
        jane(t, &s, &["email", "phone_number"]).await;
        let token = sign_in(t, &s.client, "jane").await["AccessToken"].clone();
        let mut walk = Walk {
            t,
            s,
            held: Vec::new(),
            token,
            app: None,
            used: HashSet::new(),
            passwords: 0,
            required: false,
            messages: 0,
            tokens: 0,
            refused: 0,
        };
        let password = walk.password();
        set_password(t, &walk.s.pool, "jane", &password).await;
        for _ in 0..150 {
            match below(20) {
                0..=4 => walk.begin().await,
                5..=12 => walk.respond().await,
                13..=16 => walk.set_up().await,
                _ => walk.change().await,
            }
            if walk.held.len() > 6 {
                walk.held.remove(0);
            }
            // The lockout is another test's; here it would only end the walk early.
            let forget = "DELETE FROM attempts WHERE pool_id = ?1";
            let batch =
                cognate_store::Batch::new().run(forget, cognate_store::params![&walk.s.pool]);
            t.app.store.commit(batch).await.unwrap();
        }
        tokens += walk.tokens;
        refused += walk.refused;
    }
    assert!(
        tokens > 10 && refused > 40,
        "{tokens} tokens, {refused} refusals: the walks went nowhere"
    );
}

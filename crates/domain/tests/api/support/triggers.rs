//! The triggers of CUSTOM_AUTH, played by a stub in this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cognate_domain::app::custom_auth::{
    ChallengeContext, CustomAuthTriggers, Deciding, Decision, NewChallenge,
};
use cognate_domain::errors;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::signin::*;

/// Two right answers sign in, three wrong ones end it, a first `tokens` or `nonsense` in ClientMetadata does at once
/// what it says. A user who began with SRP proves the password first.
#[derive(Clone, Default)]
pub struct Rules(Arc<Mutex<Vec<String>>>);

impl Rules {
    pub fn note(&self, asking: &ChallengeContext<'_>, what: &str) {
        let session: Vec<_> = asking
            .session
            .iter()
            .map(|entry| {
                let note = entry.challenge_metadata.as_deref().unwrap_or("-");
                format!("{}={}/{note}", entry.challenge_name, entry.challenge_result)
            })
            .collect();
        let who = if asking.user.is_some() {
            "user"
        } else {
            "nobody"
        };
        let line = format!("{what} {who} [{}]", session.join(" "));
        self.0.lock().unwrap().push(line);
    }

    pub fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl CustomAuthTriggers for Rules {
    fn define<'a>(&'a self, asking: ChallengeContext<'a>) -> Deciding<'a, Decision> {
        self.note(&asking, "define");
        let wish = asking.metadata.and_then(|map| map.get("wish"));
        let count = |right| {
            let custom = asking
                .session
                .iter()
                .filter(|entry| entry.challenge_name == "CUSTOM_CHALLENGE");
            custom
                .filter(|entry| entry.challenge_result == right)
                .count()
        };
        let challenge = |name: &str| Decision {
            challenge_name: Some(name.to_owned()),
            ..Decision::default()
        };
        let only_a = asking.session.len() == 1 && asking.session[0].challenge_name == "SRP_A";
        ready(match wish.map(String::as_str) {
            Some("tokens") => Decision {
                issue_tokens: true,
                ..Decision::default()
            },
            Some("fail") => Decision {
                fail_authentication: true,
                ..Decision::default()
            },
            Some("nonsense") => challenge("SOMETHING"),
            Some("nothing") => Decision::default(),
            _ if only_a => challenge("PASSWORD_VERIFIER"),
            _ if count(true) >= 2 => Decision {
                issue_tokens: true,
                ..Decision::default()
            },
            _ if count(false) >= 3 => Decision {
                fail_authentication: true,
                ..Decision::default()
            },
            _ => challenge("CUSTOM_CHALLENGE"),
        })
    }

    fn create<'a>(
        &'a self,
        asking: ChallengeContext<'a>,
        name: &'a str,
    ) -> Deciding<'a, NewChallenge> {
        self.note(&asking, &format!("create {name}"));
        let round = asking.session.len();
        ready(NewChallenge {
            public: BTreeMap::from([("question".to_owned(), format!("{round} + 1"))]),
            private: BTreeMap::from([("answer".to_owned(), (round + 1).to_string())]),
            metadata: Some(format!("round-{round}")),
        })
    }

    fn verify<'a>(
        &'a self,
        asking: ChallengeContext<'a>,
        private: &'a BTreeMap<String, String>,
        answer: &'a str,
    ) -> Deciding<'a, bool> {
        self.note(&asking, &format!("verify {answer}"));
        if answer == "throw" {
            return Box::pin(async {
                Err(errors::api(errors::ErrorCode::UserLambdaValidation, "thrown").into())
            });
        }
        ready(private.get("answer").map(String::as_str) == Some(answer))
    }
}

pub fn ready<'a, T: Send + 'a>(value: T) -> Deciding<'a, T> {
    Box::pin(async { Ok(value) })
}

/// Creates a pool with the three triggers, which [`Rules`] answers.
pub async fn custom(t: &TestApp, client: Value) -> (Site, Rules) {
    let rules = Rules::default();
    assert!(t.app.custom_auth.set(Box::new(rules.clone())).is_ok());
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let triggers = json!({"LambdaConfig": {"DefineAuthChallenge": arn, "CreateAuthChallenge": arn, "VerifyAuthChallengeResponse": arn}});
    let flows = json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]});
    let s = site_with(t, triggers, with(flows, client)).await;
    user(t, &s.pool, "jane").await;
    (s, rules)
}

pub fn begin(client: &str, parameters: Value) -> Value {
    initiate(client, "CUSTOM_AUTH", parameters)
}

pub fn reply(client: &str, challenge: &Value, answer: &str) -> Value {
    let name = &challenge["ChallengeParameters"]["USERNAME"];
    json!({
        "ClientId": client, "ChallengeName": "CUSTOM_CHALLENGE", "Session": challenge["Session"],
        "ChallengeResponses": {"USERNAME": name, "ANSWER": answer},
    })
}

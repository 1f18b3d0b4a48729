//! Coming to each challenge of [`crate::signin::attacks`], and the right answer to it.

use cognate_crypto::srp::client::Client as SrpClient;
use cognate_crypto::webauthn::client::Authenticator;
use serde_json::{Value, json};

use crate::signin::attacks::{Kind, TEMPORARY};
use crate::support::devices::{Device, Proof};
use crate::support::mfa::App;
use crate::support::passkeys::{self, Page};
use crate::support::signin::*;
use crate::support::users::code;
use crate::support::{Refusal, TestApp};
use Kind as K;

/// A user, and what they hold.
pub struct Person {
    pub name: String,
    pub sub: String,
    pub app: Option<App>,
    pub device: Option<Device>,
    pub passkey: Option<Authenticator>,
}

/// A challenge with its right answer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The operation, by its public name.
    pub op: &'static str,
    pub input: Value,
}

impl Asked {
    pub async fn answer(&self, t: &TestApp) -> Result<Value, Refusal> {
        t.call(self.op, self.input.clone()).await
    }

    /// Returns the answer with another value at a place.
    pub fn put(&self, pointer: &str, value: Value) -> Self {
        let mut other = self.clone();
        *other.input.pointer_mut(pointer).unwrap() = value;
        other
    }

    pub fn at(&self, pointer: &str) -> Value {
        self.input.pointer(pointer).unwrap().clone()
    }

    /// Returns the answer through the Admin operations.
    pub fn by_admin(&self, s: &Site) -> Self {
        let op = match self.op {
            "InitiateAuth" => "AdminInitiateAuth",
            "RespondToAuthChallenge" => "AdminRespondToAuthChallenge",
            other => other,
        };
        let input = with(self.input.clone(), json!({"UserPoolId": s.pool}));
        Self { op, input }
    }
}

/// Through which operations a sign-in begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Public,
    Admin,
}

/// Calls an operation through a door.
async fn go(t: &TestApp, s: &Site, door: Door, op: &'static str, input: Value) -> Value {
    let asked = Asked { op, input };
    let asked = match door {
        Door::Public => asked,
        Door::Admin => asked.by_admin(s),
    };
    t.ok(asked.op, asked.input).await
}

/// Returns the input of RespondToAuthChallenge.
pub fn reply(s: &Site, challenge: &str, session: &Value, responses: Value) -> Value {
    let mut input =
        json!({"ClientId": s.client, "ChallengeName": challenge, "ChallengeResponses": responses});
    if session.is_string() {
        input["Session"] = session.clone();
    }
    input
}

/// Brings `person` to the challenge and makes the right answer.
pub async fn ask(t: &TestApp, kind: Kind, s: &Site, person: &mut Person, door: Door) -> Asked {
    let name = person.name.clone();
    let start = async |flow: &str, more: Value| {
        let parameters = with(json!({"USERNAME": name}), more);
        go(
            t,
            s,
            door,
            "InitiateAuth",
            initiate(&s.client, flow, parameters),
        )
        .await
    };
    let by_word = async |password: &str, more: Value| {
        let flow = match door {
            Door::Public => "USER_PASSWORD_AUTH",
            Door::Admin => "ADMIN_USER_PASSWORD_AUTH",
        };
        start(flow, with(json!({"PASSWORD": password}), more)).await
    };
    let prefer =
        async |challenge: &str| start("USER_AUTH", json!({"PREFERRED_CHALLENGE": challenge})).await;
    let respond = |asked: &Value, more: Value| {
        let responses = with(json!({"USERNAME": name}), more);
        let challenge = asked["ChallengeName"].as_str().unwrap();
        let input = reply(s, challenge, &asked["Session"], responses);
        Asked {
            op: "RespondToAuthChallenge",
            input,
        }
    };
    let asked = match kind {
        K::PasswordVerifier => {
            let proof = SrpClient::new();
            let asked = start("USER_SRP_AUTH", json!({"SRP_A": proof.srp_a()})).await;
            let responses = Srp::of(proof, &asked).responses(&s.pool, PASSWORD);
            respond(&asked, responses)
        }
        K::NewPassword => {
            let asked = by_word(TEMPORARY, json!({})).await;
            respond(&asked, json!({"NEW_PASSWORD": PASSWORD}))
        }
        K::SmsMfa => {
            let asked = by_word(PASSWORD, json!({})).await;
            let code = code(t, &s.pool, &person.sub).await;
            respond(&asked, json!({"SMS_MFA_CODE": code}))
        }
        K::EmailMfa => {
            let asked = by_word(PASSWORD, json!({})).await;
            let code = code(t, &s.pool, &person.sub).await;
            respond(&asked, json!({"EMAIL_OTP_CODE": code}))
        }
        K::SoftwareToken => {
            crate::support::mfa::later(t).await;
            let asked = by_word(PASSWORD, json!({})).await;
            let code = person.app.as_ref().unwrap().code(t);
            respond(&asked, json!({"SOFTWARE_TOKEN_MFA_CODE": code}))
        }
        K::SelectMfa => {
            let asked = by_word(PASSWORD, json!({})).await;
            respond(&asked, json!({"ANSWER": "SMS_MFA"}))
        }
        K::MfaSetup => {
            let asked = by_word(PASSWORD, json!({})).await;
            respond(&asked, json!({"EMAIL": "new@example.com"}))
        }
        K::EmailSetup => {
            let asked = by_word(PASSWORD, json!({})).await;
            let address = format!("{}@example.com", person.name);
            let asked = respond(&asked, json!({"EMAIL": address}));
            let asked = go(t, s, door, asked.op, asked.input).await;
            let code = code(t, &s.pool, &person.sub).await;
            respond(&asked, json!({"EMAIL_OTP_CODE": code}))
        }
        K::Associate => {
            let asked = by_word(PASSWORD, json!({})).await;
            let input = json!({"Session": asked["Session"]});
            Asked {
                op: "AssociateSoftwareToken",
                input,
            }
        }
        K::VerifyToken | K::MfaVerified => {
            let asked = by_word(PASSWORD, json!({})).await;
            let begun = json!({"Session": asked["Session"]});
            let begun = t.ok("AssociateSoftwareToken", begun).await;
            let app = App::scan(&begun["SecretCode"]);
            let input = json!({"Session": begun["Session"], "UserCode": app.code(t)});
            person.app = Some(app);
            let op = "VerifySoftwareToken";
            if kind == K::VerifyToken {
                Asked { op, input }
            } else {
                let session = t.ok(op, input).await["Session"].clone();
                respond(&with(asked, json!({"Session": session})), json!({}))
            }
        }
        K::SelectChallenge => {
            let asked = start("USER_AUTH", json!({})).await;
            respond(&asked, json!({"ANSWER": "EMAIL_OTP"}))
        }
        K::Password => respond(&prefer("PASSWORD").await, json!({"PASSWORD": PASSWORD})),
        K::PasswordSrp => {
            let a = SrpClient::new().srp_a();
            respond(&prefer("PASSWORD_SRP").await, json!({"SRP_A": a}))
        }
        K::EmailOtp => {
            let asked = prefer("EMAIL_OTP").await;
            let code = code(t, &s.pool, &person.sub).await;
            respond(&asked, json!({"EMAIL_OTP_CODE": code}))
        }
        K::SmsOtp => {
            let asked = prefer("SMS_OTP").await;
            let code = code(t, &s.pool, &person.sub).await;
            respond(&asked, json!({"SMS_OTP_CODE": code}))
        }
        K::WebAuthn => {
            let asked = prefer("WEB_AUTHN").await;
            let options = passkeys::asked_by(&asked).options;
            let shown = Page::default().get(&options, person.passkey.as_mut().unwrap());
            respond(&asked, json!({"CREDENTIAL": shown.to_string()}))
        }
        K::Custom => {
            let asked = start("CUSTOM_AUTH", json!({})).await;
            respond(&asked, json!({"ANSWER": "1"}))
        }
        K::DeviceSrp | K::DeviceVerifier => {
            let device = person.device.as_ref().unwrap();
            let asked = by_word(PASSWORD, json!({"DEVICE_KEY": device.key})).await;
            let proof = SrpClient::new();
            let more = json!({"DEVICE_KEY": device.key, "SRP_A": proof.srp_a()});
            let begun = respond(&asked, more);
            if kind == K::DeviceSrp {
                begun
            } else {
                let asked = go(t, s, door, begun.op, begun.input).await;
                let input = Proof::of(proof, asked).answer(&s.client, device);
                Asked {
                    op: "RespondToAuthChallenge",
                    input,
                }
            }
        }
        K::FirstSignIn => {
            let attributes =
                json!([{"Name": "email", "Value": format!("{}@example.com", person.name)}]);
            let input = json!({"ClientId": s.client, "Username": person.name, "UserAttributes": attributes});
            let made = t.ok("SignUp", input).await;
            person.sub = made["UserSub"].as_str().unwrap().to_owned();
            let code = code(t, &s.pool, &person.sub).await;
            let input =
                json!({"ClientId": s.client, "Username": person.name, "ConfirmationCode": code});
            let session = t.ok("ConfirmSignUp", input).await["Session"].clone();
            let parameters = json!({"USERNAME": person.name});
            let input = initiate(&s.client, "USER_AUTH", parameters);
            Asked {
                op: "InitiateAuth",
                input: with(input, json!({"Session": session})),
            }
        }
    };
    let given = asked.input.get("ChallengeName").and_then(Value::as_str);
    if asked.op == "RespondToAuthChallenge" {
        assert_eq!(given, kind.challenge(), "{kind:?}");
    }
    asked
}

//! The world of [`crate::signin::walks`]: a pool that changes, two users, what was shown in each sign-in, and the
//! judge, who knows the rules and nothing of the program.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use cognate_crypto::webauthn::client::Authenticator;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::devices::{Device, Proof};
use crate::support::functions::lambda_config;
use crate::support::mfa::{App, recovery};
use crate::support::passkeys::{self, RP};
use crate::support::signin::*;
use crate::support::triggers::{CUSTOM_TRIGGERS, Rules};
use crate::support::users::inbox;

/// Something that was shown, by the walk's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// The password that the user had after so many changes.
    Password(u32),
    Sms,
    Email,
    /// A code of the app that was registered as this one.
    Totp(u32),
    /// A passkey whose authenticator verified its user.
    Passkey,
    /// So many right answers to the pool's own challenges.
    Answer(u32),
    Device,
}

/// A sign-in between two steps.
#[derive(Clone)]
pub struct Held {
    pub who: usize,
    pub client: usize,
    flow: &'static str,
    pub challenge: String,
    /// The challenge as it was given.
    pub asked: Value,
    pub shown: BTreeSet<Shown>,
    /// The code that was sent with it.
    pub code: Option<String>,
    pub srp: Option<Arc<Srp>>,
    pub proof: Option<Arc<Proof>>,
    /// The secret of the app that is being set up.
    pub app: Option<Value>,
    /// The app that was set up in this sign-in.
    pub verified: Option<u32>,
    /// Right answers to the pool's own challenges.
    pub answers: u32,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            who,
            client,
            flow,
            challenge,
            shown,
            verified,
            ..
        } = self;
        write!(
            f,
            "user {who}, client {client}, {flow}, {challenge}, shown {shown:?}, app {verified:?}"
        )
    }
}

impl Held {
    pub fn beginning(who: usize, client: usize, flow: &'static str) -> Self {
        Self {
            who,
            client,
            flow,
            challenge: String::new(),
            asked: Value::Null,
            shown: BTreeSet::new(),
            code: None,
            srp: None,
            proof: None,
            app: None,
            verified: None,
            answers: 0,
        }
    }

    pub fn with(&self, shown: Option<Shown>) -> Self {
        let mut next = self.clone();
        next.shown.extend(shown);
        next
    }

    pub fn answers(&self) -> u32 {
        let answers = self.shown.iter().map(|shown| match shown {
            Shown::Answer(n) => *n,
            _ => 0,
        });
        answers.max().unwrap_or(0)
    }
}

/// A user, and what they hold.
pub struct Somebody {
    pub name: &'static str,
    /// How often the password was changed.
    pub words: u32,
    enabled: bool,
    /// The secret of the app in force, and how many there were.
    pub app: Option<Value>,
    pub apps: u32,
    /// Codes of apps that were accepted.
    pub used: HashSet<String>,
    pub passkey: Authenticator,
    /// True if a passkey was chosen to count as both factors.
    both: bool,
    pub device: Option<Device>,
    access: Value,
}

impl Somebody {
    pub fn word(&self) -> String {
        format!("Passw0rd!{}{}", self.name, self.words)
    }

    pub fn word_after(&self) -> String {
        format!("Passw0rd!{}{}", self.name, self.words + 1)
    }

    pub fn registered(&mut self, secret: Value, code: String) {
        self.app = Some(secret);
        self.apps += 1;
        self.used.insert(code);
    }

    pub fn would_accept(&self, t: &TestApp, code: &str) -> bool {
        let app = self.app.as_ref().map(App::scan);
        let shows =
            app.is_some_and(|app| [-30, 0, 30].iter().any(|off| app.code_in(t, *off) == code));
        shows && !self.used.contains(code)
    }
}

pub struct World<'a> {
    pub t: &'a TestApp,
    pub pool: String,
    pub clients: [String; 2],
    pub people: [Somebody; 2],
    pub held: Vec<Held>,
    /// Sessions in which something was shown.
    pub spent: HashSet<String>,
    pub tokens: u32,
    pub refused: u32,
    mfa: &'static str,
    passkeys_are_both: bool,
    messages: usize,
    state: u64,
}

/// Returns the settings of the pool that UpdateUserPool would forget.
fn settings(factors: &[&str], devices: bool) -> Value {
    let mut settings = with(
        recovery(&["admin_only"]),
        json!({
            "LambdaConfig": lambda_config(&CUSTOM_TRIGGERS),
            "EmailConfiguration": {
                "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
            },
            "SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"},
            "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": factors}},
        }),
    );
    if devices {
        settings["DeviceConfiguration"] = json!({"ChallengeRequiredOnNewDevice": true});
    }
    settings
}

const FEW: [&str; 2] = ["PASSWORD", "WEB_AUTHN"];
const ALL: [&str; 4] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"];

impl<'a> World<'a> {
    pub async fn new(t: &'a TestApp, seed: u64) -> Self {
        Rules::install(t);
        let flows = json!({"ExplicitAuthFlows": [
            "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH",
        ]});
        let s = site_with(t, settings(&FEW, true), flows.clone()).await;
        let other = client_of(t, &s.pool, flows).await["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        let relying = json!({"UserPoolId": s.pool, "MfaConfiguration": "OFF", "WebAuthnConfiguration": {"RelyingPartyId": RP}});
        t.ok("SetUserPoolMfaConfig", relying).await;
        let person = async |name: &'static str, phone: &str| {
            let contacts = json!([
                {"Name": "email", "Value": format!("{name}@example.com")}, {"Name": "phone_number", "Value": phone},
            ]);
            user_with(t, &s.pool, name, contacts).await;
            let access = sign_in(t, &s.client, name).await["AccessToken"].clone();
            let passkey = Authenticator::es256(RP);
            passkeys::register(t, &access, &passkey).await;
            let person = Somebody {
                name,
                words: 0,
                enabled: true,
                app: None,
                apps: 0,
                used: HashSet::new(),
                passkey,
                both: false,
                device: None,
                access,
            };
            set_password(t, &s.pool, name, &person.word()).await;
            person
        };
        let people = [
            person("jane", "+15555550100").await,
            person("mallory", "+15555550101").await,
        ];
        let mut world = Self {
            t,
            clients: [s.client.clone(), other],
            people,
            held: Vec::new(),
            spent: HashSet::new(),
            tokens: 0,
            refused: 0,
            mfa: "OFF",
            passkeys_are_both: false,
            messages: 0,
            state: seed,
            pool: s.pool.clone(),
        };
        world.reconfigure().await;
        world
    }

    /// Returns a number below `n`: SplitMix64, so that a walk can be repeated.
    pub fn below(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % u64::try_from(n).unwrap()).unwrap()
    }

    /// Returns the code that was sent to a user by the last call.
    pub async fn newest_code(&mut self, who: usize) -> Option<String> {
        let all = inbox(self.t, &self.pool).await;
        let new = all.len() - self.messages;
        self.messages = all.len();
        assert!(new <= 1, "one step sent {new} codes");
        let message = all.into_iter().take(new).next()?;
        assert_eq!(
            message["user"], self.people[who].name,
            "a code went to somebody else"
        );
        Some(message["code"].as_str().unwrap().to_owned())
    }

    /// Asserts that the pool and the user as they are now let this sign-in have tokens.
    pub async fn judge(&self, held: &Held) {
        let person = &self.people[held.who];
        let of_them = json!({"UserPoolId": self.pool, "Username": person.name});
        let user = self.t.ok("AdminGetUser", of_them).await;
        let what = || {
            format!(
                "tokens for {held:?} in a pool with MFA {}: {user}",
                self.mfa
            )
        };
        let shows_password = |shown: &Shown| matches!(shown, Shown::Password(_));
        let is_fit = match user["UserStatus"].as_str().unwrap() {
            "CONFIRMED" => true,
            // A temporary password is no obstacle to those who do without it.
            "FORCE_CHANGE_PASSWORD" => {
                held.flow == "CUSTOM_AUTH" && !held.shown.iter().any(shows_password)
            }
            _ => false,
        };
        assert!(person.enabled && is_fit, "{}", what());
        let mut password = false;
        let mut factors = 0;
        let mut second = false;
        let mut first = false;
        for shown in &held.shown {
            factors += 1;
            match shown {
                Shown::Password(words) => {
                    assert_eq!(*words, person.words, "a former password: {}", what());
                    password = true;
                }
                Shown::Totp(app) => {
                    assert!(
                        person.app.is_some() && *app == person.apps,
                        "a former app: {}",
                        what()
                    );
                    second = true;
                }
                Shown::Sms | Shown::Email => (first, second) = (true, true),
                Shown::Device => second = true,
                Shown::Passkey => first = true,
                Shown::Answer(_) => factors -= 1,
            }
        }
        let satisfied = held.answers() >= 2;
        match held.flow {
            // The pool's own challenges decide alone, or after a password and all that goes with it.
            "CUSTOM_AUTH" => {
                assert!(satisfied, "{}", what());
                if !password {
                    return;
                }
            }
            "USER_AUTH" => assert!(password || first, "{}", what()),
            _ => assert!(password, "{}", what()),
        }
        let required = match self.mfa {
            "ON" => true,
            "OPTIONAL" => user.get("UserMFASettingList").is_some(),
            _ => false,
        };
        let both = held.shown.contains(&Shown::Passkey) && person.both && self.passkeys_are_both;
        assert!(!required || both || (factors >= 2 && second), "{}", what());
    }

    /// Takes tokens: confirms the new device now and then.
    pub async fn signed_in(&mut self, who: usize, result: &Value) {
        self.people[who].access = result["AccessToken"].clone();
        if result.get("NewDeviceMetadata").is_some() && self.below(2) == 0 {
            let device = Device::of(result);
            let input = device.confirmation(&result["AccessToken"]);
            self.t.ok("ConfirmDevice", input).await;
            self.people[who].device = Some(device);
        }
    }

    /// Sets another configuration of the pool.
    async fn reconfigure(&mut self) {
        self.mfa = ["OFF", "OPTIONAL", "ON"][self.below(3)];
        // Where two factors are required, passkeys that count as one are no first factor.
        self.passkeys_are_both = self.mfa == "ON" || self.below(2) == 0;
        let devices = self.below(3) > 0;
        let of_pool = json!({"UserPoolId": self.pool});
        self.t
            .ok(
                "UpdateUserPool",
                with(settings(&FEW, devices), of_pool.clone()),
            )
            .await;
        let configuration = if self.passkeys_are_both {
            "MULTI_FACTOR_WITH_USER_VERIFICATION"
        } else {
            "SINGLE_FACTOR"
        };
        let mut factors = json!({
            "UserPoolId": self.pool, "MfaConfiguration": self.mfa,
            "WebAuthnConfiguration": {"RelyingPartyId": RP, "FactorConfiguration": configuration},
        });
        if self.mfa != "OFF" {
            factors["SmsMfaConfiguration"] =
                json!({"SmsConfiguration": {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"}});
            factors["EmailMfaConfiguration"] = json!({});
            factors["SoftwareTokenMfaConfiguration"] = json!({"Enabled": true});
        }
        self.t.ok("SetUserPoolMfaConfig", factors).await;
        if self.mfa == "OFF" {
            self.t
                .ok("UpdateUserPool", with(settings(&ALL, devices), of_pool))
                .await;
        }
        self.t.advance(2).await;
    }

    /// Makes a change by a user or an administrator.
    pub async fn change(&mut self) {
        let (t, who) = (self.t, self.below(2));
        let of_them = json!({"UserPoolId": self.pool, "Username": self.people[who].name});
        match self.below(14) {
            0 | 1 => self.reconfigure().await,
            2 => {
                let permanent = self.below(2) == 0;
                self.people[who].words += 1;
                let word = self.people[who].word();
                let input = with(of_them, json!({"Password": word, "Permanent": permanent}));
                t.ok("AdminSetUserPassword", input).await;
            }
            3 if self.people[who].app.is_some() => {
                t.ok("AdminDeleteSoftwareToken", of_them).await;
                self.people[who].app = None;
            }
            4 | 5 => {
                let enable = !self.people[who].enabled;
                let op = if enable {
                    "AdminEnableUser"
                } else {
                    "AdminDisableUser"
                };
                t.ok(op, of_them).await;
                self.people[who].enabled = enable;
            }
            6 => {
                let email = if self.below(3) > 0 {
                    "new@example.com"
                } else {
                    ""
                };
                let phone = if self.below(3) > 0 {
                    "+15555550102"
                } else {
                    ""
                };
                let list = json!([{"Name": "phone_number", "Value": phone}, {"Name": "email", "Value": email}]);
                t.ok(
                    "AdminUpdateUserAttributes",
                    with(of_them, json!({"UserAttributes": list})),
                )
                .await;
            }
            7 | 8 => {
                let seconds = [1, 31, 70, 200][self.below(4)];
                t.advance(seconds).await;
            }
            9 => {
                // By their own token, whatever it still is worth.
                let access = self.people[who].access.clone();
                let Ok(begun) = t
                    .call("AssociateSoftwareToken", json!({"AccessToken": access}))
                    .await
                else {
                    return;
                };
                let secret = begun["SecretCode"].clone();
                let code = App::scan(&secret).code(t);
                t.ok(
                    "VerifySoftwareToken",
                    json!({"AccessToken": access, "UserCode": code}),
                )
                .await;
                self.people[who].registered(secret, code);
            }
            10 => {
                if let Some(device) = self.people[who].device.clone() {
                    let input = with(of_them, json!({"DeviceKey": device.key}));
                    // Refused while the pool tracks no devices.
                    if t.call("AdminForgetDevice", input).await.is_ok() {
                        self.people[who].device = None;
                    }
                }
            }
            _ => {
                let name = [
                    "SMSMfaSettings",
                    "EmailMfaSettings",
                    "SoftwareTokenMfaSettings",
                    "WebAuthnMfaSettings",
                ][self.below(4)];
                let on = self.below(4) > 0;
                let mut setting = json!({"Enabled": on});
                if name != "WebAuthnMfaSettings" {
                    setting["PreferredMfa"] = json!(on && self.below(2) == 0);
                }
                // Refused for what they have not set up.
                let answer = t
                    .call(
                        "AdminSetUserMFAPreference",
                        with(of_them, json!({name: setting})),
                    )
                    .await;
                if answer.is_ok() && name == "WebAuthnMfaSettings" {
                    self.people[who].both = on;
                }
            }
        }
    }

    /// Deletes the attempts. The lockout is another test's; here it would only end the walk early.
    pub async fn forget_attempts(&self) {
        let forget = "DELETE FROM attempts WHERE pool_id = ?1";
        let batch = cognate_store::Batch::new().run(forget, cognate_store::params![&self.pool]);
        self.t.app.store.commit(batch).await.unwrap();
    }
}

//! Helpers for the attacks on challenges: every challenge there is, how a user comes to it, its right answer.

mod answers;
pub mod asking;
mod changes;
mod unknown_users;

use cognate_crypto::webauthn::client::Authenticator;
use serde_json::{Value, json};

use crate::signin::attacks::asking::Person;
use crate::support::TestApp;
use crate::support::choice::choices;
use crate::support::devices::Device;
use crate::support::functions::lambda_config;
use crate::support::mfa::{mfa_site, mfa_site_with, recovery, register};
use crate::support::passkeys;
use crate::support::signin::*;
use crate::support::triggers::{CUSTOM_TRIGGERS, Rules};

pub const INVALID: (&str, &str) = ("NotAuthorizedException", "Invalid session for the user.");
pub const NONSENSE: (&str, &str) = ("NotAuthorizedException", "Invalid session provided");
pub const USED: (&str, &str) = (
    "NotAuthorizedException",
    "Invalid session for the user, session can only be used once.",
);
pub const EXPIRED: (&str, &str) = (
    "NotAuthorizedException",
    "Invalid session for the user, session is expired.",
);
pub const TEMPORARY: &str = "Temp0rary!";

/// A challenge that can be sent, or an operation that continues with the session of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PasswordVerifier,
    NewPassword,
    SmsMfa,
    EmailMfa,
    SoftwareToken,
    SelectMfa,
    /// MFA_SETUP answered with an address.
    MfaSetup,
    /// The code to that address.
    EmailSetup,
    Associate,
    VerifyToken,
    /// MFA_SETUP with the session of VerifySoftwareToken.
    MfaVerified,
    SelectChallenge,
    Password,
    PasswordSrp,
    EmailOtp,
    SmsOtp,
    WebAuthn,
    Custom,
    DeviceSrp,
    DeviceVerifier,
    /// InitiateAuth with the session of ConfirmSignUp.
    FirstSignIn,
}

use Kind as K;

impl Kind {
    pub const ALL: [Self; 21] = [
        K::PasswordVerifier,
        K::NewPassword,
        K::SmsMfa,
        K::EmailMfa,
        K::SoftwareToken,
        K::SelectMfa,
        K::MfaSetup,
        K::EmailSetup,
        K::Associate,
        K::VerifyToken,
        K::MfaVerified,
        K::SelectChallenge,
        K::Password,
        K::PasswordSrp,
        K::EmailOtp,
        K::SmsOtp,
        K::WebAuthn,
        K::Custom,
        K::DeviceSrp,
        K::DeviceVerifier,
        K::FirstSignIn,
    ];

    /// Returns the challenge that the session is for; None where it answers none.
    pub fn challenge(self) -> Option<&'static str> {
        Some(match self {
            K::PasswordVerifier => "PASSWORD_VERIFIER",
            K::NewPassword => "NEW_PASSWORD_REQUIRED",
            K::SmsMfa => "SMS_MFA",
            K::EmailMfa | K::EmailSetup | K::EmailOtp => "EMAIL_OTP",
            K::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            K::SelectMfa => "SELECT_MFA_TYPE",
            K::MfaSetup | K::Associate | K::VerifyToken | K::MfaVerified => "MFA_SETUP",
            K::SelectChallenge => "SELECT_CHALLENGE",
            K::Password => "PASSWORD",
            K::PasswordSrp => "PASSWORD_SRP",
            K::SmsOtp => "SMS_OTP",
            K::WebAuthn => "WEB_AUTHN",
            K::Custom => "CUSTOM_CHALLENGE",
            K::DeviceSrp => "DEVICE_SRP_AUTH",
            K::DeviceVerifier => "DEVICE_PASSWORD_VERIFIER",
            K::FirstSignIn => return None,
        })
    }

    /// True if the right answer leaves the session as it was, since it proves nothing.
    pub fn leaves_all_as_it_was(self) -> bool {
        matches!(self, K::Associate | K::PasswordSrp | K::DeviceSrp)
    }

    /// True if the password was proven before.
    pub fn is_after_the_password(self) -> bool {
        matches!(
            self,
            K::NewPassword
                | K::SmsMfa
                | K::EmailMfa
                | K::SoftwareToken
                | K::SelectMfa
                | K::MfaSetup
                | K::EmailSetup
                | K::Associate
                | K::VerifyToken
                | K::MfaVerified
                | K::DeviceSrp
                | K::DeviceVerifier
        )
    }

    /// True if the operation is one of authenticator apps, whose requests hold nothing but the session.
    pub fn is_of_apps(self) -> bool {
        matches!(self, K::Associate | K::VerifyToken)
    }

    /// Returns the place in the answer that holds the state of the sign-in.
    pub fn carrier(self) -> &'static str {
        match self {
            K::PasswordVerifier | K::DeviceVerifier => {
                "/ChallengeResponses/PASSWORD_CLAIM_SECRET_BLOCK"
            }
            _ => "/Session",
        }
    }

    /// Returns the place in the answer that names its user.
    pub fn name_at(self) -> Option<&'static str> {
        match self {
            K::FirstSignIn => Some("/AuthParameters/USERNAME"),
            _ if self.is_of_apps() => None,
            _ => Some("/ChallengeResponses/USERNAME"),
        }
    }

    /// Returns the refusal of a state that is another user's or was altered.
    pub fn foreign(self) -> (&'static str, &'static str) {
        match self {
            K::PasswordVerifier | K::DeviceVerifier => WRONG,
            _ => INVALID,
        }
    }

    /// Returns the refusal of a second right answer.
    pub fn used(self) -> (&'static str, &'static str) {
        match self {
            K::PasswordVerifier => WRONG,
            _ => USED,
        }
    }

    fn flows(self) -> Value {
        match self {
            K::Custom => json!({"ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH"]}),
            K::SelectChallenge
            | K::Password
            | K::PasswordSrp
            | K::EmailOtp
            | K::SmsOtp
            | K::WebAuthn
            | K::FirstSignIn => {
                json!({"ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]})
            }
            _ => json!({}),
        }
    }

    /// Returns the attributes that bring a user to the challenge.
    fn attributes(self, name: &str) -> Value {
        let email = json!({"Name": "email", "Value": format!("{name}@example.com")});
        let phone = json!({"Name": "phone_number", "Value": "+15555550100"});
        match self {
            K::SmsMfa | K::DeviceSrp | K::DeviceVerifier => json!([phone]),
            K::EmailMfa => json!([email]),
            K::SelectMfa | K::SelectChallenge | K::Password | K::PasswordSrp => {
                json!([email, phone])
            }
            K::EmailOtp | K::SmsOtp => json!([email, phone]),
            _ => json!([]),
        }
    }

    /// Creates a pool that sends the challenge, and a client of it.
    pub async fn site(self, t: &TestApp) -> Site {
        let setup = ["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"];
        match self {
            K::PasswordVerifier | K::NewPassword => site(t).await,
            K::SmsMfa => mfa_site(t, "ON", &["SMS_MFA"]).await,
            K::EmailMfa => mfa_site(t, "ON", &["EMAIL_OTP"]).await,
            K::SelectMfa => mfa_site(t, "ON", &["SMS_MFA", "EMAIL_OTP"]).await,
            K::SoftwareToken => mfa_site(t, "OPTIONAL", &["SOFTWARE_TOKEN_MFA"]).await,
            K::MfaSetup | K::EmailSetup | K::Associate | K::VerifyToken | K::MfaVerified => {
                mfa_site(t, "ON", &setup).await
            }
            K::DeviceSrp | K::DeviceVerifier => {
                let devices =
                    json!({"DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true}});
                let settings = with(recovery(&["admin_only"]), devices);
                mfa_site_with(t, "OPTIONAL", &["SMS_MFA"], settings).await
            }
            K::WebAuthn => passkeys::passkey_site(t, json!({})).await,
            K::Custom => {
                Rules::install(t);
                let triggers = json!({"LambdaConfig": lambda_config(&CUSTOM_TRIGGERS)});
                site_with(t, triggers, self.flows()).await
            }
            _ => {
                let verifies = json!({"AutoVerifiedAttributes": ["email"]});
                choices(t, verifies, self.flows()).await
            }
        }
    }

    /// Creates another client of the pool, with the same settings.
    pub async fn other_client(self, t: &TestApp, s: &Site) -> String {
        let made = client_of(t, &s.pool, self.flows()).await;
        made["ClientId"].as_str().unwrap().to_owned()
    }

    /// Creates a user who will get the challenge.
    pub async fn person(self, t: &TestApp, s: &Site, name: &str) -> Person {
        let mut person = Person {
            name: name.to_owned(),
            sub: String::new(),
            app: None,
            device: None,
            passkey: None,
        };
        let of_them = json!({"UserPoolId": s.pool, "Username": name});
        if self == K::FirstSignIn {
            return person;
        }
        if self == K::NewPassword {
            let more = json!({"MessageAction": "SUPPRESS", "TemporaryPassword": TEMPORARY});
            t.ok("AdminCreateUser", with(of_them, more)).await;
            return person;
        }
        person.sub = user_with(t, &s.pool, name, self.attributes(name)).await;
        let prefer = async |setting: &str| {
            let on = with(of_them.clone(), json!({setting: {"Enabled": true}}));
            t.ok("AdminSetUserMFAPreference", on).await;
        };
        match self {
            K::SoftwareToken => {
                let access = sign_in(t, &s.client, name).await["AccessToken"].clone();
                person.app = Some(register(t, &access).await);
                prefer("SoftwareTokenMfaSettings").await;
            }
            K::DeviceSrp | K::DeviceVerifier => {
                let result = sign_in(t, &s.client, name).await;
                let device = Device::of(&result);
                let input = device.confirmation(&result["AccessToken"]);
                t.ok("ConfirmDevice", input).await;
                prefer("SMSMfaSettings").await;
                person.device = Some(device);
            }
            K::WebAuthn => {
                let device = Authenticator::es256(passkeys::RP);
                let access = sign_in(t, &s.client, name).await["AccessToken"].clone();
                passkeys::register(t, &access, &device).await;
                person.passkey = Some(device);
            }
            _ => {}
        }
        person
    }
}

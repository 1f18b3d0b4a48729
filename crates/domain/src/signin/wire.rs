//! The API's names: AuthParameters and ChallengeResponses become a typed request, a typed challenge becomes
//! ChallengeName and ChallengeParameters. No other module of sign-in knows these names.

use std::collections::BTreeMap;

use cognate_crypto::secret::{Secret, SecretString};
use cognate_shapes::{AuthFlowType, ChallengeNameType};

use crate::errors::{Result, auth, sessions as refusals};
use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::signin::answer::{Answer, AnswerRequest, Claim, Needed, StartRequest, UserAuth, Way};
use crate::signin::challenge::{Ask, Delivery, SrpNumbers};
use crate::signin::refresh::RefreshRequest;
use crate::signin::secret_hash::ClientProof;

/// AuthParameters or ChallengeResponses.
pub struct Parameters<'a>(Option<&'a BTreeMap<String, String>>);

impl<'a> Parameters<'a> {
    /// Returns the parameters of a request.
    pub fn new(map: Option<&'a BTreeMap<String, String>>) -> Self {
        Self(map)
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.and_then(|map| map.get(name)).map(String::as_str)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// Returns a parameter that must be there and not be empty.
    fn needed(&self, name: &str) -> Needed<String> {
        match self.get(name).filter(|value| !value.is_empty()) {
            Some(value) => Needed::present(value.to_owned()),
            None => Needed::absent(auth::missing_parameter(name)),
        }
    }

    fn password(&self, name: &str) -> Needed<SecretString> {
        self.needed(name).map(Secret::new)
    }

    /// Returns a parameter that may be absent, and must not be empty if it is there.
    fn given<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Self, &str) -> Needed<T>,
    ) -> Option<Needed<T>> {
        self.get(name).map(|_| read(self, name))
    }

    fn proof(&self) -> ClientProof {
        ClientProof::Hash(self.owned("SECRET_HASH"))
    }

    fn claim(&self) -> Claim {
        Claim {
            block: self.needed("PASSWORD_CLAIM_SECRET_BLOCK"),
            signature: self.needed("PASSWORD_CLAIM_SIGNATURE"),
            timestamp: self.needed("TIMESTAMP"),
        }
    }

    fn attributes(&self) -> BTreeMap<String, String> {
        let all = self.0.into_iter().flatten();
        all.filter_map(|(name, value)| {
            let name = name.strip_prefix("userAttributes.")?;
            Some((name.to_owned(), value.clone()))
        })
        .collect()
    }

    /// Returns a start with the password, which is also an answer to ADMIN_NO_SRP_AUTH.
    pub fn password_start(&self) -> StartRequest {
        self.start_by(Way::Password(self.password("PASSWORD")))
    }

    fn start_by(&self, way: Way) -> StartRequest {
        StartRequest {
            name: self.needed("USERNAME"),
            proof: self.proof(),
            device_key: self.owned("DEVICE_KEY"),
            way,
        }
    }

    /// AuthParameters of a flow that begins a sign-in; None for the flows of refresh tokens. `session`: that of a
    /// sign-up that was just confirmed.
    pub fn start(&self, flow: AuthFlowType, session: Option<&str>) -> Option<StartRequest> {
        use AuthFlowType as F;
        Some(match flow {
            F::UserPasswordAuth | F::AdminUserPasswordAuth | F::AdminNoSrpAuth => {
                self.password_start()
            }
            F::UserSrpAuth => self.start_by(Way::Srp(self.needed("SRP_A"))),
            F::CustomAuth => {
                let with_srp = self.get("CHALLENGE_NAME") == Some("SRP_A");
                let public_a = with_srp.then(|| self.needed("SRP_A"));
                self.start_by(Way::Custom { public_a })
            }
            F::UserAuth => self.start_by(match session {
                Some(session) => Way::SignUp(session.to_owned()),
                None => Way::UserAuth(self.user_auth()),
            }),
            F::RefreshTokenAuth | F::RefreshToken => return None,
        })
    }

    fn user_auth(&self) -> UserAuth {
        let levels = self.get("TARGET_ACR_VALUES");
        UserAuth {
            levels: levels.map(|names| names.split_ascii_whitespace().map(str::to_owned).collect()),
            access_token: self.owned("ACCESS_TOKEN"),
            max_age: self.get("MAX_AGE").map(seconds),
            preferred: self
                .get("PREFERRED_CHALLENGE")
                .and_then(ChallengeNameType::parse),
            password: self.given("PASSWORD", Self::password),
            public_a: self.given("SRP_A", Self::needed),
        }
    }

    /// AuthParameters of the flows of refresh tokens.
    pub fn refresh(&self) -> RefreshRequest {
        RefreshRequest {
            token: self.needed("REFRESH_TOKEN"),
            proof: self.proof(),
            device_key: self.owned("DEVICE_KEY"),
        }
    }

    /// ChallengeResponses of an answer; None for ADMIN_NO_SRP_AUTH, which begins a sign-in.
    pub fn answer(
        &self,
        challenge: ChallengeNameType,
        session: Option<&str>,
    ) -> Option<AnswerRequest> {
        use ChallengeNameType as C;
        let answer = match challenge {
            C::AdminNoSrpAuth => return None,
            C::PasswordVerifier => Answer::PasswordProof(self.claim()),
            C::NewPasswordRequired => Answer::NewPassword {
                password: self.password("NEW_PASSWORD"),
                attributes: self.attributes(),
            },
            C::SmsMfa => Answer::SmsMfa(self.needed("SMS_MFA_CODE")),
            C::EmailOtp => Answer::EmailOtp(self.needed("EMAIL_OTP_CODE")),
            C::SmsOtp => Answer::SmsOtp(self.needed("SMS_OTP_CODE")),
            C::SoftwareTokenMfa => Answer::SoftwareToken(self.needed("SOFTWARE_TOKEN_MFA_CODE")),
            C::SelectMfaType => {
                Answer::SelectMfa(self.needed("ANSWER").map(|name| MfaFactor::parse(&name)))
            }
            // The documentation prints the member in lower case, the clients send it in capitals (auth.md 4.2).
            C::MfaSetup => {
                let email = self.owned("EMAIL").or_else(|| self.owned("email"));
                Answer::MfaSetup {
                    contact: email.map(|email| (Contact::Email, email)),
                }
            }
            C::SelectChallenge => Answer::SelectChallenge {
                factor: self
                    .needed("ANSWER")
                    .map(|name| ChallengeNameType::parse(&name)),
                password: self.given("PASSWORD", Self::password),
                public_a: self.given("SRP_A", Self::needed),
            },
            C::Password => Answer::Password(self.password("PASSWORD")),
            C::PasswordSrp => Answer::PasswordSrp(self.needed("SRP_A")),
            C::WebAuthn => Answer::WebAuthn(self.needed("CREDENTIAL")),
            C::CustomChallenge => Answer::Custom(self.needed("ANSWER")),
            C::DeviceSrpAuth => Answer::DeviceSrp {
                key: self.needed("DEVICE_KEY"),
                public_a: self.needed("SRP_A"),
            },
            C::DevicePasswordVerifier => Answer::DeviceProof {
                key: self.needed("DEVICE_KEY"),
                claim: self.claim(),
            },
        };
        Some(AnswerRequest {
            name: self.needed("USERNAME"),
            proof: self.proof(),
            device_key: self.owned("DEVICE_KEY"),
            session: match session {
                Some(session) => Needed::present(session.to_owned()),
                None => Needed::absent(auth::missing_parameter("Session")),
            },
            answer,
        })
    }
}

/// Returns MAX_AGE in seconds.
fn seconds(text: &str) -> Needed<i64> {
    match text.parse().ok().filter(|seconds| *seconds >= 0) {
        Some(seconds) => Needed::present(seconds),
        None => Needed::absent(refusals::invalid_max_age()),
    }
}

/// Returns ChallengeName and ChallengeParameters.
///
/// # Errors
/// Those of serialization.
pub fn challenge(ask: Ask) -> Result<(ChallengeNameType, BTreeMap<String, String>)> {
    use ChallengeNameType as C;
    let mut out = BTreeMap::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            out.insert(name.to_owned(), value);
        }
    };
    let name = match ask {
        Ask::PasswordVerifier { numbers, username } => {
            put_numbers(&mut put, numbers);
            put("USERNAME", Some(username.clone()));
            put("USER_ID_FOR_SRP", Some(username));
            C::PasswordVerifier
        }
        Ask::NewPassword {
            required,
            attributes,
            name_for_srp,
        } => {
            let required: Vec<String> = required
                .iter()
                .map(|name| format!("userAttributes.{name}"))
                .collect();
            let (required, attributes) = (
                serde_json::to_string(&required)?,
                serde_json::to_string(&attributes)?,
            );
            put("requiredAttributes", Some(required));
            put("userAttributes", Some(attributes));
            put("USER_ID_FOR_SRP", name_for_srp);
            C::NewPasswordRequired
        }
        Ask::SmsMfa {
            delivery,
            name_for_srp,
        } => {
            put_delivery(&mut put, delivery);
            put("USER_ID_FOR_SRP", name_for_srp);
            C::SmsMfa
        }
        Ask::EmailOtp(delivery) => {
            put_delivery(&mut put, delivery);
            C::EmailOtp
        }
        Ask::SmsOtp(delivery) => {
            put_delivery(&mut put, delivery);
            C::SmsOtp
        }
        Ask::SoftwareToken {
            app_name,
            name_for_srp,
        } => {
            put("FRIENDLY_DEVICE_NAME", app_name);
            put("USER_ID_FOR_SRP", name_for_srp);
            C::SoftwareTokenMfa
        }
        Ask::SelectMfa(list) => {
            put("MFAS_CAN_CHOOSE", Some(names(&list)?));
            C::SelectMfaType
        }
        Ask::MfaSetup { can, name_for_srp } => {
            put("MFAS_CAN_SETUP", Some(names(&can)?));
            put("USER_ID_FOR_SRP", Some(name_for_srp));
            C::MfaSetup
        }
        Ask::SelectChallenge => C::SelectChallenge,
        Ask::Password => C::Password,
        Ask::PasswordSrp => C::PasswordSrp,
        Ask::WebAuthn(options) => {
            put("CREDENTIAL_REQUEST_OPTIONS", Some(options));
            C::WebAuthn
        }
        Ask::Custom {
            parameters,
            username,
        } => {
            for (name, value) in parameters {
                put(&name, Some(value));
            }
            put("USERNAME", Some(username));
            C::CustomChallenge
        }
        Ask::DeviceSrp { username, key } => {
            put("USERNAME", Some(username));
            put("DEVICE_KEY", Some(key));
            C::DeviceSrpAuth
        }
        Ask::DeviceVerifier {
            numbers,
            username,
            key,
        } => {
            put_numbers(&mut put, numbers);
            put("USERNAME", Some(username));
            put("DEVICE_KEY", Some(key));
            C::DevicePasswordVerifier
        }
    };
    Ok((name, out))
}

fn put_numbers(put: &mut impl FnMut(&str, Option<String>), numbers: SrpNumbers) {
    put("SALT", Some(numbers.salt));
    put("SECRET_BLOCK", Some(numbers.secret_block));
    put("SRP_B", Some(numbers.public_b));
}

fn put_delivery(put: &mut impl FnMut(&str, Option<String>), delivery: Delivery) {
    let medium = delivery.medium.as_str().to_owned();
    put("CODE_DELIVERY_DELIVERY_MEDIUM", Some(medium));
    put("CODE_DELIVERY_DESTINATION", Some(delivery.destination));
}

/// Returns the names of factors as a JSON array in a text (settled S16).
fn names(list: &[MfaFactor]) -> Result<String> {
    let names: Vec<&str> = list.iter().map(|factor| factor.as_str()).collect();
    Ok(serde_json::to_string(&names)?)
}

//! The challenges of the upstream as ours, and the answers to them as its.

use std::collections::BTreeMap;

use cognate_shapes::{ChallengeNameType, DeliveryMediumType};
use serde_json::Value;

use crate::errors::{self, ApiError, Result, auth};
use crate::facts::contact::Contact;
use crate::facts::factor::{Factor, MfaFactor};
use crate::signin::answer::Answer;
use crate::signin::challenge::{Ask, Challenge, Delivery, SrpNumbers};
use crate::signin::state::SignInState;
use crate::upstream::answers::Question;
use crate::upstream::dialog::NAME;

/// Returns the second step of SRP. The block stays as it is: the client signs its bytes.
pub(super) fn password_verifier(question: &Question, session: Option<String>) -> Challenge {
    let text = |name: &str| question.parameter(name).to_owned();
    let numbers = SrpNumbers {
        salt: text("SALT"),
        public_b: text("SRP_B"),
        secret_block: text("SECRET_BLOCK"),
    };
    let username = text(NAME);
    Challenge::new(Ask::PasswordVerifier { numbers, username }, session)
}

/// Returns a challenge that needs a session.
///
/// # Errors
/// InternalErrorException for one that cannot be relayed: what it would set up or prove belongs to the other server.
pub(super) fn challenge(question: &Question, state: &SignInState) -> Result<Ask> {
    use ChallengeNameType as C;
    let name_for_srp = state.name_for_srp();
    Ok(match question.name {
        C::SmsMfa => Ask::SmsMfa {
            delivery: delivery(question, DeliveryMediumType::Sms),
            name_for_srp,
        },
        C::EmailOtp => Ask::EmailOtp(delivery(question, DeliveryMediumType::Email)),
        C::SoftwareTokenMfa => Ask::SoftwareToken {
            app_name: question.parameters.get("FRIENDLY_DEVICE_NAME").cloned(),
            name_for_srp,
        },
        C::SelectMfaType => {
            let list = list(question.parameter("MFAS_CAN_CHOOSE"));
            let factors = list.iter().filter_map(|name| MfaFactor::parse(name));
            Ask::SelectMfa(factors.collect())
        }
        C::NewPasswordRequired => {
            let required = list(question.parameter("requiredAttributes"));
            let plain = |name: &String| {
                let plain = name.strip_prefix("userAttributes.");
                plain.unwrap_or(name).to_owned()
            };
            let attributes = serde_json::from_str(question.parameter("userAttributes"));
            Ask::NewPassword {
                required: required.iter().map(plain).collect(),
                attributes: attributes.unwrap_or_default(),
                name_for_srp,
            }
        }
        C::MfaSetup => {
            let list = list(question.parameter("MFAS_CAN_SETUP"));
            let can = list.iter().filter_map(|name| MfaFactor::parse(name));
            // A number is set up by no answer to this challenge.
            let can: Vec<_> = can.filter(|factor| *factor != MfaFactor::Sms).collect();
            if can.is_empty() {
                return Err(unasked(question.name).into());
            }
            let name_for_srp = state.username.clone();
            Ask::MfaSetup { can, name_for_srp }
        }
        C::CustomChallenge => {
            let mut parameters: BTreeMap<String, String> = question.parameters.clone();
            parameters.remove(NAME);
            parameters.remove("USERNAME");
            Ask::Custom {
                parameters,
                username: state.username.clone(),
            }
        }
        other => return Err(unasked(other).into()),
    })
}

/// Returns the error of a challenge that cannot be relayed.
fn unasked(challenge: ChallengeNameType) -> ApiError {
    let name = challenge.as_str();
    tracing::warn!(name, "the upstream asks what cannot be relayed");
    errors::internal()
}

fn delivery(question: &Question, default: DeliveryMediumType) -> Delivery {
    let medium = question.parameter("CODE_DELIVERY_DELIVERY_MEDIUM");
    Delivery {
        medium: DeliveryMediumType::parse(medium).unwrap_or(default),
        destination: question.parameter("CODE_DELIVERY_DESTINATION").to_owned(),
    }
}

fn list(json: &str) -> Vec<String> {
    match serde_json::from_str(json) {
        Ok(Value::Array(list)) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns ChallengeResponses without name and hash.
///
/// # Errors
/// Those of values that are missing; `Invalid session for the user.` for an answer that only our own challenges have.
pub(super) fn responses(answer: &Answer) -> Result<Vec<(String, String)>> {
    let one = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    Ok(match answer {
        Answer::SmsMfa(code) => one("SMS_MFA_CODE", code.get()?),
        Answer::EmailOtp(code) => one("EMAIL_OTP_CODE", code.get()?),
        Answer::SoftwareToken(code) => one("SOFTWARE_TOKEN_MFA_CODE", code.get()?),
        Answer::SelectMfa(chosen) => {
            let chosen = chosen.get()?.ok_or_else(auth::session_invalid)?;
            one("ANSWER", chosen.as_str())
        }
        Answer::Custom(given) => one("ANSWER", given.get()?),
        // The session says that an app was registered.
        Answer::MfaSetup { contact: None } => Vec::new(),
        Answer::MfaSetup {
            contact: Some((Contact::Email, email)),
        } => one("EMAIL", email),
        Answer::NewPassword {
            password,
            attributes,
        } => {
            let mut all = one("NEW_PASSWORD", password.get()?.expose());
            let named = attributes.iter();
            all.extend(
                named.map(|(name, value)| (format!("userAttributes.{name}"), value.clone())),
            );
            all
        }
        _ => return Err(auth::session_invalid().into()),
    })
}

/// Returns the factor that a right answer proves.
pub(super) fn factor(answer: &Answer) -> Option<Factor> {
    match answer {
        Answer::SmsMfa(_) => Some(Factor::Sms),
        Answer::EmailOtp(_) => Some(Factor::Email),
        Answer::SoftwareToken(_) => Some(Factor::SoftwareToken),
        // Tokens come only if the app was registered there.
        Answer::MfaSetup { contact: None } => Some(Factor::SoftwareToken),
        Answer::Custom(_) => Some(Factor::Custom),
        _ => None,
    }
}

/// Returns the second factor that a factor is.
pub(super) fn second_factor(factor: Factor) -> Option<MfaFactor> {
    MfaFactor::ALL
        .into_iter()
        .find(|second| second.factor() == factor)
}

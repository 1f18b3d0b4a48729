//! The input of a step of a sign-in, without the names under which the API carries it.

use std::collections::BTreeMap;

use cognate_crypto::secret::SecretString;
use cognate_shapes::ChallengeNameType;

use crate::errors::{ApiError, Result};
use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::signin::secret_hash::ClientProof;

/// A value that a request must carry. Its absence is reported when the value is needed, so that a step refuses in the
/// service's order.
pub struct Needed<T>(std::result::Result<T, ApiError>);

impl<T> Needed<T> {
    /// Returns a value that is there.
    pub fn present(value: T) -> Self {
        Self(Ok(value))
    }

    /// Returns a value that is missing or unusable: `refusal` says so.
    pub fn absent(refusal: ApiError) -> Self {
        Self(Err(refusal))
    }

    /// Returns the value.
    ///
    /// # Errors
    /// The refusal of its absence.
    pub fn get(&self) -> Result<&T> {
        Ok(self.0.as_ref().map_err(Clone::clone)?)
    }

    /// Returns the value if it is there.
    pub fn optional(&self) -> Option<&T> {
        self.0.as_ref().ok()
    }

    /// Returns the same requirement on a value made from this one.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Needed<U> {
        Needed(self.0.map(change))
    }
}

/// A request to begin a sign-in.
pub struct StartRequest {
    /// The name of the user, as it was typed.
    pub name: Needed<String>,
    /// The proof of the client, which may depend on the name.
    pub proof: ClientProof,
    /// The device from which the user signs in.
    pub device_key: Option<String>,
    /// The first factor, or how it is chosen.
    pub way: Way,
}

/// The start of a sign-in.
pub enum Way {
    /// With the password itself.
    Password(Needed<SecretString>),
    /// With SRP: the client's A in hexadecimal.
    Srp(Needed<String>),
    /// With the challenges of the pool's triggers.
    Custom {
        /// The client's A in hexadecimal, where SRP comes first.
        public_a: Option<Needed<String>>,
    },
    /// With a first factor of the user's choice.
    UserAuth(UserAuth),
    /// With a passkey that tells who the user is, on pages alone; no name is needed.
    Passkey {
        /// The session of the page's question.
        session: String,
        /// AuthenticationResponseJSON.
        credential: String,
        /// The levels of assurance that are wanted; of the other members none counts.
        wish: UserAuth,
    },
    /// With the session of a sign-up that was just confirmed.
    SignUp(String),
}

/// The start of a sign-in with a choice of first factors.
#[derive(Default)]
pub struct UserAuth {
    /// Names of the levels of assurance that are wanted, the most wanted first.
    pub levels: Option<Vec<String>>,
    /// The access token of a session whose factors count.
    pub access_token: Option<String>,
    /// How long ago that session may have begun, in seconds.
    pub max_age: Option<Needed<i64>>,
    /// The factor that the client prefers.
    pub preferred: Option<ChallengeNameType>,
    /// The password, where it comes at once.
    pub password: Option<Needed<SecretString>>,
    /// The client's A in hexadecimal, where it comes at once.
    pub public_a: Option<Needed<String>>,
}

impl UserAuth {
    /// Returns the password, if it is the preferred factor and comes with the request.
    pub fn password_at_once(&self) -> Option<&Needed<SecretString>> {
        let prefers = self.preferred == Some(ChallengeNameType::Password);
        self.password.as_ref().filter(|_| prefers)
    }
}

/// An answer to a challenge.
pub struct AnswerRequest {
    /// The name of the user, as the challenge told it or as it was typed.
    pub name: Needed<String>,
    /// The proof of the client.
    pub proof: ClientProof,
    /// The device from which the user signs in.
    pub device_key: Option<String>,
    /// The session of the challenge. The challenges that carry their state themselves can do without.
    pub session: Needed<String>,
    /// The answer itself.
    pub answer: Answer,
}

/// The proof of a password or of a device by SRP.
pub struct Claim {
    /// The sealed block that came with the challenge.
    pub block: Needed<String>,
    /// The signature in base64.
    pub signature: Needed<String>,
    /// The client's time, which is signed too.
    pub timestamp: Needed<String>,
}

/// An answer, by the challenge that it is for.
pub enum Answer {
    /// PASSWORD_VERIFIER.
    PasswordProof(Claim),
    /// NEW_PASSWORD_REQUIRED.
    NewPassword {
        /// The new password.
        password: Needed<SecretString>,
        /// Attributes that were missing.
        attributes: BTreeMap<String, String>,
    },
    /// SMS_MFA: the code.
    SmsMfa(Needed<String>),
    /// EMAIL_OTP, as first or second factor: the code.
    EmailOtp(Needed<String>),
    /// SMS_OTP: the code.
    SmsOtp(Needed<String>),
    /// SOFTWARE_TOKEN_MFA: the code.
    SoftwareToken(Needed<String>),
    /// SELECT_MFA_TYPE: the factor; None for one that is unknown.
    SelectMfa(Needed<Option<MfaFactor>>),
    /// MFA_SETUP: an address or a number, or nothing after an app was registered. The API has no name for a number.
    MfaSetup {
        /// The e-mail address or phone number to set up.
        contact: Option<(Contact, String)>,
    },
    /// Another second factor in the place of the one that is asked for, or a new code of the same. Pages alone send it.
    Instead {
        /// The challenge that is open.
        instead_of: ChallengeNameType,
        /// The factor to be asked for.
        factor: MfaFactor,
    },
    /// Leaves the address or number whose first code is awaited, to set up another one or another factor. Pages alone send
    /// it.
    SetUpAnew {
        /// The challenge that is open.
        instead_of: ChallengeNameType,
    },
    /// SELECT_CHALLENGE.
    SelectChallenge {
        /// The first factor; None for one that is unknown.
        factor: Needed<Option<ChallengeNameType>>,
        /// The password, where it comes at once.
        password: Option<Needed<SecretString>>,
        /// The client's A in hexadecimal, where it comes at once.
        public_a: Option<Needed<String>>,
    },
    /// PASSWORD.
    Password(Needed<SecretString>),
    /// PASSWORD_SRP: the client's A in hexadecimal.
    PasswordSrp(Needed<String>),
    /// WEB_AUTHN: AuthenticationResponseJSON.
    WebAuthn(Needed<String>),
    /// CUSTOM_CHALLENGE.
    Custom(Needed<String>),
    /// DEVICE_SRP_AUTH.
    DeviceSrp {
        /// The device.
        key: Needed<String>,
        /// The client's A in hexadecimal.
        public_a: Needed<String>,
    },
    /// DEVICE_PASSWORD_VERIFIER.
    DeviceProof {
        /// The device.
        key: Needed<String>,
        /// The proof.
        claim: Claim,
    },
}

impl Answer {
    /// Returns the challenge that this answers.
    pub fn challenge(&self) -> ChallengeNameType {
        use ChallengeNameType as C;
        match self {
            Self::PasswordProof(_) => C::PasswordVerifier,
            Self::NewPassword { .. } => C::NewPasswordRequired,
            Self::SmsMfa(_) => C::SmsMfa,
            Self::EmailOtp(_) => C::EmailOtp,
            Self::SmsOtp(_) => C::SmsOtp,
            Self::SoftwareToken(_) => C::SoftwareTokenMfa,
            Self::SelectMfa(_) => C::SelectMfaType,
            Self::MfaSetup { .. } => C::MfaSetup,
            Self::Instead { instead_of, .. } | Self::SetUpAnew { instead_of } => *instead_of,
            Self::SelectChallenge { .. } => C::SelectChallenge,
            Self::Password(_) => C::Password,
            Self::PasswordSrp(_) => C::PasswordSrp,
            Self::WebAuthn(_) => C::WebAuthn,
            Self::Custom(_) => C::CustomChallenge,
            Self::DeviceSrp { .. } => C::DeviceSrpAuth,
            Self::DeviceProof { .. } => C::DevicePasswordVerifier,
        }
    }
}

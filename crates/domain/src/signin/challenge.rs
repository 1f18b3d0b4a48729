//! The challenge of a step of a sign-in, without the names under which the API carries it.

use std::collections::BTreeMap;

use cognate_shapes::{ChallengeNameType, DeliveryMediumType};

use crate::facts::factor::MfaFactor;

/// One more step of a sign-in.
#[derive(Debug)]
pub struct Challenge {
    /// The answer that is asked for.
    pub ask: Ask,
    /// The session to send back with the answer; None where the challenge carries its state itself.
    pub session: Option<String>,
    /// The first factors of which this is one, where the user chooses.
    pub available: Option<Vec<ChallengeNameType>>,
}

impl Challenge {
    /// Returns a challenge that offers no choice of first factors.
    pub fn new(ask: Ask, session: Option<String>) -> Self {
        Self {
            ask,
            session,
            available: None,
        }
    }

    /// Returns the same challenge as one of several first factors.
    #[must_use]
    pub fn among(self, available: Vec<ChallengeNameType>) -> Self {
        Self {
            available: Some(available),
            ..self
        }
    }
}

/// The destination of a code that was sent.
#[derive(Debug)]
pub struct Delivery {
    /// The medium by which it was sent.
    pub medium: DeliveryMediumType,
    /// The address or number, masked.
    pub destination: String,
}

/// The numbers with which a client proves a password or a device by SRP.
#[derive(Debug)]
pub struct SrpNumbers {
    /// The salt in hexadecimal.
    pub salt: String,
    /// B in hexadecimal.
    pub public_b: String,
    /// The sealed state of the proof, to be signed and sent back.
    pub secret_block: String,
}

/// The kind of answer that a step asks for.
#[derive(Debug)]
pub enum Ask {
    /// PASSWORD_VERIFIER.
    PasswordVerifier {
        /// The numbers of the proof.
        numbers: SrpNumbers,
        /// The name that SRP computes with.
        username: String,
    },
    /// NEW_PASSWORD_REQUIRED.
    NewPassword {
        /// Names of the attributes that the answer must give.
        required: Vec<String>,
        /// The attributes that the user has and the client may read.
        attributes: BTreeMap<String, String>,
        /// The name that SRP computes with, where the client does not know it yet.
        name_for_srp: Option<String>,
    },
    /// SMS_MFA.
    SmsMfa {
        /// The destination of the code.
        delivery: Delivery,
        /// The name that SRP computes with, where the client does not know it yet.
        name_for_srp: Option<String>,
    },
    /// EMAIL_OTP, as first or second factor.
    EmailOtp(Delivery),
    /// SMS_OTP.
    SmsOtp(Delivery),
    /// SOFTWARE_TOKEN_MFA.
    SoftwareToken {
        /// The name that the user gave the app.
        app_name: Option<String>,
        /// The name that SRP computes with, where the client does not know it yet.
        name_for_srp: Option<String>,
    },
    /// SELECT_MFA_TYPE, of these.
    SelectMfa(Vec<MfaFactor>),
    /// MFA_SETUP.
    MfaSetup {
        /// The factors that may be set up.
        can: Vec<MfaFactor>,
        /// The name that SRP computes with.
        name_for_srp: String,
    },
    /// SELECT_CHALLENGE.
    SelectChallenge,
    /// PASSWORD.
    Password,
    /// PASSWORD_SRP.
    PasswordSrp,
    /// WEB_AUTHN: PublicKeyCredentialRequestOptionsJSON.
    WebAuthn(String),
    /// CUSTOM_CHALLENGE.
    Custom {
        /// The public parameters of CreateAuthChallenge.
        parameters: BTreeMap<String, String>,
        /// The user name.
        username: String,
    },
    /// DEVICE_SRP_AUTH.
    DeviceSrp {
        /// The user name.
        username: String,
        /// The device.
        key: String,
    },
    /// DEVICE_PASSWORD_VERIFIER.
    DeviceVerifier {
        /// The numbers of the proof.
        numbers: SrpNumbers,
        /// The user name.
        username: String,
        /// The device.
        key: String,
    },
}

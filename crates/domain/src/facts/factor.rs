//! The factors with which a user signs in, and those completed in one sign-in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::facts::contact::Contact;

/// A factor that a user has proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Factor {
    /// The password, itself or by SRP.
    Password,
    /// A code sent by SMS.
    Sms,
    /// A code sent by e-mail.
    Email,
    /// A time-based code.
    SoftwareToken,
    /// A passkey whose authenticator did not say that it knows the user.
    Passkey,
    /// A passkey whose authenticator verified the user.
    VerifiedPasskey,
    /// The challenges of the pool's own triggers.
    Custom,
    /// A remembered device, in the place of a second factor.
    Device,
    /// The session of a confirmation that just happened: a code sent by SMS or e-mail came back.
    ConfirmedSignUp,
}

/// All factors that a user has proven in this sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proven(BTreeSet<Factor>);

impl Proven {
    /// One factor.
    pub fn only(factor: Factor) -> Self {
        Self(BTreeSet::from([factor]))
    }

    /// True if `factor` was shown.
    pub fn has(&self, factor: Factor) -> bool {
        self.0.contains(&factor)
    }

    /// True if nothing was shown yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These and one more.
    #[must_use]
    pub fn with(mut self, factor: Factor) -> Self {
        self.0.insert(factor);
        self
    }

    /// All, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = Factor> + '_ {
        self.0.iter().copied()
    }
}

/// A factor that can be asked for after the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MfaFactor {
    /// SMS_MFA.
    Sms,
    /// EMAIL_OTP.
    Email,
    /// SOFTWARE_TOKEN_MFA.
    SoftwareToken,
}

impl MfaFactor {
    /// All, in the order in which answers list them (settled S16).
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// Returns the name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "SMS_MFA",
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }

    /// Undoes [`MfaFactor::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.as_str() == name)
    }

    /// Returns the contact that its codes are sent to; None for an app, which makes them itself.
    pub fn contact(self) -> Option<Contact> {
        match self {
            Self::Sms => Some(Contact::PhoneNumber),
            Self::Email => Some(Contact::Email),
            Self::SoftwareToken => None,
        }
    }

    /// Returns the factor that a right answer completes.
    pub fn factor(self) -> Factor {
        match self {
            Self::Sms => Factor::Sms,
            Self::Email => Factor::Email,
            Self::SoftwareToken => Factor::SoftwareToken,
        }
    }
}

impl Contact {
    /// Returns the second factor whose codes go there.
    pub fn factor(self) -> MfaFactor {
        match self {
            Self::Email => MfaFactor::Email,
            Self::PhoneNumber => MfaFactor::Sms,
        }
    }
}

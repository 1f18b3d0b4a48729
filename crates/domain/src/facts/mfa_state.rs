//! The second factors of a user, as the user's row keeps them.

use serde::{Deserialize, Serialize};

use crate::facts::factor::MfaFactor;

/// A user's second factors, kept in the user's row so that a sign-in without them reads no other row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MfaState {
    /// Codes by SMS were turned on.
    pub sms: bool,
    /// Codes by e-mail were turned on.
    pub email: bool,
    /// The authenticator app was turned on.
    pub software_token: bool,
    /// True if a passkey that verifies its user may count as both factors.
    pub web_authn: bool,
    /// The factor that is asked for when several are on.
    pub preferred: Option<MfaFactor>,
    /// An authenticator app is registered.
    pub software_token_registered: bool,
    /// FriendlyDeviceName of that app.
    pub software_token_name: Option<String>,
}

impl MfaState {
    /// True if there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// True if the factor was turned on.
    pub fn has(&self, factor: MfaFactor) -> bool {
        match factor {
            MfaFactor::Sms => self.sms,
            MfaFactor::Email => self.email,
            MfaFactor::SoftwareToken => self.software_token,
        }
    }

    /// Turns a factor on or off; a factor that is off is not preferred.
    pub fn set(&mut self, factor: MfaFactor, on: bool) {
        match factor {
            MfaFactor::Sms => self.sms = on,
            MfaFactor::Email => self.email = on,
            MfaFactor::SoftwareToken => self.software_token = on,
        }
        if !on && self.preferred == Some(factor) {
            self.preferred = None;
        }
    }

    /// Notes that an app was registered under a name. `required`: the pool demands a second factor, so that this one is
    /// on from now; elsewhere that takes SetUserMFAPreference (auth.md 4.4).
    pub fn register_software_token(&mut self, name: Option<String>, required: bool) {
        self.software_token_registered = true;
        self.software_token_name = name.filter(|name| !name.is_empty());
        self.software_token |= required;
    }

    /// Forgets the app.
    pub fn forget_software_token(&mut self) {
        self.set(MfaFactor::SoftwareToken, false);
        self.software_token_registered = false;
        self.software_token_name = None;
    }
}

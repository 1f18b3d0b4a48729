//! A user's second factors: which are on, which comes first, what answers say about them, and how all that is changed
//! (auth.md 4.3).

use cognate_shapes::{UserPoolMfaType, WebAuthnFactorConfigurationType};
use cognate_store::Batch;
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::messages::destination::Contact;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::signin::progress::{Factor, MfaFactor};

impl MfaFactor {
    /// All, in the order in which answers list them (settled S16).
    pub const ALL: [Self; 3] = [Self::Sms, Self::SoftwareToken, Self::Email];

    /// The name on the wire.
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

    /// Where its codes go; None for an app, which makes them itself.
    pub fn contact(self) -> Option<Contact> {
        match self {
            Self::Sms => Some(Contact::PhoneNumber),
            Self::Email => Some(Contact::Email),
            Self::SoftwareToken => None,
        }
    }

    /// What is shown by the right answer.
    pub fn factor(self) -> Factor {
        match self {
            Self::Sms => Factor::Sms,
            Self::Email => Factor::Email,
            Self::SoftwareToken => Factor::SoftwareToken,
        }
    }
}

/// What is kept of a user's second factors in the user's own row, so that a sign-in without them reads nothing more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MfaState {
    /// Codes by SMS were turned on.
    pub sms: bool,
    /// Codes by e-mail were turned on.
    pub email: bool,
    /// The authenticator app was turned on.
    pub software_token: bool,
    /// A passkey that verifies its user may stand for both factors.
    pub web_authn: bool,
    /// The factor that is asked for when several are on.
    pub preferred: Option<MfaFactor>,
    /// An authenticator app is registered.
    pub software_token_registered: bool,
    /// FriendlyDeviceName of that app.
    pub software_token_name: Option<String>,
}

impl MfaState {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn has(&self, factor: MfaFactor) -> bool {
        match factor {
            MfaFactor::Sms => self.sms,
            MfaFactor::Email => self.email,
            MfaFactor::SoftwareToken => self.software_token,
        }
    }

    /// Turns a factor on or off; what is off is not preferred.
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

/// Whether the user could answer to a factor: has the address or number, or a registered app.
pub fn is_set_up(user: &User, factor: MfaFactor) -> bool {
    match factor.contact() {
        Some(contact) => user
            .attribute(contact.attribute())
            .is_some_and(|value| !value.is_empty()),
        None => user.doc.mfa.software_token_registered,
    }
}

/// Whether the user turned a factor on and still could answer to it. Whoever has no number any more has no codes by SMS.
pub fn is_on(user: &User, factor: MfaFactor) -> bool {
    user.doc.mfa.has(factor) && is_set_up(user, factor)
}

/// The preferred factor, if it is on.
pub fn preferred(user: &User) -> Option<MfaFactor> {
    let preferred = user.doc.mfa.preferred;
    preferred.filter(|factor| is_on(user, *factor))
}

/// Whether a sign-in may come to ask for this factor: it is on, and none or it is preferred. A forgotten password must not
/// be replaced the same way (auth.md 2.13).
pub fn may_be_asked_first(user: &User, factor: MfaFactor) -> bool {
    is_on(user, factor) && preferred(user).is_none_or(|first| first == factor)
}

/// Whether the pool offers a factor to its users.
pub fn is_offered(pool: &Pool, factor: MfaFactor) -> bool {
    let factors = &pool.doc.mfa_factors;
    match factor {
        MfaFactor::Sms => factors.sms,
        MfaFactor::Email => factors.email.is_some(),
        MfaFactor::SoftwareToken => factors.allows_software_token(),
    }
}

/// Whether a passkey whose authenticator verified the user stands for both factors (auth.md 4.5).
pub fn passkey_is_enough(pool: &Pool, user: &User) -> bool {
    user.doc.mfa.web_authn && passkeys_are_two_factors(pool)
}

fn passkeys_are_two_factors(pool: &Pool) -> bool {
    let configuration = pool.doc.web_authn_configuration.as_ref();
    configuration.and_then(|c| c.factor_configuration)
        == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
}

/// UserMFASettingList; None when nothing is on (auth.md 4.3).
pub fn setting_list(user: &User) -> Option<Vec<String>> {
    let list: Vec<String> = MfaFactor::ALL
        .into_iter()
        .filter(|factor| is_on(user, *factor))
        .map(|factor| factor.as_str().to_owned())
        .collect();
    (!list.is_empty()).then_some(list)
}

/// PreferredMfaSetting.
pub fn preferred_setting(user: &User) -> Option<String> {
    preferred(user).map(|factor| factor.as_str().to_owned())
}

/// What SetUserMFAPreference says about one factor; both false where the member does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Enabled.
    pub on: bool,
    /// PreferredMfa.
    pub preferred: bool,
}

/// What SetUserMFAPreference says; absent members stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preference {
    /// SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings, as far as given.
    pub factors: Vec<(MfaFactor, Setting)>,
    /// WebAuthnMfaSettings.Enabled.
    pub web_authn: Option<bool>,
}

impl Preference {
    /// Adds what a request says about a factor, if it says anything: `(Enabled, PreferredMfa)`.
    #[must_use]
    pub fn with(mut self, factor: MfaFactor, said: Option<(Option<bool>, Option<bool>)>) -> Self {
        if let Some((on, preferred)) = said {
            let setting = Setting {
                on: on.unwrap_or(false),
                preferred: preferred.unwrap_or(false),
            };
            self.factors.push((factor, setting));
        }
        self
    }

    /// The state after this.
    ///
    /// # Errors
    /// InvalidParameterException: a factor that the user has not set up or the pool does not offer, two preferred ones,
    /// one that is preferred and off, and passkeys beyond what the model's documentation allows.
    fn apply(&self, pool: &Pool, user: &User) -> Result<MfaState> {
        let mut state = user.doc.mfa.clone();
        let mut preferred = None;
        for (factor, setting) in &self.factors {
            let offered = pool.doc.mfa_configuration == UserPoolMfaType::Off
                || *factor == MfaFactor::SoftwareToken
                || is_offered(pool, *factor);
            if setting.on && !(offered && is_set_up(user, *factor)) {
                return Err(errors::mfa::no_delivery_config(*factor).into());
            }
            if setting.preferred && !setting.on {
                return Err(errors::mfa::preferred_but_off().into());
            }
            if setting.preferred && preferred.replace(*factor).is_some() {
                return Err(errors::mfa::two_preferred().into());
            }
            state.set(*factor, setting.on);
            if !setting.preferred && state.preferred == Some(*factor) {
                state.preferred = None;
            }
        }
        state.preferred = preferred.or(state.preferred);
        state.web_authn = self.web_authn.unwrap_or(state.web_authn);
        if self.web_authn == Some(true) && !passkeys_are_two_factors(pool) {
            return Err(errors::mfa::passkeys_are_one_factor().into());
        }
        if state.web_authn && !(state.sms || state.email || state.software_token) {
            return Err(errors::mfa::passkey_needs_another_factor().into());
        }
        Ok(state)
    }
}

/// Changes a user's preference.
///
/// # Errors
/// The refusals of the preference itself.
pub async fn set_preference(
    cx: &Cx<'_>,
    pool: &Pool,
    before: &User,
    preference: &Preference,
) -> Result<()> {
    let mut after = before.clone();
    after.doc.mfa = preference.apply(pool, before)?;
    if user::is_idle(cx, before, &after) {
        return Ok(());
    }
    after.modified = cx.now;
    let batch = user::save(Batch::new(), pool, before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}

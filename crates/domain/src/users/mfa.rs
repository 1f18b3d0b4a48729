//! A user's second factors: which are on, which comes first, what answers say about them, and how all that is changed
//! (auth.md 4.3).

use cognate_shapes::{
    EmailMfaSettingsType, SMSMfaSettingsType, SoftwareTokenMfaSettingsType, UserPoolMfaType,
    WebAuthnMfaSettingsType,
};
use cognate_store::Batch;

use crate::audit;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::facts::factor::MfaFactor;
use crate::facts::mfa_state::MfaState;
use crate::records::mfa::{is_offered, is_set_up, passkeys_are_two_factors};
use crate::records::pool::Pool;
use crate::records::user::{self, User};

/// The wish about one factor; both false where the member does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Enabled.
    pub on: bool,
    /// PreferredMfa.
    pub preferred: bool,
}

/// The input of SetUserMFAPreference; factors that it does not name stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preference {
    /// SMSMfaSettings, SoftwareTokenMfaSettings, EmailMfaSettings, as far as given.
    pub factors: Vec<(MfaFactor, Setting)>,
    /// WebAuthnMfaSettings.Enabled.
    pub web_authn: Option<bool>,
}

impl Preference {
    /// Returns the preference in the four members of a request.
    pub fn from_settings(
        sms: Option<SMSMfaSettingsType>,
        app: Option<SoftwareTokenMfaSettingsType>,
        email: Option<EmailMfaSettingsType>,
        web_authn: Option<WebAuthnMfaSettingsType>,
    ) -> Self {
        let setting = |on: Option<bool>, preferred: Option<bool>| Setting {
            on: on.unwrap_or(false),
            preferred: preferred.unwrap_or(false),
        };
        let sms = sms.map(|s| (MfaFactor::Sms, setting(s.enabled, s.preferred_mfa)));
        let app = app.map(|s| {
            (
                MfaFactor::SoftwareToken,
                setting(s.enabled, s.preferred_mfa),
            )
        });
        let email = email.map(|s| (MfaFactor::Email, setting(s.enabled, s.preferred_mfa)));
        Self {
            factors: [sms, app, email].into_iter().flatten().collect(),
            web_authn: web_authn.map(|said| said.enabled.unwrap_or(false)),
        }
    }

    /// Returns the state of a user who asks for this.
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
        if self.web_authn == Some(true) && !passkeys_are_two_factors(&pool.doc) {
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
    if audit::is_idle(cx, before, &after) {
        return Ok(());
    }
    after.modified = cx.now();
    let batch = user::save(Batch::new(), pool, before, &after)?;
    let batch = audit::record(cx, batch, &pool.id, Some(&after.id));
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}

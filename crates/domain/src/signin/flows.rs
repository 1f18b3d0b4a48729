//! Which flows a client allows, and the two entrances that every sign-in passes: start and answer (auth.md 3.1, 3.2).

use std::collections::BTreeMap;

use cognate_shapes::{AuthFlowType, ChallengeNameType, ExplicitAuthFlowsType};

use crate::cx::Cx;
use crate::errors::{self, Result, auth, unconfirmed};
use crate::records::client::Client;
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Flow, Start};
use crate::signin::{
    At, choice, custom, device, mfa, new_password, passkey, password, refresh, resume, srp,
};

/// Through which operations a sign-in runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// InitiateAuth, RespondToAuthChallenge.
    Public,
    /// AdminInitiateAuth, AdminRespondToAuthChallenge.
    Admin,
}

/// AuthParameters or ChallengeResponses.
pub struct Parameters<'a>(Option<&'a BTreeMap<String, String>>);

impl<'a> Parameters<'a> {
    /// The parameters of a request.
    pub fn new(map: Option<&'a BTreeMap<String, String>>) -> Self {
        Self(map)
    }

    /// A parameter that may be absent.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.and_then(|map| map.get(name)).map(String::as_str)
    }

    /// A parameter that must be there and not be empty.
    ///
    /// # Errors
    /// InvalidParameterException `Missing required parameter <name>`.
    pub fn required(&self, name: &str) -> Result<&'a str> {
        Ok(self
            .get(name)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| auth::missing_parameter(name))?)
    }

    /// The parameters whose names begin with `prefix`, without it.
    pub fn with_prefix(&self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.0.into_iter().flatten();
        all.filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

/// Begins a sign-in.
///
/// # Errors
/// auth.md 6.4; 501 for the flows that have no code yet, after the service's own refusals.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    flow: AuthFlowType,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    use AuthFlowType as F;
    use ExplicitAuthFlowsType as E;
    let (door, pool, client) = (at.door, at.pool, at.client);
    let lists = |flow| client.lists_flow(flow);
    match (flow, door) {
        (F::UserSrpAuth, _) => {
            require(allows_srp(client), auth::srp_flow_disabled)?;
            srp::start(cx, at, begin(Flow::Srp, given), given).await
        }
        (F::UserPasswordAuth, Door::Public) => {
            let allowed = lists(E::AllowUserPasswordAuth) || lists(E::UserPasswordAuth);
            require(allowed, auth::password_flow_disabled)?;
            password::sign_in(cx, at, begin(Flow::Password, given), given).await
        }
        (F::AdminUserPasswordAuth | F::AdminNoSrpAuth, Door::Admin) => {
            require(
                allows_admin_password(client),
                auth::admin_password_flow_disabled,
            )?;
            password::sign_in(cx, at, begin(Flow::Password, given), given).await
        }
        (F::UserPasswordAuth, Door::Admin)
        | (F::AdminUserPasswordAuth | F::AdminNoSrpAuth, Door::Public) => {
            Err(auth::method_not_supported().into())
        }
        (F::RefreshTokenAuth | F::RefreshToken, _) => {
            require(allows_refresh(client), unconfirmed::refresh_flow_disabled)?;
            refresh::by_flow(cx, pool, client, given).await
        }
        (F::CustomAuth, _) => {
            let allowed = lists(E::AllowCustomAuth) || lists(E::CustomAuthFlowOnly);
            require(allowed, auth::custom_auth_flow_disabled)?;
            custom::start(cx, at, begin(Flow::Custom, given), given).await
        }
        (F::UserAuth, _) => {
            require(lists(E::AllowUserAuth), auth::user_auth_flow_disabled)?;
            choice::start(cx, at, begin(Flow::UserAuth, given), session, given).await
        }
    }
}

/// What the parameters of a start say about the whole sign-in.
fn begin(flow: Flow, given: &Parameters<'_>) -> Start {
    let mut start = Start {
        flow,
        ..Start::default()
    };
    start.name_device(given.get("DEVICE_KEY"));
    start
}

/// Takes an answer to a challenge.
///
/// # Errors
/// auth.md 6.5; 501 for the challenges that have no code yet.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    challenge: ChallengeNameType,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    use ChallengeNameType as C;
    match (challenge, at.door) {
        (C::PasswordVerifier, _) => srp::answer(cx, at, given).await,
        (C::NewPasswordRequired, _) => new_password::answer(cx, at, session, given).await,
        (C::AdminNoSrpAuth, Door::Admin) => {
            require(
                allows_admin_password(at.client),
                auth::admin_password_flow_disabled,
            )?;
            password::sign_in(cx, at, begin(Flow::Password, given), given).await
        }
        (C::AdminNoSrpAuth, Door::Public) => Err(auth::method_not_supported().into()),
        // A proof by SECRET_BLOCK carries its own state; these clients may send no session (auth.md 3.7).
        (C::DeviceSrpAuth, _) => device::start(cx, at, session, given).await,
        (C::DevicePasswordVerifier, _) => device::answer(cx, at, session, given).await,
        (other, _) => {
            let resumed = resume::resume(cx, at, other, session, given).await?;
            match resumed.progress.awaits {
                Awaits::SmsMfa
                | Awaits::EmailMfa
                | Awaits::EmailSetup
                | Awaits::SoftwareToken
                | Awaits::SelectMfa(_)
                | Awaits::MfaSetup { .. } => mfa::answer(cx, at, resumed, given).await,
                Awaits::EmailOtp
                | Awaits::SmsOtp
                | Awaits::Password
                | Awaits::PasswordSrp
                | Awaits::SelectChallenge(_) => choice::answer(cx, at, resumed, given).await,
                Awaits::WebAuthn { .. } => passkey::answer(cx, at, resumed, given).await,
                Awaits::Custom { .. } => custom::answer(cx, at, resumed, given).await,
                // Sessions of these belong to the challenges above, or to no challenge at all.
                Awaits::Undecided
                | Awaits::PasswordVerifier
                | Awaits::NewPassword
                | Awaits::DeviceSrp
                | Awaits::DeviceVerifier
                | Awaits::Confirmation
                | Awaits::FirstSignIn { .. } => Err(auth::session_invalid().into()),
            }
        }
    }
}

fn require(allowed: bool, refusal: fn() -> errors::ApiError) -> Result<()> {
    if allowed {
        Ok(())
    } else {
        Err(refusal().into())
    }
}

/// Whether the client's list is of the legacy kind, which always allows refresh, and SRP unless it says custom only
/// (auth.md 3.1).
fn is_legacy(client: &Client) -> bool {
    use ExplicitAuthFlowsType as E;
    let legacy = |flow: &E| {
        matches!(
            flow,
            E::AdminNoSrpAuth | E::CustomAuthFlowOnly | E::UserPasswordAuth
        )
    };
    client
        .doc
        .explicit_auth_flows
        .as_ref()
        .is_some_and(|list| !list.is_empty() && list.iter().all(legacy))
}

fn allows_srp(client: &Client) -> bool {
    use ExplicitAuthFlowsType as E;
    client.lists_flow(E::AllowUserSrpAuth)
        || (is_legacy(client) && !client.lists_flow(E::CustomAuthFlowOnly))
}

fn allows_admin_password(client: &Client) -> bool {
    use ExplicitAuthFlowsType as E;
    client.lists_flow(E::AllowAdminUserPasswordAuth) || client.lists_flow(E::AdminNoSrpAuth)
}

/// Rotation replaces the flow by GetTokensFromRefreshToken (auth.md 5.5).
fn allows_refresh(client: &Client) -> bool {
    let listed =
        client.lists_flow(ExplicitAuthFlowsType::AllowRefreshTokenAuth) || is_legacy(client);
    listed && !crate::tokens::claims::rotates(client)
}

//! The flows that a client and a surface allow (auth.md 3.1).

use cognate_shapes::{AuthFlowType, ExplicitAuthFlowsType};

use crate::errors::{self, Result, auth, unconfirmed};
use crate::records::client::Client;
use crate::signin::{At, Surface};

/// Refuses a flow that the client does not allow, or that the surface does not have.
///
/// # Errors
/// InvalidParameterException with the text of the flow (auth.md 6.4).
pub fn require_flow(at: At<'_>, flow: AuthFlowType) -> Result<()> {
    use AuthFlowType as F;
    use ExplicitAuthFlowsType as E;
    let client = at.client;
    let lists = |flow| client.lists_flow(flow);
    let is_admin = at.surface == Surface::AdminApi;
    match flow {
        F::UserSrpAuth => require(allows_srp(client), auth::srp_flow_disabled),
        F::UserPasswordAuth if !is_admin => {
            let allowed = lists(E::AllowUserPasswordAuth) || lists(E::UserPasswordAuth);
            require(allowed, auth::password_flow_disabled)
        }
        F::AdminUserPasswordAuth | F::AdminNoSrpAuth if is_admin => require(
            allows_admin_password(client),
            auth::admin_password_flow_disabled,
        ),
        F::UserPasswordAuth | F::AdminUserPasswordAuth | F::AdminNoSrpAuth => {
            Err(auth::method_not_supported().into())
        }
        F::RefreshTokenAuth | F::RefreshToken => {
            require(allows_refresh(client), unconfirmed::refresh_flow_disabled)
        }
        F::CustomAuth => {
            let allowed = lists(E::AllowCustomAuth) || lists(E::CustomAuthFlowOnly);
            require(allowed, auth::custom_auth_flow_disabled)
        }
        F::UserAuth => require(lists(E::AllowUserAuth), auth::user_auth_flow_disabled),
    }
}

fn require(allowed: bool, refusal: fn() -> errors::ApiError) -> Result<()> {
    if allowed {
        Ok(())
    } else {
        Err(refusal().into())
    }
}

/// True if the client's list is of the legacy kind, which always allows refresh, and SRP unless it says custom only
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

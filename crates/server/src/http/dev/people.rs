//! Pools, clients and users that callers of `/_dev` name.

use std::sync::Arc;

use cognate_crypto::random;
use cognate_domain::records::client::Client;
use cognate_domain::records::pool::Pool;
use cognate_domain::records::user::User;
use cognate_domain::{Action, ApiError, App, Caller, ClientInfo, Cx};

use super::{Trouble, failed};

/// The caller in the audit trail.
const CALLER: &str = "test-api";

/// Finds a pool.
pub(super) async fn pool(app: &App, id: &str) -> Result<Arc<Pool>, Trouble> {
    let pool = app.cached_pool(id).await.map_err(failed)?;
    pool.ok_or_else(|| Trouble::missing("there is no such pool"))
}

/// Finds a client.
pub(super) async fn client(app: &App, id: &str) -> Result<Arc<Client>, Trouble> {
    let client = app.cached_client(id).await.map_err(failed)?;
    client.ok_or_else(|| Trouble::missing("there is no such client"))
}

/// Finds a user by a name to sign in with.
pub(super) async fn user(app: &App, pool: &Pool, name: &str) -> Result<User, Trouble> {
    let user = User::find(&app.store, pool, name).await.map_err(failed)?;
    user.ok_or_else(|| Trouble::missing("there is no such user"))
}

/// Returns the context of an action. `page`: the URL of this server on whose page it happens.
pub(super) fn cx<'a>(
    app: &'a App,
    action: impl Into<Action>,
    pool: &Pool,
    page: Option<String>,
) -> Cx<'a> {
    let caller = Caller::Operator {
        id: CALLER.to_owned(),
        region: pool.region.clone(),
    };
    let client = ClientInfo {
        base_url: page,
        ..ClientInfo::default()
    };
    Cx::new(app, action, caller, client, random::uuid_v4())
}

/// Returns the answer for what the domain refuses.
pub(super) fn refusal(error: ApiError) -> Trouble {
    let code = error.code.as_str();
    match &*error.message {
        "" => Trouble::asked(code),
        text => Trouble::asked(format!("{code}: {text}")),
    }
}

//! Passwords that others know: where they are looked for, and what is done about them (admin.md 6.1, 6.2,
//! docs/BREACHED.md).

use cognate_crypto::secret::SecretString;
use cognate_shapes::{
    AdvancedSecurityModeType, CompromisedCredentialsEventActionType, EventFilterType,
};

use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::protection;

/// What a password is to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// It is in no list, or nobody looks.
    None,
    /// Others know it, and nothing is done: the action is NO_ACTION, or threat protection only watches.
    Noted,
    /// Others know it, and it is not to be used.
    Barred,
}

/// Looks a password up, if the pool or the client wants that at this event. Addresses whose risk is not judged make no
/// difference.
pub async fn look(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    event: EventFilterType,
    password: &SecretString,
) -> Breach {
    let mode = protection::mode(pool);
    let wanted = protection::effective(pool, client).and_then(|risk| risk.on_compromised(event));
    let Some(action) = wanted.filter(|_| mode != AdvancedSecurityModeType::Off) else {
        return Breach::None;
    };
    if !cx.breached.has(&cx.workers, password).await {
        return Breach::None;
    }
    let block = action == CompromisedCredentialsEventActionType::Block;
    match block && mode == AdvancedSecurityModeType::Enforced {
        true => Breach::Barred,
        false => Breach::Noted,
    }
}

/// Refuses a new password that others know. Returns true for one that is taken all the same.
///
/// # Errors
/// InvalidPasswordException.
pub async fn refuse(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    event: EventFilterType,
    password: &SecretString,
) -> Result<bool> {
    match look(cx, pool, client, event, password).await {
        Breach::None => Ok(false),
        Breach::Noted => Ok(true),
        Breach::Barred => Err(errors::users::breached_password().into()),
    }
}

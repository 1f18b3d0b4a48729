//! `/_dev/faults`: faults that the next calls meet (docs/DEV.md).

use cognate_access::json;
use serde_json::Value;

use super::{Ask, Trouble};
use crate::faults::Faults;
use crate::state::State;

fn faults(state: &State) -> Result<&Faults, Trouble> {
    let none = || Trouble::Server("a server with /_dev has no faults".into());
    state.faults.as_ref().ok_or_else(none)
}

/// Lists the faults that wait.
pub(super) async fn list(ask: Ask<'_>) -> Result<Value, Trouble> {
    faults(ask.state).map(Faults::list)
}

/// Adds the fault in the body.
pub(super) async fn add(ask: Ask<'_>) -> Result<Value, Trouble> {
    let (state, body) = (ask.state, ask.body);
    let wish = json::parse(body).unwrap_or_default();
    let sends = wish.get("fault").is_some_and(|fault| fault == "sender");
    if sends && state.app.courier.get().is_none() {
        let why = "this server has no sender: email_senders, sms_senders";
        return Err(Trouble::asked(why));
    }
    faults(state)?.add(&wish).map_err(Trouble::asked)
}

/// Takes all faults away.
pub(super) async fn clear(ask: Ask<'_>) -> Result<Value, Trouble> {
    let faults = faults(ask.state)?;
    faults.clear();
    Ok(faults.list())
}

//! `/_dev/triggers`: the calls of functions that this server recorded.

use serde_json::{Value, json};

use super::{Ask, Trouble, failed};

/// Lists the recorded calls of functions, the newest first.
pub(super) async fn list(ask: Ask<'_>) -> Result<Value, Trouble> {
    let _held = ask.state.app.whole.hold().await;
    let calls = serde_json::to_value(ask.state.functions.recorded()).map_err(failed)?;
    Ok(json!({"triggers": calls}))
}

/// Calls a function again with a recorded event.
pub(super) async fn replay(ask: Ask<'_>) -> Result<Value, Trouble> {
    let id: u64 = ask
        .name
        .parse()
        .map_err(|_| Trouble::missing("Not found."))?;
    // The call is recorded, and a restore forgets what is.
    let _held = ask.state.app.whole.hold().await;
    let call = ask.state.functions.replay(id).await;
    let call =
        call.ok_or_else(|| Trouble::asked(format!("no recorded call has the number {id}")))?;
    serde_json::to_value(call).map_err(failed)
}

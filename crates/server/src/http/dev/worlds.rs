//! `/_dev/worlds`: the worlds beside the server's own state. A world itself has none.

use serde_json::{Value, json};

use super::{Ask, Trouble, failed};
use crate::time_text::rfc3339;
use crate::worlds::{self, NoWorld, Shown, Worlds};

fn of<'a>(ask: &Ask<'a>) -> Result<&'a Worlds, Trouble> {
    let worlds = ask.state.worlds.as_ref();
    worlds.ok_or_else(|| Trouble::missing("a world has no worlds: ask without its name"))
}

fn refused(none: NoWorld) -> Trouble {
    Trouble::refused(none.status, none.why)
}

fn missing(name: &str) -> Trouble {
    Trouble::missing(format!("there is no world {name}"))
}

fn show(world: &Shown) -> Value {
    json!({
        "name": world.name, "bytes": world.bytes, "made": rfc3339(world.made),
        "used": rfc3339(world.used),
    })
}

/// Lists the worlds.
pub(super) async fn list(ask: Ask<'_>) -> Result<Value, Trouble> {
    let (_, state) = (of(&ask)?, ask.state.clone());
    let listed = tokio::task::spawn_blocking(move || {
        let found = state.worlds.as_ref().map(Worlds::list);
        found.unwrap_or_default()
    });
    let shown: Vec<Value> = listed.await.map_err(failed)?.iter().map(show).collect();
    Ok(json!({"worlds": shown}))
}

/// Makes a world, if it is not there.
pub(super) async fn make(ask: Ask<'_>) -> Result<Value, Trouble> {
    of(&ask)?;
    let made = worlds::make(ask.state, ask.name).await.map_err(refused)?;
    Ok(show(&made.shown(ask.name.to_owned())))
}

/// Deletes a world with everything in it.
pub(super) async fn delete(ask: Ask<'_>) -> Result<Value, Trouble> {
    of(&ask)?;
    let (state, name) = (ask.state.clone(), ask.name.to_owned());
    // In a task of its own, so that a client that goes away leaves nothing half deleted.
    let deleted = tokio::spawn(async move {
        let worlds = state.worlds.as_ref().ok_or_else(|| missing(&name))?;
        match worlds.delete(&name).await.map_err(refused)? {
            true => Ok(json!({})),
            false => Err(missing(&name)),
        }
    });
    deleted.await.map_err(failed)?
}

//! `GET /_dev/events`: the events of a pool (docs/EVENTS.md), newest first.

use std::time::Duration;

use cognate_domain::App;
use cognate_domain::events::read::Reader;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Ask, LOOK, Trouble, failed, pairs, people, wait};

/// The most events of an answer.
const MOST: usize = 100;
/// How many of the newest rows of the trail are looked through for them, where no cursor says from where on.
const LOOKED_THROUGH: i64 = 2_000;

/// Lists the events. `after`: behind which cursor; then they are the next ones. `wait`: seconds to wait for the first one.
pub(super) async fn list(ask: Ask<'_>) -> Result<Value, Trouble> {
    let (mut pool, mut after, mut longest) = (String::new(), None, Duration::ZERO);
    for pair in pairs(ask.query) {
        match pair? {
            ("pool", value) => pool = value,
            ("after", value) => after = Some(value).filter(|value| !value.is_empty()),
            ("wait", value) => longest = wait(&value)?,
            (name, _) => {
                return Err(Trouble::asked(format!(
                    "`{name}` is no filter: use pool, after, wait"
                )));
            }
        }
    }
    let app = &ask.state.app;
    let deadline = Instant::now() + longest;
    let mut place = None;
    loop {
        let mut found = {
            let _held = app.whole.hold().await;
            let pool = people::pool(app, &pool).await?;
            find(app, &pool.id, after.as_deref()).await?
        };
        if !found.is_empty() || Instant::now() >= deadline || ask.state.load.is_draining() {
            found.reverse();
            let newest = found.first().and_then(|event| event.get("cursor"));
            let cursor = newest.cloned();
            let cursor = cursor.unwrap_or_else(|| after.as_deref().unwrap_or("begin").into());
            return Ok(json!({"events": found, "cursor": cursor}));
        }
        if place.is_none() {
            place = Some(ask.state.dev.wait()?);
        }
        let until = deadline.min(Instant::now() + LOOK);
        tokio::time::sleep_until(until).await;
    }
}

/// Returns events in their order: the first ones behind a cursor, or the newest.
async fn find(app: &App, pool_id: &str, after: Option<&str>) -> Result<Vec<Value>, Trouble> {
    let reader = Reader {
        store: &app.store,
        key: &app.trail,
        pool_id,
        account: &app.settings.account,
    };
    let cursor = after.unwrap_or("end");
    let place = reader.place(cursor).await.map_err(failed)?;
    let mut place = place.map_err(Trouble::asked)?;
    if after.is_none() {
        place = place.saturating_sub(LOOKED_THROUGH).max(0);
    }
    let mut found = Vec::new();
    loop {
        let portion = reader.portion(place, MOST).await.map_err(failed)?;
        found.extend(portion.events.into_iter().map(|(_, event)| event.json));
        place = portion.place;
        if !portion.more || after.is_some() && found.len() >= MOST {
            break;
        }
    }
    match after {
        Some(_) => found.truncate(MOST),
        None => drop(found.drain(..found.len().saturating_sub(MOST))),
    }
    Ok(found)
}

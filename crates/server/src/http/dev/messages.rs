//! `GET /_dev/messages`: what would have been sent to users.

use std::time::Duration;

use cognate_domain::messages::inbox::{self, InboxFilter};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Ask, LOOK, Trouble, failed, pairs, wait};
use crate::state::State;

/// The time between the making of a message and its commit, at most, in microseconds.
const COMMITTED: i64 = 10_000_000;

/// Lists the messages that match, newest first. With `wait` it waits so many seconds for the first one.
pub(super) async fn list(ask: Ask<'_>) -> Result<Value, Trouble> {
    let state = ask.state;
    let mut filter = InboxFilter::default();
    let mut longest = Duration::ZERO;
    for pair in pairs(ask.query) {
        let (name, value) = pair?;
        let field = match name {
            "wait" => {
                longest = wait(&value)?;
                continue;
            }
            "pool" => &mut filter.pool,
            "user" => &mut filter.user,
            "to" => &mut filter.to,
            "kind" => &mut filter.kind,
            "after" => &mut filter.after,
            _ => {
                return Err(Trouble::asked(format!(
                    "`{name}` is no filter: use pool, user, to, kind, after, wait"
                )));
            }
        };
        *field = (!value.is_empty()).then_some(value);
    }
    let deadline = Instant::now() + longest;
    let asked = filter.after.clone();
    let (mut place, mut looked) = (None, None);
    loop {
        // Listens before it looks, so that no message in between is missed.
        let arrival = state.app.inbox.notified();
        let found = {
            let held = state.app.whole.hold().await;
            // What was looked at does not match, and is not read again. In a state that a snapshot brought back all is new.
            let (since, of) = *looked.get_or_insert((oldest(state), held.state()));
            match place.is_some() && of == held.state() {
                true => filter.after = asked.clone().max(Some(inbox::before(since))),
                false => {
                    filter.after.clone_from(&asked);
                    looked = Some((oldest(state), held.state()));
                }
            }
            inbox::list(&state.app, &filter).await.map_err(failed)?
        };
        if !found.is_empty() || Instant::now() >= deadline || state.load.is_draining() {
            return Ok(json!({"messages": found}));
        }
        if place.is_none() {
            place = Some(state.dev.wait()?);
        }
        let until = deadline.min(Instant::now() + LOOK);
        let _ = tokio::time::timeout_at(until, arrival).await;
    }
}

/// Returns the service's time from which on messages are read again, in microseconds: one with an earlier time is committed by now.
fn oldest(state: &State) -> i64 {
    state.app.clock.service() - COMMITTED
}

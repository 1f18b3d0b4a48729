//! `cognate events`: the events of a pool, and its webhooks.

use cognate_crypto::seal::RootKey;
use cognate_domain::events::read::Reader;
use cognate_domain::events::webhooks::{self, Ground, Wanted};
use cognate_domain::records::trail::{self, TrailKey};
use cognate_domain::{App, Fault};
use cognate_store::{Store, tables::pools};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Events of an answer at most: one may name three hundred users.
const MOST: usize = 50;

/// Where a reading of events begins, or goes on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Behind a cursor; `begin`; or `end`.
    Cursor(String),
    /// Behind the place that the answer before gave.
    Place(i64),
}

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Reads the next events.
    Read {
        /// Where they begin.
        from: Start,
        /// The account in ARNs, unless a server says which.
        account: String,
    },
    /// Sets a webhook.
    Set {
        /// The settings.
        wanted: Box<Wanted>,
    },
    /// Lists the webhooks.
    List,
    /// Ends a webhook.
    End {
        /// Where events are posted.
        url: String,
    },
    /// Has webhooks begin again.
    Replay {
        /// The cursor behind which they begin.
        after: String,
        /// The URL of the one; None for all.
        webhook: Option<String>,
    },
}

impl Step {
    /// True if it changes nothing.
    pub(super) fn only_reads(&self) -> bool {
        matches!(self, Self::Read { .. } | Self::List)
    }
}

/// Does a step. `now`: the service's time in microseconds. `app`: the server that runs, which knows what it may call.
pub(crate) async fn perform(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    step: Step,
    app: Option<&App>,
) -> Result<Value, String> {
    let at = (store, root, now);
    match step {
        Step::Read { from, account } => {
            let account = app.map_or(account, |app| app.settings.account.clone());
            read(store, root, &account, pool, &from).await
        }
        Step::Set { wanted } => set(at, pool, &wanted, app).await,
        Step::List => list(store, root, pool).await,
        Step::End { url } => end(at, pool, &url).await,
        Step::Replay { after, webhook } => replay(at, pool, &after, webhook.as_deref()).await,
    }
}

/// Returns the next events of a pool. `account` is that of ARNs.
async fn read(
    store: &Store,
    root: &RootKey,
    account: &str,
    pool: &str,
    from: &Start,
) -> Result<Value, String> {
    let key = trail::prepare(store, root).await.map_err(text)?;
    // The events of a deleted pool can still be read.
    let state = pools::state(store, pool).await;
    if state.map_err(|error| error.to_string())?.is_none() {
        return Err(format!("User pool {pool} does not exist."));
    }
    let reader = Reader {
        store,
        key: &key,
        pool_id: pool,
        account,
    };
    let place = match from {
        Start::Cursor(cursor) => reader.place(cursor).await.map_err(text)??,
        Start::Place(place) => *place,
    };
    let portion = reader.portion(place, MOST).await.map_err(text)?;
    let events: Vec<_> = portion
        .events
        .into_iter()
        .map(|(_, event)| event.json)
        .collect();
    Ok(json!({"events": events, "place": portion.place, "more": portion.more}))
}

/// Sets a webhook. `app`: the server that runs, which knows what it may call.
async fn set(
    (store, root, now): (&Store, &RootKey, i64),
    pool: &str,
    wanted: &Wanted,
    app: Option<&App>,
) -> Result<Value, String> {
    let key = key(store, root).await?;
    let outbound = app.map(|app| &app.outbound);
    let shown = webhooks::set(ground(store, root, &key, now), pool, wanted, outbound).await;
    Ok(json!(shown.map_err(text)?))
}

/// Lists the webhooks of a pool.
async fn list(store: &Store, root: &RootKey, pool: &str) -> Result<Value, String> {
    Ok(json!(
        webhooks::list(store, root, pool).await.map_err(text)?
    ))
}

/// Ends a webhook.
async fn end(
    (store, root, now): (&Store, &RootKey, i64),
    pool: &str,
    url: &str,
) -> Result<Value, String> {
    let key = key(store, root).await?;
    webhooks::end(ground(store, root, &key, now), pool, url)
        .await
        .map_err(text)?;
    Ok(json!({"url": url}))
}

/// Has webhooks of a pool begin again behind a cursor.
async fn replay(
    (store, root, now): (&Store, &RootKey, i64),
    pool: &str,
    after: &str,
    webhook: Option<&str>,
) -> Result<Value, String> {
    let key = key(store, root).await?;
    let reader = Reader {
        store,
        key: &key,
        pool_id: pool,
        account: "",
    };
    let place = reader.place(after).await.map_err(text)??;
    let ground = ground(store, root, &key, now);
    let n = webhooks::rewind(ground, pool, webhook, place)
        .await
        .map_err(text)?;
    Ok(json!({"webhooks": n}))
}

async fn key(store: &Store, root: &RootKey) -> Result<TrailKey, String> {
    trail::prepare(store, root).await.map_err(text)
}

fn ground<'a>(store: &'a Store, root: &'a RootKey, key: &'a TrailKey, now: i64) -> Ground<'a> {
    Ground {
        store,
        root,
        key,
        now,
    }
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the webhook changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}

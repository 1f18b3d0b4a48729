//! Sends the events of pools to their webhooks: in the order of the chain, at least once, each webhook for itself.
//!
//! A node takes a webhook that is behind the end of the chain, sends what it wants one event after the other, and records how far
//! it has come. A failure ends the turn; the webhook rests, longer each time, and then begins with the event that failed. What is not
//! for a webhook is only looked at, and recorded now and then.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_outbound::Limits;
use cognate_store::tables::event_webhooks::{self as table, WebhookRow};
use cognate_store::{Batch, CommitError};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::audit::{self, chain};
use crate::clock::{HOUR, MINUTE, SECOND};
use crate::errors::Result;
use crate::events::cloud::Event;
use crate::events::read::Reader;
use crate::events::webhooks::Webhook;
use crate::jobs::runner::{broken, report};

/// The name of the work in the log.
const KIND: &str = "events";
/// Webhooks that a node sends to at once.
const PLACES: usize = 32;
/// The time after which a node looks for what others left, or what has rested.
const LOOK: Duration = Duration::from_secs(10);
/// How long a node keeps a webhook without recording anything, in microseconds: longer than a few calls.
const LEASE: i64 = 60 * SECOND;
/// The time between two records of how far it has come.
const RECORD: Duration = Duration::from_secs(2);
/// Events that are sent between two records: as many may come twice.
const UNRECORDED: usize = 20;
/// Events that are read at once.
const READ: usize = 50;
/// How long a webhook is sent to before the others have their turn: one that is slow and far behind keeps no place.
const TURN: Duration = Duration::from_secs(15);
/// Rows that a webhook may have passed without a record, if none was for it.
const PASSED: i64 = 10_000;
/// Bounds of a call. What a webhook answers is not looked at.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(10),
    connect: Duration::from_secs(5),
    bytes: 64 << 10,
    content_type: None,
};
/// The rests after failures in a row, and after all later ones, in microseconds.
const RESTS: [i64; 6] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
];
/// With so many failures in a row the trail and the log say so, once.
pub const FAILING: i64 = 3;

/// Where a node has looked without finding anything for a webhook: by pool and webhook, with the version and place of its row.
type Looked = HashMap<(String, String), (i64, i64, i64)>;

/// The sending of one node.
pub struct Events {
    app: Arc<App>,
    node: String,
    running: JoinSet<(String, String)>,
    held: Vec<(String, String)>,
    looked: Looked,
    /// The one that was begun with last: the next look goes on behind it.
    last: (String, String),
    /// Webhooks at once, and the longest turn of each.
    bounds: (usize, Duration),
}

impl Events {
    /// Returns the sending of a node, which has begun nothing.
    pub fn new(app: Arc<App>, node: &str) -> Self {
        Self {
            app,
            node: node.to_owned(),
            running: JoinSet::new(),
            held: Vec::new(),
            looked: HashMap::new(),
            last: Default::default(),
            bounds: (PLACES, TURN),
        }
    }

    /// Sets how many webhooks are sent to at once and how long each has its turn; for tests.
    #[must_use]
    pub fn bounded(self, places: usize, turn: Duration) -> Self {
        Self {
            bounds: (places, turn),
            ..self
        }
    }

    /// Sends until `stop` says so, and then lets the calls end that have begun.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !is_over(&stop) {
            if let Err(fault) = self.begin(&stop).await {
                report(KIND, &fault);
            }
            let app = self.app.clone();
            tokio::select! {
                Some(ended) = self.running.join_next() => self.ended(ended.ok()),
                () = app.linked.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
        while self.running.join_next().await.is_some() {}
    }

    /// Sends everything that is due now; for tests.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn turn(&mut self) -> Result<()> {
        let (_say, stop) = watch::channel(false);
        self.begin(&stop).await?;
        while let Some(ended) = self.running.join_next().await {
            self.ended(ended.ok());
            self.begin(&stop).await?;
        }
        Ok(())
    }

    /// Begins with what is due, for a server that stops at that moment; for tests.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn begin_and_stop(&mut self) -> Result<()> {
        let (_say, stop) = watch::channel(true);
        self.begin(&stop).await?;
        while self.running.join_next().await.is_some() {}
        Ok(())
    }

    fn ended(&mut self, of: Option<(String, String)>) {
        match of {
            Some(of) => self.held.retain(|held| *held != of),
            // One has panicked, and nobody knows which; the leases tell.
            None => self.held.clear(),
        }
    }

    /// Begins with every webhook that is behind and due, as far as there are places.
    async fn begin(&mut self, stop: &watch::Receiver<bool>) -> Result<()> {
        let app = self.app.clone();
        let now = app.clock.wall();
        let first = self.last.clone();
        let mut after = first.clone();
        let mut wrapped = false;
        while self.running.len() < self.bounds.0 {
            let (pool, id) = (&after.0, &after.1);
            let mut rows = table::behind(&app.store, (pool, id), i64::MAX, now, 200).await?;
            if wrapped {
                rows.retain(|row| (&row.pool_id, &row.webhook_id) <= (&first.0, &first.1));
            }
            let Some(last) = rows.last() else {
                if wrapped {
                    break;
                }
                // From the beginning, up to where this look began.
                (wrapped, after) = (true, Default::default());
                continue;
            };
            after = (last.pool_id.clone(), last.webhook_id.clone());
            // After the rows, so that none of them is farther than it.
            let end = chain::head(&app.store, &app.trail).await?.number;
            for row in rows {
                if row.place == end || self.running.len() >= self.bounds.0 {
                    continue;
                }
                // A pool that cannot be read must not hold up the others.
                if let Err(fault) = self.one(row, end, stop).await {
                    report(KIND, &fault);
                }
            }
        }
        Ok(())
    }

    async fn one(
        &mut self,
        mut row: WebhookRow,
        end: i64,
        stop: &watch::Receiver<bool>,
    ) -> Result<()> {
        let app = self.app.clone();
        let name = (row.pool_id.clone(), row.webhook_id.clone());
        if self.held.contains(&name) {
            return Ok(());
        }
        let from = match self.looked.get(&name) {
            Some((ver, place, looked)) if (*ver, *place) == (row.ver, row.place) => *looked,
            _ => row.place,
        };
        if row.place < 0 || row.place > end {
            // It came back with its pool, or all of the trail is an older one.
            tracing::warn!(
                pool = row.pool_id,
                "a webhook goes on at the end of the audit trail, after a restore"
            );
            return put(&app, &self.node, &mut row, end).await;
        }
        if from >= end {
            return Ok(());
        }
        // A pool that is gone takes its webhooks with it.
        let Some(pool) = app.cached_pool(&row.pool_id).await? else {
            return Ok(());
        };
        let webhook = match Webhook::open(&pool, row.clone()) {
            Ok(webhook) => webhook,
            // It is logged; others must not wait for it.
            Err(fault) => {
                report(KIND, &fault);
                return Ok(());
            }
        };
        match look(&app, &webhook, from).await? {
            Seen::Nothing(until) if until > row.place + PASSED => {
                put(&app, &self.node, &mut row, until).await
            }
            Seen::Nothing(until) => {
                self.looked.insert(name, (row.ver, row.place, until));
                Ok(())
            }
            Seen::Something(place) => {
                let (node, stop, turn) = (self.node.clone(), stop.clone(), self.bounds.1);
                self.held.push(name.clone());
                self.last.clone_from(&name);
                self.running.spawn(async move {
                    let sending = Sending {
                        app: &app,
                        node: &node,
                        webhook,
                        stop,
                        has_taken: false,
                        turn,
                    };
                    if let Err(fault) = sending.run(place).await {
                        report(KIND, &fault);
                    }
                    name
                });
                Ok(())
            }
        }
    }
}

/// True if the sending is to end, or nobody is left to say so.
fn is_over(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// What is behind a place.
enum Seen {
    /// Nothing for the webhook, up to a place.
    Nothing(i64),
    /// An event for it is somewhere behind a place.
    Something(i64),
}

/// Looks for an event that a webhook wants.
async fn look(app: &App, webhook: &Webhook, from: i64) -> Result<Seen> {
    let reader = reader(app, webhook);
    let mut place = from;
    loop {
        let portion = reader.portion(place, READ).await?;
        if portion.events.iter().any(|(_, event)| webhook.wants(event)) {
            return Ok(Seen::Something(place));
        }
        place = portion.place;
        if !portion.more {
            return Ok(Seen::Nothing(place));
        }
    }
}

fn reader<'a>(app: &'a App, webhook: &'a Webhook) -> Reader<'a> {
    Reader {
        store: &app.store,
        key: &app.trail,
        pool_id: &webhook.row.pool_id,
        account: &app.settings.account,
    }
}

/// Records a place without sending anything.
async fn put(app: &App, node: &str, row: &mut WebhookRow, place: i64) -> Result<()> {
    let batch = table::take(Batch::new(), row, node, row.due);
    row.place = place;
    committed(app, table::advance(batch, row, node))
        .await
        .map(|_| ())
}

/// Commits; false if another node, or a command, was faster.
async fn committed(app: &App, batch: Batch) -> Result<bool> {
    match app.store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(table::CHANGED)) => Ok(false),
        Err(other) => Err(broken(other)),
    }
}

/// The sending to one webhook.
struct Sending<'a> {
    app: &'a App,
    node: &'a str,
    webhook: Webhook,
    stop: watch::Receiver<bool>,
    /// True once it took an event in this turn.
    has_taken: bool,
    /// How long it has its turn.
    turn: Duration,
}

impl Sending<'_> {
    /// Sends what is behind a place, until nothing is, something fails, or another node has the webhook.
    async fn run(mut self, mut place: i64) -> Result<()> {
        let (row, until) = (&self.webhook.row, self.app.clock.wall() + LEASE);
        if !committed(self.app, table::take(Batch::new(), row, self.node, until)).await? {
            return Ok(());
        }
        let began = Instant::now();
        let (mut recorded, mut sent) = (began, 0);
        loop {
            let portion = reader(self.app, &self.webhook).portion(place, READ).await?;
            if portion.gap {
                tracing::error!(
                    pool = self.webhook.row.pool_id,
                    host = self.webhook.host(),
                    "the retention of the audit trail has removed events before a webhook has taken them"
                );
            }
            for (number, event) in portion.events {
                let is_round = self.has_taken && began.elapsed() >= self.turn;
                if is_over(&self.stop) || is_round {
                    return self.record(number - 1, 0).await.map(|_| ());
                }
                if self.webhook.wants(&event) {
                    match self.send(&event).await {
                        Ok(()) => self.has_taken = true,
                        Err(problem) => return self.failed(number - 1, problem).await,
                    }
                }
                sent += 1;
                if sent >= UNRECORDED || recorded.elapsed() >= RECORD {
                    if !self.record(number, self.app.clock.wall() + LEASE).await? {
                        return Ok(());
                    }
                    (recorded, sent) = (Instant::now(), 0);
                }
            }
            place = portion.place;
            if !portion.more {
                return self.record(place, 0).await.map(|_| ());
            }
        }
    }

    /// Records a place; false if the webhook is no longer this node's. Failures are over once it has taken something: a stop
    /// of the server, or events of others, are no success.
    async fn record(&mut self, place: i64, due: i64) -> Result<bool> {
        let row = &mut self.webhook.row;
        if self.has_taken && row.failures > 0 {
            tracing::info!(pool = row.pool_id, "a webhook takes events again");
            row.failures = 0;
            row.problem.clear();
        }
        (row.place, row.due) = (place, due);
        committed(self.app, table::advance(Batch::new(), row, self.node)).await
    }

    /// Records that the event behind a place was not taken, and rests.
    async fn failed(&mut self, place: i64, problem: String) -> Result<()> {
        let host = self.webhook.host();
        let row = &mut self.webhook.row;
        if self.has_taken {
            // A new row of failures.
            row.failures = 0;
        }
        row.failures += 1;
        let at = usize::try_from(row.failures - 1).unwrap_or(usize::MAX);
        let rest = RESTS.get(at).or(RESTS.last()).copied().unwrap_or(HOUR);
        row.place = place;
        row.due = self.app.clock.wall() + rest;
        row.problem.clone_from(&problem);
        let mut batch = table::advance(Batch::new(), row, self.node);
        if row.failures == FAILING {
            tracing::error!(
                pool = row.pool_id,
                host,
                problem,
                "a webhook takes no events"
            );
            let detail = format!("{host}: {problem}");
            let entry = audit::command("EventWebhookFails", Some(&detail));
            batch = entry.append(batch, &row.pool_id, self.app.clock.service());
        }
        committed(self.app, batch).await.map(|_| ())
    }

    async fn send(&self, event: &Event) -> std::result::Result<(), String> {
        let body = event.json.to_string().into_bytes();
        let timestamp = self.app.clock.wall().div_euclid(SECOND).to_string();
        let signature = self.webhook.signature(&event.id, &timestamp, &body);
        let headers = [
            (
                "content-type",
                "application/cloudevents+json; charset=utf-8",
            ),
            ("webhook-id", event.id.as_str()),
            ("webhook-timestamp", timestamp.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        let sent = self
            .app
            .outbound
            .post(&self.webhook.url, &headers, body, LIMITS);
        match sent.await {
            Ok(200..=299) => Ok(()),
            Ok(status) => Err(format!("the answer has the status {status}")),
            Err(error) => Err(error.to_string()),
        }
    }
}

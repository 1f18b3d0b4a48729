//! Delivery: sends the messages of the outbox, on every node, from the commit that accepts them.
//!
//! A node takes what is due under a lease, one message of each destination, and sends up to [`PLACES`] at a time, half of
//! them of one pool. The outcomes of sends that have ended are committed together with the next leases. A message is sent at least once: a node
//! that dies between a send and its commit leaves the message to the end of its lease, and it is sent again. While a send
//! takes long the lease is held, and a send whose lease cannot be held is broken off, so that no two nodes send one
//! message at a time.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use cognate_crypto::random;
use cognate_store::tables::messages::{self as table, DEAD, DEAD_KEPT, KEPT, Leased, SENT};
use cognate_store::{Batch, Store};
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

use crate::app::App;
use crate::app::courier::{NotDelivered, Receipt};
use crate::app::metrics::labels::MessageEnd;
use crate::clock::{MINUTE, SECOND};
use crate::errors::Result;
use crate::jobs::runner::broken;
use crate::messages::outbox;
use crate::records::log_record;
use crate::records::pool::Pool;

/// Sends that run at once.
pub const PLACES: usize = 64;
/// Sends of one pool that run at once: half of them, so that a pool whose own sender is slow leaves the others some.
pub const PLACES_OF_POOL: usize = PLACES / 2;
/// How long a node keeps a message without holding it again, in microseconds.
pub const LEASE: i64 = 30 * SECOND;
/// The time after which a lease is held again, and how long that may take: both together are shorter than a lease.
const HOLD: Duration = Duration::from_secs(10);
/// The longest send: all senders at their slowest.
const LONGEST_SEND: Duration = Duration::from_secs(240);
/// The longest wait before a node looks for messages that others left, of which a look of all background work tells it sooner.
const LOOK: Duration = Duration::from_secs(30);
/// The wait after a fault of the database.
const AGAIN: Duration = Duration::from_secs(1);
/// The most due messages that are looked at for each free place: nodes that look at the same time choose different ones.
const CHOICE: usize = 4;
/// The time to the next try, after each of the first tries and after all later ones, in microseconds.
const PAUSES: [i64; 5] = [
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
];

/// The end of a send.
enum Outcome {
    Sent(Receipt),
    Not(NotDelivered),
    /// It is not worth another try.
    Dead(&'static str),
    /// Its pool is gone.
    Gone,
    /// The lease could not be held.
    Lost,
}

struct Ended {
    message: Leased,
    outcome: Outcome,
    /// The message's pool, if it could be read.
    pool: Option<Arc<Pool>>,
}

/// The delivery of one node.
pub struct Delivery {
    app: Arc<App>,
    /// Looks into the outbox and writes outcomes.
    store: Store,
    node: String,
    running: JoinSet<Ended>,
    /// The messages of running sends, and of ended ones whose outcome is not committed yet: pool and id.
    held: HashMap<Id, (String, String)>,
    ended: Vec<(Id, Ended)>,
}

impl Delivery {
    /// Returns the delivery of a node, which has begun nothing. `node` names it in leases.
    pub fn new(app: Arc<App>, node: &str) -> Self {
        Self {
            store: app.store.apart(),
            app,
            node: node.to_owned(),
            running: JoinSet::new(),
            held: HashMap::new(),
            ended: Vec::new(),
        }
    }

    /// Sends messages until `stop` says so, and then finishes the sends that have begun.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            self.collect();
            // An error means that nobody can say it any more.
            let stopping = *stop.borrow() || stop.has_changed().is_err();
            if stopping && self.held.is_empty() {
                return;
            }
            match self.step(!stopping).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(fault) => {
                    tracing::warn!(?fault, "messages wait, since the database failed");
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            }
            let app = self.app.clone();
            tokio::select! {
                Some(ended) = self.running.join_next_with_id() => self.keep(ended),
                () = app.outbox.notified(), if !stopping => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop), if !stopping => {}
            }
        }
    }

    /// Sends everything that is due now, and waits for the ends of all sends. Returns the number of tries.
    ///
    /// # Errors
    /// A fault when the database fails.
    pub async fn turn(&mut self) -> Result<usize> {
        let mut tries = 0;
        loop {
            self.collect();
            let before = self.running.len();
            let changed = self.step(true).await?;
            tries += self.running.len().saturating_sub(before);
            if changed {
                continue;
            }
            match self.running.join_next_with_id().await {
                Some(ended) => self.keep(ended),
                None => return Ok(tries),
            }
        }
    }

    fn collect(&mut self) {
        while let Some(ended) = self.running.try_join_next_with_id() {
            self.keep(ended);
        }
    }

    fn keep(&mut self, ended: std::result::Result<(Id, Ended), tokio::task::JoinError>) {
        match ended {
            Ok((id, ended)) => self.ended.push((id, ended)),
            Err(error) => {
                tracing::error!(%error, "a send broke off; the message is sent again");
                self.held.remove(&error.id());
            }
        }
    }

    /// Commits the outcomes of sends that have ended and takes further messages (`more`). Returns false if there was
    /// neither.
    async fn step(&mut self, more: bool) -> Result<bool> {
        let now = self.app.clock.service();
        let free = PLACES.saturating_sub(self.running.len());
        let chosen = if more && free > 0 {
            self.choose(now, free).await?
        } else {
            Vec::new()
        };
        let mut batch = Batch::new();
        let mut ends = Vec::new();
        for (_, ended) in &self.ended {
            let (settled, end) = settle(batch, ended, now);
            batch = settled;
            ends.extend(end);
        }
        for key in &chosen {
            batch = table::take(batch, key, &self.node, now, now.saturating_add(LEASE));
        }
        if batch.is_empty() {
            let lost = std::mem::take(&mut self.ended);
            for (id, _) in lost {
                self.held.remove(&id);
            }
            return Ok(false);
        }
        let outcome = self.store.commit(batch).await.map_err(broken)?;
        for end in ends {
            self.app.metrics.messages.count(end);
        }
        for (id, _) in std::mem::take(&mut self.ended) {
            self.held.remove(&id);
        }
        for mut row in outcome.rows.into_iter().flatten() {
            let message = Leased::read(&mut row)?;
            let key = (message.pool_id.clone(), message.message_id.clone());
            let task = self.running.spawn(send(self.app.clone(), message));
            self.held.insert(task.id(), key);
        }
        Ok(true)
    }

    /// Returns pool and id of up to `free` messages that are due.
    async fn choose(&self, now: i64, free: usize) -> Result<Vec<(String, String)>> {
        let wanted = free.saturating_mul(CHOICE);
        let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
        let mut found = Vec::new();
        let held: HashSet<_> = self.held.values().collect();
        let mut busy: HashMap<String, usize> = HashMap::new();
        let ended: HashSet<Id> = self.ended.iter().map(|(id, _)| *id).collect();
        for (_, (pool, _)) in self.held.iter().filter(|(id, _)| !ended.contains(id)) {
            *busy.entry(pool.clone()).or_default() += 1;
        }
        // With a free place one pool at most has all of its own.
        let full = busy.iter().find(|(_, sends)| **sends >= PLACES_OF_POOL);
        let but = full.map_or(String::new(), |(pool, _)| pool.clone());
        for mut row in self.store.all(table::due(now, limit, &but)).await? {
            let key = table::key_of(&mut row)?;
            // A clock that was moved ahead ends leases, but no sends.
            if !held.contains(&key) {
                found.push(key);
            }
        }
        if found.len() > free {
            let first = random::below(u64::try_from(found.len()).unwrap_or(1));
            found.rotate_left(usize::try_from(first).unwrap_or(0));
        }
        found.retain(|(pool, _)| {
            let sends = busy.entry(pool.clone()).or_default();
            *sends += 1;
            *sends <= PLACES_OF_POOL
        });
        found.truncate(free);
        // Nodes lock rows in one order.
        found.sort();
        Ok(found)
    }
}

/// Adds the outcome of a send to a batch. Returns what the metrics call it; None for a message that nobody was to get.
fn settle(batch: Batch, ended: &Ended, now: i64) -> (Batch, Option<MessageEnd>) {
    let Ended {
        message, outcome, ..
    } = ended;
    let dead = |batch, why: &str| {
        let swept = now.saturating_add(DEAD_KEPT);
        let batch = message.close(batch, DEAD, &short(why), now, swept);
        let batch = export(batch, ended, &short(why), now);
        (batch, Some(MessageEnd::Dropped))
    };
    match outcome {
        Outcome::Sent(receipt) => {
            let text = short(&match &receipt.id {
                Some(id) => format!("sent by {} as {id}", receipt.sender),
                None => format!("sent by {}", receipt.sender),
            });
            let batch = message.close(batch, SENT, &text, now, now.saturating_add(KEPT));
            (batch, Some(MessageEnd::Sent))
        }
        Outcome::Not(NotDelivered::Never(why)) => dead(batch, &format!("refused: {why}")),
        Outcome::Not(NotDelivered::Later(why)) => {
            let next = now.saturating_add(pause(message.attempts));
            let last = message.created.saturating_add(outbox::LONGEST);
            if next >= last.min(message.ends) {
                dead(batch, &format!("given up: {why}"))
            } else {
                let batch = message.postpone(batch, &short(why), next);
                (batch, Some(MessageEnd::Failed))
            }
        }
        Outcome::Dead(why) => dead(batch, &format!("given up: {why}")),
        Outcome::Gone => (message.drop_row(batch, now), None),
        Outcome::Lost => (batch, None),
    }
}

/// Appends what happened to a message to the logs that its pool exports.
fn export(batch: Batch, ended: &Ended, why: &str, now: i64) -> Batch {
    let (message, Some(pool)) = (&ended.message, &ended.pool) else {
        return batch;
    };
    let Leased {
        kind,
        medium,
        masked,
        ..
    } = message;
    let details = format!("The {medium} message {kind} to {masked} was not delivered: {why}");
    let without = batch.clone();
    log_record::notification(batch, pool, now, &details).unwrap_or_else(|fault| {
        tracing::error!(pool_id = %pool.id, ?fault, "a log record cannot be written");
        without
    })
}

/// Returns the time to the next try, a little longer at random, so that what failed together does not come back together.
fn pause(attempts: i64) -> i64 {
    let done = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let [.., longest] = PAUSES;
    let pause = PAUSES.get(done).copied().unwrap_or(longest);
    let more = random::below(u64::try_from(pause / 5).unwrap_or(0).max(1));
    pause.saturating_add(i64::try_from(more).unwrap_or(0))
}

/// Cuts a text of others: one line of at most 200 characters.
fn short(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).take(200).collect()
}

async fn send(app: Arc<App>, message: Leased) -> Ended {
    let (outcome, pool) = match app.cached_pool(&message.pool_id).await {
        Ok(Some(pool)) => (outcome(&app, &pool, &message).await, Some(pool)),
        Ok(None) => (Outcome::Gone, None),
        Err(fault) => {
            tracing::warn!(pool_id = %message.pool_id, ?fault, "the pool of a message cannot be read");
            (later("the pool cannot be read"), None)
        }
    };
    let (pool_id, id) = (&message.pool_id, &message.message_id);
    match &outcome {
        Outcome::Sent(receipt) => {
            tracing::debug!(%pool_id, %id, sender = %receipt.sender, "a message was sent");
        }
        Outcome::Not(why) => tracing::warn!(%pool_id, %id, ?why, "a message was not sent"),
        Outcome::Dead(why) => tracing::warn!(%pool_id, %id, why, "a message was given up"),
        Outcome::Gone => {}
        Outcome::Lost => tracing::warn!(%pool_id, %id, "the lease of a message was lost"),
    }
    Ended {
        message,
        outcome,
        pool,
    }
}

fn later(why: &str) -> Outcome {
    Outcome::Not(NotDelivered::Later(why.to_owned()))
}

async fn outcome(app: &App, pool: &Pool, message: &Leased) -> Outcome {
    if app.clock.service() >= message.ends {
        return Outcome::Dead("what it says has ended");
    }
    let letter = match outbox::open(pool, message) {
        Ok(letter) => letter,
        Err(fault) => {
            tracing::error!(pool_id = %pool.id, id = %message.message_id, ?fault, "a message cannot be opened");
            return Outcome::Dead("the message cannot be opened");
        }
    };
    let sent = tokio::time::timeout(LONGEST_SEND, outbox::send(app, pool, letter));
    match holding(app, message, sent).await {
        Some(Ok(Ok(receipt))) => Outcome::Sent(receipt),
        Some(Ok(Err(why))) => Outcome::Not(why),
        Some(Err(_)) => later("the sender took too long"),
        None => Outcome::Lost,
    }
}

/// Holds a message while `work` runs; None if that failed, and `work` is broken off.
async fn holding<T>(app: &App, message: &Leased, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Some(done),
            () = tokio::time::sleep(HOLD) => {}
        }
        let until = app.clock.service().saturating_add(LEASE);
        let held = app.store.commit(message.extend(Batch::new(), until));
        tokio::select! {
            biased;
            done = &mut work => return Some(done),
            held = tokio::time::timeout(HOLD, held) => match held {
                Ok(Ok(held)) if held.touched() == 1 => {}
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rarer_and_never_come_early() {
        for (attempts, least) in [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (60, 1800)] {
            for _ in 0..50 {
                let pause = pause(attempts);
                assert!(pause >= least * SECOND && pause < least * SECOND * 6 / 5);
            }
        }
    }

    #[test]
    fn outcomes_are_short_and_one_line() {
        assert_eq!(short("a\r\nb"), "a  b");
        assert_eq!(short(&"ü".repeat(300)).chars().count(), 200);
    }
}

//! A mixed load that comes from an address of this machine: what it is made of, and how it is sent.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::calls::{Kind, Requests};
use crate::http::{Connection, Refused};
use crate::imports;
use crate::outcomes::{Outcome, Sample};

/// What the load is made of: its name, its kind, and how many of a hundred requests are of it.
pub const MIX: [(&str, Kind, u64); 7] = [
    ("password sign-in", Kind::Password, 35),
    ("refresh", Kind::Refresh, 35),
    ("GET /login (page)", Kind::LoginPage, 10),
    ("AdminGetUser", Kind::AdminGetUser, 7),
    ("ListUsers, by e-mail", Kind::FindSigner, 4),
    ("ListUsers, page of 60", Kind::ListPage, 4),
    ("AdminCreateUser", Kind::AdminCreateUser, 5),
];

/// Returns the place in [`MIX`] of request number `i`: of a hundred one after another each kind has its part.
fn kind(i: u64) -> usize {
    /// Has no divisor with a hundred in common.
    const STRIDE: u64 = 37;
    let mut left = i % 100 * STRIDE % 100;
    for (at, (_, _, part)) in MIX.iter().enumerate() {
        if left < *part {
            return at;
        }
        left -= part;
    }
    0
}

/// The addresses that a load comes from.
#[derive(Clone, Copy)]
pub struct Origin {
    /// The address of its connections.
    pub from: Ipv4Addr,
    /// The first of the client addresses that are told in `X-Forwarded-For`, and how many they are; None without that header.
    pub told: Option<(Ipv4Addr, u32)>,
}

/// A load.
pub struct Traffic {
    /// What is asked for.
    pub requests: Rc<Requests>,
    /// Where it comes from.
    pub origin: Origin,
    /// The requests under way at most; what would be beyond is not sent.
    pub most: usize,
    /// The time after which a request is given up.
    pub patience: Duration,
    /// The number of the next request.
    pub next: Rc<Cell<u64>>,
    idle: RefCell<VecDeque<Connection>>,
    opened: Cell<u32>,
    error: RefCell<Option<String>>,
}

/// What a load has to say at its end.
#[derive(Default)]
pub struct Ended {
    /// Requests that were not sent because too many were under way.
    pub unsent: u64,
    /// Requests under way when it was broken off.
    pub abandoned: usize,
    /// The longest time by which a request left too late.
    pub late: Duration,
}

impl Traffic {
    /// Creates one whose requests have the numbers from `next` on.
    pub fn new(requests: &Rc<Requests>, origin: Origin, most: usize, next: &Rc<Cell<u64>>) -> Self {
        Self {
            requests: requests.clone(),
            origin,
            most,
            patience: Duration::from_secs(10),
            next: next.clone(),
            idle: RefCell::default(),
            opened: Cell::new(0),
            error: RefCell::default(),
        }
    }

    /// Returns the text of the first error that was no refusal.
    pub fn first_error(&self) -> Option<String> {
        self.error.borrow().clone()
    }

    async fn connect(&self) -> Result<Connection> {
        let header = match self.origin.told {
            Some((first, count)) => {
                let at = self.opened.replace(self.opened.get().wrapping_add(1));
                let client = Ipv4Addr::from(u32::from(first) + at % count.max(1));
                format!("X-Forwarded-For: {client}\r\n")
            }
            None => String::new(),
        };
        let host = &self.requests.world.host;
        Connection::open_from(host, self.origin.from, header).await
    }

    async fn send(&self, kind: Kind, i: u64) -> Result<()> {
        // Every client address that is told has a connection, and they take turns.
        let all_open = self
            .origin
            .told
            .is_none_or(|(_, count)| self.opened.get() >= count);
        let kept = if all_open {
            self.idle.borrow_mut().pop_front()
        } else {
            None
        };
        if let Some(mut connection) = kept {
            let sent = self.requests.one(kind, &mut connection, i).await;
            // The server may have closed it while nobody used it: once more on a new one, as every client does.
            if !matches!(sent.as_ref().map_err(Outcome::of), Err(Outcome::Closed)) {
                self.keep(connection, &sent);
                return sent;
            }
        }
        let mut connection = self.connect().await?;
        let sent = self.requests.one(kind, &mut connection, i).await;
        self.keep(connection, &sent);
        sent
    }

    /// Keeps a connection on which an answer came.
    fn keep(&self, connection: Connection, sent: &Result<()>) {
        if sent
            .as_ref()
            .map_or_else(|error| error.is::<Refused>(), |()| true)
        {
            self.idle.borrow_mut().push_back(connection);
        }
    }

    /// Sends the next request, which was to leave at `due`.
    async fn one(&self, due: Instant) -> Sample {
        let i = self.next.replace(self.next.get() + 1);
        let at = kind(i);
        let what = MIX.get(at).map_or(Kind::GetUser, |(_, kind, _)| *kind);
        let sent = Instant::now();
        let outcome = match tokio::time::timeout(self.patience, self.send(what, i)).await {
            Ok(Ok(())) => Outcome::Answered,
            Ok(Err(error)) => {
                let outcome = Outcome::of(&error);
                if outcome == Outcome::Failed {
                    let text = || format!("{error:#}");
                    self.error.borrow_mut().get_or_insert_with(text);
                }
                outcome
            }
            Err(_) => Outcome::Unanswered,
        };
        Sample {
            kind: at,
            due,
            sent,
            done: Instant::now(),
            outcome,
        }
    }

    /// `clients` send for `length`, each its next request when the last has ended. Returns the requests answered in a second.
    ///
    /// # Errors
    /// When more than one of a hundred is not answered.
    pub async fn closed(self: &Rc<Self>, clients: usize, length: Duration) -> Result<f64> {
        let begun = Instant::now();
        let mut all = JoinSet::new();
        for _ in 0..clients {
            let traffic = self.clone();
            all.spawn_local(async move {
                let (mut answered, mut other) = (0_u64, 0_u64);
                while begun.elapsed() < length {
                    let sample = traffic.one(Instant::now()).await;
                    match sample.outcome {
                        Outcome::Answered => answered += 1,
                        _ => other += 1,
                    }
                }
                (answered, other)
            });
        }
        let (mut answered, mut other) = (0, 0);
        for (more, bad) in all.join_all().await {
            answered += more;
            other += bad;
        }
        ensure!(
            other * 100 <= answered,
            "{other} requests failed and {answered} were answered in a closed loop: {}",
            self.first_error().unwrap_or_default()
        );
        Ok(answered as f64 / begun.elapsed().as_secs_f64())
    }

    /// Sends `rate` requests a second on schedule until `until`, and tells `each` what became of them.
    /// `abandon`: those under way then are broken off, otherwise waited for.
    pub async fn open(
        self: &Rc<Self>,
        rate: f64,
        until: Instant,
        abandon: bool,
        each: impl Fn(Sample) + Clone + 'static,
    ) -> Ended {
        let gap = Duration::from_secs_f64(1.0 / rate.max(0.1));
        let mut ended = Ended::default();
        let mut running = JoinSet::new();
        let mut due = Instant::now();
        while due < until {
            match due.checked_duration_since(Instant::now()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => tokio::task::yield_now().await,
            }
            while running.try_join_next().is_some() {}
            ended.late = ended.late.max(due.elapsed());
            if running.len() < self.most {
                let (traffic, each) = (self.clone(), each.clone());
                running.spawn_local(async move { each(traffic.one(due).await) });
            } else {
                ended.unsent += 1;
            }
            due += gap;
        }
        if abandon {
            while running.try_join_next().is_some() {}
            ended.abandoned = running.len();
            running.shutdown().await;
            self.idle.borrow_mut().clear();
        } else {
            while running.join_next().await.is_some() {}
        }
        ended
    }
}

/// Users in one job.
const ROWS: u64 = 20_000;
/// Users at most, for any time.
const MOST: u64 = 3_000_000;

/// Import jobs one after another into a pool of their own.
pub struct Import {
    host: String,
    pool: String,
    imported: Cell<u64>,
    stopped: Cell<bool>,
    error: RefCell<Option<String>>,
}

impl Import {
    /// Makes the pool.
    pub async fn new(host: &str) -> Result<Rc<Self>> {
        Ok(Rc::new(Self {
            host: host.to_owned(),
            pool: imports::pool(host).await?,
            imported: Cell::new(0),
            stopped: Cell::new(false),
            error: RefCell::default(),
        }))
    }

    /// Returns the users that were imported so far, as far as they were counted.
    pub fn imported(&self) -> u64 {
        self.imported.get()
    }

    /// Returns the text of the first error, such as a refusal in the middle of an overload.
    pub fn first_error(&self) -> Option<String> {
        self.error.borrow().clone()
    }

    /// Lets it end soon.
    pub fn stop(&self) {
        self.stopped.set(true);
    }

    /// Imports until it is stopped. What is refused is tried again.
    pub async fn run(self: Rc<Self>) {
        let mut first = 0;
        while !self.stopped.get() && first < MOST {
            if let Err(error) = self.job(first).await {
                let text = || format!("{error:#}");
                self.error.borrow_mut().get_or_insert_with(text);
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            first += ROWS;
        }
    }

    async fn job(&self, first: u64) -> Result<()> {
        let job = imports::job(&self.host, &self.pool, first, ROWS).await?;
        imports::call(&self.host, "StartUserImportJob", &job).await?;
        let before = self.imported.get();
        while !self.stopped.get() {
            tokio::time::sleep(Duration::from_millis(250)).await;
            let Ok(now) = imports::call(&self.host, "DescribeUserImportJob", &job).await else {
                continue;
            };
            let job = now.get("UserImportJob").context("no job")?;
            let so_far = job.get("ImportedUsers").and_then(Value::as_u64);
            self.imported.set(before + so_far.unwrap_or(0));
            if job.get("CompletionDate").is_some() {
                return Ok(());
            }
        }
        imports::call(&self.host, "StopUserImportJob", &job)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_requests_each_kind_has_its_part() {
        assert_eq!(MIX.iter().map(|(_, _, part)| part).sum::<u64>(), 100);
        let mut counts = [0_u64; MIX.len()];
        for i in 1_000..1_100 {
            counts[kind(i)] += 1;
        }
        assert_eq!(counts, MIX.map(|(_, _, part)| part));
    }
}

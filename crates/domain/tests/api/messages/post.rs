//! A courier that does as the test says, and what was sent by it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cognate_domain::app::courier::{Courier, Delivering, NotDelivered, Outgoing, Receipt};
use cognate_domain::jobs::delivery::Delivery;
use cognate_domain::records::pool::Pool;
use cognate_domain::{Mode, Settings};
use cognate_shapes::DeliveryMediumType;
use cognate_store::params;
use tokio::sync::Semaphore;

use crate::support::TestApp;

/// The answer of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    Later,
    Never,
    /// Until [`Post::open`] is called.
    Wait,
    Panic,
}

/// Sends everything, unless the test has said otherwise about an address.
#[derive(Clone)]
pub struct Post(Arc<Inner>);

struct Inner {
    sent: Mutex<Vec<Outgoing>>,
    tried: Mutex<Vec<String>>,
    says: Mutex<HashMap<String, Vec<Say>>>,
    gate: Semaphore,
    /// How many run, and how many ran at once at most.
    running: Mutex<(usize, usize)>,
}

impl Post {
    /// Becomes the courier of an app.
    pub fn of(t: &TestApp) -> Self {
        let post = Self(Arc::new(Inner {
            sent: Mutex::default(),
            tried: Mutex::default(),
            says: Mutex::default(),
            gate: Semaphore::new(0),
            running: Mutex::default(),
        }));
        post.also_of(t);
        post
    }

    /// Becomes the courier of another node too.
    pub fn also_of(&self, t: &TestApp) {
        assert!(t.app.courier.set(Box::new(self.clone())).is_ok());
    }

    /// Says what the next tries to send to an address answer.
    pub fn answer(&self, to: &str, says: &[Say]) {
        let mut all = self.0.says.lock().unwrap();
        all.insert(to.to_owned(), says.iter().rev().copied().collect());
    }

    /// Lets so many waiting sends go on.
    pub fn open(&self, sends: usize) {
        self.0.gate.add_permits(sends);
    }

    /// Returns what was sent since the last call: address and kind.
    pub fn sent(&self) -> Vec<String> {
        let sent = std::mem::take(&mut *self.0.sent.lock().unwrap());
        let line = |message: Outgoing| format!("{} {}", message.to, message.kind);
        sent.into_iter().map(line).collect()
    }

    /// Returns the messages that were sent since the last call.
    pub fn messages(&self) -> Vec<Outgoing> {
        std::mem::take(&mut *self.0.sent.lock().unwrap())
    }

    /// Returns the addresses of all tries since the last call.
    pub fn tried(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.tried.lock().unwrap())
    }

    /// Returns how many sends ran at once at most.
    pub fn at_once(&self) -> usize {
        self.0.running.lock().unwrap().1
    }

    /// Returns how many sends run.
    pub fn running(&self) -> usize {
        self.0.running.lock().unwrap().0
    }
}

struct Running<'a>(&'a Inner);

impl<'a> Running<'a> {
    fn new(inner: &'a Inner) -> Self {
        let mut running = inner.running.lock().unwrap();
        running.0 += 1;
        running.1 = running.1.max(running.0);
        Self(inner)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.lock().unwrap().0 -= 1;
    }
}

impl Courier for Post {
    fn sends(&self, _pool: &Pool, _medium: DeliveryMediumType) -> bool {
        true
    }

    fn deliver<'a>(&'a self, _pool: &'a Pool, message: &'a Outgoing) -> Delivering<'a> {
        Box::pin(async move {
            let inner = &*self.0;
            let _running = Running::new(inner);
            inner.tried.lock().unwrap().push(message.to.clone());
            let say = {
                let mut says = inner.says.lock().unwrap();
                says.get_mut(&message.to).and_then(Vec::pop)
            };
            tokio::task::yield_now().await;
            match say {
                Some(Say::Later) => return Err(NotDelivered::Later("451 later\r\n".to_owned())),
                Some(Say::Never) => return Err(NotDelivered::Never("550 nobody".to_owned())),
                Some(Say::Panic) => panic!("a sender with a fault"),
                Some(Say::Wait) => inner.gate.acquire().await.unwrap().forget(),
                None => {}
            }
            inner.sent.lock().unwrap().push(message.clone());
            Ok(Receipt {
                sender: "post".to_owned(),
                id: Some("p-1".to_owned()),
            })
        })
    }
}

/// Returns the settings of `serve`.
pub fn serving() -> Settings {
    Settings {
        mode: Mode::Serve,
        ..Settings::dev()
    }
}

/// Returns the delivery of an app.
pub fn delivery(t: &TestApp, node: &str) -> Delivery {
    Delivery::new(t.app.clone(), node)
}

/// Sends what is due; returns the number of tries.
pub async fn turn(t: &TestApp) -> usize {
    delivery(t, "node").turn().await.unwrap()
}

/// Returns the delivery log, the oldest first: state, attempts, address, outcome, and whether there is a body.
pub async fn log(t: &TestApp) -> Vec<String> {
    let sql =
        "SELECT state, attempts, masked, outcome, LENGTH(sealed) FROM messages ORDER BY message_id";
    let rows = t.app.store.rows(sql, params![]).await.unwrap();
    let line = |row: cognate_store::Row| {
        let number = |at| row.int(at).unwrap();
        let body = if number(4) > 0 { "body" } else { "wiped" };
        let (to, outcome) = (row.text(2).unwrap(), row.text(3).unwrap());
        format!("{} {} {to} {outcome} {body}", number(0), number(1))
    };
    rows.into_iter().map(line).collect()
}

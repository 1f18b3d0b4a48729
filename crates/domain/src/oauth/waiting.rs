//! Bounds on the rows that requests leave before anybody has signed in: pushed requests, those of devices, and sign-ins
//! that wait for an identity provider. Whoever knows the id of a client can make the last, and of one without a secret all
//! of them.
//!
//! Every row is counted for its client, in the commit that adds it, and for the address that asks; but not for that of a
//! client that has proven itself by its secret, which asks for all of its users from a few addresses of its own. The
//! numbers are our choice; the rates of `access` come first.

use cognate_store::tables::attempts::{self, Limit};
use cognate_store::{Batch, Label};

use crate::cx::Cx;
use crate::errors::{Fault, auth};
use crate::facts::network::network;
use crate::records::client::Client;
use crate::records::pool::Pool;

/// Too many rows of a kind.
const EXCEEDED: Label = Label("too_many_waiting_requests");

/// The most rows of a kind in a window of time. As many as fit into the windows that a row outlives are there at once.
pub(super) struct Bound {
    /// Of one client.
    by_client: Limit,
    /// Of one client, from one address.
    by_address: Limit,
    /// Who asks.
    asker: Asker,
}

/// Who asks for a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// The client, which has proven itself if it has a secret.
    Client,
    /// A browser, which proves nothing.
    Browser,
}

impl Bound {
    /// Returns a bound. The kinds are those of the rows that count.
    pub(super) const fn new(
        asker: Asker,
        by_client: (&'static str, i64),
        by_address: (&'static str, i64),
    ) -> Self {
        const fn limit((kind, most): (&'static str, i64)) -> Limit {
            Limit {
                kind,
                most,
                exceeded: EXCEEDED,
            }
        }
        Self {
            by_client: limit(by_client),
            by_address: limit(by_address),
            asker,
        }
    }

    /// Counts a row in the batch that adds it. `window`: microseconds. The commit's conflicts are those of [`refused`],
    /// too.
    pub(super) fn count(
        &self,
        cx: &Cx<'_>,
        batch: Batch,
        (pool, client): (&Pool, &Client),
        window: i64,
    ) -> Batch {
        let (now, until) = (cx.now(), cx.now().saturating_add(window));
        // The address first: who asks too often uses up nothing of others.
        let proven = self.asker == Asker::Client && !client.secrets.is_empty();
        let batch = match proven {
            true => batch,
            false => {
                let subject = place(cx, pool, &client.id);
                attempts::count_within(batch, &pool.id, &subject, self.by_address, now, until)
            }
        };
        attempts::count_within(batch, &pool.id, &client.id, self.by_client, now, until)
    }
}

/// Returns the fault of a commit with a bound: too many requests, or rows that moved.
pub(super) fn refused(label: Label) -> Fault {
    match label == EXCEEDED {
        true => auth::attempt_limit_exceeded().into(),
        false => Fault::Stale,
    }
}

/// Returns the name under which what comes from the address of the request is counted; another one for each purpose.
/// Addresses themselves are not kept.
pub(super) fn place(cx: &Cx<'_>, pool: &Pool, purpose: &str) -> String {
    let text = format!("{purpose} {}", network(&cx.client_info.ip));
    hex::encode(pool.key.mac("addresses of requests", text.as_bytes()))
}

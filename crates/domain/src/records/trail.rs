//! The key of the audit trail, the signatures of its rows and links, and the place where its chain begins (decision 019).
//!
//! The key is one of the database's own: rows outlive their pools, and may name pools that never were. The sealing key
//! wraps it in `meta`; a backup carries it, so that what it restores can still be checked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::hash;
use cognate_crypto::random;
use cognate_crypto::seal::{PoolKey, RootKey};
use cognate_store::signed::{Part, Signed};
use cognate_store::tables::audit::{self, AuditRow};
use cognate_store::tables::audit_links::{self, LinkRow, RowKey};
use cognate_store::tables::meta;
use cognate_store::{Batch, CommitError, Store};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::errors::{Fault, Result};
use crate::records::mac;

/// The name of the key in `meta`.
pub const KEY: &str = "audit_key";
/// The name of the anchor in `meta`.
pub const ANCHOR: &str = "audit_anchor";
/// Rows that are signed in one batch.
const SIGNED: u32 = 500;

/// Who wrote a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// This program, when it happened.
    Program,
    /// This program, when the row came back with its pool.
    Restore,
    /// Somebody else.
    Foreign,
}

/// The key of the trail.
pub struct TrailKey(PoolKey);

impl audit::TrailKey for TrailKey {
    fn sign(&self, pool_id: &str, row: &Signed<'_>) -> Vec<u8> {
        mac::sign(&self.0, pool_id, row)
    }
}

impl TrailKey {
    /// Makes a new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(PoolKey::generate())
    }

    /// Returns a second copy.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        // What was exported is always 32 bytes.
        PoolKey::import(self.0.export().expose()).map_or_else(|_| Self::generate(), Self)
    }

    /// Opens what `meta` has under [`KEY`]. True if every row is signed by it.
    ///
    /// # Errors
    /// An internal fault for a value that does not open.
    pub fn open(root: &RootKey, text: &str) -> Result<(Self, bool)> {
        let bytes = STANDARD.decode(text).unwrap_or_default();
        let opened = root.unwrap_trail_key(&bytes);
        let (key, settled) = opened
            .map_err(|error| Fault::Internal(format!("the key of the audit trail: {error}")))?;
        Ok((Self(key), settled))
    }

    /// Returns what `meta` has under [`KEY`].
    #[must_use]
    pub fn wrapped(&self, root: &RootKey, settled: bool) -> String {
        STANDARD.encode(root.wrap_trail_key(&self.0, settled))
    }

    /// Returns the key in the clear, for an archive that is encrypted to its reader.
    #[must_use]
    pub fn export(&self) -> String {
        STANDARD.encode(self.0.export().expose())
    }

    /// Takes what [`TrailKey::export`] gave out; None if it is no key.
    #[must_use]
    pub fn import(text: &str) -> Option<Self> {
        PoolKey::import(&STANDARD.decode(text).ok()?).ok().map(Self)
    }

    /// Returns who wrote a row.
    #[must_use]
    pub fn writer(&self, row: &AuditRow) -> Writer {
        let Some(found) = &row.row_mac else {
            return Writer::Foreign;
        };
        let fits = |restored| mac::fits(&self.0, &row.pool_id, &row.signed(restored), found);
        if fits(false) {
            Writer::Program
        } else if fits(true) {
            Writer::Restore
        } else {
            Writer::Foreign
        }
    }

    /// Refuses a row that this program did not write.
    ///
    /// # Errors
    /// An internal fault, which is logged and names the row.
    pub fn require(&self, row: &AuditRow) -> Result<()> {
        match self.writer(row) {
            Writer::Program | Writer::Restore => Ok(()),
            Writer::Foreign => Err(mac::foreign("audit", &row.pool_id, &row.audit_id)),
        }
    }

    /// Signs a link.
    pub fn sign_link(&self, link: &mut LinkRow) {
        link.link_mac = mac::sign(&self.0, "", &link.signed());
    }

    /// True if this program wrote a link.
    #[must_use]
    pub fn has_link(&self, link: &LinkRow) -> bool {
        mac::fits(&self.0, "", &link.signed(), &link.link_mac)
    }
}

/// Returns the digest of a row, MAC and all.
#[must_use]
pub fn digest(row: &AuditRow) -> [u8; 32] {
    let mut signed = row.signed(false);
    signed.columns.push(Part::from(row.row_mac.as_ref()));
    hash::sha256(&mac::encode(&row.pool_id, &signed))
}

/// Where the chain begins: behind what the retention has removed, or at the first row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The number of the first row behind it.
    pub next: i64,
    /// The hash of the last link that was removed, in hexadecimal; a random one at first.
    pub hash: String,
    /// The latest time of any row that was removed, in microseconds.
    pub newest: i64,
    /// When it was written: microseconds of the wall's time.
    pub at: i64,
    /// Rows of older programs, which were taken as they were found when the chain began.
    pub older: i64,
    /// Over the other members, in hexadecimal.
    #[serde(default)]
    pub mac: String,
}

impl Anchor {
    fn first(older: i64) -> Self {
        Self {
            next: 1,
            hash: hash::sha256_hex(random::uuid_v4().as_bytes()),
            newest: 0,
            at: Clock::default().wall(),
            older,
            mac: String::new(),
        }
    }

    fn signed(&self) -> Signed<'_> {
        let numbers = [self.next, self.newest, self.at, self.older].map(Part::Int);
        let mut columns = numbers.to_vec();
        columns.push(Part::Text(&self.hash));
        Signed {
            table: "audit, anchor",
            columns,
        }
    }

    /// Returns what `meta` has under [`ANCHOR`].
    ///
    /// # Errors
    /// A fault of the encoding, which does not happen.
    pub fn text(mut self, key: &TrailKey) -> Result<String> {
        self.mac = hex::encode(mac::sign(&key.0, "", &self.signed()));
        Ok(serde_json::to_string(&self)?)
    }

    /// Reads what `meta` has; None for a text that this program did not write.
    #[must_use]
    pub fn read(text: &str, key: &TrailKey) -> Option<Self> {
        let anchor: Self = serde_json::from_str(text).ok()?;
        let mac = hex::decode(&anchor.mac).ok()?;
        mac::fits(&key.0, "", &anchor.signed(), &mac).then_some(anchor)
    }
}

/// Returns the key of the trail of a database, which the store uses from then on. A database of an older program gets one,
/// and its rows are signed as they are found, once; that must happen before anything appends rows.
///
/// # Errors
/// The store's; an internal fault for a key that does not open.
pub async fn prepare(store: &Store, root: &RootKey) -> Result<TrailKey> {
    for _ in 0..8 {
        let found = meta::get(store, KEY).await?;
        let (key, settled) = match &found {
            None => (TrailKey::generate(), false),
            Some(text) => TrailKey::open(root, text)?,
        };
        if settled || settle(store, root, &key, found.as_deref()).await? {
            store.set_trail_key(Box::new(key.duplicate()));
            return Ok(key);
        }
    }
    Err(Fault::Internal(
        "the key of the audit trail is made by too many at once".into(),
    ))
}

/// Signs what is not signed and begins the chain. False if another node does it too, or if only the key is there now.
async fn settle(
    store: &Store,
    root: &RootKey,
    key: &TrailKey,
    found: Option<&str>,
) -> Result<bool> {
    let mut after = RowKey {
        at: i64::MIN,
        pool_id: String::new(),
        audit_id: String::new(),
    };
    let mut page = audit_links::unsigned(store, &after, SIGNED).await?;
    if !page.is_empty() && found.is_none() {
        // The key first: what it signs must open with it after an interruption.
        return put(
            store,
            meta::put(Batch::new(), KEY, None, &key.wrapped(root, false)),
        )
        .await
        .map(|_| false);
    }
    let mut older = 0;
    while let Some(last) = page.last() {
        after = RowKey::of(last);
        older += page.len();
        let batch = page.iter().fold(Batch::new(), |batch, row| {
            let mac = mac::sign(&key.0, &row.pool_id, &row.signed(false));
            audit_links::sign(batch, row, mac)
        });
        put(store, batch).await?;
        page = audit_links::unsigned(store, &after, SIGNED).await?;
    }
    if older > 0 {
        tracing::warn!(
            rows = older,
            "signed the audit trail of an older program as it was found; this happens once"
        );
    }
    let anchor = Anchor::first(i64::try_from(older).unwrap_or(i64::MAX)).text(key)?;
    let batch = meta::put(Batch::new(), KEY, found, &key.wrapped(root, true));
    put(store, meta::overwrite(batch, ANCHOR, &anchor)).await
}

/// Commits; false if another node was faster.
async fn put(store: &Store, batch: Batch) -> Result<bool> {
    match store.commit(batch).await {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict(_)) => Ok(false),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

//! The chain over the audit trail: each link names the rows that were appended since the link before, with a digest of each
//! and the hash of that link. Commits never wait for it; a job appends the links a moment later (decision 019).

use cognate_crypto::hash;
use cognate_store::tables::audit::AuditRow;
use cognate_store::tables::audit_links::{self, LinkRow, RowKey};
use cognate_store::tables::meta;
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::clock::HOUR;
use crate::errors::{Fault, Result};
use crate::records::trail::{ANCHOR, Anchor, TrailKey, Writer, digest};

/// Rows of a link at most.
pub const ROWS: u32 = 500;
/// A row that is this much older than others before it in the chain was put back, or is of a node whose clock is wrong; in
/// microseconds.
pub const LATE: i64 = HOUR;
/// The time that the rows of a link span at most, in microseconds.
const SPAN: i64 = HOUR;
/// Portions of links behind the oldest that are looked through for one whose time is known.
const AHEAD: u32 = 64;
/// Links that the retention removes in one batch.
const FORGOTTEN: u32 = 4;

/// What was found of a row when it was linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// This program did not write it.
    pub foreign: bool,
    /// It came back with its pool.
    pub restored: bool,
    /// It is older than others before it, by more than [`LATE`].
    pub late: bool,
}

impl Marks {
    fn byte(self) -> u8 {
        u8::from(self.foreign) | u8::from(self.restored) << 1 | u8::from(self.late) << 2
    }

    fn of(byte: u8) -> Self {
        let bit = |n: u8| byte >> n & 1 == 1;
        Self {
            foreign: bit(0),
            restored: bit(1),
            late: bit(2),
        }
    }
}

/// A row as a link names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: RowKey,
    /// See [`digest`].
    pub digest: [u8; 32],
    /// What was found of it.
    pub marks: Marks,
}

/// Encodes the entries of a link.
fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 128);
    for entry in entries {
        for text in [&entry.key.pool_id, &entry.key.audit_id] {
            // Keys of rows are far shorter.
            let bytes = text.as_bytes();
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(bytes);
        }
        out.extend_from_slice(&entry.key.at.to_be_bytes());
        out.extend_from_slice(&entry.digest);
        out.push(entry.marks.byte());
    }
    out
}

/// Decodes the entries of a link; None for bytes that are none.
#[must_use]
pub fn decode(mut bytes: &[u8]) -> Option<Vec<Entry>> {
    fn fixed<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
        let (head, tail) = bytes.split_first_chunk::<N>()?;
        *bytes = tail;
        Some(*head)
    }
    fn text(bytes: &mut &[u8]) -> Option<String> {
        let length = usize::try_from(u32::from_be_bytes(fixed(bytes)?)).ok()?;
        let (head, tail) = bytes.split_at_checked(length)?;
        *bytes = tail;
        String::from_utf8(head.to_vec()).ok()
    }
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (pool_id, audit_id) = (text(&mut bytes)?, text(&mut bytes)?);
        let at = i64::from_be_bytes(fixed(&mut bytes)?);
        let digest = fixed(&mut bytes)?;
        let [marks] = fixed(&mut bytes)?;
        entries.push(Entry {
            key: RowKey {
                at,
                pool_id,
                audit_id,
            },
            digest,
            marks: Marks::of(marks),
        });
    }
    Some(entries)
}

/// Returns the hash of a link behind one with the hash `before`.
#[must_use]
pub fn hash_of(before: &[u8], link: &LinkRow) -> [u8; 32] {
    let [first, n, newest] = [link.first, link.n, link.newest].map(i64::to_be_bytes);
    hash::sha256_of(&[before, &first, &n, &newest, &link.entries])
}

/// The end of the chain, as an operator keeps it elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last row that is linked; 0 before the first.
    pub number: i64,
    /// The hash of the last link, in hexadecimal.
    pub hash: String,
}

/// The end of the chain with what the next link needs.
struct End {
    next: i64,
    hash: Vec<u8>,
    newest: i64,
}

async fn end(store: &Store, key: &TrailKey) -> Result<End> {
    let newest = audit_links::read(store.all(audit_links::head()).await?)?;
    if let Some(link) = newest.into_iter().next() {
        if !key.has_link(&link) {
            // The check of the trail says so for ever; what comes behind must be linked all the same.
            tracing::error!(
                first = link.first,
                "a link of the audit trail was not written by this program"
            );
        }
        return Ok(End {
            next: link.end(),
            hash: link.hash,
            newest: link.newest,
        });
    }
    let (anchor, _) = anchor(store, key).await?;
    Ok(End {
        next: anchor.next,
        hash: hex::decode(&anchor.hash).unwrap_or_default(),
        newest: anchor.newest,
    })
}

/// Returns where the chain begins, with the text of it.
async fn anchor(store: &Store, key: &TrailKey) -> Result<(Anchor, String)> {
    let text = meta::get(store, ANCHOR).await?.unwrap_or_default();
    let anchor = Anchor::read(&text, key).ok_or_else(|| {
        Fault::Internal("the anchor of the audit trail is not there, or not by this program".into())
    })?;
    Ok((anchor, text))
}

/// Returns the end of the chain.
///
/// # Errors
/// The store's; a fault for an anchor that this program did not write.
pub async fn head(store: &Store, key: &TrailKey) -> Result<Head> {
    let end = end(store, key).await?;
    Ok(Head {
        number: end.next.saturating_sub(1),
        hash: hex::encode(end.hash),
    })
}

/// Returns the batch that appends the next link, with the end of the chain after it; None if nothing waits for one. Of two
/// nodes one has its way: the batch of the other is a conflict.
///
/// # Errors
/// The store's; a fault for an anchor that this program did not write.
pub async fn next(store: &Store, key: &TrailKey) -> Result<Option<(Batch, Head)>> {
    // The end before the rows: if another node links some of them in between, the numbers are taken.
    let end = end(store, key).await?;
    let mut rows = audit_links::pending(store, ROWS).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    rows.sort_by_cached_key(RowKey::of);
    // The retention removes whole links.
    let until = rows
        .first()
        .map_or(i64::MAX, |row| row.at.saturating_add(SPAN));
    rows.retain(|row| row.at <= until);
    let entries: Vec<_> = rows.iter().map(|row| entry(key, row, end.newest)).collect();
    // What others wrote tells nothing about the time.
    let own = rows.iter().zip(&entries);
    let newest = own
        .filter(|(_, entry)| !entry.marks.foreign && !entry.marks.restored)
        .map(|(row, _)| row.at)
        .fold(end.newest, i64::max);
    let mut link = LinkRow {
        first: end.next,
        n: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        newest,
        entries: encode(&entries),
        hash: Vec::new(),
        link_mac: Vec::new(),
    };
    link.hash = hash_of(&end.hash, &link).to_vec();
    key.sign_link(&mut link);
    let head = Head {
        number: link.end().saturating_sub(1),
        hash: hex::encode(&link.hash),
    };
    Ok(Some((audit_links::add(Batch::new(), &link, &rows), head)))
}

fn entry(key: &TrailKey, row: &AuditRow, newest: i64) -> Entry {
    let writer = key.writer(row);
    if writer == Writer::Foreign {
        tracing::error!(
            pool = row.pool_id,
            at = row.at,
            id = row.audit_id,
            "a row of the audit trail was not written by this program"
        );
    }
    Entry {
        key: RowKey::of(row),
        digest: digest(row),
        marks: Marks {
            foreign: writer == Writer::Foreign,
            restored: writer == Writer::Restore,
            late: row.at.saturating_add(LATE) < newest,
        },
    }
}

/// How old the rows of a trail must be to go, in microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Age {
    /// The moment before which they were written.
    pub before: i64,
    /// The present.
    pub now: i64,
}

/// True if the oldest link has only rows of this age.
///
/// # Errors
/// The store's.
pub async fn has_older(store: &Store, key: &TrailKey, age: Age) -> Result<bool> {
    Ok(!old(store, key, 0, age).await?.is_empty())
}

/// Returns the latest time of the rows of a link that this program wrote when they happened; what others wrote tells nothing
/// about the time.
fn written(link: &LinkRow) -> i64 {
    let entries = decode(&link.entries).unwrap_or_default();
    let own = entries
        .iter()
        .filter(|entry| !entry.marks.foreign && !entry.marks.restored);
    own.map(|entry| entry.key.at).max().unwrap_or(link.newest)
}

/// Returns the oldest links, a few at most, that have only rows of an age. The time of a link whose rows are of the future is
/// that of a clock which was ahead: it is as old as the first link behind it of which more is known.
async fn old(store: &Store, key: &TrailKey, next: i64, age: Age) -> Result<Vec<LinkRow>> {
    let oldest = audit_links::read(store.all(audit_links::oldest(FORGOTTEN)).await?)?;
    // A link that was changed keeps its rows, for `verify` to find it.
    let fits = |link: &LinkRow| key.has_link(link) && link.first >= next;
    let links: Vec<_> = oldest.into_iter().take_while(fits).collect();
    let mut known = 0;
    for (at, link) in links.iter().enumerate() {
        match written(link) {
            time if time > age.now => {}
            time if time < age.before => known = at + 1,
            _ => return Ok(links.into_iter().take(known).collect()),
        }
    }
    // Behind the last of them the answer may be.
    let mut last = links.last().map(|link| link.first);
    for _ in 0..AHEAD {
        let Some(first) = last.filter(|_| known < links.len()) else {
            break;
        };
        let behind = audit_links::read(store.all(audit_links::after(first, FORGOTTEN)).await?)?;
        let found = behind.iter().find(|link| written(link) <= age.now);
        if let Some(link) = found {
            if key.has_link(link) && written(link) < age.before {
                known = links.len();
            }
            break;
        }
        last = behind.last().map(|link| link.first);
    }
    Ok(links.into_iter().take(known).collect())
}

/// Returns the batch that removes the oldest links that have only rows from before a moment, with these rows, and moves the
/// anchor behind them; None without such a link. A conflict if another node does the same.
///
/// # Errors
/// The store's; a fault for an anchor that this program did not write.
pub async fn forget(store: &Store, key: &TrailKey, age: Age) -> Result<Option<Batch>> {
    let (anchor, text) = anchor(store, key).await?;
    let old = old(store, key, anchor.next, age).await?;
    let Some(last) = old.last() else {
        return Ok(None);
    };
    let moved = Anchor {
        next: last.end(),
        hash: hex::encode(&last.hash),
        newest: last.newest,
        at: age.before,
        ..anchor
    };
    let batch = meta::put(Batch::new(), ANCHOR, Some(&text), &moved.text(key)?);
    let forget = |batch, link: &LinkRow| audit_links::forget(batch, link.first);
    Ok(Some(old.iter().fold(batch, forget)))
}

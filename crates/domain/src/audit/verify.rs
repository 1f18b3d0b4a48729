//! The check of the audit trail: each row against its MAC and its link, each link against the one before, a page at a time.
//!
//! A page is read from one snapshot, so that links and rows that come and go meanwhile raise no alarm, and is bounded in rows,
//! links and findings. Memory holds one link and its rows.

use std::collections::BTreeMap;

use cognate_store::tables::audit::AuditRow;
use cognate_store::tables::audit_links::{self, LinkRow, RowKey};
use cognate_store::tables::meta;
use cognate_store::{Snapshot, Store};
use serde::{Deserialize, Serialize};

use crate::audit::chain::{self, Entry, Head, LATE};
use crate::errors::Result;
use crate::records::trail::{ANCHOR, Anchor, TrailKey, Writer, digest};

/// Rows of one read.
const ROWS: u32 = 1_000;
/// A page ends behind the link that brings it to so many rows, links or findings.
const FULL: usize = 5_000;
const FULL_LINKS: usize = 200;
const FULL_FINDINGS: usize = 1_000;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The row is not what was written.
    Changed,
    /// The row was linked and is not there.
    Removed,
    /// No program of ours wrote the row.
    Inserted,
    /// The row says that another link holds it than the one that does.
    Moved,
    /// The row came an hour or more after its time: it was put back, or the clock of a node was wrong.
    PutBack,
    /// The link is not what was written, or does not follow the one before.
    LinkChanged,
    /// Links between two others, or before all, are not there.
    LinksRemoved,
    /// Where the chain begins is not said, or not by this program.
    NoAnchor,
    /// The chain has not the end that was kept elsewhere.
    OtherHead,
    /// The chain ends before the end that was kept elsewhere.
    CutOff,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What is wrong.
    pub found: Kind,
    /// The pool of the row; empty for a row about none, and of a link.
    pub pool: String,
    /// The time of the row in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// The id of the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The number of the row in the chain, or of the first row of the link, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// The number behind the last one, of links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Finding {
    fn row(found: Kind, key: &RowKey, number: Option<i64>) -> Self {
        Self {
            found,
            pool: key.pool_id.clone(),
            at: Some(key.at),
            id: Some(key.audit_id.clone()),
            number,
            until: None,
        }
    }

    fn links(found: Kind, number: i64, until: i64) -> Self {
        Self {
            found,
            pool: String::new(),
            at: None,
            id: None,
            number: Some(number),
            until: Some(until),
        }
    }
}

/// The parts of a check, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    /// Rows that say they are of no link, or of one from before the anchor.
    Loose,
    /// The links with their rows.
    Links,
    /// Rows that say they are of a link behind the last one.
    Behind,
}

/// How far a check has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    phase: Phase,
    /// The link and the key of the last row that was looked at, among those that are in no link.
    link: i64,
    at: i64,
    pool: String,
    id: String,
    /// The number of the first row of the next link; None before the first.
    next: Option<i64>,
    /// The number of the first row of the link before.
    last: i64,
    /// The hash of the link before, in hexadecimal.
    hash: String,
    /// What was looked at so far.
    seen: Seen,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Rows.
    pub rows: u64,
    /// Rows that no link holds yet: their removal would not be found.
    pub pending: u64,
    /// Links.
    pub links: u64,
    /// Findings.
    pub findings: u64,
    /// Heads that were kept elsewhere and are in the chain.
    pub heads: u64,
    /// Heads from before what the retention has removed, with which nothing can be compared.
    pub old_heads: u64,
}

/// A part of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Where to continue; None at the end.
    pub next: Option<Position>,
    /// What was looked at so far.
    pub seen: Seen,
    /// Where the chain begins, at the end of the check.
    pub anchor: Option<Anchor>,
    /// The end of the chain, at the end of the check.
    pub head: Option<Head>,
}

/// The work of one page.
struct Walk<'a> {
    snapshot: Snapshot,
    key: &'a TrailKey,
    pool: Option<&'a str>,
    heads: &'a [Head],
    position: Position,
    findings: Vec<Finding>,
    rows: usize,
    links: usize,
}

/// Checks a part of the trail: all of it, or the rows of one pool and all links. `heads`: ends of the chain that were kept
/// elsewhere.
///
/// # Errors
/// The store's.
pub async fn page(
    store: &Store,
    key: &TrailKey,
    pool: Option<&str>,
    heads: &[Head],
    position: Option<Position>,
) -> Result<Page> {
    let begin = || Position {
        phase: Phase::Loose,
        link: i64::MIN,
        at: i64::MIN,
        pool: String::new(),
        id: String::new(),
        next: None,
        last: 0,
        hash: String::new(),
        seen: Seen::default(),
    };
    let mut walk = Walk {
        snapshot: store.snapshot().await?,
        key,
        pool,
        heads,
        position: position.unwrap_or_else(begin),
        findings: Vec::new(),
        rows: 0,
        links: 0,
    };
    let (anchor, head) = walk.run().await?;
    let mut position = walk.position;
    position.seen.findings += u64::try_from(walk.findings.len()).unwrap_or(u64::MAX);
    let ended = head.is_some();
    Ok(Page {
        findings: walk.findings,
        seen: position.seen.clone(),
        next: (!ended).then_some(position),
        anchor: anchor.filter(|_| ended),
        head,
    })
}

impl Walk<'_> {
    fn is_full(&self) -> bool {
        self.rows >= FULL || self.links >= FULL_LINKS || self.findings.len() >= FULL_FINDINGS
    }

    fn is_meant(&self, pool: &str) -> bool {
        self.pool.is_none_or(|wanted| wanted == pool)
    }

    fn find(&mut self, found: Kind, key: &RowKey, number: Option<i64>) {
        if self.is_meant(&key.pool_id) {
            self.findings.push(Finding::row(found, key, number));
        }
    }

    async fn anchor(&mut self) -> Result<Option<Anchor>> {
        let rows = self.snapshot.all(meta::named(ANCHOR)).await?;
        let text = rows.first().map(|row| row.text(0)).transpose()?;
        Ok(text.and_then(|text| Anchor::read(text, self.key)))
    }

    /// Returns the anchor, and the end of the chain if this page is the last one.
    async fn run(&mut self) -> Result<(Option<Anchor>, Option<Head>)> {
        let anchor = self.anchor().await?;
        let newest = audit_links::read(self.snapshot.all(audit_links::head()).await?)?;
        let newest = newest.into_iter().next();
        self.begin(anchor.as_ref()).await?;
        let next = self.position.next.unwrap_or(1);
        if self.position.phase == Phase::Loose {
            if !self.strays(next.saturating_sub(1), newest.as_ref()).await? {
                return Ok((anchor, None));
            }
            self.position.phase = Phase::Links;
            let oldest = audit_links::read(self.snapshot.all(audit_links::oldest(1)).await?)?;
            if let Some(link) = oldest.first().filter(|link| link.first < next) {
                self.findings
                    .push(Finding::links(Kind::LinkChanged, link.first, link.end()));
            }
        }
        if self.position.phase == Phase::Links {
            if !self.chain().await? {
                return Ok((anchor, None));
            }
            self.position.phase = Phase::Behind;
        }
        // What was linked since is not looked at.
        let end = newest.as_ref().map_or(i64::MIN, |link| link.end() - 1);
        let end = end.max(self.position.next.unwrap_or(1).saturating_sub(1));
        if self.position.link < end {
            self.position.link = end;
            (self.position.at, self.position.pool, self.position.id) =
                (i64::MAX, String::new(), String::new());
        }
        if !self.strays(i64::MAX, newest.as_ref()).await? {
            return Ok((anchor, None));
        }
        let head = Head {
            number: self.position.next.unwrap_or(1).saturating_sub(1),
            hash: self.position.hash.clone(),
        };
        for kept in self.heads.iter().filter(|kept| kept.number > end) {
            self.findings
                .push(Finding::links(Kind::CutOff, end + 1, kept.number + 1));
        }
        Ok((anchor, Some(head)))
    }

    /// Begins at the anchor: at first, and when the retention has moved it past the position.
    async fn begin(&mut self, anchor: Option<&Anchor>) -> Result<()> {
        let Some(anchor) = anchor else {
            if self.position.next.is_none() {
                self.findings.push(Finding::links(Kind::NoAnchor, 0, 0));
                let oldest = audit_links::read(self.snapshot.all(audit_links::oldest(1)).await?)?;
                let next = oldest.first().map_or(1, |link| link.first);
                self.position.next = Some(next);
                self.position.last = next.saturating_sub(1);
            }
            return Ok(());
        };
        if self.position.next.is_none_or(|next| next < anchor.next) {
            let end = anchor.next.saturating_sub(1);
            self.position.next = Some(anchor.next);
            self.position.last = end;
            self.position.hash.clone_from(&anchor.hash);
            self.compare_heads(end, end, &anchor.hash);
            let old = self.heads.iter().filter(|kept| kept.number < end).count();
            self.position.seen.old_heads = u64::try_from(old).unwrap_or(u64::MAX);
        }
        Ok(())
    }

    /// Compares the heads whose last row is one of `from..=end` with the link that ends there.
    fn compare_heads(&mut self, from: i64, end: i64, hash: &str) {
        for kept in self.heads {
            if kept.number < from || kept.number > end {
                continue;
            }
            if kept.number == end && kept.hash.eq_ignore_ascii_case(hash) {
                self.position.seen.heads += 1;
            } else {
                let number = kept.number;
                self.findings
                    .push(Finding::links(Kind::OtherHead, number, number + 1));
            }
        }
    }

    /// Walks rows that are in no link up to the number `last`. True at the end.
    async fn strays(&mut self, last: i64, newest: Option<&LinkRow>) -> Result<bool> {
        loop {
            let key = RowKey {
                at: self.position.at,
                pool_id: self.position.pool.clone(),
                audit_id: self.position.id.clone(),
            };
            let query = audit_links::walk((self.position.link, &key), last, ROWS);
            let rows = audit_links::read_placed(self.snapshot.all(query).await?)?;
            let Some((row, link)) = rows.last() else {
                return Ok(true);
            };
            let key = RowKey::of(row);
            (self.position.link, self.position.at) = (*link, key.at);
            (self.position.pool, self.position.id) = (key.pool_id, key.audit_id);
            self.rows += rows.len();
            for (row, link) in &rows {
                self.stray(row, *link, newest);
            }
            if self.is_full() {
                return Ok(false);
            }
        }
    }

    fn stray(&mut self, row: &AuditRow, link: i64, newest: Option<&LinkRow>) {
        if !self.is_meant(&row.pool_id) {
            return;
        }
        self.position.seen.rows += 1;
        let key = RowKey::of(row);
        if self.key.writer(row) == Writer::Foreign {
            self.find(Kind::Inserted, &key, None);
        } else if link != 0 {
            self.find(Kind::Moved, &key, None);
        } else {
            self.position.seen.pending += 1;
            let is_late = newest.is_some_and(|newest| row.at.saturating_add(LATE) < newest.newest);
            if is_late && self.key.writer(row) != Writer::Restore {
                self.find(Kind::PutBack, &key, None);
            }
        }
    }

    /// Walks the links. True behind the last one.
    async fn chain(&mut self) -> Result<bool> {
        loop {
            if self.is_full() {
                return Ok(false);
            }
            let query = audit_links::after(self.position.last, 1);
            let links = audit_links::read(self.snapshot.all(query).await?)?;
            let Some(link) = links.into_iter().next() else {
                return Ok(true);
            };
            self.links += 1;
            self.position.seen.links += 1;
            self.position.last = link.first;
            if link.n < 1 || self.position.next.is_some_and(|next| link.first < next) {
                // Between the rows of the one before, whose walk has seen what says that it is of this one.
                self.findings
                    .push(Finding::links(Kind::LinkChanged, link.first, link.end()));
                continue;
            }
            self.link(&link).await?;
        }
    }

    /// Checks a link, and the rows that say they are of it or of none between the one before and it.
    async fn link(&mut self, link: &LinkRow) -> Result<()> {
        let next = self.position.next.unwrap_or(link.first);
        if link.first > next {
            self.findings
                .push(Finding::links(Kind::LinksRemoved, next, link.first));
        }
        let entries = chain::decode(&link.entries).unwrap_or_default();
        let follows = chain::hash_of(&hex::decode(&self.position.hash).unwrap_or_default(), link);
        // Behind a gap the hash of the link before is not known.
        let is_next = link.first == next && !self.position.hash.is_empty();
        let is_whole = self.key.has_link(link)
            && i64::try_from(entries.len()) == Ok(link.n)
            && (!is_next || follows == *link.hash);
        if !is_whole {
            self.findings
                .push(Finding::links(Kind::LinkChanged, link.first, link.end()));
        }
        self.position.hash = hex::encode(&link.hash);
        self.position.next = Some(link.end());
        let hash = self.position.hash.clone();
        self.compare_heads(link.first, link.end().saturating_sub(1), &hash);
        let named = (link.first..).zip(entries);
        let named = named.map(|(number, entry)| (entry.key.clone(), (number, entry)));
        self.rows_of(link, next.saturating_sub(1), named.collect(), is_whole)
            .await
    }

    async fn rows_of(
        &mut self,
        link: &LinkRow,
        before: i64,
        mut named: BTreeMap<RowKey, (i64, Entry)>,
        is_whole: bool,
    ) -> Result<()> {
        let (mut place, mut key) = (
            before,
            RowKey {
                at: i64::MAX,
                pool_id: String::new(),
                audit_id: String::new(),
            },
        );
        loop {
            let query = audit_links::walk((place, &key), link.end().saturating_sub(1), ROWS);
            let rows = audit_links::read_placed(self.snapshot.all(query).await?)?;
            let Some((last, of)) = rows.last() else {
                break;
            };
            (place, key) = (*of, RowKey::of(last));
            self.rows += rows.len();
            for (row, of) in &rows {
                let named = named.remove(&RowKey::of(row)).filter(|_| *of == link.first);
                self.row(row, named.as_ref(), is_whole);
            }
        }
        for (key, (number, _)) in named {
            if !self.is_meant(&key.pool_id) {
                continue;
            }
            let there = audit_links::read_placed(self.snapshot.all(audit_links::row(&key)).await?)?;
            let found = match there.is_empty() {
                true => Kind::Removed,
                false => Kind::Moved,
            };
            self.find(found, &key, Some(number));
        }
        Ok(())
    }

    /// Checks a row against the entry of its link.
    fn row(&mut self, row: &AuditRow, named: Option<&(i64, Entry)>, is_whole: bool) {
        if !self.is_meant(&row.pool_id) {
            return;
        }
        self.position.seen.rows += 1;
        let (key, writer) = (RowKey::of(row), self.key.writer(row));
        let Some((number, entry)) = named else {
            // Of a link that names it not: the one that does says so, if there is one.
            let found = match writer {
                Writer::Foreign => Kind::Inserted,
                _ => Kind::Moved,
            };
            return self.find(found, &key, None);
        };
        let number = Some(*number);
        if entry.marks.foreign {
            self.find(Kind::Inserted, &key, number);
        } else if writer == Writer::Foreign || is_whole && digest(row) != entry.digest {
            self.find(Kind::Changed, &key, number);
        } else if entry.marks.late && !entry.marks.restored {
            self.find(Kind::PutBack, &key, number);
        }
    }
}

//! Reading events in the order of the chain, from a cursor on.
//!
//! A cursor is the number of a row in the chain and the beginning of its digest, so that one of another history (a server that was
//! restored from a backup) is not taken for one of this.

use cognate_store::Store;
use cognate_store::tables::audit_links::{self, LinkRow};

use crate::audit::chain::{self, Entry};
use crate::errors::Result;
use crate::events::cloud::{self, Event};
use crate::records::trail::{TrailKey, Writer, digest};

/// Links that one portion looks at.
const LINKS: u32 = 20;
/// Rows that are read at once.
const AT_ONCE: usize = 50;

/// Where events are read from and for whom.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The database.
    pub store: &'a Store,
    /// The key of the trail.
    pub key: &'a TrailKey,
    /// The pool.
    pub pool_id: &'a str,
    /// The account in ARNs.
    pub account: &'a str,
}

/// A part of the events.
#[derive(Debug, Default)]
pub struct Portion {
    /// Events with the number of their rows.
    pub events: Vec<(i64, Event)>,
    /// The number of the last row that was looked at.
    pub place: i64,
    /// True if there may be more behind it.
    pub more: bool,
    /// True if rows behind the place asked for were removed by the retention before they were looked at.
    pub gap: bool,
}

/// Returns the text of a cursor.
fn text(number: i64, entry: &Entry) -> String {
    let digest = entry.digest.get(..4).unwrap_or_default();
    format!("{number}-{}", hex::encode(digest))
}

impl Reader<'_> {
    /// Returns the next events behind a place, at most `most`.
    ///
    /// # Errors
    /// The store's.
    pub async fn portion(&self, place: i64, most: usize) -> Result<Portion> {
        let mut portion = Portion {
            place,
            ..Portion::default()
        };
        let links = self.links(place).await?;
        portion.more = !links.is_empty();
        for link in &links {
            if link.first > portion.place.saturating_add(1) {
                portion.gap |= portion.place > 0;
                portion.place = link.first.saturating_sub(1);
            }
            let entries = chain::decode(&link.entries).unwrap_or_default();
            let wanted: Vec<_> = (link.first..)
                .zip(entries)
                .filter(|(number, entry)| *number > portion.place && self.is_meant(entry))
                .collect();
            for some in wanted.chunks(AT_ONCE) {
                self.events(some, &mut portion.events).await?;
                portion.place = some.last().map_or(portion.place, |(number, _)| *number);
                if portion.events.len() >= most {
                    if let Some((number, _)) = portion.events.get(most.saturating_sub(1)) {
                        portion.place = *number;
                    }
                    portion.events.truncate(most);
                    return Ok(portion);
                }
            }
            portion.place = link.end().saturating_sub(1);
        }
        Ok(portion)
    }

    /// Returns the links behind a place, the one that holds it among them if it has rows behind it.
    async fn links(&self, place: i64) -> Result<Vec<LinkRow>> {
        let holding = self.store.all(audit_links::holding(place)).await?;
        let mut links = audit_links::read(holding)?;
        links.retain(|link| link.end() > place.saturating_add(1));
        let behind = links.first().map_or(place, |link| link.first);
        links.extend(audit_links::read(
            self.store.all(audit_links::after(behind, LINKS)).await?,
        )?);
        Ok(links)
    }

    fn is_meant(&self, entry: &Entry) -> bool {
        let marks = entry.marks;
        entry.key.pool_id == self.pool_id && !marks.foreign && !marks.restored
    }

    async fn events(&self, wanted: &[(i64, Entry)], to: &mut Vec<(i64, Event)>) -> Result<()> {
        let queries: Vec<_> = wanted
            .iter()
            .map(|(_, entry)| audit_links::row(&entry.key))
            .collect();
        let found = self.store.read(&queries).await?;
        let source = cloud::source(self.account, self.pool_id);
        for ((number, entry), rows) in wanted.iter().zip(found) {
            let rows = audit_links::read_placed(rows)?;
            let is_own =
                |row| digest(row) == entry.digest && self.key.writer(row) == Writer::Program;
            let Some((row, _)) = rows.first().filter(|(row, _)| is_own(row)) else {
                tracing::error!(
                    number,
                    pool = self.pool_id,
                    "a row of the audit trail is not what was linked, and no event"
                );
                continue;
            };
            if let Some(event) = cloud::event(row, &source, &text(*number, entry)) {
                to.push((*number, event));
            }
        }
        Ok(())
    }

    /// Returns the place of a cursor: `begin`, `end`, or one that an event has.
    ///
    /// # Errors
    /// The store's. The inner error is a text for a person: it is no cursor, or one of another history.
    pub async fn place(&self, cursor: &str) -> Result<std::result::Result<i64, String>> {
        match cursor {
            "begin" => return Ok(Ok(0)),
            "end" => return Ok(Ok(chain::head(self.store, self.key).await?.number)),
            _ => {}
        }
        let parts = cursor.split_once('-');
        let number = parts.and_then(|(number, _)| number.parse::<i64>().ok());
        let Some(number) = number.filter(|number| *number > 0) else {
            return Ok(Err(format!(
                "{cursor} is no cursor: events have them; or begin, or end"
            )));
        };
        let links = audit_links::read(self.store.all(audit_links::holding(number)).await?)?;
        let Some(link) = links.first().filter(|link| link.end() > number) else {
            return Ok(Err(match links.is_empty() {
                true => format!(
                    "what follows {cursor} was removed by the retention; begin reads what is left"
                ),
                false => {
                    format!("{cursor} is behind the end of the trail: it is of before a restore")
                }
            }));
        };
        let entries = chain::decode(&link.entries).unwrap_or_default();
        let mut entries = (link.first..).zip(entries);
        let fits = entries.any(|(at, entry)| at == number && text(number, &entry) == cursor);
        Ok(match fits {
            true => Ok(number),
            false => Err(format!(
                "{cursor} is of another history: it is of before a restore"
            )),
        })
    }
}

//! `cognate import`: users of other systems, or of an export, into a pool.
//!
//! The file is read here, on a thread of its own; portions of it go to the server that has the database, or into the
//! database itself. A command that was cut off goes on by running it again (docs/MOVING.md).

mod options;
mod source;

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use cognate_domain::moving::apply::ledger::{Claims, Done, Ledger, Outcome};
use cognate_domain::moving::apply::{Entry, Given, MOST_ROWS, Wishes};
use cognate_moving::formats::{Item, Row};
use serde_json::{Value, json};

use super::{Reach, say, text};
use crate::admin::Request;
use crate::settings::config::Config;

pub(super) use options::command;

/// The bytes of a portion, as JSON; two of them fit into the line of a request.
const PORTION: usize = 400 << 10;

/// Runs the command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let source = source::open(matches)?;
    let mut reach = Reach::new(config)?;
    let mut import = Import {
        pool: text(matches, "pool"),
        wishes: Wishes {
            dry_run: matches.get_flag("dry-run"),
            update: matches.get_flag("update"),
            keep_status: matches.get_flag("keep-status"),
            incomplete: matches.get_flag("allow-incomplete"),
            drop_unusable: matches.get_flag("drop-unusable-passwords"),
            from_pool: None,
        },
        quiet: matches.get_flag("quiet"),
        rows: Vec::new(),
        waiting: Vec::new(),
        bytes: 0,
        ledger: Ledger::default(),
        counts: BTreeMap::new(),
    };
    let outcome = import.all(&mut reach, source).await;
    reach.close().await;
    import.sum(outcome)
}

/// An import that runs.
struct Import {
    pool: String,
    wishes: Wishes,
    quiet: bool,
    /// What became of the rows since the last portion; None for those that wait.
    rows: Vec<Option<Done>>,
    /// The records of the next portion, each with the notes of its reader.
    waiting: Vec<(Given, Vec<String>)>,
    bytes: usize,
    /// What the rows of a dry run would have taken.
    ledger: Ledger,
    counts: BTreeMap<&'static str, u64>,
}

impl Import {
    async fn all(&mut self, reach: &mut Reach, mut source: source::Source) -> anyhow::Result<()> {
        while let Some(row) = source.rows.recv().await {
            self.take(reach, row).await?;
        }
        self.send(reach).await?;
        source.finish()
    }

    async fn take(&mut self, reach: &mut Reach, row: Row) -> anyhow::Result<()> {
        let Row { line, item, notes } = row;
        let entry = match item {
            Ok(Item::Header(header)) => {
                self.wishes.from_pool = Some(header.pool_id);
                return Ok(());
            }
            Ok(Item::Group(group)) => Entry::Group(group),
            Ok(Item::User(user)) => Entry::User(user),
            Ok(Item::Passed(why)) => {
                let mut done = Done::of(line, "", Outcome::Passed);
                done.reason = Some(why.to_owned());
                self.rows.push(Some(done));
                return Ok(());
            }
            Err(why) => {
                let mut done = Done::refused(line, "", why);
                done.notes = notes;
                self.rows.push(Some(done));
                return Ok(());
            }
        };
        let given = Given { line, entry };
        let length = serde_json::to_vec(&given)?.len();
        if length > PORTION {
            let long = Done::refused(line, "", "the record is too long");
            self.rows.push(Some(long));
            return Ok(());
        }
        if self.waiting.len() >= MOST_ROWS || self.bytes + length > PORTION {
            self.send(reach).await?;
        }
        self.bytes += length;
        self.rows.push(None);
        self.waiting.push((given, notes));
        Ok(())
    }

    /// Sends the records that wait, and prints what became of all rows.
    async fn send(&mut self, reach: &mut Reach) -> anyhow::Result<()> {
        let (records, notes): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().unzip();
        self.bytes = 0;
        let mut done = Vec::new();
        if !records.is_empty() {
            let request = Request::ImportUsers {
                pool: self.pool.clone(),
                wishes: self.wishes.clone(),
                rows: records,
            };
            let answer = reach.ask(request).await?;
            done = serde_json::from_value(answer).context("the answer is not understood")?;
        }
        let mut done: std::vec::IntoIter<Done> = done.into_iter();
        let mut notes = notes.into_iter();
        for row in std::mem::take(&mut self.rows) {
            let row = match row {
                Some(row) => row,
                None => {
                    let mut row = done.next().context("the answer has too few rows")?;
                    if self.wishes.dry_run {
                        self.ledger.settle(&mut row);
                    }
                    let mut all = notes.next().unwrap_or_default();
                    all.append(&mut row.notes);
                    row.notes = all;
                    row
                }
            };
            self.print(row)?;
        }
        Ok(())
    }

    fn print(&mut self, mut row: Done) -> anyhow::Result<()> {
        let (name, plain) = match row.outcome {
            Outcome::Created => ("created", true),
            Outcome::Updated => ("updated", true),
            Outcome::Unchanged => ("unchanged", true),
            Outcome::Passed => ("passed", true),
            Outcome::Differs => ("differs", false),
            Outcome::Refused => ("refused", false),
        };
        *self.counts.entry(name).or_insert(0) += 1;
        if self.quiet && plain && row.notes.is_empty() {
            return Ok(());
        }
        row.claims = Claims::default();
        // JSON: what others wrote may be made for a terminal.
        say(&serde_json::to_string(&row)?)
    }

    /// Prints the sums, and tells how it ended.
    fn sum(&self, outcome: anyhow::Result<()>) -> anyhow::Result<()> {
        let members = self.counts.iter();
        let mut sum: serde_json::Map<String, Value> = members
            .map(|(name, count)| ((*name).to_owned(), json!(count)))
            .collect();
        sum.insert("dry_run".to_owned(), json!(self.wishes.dry_run));
        say(&json!({ "sum": sum }).to_string())?;
        outcome?;
        match self.counts.get("refused") {
            Some(refused) => bail!("{refused} rows were refused; the others count"),
            None => Ok(()),
        }
    }
}

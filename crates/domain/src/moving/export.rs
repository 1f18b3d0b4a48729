//! `cognate export`: the users of a pool as a file, made piece by piece.
//!
//! Pool, groups and users are read as they were at one moment, whatever is written meanwhile: users in portions in the order of
//! their ids, and the MACs of all rows are checked. Neither a pool nor a file is ever in memory as a whole.
//!
//! Secrets are opened only for a file that is encrypted to somebody, and leave this module encrypted; but for [`page`], whose
//! caller has them from an operator who asked for them (decision 025).

pub mod page;
mod portion;
mod records;
mod whole;

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cognate_crypto::age::{self, Recipient};
use cognate_crypto::imported::JobHash;
use cognate_crypto::seal::RootKey;
use cognate_moving::export::{Format, PoolFacts, PoolMfa, Tally, Writer};
use cognate_shapes::{UserPoolMfaType, UsernameAttributeType};
use cognate_store::tables::whole_users::{self, Portion};
use cognate_store::tables::{groups, pools};
use cognate_store::{Batch, Snapshot, Store};

use crate::audit;
use crate::errors::{self, Fault, Result};
use crate::records::group;
use crate::records::pool::Pool;

/// The users of a portion. A user can have 100 KB of attributes and of everything else, so that this bounds the memory.
const USERS: i64 = 200;
/// The groups of a portion.
const GROUPS: i64 = 500;
/// The longest time for which a file is made: meanwhile the database keeps what others replace and delete.
const LONGEST: Duration = Duration::from_secs(3_600);
/// The most recipients of a file.
pub const MOST_RECIPIENTS: usize = 20;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The id of the pool.
    pub pool: String,
    /// The format of the file.
    pub format: Format,
    /// Who can read the file. If nobody is named, it is not encrypted and has no secrets.
    pub recipients: Vec<Recipient>,
    /// The kind of hashes in a file for an import job.
    pub hashes: Option<JobHash>,
}

/// A file that is being made.
pub struct Export {
    store: Store,
    /// The database as it was when the file was begun; None after the end.
    snapshot: Option<Snapshot>,
    begun: Instant,
    pool: Arc<Pool>,
    format: Format,
    place: Place,
    /// None after the end or an error.
    writer: Option<Writer<Sink>>,
    tally: Tally,
}

/// How far it came: the name or the id that was the last.
enum Place {
    Groups(String),
    Users(String),
    End,
    /// The end was given out.
    Done,
}

/// What the bytes of the file go through.
enum Sink {
    Plain(Vec<u8>),
    Sealed(Box<age::Sealing<Vec<u8>>>),
}

impl Sink {
    /// Takes away what there is.
    fn drain(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Self::Plain(bytes) => bytes,
            Self::Sealed(sealing) => sealing.get_mut(),
        })
    }

    fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(bytes) => Ok(bytes),
            Self::Sealed(sealing) => sealing.finish(),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Sealed(sealing) => sealing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Export {
    /// Begins a file, and records it in the audit trail before anything of it is given out. `now`: the service's time in
    /// microseconds.
    ///
    /// # Errors
    /// ResourceNotFoundException for an unknown pool; InvalidParameterException for too many recipients, one to whom
    /// nothing can be encrypted, and hashes without a recipient or in another format; the store's.
    pub async fn begin(store: &Store, root: &RootKey, now: i64, asked: &Asked) -> Result<Self> {
        let Asked {
            pool,
            format,
            recipients,
            hashes,
        } = asked;
        if recipients.len() > MOST_RECIPIENTS {
            return Err(errors::invalid_parameter("A file has 20 recipients at most.").into());
        }
        if hashes.is_some() && (*format != Format::Csv || recipients.is_empty()) {
            return Err(errors::invalid_parameter(
                "Password hashes are a column of csv, and only of a file that is encrypted to a recipient.",
            )
            .into());
        }
        let id = pool;
        let found = Pool::load(store, root, id).await?;
        found.ok_or_else(|| errors::pool_not_found(id))?;
        let detail = detail(asked);
        let entry = audit::command("ExportUsers", Some(&detail));
        store
            .commit(entry.append(Batch::new(), id, now))
            .await
            .map_err(|error| Fault::Internal(format!("audit: {error}")))?;
        // What the settings were at the moment of the users.
        let mut snapshot = store.snapshot().await?;
        let row = pools::read(snapshot.all(pools::by_id(id)).await?)?;
        let row = row.ok_or_else(|| errors::pool_not_found(id))?;
        let pool = Pool::from_row(root, row)?;
        let facts = PoolFacts {
            taken: now,
            secrets: !recipients.is_empty(),
            hashes: *hashes,
            ..facts(&pool)
        };
        let sink = if recipients.is_empty() {
            Sink::Plain(Vec::new())
        } else {
            let sealing = age::seal(recipients, Vec::new());
            let sealing = sealing.map_err(|_| {
                errors::invalid_parameter("Nothing can be encrypted to one of the recipients.")
            })?;
            Sink::Sealed(Box::new(sealing))
        };
        let writer = Writer::begin(*format, facts, sink).map_err(unwritten)?;
        Ok(Self {
            store: store.clone(),
            snapshot: Some(snapshot),
            begun: Instant::now(),
            pool: Arc::new(pool),
            format: *format,
            place: Place::Groups(String::new()),
            writer: Some(writer),
            tally: Tally::default(),
        })
    }

    /// Returns the next bytes of the file, which may be none yet; None after the end. The file is complete only then.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed or does not open; ResourceNotFoundException for a pool
    /// that was deleted meanwhile. After an error there is nothing more to come.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if matches!(self.place, Place::Done) {
            return Ok(None);
        }
        let writer = self.writer.take();
        let failed = || Fault::Internal("export: it has failed".into());
        let mut writer = writer.ok_or_else(failed)?;
        let snapshot = self.snapshot.as_mut().ok_or_else(failed)?;
        if self.begun.elapsed() > LONGEST {
            return Err(Fault::Internal("export: it took too long".into()));
        }
        match &self.place {
            Place::Groups(after) => {
                let page = groups::page_query(&self.pool.id, after, GROUPS);
                let rows = groups::read(snapshot.all(page).await?)?;
                self.place = match rows.last() {
                    Some(last) => Place::Groups(last.name.clone()),
                    None => Place::Users(String::new()),
                };
                for row in rows {
                    let row = group::checked(&self.pool, row)?;
                    writer.group(records::group(row)).map_err(unwritten)?;
                }
            }
            Place::Users(after) => {
                let query = whole_users::query(&self.pool.id, after, USERS);
                let portion = Portion::read(snapshot.all(query).await?)?;
                self.place = match portion.users.last() {
                    Some(last) => Place::Users(last.user_id.clone()),
                    None => Place::End,
                };
                let pool = self.pool.clone();
                let write = move || portion::write(&pool, portion, writer);
                // Opening, checking and encrypting what two hundred users have is no work for the async threads.
                let written = tokio::task::spawn_blocking(write).await;
                let written = written.map_err(|error| Fault::Internal(error.to_string()))?;
                writer = written?;
            }
            Place::End | Place::Done => {
                self.snapshot = None;
                still_there(&self.store, &self.pool.id).await?;
                let (sink, tally) = writer.finish().map_err(unwritten)?;
                let bytes = sink.finish().map_err(unwritten)?;
                (self.tally, self.place) = (tally, Place::Done);
                return Ok(Some(bytes));
            }
        }
        self.tally = *writer.tally();
        let bytes = writer.get_mut().drain();
        self.writer = Some(writer);
        Ok(Some(bytes))
    }

    /// Returns what was written so far, and what was not.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns the format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }
}

/// What somebody has deleted meanwhile is not given out as if it were there.
async fn still_there(store: &Store, pool_id: &str) -> Result<()> {
    match pools::get(store, pool_id).await? {
        Some(_) => Ok(()),
        None => Err(errors::pool_not_found(pool_id).into()),
    }
}

/// Writing to memory fails only for a reason in what is written.
fn unwritten(error: io::Error) -> Fault {
    Fault::Internal(format!("export: {error}"))
}

fn facts(pool: &Pool) -> PoolFacts {
    let attribute = |attribute: &UsernameAttributeType| match attribute {
        UsernameAttributeType::Email => "email".to_owned(),
        UsernameAttributeType::PhoneNumber => "phone_number".to_owned(),
    };
    let names = pool.doc.username_attributes.iter().flatten();
    let schema = pool.doc.schema.iter();
    PoolFacts {
        id: pool.id.clone(),
        name: pool.doc.name.clone(),
        username_attributes: names.map(attribute).collect(),
        schema: schema
            .filter_map(|attribute| attribute.name.clone())
            .collect(),
        mfa: match pool.doc.mfa_configuration {
            UserPoolMfaType::Off => PoolMfa::Off,
            UserPoolMfaType::On => PoolMfa::On,
            UserPoolMfaType::Optional => PoolMfa::Optional,
        },
        taken: 0,
        secrets: false,
        hashes: None,
    }
}

/// The format, whether secrets may be in the file, and who can read them.
fn detail(asked: &Asked) -> String {
    let format = asked.format.name();
    if asked.recipients.is_empty() {
        return format!("{format} without secrets");
    }
    let recipients: Vec<_> = asked.recipients.iter().map(ToString::to_string).collect();
    format!("{format} with secrets for {}", recipients.join(" "))
}

//! A change of a pool as it is stored: what is wanted, what stands against it, what was decided, and how far it is.

use std::collections::BTreeMap;

use cognate_crypto::hash;
use cognate_crypto::seal::RootKey;
use cognate_shapes::{
    AliasAttributeType, SchemaAttributeType, UsernameAttributeType, UsernameConfigurationType,
};
use cognate_store::tables::pool_changes::{self as table, ChangeRow};
use cognate_store::{Batch, CommitError, Label, Store};
use serde::{Deserialize, Serialize};

use crate::errors::{Fault, Result};
use crate::records::pool::{Pool, PoolDoc};
use crate::reshaping::conflict::{Conflict, Decision};
use crate::reshaping::wish::{Wish, refused};

/// What every step needs.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The database.
    pub store: &'a Store,
    /// The sealing key.
    pub root: &'a RootKey,
    /// The service's time in microseconds.
    pub now: i64,
    /// For how long a node may go on with the settings that a commit replaces, in microseconds: names by which such a node
    /// finds users are not deleted before.
    pub lease: i64,
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The users are read, for the plan.
    Planning,
    /// The plan is there; nothing is changed.
    Planned,
    /// The users are read again, before the change begins.
    Checking,
    /// Other conflicts were found then; nothing was changed.
    Stale,
    /// The users get their new names, and the decisions are carried out.
    Applying,
    /// A new conflict was found: the change can be undone.
    Blocked,
    /// The pool has its new settings; the change can be undone or finished.
    Applied,
    /// The earlier state is brought back.
    Undoing,
    /// It is back.
    Undone,
    /// What an undo would need is deleted.
    Finishing,
    /// The change is for good.
    Finished,
}

impl State {
    /// All.
    const ALL: [Self; 11] = [
        Self::Planning,
        Self::Planned,
        Self::Checking,
        Self::Stale,
        Self::Applying,
        Self::Blocked,
        Self::Applied,
        Self::Undoing,
        Self::Undone,
        Self::Finishing,
        Self::Finished,
    ];

    /// Returns the name in the table and in answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Planned => "planned",
            Self::Checking => "checking",
            Self::Stale => "stale",
            Self::Applying => "applying",
            Self::Blocked => "blocked",
            Self::Applied => "applied",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Finishing => "finishing",
            Self::Finished => "finished",
        }
    }

    /// True if a step takes the change further without anybody's word.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Planning | Self::Checking | Self::Applying | Self::Undoing | Self::Finishing
        )
    }

    /// True if another change of the pool would be in its way.
    #[must_use]
    pub fn holds_pool(self) -> bool {
        matches!(
            self,
            Self::Checking
                | Self::Applying
                | Self::Blocked
                | Self::Applied
                | Self::Undoing
                | Self::Finishing
        )
    }
}

/// What is written once, and when conflicts are found or decided.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct ChangeDoc {
    /// What is wanted.
    pub wish: Wish,
    /// A digest of the settings that were judged.
    pub settings: String,
    /// The hash of what was judged; empty until it is.
    #[serde(default)]
    pub hash: String,
    /// What stands against it.
    #[serde(default)]
    pub conflicts: Vec<Conflict>,
    /// True if there are more conflicts than are listed.
    #[serde(default)]
    pub too_many: bool,
    /// What is worth knowing and needs no decision.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Users that were read.
    #[serde(default)]
    pub users: u64,
    /// Conflict to decision.
    #[serde(default)]
    pub decisions: BTreeMap<String, Decision>,
    /// Why it is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<String>,
}

/// What each portion writes.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The last user that is done.
    pub after: String,
    /// Users that are done.
    pub done: u64,
    /// Users that decisions changed.
    pub changed: u64,
    /// Users that could not be brought back whole.
    pub kept: u64,
    /// The spaces of the earlier and of the new names; None if no names change.
    pub spaces: Option<(i64, i64)>,
    /// Entries that were taken from clients and providers.
    pub cleared: Vec<Cleared>,
    /// The settings that an undo brings back.
    pub earlier: Option<Earlier>,
    /// True once the pool has its earlier settings again, or the later ones alone.
    pub settled: bool,
    /// When that was, in microseconds.
    pub settled_at: i64,
}

/// Settings of a pool before a change.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Earlier {
    /// AliasAttributes.
    pub alias_attributes: Option<Vec<AliasAttributeType>>,
    /// UsernameAttributes.
    pub username_attributes: Option<Vec<UsernameAttributeType>>,
    /// UsernameConfiguration.
    pub username_configuration: Option<UsernameConfigurationType>,
    /// The attributes that change.
    pub entries: Vec<SchemaAttributeType>,
    /// The attributes that go, with their places in the schema.
    pub removed: Vec<(usize, SchemaAttributeType)>,
}

/// An entry that was taken from a client or provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cleared {
    /// ReadAttributes of a client.
    Read(String, String),
    /// WriteAttributes of a client.
    Write(String, String),
    /// The mapping of a provider: its id, the attribute, the claim.
    Mapping(String, String, String),
}

/// A change, read for one step.
#[derive(Clone)]
pub struct Change {
    /// The id of the plan.
    pub id: String,
    /// How far it is.
    pub state: State,
    /// What is wanted and found.
    pub doc: ChangeDoc,
    /// How far the state is.
    pub progress: Progress,
    row: ChangeRow,
}

impl Change {
    /// Returns a change that is not stored yet.
    #[must_use]
    pub fn new(id: String, doc: ChangeDoc, now: i64) -> Self {
        let row = ChangeRow {
            plan_id: id.clone(),
            state: String::new(),
            doc: String::new(),
            progress: String::new(),
            created: now,
            modified: now,
            ver: 0,
            mac: None,
        };
        Self {
            id,
            state: State::Planning,
            doc,
            progress: Progress::default(),
            row,
        }
    }

    /// Returns the change of a pool that is under way, or else the latest.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed or does not parse.
    pub async fn latest(store: &Store, pool: &Pool) -> Result<Option<Self>> {
        let row = table::latest(store, &pool.id).await?;
        row.map(|row| Self::read(pool, row)).transpose()
    }

    /// Returns a change of a pool.
    ///
    /// # Errors
    /// As [`latest`](Self::latest); a refusal if the pool has none of that id.
    pub async fn find(store: &Store, pool: &Pool, id: &str) -> Result<Self> {
        let row = table::get(store, &pool.id, id).await?;
        let row = row.ok_or_else(|| refused(format!("the pool {} has no plan {id:?}", pool.id)))?;
        Self::read(pool, row)
    }

    fn read(pool: &Pool, row: ChangeRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let state = State::ALL
            .into_iter()
            .find(|state| state.name() == row.state);
        let unknown = || Fault::Internal(format!("a change is in the state {}", row.state));
        Ok(Self {
            id: row.plan_id.clone(),
            state: state.ok_or_else(unknown)?,
            doc: serde_json::from_str(&row.doc)?,
            progress: serde_json::from_str(&row.progress)?,
            row,
        })
    }

    /// When it was planned, in microseconds.
    #[must_use]
    pub fn created(&self) -> i64 {
        self.row.created
    }

    fn to_row(&self, pool: &Pool, now: i64) -> Result<ChangeRow> {
        let mut row = ChangeRow {
            state: self.state.name().to_owned(),
            doc: serde_json::to_string(&self.doc)?,
            progress: serde_json::to_string(&self.progress)?,
            modified: now,
            ..self.row.clone()
        };
        row.mac = Some(pool.sign(&row.signed()));
        Ok(row)
    }

    /// Adds the change to the database.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn insert(&self, batch: Batch, pool: &Pool, now: i64) -> Result<Batch> {
        Ok(table::insert(batch, &pool.id, &self.to_row(pool, now)?))
    }

    /// Replaces the change as it was read; [`table::MOVED`].
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn update(&self, batch: Batch, pool: &Pool, now: i64) -> Result<Batch> {
        Ok(table::update(batch, &pool.id, &self.to_row(pool, now)?))
    }

    /// As [`update`](Self::update), where state and progress alone changed.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn advance(&self, batch: Batch, pool: &Pool, now: i64) -> Result<Batch> {
        Ok(table::advance(batch, &pool.id, &self.to_row(pool, now)?))
    }
}

/// Returns an active pool as the database has it.
///
/// # Errors
/// A refusal without one; the store's.
pub async fn active(ground: Ground<'_>, pool_id: &str) -> Result<Pool> {
    let pool = Pool::load(ground.store, ground.root, pool_id).await?;
    pool.ok_or_else(|| refused(format!("User pool {pool_id} does not exist.")))
}

/// Returns a digest of the settings that a plan judges.
///
/// # Errors
/// None in practice: texts always serialise.
pub fn settings_of(pool: &Pool) -> Result<String> {
    let PoolDoc { schema, shape, .. } = &pool.doc;
    let text = serde_json::to_vec(&(&pool.id, shape, pool.names(), schema))?;
    let mut digest = hash::sha256_hex(&text);
    digest.truncate(32);
    Ok(digest)
}

/// Commits a batch; the label of a requirement that is not met.
///
/// # Errors
/// The store's.
pub async fn commit(store: &Store, batch: Batch) -> Result<std::result::Result<(), Label>> {
    match store.commit(batch).await {
        Ok(_) => Ok(Ok(())),
        Err(CommitError::Conflict(label)) => Ok(Err(label)),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

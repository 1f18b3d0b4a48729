//! Applying the records of a file to a pool, a portion at a time (moving.md 2.3, 3.2).
//!
//! A user is found by the `sub` of the record, which is the same each time that a file is read: so an import that was cut
//! off goes on by running again, and a second one changes nothing. Every row is judged alone and has an outcome of its own;
//! the good ones of a portion are written together.
//!
//! | module | contents |
//! |---|---|
//! | [`ledger`] | outcomes, and what the rows before have taken |
//! | [`target`] | from a record to the user that is to be |
//! | [`secrets`] | its password, app and passkeys |
//! | [`existing`] | what is there already, and how it differs |
//! | [`groups`] | the groups of a portion |
//! | [`write`] | batches |

mod existing;
mod groups;
pub mod ledger;
mod secrets;
mod target;
mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use cognate_crypto::seal::RootKey;
use cognate_moving::record::{GroupRecord, PasswordRecord, UserRecord};
use cognate_store::tables::{identity_providers, pools};
use cognate_store::{Batch, CommitError, Store};
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::errors::{self, Fault, Result};
use crate::facts::names;
use crate::records::pool::{ImportedPasswords, Pool};
use crate::records::provider::Provider;
use ledger::{Done, Ledger, Outcome};
use target::Target;

/// The most rows of a portion.
pub const MOST_ROWS: usize = 300;
/// The name of the command in the audit trail.
const COMMAND: &str = "ImportUsers";
/// The times that a change of the pool is tried again when somebody changed it in between.
const TRIES: usize = 5;

/// How records are applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wishes {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Users who are there and differ become what the record says; else they are left alone.
    pub update: bool,
    /// Users without a password keep the status of the record, as where another server knows their passwords.
    pub keep_status: bool,
    /// Users may lack required attributes.
    pub incomplete: bool,
    /// A user whose password does not fit comes without one.
    pub drop_unusable: bool,
    /// The pool that native passwords were made in.
    pub from_pool: Option<String>,
}

/// A record and the line that it stands on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Given {
    /// The line.
    pub line: u64,
    /// The record.
    pub entry: Entry,
}

/// A record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A group.
    Group(GroupRecord),
    /// A user.
    User(Box<UserRecord>),
}

/// Applies a portion of at most [`MOST_ROWS`] records; returns what became of each, in their order. `now`: the service's
/// time in microseconds.
///
/// # Errors
/// ResourceNotFoundException for an unknown pool; the store's. Then nothing of the portion is certain, and running it again
/// is right.
pub async fn apply(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool_id: &str,
    wishes: &Wishes,
    portion: Vec<Given>,
) -> Result<Vec<Done>> {
    if portion.len() > MOST_ROWS {
        return Err(Fault::Internal("the portion is too large".to_owned()));
    }
    let pool = active(store, root, pool_id).await?;
    let hashes = portion.iter().any(|given| match &given.entry {
        Entry::User(user) => matches!(
            user.password,
            Some(PasswordRecord::Imported(_) | PasswordRecord::Hash(_))
        ),
        Entry::Group(_) => false,
    });
    // Before the first user with such a hash is there, so that no sign-in tells them from others.
    let pool = match hashes && !wishes.dry_run && pool.doc.imported_passwords.is_none() {
        true => expect_hashes(store, root, now, pool_id).await?,
        false => pool,
    };
    let providers = providers(store, &pool, &portion).await?;
    let groups = groups::settle(store, &pool, wishes, &portion, now).await?;

    let shared = Arc::new(Shared {
        pool,
        wishes: wishes.clone(),
        providers,
        now,
    });
    let prepared = {
        let shared = shared.clone();
        // Foreign input is judged, opened and sealed beside the async threads.
        tokio::task::spawn_blocking(move || prepare(&shared, portion)).await
    };
    let prepared = prepared.map_err(|error| Fault::Internal(format!("import: {error}")))??;
    let pool = &shared.pool;

    let users: Vec<&Target> = prepared.iter().filter_map(Prepared::target).collect();
    let found = existing::read(store, pool, &users).await?;
    let mut ledger = Ledger::default();
    let mut done = Vec::with_capacity(prepared.len());
    let mut work = Vec::new();
    let mut found = found.into_iter();
    for row in prepared {
        let at = done.len();
        let (line, mut outcome, target) = match row {
            Prepared::Group(line, record) => {
                done.push(groups.outcome(line, &record));
                continue;
            }
            Prepared::Refused(refused) => {
                done.push(refused);
                continue;
            }
            Prepared::User(line, target) => {
                let known = found.next().unwrap_or_default();
                let judged = existing::judge(pool, wishes, &groups, &target, known)?;
                (line, judged, target)
            }
        };
        let mut row = Done::of(line, &target.shown, outcome.outcome);
        row.reason = outcome.reason.take();
        row.notes.clone_from(&target.notes);
        row.notes.append(&mut outcome.notes);
        row.claims = target.claims(pool);
        ledger.settle(&mut row);
        if matches!(row.outcome, Outcome::Created | Outcome::Updated) && !wishes.dry_run {
            work.push(write::Work {
                at,
                target,
                plan: outcome.plan,
            });
        }
        done.push(row);
    }
    write::commit(store, pool, now, &work, &mut done).await?;
    Ok(done)
}

/// What a portion is judged by.
struct Shared {
    pool: Pool,
    wishes: Wishes,
    providers: BTreeMap<String, Arc<Provider>>,
    now: i64,
}

/// A record after everything that needs no read.
enum Prepared {
    Group(u64, GroupRecord),
    User(u64, Box<Target>),
    Refused(Done),
}

impl Prepared {
    fn target(&self) -> Option<&Target> {
        match self {
            Self::User(_, target) => Some(target),
            _ => None,
        }
    }
}

fn prepare(shared: &Shared, portion: Vec<Given>) -> Result<Vec<Prepared>> {
    let judge = |given: Given| {
        let line = given.line;
        let record = match given.entry {
            Entry::Group(group) => return Ok(Prepared::Group(line, group)),
            Entry::User(record) => *record,
        };
        let shown = record.username.clone();
        let Shared {
            pool,
            wishes,
            providers,
            now,
        } = shared;
        Ok(match target::build(pool, wishes, providers, record, *now) {
            Ok(target) => Prepared::User(line, Box::new(target)),
            Err(fault) => Prepared::Refused(Done::refused(line, &shown, reason(fault)?)),
        })
    };
    portion.into_iter().map(judge).collect()
}

/// Returns the text of a refusal.
///
/// # Errors
/// A fault of the server's own.
fn reason(fault: Fault) -> Result<String> {
    match fault {
        Fault::Api(error) => Ok(error.message.into_owned()),
        other => Err(other),
    }
}

async fn active(store: &Store, root: &RootKey, pool_id: &str) -> Result<Pool> {
    let pool = Pool::load(store, root, pool_id).await?;
    Ok(pool.ok_or_else(|| errors::pool_not_found(pool_id))?)
}

/// Says in the pool's settings that users may have password hashes of other systems.
async fn expect_hashes(store: &Store, root: &RootKey, now: i64, pool_id: &str) -> Result<Pool> {
    for _ in 0..TRIES {
        let mut pool = active(store, root, pool_id).await?;
        if pool.doc.imported_passwords.is_some() {
            return Ok(pool);
        }
        pool.doc.imported_passwords = Some(ImportedPasswords::default());
        let text = serde_json::to_string(&pool.doc)?;
        let mac = pool.mac_with(&text)?;
        let batch = pools::update(Batch::new(), &pool.id, pool.ver, &text, mac, now);
        let entry = audit::command(COMMAND, Some("password hashes of other systems"));
        match store.commit(entry.append(batch, &pool.id, now)).await {
            Ok(_) => {
                pool.ver += 1;
                return Ok(pool);
            }
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(Fault::Internal(format!("commit: {other}"))),
        }
    }
    Err(Fault::Stale)
}

/// Reads the providers that the users of a portion are linked to.
async fn providers(
    store: &Store,
    pool: &Pool,
    portion: &[Given],
) -> Result<BTreeMap<String, Arc<Provider>>> {
    let mut found = BTreeMap::new();
    for given in portion {
        let Entry::User(user) = &given.entry else {
            continue;
        };
        for link in &user.links {
            let name = &link.provider;
            let known = found.contains_key(name) || found.len() >= MOST_ROWS;
            if known || names::has_unseen(name) {
                continue;
            }
            if let Some(row) = identity_providers::get(store, &pool.id, name).await? {
                let provider = Provider::open(pool, row)?;
                found.insert(name.clone(), Arc::new(provider));
            }
        }
    }
    Ok(found)
}

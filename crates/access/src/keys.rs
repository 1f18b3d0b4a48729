//! Access keys: the root key, the keys in the database, and a one-second lease on rows that were read.
//!
//! A key that was disabled or deleted on any node is refused here within [`LEASE`], because an entry older than that
//! is read again before it counts. When the database cannot be read the request fails; an old entry is never used
//! instead.

mod archived;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cognate_crypto::hash::{hmac_sha256, sigv4_key};
use cognate_crypto::random;
use cognate_crypto::seal::{Context, RootKey, SealError};
use cognate_crypto::secret::{Secret, SecretBytes, SecretString};
use cognate_domain::App;
use cognate_store::tables::access_keys::{self as table, AccessKey, State};
use cognate_store::tables::sealing::{self, Kind};
use cognate_store::{Batch, CommitError, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::policy::{Policy, PolicyError};

pub use archived::{open_secret, seal_secret};

/// The time for which an entry counts without being read again, in microseconds.
pub const LEASE: i64 = 1_000_000;

/// The most entries that are cached; further keys are read from the database each time.
const CACHED: usize = 4096;

/// The rights of a key.
#[derive(Debug)]
pub enum Grant {
    /// Everything.
    Root,
    /// Those that the policy allows.
    Policy(Policy),
}

/// An enabled key, which verifies signatures.
pub struct Key {
    /// The ARN in AccessDenied texts.
    pub arn: String,
    /// Its rights.
    pub grant: Grant,
    secret: SecretString,
    /// The version of the row that it was read from.
    ver: i64,
    /// The signing key of the last scope, since deriving one costs four HMACs.
    derived: Mutex<Option<Derived>>,
}

/// A signing key and the scope that it is for.
struct Derived {
    day: String,
    region: String,
    service: String,
    key: Arc<Secret<[u8; 32]>>,
}

impl Key {
    /// Creates a key with a secret, read from version `ver` of its row; 0 for a key that is in no row.
    pub fn new(arn: String, grant: Grant, secret: SecretString, ver: i64) -> Self {
        Self {
            arn,
            grant,
            secret,
            ver,
            derived: Mutex::new(None),
        }
    }

    /// Signs `to_sign` for a scope.
    pub fn sign(&self, day: &str, region: &str, service: &str, to_sign: &[u8]) -> [u8; 32] {
        hmac_sha256(self.signing_key(day, region, service).expose(), to_sign)
    }

    fn signing_key(&self, day: &str, region: &str, service: &str) -> Arc<Secret<[u8; 32]>> {
        let mut slot = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(derived) = slot.as_ref()
            && derived.day == day
            && derived.region == region
            && derived.service == service
        {
            return derived.key.clone();
        }
        let key = Arc::new(sigv4_key(self.secret.expose(), day, region, service));
        *slot = Some(Derived {
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            key: key.clone(),
        });
        key
    }
}

/// The unencrypted part of a stored key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc {
    name: String,
    #[serde(default, skip_serializing_if = "is_false")]
    root: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The result of looking up an access key id.
pub enum Lookup {
    /// There is no such key.
    Unknown,
    /// The key exists, and its signatures do not count.
    Disabled,
    /// The key.
    Enabled(Arc<Key>),
}

/// The access keys as this node knows them.
pub struct AccessKeys {
    account: String,
    /// The key of the settings, or `test` in `dev`.
    fixed: Option<(String, Arc<Key>)>,
    leases: Mutex<HashMap<String, (i64, Arc<Key>)>>,
}

impl AccessKeys {
    /// Takes a root key that is not in the database: its id and its secret.
    pub fn new(account: &str, fixed: Option<(String, SecretString)>) -> Self {
        let fixed = fixed.map(|(id, secret)| {
            (
                id,
                Arc::new(Key::new(root_arn(account), Grant::Root, secret, 0)),
            )
        });
        Self {
            account: account.to_owned(),
            fixed,
            leases: Mutex::default(),
        }
    }

    /// Returns the id of the root key that is not in the database.
    pub fn fixed_id(&self) -> Option<&str> {
        self.fixed.as_ref().map(|(id, _)| id.as_str())
    }

    /// Looks up an id; the result is at most [`LEASE`] old.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&self, app: &App, id: &str) -> Result<Lookup, StoreError> {
        if let Some((fixed, key)) = &self.fixed
            && fixed == id
        {
            return Ok(Lookup::Enabled(key.clone()));
        }
        if !is_id(id) {
            return Ok(Lookup::Unknown);
        }
        // The lease runs from before the read: no entry is used for longer than LEASE after its row has changed.
        let wall = app.clock.wall();
        let cached = self
            .leases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned();
        if let Some((until, key)) = &cached
            && wall < *until
            && *until <= wall + LEASE
        {
            return Ok(Lookup::Enabled(key.clone()));
        }
        // On the heap: a key is read once in a while, and every signed request would have to move the state.
        let found = match (Box::pin(table::get(&app.store, id)).await?, cached) {
            (None, _) => Lookup::Unknown,
            (Some(row), _) if row.state == State::Disabled => Lookup::Disabled,
            (Some(row), cached) => open(&self.account, &app.root, row, cached.map(|(_, key)| key)),
        };
        let mut leases = self.leases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Lookup::Enabled(key) = &found {
            if leases.len() >= CACHED && !leases.contains_key(id) {
                leases.clear();
            }
            leases.insert(id.to_owned(), (wall + LEASE, key.clone()));
        } else {
            leases.remove(id);
        }
        Ok(found)
    }

    /// Forgets all entries, so that a change made on this node counts at once.
    pub fn forget(&self) {
        self.leases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// True if a text has the form of an id that this server makes or accepts; saves a read for all others.
fn is_id(text: &str) -> bool {
    (4..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn root_arn(account: &str) -> String {
    format!("arn:aws:iam::{account}:root")
}

fn context(id: &str) -> Context<'_> {
    Context {
        table: "access_keys",
        column: "sealed",
        pool: "",
        row: id,
    }
}

/// Encodes the unencrypted columns of a row, in the form in which they are sealed together with the secret.
fn bound(doc: &str, state: State) -> Vec<u8> {
    let flag = match state {
        State::Enabled => 1,
        State::Disabled => 0,
    };
    [&[flag], doc.as_bytes()].concat()
}

/// Opens a row; one that cannot be opened or parsed grants nothing. Its secret opens only with the policy and the state
/// that it was sealed with, so that these cannot be changed without the sealing key. `cached` is the key of an earlier
/// read.
fn open(account: &str, root: &RootKey, row: AccessKey, cached: Option<Arc<Key>>) -> Lookup {
    let bound = bound(&row.doc, row.state);
    let Ok(secret) = root.open_bound(&context(&row.key_id), &bound, &row.sealed) else {
        tracing::error!(
            key = row.key_id,
            "this row of access_keys was not written by this program: the key grants nothing"
        );
        return Lookup::Disabled;
    };
    if let Some(key) = cached.filter(|key| key.ver == row.ver) {
        return Lookup::Enabled(key);
    }
    unseal(account, row, secret).map_or(Lookup::Disabled, |key| Lookup::Enabled(Arc::new(key)))
}

fn unseal(account: &str, row: AccessKey, secret: SecretBytes) -> Option<Key> {
    let doc: Doc = serde_json::from_str(&row.doc).ok()?;
    let grant = match (&doc.policy, doc.root) {
        (None, true) => Grant::Root,
        (Some(policy), false) => Grant::Policy(Policy::parse(policy).ok()?),
        _ => return None,
    };
    let arn = if doc.root {
        root_arn(account)
    } else {
        format!("arn:aws:iam::{account}:user/{}", doc.name)
    };
    Some(Key::new(arn, grant, secret.into_text()?, row.ver))
}

/// Seals the secret of an access key again with another sealing key; None if that was done already.
///
/// # Errors
/// A row that neither of the two keys opens.
pub fn reseal(
    old: &RootKey,
    new: &RootKey,
    row: &sealing::Sealed,
) -> Result<Option<Vec<u8>>, SealError> {
    let (context, bound) = (context(&row.id), bound(&row.doc, state(row.enabled)));
    match new.open_bound(&context, &bound, &row.bytes) {
        Ok(_) => Ok(None),
        Err(_) => RootKey::reseal(old, new, &context, &bound, &row.bytes).map(Some),
    }
}

/// Seals the secrets of older programs' rows, which were sealed alone, together with the policy and the state of their
/// rows; returns how many. For the start that signs old rows.
///
/// # Errors
/// The store's.
pub async fn bind_old(store: &Store, root: &RootKey) -> Result<usize, CommitError> {
    let (mut after, mut changed) = (String::new(), 0);
    loop {
        let rows = sealing::page(store, Kind::AccessKeys, &after).await?;
        let Some(last) = rows.last() else {
            return Ok(changed);
        };
        after.clone_from(&last.id);
        for row in rows {
            let Ok(secret) = root.open(&context(&row.id), &row.bytes) else {
                continue;
            };
            let bound = bound(&row.doc, state(row.enabled));
            let sealed = root.seal_bound(&context(&row.id), &bound, secret.expose());
            let batch = sealing::replace(Batch::new(), Kind::AccessKeys, &row, sealed);
            match store.commit(batch).await {
                // Another node that starts now was faster.
                Ok(_) | Err(CommitError::Conflict(_)) => changed += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

fn state(enabled: bool) -> State {
    if enabled {
        State::Enabled
    } else {
        State::Disabled
    }
}

/// A new key; its secret is displayed only once.
#[derive(Serialize, Deserialize)]
pub struct NewKey {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

/// A line of `access-keys list`.
#[derive(Serialize, Deserialize)]
pub struct KeySummary {
    /// The access key id.
    pub id: String,
    /// The name given at creation.
    pub name: String,
    /// True if its signatures count.
    pub enabled: bool,
    /// The time of its creation, in microseconds since the epoch.
    pub created: i64,
}

/// The reason why a change of keys failed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The policy was refused.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The name cannot be part of an ARN.
    #[error("a key's name has 1 to 64 letters, digits and any of +=,.@_-")]
    Name,
    /// No such key.
    #[error("there is no access key {0}")]
    Unknown(String),
    /// The row is not this program's.
    #[error("access key {0} was changed by another program and grants nothing; delete it")]
    Foreign(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Store(String),
    /// The database failed; the text alone says how.
    #[error("{0}")]
    Database(String),
}

/// Makes a new key and the batch that stores it. Without a policy it is a root key. `now` in microseconds.
///
/// # Errors
/// A bad name or policy.
pub fn create(
    root: &RootKey,
    name: &str,
    policy: Option<&str>,
    now: i64,
) -> Result<(NewKey, Batch), KeyError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(KeyError::Name);
    }
    if let Some(policy) = policy {
        Policy::parse(policy)?;
    }
    let id = format!(
        "AKIA{}",
        random::alphanumeric(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    );
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let secret = random::alphanumeric(40, alphabet);
    let doc = Doc {
        name: name.into(),
        root: policy.is_none(),
        policy: policy.map(str::to_owned),
    };
    let doc = serde_json::to_string(&doc).map_err(|e| KeyError::Store(e.to_string()))?;
    let bound = bound(&doc, State::Enabled);
    let sealed = root.seal_bound(&context(&id), &bound, secret.as_bytes());
    let key = AccessKey {
        key_id: id.clone(),
        doc,
        sealed,
        state: State::Enabled,
        created: now,
        ver: 1,
    };
    Ok((NewKey { id, secret }, table::insert(Batch::new(), &key)))
}

/// Lists all stored keys in the order of their ids.
///
/// # Errors
/// The store's.
pub async fn list(store: &Store) -> Result<Vec<KeySummary>, KeyError> {
    let name = |doc: &str| serde_json::from_str::<Doc>(doc).map_or_else(|_| "?".into(), |d| d.name);
    let mut all: Vec<KeySummary> = Vec::new();
    loop {
        let after = all.last().map_or("", |l| l.id.as_str());
        let page = table::list(store, after, PAGE)
            .await
            .map_err(|e| KeyError::Store(e.to_string()))?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page.into_iter().map(|key| KeySummary {
            name: name(&key.doc),
            id: key.key_id,
            enabled: key.state == State::Enabled,
            created: key.created,
        }));
    }
}

/// The keys of one read.
const PAGE: u32 = 100;

/// A change of a stored key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Lets its signatures count again.
    Enable,
    /// Refuses its signatures.
    Disable,
    /// Deletes it.
    Delete,
}

/// Changes a stored key.
///
/// # Errors
/// An unknown key, a row of another program, the store's.
pub async fn change(
    store: &Store,
    root: &RootKey,
    id: &str,
    change: Change,
) -> Result<(), KeyError> {
    change_with(Batch::new(), store, root, id, change).await
}

/// Changes a stored key in one batch with the statements of `batch`.
///
/// # Errors
/// See [`change`].
pub async fn change_with(
    batch: Batch,
    store: &Store,
    root: &RootKey,
    id: &str,
    change: Change,
) -> Result<(), KeyError> {
    let failed = |error: &dyn std::fmt::Display| KeyError::Store(error.to_string());
    let state = match change {
        Change::Enable => State::Enabled,
        Change::Disable => State::Disabled,
        Change::Delete => {
            return match store.commit(table::delete(batch, id)).await {
                Ok(_) => Ok(()),
                Err(CommitError::Conflict(_)) => Err(KeyError::Unknown(id.into())),
                Err(other) => Err(failed(&other)),
            };
        }
    };
    for _ in 0..5 {
        let row = table::get(store, id).await.map_err(|e| failed(&e))?;
        let row = row.ok_or_else(|| KeyError::Unknown(id.into()))?;
        let opened = root.open_bound(&context(id), &bound(&row.doc, row.state), &row.sealed);
        let secret = opened.map_err(|_| KeyError::Foreign(id.into()))?;
        let sealed = root.seal_bound(&context(id), &bound(&row.doc, state), secret.expose());
        let change = table::set_state(batch.clone(), id, row.ver, state, sealed);
        match store.commit(change).await {
            Ok(_) => return Ok(()),
            // The key was changed in between.
            Err(CommitError::Conflict(_)) => {}
            Err(other) => return Err(failed(&other)),
        }
    }
    Err(KeyError::Store(
        "the key changes too often; try again".into(),
    ))
}

//! The pool of another server in front of which a pool stands, as the rest of the domain sees it (moving.md 4).

use std::collections::BTreeMap;

use cognate_crypto::hash;
use cognate_crypto::seal::Context;
use cognate_crypto::secret::SecretString;
use cognate_store::tables::upstream_users::{self, UpstreamUserRow};
use cognate_store::tables::upstreams::{self as table, UpstreamRow};
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::user::User;

pub use cognate_store::tables::upstreams::STALE;

/// How a password is proven at the other server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// By SRP: the password does not leave this server.
    #[default]
    Srp,
    /// USER_PASSWORD_AUTH.
    Password,
}

/// The settings that are no secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpstreamDoc {
    /// Where its API answers, without a slash at the end.
    pub endpoint: String,
    /// `iss` of its tokens. Its keys are below that.
    pub issuer: String,
    /// Its region, for signatures.
    pub region: String,
    /// Our client's id to that of the client there.
    pub clients: BTreeMap<String, String>,
    /// How passwords are proven.
    #[serde(default)]
    pub flow: Flow,
    /// Groups that its word may put users into; `*` for all without an IAM role.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The id of an access key there.
    #[serde(default)]
    pub access_key: Option<String>,
    /// Sign-ins that a node asks about in a second.
    pub budget: u32,
}

/// Secrets by what they belong to: a client there, or the access key.
pub type Secrets = BTreeMap<String, SecretString>;

/// The upstream of a pool.
pub struct Upstream {
    /// The id of the pool there.
    pub user_pool: String,
    /// Its settings.
    pub doc: UpstreamDoc,
    /// The secrets of the clients there that have one, by id, and that of the access key.
    pub secrets: Secrets,
    /// Microseconds.
    pub created: i64,
    /// Microseconds.
    pub modified: i64,
    /// Grows with every change.
    pub ver: i64,
}

impl Upstream {
    /// Reads the upstream of a pool; None without one.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed, does not open or does not parse.
    pub async fn find(store: &Store, pool: &Pool) -> Result<Option<Self>> {
        let row = table::get(store, &pool.id).await?;
        row.map(|row| Self::open(pool, row)).transpose()
    }

    fn open(pool: &Pool, row: UpstreamRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let plain = pool.key.open(&context(pool, &row.user_pool), &row.sealed)?;
        let stored: BTreeMap<String, String> = serde_json::from_slice(plain.expose())?;
        let secrets = stored.into_iter();
        Ok(Self {
            doc: serde_json::from_str(&row.doc)?,
            secrets: secrets
                .map(|(of, secret)| (of, SecretString::new(secret)))
                .collect(),
            user_pool: row.user_pool,
            created: row.created,
            modified: row.modified,
            ver: row.ver,
        })
    }

    /// Adds to a batch that this is the pool's upstream.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn replace(&self, batch: Batch, pool: &Pool) -> Result<Batch> {
        let secrets: BTreeMap<&str, &str> = self
            .secrets
            .iter()
            .map(|(of, secret)| (of.as_str(), secret.expose().as_str()))
            .collect();
        let plain = SecretString::new(serde_json::to_string(&secrets)?);
        let sealed = pool
            .key
            .seal(&context(pool, &self.user_pool), plain.expose().as_bytes());
        let mut row = UpstreamRow {
            user_pool: self.user_pool.clone(),
            doc: serde_json::to_string(&self.doc)?,
            sealed,
            created: self.created,
            modified: self.modified,
            ver: self.ver,
            mac: None,
        };
        row.mac = Some(pool.sign(&row.signed()));
        Ok(table::replace(batch, &pool.id, &row))
    }

    /// Requires in a batch that the upstream is as it was read; [`STALE`].
    pub fn require(&self, batch: Batch, pool: &Pool) -> Batch {
        let read = (self.user_pool.as_str(), self.ver, self.created);
        table::require(batch, &pool.id, read)
    }

    /// Returns the client there that one of ours stands for.
    pub fn client<'a>(&'a self, ours: &str) -> Option<Theirs<'a>> {
        let id = self.doc.clients.get(ours)?;
        Some(Theirs {
            id,
            secret: self.secrets.get(id),
        })
    }

    /// True if SRP can be relayed: clients compute with the part of the pool's id behind the underscore, which must be the
    /// same here and there.
    #[must_use]
    pub fn relays_srp(&self, pool: &Pool) -> bool {
        let theirs = self.user_pool.split_once('_');
        theirs.is_some_and(|(_, suffix)| suffix == pool.suffix())
    }
}

/// A client there.
#[derive(Clone, Copy)]
pub struct Theirs<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its secret, if it has one.
    pub secret: Option<&'a SecretString>,
}

fn context<'a>(pool: &'a Pool, user_pool: &'a str) -> Context<'a> {
    Context {
        table: "upstreams",
        column: "sealed",
        pool: &pool.id,
        row: user_pool,
    }
}

/// Where the password of a user is who signed in here and whom the upstream knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There alone.
    Active,
    /// Here: the upstream is asked no more.
    Moved {
        /// Since when, in microseconds.
        at: i64,
        /// [`mark`] of the credential that came over.
        mark: Option<Vec<u8>>,
    },
}

/// Returns a text that differs between the sealed credentials of a user.
#[must_use]
pub fn mark(credential: Option<&[u8]>) -> Option<Vec<u8>> {
    credential.map(|sealed| hash::sha256_of(&[b"upstream", sealed]).to_vec())
}

/// Returns where the password of a user is; None for one who never came from an upstream.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn standing(store: &Store, pool: &Pool, user_id: &str) -> Result<Option<Standing>> {
    let Some(row) = upstream_users::get(store, &pool.id, user_id).await? else {
        return Ok(None);
    };
    pool.check(&row.signed(user_id), row.mac.as_deref())?;
    Ok(Some(match row.state {
        upstream_users::ACTIVE => Standing::Active,
        _ => Standing::Moved {
            at: row.last,
            mark: row.mark,
        },
    }))
}

/// Adds to a batch that saves a user where the password is: here if the user has a credential now. `now`: microseconds.
pub fn stand(batch: Batch, pool: &Pool, user: &User, now: i64) -> Batch {
    let mark = mark(user.credential.as_deref());
    let mut row = UpstreamUserRow {
        state: match mark {
            Some(_) => upstream_users::MOVED,
            None => upstream_users::ACTIVE,
        },
        mark,
        first: now,
        last: now,
        mac: None,
    };
    row.mac = Some(pool.sign(&row.signed(&user.id)));
    upstream_users::put(batch, &pool.id, &user.id, &row)
}

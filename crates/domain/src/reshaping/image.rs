//! A user as it was before a decision changed it, and as it was after, kept sealed while the change can be undone.

use cognate_crypto::seal::Context;
use cognate_store::Batch;
use cognate_store::tables::pool_changes as table;
use serde::{Deserialize, Serialize};

use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::{User, UserDoc};
use cognate_shapes::UserStatusType;

/// What of a user a decision may change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    username: String,
    status: String,
    enabled: bool,
    doc: UserDoc,
    credential: Option<String>,
    modified: i64,
}

impl Look {
    fn of(user: &User) -> Self {
        Self {
            username: user.username.clone(),
            status: user.status.as_str().to_owned(),
            enabled: user.enabled,
            doc: user.doc.clone(),
            credential: user.credential.as_deref().map(hex::encode),
            modified: user.modified,
        }
    }
}

/// A kept user.
#[derive(Clone, Serialize, Deserialize)]
pub struct Image {
    before: Look,
    after: Look,
    /// The groups that the user came into.
    pub joined: Vec<String>,
    /// The user to whom the belongings went: this one goes at the end.
    pub merged_into: Option<String>,
}

impl Image {
    /// Returns the image of a change.
    #[must_use]
    pub fn new(before: &User, after: &User) -> Self {
        Self {
            before: Look::of(before),
            after: Look::of(after),
            joined: Vec::new(),
            merged_into: None,
        }
    }

    /// Returns this image with a later change of the same user.
    #[must_use]
    pub fn then(self, after: &User) -> Self {
        Self {
            after: Look::of(after),
            ..self
        }
    }

    /// Keeps the image.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn keep(&self, batch: Batch, pool: &Pool, user_id: &str) -> Result<Batch> {
        let text = serde_json::to_vec(self)?;
        let sealed = pool.key.seal(&context(pool, user_id), &text);
        Ok(table::keep(batch, &pool.id, user_id, sealed))
    }

    /// Opens a kept image.
    ///
    /// # Errors
    /// An internal fault for one that this program did not write.
    pub fn open(pool: &Pool, user_id: &str, sealed: &[u8]) -> Result<Self> {
        let plain = pool.key.open(&context(pool, user_id), sealed)?;
        Ok(serde_json::from_slice(plain.expose())?)
    }

    /// Returns the user with what the change did taken back. What was changed since stays.
    ///
    /// # Errors
    /// An internal fault for a status that there is not.
    pub fn take_back(&self, now: &User) -> Result<User> {
        let (before, after) = (&self.before, &self.after);
        let mut user = now.clone();
        if Look::of(now) == *after {
            user.modified = before.modified;
        }
        if now.username == after.username {
            user.username.clone_from(&before.username);
        }
        if now.status.as_str() == after.status {
            user.status = UserStatusType::parse(&before.status)
                .ok_or_else(|| Fault::Internal(format!("status {}", before.status)))?;
        }
        if now.enabled == after.enabled {
            user.enabled = before.enabled;
        }
        if now.credential.as_deref().map(hex::encode) == after.credential {
            let bytes = before.credential.as_deref().map(hex::decode).transpose();
            user.credential = bytes.map_err(|error| Fault::Internal(error.to_string()))?;
            user.doc.history.clone_from(&before.doc.history);
            user.doc.temporary_until = before.doc.temporary_until;
        }
        let names = before
            .doc
            .attributes
            .keys()
            .chain(after.doc.attributes.keys());
        for name in names {
            let is = now.doc.attributes.get(name);
            let (was, made) = (
                before.doc.attributes.get(name),
                after.doc.attributes.get(name),
            );
            if was == made || is != made {
                continue;
            }
            match was {
                Some(value) => user.doc.attributes.insert(name.clone(), value.clone()),
                None => user.doc.attributes.remove(name),
            };
        }
        for (name, value) in &before.doc.pending {
            if !after.doc.pending.contains_key(name) {
                user.doc
                    .pending
                    .entry(name.clone())
                    .or_insert_with(|| value.clone());
            }
        }
        Ok(user)
    }
}

fn context<'a>(pool: &'a Pool, user_id: &'a str) -> Context<'a> {
    Context {
        table: "pool_change_users",
        column: "sealed",
        pool: &pool.id,
        row: user_id,
    }
}

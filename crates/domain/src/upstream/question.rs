//! A challenge of the other server while it waits for the user's answer. Its Session may be as long as a Session of ours may
//! be, so that it stays here, sealed, and the user gets one of ours that names the row.

use cognate_crypto::seal::Context;
use cognate_crypto::secret::{SecretBytes, SecretString};
use cognate_store::Batch;
use cognate_store::tables::custom_auth::{self as table, CustomAuthRow};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::records::pool::Pool;

/// What is kept. It is sealed, and its `Debug` is not derived.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Session of the other server.
    pub session: Option<String>,
    /// The user name there.
    pub username: String,
    /// The name that was typed.
    pub typed: String,
    /// The credential of the password that was proven, in hexadecimal, and the name for which it is.
    pub credential: Option<(String, String)>,
}

impl Kept {
    /// Adds the row to a batch. `subject`: the user, or the pseudonym of an unknown name.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn insert(
        &self,
        batch: Batch,
        pool: &Pool,
        subject: &str,
        row: &str,
        expires: i64,
    ) -> Result<Batch> {
        let plain = SecretString::new(serde_json::to_string(self)?);
        let sealed = pool
            .key
            .seal(&context(pool, row), plain.expose().as_bytes());
        Ok(table::insert(
            batch, &pool.id, subject, row, sealed, expires,
        ))
    }

    /// Reads a row.
    ///
    /// # Errors
    /// `Invalid session for the user.` if it is over; an internal fault for a row that does not open.
    pub async fn find(cx: &Cx<'_>, pool: &Pool, subject: &str, row: &str) -> Result<Self> {
        let live = table::live(&pool.id, subject, row, cx.now());
        let mut found = cx.store.first(live).await?;
        let found = found.as_mut().ok_or_else(auth::session_invalid)?;
        let found = CustomAuthRow::read(found)?;
        let plain = pool.key.open(&context(pool, row), &found.sealed)?;
        Ok(serde_json::from_slice(plain.expose())?)
    }

    /// Returns the credential and its name.
    pub fn credential(&self) -> Option<(&str, SecretBytes)> {
        let (name, bytes) = self.credential.as_ref()?;
        Some((name, SecretBytes::new(hex::decode(bytes).ok()?)))
    }
}

fn context<'a>(pool: &'a Pool, row: &'a str) -> Context<'a> {
    Context {
        table: "custom_auth",
        column: "sealed",
        pool: &pool.id,
        row,
    }
}

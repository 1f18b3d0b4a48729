//! Secrets that are published in a store of secrets, where applications read them (agents.md 6).
//!
//! A client with [`ManagedSecret`] has a job (`jobs/client_secrets.rs`) that brings the store to what the client's row says:
//! it publishes the newest secret, replaces it every seven days, and deletes the store's secret when the client is gone or
//! keeps its own again. Here is what requests decide.

use cognate_crypto::hash;
use cognate_crypto::secret::SecretString;
use cognate_store::Batch;
use cognate_store::tables::jobs;
use serde_json::json;

use crate::app::App;
use crate::app::secret_store::SecretKeeper;
use crate::clock::MINUTE;
use crate::cx::Cx;
use crate::errors::{Result, clients as refusals};
use crate::ids;
use crate::records::client::{Client, ManagedSecret};
use crate::records::pool::Pool;
use crate::resources::clients::secrets;

/// The kind of the jobs. The key of one is pool and client, neither of which holds a slash.
pub const JOB: &str = "client_secret";
/// The end of names in this server's own ARNs has as many characters as that of the store.
const SUFFIX: usize = 6;
/// A node that works on a job holds it for less (`jobs/runner.rs`).
const LEASE: i64 = MINUTE;

/// What an update changes.
pub enum Change {
    /// Nothing.
    None,
    /// The secrets are published from now on.
    Begin(ManagedSecret),
    /// They are not any more.
    End,
}

/// Returns the name of a client's secret in the store.
#[must_use]
pub fn name(pool_id: &str, client_id: &str) -> String {
    format!("cognito/{pool_id}/{client_id}")
}

/// Returns pool and client of a name.
#[must_use]
pub fn owner(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("cognito/")?.split_once('/')
}

/// Returns the ARN of a secret as far as it is known before the store says it: without the end of six characters that the
/// store makes up, by which a secret is found as well. This server's own has such an end.
fn arn(app: &App, keeper: SecretKeeper<'_>, pool: &Pool, client_id: &str) -> String {
    let name = name(&pool.id, client_id);
    let account = &app.settings.account;
    match keeper {
        SecretKeeper::Store(store) => {
            let region = store.region();
            format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}")
        }
        SecretKeeper::Own | SecretKeeper::Nobody => {
            let region = &pool.region;
            let suffix = suffix(&name);
            format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-{suffix}")
        }
    }
}

/// Returns the end of this server's own ARN of a name.
fn suffix(name: &str) -> String {
    let digest = hash::sha256_hex(name.as_bytes());
    digest.chars().take(SUFFIX).collect()
}

/// Returns what a new client says of its secret. `generated`: whether the secret is made here.
///
/// # Errors
/// InvalidParameterException for a client without a generated secret; OperationNotEnabledException on a server without a
/// store.
pub fn of_new_client(
    cx: &Cx<'_>,
    pool: &Pool,
    client_id: &str,
    sent: Option<bool>,
    generated: bool,
) -> Result<Option<ManagedSecret>> {
    match sent {
        None | Some(false) => Ok(None),
        Some(true) if !generated => Err(refusals::nothing_to_publish().into()),
        Some(true) => Ok(Some(begin(cx, pool, client_id)?)),
    }
}

/// Returns what an update changes: what is left out stays as it is, and so does what is said again.
///
/// # Errors
/// As [`of_new_client`]; a secret that the client's owner made counts as well, for nothing tells them apart.
pub fn of_update(cx: &Cx<'_>, pool: &Pool, before: &Client, sent: Option<bool>) -> Result<Change> {
    match (sent, &before.doc.managed_secret) {
        (None, _) | (Some(true), Some(_)) | (Some(false), None) => Ok(Change::None),
        (Some(false), Some(_)) => Ok(Change::End),
        // What such a client has, it was told when it registered.
        (Some(true), None) if before.is_registered() => {
            Err(refusals::secrets_of_dynamic_client().into())
        }
        (Some(true), None) if before.secrets.is_empty() => {
            Err(refusals::nothing_to_publish().into())
        }
        (Some(true), None) => Ok(Change::Begin(begin(cx, pool, &before.id)?)),
    }
}

fn begin(cx: &Cx<'_>, pool: &Pool, client_id: &str) -> Result<ManagedSecret> {
    match cx.secret_keeper() {
        SecretKeeper::Nobody => Err(refusals::no_secret_store().into()),
        keeper => Ok(ManagedSecret {
            arn: arn(cx, keeper, pool, client_id),
        }),
    }
}

/// Refuses the operations on single secrets for a client whose secrets are published.
///
/// # Errors
/// InvalidParameterException.
pub fn refuse(client: &Client) -> Result<()> {
    match client.doc.managed_secret {
        Some(_) => Err(refusals::managed_secrets().into()),
        None => Ok(()),
    }
}

/// Returns the secrets after a rotation: the newest of those that were there, and a new one. What an application has read
/// from the store stays good until the next rotation.
pub fn rotated(client: &Client, now: i64) -> Vec<(String, SecretString, i64)> {
    let newest = client.secrets.last();
    let kept = newest.map(|(id, value, created)| (id.clone(), value.duplicate(), *created));
    let made = (secrets::new_id(client, now), ids::client_secret(), now);
    kept.into_iter().chain([made]).collect()
}

/// Returns the text that an application reads.
pub fn text(pool_id: &str, client_id: &str, value: &SecretString) -> SecretString {
    let text = json!({
        "userPoolId": pool_id, "userPoolClientId": client_id, "clientSecretValue": value.expose(),
    });
    SecretString::new(text.to_string())
}

/// Adds the job of a client, or has it run soon.
pub fn plan(batch: Batch, pool_id: &str, client_id: &str, now: i64) -> Batch {
    let key = key(pool_id, client_id);
    let batch = jobs::add(batch, JOB, &key, "");
    jobs::wake(batch, JOB, &key, now.saturating_add(LEASE))
}

/// Has the jobs of all clients of a pool run soon.
pub fn plan_all(batch: Batch, pool_id: &str, now: i64) -> Batch {
    jobs::wake_all(batch, JOB, &key(pool_id, ""), now.saturating_add(LEASE))
}

/// Returns the key of a client's job.
#[must_use]
pub fn key(pool_id: &str, client_id: &str) -> String {
    format!("{pool_id}/{client_id}")
}

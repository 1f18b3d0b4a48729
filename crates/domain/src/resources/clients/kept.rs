//! The published secrets that `dev` keeps itself: what the store would tell of them (Secrets Manager's GetSecretValue and
//! DescribeSecret).

use cognate_crypto::hash;
use cognate_crypto::random;
use cognate_crypto::secret::SecretString;

use crate::cx::Cx;
use crate::errors::{ErrorCode, Fault, Result};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::clients::{self, managed};

/// A version of a secret.
pub struct Version {
    /// Its id.
    pub id: String,
    /// `AWSCURRENT` or `AWSPREVIOUS`.
    pub stage: &'static str,
    /// The text that an application reads.
    pub text: SecretString,
    /// Microseconds.
    pub created: i64,
}

/// A secret.
pub struct Kept {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The pool of the client.
    pub pool_id: String,
    /// The client.
    pub client_id: String,
    /// The newest first; at least one.
    pub versions: Vec<Version>,
}

/// Returns pool and client that a request names, whether they are there or not; None for what names no secret of a client.
#[must_use]
pub fn named(secret_id: &str) -> Option<(&str, &str)> {
    let by_arn = secret_id
        .strip_prefix("arn:")
        .map(|rest| rest.rsplit_once(":secret:").map_or("", |(_, name)| name));
    let (pool_id, rest) = managed::owner(by_arn.unwrap_or(secret_id))?;
    let client_id = rest.split_once('-').map_or(rest, |(id, _)| id);
    Some((pool_id, client_id))
}

/// Returns the secret that a request names: by its name, its ARN, or its ARN without the end that the store makes up. None for
/// one that is not there, or not in the region that the caller's signature names.
///
/// # Errors
/// Faults.
pub async fn find(cx: &Cx<'_>, secret_id: &str) -> Result<Option<Kept>> {
    let Some((pool_id, client_id)) = named(secret_id) else {
        return Ok(None);
    };
    let Some(pool) = cx.cached_pool(pool_id).await? else {
        return Ok(None);
    };
    if cx.caller.region() != Some(&pool.region) {
        return Ok(None);
    }
    let client = match clients::fresh(cx, &pool, client_id).await {
        Err(Fault::Api(error)) if error.code == ErrorCode::ResourceNotFound => return Ok(None),
        other => other?,
    };
    Ok(kept(&pool, &client).filter(|kept| kept.answers_to(secret_id)))
}

fn kept(pool: &Pool, client: &Client) -> Option<Kept> {
    let arn = client.doc.managed_secret.as_ref()?.arn.clone();
    let stages = ["AWSCURRENT", "AWSPREVIOUS"];
    let newest_first = client.secrets.iter().rev().zip(stages);
    let versions: Vec<_> = newest_first
        .map(|((id, value, created), stage)| Version {
            id: version_id(id),
            stage,
            text: managed::text(&pool.id, &client.id, value),
            created: *created,
        })
        .collect();
    (!versions.is_empty()).then(|| Kept {
        arn,
        name: managed::name(&pool.id, &client.id),
        pool_id: pool.id.clone(),
        client_id: client.id.clone(),
        versions,
    })
}

/// The id of a version has the form of a UUID.
fn version_id(secret_id: &str) -> String {
    let digest = hash::sha256(secret_id.as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    random::uuid_of(bytes)
}

impl Kept {
    fn answers_to(&self, secret_id: &str) -> bool {
        let without_end = self.arn.rsplit_once('-').map(|(begin, _)| begin);
        secret_id == self.name || secret_id == self.arn || Some(secret_id) == without_end
    }

    /// Returns the version with an id and a stage; without either, the current one.
    #[must_use]
    pub fn version(&self, id: Option<&str>, stage: Option<&str>) -> Option<&Version> {
        let stage = match (id, stage) {
            (None, None) => Some("AWSCURRENT"),
            _ => stage,
        };
        let fits = |version: &&Version| {
            id.is_none_or(|id| id == version.id) && stage.is_none_or(|stage| stage == version.stage)
        };
        self.versions.iter().find(fits)
    }
}

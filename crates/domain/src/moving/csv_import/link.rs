//! PreSignedUrl: the link by which a file comes, in the form of those of Amazon S3 (moving.md 1.5).

use cognate_crypto::basic_time;
use cognate_crypto::secret::ct_eq;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::pool::Pool;

/// The path below which files come.
pub const PATH: &str = "/_import/";
/// The seconds for which a link is good.
const LIFETIME: i64 = 899;

/// Returns the link for a job of a pool, at the address by which the client has reached this server.
///
/// # Errors
/// PreconditionNotMetException on a server that does not know its address.
pub fn of(cx: &Cx<'_>, pool: &Pool, job_id: &str) -> Result<String> {
    let here = cx.client_info.base_url.as_ref();
    let base = here.or(cx.settings.public_url.as_ref());
    let base = base.ok_or_else(errors::imports::no_url)?;
    let date = basic_time::format(cx.now());
    let day = date.get(..8).unwrap_or_default();
    Ok(format!(
        "{base}{PATH}{pool_id}/{job_id}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=import%2F{day}%2F{region}%2Fs3%2F\
         aws4_request&X-Amz-Date={date}&X-Amz-Expires={LIFETIME}&X-Amz-SignedHeaders=host%3Bx-amz-server-side-encryption&\
         X-Amz-Signature={signature}",
        pool_id = pool.id,
        region = pool.region,
        signature = signature(pool, job_id, &date, LIFETIME),
    ))
}

fn signature(pool: &Pool, job_id: &str, date: &str, lifetime: i64) -> String {
    let signed = format!("{}/{job_id}?{date}&{lifetime}", pool.id);
    hex::encode(pool.key.mac("import upload", signed.as_bytes()))
}

/// What is to be said of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is good.
    Good,
    /// It was good until this moment, in microseconds.
    Expired(i64),
    /// Nobody here has made it.
    Foreign,
}

/// Judges the query of a link. `now` in microseconds.
#[must_use]
pub fn judge(pool: &Pool, job_id: &str, query: &str, now: i64) -> Standing {
    let member = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(key, _)| *key == name);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value)
    };
    let (Some(date), Some(given)) = (member("X-Amz-Date"), member("X-Amz-Signature")) else {
        return Standing::Foreign;
    };
    let lifetime = member("X-Amz-Expires").and_then(|text| text.parse::<i64>().ok());
    let (Some(made), Some(lifetime)) = (basic_time::parse(date), lifetime) else {
        return Standing::Foreign;
    };
    let right = signature(pool, job_id, date, lifetime);
    if !ct_eq(right.as_bytes(), given.as_bytes()) {
        return Standing::Foreign;
    }
    let ends = made.saturating_add(lifetime.saturating_mul(SECOND));
    if now >= ends {
        return Standing::Expired(ends);
    }
    Standing::Good
}

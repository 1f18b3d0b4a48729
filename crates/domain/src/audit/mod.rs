//! The audit trail: every change of configuration or user appends a row in the batch that makes the change. With
//! `audit_reads` every read by an IAM caller is in it too, before its answer leaves. The store signs each row as it commits
//! it; `chain` links rows so that none can be taken out, and `verify` walks them.

pub mod chain;
pub mod verify;

use cognate_crypto::random;
use cognate_shapes::Op;
use cognate_store::Batch;
use cognate_store::tables::audit;
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::cx::Cx;
use crate::errors::{ApiError, Fault, Result};
use crate::facts::action::{Action, Endpoint};
use crate::records::user::User;

/// The result of an operation or command that was done.
pub const DONE: &str = "ok";

/// The number of bytes that are kept of a caller's id.
const LONGEST_ID: usize = 128;

/// The contents of a row besides the time and the pool. Never holds a value that was set, nor anything that a caller
/// without a right signature made up at length.
#[derive(Debug, Default, Serialize)]
pub struct Entry<'a> {
    /// The operation of the API, or the name of a command.
    pub operation: &'a str,
    /// The access key id of the caller; None for operations that need none.
    pub caller: Option<&'a str>,
    /// The immutable id of the user that it is about.
    pub user: Option<&'a str>,
    /// The address of the caller; empty when the call did not come over the network.
    pub address: &'a str,
    /// [`DONE`], or the name of the exception.
    pub result: &'a str,
    /// The id in `x-amzn-requestid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<&'a str>,
    /// The object of a command, if it is neither a pool nor a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
    /// The users whom the row brings into being, where `user` does not name the one: those of a portion of an import. What
    /// is named here is gone again after a recovery to an earlier moment.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub born: &'a [String],
    /// The number of equal calls that the row represents, if there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The endpoint in the application's statistics that the request named (AnalyticsMetadata).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analytics: Option<&'a str>,
}

impl Entry<'_> {
    /// Appends the row to a batch. `pool_id` is empty for a row that is about no pool; `at` is the service's time in
    /// microseconds.
    pub fn append(&self, batch: Batch, pool_id: &str, at: i64) -> Batch {
        // A struct of texts and numbers always becomes JSON.
        let doc = serde_json::to_string(self).unwrap_or_else(|_| "{}".into());
        audit::insert(batch, pool_id, at, &random::uuid_v4(), &doc)
    }
}

/// Returns the entry of a command; `detail` names its object if that is neither a pool nor a user.
#[must_use]
pub fn command<'a>(name: &'a str, detail: Option<&'a str>) -> Entry<'a> {
    Entry {
        operation: name,
        caller: Some(COMMAND_LINE),
        result: DONE,
        detail,
        ..Entry::default()
    }
}

/// The caller of commands.
pub const COMMAND_LINE: &str = "command-line";

/// Appends to `batch` who did what to which pool and user, from where. Never holds a value that was set.
pub fn record(cx: &Cx<'_>, batch: Batch, pool_id: &str, user_id: Option<&str>) -> Batch {
    entry(cx, user_id, DONE).append(batch, pool_id, cx.now())
}

/// As [`record`], about something that a user did with what is neither a pool nor a user.
pub fn record_with(cx: &Cx<'_>, batch: Batch, pool_id: &str, user_id: &str, about: &str) -> Batch {
    let entry = Entry {
        detail: Some(about),
        ..entry(cx, Some(user_id), DONE)
    };
    entry.append(batch, pool_id, cx.now())
}

/// As [`record_with`], under another name than that of the action.
pub fn record_as(
    cx: &Cx<'_>,
    batch: Batch,
    pool_id: &str,
    (operation, user_id, about): (&str, &str, &str),
) -> Batch {
    let entry = Entry {
        operation,
        detail: Some(about),
        ..entry(cx, Some(user_id), DONE)
    };
    entry.append(batch, pool_id, cx.now())
}

/// As [`record`], about something that is neither a pool nor a user: an id of the server's own making.
pub fn record_about(cx: &Cx<'_>, batch: Batch, pool_id: &str, about: &str) -> Batch {
    let entry = Entry {
        detail: Some(about),
        ..entry(cx, None, DONE)
    };
    entry.append(batch, pool_id, cx.now())
}

fn entry<'a>(cx: &'a Cx<'_>, user: Option<&'a str>, result: &'a str) -> Entry<'a> {
    Entry {
        operation: cx.action.name(),
        // `dev` accepts any id as the root's, however long it is.
        caller: cx.caller.id().map(|id| id.get(..LONGEST_ID).unwrap_or(id)),
        user,
        address: &cx.client_info.ip,
        result,
        request_id: Some(&cx.request_id),
        analytics: Some(cx.analytics()).filter(|named| !named.is_empty()),
        ..Entry::default()
    }
}

/// True if the request is one that `audit_reads` records: it only reads, and an IAM caller makes it.
#[must_use]
pub fn is_recorded_read(cx: &Cx<'_>) -> bool {
    let reads = match cx.action {
        Action::Endpoint(endpoint) => endpoint == Endpoint::PublishedSecrets,
        action => action.op().is_some_and(only_reads),
    };
    cx.settings.audit_reads && cx.caller.id().is_some() && reads
}

/// True if an operation changes nothing, by the verb of its name.
fn only_reads(op: Op) -> bool {
    let name = op.name();
    let verb = name.strip_prefix("Admin").unwrap_or(name);
    ["Describe", "Get", "List"]
        .iter()
        .any(|reads| verb.starts_with(reads))
}

/// The pool and user that an action is about, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The id of the pool.
    pub pool_id: Option<String>,
    /// The name of the user.
    pub username: Option<String>,
}

impl About {
    /// Reads pool and user from the input of an operation.
    pub fn of_input(input: &Value) -> Self {
        let text = |name: &str| input.get(name).and_then(Value::as_str);
        let of_arn = |arn: &'_ str| Some(arn.rsplit_once(":userpool/")?.1.to_owned());
        Self {
            pool_id: text("UserPoolId")
                .map(str::to_owned)
                .or_else(|| text("ResourceArn").and_then(of_arn)),
            username: text("Username").map(str::to_owned),
        }
    }
}

/// Records a read and how it ended, refused or not, before the answer is sent. An answer whose row cannot be kept is
/// not sent.
///
/// # Errors
/// A fault when the database fails.
pub async fn record_read(
    cx: &Cx<'_>,
    about: &About,
    result: std::result::Result<(), &ApiError>,
) -> Result<()> {
    let pool_id = about.pool_id.as_deref().unwrap_or("");
    // The name itself may be an address, which would stay here after its user is gone.
    let user_id = match &about.username {
        Some(name) if !pool_id.is_empty() => user_id(cx, pool_id, name).await?,
        _ => None,
    };
    let result = result.map_or_else(|error| error.code.as_str(), |()| DONE);
    let entry = entry(cx, user_id.as_deref(), result);
    cx.store
        .commit(entry.append(Batch::new(), pool_id, cx.now()))
        .await
        .map_err(|error| Fault::Internal(format!("audit: {error}")))?;
    Ok(())
}

async fn user_id(cx: &Cx<'_>, pool_id: &str, name: &str) -> Result<Option<String>> {
    let Some(pool) = cx.cached_pool(pool_id).await? else {
        return Ok(None);
    };
    Ok(User::find(&cx.store, &pool, name)
        .await?
        .map(|user| user.id))
}

/// True if a request by a user changes nothing: then neither the user nor an audit row is written, so that a token is
/// not enough to fill the database by saying the same again and again. A request by an administrator is always
/// recorded.
pub fn is_idle(cx: &Cx<'_>, before: &User, after: &User) -> bool {
    cx.caller.id().is_none() && before.doc == after.doc
}

/// Returns the moment before which rows are forgotten, in the service's microseconds; None keeps them for ever.
#[must_use]
pub fn forgotten_before(app: &App) -> Option<i64> {
    let kept = app.settings.audit_retention?;
    Some(app.clock.service().saturating_sub(kept))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_tell_reads_from_changes() {
        for (op, reads) in [
            (Op::AdminGetUser, true),
            (Op::ListUsers, true),
            (Op::AdminListGroupsForUser, true),
            (Op::DescribeUserPool, true),
            (Op::GetUserPoolMfaConfig, true),
            (Op::AdminInitiateAuth, false),
            (Op::AdminLinkProviderForUser, false),
            (Op::UpdateGroup, false),
            (Op::SetUserPoolMfaConfig, false),
        ] {
            assert_eq!(only_reads(op), reads, "{}", op.name());
        }
    }
}

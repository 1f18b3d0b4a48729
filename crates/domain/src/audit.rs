//! The audit trail: every change of configuration or user appends a row in the batch that makes the change.

use cognate_crypto::random;
use cognate_store::Batch;

use crate::cx::{Caller, Cx};

/// Appends to `batch` who did what to which pool and user, from where. Never holds a value that was set.
pub fn record(cx: &Cx<'_>, batch: Batch, pool_id: &str, user_id: Option<&str>) -> Batch {
    let who = match &cx.caller {
        Caller::Public => None,
        Caller::Key { id, .. } => Some(id.as_str()),
    };
    let doc = serde_json::json!({
        "action": cx.op.name(), "access_key": who, "user": user_id, "ip": cx.client_info.ip,
        "request_id": cx.request_id, "result": "ok",
    });
    cognate_store::tables::audit::insert(
        batch,
        pool_id,
        cx.now,
        &random::uuid_v4(),
        &doc.to_string(),
    )
}

//! `POST /_dev/explain-token`: what a token says, whether it is good, and where its claims come from (docs/DEV.md).

use cognate_access::json;
use cognate_domain::tokens::explain;
use serde_json::Value;

use super::{Ask, Trouble, failed};

/// Explains the token in the body.
pub(super) async fn explain(ask: Ask<'_>) -> Result<Value, Trouble> {
    let value = json::parse(ask.body).unwrap_or_default();
    let token = value.get("token").and_then(Value::as_str);
    let example = || Trouble::asked(r#"send {"token":"ey…"}"#);
    let token = token.ok_or_else(example)?;
    let _held = ask.state.app.whole.hold().await;
    explain::explain(&ask.state.app, token)
        .await
        .map_err(failed)
}

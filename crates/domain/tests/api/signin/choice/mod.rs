//! USER_AUTH: the choice among first factors, and one-time passwords as one of them.

mod codes;
mod offers;
mod unknown_users;
mod users;

use serde_json::{Value, json};

use crate::support::choice::respond;
use crate::support::signin::*;

fn select(client: &str, session: &Value, responses: Value) -> Value {
    respond(
        client,
        "SELECT_CHALLENGE",
        session,
        with(json!({"USERNAME": "jane"}), responses),
    )
}

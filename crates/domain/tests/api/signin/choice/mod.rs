//! USER_AUTH: the choice among first factors, and one-time passwords as one of them.

mod codes;
mod offers;
mod unknown_users;
mod users;

use serde_json::{Value, json};

use crate::support::choice::respond;
use crate::support::signin::*;

const USED: &str = "Invalid session for the user, session can only be used once.";

const INVALID: &str = "Invalid session for the user.";

fn select(client: &str, session: &Value, responses: Value) -> Value {
    respond(
        client,
        "SELECT_CHALLENGE",
        session,
        with(json!({"USERNAME": "jane"}), responses),
    )
}

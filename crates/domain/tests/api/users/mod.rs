//! Users, as administrators and they themselves manage them.

mod admin_create_user;
mod administration;
mod aliases;
mod attributes;
mod contention;
mod list_users;
mod migration;
mod reset_and_delete;
mod taken_aliases;
mod verification;

use serde_json::{Value, json};

const UNKNOWN: (&str, &str) = ("UserNotFoundException", "User does not exist.");

fn email(value: &str, verified: bool) -> Value {
    json!([{"Name": "email", "Value": value}, {"Name": "email_verified", "Value": verified.to_string()}])
}

//! Which cause a difference has.

use serde_json::Value;

use super::causes::{CAUSES, Cause, Planned};
use super::differences::{Difference, Step, is_nothing};

/// Returns the cause of a difference of a resource.
pub fn find(kind: &str, difference: &Difference, resource: &Value) -> Option<&'static Cause> {
    CAUSES.iter().find(|cause| {
        is_kind(cause.kind, kind)
            && is_path(cause.path, &difference.path)
            && is_there(cause, difference)
            && (cause.planned == Planned::Any || is_zero(&difference.planned))
            // A client that is to get a secret is another matter.
            && (cause.path != "generate_secret" || has_secret(resource))
    })
}

fn is_kind(wanted: &str, kind: &str) -> bool {
    match wanted {
        "*client" => matches!(kind, "user_pool_client" | "managed_user_pool_client"),
        wanted => wanted == kind,
    }
}

fn is_path(wanted: &str, path: &[Step]) -> bool {
    let mut names = wanted.split('.');
    for step in path {
        match step {
            // A block that is there once has no name of its own.
            Step::Item(None) => {}
            Step::Item(Some(_)) => {
                if names.next() != Some("*") {
                    return false;
                }
            }
            Step::Name(name) => match names.next() {
                Some(wanted) if wanted == "*" || wanted == name => {}
                _ => return false,
            },
        }
    }
    names.next().is_none()
}

fn is_there(cause: &Cause, difference: &Difference) -> bool {
    let Some(wanted) = cause.there else {
        return !is_nothing(&difference.there);
    };
    if wanted == "null" {
        return is_zero(&difference.there);
    }
    serde_json::from_str(wanted).is_ok_and(|wanted| fits(&wanted, &difference.there))
}

/// True if a value is what is wanted, and says nothing beyond it.
fn fits(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let has = |name: &String| found.get(name).is_some_and(|value| !is_nothing(value));
            wanted.keys().all(has)
                && found.iter().all(|(name, value)| match wanted.get(name) {
                    Some(wanted) => fits(wanted, value),
                    None => is_zero(value),
                })
        }
        // Sets have no order.
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len()
                && wanted
                    .iter()
                    .all(|wanted| found.iter().any(|found| fits(wanted, found)))
        }
        (wanted, found) => wanted == found,
    }
}

/// True for nothing and for what the provider puts in its place.
pub fn is_zero(value: &Value) -> bool {
    let empty = |value: &Value| match value {
        Value::Array(items) => items.iter().all(is_zero),
        Value::Object(members) => members.values().all(is_zero),
        _ => false,
    };
    is_nothing(value) || empty(value) || value == &Value::Bool(false) || value.as_f64() == Some(0.0)
}

fn has_secret(resource: &Value) -> bool {
    resource
        .get("client_secret")
        .is_some_and(|secret| !is_nothing(secret))
}

//! Alerts of forms, and the checks of values that need no pool.

use cognate_shapes::{Op, validate};
use serde_json::Value;

use crate::views::frame::{Alert, AlertKind};

/// The fewest characters of a password (the model's PasswordType).
const SHORTEST_PASSWORD: usize = 6;

/// Returns the alert about a form whose values the operation that does the same would not take.
pub(super) fn unfit(op: Op, mut input: Value) -> Option<Alert> {
    let refused = validate(op, &mut input).err()?;
    let text = match refused {
        cognate_shapes::Rejection::Invalid(text) => text,
        cognate_shapes::Rejection::Serialization(text) => text.unwrap_or_default(),
    };
    Some(alert(text, None))
}

/// True if a password has the length that operations demand of every one; whether it is long enough for the pool, its
/// policy says.
pub(super) fn is_long(password: &str) -> bool {
    password.chars().count() >= SHORTEST_PASSWORD
}

/// Returns the alert of a refusal.
pub(super) fn alert(text: impl Into<String>, field: Option<&'static str>) -> Alert {
    Alert {
        kind: AlertKind::Error,
        text: text.into(),
        field,
    }
}

/// Returns the alert of something that was done.
pub(super) fn done(text: impl Into<String>) -> Alert {
    Alert {
        kind: AlertKind::Success,
        text: text.into(),
        field: None,
    }
}

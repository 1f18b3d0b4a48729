//! Names of clients that say an id, in `dev` (docs/DEV.md).

use crate::cx::Cx;

/// The beginning of a client's name before the id, and whether it is left out of the name that is kept.
pub const NAMES: [(&str, bool); 2] = [("_custom_id_:", false), ("ms-custom-id:", true)];
/// Where the memory of an action has the beginning that the name was sent with.
pub const SPELLED: &str = "beginning of the client's name";

/// Returns the beginning that the name was sent with, and whether it is left out; None without one.
pub fn spelled(cx: &Cx<'_>) -> Option<(&'static str, bool)> {
    let start = cx.memory().get::<&'static str>(SPELLED)?;
    NAMES.into_iter().find(|(known, _)| *known == start)
}

/// Returns the name that is kept of a client.
pub fn kept(cx: &Cx<'_>, name: String) -> String {
    match spelled(cx) {
        Some((start, false)) => format!("{start}{name}"),
        _ => name,
    }
}

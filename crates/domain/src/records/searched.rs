//! What ListUsers searches users by.

use crate::facts::names::first_chars;

/// The characters of a searched value that are indexed (design, text).
pub const INDEXED_CHARS: usize = 256;

/// The attributes that ListUsers may search by, whose values are compared without case (admin.md 2.3).
pub const SEARCHED: [&str; 6] = [
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
];

/// Returns the part of a folded value that is in the index.
pub fn indexed(folded: &str) -> String {
    first_chars(folded, INDEXED_CHARS).to_owned()
}

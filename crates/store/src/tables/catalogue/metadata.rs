//! The tables of client metadata documents, and of the consent of users.

use super::{POOL, Table, USER};

/// Which documents a pool accepts.
pub(super) const POLICIES: Table = Table {
    name: "cimd_policies",
    key: &["pool_id", "policy_id"],
    columns: &["client_id", "doc", "created", "modified", "ver", "mac"],
    signed: Some(&["client_id", "doc"]),
    ..POOL
};
/// The documents that were fetched.
pub(super) const DOCUMENTS: Table = Table {
    name: "cimd_documents",
    key: &["pool_id", "policy_id", "url"],
    columns: &["doc", "cached", "ends", "used", "ver", "mac"],
    signed: Some(&["doc", "cached", "ends"]),
    ..POOL
};
/// The clients that users let in.
pub(super) const CONSENTS: Table = Table {
    name: "consents",
    key: &["pool_id", "user_id", "consent_key"],
    columns: &["doc", "created", "modified", "mac"],
    signed: Some(&["doc"]),
    ..USER
};

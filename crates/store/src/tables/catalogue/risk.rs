//! The tables of threat protection.

use super::{Expiry, POOL, Table, USER};

/// The events of users, newest last.
pub(super) const AUTH_EVENTS: Table = Table {
    name: "auth_events",
    key: &["pool_id", "user_id", "at", "event_id"],
    columns: &["doc", "expires", "bucket", "mac"],
    expiry: Expiry::At("expires"),
    signed: Some(&["doc"]),
    ..USER
};
/// The templates of the messages about risky sign-ins.
pub(super) const MESSAGES: Table = Table {
    name: "risk_messages",
    key: &["pool_id", "client_id"],
    columns: &["doc", "mac"],
    signed: Some(&["doc"]),
    ..POOL
};
/// What earlier sign-ins of users were like.
pub(super) const PROFILES: Table = Table {
    name: "risk_profiles",
    key: &["pool_id", "user_id"],
    columns: &["doc", "ver", "mac"],
    signed: Some(&["doc"]),
    ..USER
};

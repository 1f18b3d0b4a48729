//! The catalogue of all tables: keys, columns, owners, expiry, sealed and signed columns.
//!
//! The statements that walk many tables are made from it: deleting the rows of a pool (`pools.rs`), the reset
//! (`reset.rs`), the sweeps (`jobs.rs`, `audit.rs`), the change of the sealing key (`sealing.rs`) and the signing of
//! older rows (`macs.rs`). A test reads the migrations, so that no table and no column is missing here.

mod by_sealing_key;
mod imports;
mod kinds;
mod linking;
mod logs;
mod made;
mod metadata;
mod oauth;
mod recovery;
mod reshaping;
mod risk;
#[cfg(test)]
mod tests;
mod trail;
mod upstream;

pub(super) use by_sealing_key::{ACCESS_KEYS, POOLS};
pub use made::statements;
pub(crate) use made::{compared, listed};

pub use kinds::{Expiry, Origin, Purge, Scope, Sealed, SealedBy, Table};

/// Returns a column sealed by the key of the row's pool.
const fn sealed(column: &'static str) -> Sealed {
    Sealed {
        column,
        by: SealedBy::PoolKey,
    }
}

const POOL: Table = Table {
    name: "",
    key: &[],
    columns: &[],
    scope: Scope::Pool,
    purge: Purge::Portions,
    reset: true,
    expiry: Expiry::Never,
    sealed: &[],
    signed: None,
    origin: Origin::Primary,
};
const USER: Table = Table {
    scope: Scope::User("user_id"),
    ..POOL
};
const GLOBAL: Table = Table {
    scope: Scope::Global,
    purge: Purge::Never,
    reset: false,
    ..POOL
};

/// All tables but those in which the migrations themselves are recorded. The order is that of a purge and of a reset:
/// - `pools` first, so that a reset waits for the batches that require an active pool, and none begins after it;
/// - `client_pools` before `clients`, by which its rows are found.
pub const CATALOGUE: &[Table] = &[
    POOLS,
    Table {
        name: "client_pools",
        key: &["client_id"],
        columns: &["pool_id"],
        purge: Purge::With("clients"),
        origin: Origin::Derived(&["clients"]),
        ..POOL
    },
    Table {
        name: "clients",
        key: &["pool_id", "client_id"],
        columns: &["doc", "sealed", "created", "modified", "ver", "mac"],
        sealed: &[sealed("sealed")],
        signed: Some(&["doc", "sealed"]),
        ..POOL
    },
    oauth::DYNAMIC_CLIENTS,
    Table {
        name: "sessions",
        key: &["pool_id", "user_id", "session_id"],
        columns: &[
            "client_id",
            "doc",
            "created",
            "expires",
            "ver",
            "bucket",
            "active",
            "activity",
            "mac",
            "origin",
        ],
        expiry: Expiry::At("expires"),
        signed: Some(&["client_id", "doc", "created", "expires"]),
        ..USER
    },
    Table {
        name: "browser_sessions",
        key: &["pool_id", "session_key"],
        columns: &[
            "user_id",
            "session_id",
            "doc",
            "created",
            "expires",
            "bucket",
            "mac",
        ],
        expiry: Expiry::At("expires"),
        signed: Some(&["user_id", "session_id", "doc", "created", "expires"]),
        ..USER
    },
    Table {
        name: "authorization_codes",
        key: &["pool_id", "code_key"],
        columns: &[
            "user_id", "doc", "used", "created", "expires", "bucket", "mac",
        ],
        expiry: Expiry::At("expires"),
        signed: Some(&["user_id", "doc", "used", "created", "expires"]),
        ..USER
    },
    Table {
        name: "session_turns",
        key: &["pool_id", "user_id"],
        columns: &["n"],
        origin: Origin::Transient,
        ..USER
    },
    Table {
        name: "messages",
        key: &["pool_id", "message_id"],
        columns: &[
            "user_id",
            "state",
            "due",
            "sealed",
            "created",
            "ver",
            "bucket",
            "destination",
            "ends",
            "attempts",
            "tried",
            "owner",
            "kind",
            "medium",
            "masked",
            "outcome",
        ],
        expiry: Expiry::InState("due", &super::messages::ENDED),
        sealed: &[sealed("sealed")],
        ..USER
    },
    Table {
        name: "devices",
        key: &["pool_id", "user_id", "device_key"],
        columns: &[
            "group_key",
            "name",
            "sealed",
            "remembered",
            "last_ip",
            "pending",
            "created",
            "modified",
            "authenticated",
            "mac",
            "browser",
            "browser_until",
        ],
        sealed: &[sealed("sealed"), sealed("pending"), sealed("browser")],
        signed: Some(&["group_key", "sealed", "remembered"]),
        ..USER
    },
    Table {
        name: "passkeys",
        key: &["pool_id", "credential_id"],
        columns: &[
            "user_id",
            "rp_id",
            "public_key",
            "sign_count",
            "doc",
            "created",
            "used",
            "mac",
        ],
        signed: Some(&["user_id", "rp_id", "public_key", "sign_count", "doc"]),
        ..USER
    },
    Table {
        name: "codes",
        key: &["pool_id", "user_id", "purpose"],
        columns: &[
            "sealed", "created", "expires", "failures", "ver", "bucket", "counted",
        ],
        expiry: Expiry::At("expires"),
        sealed: &[sealed("sealed")],
        ..USER
    },
    Table {
        name: "custom_auth",
        key: &["pool_id", "user_id", "row_id"],
        columns: &["sealed", "expires", "ver", "bucket"],
        expiry: Expiry::At("expires"),
        sealed: &[sealed("sealed")],
        ..USER
    },
    Table {
        name: "attempts",
        key: &["pool_id", "subject", "kind"],
        columns: &["n", "since", "last", "expires", "bucket"],
        scope: Scope::User("subject"),
        expiry: Expiry::At("expires"),
        ..POOL
    },
    oauth::PUSHED_REQUESTS,
    oauth::DEVICE_REQUESTS,
    oauth::PROVIDER_REQUESTS,
    oauth::PROVIDER_SESSIONS,
    linking::OFFERS,
    linking::REQUESTS,
    linking::RETIRED,
    imports::CHUNKS,
    imports::RESULTS,
    imports::JOBS,
    recovery::BEFORE_IMAGES,
    recovery::RECOVERIES,
    recovery::ITEMS,
    upstream::UPSTREAMS,
    upstream::USERS,
    trail::WEBHOOKS,
    Table {
        name: "spent",
        key: &["pool_id", "nonce"],
        columns: &["expires", "bucket"],
        expiry: Expiry::At("expires"),
        ..POOL
    },
    risk::MESSAGES,
    risk::PROFILES,
    risk::AUTH_EVENTS,
    Table {
        name: "group_members",
        key: &["pool_id", "group_id", "user_id"],
        columns: &["mac"],
        signed: Some(&[]),
        ..USER
    },
    Table {
        name: "user_groups",
        key: &["pool_id", "name"],
        columns: &[
            "folded",
            "group_id",
            "description",
            "role",
            "precedence",
            "created",
            "modified",
            "ver",
            "mac",
        ],
        signed: Some(&["group_id", "role", "precedence"]),
        ..POOL
    },
    Table {
        name: "resource_servers",
        key: &["pool_id", "identifier"],
        columns: &["name", "scopes", "created", "modified", "ver", "mac"],
        signed: Some(&["name", "scopes"]),
        ..POOL
    },
    Table {
        name: "terms",
        key: &["pool_id", "terms_id"],
        columns: &["client_id", "name", "doc", "created", "modified", "ver"],
        ..POOL
    },
    metadata::POLICIES,
    metadata::DOCUMENTS,
    metadata::CONSENTS,
    Table {
        name: "domains",
        key: &["domain_key"],
        columns: &[
            "pool_id", "custom", "doc", "created", "modified", "ver", "mac",
        ],
        purge: Purge::Whole,
        signed: Some(&["custom", "doc"]),
        ..POOL
    },
    Table {
        name: "idp_identifiers",
        key: &["pool_id", "identifier"],
        columns: &["name"],
        ..POOL
    },
    Table {
        name: "identity_providers",
        key: &["pool_id", "name"],
        columns: &[
            "provider_id",
            "doc",
            "sealed",
            "created",
            "modified",
            "ver",
            "mac",
            "entity",
        ],
        sealed: &[sealed("sealed")],
        signed: Some(&["provider_id", "doc", "sealed"]),
        ..POOL
    },
    Table {
        name: "provider_links",
        key: &["pool_id", "provider_id", "link_key"],
        columns: &["user_id", "attribute", "value", "created", "mac"],
        signed: Some(&["user_id", "attribute", "value"]),
        ..USER
    },
    Table {
        name: "software_tokens",
        key: &["pool_id", "user_id"],
        columns: &["seed", "last_step", "pending", "ver", "mac"],
        sealed: &[sealed("seed"), sealed("pending")],
        signed: Some(&["seed", "last_step"]),
        ..USER
    },
    Table {
        name: "resource_counts",
        key: &["pool_id", "resource"],
        columns: &["n"],
        purge: Purge::Whole,
        origin: Origin::Derived(&[
            "user_groups",
            "dynamic_clients",
            "resource_servers",
            "terms",
            "cimd_policies",
            "login_styles",
            "domains",
            "identity_providers",
            "user_import_jobs",
        ]),
        ..POOL
    },
    Table {
        name: "user_attrs",
        key: &["pool_id", "attr", "value", "user_id"],
        origin: Origin::Derived(&["users"]),
        ..USER
    },
    Table {
        name: "logins",
        key: &["pool_id", "name"],
        columns: &["kind", "user_id"],
        ..USER
    },
    Table {
        name: "users",
        key: &["pool_id", "user_id"],
        columns: &[
            "username",
            "status",
            "enabled",
            "doc",
            "credential",
            "created",
            "modified",
            "ver",
            "mac",
        ],
        sealed: &[sealed("credential")],
        signed: Some(&["username", "status", "enabled", "doc", "credential"]),
        ..USER
    },
    Table {
        name: "tombstones",
        key: &["pool_id", "user_id"],
        columns: &["at"],
        ..USER
    },
    Table {
        name: "user_counts",
        key: &["pool_id", "shard"],
        columns: &["n"],
        purge: Purge::Whole,
        origin: Origin::Derived(&["users"]),
        ..POOL
    },
    Table {
        name: "ui_customizations",
        key: &["pool_id", "client_id"],
        columns: &["css", "image", "image_kind", "created", "modified", "ver"],
        ..POOL
    },
    Table {
        name: "login_assets",
        key: &["pool_id", "style_id", "category", "color_mode", "resource"],
        columns: &["extension", "image"],
        ..POOL
    },
    Table {
        name: "login_styles",
        key: &["pool_id", "style_id"],
        columns: &["client_id", "doc", "created", "modified", "ver"],
        ..POOL
    },
    Table {
        name: "current_keys",
        key: &["pool_id", "key_use"],
        columns: &["kid"],
        purge: Purge::Whole,
        ..POOL
    },
    Table {
        name: "signing_keys",
        key: &["pool_id", "kid"],
        columns: &["key_use", "state", "public", "sealed", "created", "mac"],
        sealed: &[sealed("sealed")],
        signed: Some(&["key_use", "state", "public", "sealed"]),
        ..POOL
    },
    reshaping::CHANGES,
    reshaping::USERS,
    logs::LOG_RECORDS,
    trail::AUDIT,
    trail::LINKS,
    Table {
        name: "jobs",
        key: &["kind", "job_key"],
        columns: &["owner", "lease_until", "cursor", "ver"],
        reset: true,
        ..GLOBAL
    },
    Table {
        name: "meta",
        key: &["name"],
        columns: &["value"],
        ..GLOBAL
    },
    ACCESS_KEYS,
    Table {
        name: "spare_keys",
        key: &["spare_id"],
        columns: &["public", "sealed", "created"],
        sealed: &[Sealed {
            column: "sealed",
            by: SealedBy::SealingKeyOrNone,
        }],
        origin: Origin::Transient,
        ..GLOBAL
    },
    Table {
        name: "batches",
        key: &["batch_id"],
        columns: &["at"],
        expiry: Expiry::ByKey,
        origin: Origin::Transient,
        ..GLOBAL
    },
];

//! One file per table: SQL text, row struct, and functions that build batches from rows.
//!
//! Every file has the same shape. A query is a pair of statement and parameters ([`Query`]) from a function, for use alone
//! or among others in one `Store::read`; the async functions are for reads that never go with others. A row struct is
//! declared by `rows!` and has `read(&mut Row)`. A write is a function from batch to batch. `catalogue.rs` lists all tables,
//! `guards.rs` has the requirements on rows of other tables.

pub mod access_keys;
pub mod attempts;
pub mod audit;
pub mod audit_links;
pub mod authorization_codes;
pub mod before_images;
pub mod browser_sessions;
pub mod catalogue;
pub mod cimd_documents;
pub mod cimd_policies;
pub mod clients;
pub mod codes;
pub mod consents;
pub mod copies;
pub mod custom_auth;
pub mod device_requests;
pub mod devices;
pub mod domains;
pub mod dynamic_clients;
pub mod event_webhooks;
pub mod events;
mod expired;
pub mod groups;
pub mod guards;
pub mod identity_providers;
pub mod jobs;
pub mod keys;
pub mod link_offers;
pub mod link_requests;
pub mod log_records;
pub mod login_styles;
pub mod macs;
pub mod messages;
pub mod meta;
pub mod passkeys;
pub mod pool_changes;
pub mod pools;
pub mod provider_links;
pub mod provider_requests;
pub mod provider_sessions;
pub mod pushed_requests;
pub mod recoveries;
pub mod recovery_items;
pub mod reset;
pub mod resource_counts;
pub mod resource_servers;
pub mod restoring;
pub mod retired_providers;
pub mod risk_messages;
pub mod risk_profiles;
mod rows;
pub mod sealing;
pub mod sessions;
pub mod software_tokens;
pub mod terms;
pub mod ui_customizations;
pub mod upstream_users;
pub mod upstreams;
pub mod user_import_jobs;
pub mod users;
pub mod whole_users;

pub use rows::Query;
pub use sessions::bucket;

//! One file per table: SQL text, row struct, and functions that build batches from rows.

pub mod access_keys;
pub mod attempts;
pub mod audit;
pub mod clients;
pub mod codes;
pub mod custom_auth;
pub mod devices;
pub mod domains;
pub mod events;
pub mod groups;
pub mod identity_providers;
pub mod jobs;
pub mod keys;
pub mod login_styles;
pub mod macs;
pub mod messages;
pub mod meta;
pub mod passkeys;
pub mod pools;
pub mod provider_links;
pub mod reset;
pub mod resource_counts;
pub mod resource_servers;
pub mod sealing;
pub mod sessions;
pub mod software_tokens;
pub mod terms;
pub mod ui_customizations;
pub mod users;

pub use sessions::bucket;

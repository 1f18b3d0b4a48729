//! The bridge between domain and store: typed records, rows to records, conflicts to errors.

pub mod assurance;
pub mod auth_event;
pub mod before_image;
pub mod client;
pub mod device;
pub mod domain;
pub mod group;
pub mod image;
pub mod import_job;
pub mod login;
pub mod mac;
pub mod meta;
pub mod mfa;
pub mod name_rules;
pub mod passkey;
pub mod pool;
pub mod protection;
pub mod provider;
pub mod recovery;
pub mod redirect;
pub mod risk;
pub mod schema;
pub mod searched;
pub mod standard_schema;
pub mod upstream;
pub mod user;
mod user_names;

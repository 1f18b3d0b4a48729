//! The wire as a client sees it: raw HTTP against a whole server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::zombie_processes,
    reason = "a test that cannot go on has failed; its programs are waited for when it forgets them"
)]

mod bounds;
mod breached;
mod dev;
mod dev_kit;
mod dev_tools;
mod dev_whole;
mod doctor;
mod exchange;
mod export;
mod front;
mod health;
mod hosts;
mod iam;
mod imports;
mod lifecycle;
mod lint;
mod messages;
mod metrics;
mod nodes;
mod protocol;
mod providers;
mod rates;
mod secrets;
mod seed_clients;
mod seeds;
mod senders;
mod snapshots;
mod socket;
mod templates;
mod test_api;
mod tls;
mod triggers;
mod warnings;
mod whole;
mod worlds;
mod worlds_bounds;

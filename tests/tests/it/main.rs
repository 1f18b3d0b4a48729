//! The program from outside: attacks, bad input, crashes, logs, several nodes. One binary, since each is linked with the
//! whole program; what a test counts of the whole process is in `equal_work`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking; clippy sees only functions marked as tests as such"
)]

mod audit;
mod audit_chain;
mod backup;
mod bad_input;
mod browsers;
mod crash;
mod engines;
mod hostile_providers;
mod import_jobs;
mod logs;
mod operations;
mod outbox;
mod pool_change;
mod pool_deletion;
mod postgres;
mod program;
mod recovery;
mod security;
mod settings;
mod site;
mod two_nodes;

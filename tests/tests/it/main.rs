//! The program from outside: bad input, crashes, guessing, logs, several nodes. One binary, for the linker's sake.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking; clippy sees only functions marked as tests as such"
)]

mod audit;
mod bad_input;
mod crash;
mod engines;
mod logs;
mod operations;
mod pool_deletion;
mod postgres;
mod program;
mod settings;
mod site;
mod two_nodes;

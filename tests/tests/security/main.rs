//! What a hostile user sends with a client of its own (own signer, own SRP), through the program's own listener, on both
//! engines: each file plays one kind of attack and its neighbours. One binary, for the linker's sake.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking; clippy sees only functions marked as tests as such"
)]

mod attributes;
mod codes;
mod database;
#[path = "../it/engines.rs"]
mod engines;
mod guesses;
mod listener;
mod policies;
#[allow(dead_code, reason = "several test programs share this file")]
#[path = "../it/program.rs"]
mod program;
#[path = "../it/site.rs"]
mod site;
mod tokens;

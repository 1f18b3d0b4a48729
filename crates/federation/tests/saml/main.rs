//! Answers of identity providers, honest and forged: each family of forgeries is a file or a test here, and each case
//! says which check refuses it. A forged message that is refused for its clock would prove nothing.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod cost;
mod edits;
mod encrypted;
mod forms;
mod honest;
mod inspect;
mod logout;
mod presented;
mod rules;
mod signatures;
mod support;
mod wrapping;

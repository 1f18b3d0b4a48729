//! Attacks by a hostile user with a client of its own (own signer, own SRP), through the program's own listener, on
//! both engines. Each file has one kind of attack and related ones.

mod attributes;
mod codes;
mod database;
mod guesses;
mod listener;
mod policies;
mod tokens;

//! What a hostile user sends with a client of its own (own signer, own SRP), through the program's own listener, on both
//! engines: each file plays one kind of attack and its neighbours.

mod attributes;
mod codes;
mod database;
mod guesses;
mod listener;
mod policies;
mod tokens;

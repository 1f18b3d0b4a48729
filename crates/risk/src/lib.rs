//! Judges how likely it is that somebody else than the user signs in: from facts about the attempt, from what earlier
//! sign-ins of the user were like, and from what else came from the address and met the account.
//!
//! Everything here is a function of its arguments. Whose facts they are, where they are kept and what follows from a
//! level is decided by the caller. No store, no clock, no network.

pub mod attempt;
pub mod judge;
pub mod profile;
pub mod rules;
pub mod windows;

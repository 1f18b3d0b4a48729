//! What holds for every operation: refusals, members of requests, calls that change nothing.

pub mod errors_table;
pub mod idle_writes;
pub mod members_table;
pub mod refusals;
pub mod refusals_sign_in;

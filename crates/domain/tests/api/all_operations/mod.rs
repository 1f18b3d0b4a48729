//! Rules for every operation: refusals, members of requests, calls that change nothing.

mod errors_table;
mod idle_writes;
mod members_table;
mod refusals;
mod refusals_sign_in;

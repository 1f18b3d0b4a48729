//! Messages to users.

mod budgets;
mod custom_senders;
mod delivery;
mod function;
mod links;
mod nodes;
pub mod post;
mod sign_in;
mod templates;
mod timing;
mod words;

//! Messages to users.

mod function;
mod links;
mod sign_in;
mod templates;
mod timing;
mod words;

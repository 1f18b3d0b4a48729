//! Small types and rules that need nothing but themselves: names, attributes, factors.

pub mod action;
pub mod contact;
pub mod factor;
mod fold_table;
pub mod mfa_state;
pub mod names;

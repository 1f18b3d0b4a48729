//! Small types and rules that need nothing but themselves: names, attributes, factors.

pub mod action;
pub mod char_class;
pub mod contact;
pub mod device_name;
pub mod factor;
mod fold_table;
pub mod ip_range;
pub mod mfa_state;
pub mod names;
pub mod network;

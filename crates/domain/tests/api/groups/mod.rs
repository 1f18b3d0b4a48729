//! Groups.

pub mod members;
pub mod tokens;

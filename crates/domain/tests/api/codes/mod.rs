//! Codes, whatever they are for.

pub mod bounds;

//! Codes, whatever they are for.

mod bounds;

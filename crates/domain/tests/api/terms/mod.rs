//! Terms documents.

pub mod documents;

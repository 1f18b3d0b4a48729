//! Terms documents.

mod documents;

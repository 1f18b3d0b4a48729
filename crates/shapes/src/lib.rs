//! The API of the service as Rust: operations, typed requests and responses, error codes, and the validation that runs
//! before any operation.
//!
//! Everything in `generated` is written by `cargo xtask codegen` from `model/`. A request passes [`validate`] as a JSON
//! value and then turns into its type with `serde_json::from_value`, which cannot fail any more. Structures carry
//! passwords, codes and tokens, therefore none of them has `Debug`.

#[allow(
    missing_docs,
    reason = "the fields and variants are those of the published API"
)]
#[allow(
    clippy::enum_variant_names,
    reason = "the names are those of the published API"
)]
mod generated;
mod op;
mod scalar;
pub mod table;
pub mod validate;

pub use generated::*;
pub use op::{Auth, Resource};
pub use scalar::{Blob, Timestamp};
pub use validate::{Rejection, validate};

// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.

//! The API as Rust types and constraint tables.

mod each;
mod enums;
mod error_code;
mod op;
mod requests;
mod responses;
mod structures;
pub(crate) mod tables;

pub use enums::*;
pub use error_code::ErrorCode;
pub use op::{Category, Op};
pub use requests::*;
pub use responses::*;
pub use structures::*;

mod prelude {
    pub(super) use std::collections::BTreeMap;

    pub(super) use serde::{Deserialize, Serialize};
    pub(super) use serde_json::Value;

    pub(super) use super::{enums::*, structures::*};
    pub(super) use crate::scalar::{Blob, Timestamp};
}

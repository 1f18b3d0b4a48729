//! The bodies of the fuzz targets, with the harness that the tests of crates/domain use.

#![allow(dead_code, unused_macros, reason = "a shared harness, used here in part")]

#[path = "../bodies.rs"]
pub mod bodies;
#[path = "../../crates/domain/tests/api/passkey_support.rs"]
mod passkey_support;
#[path = "../../crates/domain/tests/api/signin_support.rs"]
mod signin_support;
#[path = "../../crates/domain/tests/api/support.rs"]
mod support;

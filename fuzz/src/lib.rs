//! The bodies of the fuzz targets, with the harness that the tests of crates/domain use.

#![allow(dead_code, unused_imports, unused_macros, reason = "a shared harness, used here in part")]

#[path = "../bodies.rs"]
pub mod bodies;
#[path = "../federation/mod.rs"]
pub mod federation;
#[path = "../moving.rs"]
pub mod moving;
#[path = "../../crates/domain/tests/api/support/mod.rs"]
mod support;

//! Access keys, IAM policies and rates, which decide who may do what and how often.
//!
//! The API, pages, the console and commands ask the same judges. [`keys`] finds the key of a signature, [`judge`] asks
//! its policy about an operation, [`rates`] counts a request. Nothing here knows HTTP: signatures are read by the
//! server, and every refusal is a value that the caller words.

pub mod address;
pub mod commands;
pub mod json;
pub mod judge;
pub mod keys;
pub mod policy;
pub mod rates;
pub mod resource;

pub use address::ClientAddress;
pub use rates::{Demand, RateError, Rates};

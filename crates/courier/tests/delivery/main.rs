//! Deliveries against servers of every temper: mail servers, services that speak the AWS protocols, a webhook.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod aws;
mod log;
mod mail;
mod order;
mod smtp;
mod stub;
mod support;
mod webhook;

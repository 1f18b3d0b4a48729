//! The server: HTTP and TLS, the AWS JSON protocol, signatures and policies, settings and the command line.
//!
//! A request passes [`listen`] (connections, TLS, time-outs), [`service`] (which part answers), [`aws_json`] (protocol),
//! [`sigv4`] and `cognate_access` (who may), and then the domain. Nothing here knows what an operation does.

pub mod admin;
pub mod answer;
pub mod audit;
pub mod aws_json;
mod banner;
mod basic_time;
pub mod cli;
pub mod config;
pub mod connections;
mod control;
mod dev;
pub mod edge;
pub mod errors;
mod folder;
pub mod forwarded;
mod health;
pub mod host;
mod issuer;
pub mod limits;
mod listen;
mod log;
pub mod network;
pub mod newer;
mod reset;
mod rotate;
mod sealing;
mod service;
pub mod settings;
pub mod sigv4;
mod stamp;
pub mod start;
pub mod state;
mod times;
mod tls;

/// The access keys of the program.
pub use cognate_access::keys as access_keys;

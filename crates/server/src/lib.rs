//! The server: HTTP and TLS, the AWS JSON protocol, signatures, settings and the command line.
//!
//! | folder | content |
//! |---|---|
//! | `http` | from the connection to the part that answers: connections, TLS, hosts, bounds |
//! | `aws` | the protocol of the API, and its signatures |
//! | `admin` | commands on a database, and the socket by which they reach a running server |
//! | `audit` | the audit trail for people |
//! | `database` | the mode and the sealing key of a database |
//! | `settings` | flags, variables and file, as types |
//! | `places` | where addresses are, and which ones attacks come from: the operator's files |
//! | `hints` | why `dev` refused something |
//! | `seed` | pools with everything in them, as a file says |
//! | `doctor` | whether a running server and a client fit together |
//! | `impersonation` | standing in for the hosts of Amazon's, in `dev` |
//! | `worlds` | states of `dev` beside each other, for tests in parallel |
//! | `cli` | the command line |
//!
//! A request goes through `http::listen` (connections, TLS, time-outs), `http::service` (which part answers),
//! `aws::protocol`, `aws::sigv4` and `cognate_access` (who may), and then the domain. Nothing here knows what an operation
//! does.

pub mod admin;
mod audit;
mod aws;
pub mod cli;
mod database;
mod doctor;
mod errors;
mod faults;
mod hints;
mod http;
mod impersonation;
mod log;
mod parts;
mod pem;
mod places;
mod seed;
pub mod settings;
pub mod start;
pub mod state;
mod time_text;
mod worlds;

/// Backups, for tests and measurements.
pub use database::backup;

/// The access keys of the program.
pub use cognate_access::keys as access_keys;

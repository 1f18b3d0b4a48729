//! HTTP: connections, TLS, hosts and addresses, and the way of a request to the part that answers it.

pub mod authority;
pub mod authorize;
pub mod certificates;
pub mod compat;
pub mod connections;
pub mod dev;
pub mod forwarded;
pub mod health;
pub mod host;
pub mod import_upload;
pub mod limits;
pub mod listen;
pub mod metrics;
pub mod origin;
pub mod own_task;
pub mod response;
pub mod service;
pub mod tls;

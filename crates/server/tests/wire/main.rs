//! The wire as a client sees it: raw HTTP against a whole server.

mod bounds;
mod dev;
mod iam;
mod lifecycle;
mod protocol;
mod socket;
mod tls;

//! OpenID Connect.

pub mod discovery;

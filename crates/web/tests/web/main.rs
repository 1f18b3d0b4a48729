//! The route table and everything on it, asked without a server; the ground by tables of the tests' own.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod assets;
mod branding;
mod classic;
mod confirm_user;
mod cookies;
mod documents;
mod dom;
mod feedback;
mod flow;
mod forms;
mod home;
mod hosts;
mod issuer_hosts;
mod locales;
mod managed;
mod oauth;
mod oidc;
mod pages;
mod routes;
mod site;

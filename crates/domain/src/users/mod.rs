//! The parts of users: attributes, codes, devices, factors, passwords, sessions.

pub mod aliases;
pub mod attributes;
pub mod breached;
pub mod changes;
pub mod codes;
pub mod counted;
pub mod deletion;
pub mod devices;
pub mod expire;
pub mod filter;
pub mod invitation;
pub mod lookup;
pub mod mfa;
pub mod mfa_options;
pub mod migration;
pub mod password;
pub mod password_policy;
pub mod permission;
pub mod pre_sign_up;
pub mod sessions;
pub mod verification;
pub mod view;

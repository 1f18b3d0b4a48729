//! Calls the functions of triggers: Lambda-compatible endpoints, plain HTTP hooks, and in `dev` local commands.

pub mod code_cipher;

//! Everything cryptographic of Cognate, and the only crate that calls a cryptographic library.
//!
//! | module | what it holds |
//! |---|---|
//! | [`secret`] | values that are wiped on drop, never printed, compared in constant time |
//! | [`random`] | random bytes, identifiers and codes |
//! | [`hash`] | SHA-256, HMAC, HKDF, `SECRET_HASH`, the signing key of AWS signatures |
//! | [`seal`] | the sealing key, keys per pool, sealed rows and sealed tokens |
//! | [`age`] | files that only the holder of a key can read
//! | [`encryption_sdk`] | messages in the format of the AWS Encryption SDK |
//! | [`srp`] | the password proof of Cognito clients, both sides |
//! | [`credential`] | a user's password as it is stored |
//! | [`imported`] | password hashes that other systems made
//! | [`jws`], [`jwk`] | RS256 signatures, compact tokens, published keys |
//! | [`foreign`] | keys of others: what identity providers sign with, and what they encrypt to us |
//! | [`basic_time`] | the calendar, and times as signatures write them |
//! | [`certificate`] | X.509 certificates of signing keys |
//! | [`client_proof`] | how a client of a foreign provider proves itself |
//! | [`token`] | opaque refresh tokens |
//! | [`totp`] | the codes of authenticator apps |
//! | [`webauthn`] | what authenticators of passkeys send |
//! | [`workers`] | the bounded threads that the expensive work runs on |
//!
//! Other crates meet no key bytes, no big numbers and no nonces: each function here does one
//! whole job, and the unsafe calls stay inside two private modules, of [`srp`] and of [`imported`].

pub mod age;
pub mod basic_time;
pub mod certificate;
pub mod client_proof;
pub mod credential;
pub mod encryption_sdk;
mod failure;
pub mod foreign;
pub mod hash;
pub mod imported;
pub mod jwk;
pub mod jws;
pub mod random;
pub mod seal;
pub mod secret;
pub mod srp;
pub mod token;
pub mod totp;
pub mod webauthn;
pub mod workers;

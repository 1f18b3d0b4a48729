//! Sign-ins through providers of SAML and sign-outs, as the pages take their steps.

mod diagnosis;
pub mod flow;
mod forged;
mod leaving;
mod linking;
mod sign_in;
mod sign_out;
mod signed_out;
mod unasked;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::provider::ProviderKey;
use cognate_crypto::foreign::{Alg, VerifyingKey};
use serde_json::{Value, json};

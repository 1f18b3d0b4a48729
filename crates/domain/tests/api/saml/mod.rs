//! Sign-ins through providers of SAML, as the pages take their steps.

mod diagnosis;
pub mod flow;
mod forged;
mod linking;
mod sign_in;
mod unasked;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::foreign::{Alg, VerifyingKey};
use cognate_domain::oauth::provider::request;
use serde_json::json;

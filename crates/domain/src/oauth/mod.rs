//! The steps of the OAuth endpoints: tokens for clients and for refresh tokens, revocation, claims about a user.
//!
//! An endpoint has refusals of its own, which are no exceptions of the API: a function here returns them inside of the
//! result that [`run`](crate::run) understands.

pub mod authorization;
pub mod browser_session;
mod client;
pub mod code;
pub mod consent;
pub mod device;
pub mod exchange;
pub mod exchange_grant;
mod hint;
pub mod hosted;
pub mod introspect;
pub mod logout;
pub mod machine;
mod outcome;
pub mod profile;
pub mod provider;
pub mod pushed;
mod redeem;
pub mod refresh;
pub mod refused;
pub mod registration;
pub mod reply;
pub mod revoke;
mod standing;
mod url_place;
pub mod user_info;
mod waiting;
mod wishes;
pub mod withdrawal;

pub use client::Credentials;
pub use outcome::Answer;

use crate::records::client::Client;
use crate::tokens::presented::Presented;

/// The tokens of an answer.
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// The ID token; none for machines.
    pub id: Option<String>,
    /// The refresh token; None if the client keeps the one it has, or gets none.
    pub refresh: Option<String>,
    /// The time for which the access token is good, in seconds.
    pub expires_in: i64,
    /// The scopes of the access token, for a client that may have asked for others (RFC 6749 section 5.1), and for one that
    /// names a resource, which may ask for more of them later (agents.md 4.3). The service tells nobody.
    pub scope: Option<String>,
}

impl Tokens {
    /// Returns what an answer says about the scopes of an access token. `names_resource`: the token is for one resource alone.
    fn scope_for(client: &Client, access: &str, names_resource: bool) -> Option<String> {
        if !client.is_dynamic() && !names_resource {
            return None;
        }
        let token = Presented::parse(access)?;
        Some(token.claims.scopes().collect::<Vec<_>>().join(" "))
    }
}

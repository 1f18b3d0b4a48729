//! The grant `authorization_code` (endpoints.md 1.6, RFC 6749 section 4.1.3). No endpoint gives out codes yet, so that
//! every code is unknown.

use crate::cx::Cx;
use crate::errors::oauth::{INVALID_GRANT, INVALID_REQUEST};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::{Credentials, Tokens, client};

/// A code and what it was given for, as the request says.
#[derive(Clone, Copy)]
pub struct CodeRequest<'a> {
    /// The code.
    pub code: Option<&'a str>,
    /// The redirect URI of the request for the code.
    pub redirect_uri: Option<&'a str>,
}

/// Trades a code for tokens.
///
/// # Errors
/// Faults. Refusals: those of [`client::authenticate`]; `invalid_request` without code or redirect URI; `invalid_grant`.
pub async fn tokens(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: CodeRequest<'_>,
) -> Answer<Tokens> {
    settle(trade(cx, credentials, request).await)
}

async fn trade(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: CodeRequest<'_>,
) -> Result<Tokens, Stop> {
    client::authenticate(cx, credentials).await?;
    let given = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
    if !given(request.code) || !given(request.redirect_uri) {
        return Err(INVALID_REQUEST.into());
    }
    Err(INVALID_GRANT.into())
}

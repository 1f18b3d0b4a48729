//! The end of a sign-in on a page: a session of the browser, and a code or tokens for the client.

use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::authorization::Authorization;
use crate::oauth::browser_session::{BrowserSession, SessionCookie};
use crate::oauth::reply::Reply;
use crate::signin::At;
use crate::signin::opening::Ending;
use crate::tokens::opened::OpenedSession;

/// The end of a sign-in on a page, for the driver. Its commit keeps a session of the browser in the place of a refresh
/// token's, and the code.
pub struct OnPage<'a> {
    /// The request that the sign-in answers.
    pub authorization: &'a Authorization,
    /// The host that was asked.
    pub host: &'a str,
    /// The cookie of the session that the new one replaces.
    pub replaces: Option<&'a str>,
}

/// A finished sign-in.
pub struct Finished {
    /// The answer for the client.
    pub reply: Reply,
    /// The cookie of the new session.
    pub cookie: SessionCookie,
}

impl Ending for OnPage<'_> {
    type Result = Finished;

    async fn end(&self, _: &Cx<'_>, _: At<'_>, _: &OpenedSession) -> Result<Finished> {
        Err(Fault::Internal("no end of a page's sign-in".into()))
    }
}

/// Answers a client for a user whose browser has a session: a code or tokens without another proof.
///
/// # Errors
/// Faults. As a [`Reply`], the refusals of PreTokenGeneration.
pub async fn by_session(
    _cx: &Cx<'_>,
    _authorization: &Authorization,
    _session: &BrowserSession,
) -> Result<Reply> {
    Err(Fault::Internal("no answer by a session".into()))
}

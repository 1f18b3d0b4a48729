//! The session of a browser with a pool: who signed in there, so that further clients need not ask again
//! (endpoints.md 1.13). It lives for one hour from the sign-in, whatever is done with it, on one host.

use cognate_crypto::secret::SecretString;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::session::SessionDoc;

/// A session that is alive, with the user as they are now.
#[derive(Clone)]
pub struct BrowserSession {
    /// The row's key, which is not the cookie's value.
    pub id: String,
    /// The user; enabled and confirmed.
    pub user: User,
    /// How and when the user signed in.
    pub doc: SessionDoc,
    /// `COGNITO`, or the identity provider through which the user came.
    pub provider: String,
    /// The client that the user signed in to; the session of another provider than `COGNITO` is good for it alone.
    pub client_id: String,
    /// The end, in microseconds.
    pub ends: i64,
}

/// The value of the cookie that carries a new session, and its time to live.
pub struct SessionCookie {
    /// The value, in characters that a cookie may have.
    pub value: SecretString,
    /// Seconds.
    pub seconds: u32,
}

/// Returns the session of a cookie; None for one that is unknown, over, of another pool or host, or whose user may not
/// sign in any more. `host`: the host that was asked.
///
/// # Errors
/// Faults.
pub async fn find(
    _cx: &Cx<'_>,
    _pool: &Pool,
    _host: &str,
    _cookie: &str,
) -> Result<Option<BrowserSession>> {
    Ok(None)
}

/// Ends the session of a cookie. A cookie that names none is no error.
///
/// # Errors
/// Faults.
pub async fn end(_cx: &Cx<'_>, _pool: &Pool, _host: &str, _cookie: &str) -> Result<()> {
    Ok(())
}

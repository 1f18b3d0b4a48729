//! The rows of browsers' sessions: their document and their MAC.

use cognate_store::tables::browser_sessions::BrowserSessionRow;
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::pool::Pool;
use crate::tokens::session::SessionDoc;

/// The document of a `browser_sessions` row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BrowserDoc {
    /// The host that set the cookie.
    pub host: String,
    /// `COGNITO`, or the identity provider through which the user came.
    pub provider: String,
    /// The client that the user signed in to.
    pub client_id: String,
    /// The program and the address of the browser, where sessions are tracked; JSON of [`super::tracking`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
    /// How and when the user signed in.
    pub signed_in: SessionDoc,
}

/// Returns the document of a row, as it is read for its key.
///
/// # Errors
/// A document of another shape; an internal fault for a row that is not signed.
pub fn read(pool: &Pool, key: &str, row: &BrowserSessionRow) -> Result<BrowserDoc> {
    pool.check(&row.signed(key), row.mac.as_deref())?;
    Ok(serde_json::from_str(&row.doc)?)
}

/// Signs a row with its MAC.
#[must_use]
pub fn sign(pool: &Pool, key: &str, mut row: BrowserSessionRow) -> BrowserSessionRow {
    row.mac = Some(pool.sign(&row.signed(key)));
    row
}

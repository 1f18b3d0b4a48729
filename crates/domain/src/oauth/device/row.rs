//! The rows of devices that wait for their users.

use cognate_shapes::OAuthFlowType;
use cognate_store::Row;
use cognate_store::tables::device_requests::DeviceRow;
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::tokens::session::SessionDoc;

/// The time between two questions of a device, in seconds (RFC 8628 section 3.2).
pub const INTERVAL: i64 = 5;
/// The length of a user's code without its hyphen: 34 bits.
pub const USER_CODE: usize = 8;
/// Consonants alone, none of which looks like another (RFC 8628 section 6.1).
pub const USER_ALPHABET: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// The document of a row.
#[derive(Clone, Serialize, Deserialize)]
pub struct Doc {
    /// The end of both codes, in microseconds.
    pub ends: i64,
    /// The scopes that the device asks for.
    pub scopes: Vec<String>,
    /// The audience of its access tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// How and when the user signed in who let the device in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<SessionDoc>,
}

/// True if the client has the standard profile and gets tokens for users by codes.
pub fn may_use(client: &Client) -> bool {
    let mut flows = client.doc.allowed_oauth_flows.iter().flatten();
    client.unvouched.is_none()
        && client.is_standard()
        && client.doc.allowed_oauth_flows_user_pool_client
        && flows.any(|flow| *flow == OAuthFlowType::Code)
}

/// Returns the key of a device's code.
pub fn device_key(pool: &Pool, code: &str) -> String {
    hex::encode(pool.key.mac("device codes", code.as_bytes()))
}

/// Returns the key of a user's code without hyphen, in capitals.
pub fn user_key(pool: &Pool, code: &str) -> String {
    hex::encode(pool.key.mac("user codes of devices", code.as_bytes()))
}

/// Signs a row with its MAC.
pub fn signed(pool: &Pool, mut row: DeviceRow) -> DeviceRow {
    row.mac = Some(pool.sign(&row.signed()));
    row
}

/// Reads a row and its document.
///
/// # Errors
/// A row of another shape; an internal fault for one that is not signed.
pub fn open(pool: &Pool, mut row: Row) -> Result<(DeviceRow, Doc)> {
    let row = DeviceRow::read(&mut row)?;
    pool.check(&row.signed(), row.mac.as_deref())?;
    let doc = serde_json::from_str(&row.doc)?;
    Ok((row, doc))
}

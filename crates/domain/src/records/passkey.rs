//! A passkey, as the rest of the domain sees it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_shapes::{Timestamp, WebAuthnCredentialDescription};
use cognate_store::Row;
use cognate_store::tables::passkeys::PasskeyRow;
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::records::pool::Pool;

/// The stored document of a passkey, besides its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyDoc {
    /// FriendlyCredentialName.
    pub name: String,
    /// `platform` or `cross-platform`, if the client said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// The ways in which browsers reach the authenticator, as they said themselves.
    #[serde(default)]
    pub transports: Vec<String>,
    /// True if the passkey may be copied to other devices; never changes.
    pub backup_eligible: bool,
    /// True if that is not known, as of one that came from another system: then either is right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backup_unknown: bool,
    /// In base64url the name that the authenticator has for the account, if it is not the `sub`: that of the system where
    /// the passkey was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_handle: Option<String>,
    /// The model of the authenticator in hexadecimal, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<String>,
}

/// A passkey of a user.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// As it is stored.
    pub row: PasskeyRow,
    /// The row's document.
    pub doc: PasskeyDoc,
}

impl Passkey {
    /// Takes a row of `tables::passkeys` that was read for this user.
    ///
    /// # Errors
    /// A fault on a row of another shape, or one that is not signed.
    pub fn read(pool: &Pool, user_id: &str, mut row: Row) -> Result<Self> {
        Self::of(pool, user_id, PasskeyRow::read(&mut row)?)
    }

    /// Returns the passkey of a row that was read already.
    ///
    /// # Errors
    /// Those of [`Passkey::read`].
    pub fn of(pool: &Pool, user_id: &str, row: PasskeyRow) -> Result<Self> {
        pool.check(&row.signed(user_id), row.mac.as_deref())?;
        let doc = serde_json::from_str(&row.doc)?;
        Ok(Self { row, doc })
    }

    /// Returns the row after its authenticator has counted to `sign_count`.
    #[must_use]
    pub fn counted(&self, pool: &Pool, user_id: &str, sign_count: i64) -> PasskeyRow {
        let row = PasskeyRow {
            sign_count,
            ..self.row.clone()
        };
        sign(pool, user_id, row)
    }

    /// Returns the passkey as ListWebAuthnCredentials describes it.
    pub fn to_api(&self) -> WebAuthnCredentialDescription {
        WebAuthnCredentialDescription {
            credential_id: self.row.credential_id.clone(),
            friendly_credential_name: self.doc.name.clone(),
            relying_party_id: self.row.rp_id.clone(),
            authenticator_attachment: self.doc.attachment.clone(),
            authenticator_transports: self.doc.transports.clone(),
            created_at: Timestamp(self.row.created),
        }
    }
}

/// Sets the MAC of a passkey of the user.
#[must_use]
pub fn sign(pool: &Pool, user_id: &str, mut row: PasskeyRow) -> PasskeyRow {
    row.mac = Some(pool.sign(&row.signed(user_id)));
    row
}

/// Returns the text form of a credential's id and of everything else that is bytes.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Undoes [`base64url`]; None for what it does not make.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

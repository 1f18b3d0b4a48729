//! A passkey, as the rest of the domain sees it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_shapes::{Timestamp, WebAuthnCredentialDescription};
use cognate_store::Row;
use cognate_store::tables::passkeys::PasskeyRow;
use serde::{Deserialize, Serialize};

use crate::errors::Result;

/// What is kept of a passkey besides its key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyDoc {
    /// FriendlyCredentialName.
    pub name: String,
    /// `platform` or `cross-platform`, if the client said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// How browsers reach the authenticator, as they said themselves.
    #[serde(default)]
    pub transports: Vec<String>,
    /// Whether the passkey may be copied to other devices; never changes.
    pub backup_eligible: bool,
    /// The model of the authenticator in hexadecimal, if it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaguid: Option<String>,
}

/// A passkey of a user.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// As it is stored.
    pub row: PasskeyRow,
    /// What the row's document says.
    pub doc: PasskeyDoc,
}

impl Passkey {
    /// Takes a row of `tables::passkeys`.
    ///
    /// # Errors
    /// A fault on a row of another shape.
    pub fn read(row: Row) -> Result<Self> {
        Self::of(PasskeyRow::read(row)?)
    }

    /// From a row that was read.
    ///
    /// # Errors
    /// A fault on a document of another shape.
    pub fn of(row: PasskeyRow) -> Result<Self> {
        let doc = serde_json::from_str(&row.doc)?;
        Ok(Self { row, doc })
    }

    /// As ListWebAuthnCredentials shows it.
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

/// The text form of a credential's id and of everything else that is bytes.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Undoes [`base64url`]; None for what it does not make.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

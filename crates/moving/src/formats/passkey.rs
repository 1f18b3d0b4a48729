//! Passkeys in the records of other systems.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cognate_crypto::webauthn::key::CredentialKey;

use super::draft::Draft;
use crate::record::PasskeyRecord;

/// Either alphabet, after it was made the one of URLs; with and without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a record says of a passkey.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// base64 in either alphabet.
    pub(super) id: Option<&'a str>,
    /// The COSE key in base64 in either alphabet.
    pub(super) key: Option<&'a str>,
    pub(super) counter: Option<i64>,
    pub(super) name: Option<&'a str>,
    /// A UUID or hexadecimal.
    pub(super) aaguid: Option<&'a str>,
    pub(super) created: Option<i64>,
    pub(super) transports: Vec<String>,
    pub(super) backup_eligible: Option<bool>,
    /// base64 in either alphabet.
    pub(super) user_handle: Option<&'a str>,
}

/// Adds a passkey, or a note why there is none.
pub(super) fn add(draft: &mut Draft<'_>, found: Found<'_>) {
    let Some(rp_id) = draft.options.rp_id.clone() else {
        draft.note("a passkey was left out: say its domain with --rp-id");
        return;
    };
    let id = found.id.and_then(bytes).filter(|id| !id.is_empty());
    let key = found.key.and_then(bytes);
    let key = key.filter(|key| CredentialKey::from_cose(key).is_ok());
    let (Some(id), Some(key)) = (id, key) else {
        draft.note("a passkey was left out: its key is of a kind that is not taken");
        return;
    };
    let aaguid = found.aaguid.map(|text| text.replace('-', ""));
    let handle = found.user_handle.and_then(bytes);
    draft.user.passkeys.push(PasskeyRecord {
        credential_id: URL_SAFE_NO_PAD.encode(id),
        rp_id,
        public_key: URL_SAFE_NO_PAD.encode(key),
        sign_count: found.counter.unwrap_or(0).max(0),
        name: found.name.unwrap_or("Passkey").to_owned(),
        attachment: None,
        transports: found.transports,
        backup_eligible: found.backup_eligible.unwrap_or(false),
        backup_unknown: found.backup_eligible.is_none(),
        aaguid: aaguid.filter(|text| text.len() == 32),
        user_handle: handle.map(|handle| URL_SAFE_NO_PAD.encode(handle)),
        created: found.created,
    });
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.replace('+', "-").replace('/', "_");
    LENIENT.decode(text).ok()
}

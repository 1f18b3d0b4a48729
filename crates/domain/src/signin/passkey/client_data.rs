//! A browser's account of a ceremony: clientDataJSON (Web Authentication section 5.8.1), and the JSON around it.

use cognate_crypto::secret::ct_eq;
use serde::Deserialize;

use crate::app::Mode;
use crate::records::passkey::from_base64url;
use crate::signin::passkey::relying_party::allows_origin;

/// The only type of credentials.
const PUBLIC_KEY: &str = "public-key";

/// The ceremony that the browser performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// Registration.
    Create,
    /// Sign-in.
    Get,
}

impl Ceremony {
    fn kind(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// The members that matter.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collected {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

/// The data that a browser collected, with the bytes whose hash the authenticator signs.
pub struct ClientData {
    /// clientDataJSON.
    pub bytes: Vec<u8>,
    collected: Collected,
}

impl ClientData {
    /// Reads clientDataJSON in base64url (section 7.1 steps 5 to 7, section 7.2 steps 8 to 10); None for other texts
    /// and for data of the other ceremony.
    pub fn read(text: &str, ceremony: Ceremony) -> Option<Self> {
        let bytes = from_base64url(text)?;
        // "UTF-8 decode" passes over a byte order mark.
        let json = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        // A derived reader would also take an array of the values for the object.
        if !json.starts_with(b"{") {
            return None;
        }
        let collected: Collected = serde_json::from_slice(json).ok()?;
        (collected.kind == ceremony.kind()).then_some(Self { bytes, collected })
    }

    /// True if this answers the challenge, which is in base64url (section 7.1 step 8, section 7.2 step 11).
    pub fn answers(&self, challenge: &str) -> bool {
        ct_eq(self.collected.challenge.as_bytes(), challenge.as_bytes())
    }

    /// True if the page belongs to the relying party and was not in a frame: the pages of a pool are never framed
    /// (section 7.1 steps 9 to 11, section 7.2 steps 12 to 14).
    pub fn is_from(&self, mode: Mode, rp_id: &str) -> bool {
        let framed = self.collected.cross_origin || self.collected.top_origin.is_some();
        !framed && allows_origin(mode, rp_id, &self.collected.origin)
    }
}

/// RegistrationResponseJSON (section 5.1.8) and AuthenticationResponseJSON (section 5.1.9), `R` being the part that
/// differs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCredential<R> {
    id: String,
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    /// `platform`, `cross-platform`, or an unknown value.
    #[serde(default)]
    pub authenticator_attachment: Option<String>,
    /// The authenticator's response.
    pub response: R,
}

impl<R> PublicKeyCredential<R> {
    /// Returns the credential's id in base64url; None where the members contradict each other.
    pub fn id(&self) -> Option<&str> {
        let is_one = self.id == self.raw_id && self.kind == PUBLIC_KEY && !self.id.is_empty();
        is_one.then_some(self.id.as_str())
    }
}

/// The response that comes with a new passkey.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attestation {
    /// base64url.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    /// base64url.
    pub attestation_object: String,
    /// How to reach the authenticator.
    #[serde(default)]
    pub transports: Option<Vec<String>>,
}

/// The response with which a passkey signs in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    /// base64url.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: String,
    /// base64url.
    pub authenticator_data: String,
    /// base64url.
    pub signature: String,
    /// base64url of the user's id.
    #[serde(default)]
    pub user_handle: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::passkey::base64url;

    fn read(json: &str) -> Option<ClientData> {
        ClientData::read(&base64url(json.as_bytes()), Ceremony::Get)
    }

    #[test]
    fn client_data_says_what_it_answers_and_whence_it_comes() {
        let data = read(
            r#"{"type":"webauthn.get","challenge":"AAEC","origin":"https://a.example","crossOrigin":false,"extra":1}"#,
        );
        let data = data.unwrap_or_else(|| unreachable!());
        assert!(data.answers("AAEC"));
        assert!(!data.answers("AAED") && !data.answers("") && !data.answers("AAEC="));
        assert!(data.is_from(Mode::Serve, "a.example"));
        assert!(!data.is_from(Mode::Serve, "b.example"));
    }

    #[test]
    fn pages_in_frames_are_refused() {
        for extra in [
            r#""crossOrigin":true"#,
            r#""topOrigin":"https://b.example""#,
            r#""crossOrigin":true,"topOrigin":"https://a.example""#,
        ] {
            let json = format!(
                r#"{{"type":"webauthn.get","challenge":"AAEC","origin":"https://a.example",{extra}}}"#
            );
            let data = read(&json).unwrap_or_else(|| unreachable!());
            assert!(!data.is_from(Mode::Serve, "a.example"), "{extra}");
        }
    }

    #[test]
    fn what_is_no_client_data_of_the_ceremony_is_refused() {
        for json in [
            "",
            "{}",
            "null",
            r#"["webauthn.get","AAEC","https://a.example"]"#,
            r#"{"type":"webauthn.create","challenge":"AAEC","origin":"https://a.example"}"#,
            r#"{"type":"webauthn.get","challenge":"AAEC"}"#,
            r#"{"type":"webauthn.get","type":"webauthn.get","challenge":"AAEC","origin":"https://a.example"}"#,
        ] {
            assert!(read(json).is_none(), "{json}");
        }
        assert!(ClientData::read("?", Ceremony::Get).is_none());
    }
}

//! Passkeys: registering one, and WEB_AUTHN, signing in with one (auth.md 4.5).
//!
//! | module | contents |
//! |---|---|
//! | [`relying_party`] | the relying party's id, the pages that may use it, its demands |
//! | [`client_data`] | the JSON of browsers |
//! | [`register`] | the ceremony of Web Authentication section 7.1 |
//! | [`discoverable`] | the same without a name, on pages |
//! | this one | the ceremony of section 7.2, in the middle of USER_AUTH |

pub mod client_data;
pub mod discoverable;
pub mod register;
pub mod relying_party;

use cognate_crypto::hash::sha256;
use cognate_crypto::random;
use cognate_crypto::webauthn::data::{AuthenticatorData, Flags};
use cognate_crypto::webauthn::key::CredentialKey;
use cognate_shapes::{AuthFactorType, ChallengeNameType};
use cognate_store::Batch;
use cognate_store::tables::passkeys;
use serde::Serialize;

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::passkeys::{invalid_credential, wrong};
use crate::errors::{self, Fault, Result, auth};
use crate::facts::factor::Factor;
use crate::records::passkey::{Passkey, base64url, from_base64url};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::challenge::{Ask, Challenge};
use crate::signin::further::Further;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Pass, Step, Verdict, Wrong};
use crate::signin::{At, first_factors};

use client_data::{Assertion, Ceremony, ClientData, PublicKeyCredential};
use relying_party::{RelyingPartyKeys, demands_verification, user_verification};

/// Bytes of a challenge (settled S19, S20).
const CHALLENGE_BYTES: usize = 16;
/// How long the browser is told to wait, in milliseconds (settled S19).
const TIMEOUT: u32 = 180_000;

/// PublicKeyCredentialDescriptorJSON (section 5.8.3).
#[derive(Serialize)]
pub struct Descriptor<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    transports: &'a [String],
}

/// Names a passkey to a browser.
fn descriptor<'a>(id: &'a str, transports: &'a [String]) -> Descriptor<'a> {
    Descriptor {
        id,
        kind: "public-key",
        transports,
    }
}

/// CREDENTIAL_REQUEST_OPTIONS: PublicKeyCredentialRequestOptionsJSON, members in the service's order (settled S19).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestOptions<'a> {
    hints: [&'static str; 0],
    attestation: &'static str,
    attestation_formats: [&'static str; 0],
    challenge: &'a str,
    timeout: u32,
    rp_id: &'a str,
    allow_credentials: Vec<Descriptor<'a>>,
    user_verification: &'static str,
}

/// Returns the passkeys of a user, or of the pseudonym of an unknown name: none in pools whose users cannot begin with a
/// passkey. They are read unless they were with the user.
///
/// # Errors
/// The store's.
pub async fn known(
    cx: &Cx<'_>,
    pool: &Pool,
    subject: &str,
    further: &Further,
) -> Result<RelyingPartyKeys> {
    if first_factors::allows(pool, AuthFactorType::WebAuthn) {
        RelyingPartyKeys::known(cx, pool, subject, further).await
    } else {
        Ok(RelyingPartyKeys::default())
    }
}

/// Asks for a passkey. `user` is None for an unknown name, which the answer must not reveal. `known` holds the passkeys
/// read for the subject. `offered`: the first factors to choose from.
///
/// # Errors
/// The choice is not there any more: the last passkey was deleted since it was offered.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    user: Option<&User>,
    state: SignInState,
    known: &RelyingPartyKeys,
    offered: Vec<ChallengeNameType>,
) -> Result<Challenge> {
    let not_offered = errors::challenges::challenge_not_offered;
    let rp_id = known.rp_id.as_deref().ok_or_else(not_offered)?;
    // Made for users too, so that both take the same time.
    let (decoy, ways) = decoy(at.pool, &state.typed);
    let mut allowed: Vec<_> = known
        .usable()
        .map(|passkey| descriptor(&passkey.row.credential_id, &passkey.doc.transports))
        .collect();
    if user.is_none() {
        allowed = vec![descriptor(&decoy, &ways)];
    }
    if allowed.is_empty() {
        return Err(not_offered().into());
    }
    let name = format!("passkey challenge {}", state.subject);
    let challenge = cx
        .memory()
        .once(&name, || base64url(&random::bytes::<CHALLENGE_BYTES>()));
    let options = request_options(at.pool, &challenge, rp_id, allowed)?;
    let state = state.next(cx, at.client, Expected::WebAuthn { challenge });
    let session = state.seal(cx, at.pool)?;
    Ok(Challenge::new(Ask::WebAuthn(options), Some(session)).among(offered))
}

/// Returns CREDENTIAL_REQUEST_OPTIONS.
fn request_options(
    pool: &Pool,
    challenge: &str,
    rp_id: &str,
    allowed: Vec<Descriptor<'_>>,
) -> Result<String> {
    Ok(serde_json::to_string(&RequestOptions {
        hints: [],
        attestation: "none",
        attestation_formats: [],
        challenge,
        timeout: TIMEOUT,
        rp_id,
        allow_credentials: allowed,
        user_verification: user_verification(pool),
    })?)
}

/// Returns a decoy passkey for an unknown name; deterministic per name.
fn decoy(pool: &Pool, typed: &str) -> (String, [String; 2]) {
    let made = pool.key.mac("passkeys of unknown names", typed.as_bytes());
    let [shape, ..] = pool.key.mac("passkey shapes", typed.as_bytes());
    // The lengths that password managers and telephones give their ids.
    let length = match shape % 3 {
        0 => 16,
        1 => 20,
        _ => 32,
    };
    let id = base64url(made.get(..length).unwrap_or(&made));
    (id, ["internal".to_owned(), "hybrid".to_owned()])
}

/// Judges the assertion. A wrong one counts towards the lockout; the session stays good for another.
///
/// # Errors
/// InvalidParameterException for a text that is no AuthenticationResponseJSON; a user who may not use a passkey any
/// more.
pub async fn judge(cx: &Cx<'_>, at: At<'_>, step: &Step, credential: &str) -> Result<Verdict> {
    let subject = &step.state.subject;
    let Expected::WebAuthn { challenge } = &step.state.expected else {
        return Err(auth::session_invalid().into());
    };
    let signed = SignedIn::read(credential).ok_or_else(invalid_credential)?;
    let known = RelyingPartyKeys::known(cx, at.pool, subject, &step.further).await?;
    let right = signed.judge(cx.settings.mode, at.pool, &known, challenge, subject)?;
    let (Some(right), Some(user)) = (right, &step.user) else {
        return Ok(Verdict::Wrong(Wrong {
            one_time: true,
            ..Wrong::new(wrong())
        }));
    };
    // A second factor may have been turned on since, with which a passkey alone is not offered (auth.md 4.5).
    if !first_factors::of(at.pool, user, true).contains(&ChallengeNameType::WebAuthn) {
        return Err(auth::session_invalid().into());
    }
    let before = right.passkey.row.sign_count;
    let after = right.passkey.counted(at.pool, &user.id, right.sign_count);
    let batch = Batch::new();
    let writes = passkeys::used(batch, &at.pool.id, &user.id, before, &after, cx.now());
    let factor = if right.flags.user_verified() {
        Factor::VerifiedPasskey
    } else {
        Factor::Passkey
    };
    Ok(Verdict::Passed(Pass {
        factor: Some(factor),
        writes,
        after: None,
    }))
}

/// A right answer.
struct Right<'k> {
    passkey: &'k Passkey,
    flags: Flags,
    sign_count: i64,
}

/// An assertion, read and not judged.
struct SignedIn {
    id: String,
    client_data: ClientData,
    /// As it was signed.
    bytes: Vec<u8>,
    data: AuthenticatorData,
    signature: Vec<u8>,
    user_handle: Option<Vec<u8>>,
}

impl SignedIn {
    fn read(text: &str) -> Option<Self> {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        let read: PublicKeyCredential<Assertion> =
            serde_json::from_value(serde_json::Value::Object(object)).ok()?;
        let id = read.id()?.to_owned();
        let response = read.response;
        let bytes = from_base64url(&response.authenticator_data)?;
        // What browsers send for no handle is nothing or an empty text.
        let user_handle = response.user_handle.filter(|handle| !handle.is_empty());
        let user_handle = user_handle.map(|handle| from_base64url(&handle).ok_or(()));
        Some(Self {
            client_data: ClientData::read(&response.client_data_json, Ceremony::Get)?,
            data: AuthenticatorData::read(&bytes).ok()?,
            signature: from_base64url(&response.signature)?,
            user_handle: user_handle.transpose().ok()?,
            bytes,
            id,
        })
    }

    /// Judges by section 7.2 steps 5 to 22. Every check is made whatever the results of the others, and one signature
    /// is verified whether there is such a passkey or not, so that the time reveals nothing.
    fn judge<'k>(
        &self,
        mode: Mode,
        pool: &Pool,
        known: &'k RelyingPartyKeys,
        challenge: &str,
        subject: &str,
    ) -> Result<Option<Right<'k>>> {
        let broken = |_| Fault::Internal(format!("passkey {}: public key", self.id));
        let passkey = known
            .usable()
            .find(|passkey| passkey.row.credential_id == self.id);
        let key = match passkey {
            Some(passkey) => CredentialKey::from_cose(&passkey.row.public_key),
            None => CredentialKey::decoy(),
        };
        let hash = sha256(&self.client_data.bytes);
        let message = [self.bytes.as_slice(), &hash].concat();
        let is_signed = key.map_err(broken)?.verify(&message, &self.signature);
        let rp_id = known.rp_id.as_deref().unwrap_or_default();
        let handle = self.user_handle.as_deref();
        // The one of the system where the passkey was made, if that was another.
        let old = passkey.and_then(|passkey| passkey.doc.user_handle.as_deref());
        let is_theirs = handle.is_none_or(|handle| {
            handle == subject.as_bytes() || old.is_some_and(|old| old == base64url(handle))
        });
        let answers = self.client_data.answers(challenge);
        let is_from_us = self.client_data.is_from(mode, rp_id)
            && self.data.rp_id_hash == sha256(rp_id.as_bytes());
        let Some(passkey) = passkey else {
            return Ok(None);
        };
        let flags = self.data.flags;
        let is_touched =
            flags.user_present() && (flags.user_verified() || !demands_verification(pool));
        let same = flags.backup_eligible() == passkey.doc.backup_eligible;
        let backup =
            (same || passkey.doc.backup_unknown) && (flags.backup_eligible() || !flags.backed_up());
        let sign_count = i64::from(self.data.sign_count);
        let counts = counts_on(passkey.row.sign_count, sign_count);
        let right =
            is_signed && is_theirs && answers && is_from_us && is_touched && backup && counts;
        Ok(right.then_some(Right {
            passkey,
            flags,
            sign_count,
        }))
    }
}

/// True if a counter went on, or was never used. One that did not belongs to a copy of the authenticator, or to the
/// original after a copy was used (section 7.2 step 22).
fn counts_on(before: i64, now: i64) -> bool {
    now > before || (now == 0 && before == 0)
}

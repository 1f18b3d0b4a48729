//! A sign-in with a passkey and without a name, on pages: the browser offers the passkeys that it has for the relying
//! party, and the answer tells whose it is by the user handle (Web Authentication section 7.2 step 6).
//!
//! The challenge is sealed with a nonce, for one pool and client and the time of a step. No row is written and none is
//! read before an answer.

use cognate_crypto::random;
use cognate_shapes::UserPoolMfaType;
use cognate_store::tables::{passkeys, users};
use serde::{Deserialize, Serialize};

use crate::attempts::Subject;
use crate::clock::utc_day;
use crate::cx::Cx;
use crate::errors::passkeys::invalid_credential;
use crate::errors::{Result, auth};
use crate::records::client::Client;
use crate::records::mfa;
use crate::records::passkey::base64url;
use crate::records::pool::Pool;
use crate::signin::lock::Lock;
use crate::signin::passkey::relying_party::{self, registers};
use crate::signin::passkey::{CHALLENGE_BYTES, SignedIn, request_options};
use crate::signin::state::{Expected, SignInState, Start};
use crate::signin::verdict::{Judged, Step, Verdict};
use crate::signin::{At, resume, session_token, triggers};

/// The purpose of the sealed text.
const PURPOSE: &str = "passkey without a name";

/// A page's question for a passkey. Without `Debug`: the session is secret.
pub struct Invitation {
    /// PublicKeyCredentialRequestOptionsJSON that names no passkey.
    pub options: String,
    /// The session that the answer needs.
    pub session: String,
}

#[derive(Serialize, Deserialize)]
struct Asked {
    nonce: String,
    challenge: String,
    /// Microseconds.
    expires: i64,
}

impl Asked {
    fn bound(pool: &Pool, client: &Client) -> Vec<u8> {
        [pool.id.as_str(), client.id.as_str()]
            .join("\n")
            .into_bytes()
    }

    fn seal(&self, cx: &Cx<'_>, pool: &Pool, client: &Client) -> Result<String> {
        let plain = serde_json::to_vec(self)?;
        let bound = Self::bound(pool, client);
        let sealed = pool
            .key
            .seal_token(PURPOSE, utc_day(cx.now()), &bound, &plain);
        Ok(session_token::encode(&client.id, &sealed))
    }

    fn open(cx: &Cx<'_>, pool: &Pool, client: &Client, text: &str) -> Result<Self> {
        let bytes = session_token::decode(text)?;
        let (client_id, sealed) =
            session_token::split_client(&bytes).ok_or_else(auth::session_invalid)?;
        // The readable part must not be altered either.
        if client_id != client.id {
            return Err(auth::session_invalid().into());
        }
        let bound = Self::bound(pool, client);
        let plain = pool.key.open_token(PURPOSE, &bound, sealed);
        let plain = plain.map_err(|_| auth::session_invalid())?;
        let asked: Self =
            serde_json::from_slice(plain.expose()).map_err(|_| auth::session_invalid())?;
        if asked.expires <= cx.now() {
            return Err(auth::session_expired().into());
        }
        Ok(asked)
    }
}

/// Returns the question for a passkey of any user; None where none could sign in with it.
///
/// # Errors
/// None that can arise.
pub fn invite(cx: &Cx<'_>, pool: &Pool, client: &Client) -> Result<Option<Invitation>> {
    let needs_more = pool.doc.mfa_configuration == UserPoolMfaType::On
        && !mfa::passkeys_are_two_factors(&pool.doc);
    let rp_id = relying_party::on_page(cx, pool);
    let (false, Ok(()), Some(rp_id)) = (needs_more, registers(pool, client), rp_id) else {
        return Ok(None);
    };
    let asked = Asked {
        nonce: session_token::nonce(),
        challenge: base64url(&random::bytes::<CHALLENGE_BYTES>()),
        expires: session_token::step_expires(cx, client),
    };
    Ok(Some(Invitation {
        options: request_options(pool, &asked.challenge, &rp_id, Vec::new())?,
        session: asked.seal(cx, pool, client)?,
    }))
}

/// Judges the answer to an [`Invitation`]. Whoever the passkey claims to be of costs the same, and is refused in the same
/// way until the signature is right. PreAuthentication is called after that, as nobody is known before.
///
/// # Errors
/// A pool or client without passkeys; NotAuthorizedException (auth.md 3.1) for a session that expired, was used or is of
/// another pool or client; InvalidParameterException for a text that is no AuthenticationResponseJSON; the lockout; those
/// of the function.
pub async fn judge<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    start: Start,
    session: &str,
    credential: &str,
) -> Judged<(Step, Verdict)> {
    registers(at.pool, at.client)?;
    let asked = Asked::open(cx, at.pool, at.client, session)?;
    let signed = SignedIn::read(credential).ok_or_else(invalid_credential)?;
    let subject = subject(cx, at.pool, &signed).await?;
    let state = SignInState {
        nonce: asked.nonce,
        expires: asked.expires,
        expected: Expected::WebAuthn {
            challenge: asked.challenge,
        },
        ..SignInState::of_unknown(at, &subject, "", "", start)
    };
    let step = resume::take_up_anyone(cx, at, lock, state).await?;
    let verdict = super::judge(cx, at, &step, credential).await?;
    if matches!(verdict, Verdict::Passed(_)) {
        triggers::before(cx, at, lock, &step).await?;
    }
    Ok((step, verdict))
}

/// Returns the id of the user whose passkey an answer claims to be, under whom requests are counted before anything is
/// judged; None for one that names nobody.
pub fn claimed(credential: &str) -> Option<String> {
    SignedIn::read(credential)?.claimed().map(str::to_owned)
}

impl SignedIn {
    /// Returns the id of the user whose passkey this claims to be, as registration gave it to the authenticator.
    fn claimed(&self) -> Option<&str> {
        let handle = std::str::from_utf8(self.user_handle.as_deref()?).ok()?;
        users::looks_like_id(handle).then_some(handle)
    }
}

/// Returns the id of the user whose passkey this claims to be; a pseudonym for a handle that is none. Wrong answers count
/// for it as those to a challenge that was begun with the name.
///
/// A handle that is no id may be that of a system where the passkey was made: then the passkey tells the user, whose own
/// row of it must have the handle.
async fn subject(cx: &Cx<'_>, pool: &Pool, signed: &SignedIn) -> Result<String> {
    // Made for users too, so that both take the same time.
    let unknown = Subject::unknown(pool, &signed.id);
    if let Some(claimed) = signed.claimed() {
        return Ok(claimed.to_owned());
    }
    let owner = cx
        .store
        .first(passkeys::owner(&pool.id, &signed.id))
        .await?;
    let owner = owner.as_ref().filter(|_| signed.user_handle.is_some());
    Ok(match owner {
        Some(row) => row.text(0)?.to_owned(),
        None => unknown.as_str().to_owned(),
    })
}

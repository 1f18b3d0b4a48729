//! Registering a passkey (auth.md 4.5; Web Authentication section 7.1).
//!
//! The challenge waits in `codes`, one for each user: a registration that is begun replaces the one before. Its row
//! also makes two registrations of one user wait for each other, so that both cannot take the last place.

use cognate_crypto::hash::sha256;
use cognate_crypto::random;
use cognate_crypto::seal::Context;
use cognate_crypto::webauthn::attestation::{AttestationObject, Refused};
use cognate_store::tables::before_images::Entity;
use cognate_store::tables::codes::{self, CODE_STALE, CodeRow, NewCode};
use cognate_store::tables::guards;
use cognate_store::tables::passkeys::{self, MOST, PASSKEY_EXISTS, PASSKEYS_FULL, PasskeyRow};
use cognate_store::{Batch, Label};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit;
use crate::clock::MINUTE;
use crate::cx::Cx;
use crate::errors::passkeys::{
    already_registered, challenge_not_found, client_mismatch, configuration_missing,
    invalid_credential, not_supported, origin_not_allowed, relying_party_mismatch, too_many,
};
use crate::errors::{Fault, Result};
use crate::records::before_image;
use crate::records::client::Client;
use crate::records::passkey::{self, PasskeyDoc, base64url, from_base64url};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::pools;
use crate::signin::passkey::client_data::{Attestation, Ceremony, ClientData, PublicKeyCredential};
use crate::signin::passkey::relying_party::{
    RelyingPartyKeys, demands_verification, registers, user_verification,
};
use crate::signin::passkey::{CHALLENGE_BYTES, descriptor};
use crate::tokens::verify::Signed;

/// The purpose of the row in `codes`.
const PURPOSE: &str = "passkey";
/// How long the browser is told to wait, in milliseconds (settled S20).
const TIMEOUT: u32 = 60_000;
/// How long the answer may take; \[unconfirmed\]. People look for their keys longer than browsers wait.
const KEPT: i64 = 5 * MINUTE;
/// The longest transport that is kept, and how many; what the specification names is shorter and fewer.
const LONGEST_TRANSPORT: usize = 32;
const MOST_TRANSPORTS: usize = 8;
/// The longest attestation object and clientDataJSON, in characters of base64url; chains of certificates take a few
/// thousand.
const LONGEST_STATEMENT: usize = 32 << 10;

/// A registration that was begun.
#[derive(Serialize, Deserialize)]
struct Pending {
    /// base64url.
    challenge: String,
    /// Through which client.
    client_id: String,
}

impl Pending {
    fn context<'a>(pool: &'a Pool, user_id: &'a str) -> Context<'a> {
        Context {
            table: "codes",
            column: PURPOSE,
            pool: &pool.id,
            row: user_id,
        }
    }

    /// Returns the registration that the user began and may still complete, with the version of its row.
    async fn find(cx: &Cx<'_>, pool: &Pool, user_id: &str) -> Result<Option<(Self, i64)>> {
        let query = codes::of(&pool.id, user_id, PURPOSE);
        let Some(mut row) = cx.store.first(query).await? else {
            return Ok(None);
        };
        let row = CodeRow::read(&mut row)?;
        if row.expires <= cx.now() {
            return Ok(None);
        }
        let plain = pool.key.open(&Self::context(pool, user_id), &row.sealed)?;
        Ok(Some((serde_json::from_slice(plain.expose())?, row.ver)))
    }
}

/// Who registers a passkey, through which client.
#[derive(Clone, Copy)]
pub struct Registrant<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client.
    pub client: &'a Client,
    /// The user, who is signed in.
    pub user: &'a User,
}

impl<'a> Registrant<'a> {
    /// Returns the user of an access token.
    pub fn of(signed: &'a Signed) -> Self {
        Self {
            pool: &signed.pool,
            client: &signed.client,
            user: &signed.user,
        }
    }
}

/// Begins a registration; returns CredentialCreationOptions.
///
/// # Errors
/// Those of [`offer`].
pub async fn start(cx: &Cx<'_>, who: Registrant<'_>) -> Result<Value> {
    let (options, challenge) = offer(cx, who).await?;
    expect(cx, who, challenge).await?;
    Ok(options)
}

/// Keeps the challenge of a registration, which [`complete`] demands.
///
/// # Errors
/// The user or the pool is gone.
pub async fn expect(cx: &Cx<'_>, who: Registrant<'_>, challenge: String) -> Result<()> {
    let Registrant { pool, client, user } = who;
    let pending = Pending {
        challenge,
        client_id: client.id.clone(),
    };
    let sealed = pool.key.seal(
        &Pending::context(pool, &user.id),
        &serde_json::to_vec(&pending)?,
    );
    let batch = guards::require_pool_active(Batch::new(), &pool.id);
    let batch = guards::require_user_exists(batch, &pool.id, &user.id);
    let until = cx.now().saturating_add(KEPT);
    let row = NewCode {
        subject: &user.id,
        purpose: PURPOSE,
        sealed,
        created: cx.now(),
        expires: until,
        counted: "",
    };
    let batch = codes::put(batch, &pool.id, row);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| conflict(cx, pool, label)).await?;
    Ok(())
}

/// Returns CredentialCreationOptions and the challenge in them, which the caller keeps: nothing is written.
///
/// # Errors
/// WebAuthnNotEnabledException, WebAuthnConfigurationMissingException, LimitExceededException for a user with 20
/// passkeys, InvalidParameterException for a client without USER_AUTH.
pub async fn offer(cx: &Cx<'_>, who: Registrant<'_>) -> Result<(Value, String)> {
    let Registrant { pool, client, user } = who;
    registers(pool, client)?;
    let known = RelyingPartyKeys::read(cx, pool, &user.id).await?;
    let rp_id = known.rp_id.as_deref().ok_or_else(configuration_missing)?;
    if known.keys.len() >= MOST {
        return Err(too_many().into());
    }
    let challenge = base64url(&random::bytes::<CHALLENGE_BYTES>());
    let exclude: Vec<_> = known
        .usable()
        .map(|passkey| descriptor(&passkey.row.credential_id, &[]))
        .collect();
    let options = json!({
        "authenticatorSelection": {
            "requireResidentKey": true,
            "residentKey": "required",
            "userVerification": user_verification(pool),
        },
        "challenge": challenge,
        "excludeCredentials": exclude,
        "pubKeyCredParams": [{"alg": -7, "type": "public-key"}, {"alg": -257, "type": "public-key"}],
        "rp": {"id": rp_id, "name": rp_id},
        "timeout": TIMEOUT,
        "user": {"id": base64url(user.id.as_bytes()), "name": user.username, "displayName": ""},
    });
    Ok((options, challenge))
}

/// Completes a registration.
///
/// # Errors
/// Those of [`registers`]; InvalidParameterException for what is no credential; then, in the order of the
/// specification's steps, WebAuthnChallengeNotFoundException, WebAuthnClientMismatchException,
/// WebAuthnOriginNotAllowedException, WebAuthnRelyingPartyMismatchException, WebAuthnCredentialNotSupportedException,
/// LimitExceededException.
pub async fn complete(cx: &Cx<'_>, who: Registrant<'_>, credential: &Value) -> Result<()> {
    let Registrant { pool, client, user } = who;
    registers(pool, client)?;
    let read = {
        let credential = credential.clone();
        move || Given::read(&credential)
    };
    let given = cx.workers.run(read).await.ok_or_else(invalid_credential)?;
    let pending = Pending::find(cx, pool, &user.id).await?;
    let (pending, ver) = pending.ok_or_else(challenge_not_found)?;
    if pending.client_id != client.id {
        return Err(client_mismatch().into());
    }
    if !given.client_data.answers(&pending.challenge) {
        return Err(challenge_not_found().into());
    }
    let known = RelyingPartyKeys::read(cx, pool, &user.id).await?;
    let rp_id = known.rp_id.ok_or_else(relying_party_mismatch)?;
    if !given.client_data.is_from(cx.settings.mode, &rp_id) {
        return Err(origin_not_allowed().into());
    }
    let row = passkey::sign(pool, &user.id, given.judge(cx, pool, rp_id)?);
    let batch = guards::require_pool_writable(Batch::new(), &pool.id);
    let batch = before_image::keep(batch, pool, cx.now(), |keep, batch| {
        keep.absent(batch, Entity::Passkey, &row.credential_id, 0)
    });
    let batch = guards::require_user_exists(batch, &pool.id, &user.id);
    let batch = codes::consume(batch, &pool.id, &user.id, PURPOSE, ver);
    let batch = passkeys::insert(batch, &pool.id, &user.id, &row);
    let batch = audit::record(cx, batch, &pool.id, Some(&user.id));
    cx.commit(batch, |label| conflict(cx, pool, label)).await?;
    Ok(())
}

/// Maps the label of a failed requirement of a registration.
fn conflict(cx: &Cx<'_>, pool: &Pool, label: Label) -> Fault {
    match label {
        CODE_STALE => challenge_not_found().into(),
        PASSKEY_EXISTS => already_registered().into(),
        PASSKEYS_FULL => too_many().into(),
        // The next try finds that the user is gone.
        guards::USER_GONE => Fault::Stale,
        guards::POOL_GONE => {
            cx.cache.forget(&pool.id, None);
            Fault::Stale
        }
        other => pools::conflict(cx, &pool.id, other),
    }
}

/// A new passkey, read and not judged.
struct Given {
    client_data: ClientData,
    object: AttestationObject,
    /// The result of verifying the statement (steps 20 to 22).
    verified: std::result::Result<(), Refused>,
    id: String,
    attachment: Option<String>,
    transports: Vec<String>,
}

impl Given {
    /// Takes the credential apart and verifies its statement: CBOR, a certificate and a signature that a stranger made,
    /// so this is work for a worker.
    fn read(credential: &Value) -> Option<Self> {
        let read = PublicKeyCredential::<Attestation>::deserialize(credential.as_object()?).ok()?;
        let id = read.id()?.to_owned();
        let response = read.response;
        let client_data = ClientData::read(&response.client_data_json, Ceremony::Create)?;
        let (statement, said) = (&response.attestation_object, &response.client_data_json);
        if statement.len() > LONGEST_STATEMENT || said.len() > LONGEST_STATEMENT {
            return None;
        }
        let object = from_base64url(statement)?;
        let object = AttestationObject::read(&object).ok()?;
        // The name outside must be the one that the authenticator vouches for.
        if from_base64url(&id)? != object.credential.id {
            return None;
        }
        Some(Self {
            verified: object.verify(&client_data.bytes).map(|_| ()),
            client_data,
            object,
            id,
            attachment: read
                .authenticator_attachment
                .filter(|text| is_attachment(text)),
            transports: transports(response.transports.unwrap_or_default()),
        })
    }

    /// Returns the row of a passkey that passes section 7.1 steps 14 to 25.
    fn judge(self, cx: &Cx<'_>, pool: &Pool, rp_id: String) -> Result<PasskeyRow> {
        let data = &self.object.data;
        if data.rp_id_hash != sha256(rp_id.as_bytes()) {
            return Err(relying_party_mismatch().into());
        }
        let flags = data.flags;
        if !flags.user_present() || (flags.backed_up() && !flags.backup_eligible()) {
            return Err(invalid_credential().into());
        }
        if demands_verification(pool) && !flags.user_verified() {
            return Err(not_supported().into());
        }
        self.verified.map_err(|refused| match refused {
            Refused::Unsupported => not_supported(),
            Refused::Wrong => invalid_credential(),
        })?;
        let new = &self.object.credential;
        let aaguid = new.aaguid.iter().any(|byte| *byte != 0);
        let doc = PasskeyDoc {
            name: friendly_name(self.attachment.as_deref()).to_owned(),
            attachment: self.attachment,
            transports: self.transports,
            backup_eligible: flags.backup_eligible(),
            aaguid: aaguid.then(|| hex::encode(new.aaguid)),
            backup_unknown: false,
            user_handle: None,
        };
        Ok(PasskeyRow {
            credential_id: self.id,
            rp_id,
            public_key: new.public_key.clone(),
            sign_count: i64::from(data.sign_count),
            doc: serde_json::to_string(&doc)?,
            created: cx.now(),
            mac: None,
        })
    }
}

/// True for the two that the specification names (section 5.4.5).
fn is_attachment(text: &str) -> bool {
    matches!(text, "platform" | "cross-platform")
}

/// Returns the transports that are kept, in their order, each once. Browsers may name ones that are not known yet
/// (section 5.8.4).
fn transports(given: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for transport in given {
        let is_name = (1..=LONGEST_TRANSPORT).contains(&transport.len())
            && transport
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if is_name && kept.len() < MOST_TRANSPORTS && !kept.contains(&transport) {
            kept.push(transport);
        }
    }
    kept
}

/// Returns the name that a new passkey gets. `Roaming passkey` was seen; the others are \[unconfirmed\].
fn friendly_name(attachment: Option<&str>) -> &'static str {
    match attachment {
        Some("cross-platform") => "Roaming passkey",
        Some("platform") => "Platform passkey",
        _ => "Passkey",
    }
}

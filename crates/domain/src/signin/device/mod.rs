//! Devices in a sign-in (auth.md 3.7): the key that a new one gets, and the proof by which a remembered one stands for
//! the second factor, DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.
//!
//! A device never signs in alone: both challenges go on with a sign-in whose first factor was shown. Its state comes from
//! the session of DEVICE_SRP_AUTH. Clients that send none get the one that waits in the device's row, for a minute and
//! only where they ask as they began: from the same address, with the same User-Agent. A thief of the device's secret who
//! has neither password nor session cannot take up the sign-in that its owner just began.

mod block;

use std::collections::BTreeMap;

use cognate_crypto::hash::sha256;
use cognate_crypto::random;
use cognate_crypto::srp::{self, Challenge, PublicA};
use cognate_shapes::{ChallengeNameType, NewDeviceMetadataType};
use cognate_store::Batch;
use cognate_store::tables::devices;

use crate::attempts::hex;
use crate::clock::MINUTE;
use crate::cx::{ClientInfo, Cx};
use crate::errors::devices::device_not_found;
use crate::errors::{Fault, Result, auth, unconfirmed};
use crate::facts::factor::Factor;
use crate::records::device as record;
use crate::records::device::{Device, Proof, Waiting};
use crate::records::pool::Pool;
use crate::signin::advance::{self, Passed};
use crate::signin::flows::Parameters;
use crate::signin::mfa::decide::Decision;
use crate::signin::outcome::Outcome;
use crate::signin::progress::{Awaits, Progress};
use crate::signin::srp::claim_has_form;
use crate::signin::timestamp::is_timely;
use crate::signin::{At, resume, secret_hash, ticket};
use block::DeviceBlock;

/// How long a session waits in the device's row for a client that sends none: such clients answer at once. Microseconds.
const WAITS: i64 = MINUTE;

/// The device that a sign-in names, in pools that track devices.
///
/// # Errors
/// ResourceNotFoundException `Device does not exist.` when the request itself names one that the user does not have: its
/// client then forgets it and asks again without. One that was only named in an earlier step counts as not named, else
/// such a client would be refused again.
pub async fn named(cx: &Cx<'_>, at: At<'_>, passed: &Passed) -> Result<Option<Device>> {
    let key = passed.start.device_key.as_deref();
    let Some(key) = key.filter(|_| at.pool.doc.device_configuration.is_some()) else {
        return Ok(None);
    };
    let found = Device::find(&cx.store, at.pool, &passed.user.id, key).await?;
    if found.is_none() && passed.start.device_named {
        // The refusal tells that the first factor was right, so that it is subject to the lockout like an acceptance.
        let batch = passed.tally.unmoved(Batch::new(), at.pool);
        cx.commit(batch, |_| Fault::Stale).await?;
        return Err(device_not_found().into());
    }
    Ok(found)
}

/// Whether the device must prove itself now: in the place of a second factor that the user has, or after the challenges
/// of CUSTOM_AUTH. Where none of this is due a device has nothing to stand for, and a user who must set up a factor does
/// so on every device.
pub fn takes_part(pool: &Pool, passed: &Passed, decision: &Decision, device: &Device) -> bool {
    let trusts = pool
        .doc
        .device_configuration
        .as_ref()
        .is_some_and(|config| config.challenge_required_on_new_device == Some(true));
    let due = match decision {
        Decision::Ask(_) | Decision::Choose(_) => true,
        Decision::Nothing => passed.proven.has(Factor::Custom),
        Decision::SetUp(_) | Decision::Impossible => false,
    };
    trusts && due && device.can_prove_itself() && !passed.proven.has(Factor::Device)
}

/// Asks for the proof of a device. The session joins `batch` as well, for clients that will not send it.
///
/// # Errors
/// None that can arise.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    progress: Progress,
    device: &Device,
    batch: Batch,
) -> Result<(Batch, Outcome)> {
    let key = &device.0.device_key;
    let progress = progress.next(cx, at.client, Awaits::DeviceSrp);
    let session = progress.seal(cx, at.pool)?;
    let user_id = &progress.subject;
    let waiting = Waiting {
        until: cx.now().saturating_add(WAITS),
        caller: caller(cx),
        session: session.clone(),
    };
    let pending = record::seal_pending(at.pool, user_id, key, &waiting)?;
    let batch = devices::set_pending(batch, &at.pool.id, user_id, key, &pending);
    let parameters = BTreeMap::from([
        ("USERNAME".to_owned(), progress.username.clone()),
        ("DEVICE_KEY".to_owned(), key.clone()),
    ]);
    let name = ChallengeNameType::DeviceSrpAuth;
    Ok((batch, Outcome::challenge(name, Some(session), parameters)))
}

/// DEVICE_SRP_AUTH: takes A, gives B, salt and SECRET_BLOCK. Nothing is spent: the session may begin another proof.
///
/// # Errors
/// auth.md 6.5; `Device does not exist.` for the device of somebody else, and, without a session, for a device that no
/// sign-in waits for.
pub async fn start(
    cx: &Cx<'_>,
    at: At<'_>,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let name = given.required("USERNAME")?;
    let key = given.required("DEVICE_KEY")?;
    let public_a = given.required("SRP_A")?;
    secret_hash::check(at.client, name, given.get("SECRET_HASH"))?;
    let public_a = srp::parse_public_a(public_a).map_err(|error| match error {
        srp::SrpError::Malformed => unconfirmed::malformed_srp_a(),
        srp::SrpError::Refused => auth::incorrect_password(),
    })?;
    let session = match session {
        Some(text) => text.to_owned(),
        None => pending(cx, at, name, key).await?,
    };
    let step = ChallengeNameType::DeviceSrpAuth;
    let resumed = resume::resume(cx, at, step, Some(&session), given).await?;
    let user = resumed.user.as_ref().ok_or_else(auth::session_invalid)?;
    let (_, proof) = remembered(cx, at, &user.id, key).await?;
    let salt = srp::to_hex(&proof.salt);
    let challenge = cx
        .workers
        .run(move || srp::challenge(&proof.verifier))
        .await;

    // The nonce stays: whichever proof of this step is right spends it.
    let progress = Progress {
        awaits: Awaits::DeviceVerifier,
        expires: ticket::step_expires(cx, at.client),
        ..resumed.progress
    };
    let session = progress.seal(cx, at.pool)?;
    let username = progress.username.clone();
    let srp_b = challenge.srp_b();
    let block = DeviceBlock {
        progress,
        device_key: key.to_owned(),
        public_a: public_a.as_bytes().to_vec(),
        b: challenge.b,
        public_b: challenge.public_b,
    };
    let parameters = BTreeMap::from([
        ("USERNAME".to_owned(), username),
        ("DEVICE_KEY".to_owned(), key.to_owned()),
        ("SALT".to_owned(), salt),
        ("SECRET_BLOCK".to_owned(), block.seal(cx, at.pool)?),
        ("SRP_B".to_owned(), srp_b),
    ]);
    Ok(Outcome::challenge(
        ChallengeNameType::DevicePasswordVerifier,
        Some(session),
        parameters,
    ))
}

/// The session that waits for a device. A name that nobody has looks like a device that nobody has.
async fn pending(cx: &Cx<'_>, at: At<'_>, name: &str, key: &str) -> Result<String> {
    let folded = at.pool.fold(name);
    let found = devices::pending(&cx.store, &at.pool.id, &folded, name, key).await?;
    let (sealed, user_id) = found.ok_or_else(device_not_found)?;
    let waiting = record::open_pending(at.pool, &user_id, key, &sealed)?;
    let mine = |waiting: &Waiting| cx.now() < waiting.until && waiting.caller == caller(cx);
    Ok(waiting
        .filter(mine)
        .map(|waiting| waiting.session)
        .ok_or_else(device_not_found)?)
}

/// What tells one caller from another without a session.
fn caller(cx: &Cx<'_>) -> String {
    let ClientInfo { ip, user_agent, .. } = &cx.client_info;
    hex(&sha256(format!("{ip} {user_agent}").as_bytes()))
}

/// A device that may prove itself.
async fn remembered(cx: &Cx<'_>, at: At<'_>, user_id: &str, key: &str) -> Result<(Device, Proof)> {
    let found = match at.pool.doc.device_configuration {
        Some(_) => Device::find(&cx.store, at.pool, user_id, key).await?,
        None => None,
    };
    let device = found.ok_or_else(device_not_found)?;
    // Asked for while it was remembered, which somebody changed since: the sign-in begins again.
    let proof = match device.can_prove_itself() {
        true => device.proof(at.pool, user_id)?,
        false => None,
    };
    Ok((device, proof.ok_or_else(auth::session_invalid)?))
}

/// DEVICE_PASSWORD_VERIFIER: checks the device's proof, which then stands for the second factor.
///
/// # Errors
/// [`claim_has_form`]; `Incorrect username or password.` for a wrong proof, time or block (settled S11); the session's texts when there is
/// one; `Device does not exist.`; the lockout, towards which wrong proofs count.
pub async fn answer(
    cx: &Cx<'_>,
    at: At<'_>,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Outcome> {
    let pool = at.pool;
    let name = given.required("USERNAME")?;
    let key = given.required("DEVICE_KEY")?;
    let block = given.required("PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = given.required("PASSWORD_CLAIM_SIGNATURE")?.to_owned();
    let timestamp = given.required("TIMESTAMP")?.to_owned();
    secret_hash::check(at.client, name, given.get("SECRET_HASH"))?;
    claim_has_form(&timestamp, &signature)?;

    let (mut block, signed) =
        DeviceBlock::open(pool, block).ok_or_else(auth::incorrect_password)?;
    let progress = &block.progress;
    if progress.client_id != at.client.id || !resume::is_named(at, progress, name) {
        return Err(auth::incorrect_password().into());
    }
    if block.device_key != key {
        return Err(device_not_found().into());
    }
    if let Some(session) = session {
        let other = Progress::open(cx, pool, at.client, session)?;
        if other.awaits != Awaits::DeviceVerifier || other.nonce != progress.nonce {
            return Err(auth::session_invalid().into());
        }
    }
    if progress.expires <= cx.now() {
        return Err(auth::session_expired().into());
    }
    block.progress.start.name_device(Some(key));
    let resumed = resume::take_up(cx, at, block.progress.clone()).await?;
    let user = resumed.user.as_ref().ok_or_else(auth::session_invalid)?;
    let (device, proof) = remembered(cx, at, &user.id, key).await?;

    let batch = devices::take(Batch::new(), &pool.id, &user.id, key);
    let timely = is_timely(&timestamp, cx.clock.wall());
    let right = cx
        .workers
        .run(move || prove(&block, &device, &proof, &signed, &timestamp, &signature))
        .await;
    if right && timely {
        advance::proved(cx, at, resumed, Factor::Device, batch).await
    } else {
        Err(advance::wrong(cx, at, resumed, auth::incorrect_password()).await)
    }
}

/// Checks the claim: the device's group stands for the pool, its key for the user (settled S8).
fn prove(
    block: &DeviceBlock,
    device: &Device,
    proof: &Proof,
    signed: &[u8],
    timestamp: &str,
    signature: &str,
) -> bool {
    let Ok(public_a) = PublicA::from_bytes(&block.public_a) else {
        return false;
    };
    let challenge = Challenge {
        b: block.b.duplicate(),
        public_b: block.public_b.clone(),
    };
    let Ok(key) = srp::session_key(&public_a, &challenge, &proof.verifier) else {
        return false;
    };
    let (group, device_key) = (&device.0.group_key, &device.0.device_key);
    srp::verify_claim(&key, group, device_key, signed, timestamp, signature)
}

/// The device's part in a session that opens.
pub struct Part {
    /// Its key: that of the tokens.
    pub key: String,
    /// The group of a key that was made now, which ConfirmDevice may turn into a device.
    pub group: Option<String>,
}

impl Part {
    /// The answer's NewDeviceMetadata.
    pub fn metadata(&self) -> Option<NewDeviceMetadataType> {
        let group = self.group.clone()?;
        Some(NewDeviceMetadataType {
            device_key: Some(self.key.clone()),
            device_group_key: Some(group),
        })
    }
}

/// The part of the device that signs in, known or new; None in pools that track no devices. A known one notes the time
/// and the address in `batch`.
pub fn at_sign_in(
    cx: &Cx<'_>,
    at: At<'_>,
    passed: &Passed,
    device: Option<&Device>,
    batch: Batch,
) -> (Batch, Option<Part>) {
    if at.pool.doc.device_configuration.is_none() {
        return (batch, None);
    }
    let Some(device) = device else {
        return (batch, Some(new_part(at.pool)));
    };
    let (pool_id, user_id, key) = (&at.pool.id, &passed.user.id, &device.0.device_key);
    let batch = devices::used(batch, pool_id, user_id, key, cx.now(), &cx.client_info.ip);
    let part = Part {
        key: key.clone(),
        group: None,
    };
    (batch, Some(part))
}

/// A key of the service's form: the region and a UUID, with a group of `-` and eight characters.
fn new_part(pool: &Pool) -> Part {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    Part {
        key: format!("{}_{}", pool.region, random::uuid_v4()),
        group: Some(format!("-{}", random::alphanumeric(8, LETTERS))),
    }
}

/// Whether a refresh may go on: in pools that track devices it must name the device that the tokens were issued to
/// (auth.md 3.7, 5.5).
pub fn fits_session(pool: &Pool, of_session: Option<&str>, given: Option<&str>) -> bool {
    let tracked = of_session.filter(|_| pool.doc.device_configuration.is_some());
    tracked.is_none_or(|key| given == Some(key))
}

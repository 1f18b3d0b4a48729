//! Devices in a sign-in (auth.md 3.7): the key that a new one gets, and the proof by which a remembered one replaces
//! the second factor, DEVICE_SRP_AUTH and DEVICE_PASSWORD_VERIFIER.
//!
//! A device never signs in alone: both challenges go on with a sign-in whose first factor was proven. Its state comes
//! from the session of DEVICE_SRP_AUTH. Clients that send none get the one that waits in the device's row, for a minute
//! and only where they ask as they began: from the same address, with the same User-Agent. A thief of the device's
//! secret who has neither password nor session cannot take up the sign-in that its owner just began.

mod block;
pub mod browser;

use cognate_crypto::hash::sha256;
use cognate_crypto::random;
use cognate_crypto::srp::{self, PublicA};
use cognate_shapes::NewDeviceMetadataType;
use cognate_store::Batch;
use cognate_store::tables::devices;

use crate::clock::MINUTE;
use crate::cx::{ClientInfo, Cx};
use crate::errors::devices::device_not_found;
use crate::errors::{Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::records::device as record;
use crate::records::device::{Device, Proof, Waiting};
use crate::records::pool::Pool;
use crate::signin::challenge::{Ask, Challenge, SrpNumbers};
use crate::signin::further::Further;
use crate::signin::mfa::decide::Decision;
use crate::signin::srp::SignedClaim;
use crate::signin::state::{Expected, SignInState};
use crate::signin::verdict::{Authenticated, Judged, Pass, Step, Verdict, Wrong};
use crate::signin::{At, session_token};
use block::DeviceBlock;

/// How long a session waits in the device's row for a client that sends none: such clients answer at once.
/// Microseconds.
const WAITS: i64 = MINUTE;

/// Returns the device that a sign-in names, in pools that track devices.
///
/// # Errors
/// ResourceNotFoundException `Device does not exist.` when the request itself names one that the user does not have:
/// its client then forgets it and asks again without. One that was only named in an earlier step counts as not named,
/// else such a client would be refused again.
pub async fn named(
    cx: &Cx<'_>,
    at: At<'_>,
    authenticated: &Authenticated,
) -> Judged<Option<Device>> {
    let key = authenticated.start.device_key.as_deref();
    let Some(key) = key.filter(|_| at.pool.doc.device_configuration.is_some()) else {
        return Ok(None);
    };
    let found = find(
        cx,
        at.pool,
        &authenticated.user.id,
        key,
        &authenticated.further,
    )
    .await?;
    if found.is_none() && authenticated.start.device_named {
        return Err(authenticated.refuse(at, device_not_found()));
    }
    Ok(found)
}

/// Returns the user's device of that key, as it was read with the user. What was not found then is looked for again.
async fn find(
    cx: &Cx<'_>,
    pool: &Pool,
    user_id: &str,
    key: &str,
    further: &Further,
) -> Result<Option<Device>> {
    match further.device(cx, user_id, key) {
        Some(row) => Device::checked(pool, user_id, row.clone()).map(Some),
        None => Device::find(&cx.store, pool, user_id, key).await,
    }
}

/// True if the device must prove itself now: in the place of a second factor that the user has, or after the challenges
/// of CUSTOM_AUTH. Otherwise a device has nothing to replace, and a user who must set up a factor does so on every
/// device.
///
/// `demanded`: a second factor is, and a device is none.
pub fn takes_part(
    pool: &Pool,
    proven: &Proven,
    decision: &Decision,
    demanded: bool,
    device: &Device,
) -> bool {
    let trusts = pool
        .doc
        .device_configuration
        .as_ref()
        .is_some_and(|config| config.challenge_required_on_new_device == Some(true));
    let due = match decision {
        Decision::Ask(_) | Decision::Choose(_) => !demanded,
        Decision::Nothing => proven.has(Factor::Custom),
        Decision::SetUp(_) | Decision::Impossible => false,
    };
    trusts && due && device.can_prove_itself() && !proven.has(Factor::Device)
}

/// Asks for the proof of a device. The session joins `batch` as well, for clients that will not send it.
///
/// # Errors
/// Those of sealing the session.
pub fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    state: SignInState,
    device: &Device,
    batch: Batch,
) -> Result<(Batch, Challenge)> {
    let key = &device.0.device_key;
    let state = state.next(cx, at.client, Expected::DeviceSrp);
    let session = state.seal(cx, at.pool)?;
    let user_id = &state.subject;
    let waiting = Waiting {
        until: cx.now().saturating_add(WAITS),
        caller: caller(cx),
        session: session.clone(),
    };
    let pending = record::seal_pending(at.pool, user_id, key, &waiting)?;
    let batch = devices::set_pending(batch, &at.pool.id, user_id, key, &pending);
    let ask = Ask::DeviceSrp {
        username: state.username,
        key: key.clone(),
    };
    Ok((batch, Challenge::new(ask, Some(session))))
}

/// DEVICE_SRP_AUTH: takes A, returns B, salt and SECRET_BLOCK. Nothing is spent: the session may begin another proof.
///
/// # Errors
/// `Device does not exist.` for the device of another user.
pub async fn begin(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    key: &str,
    public_a: PublicA,
) -> Result<Challenge> {
    let (_, proof) = remembered(cx, at, step, key).await?;
    let salt = srp::to_hex(&proof.salt);
    let challenge = cx
        .workers
        .run(move || srp::challenge(&proof.verifier))
        .await;

    // The nonce stays: whichever proof of this step is right spends it.
    let state = SignInState {
        expected: Expected::DeviceVerifier,
        expires: session_token::step_expires(cx, at.client),
        ..step.state.clone()
    };
    let session = state.seal(cx, at.pool)?;
    let username = state.username.clone();
    let public_b = challenge.srp_b();
    let block = DeviceBlock {
        state,
        device_key: key.to_owned(),
        public_a: public_a.as_bytes().to_vec(),
        b: challenge.b,
        public_b: challenge.public_b,
    };
    let numbers = SrpNumbers {
        salt,
        public_b,
        secret_block: block.seal(cx, at.pool)?,
    };
    let key = key.to_owned();
    let ask = Ask::DeviceVerifier {
        numbers,
        username,
        key,
    };
    Ok(Challenge::new(ask, Some(session)))
}

/// Returns the session that waits for a device. An unknown name looks like an unknown device.
///
/// # Errors
/// `Device does not exist.` for a device that no sign-in waits for.
pub async fn pending(cx: &Cx<'_>, at: At<'_>, name: &str, key: &str) -> Result<String> {
    let login = at.pool.key_of(&at.pool.fold(name));
    let found = devices::pending(&cx.store, &at.pool.id, &login, name, key).await?;
    let (sealed, user_id) = found.ok_or_else(device_not_found)?;
    let waiting = record::open_pending(at.pool, &user_id, key, &sealed)?;
    let mine = |waiting: &Waiting| cx.now() < waiting.until && waiting.caller == caller(cx);
    Ok(waiting
        .filter(mine)
        .map(|waiting| waiting.session)
        .ok_or_else(device_not_found)?)
}

/// Returns a text that differs between callers without a session.
fn caller(cx: &Cx<'_>) -> String {
    let ClientInfo { ip, user_agent, .. } = &cx.client_info;
    hex::encode(sha256(format!("{ip} {user_agent}").as_bytes()))
}

/// Returns a device that may prove itself.
async fn remembered(cx: &Cx<'_>, at: At<'_>, step: &Step, key: &str) -> Result<(Device, Proof)> {
    let user_id = &step.known()?.id;
    let found = match at.pool.doc.device_configuration {
        Some(_) => find(cx, at.pool, user_id, key, &step.further).await?,
        None => None,
    };
    let device = found.ok_or_else(device_not_found)?;
    // It was remembered when its proof was asked for and is not any more: the sign-in begins again.
    let proof = match device.can_prove_itself() {
        true => device.proof(at.pool, user_id)?,
        false => None,
    };
    Ok((device, proof.ok_or_else(auth::session_invalid)?))
}

/// A block that was opened, and the bytes that the client signed.
pub struct Opened {
    block: DeviceBlock,
    signed: Vec<u8>,
}

/// Opens the SECRET_BLOCK of an answer, and compares it with the session if one was sent.
///
/// # Errors
/// `Incorrect username or password.` for a wrong block (settled S11); the session's texts; `Device does not exist.` for
/// another device than the block's.
pub fn open(
    cx: &Cx<'_>,
    at: At<'_>,
    name: &str,
    key: &str,
    block: &str,
    session: Option<&String>,
) -> Result<(Opened, SignInState)> {
    let opened = DeviceBlock::open(at.pool, block);
    let (block, signed) = opened.ok_or_else(auth::incorrect_password)?;
    let state = &block.state;
    if state.client_id != at.client.id || !state.is_named(at.pool, name) {
        return Err(auth::incorrect_password().into());
    }
    if block.device_key != key {
        return Err(device_not_found().into());
    }
    if let Some(session) = session {
        let other = SignInState::open(cx, at.pool, at.client, session)?;
        if other.expected != Expected::DeviceVerifier || other.nonce != state.nonce {
            return Err(auth::session_invalid().into());
        }
    }
    if state.expires <= cx.now() {
        return Err(auth::session_expired().into());
    }
    let mut state = state.clone();
    state.start.name_device(Some(key));
    Ok((Opened { block, signed }, state))
}

/// DEVICE_PASSWORD_VERIFIER: judges the device's proof, which replaces the second factor.
///
/// # Errors
/// `Device does not exist.`
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    key: &str,
    opened: Opened,
    claim: SignedClaim,
) -> Result<Verdict> {
    let user_id = &step.known()?.id;
    let (device, proof) = remembered(cx, at, step, key).await?;
    let timely = claim.is_timely(cx);
    let right = cx
        .workers
        .run(move || prove(&opened, &device, &proof, &claim))
        .await;
    Ok(if right && timely {
        Verdict::Passed(Pass {
            factor: Some(Factor::Device),
            writes: devices::take(Batch::new(), &at.pool.id, user_id, key),
            after: None,
        })
    } else {
        Verdict::Wrong(Wrong {
            one_time: true,
            ..Wrong::new(auth::incorrect_password())
        })
    })
}

/// Checks the claim: the device's group is in the place of the pool, its key in that of the user (settled S8).
fn prove(opened: &Opened, device: &Device, proof: &Proof, claim: &SignedClaim) -> bool {
    let block = &opened.block;
    let Ok(public_a) = PublicA::from_bytes(&block.public_a) else {
        return false;
    };
    let challenge = srp::Challenge {
        b: block.b.duplicate(),
        public_b: block.public_b.clone(),
    };
    let Ok(session_key) = srp::session_key(&public_a, &challenge, &proof.verifier) else {
        return false;
    };
    let (group, device_key) = (&device.0.group_key, &device.0.device_key);
    let (timestamp, signature) = (&claim.timestamp, &claim.signature);
    srp::verify_claim(
        &session_key,
        group,
        device_key,
        &opened.signed,
        timestamp,
        signature,
    )
}

/// The device's part in a session that opens.
#[derive(Clone)]
pub struct Part {
    /// Its key, as in the tokens.
    pub key: String,
    /// The group of a key that was made now, with which ConfirmDevice makes a device.
    pub group: Option<String>,
}

impl Part {
    /// Returns NewDeviceMetadata of the answer.
    pub fn metadata(&self) -> Option<NewDeviceMetadataType> {
        let group = self.group.clone()?;
        Some(NewDeviceMetadataType {
            device_key: Some(self.key.clone()),
            device_group_key: Some(group),
        })
    }
}

/// Returns the part of the device that signs in, known or new; None in pools that track no devices. A known one notes
/// the time and the address in `batch`.
pub fn at_sign_in(
    cx: &Cx<'_>,
    at: At<'_>,
    user_id: &str,
    device: Option<&Device>,
    batch: Batch,
) -> (Batch, Option<Part>) {
    if at.pool.doc.device_configuration.is_none() {
        return (batch, None);
    }
    let Some(device) = device else {
        let name = format!("new device of {user_id}");
        let part = cx.memory().once(&name, || new_part(at.pool));
        return (batch, Some(part));
    };
    let (pool_id, key) = (&at.pool.id, &device.0.device_key);
    let batch = devices::used(batch, pool_id, user_id, key, cx.now(), &cx.client_info.ip);
    let part = Part {
        key: key.clone(),
        group: None,
    };
    (batch, Some(part))
}

/// Returns a key and a group of the service's form: the region and a UUID, and `-` with eight characters.
fn new_names(pool: &Pool) -> (String, String) {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let key = format!("{}_{}", pool.region, random::uuid_v4());
    (key, format!("-{}", random::alphanumeric(8, LETTERS)))
}

/// Returns the part of a device that is new.
fn new_part(pool: &Pool) -> Part {
    let (key, group) = new_names(pool);
    Part {
        key,
        group: Some(group),
    }
}

/// True if a refresh may go on: in pools that track devices it must name the device that the tokens were issued to
/// (auth.md 3.7, 5.5).
pub fn fits_session(pool: &Pool, of_session: Option<&str>, given: Option<&str>) -> bool {
    let tracked = of_session.filter(|_| pool.doc.device_configuration.is_some());
    tracked.is_none_or(|key| given == Some(key))
}

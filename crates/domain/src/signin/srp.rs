//! Sign-in by SRP: USER_SRP_AUTH and its PASSWORD_VERIFIER (auth.md 3.3, 3.4).

use cognate_crypto::credential::Credential;
use cognate_crypto::srp::{self, PublicA};

use crate::cx::Cx;
use crate::errors::{Result, auth, unconfirmed};
use crate::facts::factor::Proven;
use crate::records::pool::Pool;
use crate::signin::answer::{Claim, Needed};
use crate::signin::candidate::srp_credential;
use crate::signin::challenge::{Ask, Challenge, SrpNumbers};
use crate::signin::secret_block::SrpBlock;
use crate::signin::state::{Expected, Flow, SignInState};
use crate::signin::verdict::{Step, Verdict};
use crate::signin::{At, password, session_token, timestamp};

/// Parses the client's A.
///
/// # Errors
/// InvalidParameterException for a text that is no number; `Incorrect username or password.` for multiples of N.
pub fn parse(public_a: &str) -> Result<PublicA> {
    Ok(srp::parse_public_a(public_a).map_err(|error| match error {
        srp::SrpError::Malformed => unconfirmed::malformed_srp_a(),
        srp::SrpError::Refused => auth::incorrect_password(),
    })?)
}

/// Asks for the proof of a password. In USER_SRP_AUTH there is no session (settled C14). An unknown name gets a
/// challenge too: its salt and id are always the same, B is new.
///
/// # Errors
/// PasswordResetRequiredException for a user who has the password hash of another system alone.
pub async fn challenge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    public_a: PublicA,
) -> Result<Challenge> {
    let (pool, state) = (at.pool, &step.state);
    let credential = srp_credential(at, step.user.as_ref(), &state.typed)?;
    let (salt, challenge) = cx
        .workers
        .run(move || begin(&credential))
        .await
        .ok_or_else(auth::incorrect_password)?;

    let srp_b = challenge.srp_b();
    let session = match state.start.flow {
        Flow::Srp => None,
        _ => {
            let next = SignInState {
                proven: Proven::default(),
                credential: String::new(),
                pretended: step.user.is_none(),
                ..state.clone()
            };
            let next = next.next(cx, at.client, Expected::PasswordVerifier);
            Some(next.seal(cx, pool)?)
        }
    };
    let subject = step.tally.subject().as_str().to_owned();
    let name = format!("block nonce {subject}");
    let block = SrpBlock {
        nonce: cx.memory().once(&name, session_token::nonce),
        client_id: at.client.id.clone(),
        subject,
        username: state.username.clone(),
        typed: state.typed.clone(),
        start: state.start.clone(),
        expires: session_token::step_expires(cx, at.client),
        public_a: public_a.as_bytes().to_vec(),
        b: challenge.b,
        public_b: challenge.public_b,
    };
    let numbers = SrpNumbers {
        salt,
        public_b: srp_b,
        secret_block: block.seal(cx, pool),
    };
    let username = state.username.clone();
    let ask = Ask::PasswordVerifier { numbers, username };
    Ok(Challenge::new(ask, session))
}

/// Returns salt in hexadecimal and challenge; None for a credential that SRP cannot use.
fn begin(credential: &Credential) -> Option<(String, srp::Challenge)> {
    let (salt, verifier) = credential.srp()?;
    Some((srp::to_hex(salt), srp::challenge(verifier)))
}

/// A claim of the right form.
pub struct SignedClaim {
    /// The sealed block.
    pub block: String,
    /// In base64.
    pub signature: String,
    /// The client's time.
    pub timestamp: String,
}

impl Claim {
    /// Checks that nothing is missing.
    ///
    /// # Errors
    /// InvalidParameterException for the first part that is.
    pub fn require(&self) -> Result<()> {
        self.block.get()?;
        self.signature.get()?;
        self.timestamp.get()?;
        Ok(())
    }

    /// Refuses a claim that no password could make right; it counts for nothing.
    ///
    /// # Errors
    /// InvalidParameterException for a TIMESTAMP of another form (settled L2); `Incorrect username or password.` for a
    /// text that is no signature.
    pub fn read(&self) -> Result<SignedClaim> {
        let text = |part: &Needed<String>| part.get().cloned();
        let claim = SignedClaim {
            block: text(&self.block)?,
            signature: text(&self.signature)?,
            timestamp: text(&self.timestamp)?,
        };
        if !timestamp::has_form(&claim.timestamp) {
            return Err(auth::timestamp_form().into());
        }
        if !srp::is_claim_signature(&claim.signature) {
            return Err(auth::incorrect_password().into());
        }
        Ok(claim)
    }
}

impl SignedClaim {
    /// True if the client's time is in the one right form and near the machine's clock.
    pub fn is_timely(&self, cx: &Cx<'_>) -> bool {
        timestamp::is_timely(&self.timestamp, cx.clock.wall())
    }
}

/// A block that was opened, and the bytes that the client signed.
pub struct Opened {
    block: SrpBlock,
    signed: Vec<u8>,
}

/// True if this pool sealed a SECRET_BLOCK.
pub fn is_ours(pool: &Pool, block: &str) -> bool {
    SrpBlock::open(pool, block).is_some()
}

/// Opens the SECRET_BLOCK of an answer. It alone carries the state: a session is neither needed nor read.
///
/// # Errors
/// `Incorrect username or password.` for a block that this pool did not seal, or of another client or user (settled S1,
/// S2); the end of its time.
pub fn open(cx: &Cx<'_>, at: At<'_>, name: &str, block: &str) -> Result<(Opened, SignInState)> {
    let opened = SrpBlock::open(at.pool, block);
    let (block, signed) = opened.ok_or_else(auth::incorrect_password)?;
    let state = SignInState {
        nonce: block.nonce.clone(),
        client_id: block.client_id.clone(),
        subject: block.subject.clone(),
        username: block.username.clone(),
        typed: block.typed.clone(),
        pretended: false,
        expires: block.expires,
        start: block.start.clone(),
        proven: Proven::default(),
        credential: String::new(),
        threat: None,
        expected: Expected::PasswordVerifier,
    };
    if block.client_id != at.client.id || !state.is_of(at.pool, name) {
        return Err(auth::incorrect_password().into());
    }
    if block.expires <= cx.now() {
        return Err(auth::session_expired().into());
    }
    Ok((Opened { block, signed }, state))
}

/// PASSWORD_VERIFIER: judges the client's proof.
///
/// # Errors
/// A credential that cannot be opened.
pub async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    opened: Opened,
    claim: SignedClaim,
) -> Result<Verdict> {
    let credential = srp_credential(at, step.user.as_ref(), &step.state.typed)?;
    let timely = claim.is_timely(cx);
    let suffix = at.pool.suffix().to_owned();
    let right = cx
        .workers
        .run(move || prove(&opened, &credential, &suffix, &claim))
        .await;
    Ok(password::verdict(step, right && timely))
}

fn prove(opened: &Opened, credential: &Credential, suffix: &str, claim: &SignedClaim) -> bool {
    let block = &opened.block;
    let Some((_, verifier)) = credential.srp() else {
        return false;
    };
    let Ok(public_a) = PublicA::from_bytes(&block.public_a) else {
        return false;
    };
    let challenge = srp::Challenge {
        b: block.b.duplicate(),
        public_b: block.public_b.clone(),
    };
    match srp::session_key(&public_a, &challenge, verifier) {
        Ok(key) => srp::verify_claim(
            &key,
            suffix,
            &block.username,
            &opened.signed,
            &claim.timestamp,
            &claim.signature,
        ),
        Err(_) => false,
    }
}

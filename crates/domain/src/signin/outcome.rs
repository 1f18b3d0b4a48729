//! The answer of a step: another challenge, or a session with its tokens.

use std::collections::BTreeMap;

use cognate_crypto::random;
use cognate_shapes::{AuthenticationResultType, ChallengeNameType};
use cognate_store::tables::sessions;
use cognate_store::{Batch, CommitError, Label};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result, auth};
use crate::facts::factor::Factor;
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::device::Device;
use crate::records::pool::Pool;
use crate::records::user;
use crate::signin::advance::Passed;
use crate::signin::progress::credential_mark;
use crate::signin::{At, candidate, device as devices};
use crate::tokens::opened::OpenedSession;
use crate::tokens::session::SessionDoc;
use crate::tokens::tracking;
use crate::users::codes;

/// The answer of a step.
pub enum Outcome {
    /// Signed in.
    Tokens(Box<AuthenticationResultType>),
    /// One more step.
    Challenge {
        /// Which.
        name: ChallengeNameType,
        /// The session to send back.
        session: Option<String>,
        /// ChallengeParameters.
        parameters: BTreeMap<String, String>,
        /// AvailableChallenges, in USER_AUTH.
        available: Option<Vec<ChallengeNameType>>,
    },
}

impl Outcome {
    /// A challenge outside USER_AUTH.
    pub fn challenge(
        name: ChallengeNameType,
        session: Option<String>,
        parameters: BTreeMap<String, String>,
    ) -> Self {
        Self::Challenge {
            name,
            session,
            parameters,
            available: None,
        }
    }
}

/// What was proven in the step before, and how a second answer to the same challenge is refused.
pub enum Proof {
    /// The password itself.
    Password,
    /// An SRP challenge, to be spent.
    Srp {
        /// Of the SECRET_BLOCK.
        nonce: String,
        /// When the block ends, in microseconds.
        expires: i64,
    },
    /// A session, to be spent.
    Session {
        /// Of the session.
        nonce: String,
        /// When the session ends, in microseconds.
        expires: i64,
    },
}

impl Proof {
    /// Adds to the batch of the right answer that the challenge is used up.
    pub fn spend(&self, batch: Batch, pool: &Pool) -> Batch {
        match self {
            Self::Password => batch,
            Self::Srp { nonce, expires } | Self::Session { nonce, expires } => {
                sessions::spend(batch, &pool.id, nonce, *expires)
            }
        }
    }

    /// The refusal of the answer that came second.
    fn spent(&self) -> ApiError {
        match self {
            Self::Password | Self::Srp { .. } => auth::incorrect_password(),
            Self::Session { .. } => auth::session_used(),
        }
    }

    /// What a conflict of the batch means. All but the spent challenge: something changed since it was read, so that the
    /// whole operation runs again and judges anew.
    pub fn conflict(&self, cx: &Cx<'_>, pool: &Pool, client: &Client, label: Label) -> Fault {
        match label {
            sessions::SPENT => self.spent().into(),
            sessions::POOL_GONE | user::POOL_GONE => {
                cx.cache.forget(&pool.id, Some(&client.id));
                Fault::Stale
            }
            codes::TOO_MANY => errors::challenges::too_many_codes(cx.action).into(),
            other => match user::taken_alias(other) {
                Some(attribute) => errors::users::alias_exists(cx.action, attribute).into(),
                // Something that the step itself read was changed since.
                None => Fault::Stale,
            },
        }
    }
}

/// Signs the user in: `batch` is what the last step itself writes; session, auth event and the spent challenge join it,
/// and the wrong answers are forgotten. The groups are read and the tokens signed while the commit is on its way; the
/// tokens leave only after it. `device`: the one that the sign-in named and the user has.
///
/// # Errors
/// The conflicts of [`Proof::conflict`].
pub async fn open_session(
    cx: &Cx<'_>,
    at: At<'_>,
    passed: &Passed,
    device: Option<&Device>,
    batch: Batch,
) -> Result<Outcome> {
    let (pool, client, user, proof) = (at.pool, at.client, &passed.user, &passed.proof);
    let event_id = random::uuid_v4();
    let (batch, part) = devices::at_sign_in(cx, at, passed, device, batch);
    let doc = SessionDoc {
        auth_time: cx.now().div_euclid(SECOND),
        event_id: event_id.clone(),
        device_key: part.as_ref().map(|part| part.key.clone()),
        new_device: part.as_ref().and_then(|part| part.group.clone()),
        acr: Level::of(&passed.proven).map(|level| level.name(&pool.doc).to_owned()),
        credential: passed
            .proven
            .has(Factor::Password)
            .then(|| credential_mark(user)),
        proven: passed.proven.clone(),
        ..SessionDoc::default()
    };
    let opened = OpenedSession::new(cx, client, user.clone(), doc);
    let batch = tracking::begin(pool, &user.id).extend(passed.guard(pool).extend(batch));
    let batch = passed.tally.clear(batch, pool);
    let batch = proof.spend(batch, pool);
    let batch = opened.insert(cx, pool, batch)?;
    let batch = candidate::event(cx, batch, pool, client, &user.id, &event_id, "Pass");
    let sign = opened.api_result(cx, pool, client);
    let (committed, signed) = tokio::join!(cx.store.commit(batch), sign);
    match committed {
        Ok(_) => {
            let mut result = signed?;
            result.new_device_metadata = part.and_then(|part| part.metadata());
            Ok(Outcome::Tokens(Box::new(result)))
        }
        Err(CommitError::Conflict(label)) => Err(proof.conflict(cx, pool, client, label)),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

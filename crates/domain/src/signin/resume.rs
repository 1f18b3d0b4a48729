//! A step that a session or SECRET_BLOCK begins: who answers, and whether they still may.

use cognate_crypto::secret::ct_eq;
use cognate_shapes::{ChallengeNameType, UserStatusType};
use cognate_store::Row;
use cognate_store::tables::{attempts as attempts_table, sessions, users};

use crate::attempts::{FailedAttempts, Subject};
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::Factor;
use crate::records::pool::Pool;
use crate::records::protection;
use crate::records::risk_profile::ProfileRecord;
use crate::records::user::User;
use crate::signin::At;
use crate::signin::candidate::state_refusal;
use crate::signin::further::{Further, Owner, Wanted};
use crate::signin::lock::Lock;
use crate::signin::state::{Expected, SignInState, credential_mark};
use crate::signin::verdict::{Judged, Refusal, Replay, Step};

/// The rows of a step that one round trip reads.
struct Rows {
    /// For an unknown name that of another user, who is parsed as well.
    user: Option<Row>,
    tally: FailedAttempts,
    /// True if a right answer was given before.
    is_spent: bool,
    /// What threat protection knows; None in a pool that it does not watch.
    profile: Option<Box<ProfileRecord>>,
    further: Box<Further>,
}

impl Rows {
    async fn read(cx: &Cx<'_>, at: At<'_>, state: &SignInState) -> Result<Self> {
        let (pool, subject) = (at.pool, state.subject.as_str());
        // A pseudonym has proven nothing.
        let (user, owner) = match state.proven.is_empty() {
            true => (
                users::by_id_or_other(&pool.id, subject),
                Owner::Subject(subject),
            ),
            false => (users::by_id(&pool.id, subject), Owner::User(subject)),
        };
        let mut queries = vec![
            user,
            attempts_table::of_subject(&pool.id, subject),
            sessions::spent(&pool.id, &state.nonce),
        ];
        let is_watched = protection::is_watched(pool);
        if is_watched {
            queries.push(ProfileRecord::query(pool, subject));
        }
        let wanted = Wanted::of_answer(cx, at, state);
        queries.extend(wanted.queries(&pool.id, owner));
        let mut found = cx.store.read(&queries).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (user, counted, spent) = (next().into_iter().next(), next(), next());
        let known = is_watched.then(&mut next);
        let profile = known.map(|rows| ProfileRecord::from_rows(pool, subject, rows));
        Ok(Self {
            profile: profile.transpose()?.map(Box::new),
            further: Box::new(Further::take(cx, &wanted, owner, next)?),
            user,
            tally: FailedAttempts::from_rows(Subject::known(subject), counted)?,
            is_spent: !spent.is_empty(),
        })
    }

    /// Returns the user with the id of the subject.
    fn user(&mut self, pool: &Pool, subject: &str) -> Result<Option<User>> {
        let Some(row) = self.user.as_mut() else {
            return Ok(None);
        };
        if row.text(0)? == subject {
            return User::from_row(pool, row).map(Some);
        }
        // Another user's row is parsed as well, and ignored if it is faulty.
        std::hint::black_box(User::from_row(pool, row).is_ok());
        Ok(None)
    }
}

/// Opens the session of an answer to `challenge`. `device_key`: the device that the request names.
///
/// # Errors
/// auth.md 3.1, 6.5: the session's texts, a session of another challenge or user.
pub fn open(
    cx: &Cx<'_>,
    at: At<'_>,
    session: &str,
    challenge: ChallengeNameType,
    name: &str,
    device_key: Option<&str>,
) -> Result<SignInState> {
    let mut state = SignInState::open(cx, at.pool, at.client, session)?;
    if state.expected.challenge() != Some(challenge) || !state.is_named(at.pool, name) {
        return Err(auth::session_invalid().into());
    }
    // A device may be named at any step (auth.md 3.7).
    state.start.name_device(device_key);
    Ok(state)
}

/// Locks the user of an opened session and reads who answers.
///
/// # Errors
/// The session was used, the lockout, the user's state: disabled, deleted, with another password.
pub async fn take_up<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: SignInState,
) -> Judged<Step> {
    take_up_as(cx, at, lock, state, expected).await
}

/// As [`take_up`], for the state of a passkey that brings no name. A user who may not sign in is none: nothing is proven
/// yet.
///
/// # Errors
/// The session was used, the lockout.
pub async fn take_up_anyone<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: SignInState,
) -> Judged<Step> {
    take_up_as(cx, at, lock, state, anyone).await
}

/// A state, and the user who answers.
type Answering = (SignInState, Option<User>);

/// Takes up a session; `answering` says by the state and the user who was read who answers.
async fn take_up_as<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: SignInState,
    answering: fn(At<'_>, SignInState, Option<User>) -> Judged<Answering>,
) -> Judged<Step> {
    lock.enter(cx, at.pool, &state.subject).await?;
    let mut rows = Rows::read(cx, at, &state).await?;
    if rows.is_spent {
        return Err(auth::session_used().into());
    }
    rows.tally.refuse_locked(cx.now())?;
    if let Some(guess) = state.expected.guess() {
        guess.refuse_worn_out(&rows.tally, cx.now())?;
    }
    let user = rows.user(at.pool, &state.subject)?;
    let (state, user) = answering(at, state, user)?;
    let replay = Replay::Session {
        nonce: state.nonce.clone(),
        expires: state.expires,
    };
    Ok(Step {
        state,
        user,
        tally: rows.tally,
        replay,
        profile: rows.profile,
        further: rows.further,
    })
}

/// Returns the user whom the session was made for; none for an unknown name.
fn expected(at: At<'_>, state: SignInState, user: Option<User>) -> Judged<Answering> {
    let user = match user {
        Some(user) => refuse_unfit(at, &state, user)?,
        None if state.pretended => None,
        None => return Err(auth::session_invalid().into()),
    };
    Ok((state, user))
}

/// Returns the user whom the passkey names, if they may sign in, and the state with their name.
fn anyone(at: At<'_>, state: SignInState, user: Option<User>) -> Judged<Answering> {
    let user = user.filter(|user| user.enabled && user.status == UserStatusType::Confirmed);
    let state = match &user {
        Some(user) => SignInState {
            username: user.username.clone(),
            typed: at.pool.fold(&user.username),
            pretended: false,
            ..state
        },
        None => state,
    };
    Ok((state, user))
}

/// As [`take_up`], for the state of a SECRET_BLOCK. Here the lockout is reported before the use, and every state of a
/// user is left to the caller.
///
/// # Errors
/// The lockout; `Incorrect username or password.` for a block that was used.
pub async fn take_up_block<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: SignInState,
) -> Judged<Step> {
    lock.enter(cx, at.pool, &state.subject).await?;
    let mut rows = Rows::read(cx, at, &state).await?;
    rows.tally.refuse_locked(cx.now())?;
    let replay = Replay::Srp {
        nonce: state.nonce.clone(),
        expires: state.expires,
    };
    if rows.is_spent {
        return Err(replay.spent().into());
    }
    Ok(Step {
        user: rows.user(at.pool, &state.subject)?,
        state,
        tally: rows.tally,
        replay,
        profile: rows.profile,
        further: rows.further,
    })
}

/// Returns the user, if the state they are in now still allows this step.
fn refuse_unfit(at: At<'_>, state: &SignInState, user: User) -> Judged<Option<User>> {
    if !user.enabled {
        // A caller who has proven nothing yet learns nothing.
        if state.proven.is_empty() && at.client.hides_existence() {
            return Ok(None);
        }
        return Err(Refusal::of_user(&user, &state.proven, auth::user_disabled()).into());
    }
    if state.proven.has(Factor::Password)
        && !ct_eq(
            credential_mark(&user).as_bytes(),
            state.credential.as_bytes(),
        )
    {
        return Err(auth::session_invalid().into());
    }
    if fits(state, user.status) {
        return Ok(Some(user));
    }
    match state_refusal(at.client, &user) {
        Some(refusal) => Err(Refusal::of_user(&user, &state.proven, refusal).into()),
        None => Err(auth::session_invalid().into()),
    }
}

/// True if a user of this status can give the expected answer.
fn fits(state: &SignInState, status: UserStatusType) -> bool {
    let expected = &state.expected;
    match status {
        UserStatusType::Confirmed => !matches!(expected, Expected::NewPassword),
        UserStatusType::ForceChangePassword => {
            matches!(
                expected,
                Expected::NewPassword
                    | Expected::SelectChallenge(_)
                    | Expected::Password
                    | Expected::PasswordSrp
                    | Expected::Custom { .. }
            ) || is_device_after_challenges(state)
        }
        UserStatusType::Unconfirmed => matches!(
            expected,
            Expected::EmailOtp
                | Expected::SmsOtp
                | Expected::SelectChallenge(_)
                | Expected::Password
                | Expected::PasswordSrp
                | Expected::Confirmation
        ),
        _ => false,
    }
}

/// True if a remembered device is to be proven after the pool's own challenges, which a user with a temporary password
/// can answer without it.
fn is_device_after_challenges(state: &SignInState) -> bool {
    let device = matches!(
        state.expected,
        Expected::DeviceSrp | Expected::DeviceVerifier
    );
    device && state.proven.has(Factor::Custom)
}

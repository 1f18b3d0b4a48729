//! Taking up a sign-in where its session left it: what every answer to a challenge passes before it is looked at.

use cognate_crypto::secret::ct_eq;
use cognate_shapes::{ChallengeNameType, UserStatusType};
use cognate_store::tables::{attempts as attempts_table, sessions, users};

use crate::app::gate::Guard;
use crate::attempts::{Subject, Tally};
use crate::cx::Cx;
use crate::errors::{ApiError, Fault, Result, auth};
use crate::facts::factor::Factor;
use crate::records::user::User;
use crate::signin::candidate::{self, Candidate};
use crate::signin::flows::Parameters;
use crate::signin::outcome::Proof;
use crate::signin::progress::{Awaits, Progress, Start, credential_mark};
use crate::signin::{At, secret_hash, ticket};

/// A sign-in that goes on. While it lives, no other answer of the same user is judged on this node.
pub struct Resumed<'a> {
    /// Where it stands.
    pub progress: Progress,
    /// Who signs in; None for a name that nobody has. No answer is right then, and none may cost less.
    pub user: Option<User>,
    /// Wrong answers so far.
    pub tally: Tally,
    /// Keeps the gate.
    pub turn: Guard<'a>,
}

impl<'a> Resumed<'a> {
    /// How this step is spent by a right answer.
    pub fn proof(&self) -> Proof {
        Proof::Session {
            nonce: self.progress.nonce.clone(),
            expires: self.progress.expires,
        }
    }

    /// Who has to prove a password now, what the sign-in began with, and what keeps the gate.
    pub fn into_candidate(self) -> (Candidate, Start, Guard<'a>) {
        let candidate = Candidate {
            typed: self.progress.typed,
            user: self.user,
            model: None,
            tally: self.tally,
        };
        (candidate, self.progress.start, self.turn)
    }
}

/// Opens the session of an answer to `challenge` and reads who it is about.
///
/// # Errors
/// auth.md 3.1, 6.5: a missing USERNAME or Session, SECRET_HASH, the session's texts, the lockout; a user who was disabled,
/// deleted or given another password in between.
pub async fn resume<'a>(
    cx: &'a Cx<'_>,
    at: At<'_>,
    challenge: ChallengeNameType,
    session: Option<&str>,
    given: &Parameters<'_>,
) -> Result<Resumed<'a>> {
    let name = given.required("USERNAME")?;
    secret_hash::check(at.client, name, given.get("SECRET_HASH"))?;
    let session = session.ok_or_else(|| auth::missing_parameter("Session"))?;
    let mut progress = Progress::open(cx, at.pool, at.client, session)?;
    if progress.awaits.challenge() != Some(challenge) || !is_named(at, &progress, name) {
        return Err(auth::session_invalid().into());
    }
    // A device may be named at any step (auth.md 3.7).
    progress.start.name_device(given.get("DEVICE_KEY"));
    take_up(cx, at, progress).await
}

/// [`resume`] after its session was opened: for operations that are not answers to a challenge.
///
/// # Errors
/// The session was used, the lockout, the user's state.
pub async fn take_up<'a>(cx: &'a Cx<'_>, at: At<'_>, progress: Progress) -> Result<Resumed<'a>> {
    let turn = cx
        .gates
        .enter(at.pool, &progress.subject)
        .await
        .ok_or_else(auth::password_attempts_exceeded)?;
    let pool_id = &at.pool.id;
    let found = cx
        .store
        .read(&[
            users::by_id(pool_id, &progress.subject),
            (
                attempts_table::OF_SUBJECT,
                attempts_table::key(pool_id, &progress.subject),
            ),
            (
                sessions::READ_SPENT,
                sessions::spent_key(pool_id, &progress.nonce),
            ),
        ])
        .await?;
    let mut found = found.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let (row, counted, spent) = (next().into_iter().next(), next(), next());
    let tally = Tally::from_rows(Subject::known(&progress.subject), &counted)?;
    if !spent.is_empty() {
        return Err(auth::session_used().into());
    }
    tally.refuse_locked(cx.now())?;
    if let Some(guess) = progress.awaits.guess() {
        guess.refuse_worn_out(&tally, cx.now())?;
    }
    let user = row
        .map(|mut row| User::from_row(at.pool, &mut row))
        .transpose()?;
    let user = match user {
        Some(user) => standing(cx, at, &progress, user).await?,
        None if progress.pretended => None,
        None => return Err(auth::session_invalid().into()),
    };
    Ok(Resumed {
        progress,
        user,
        tally,
        turn,
    })
}

/// Whether the answer names the user of the session: by internal name, by `sub`, or as the sign-in began. A one-time
/// password is asked for without telling the internal name, so that clients repeat what was typed.
pub(super) fn is_named(at: At<'_>, progress: &Progress, name: &str) -> bool {
    let folded = at.pool.fold(name);
    name == progress.subject
        || folded == at.pool.fold(&progress.username)
        || folded == progress.typed
}

/// The user, if the state they are in now still allows this step.
async fn standing(
    cx: &Cx<'_>,
    at: At<'_>,
    progress: &Progress,
    user: User,
) -> Result<Option<User>> {
    if !user.enabled {
        // Who has shown nothing yet learns nothing.
        if progress.proven.is_empty() && at.client.hides_existence() {
            return Ok(None);
        }
        return Err(refused(cx, at, progress, &user, auth::user_disabled()).await);
    }
    if progress.proven.has(Factor::Password)
        && !ct_eq(
            credential_mark(&user).as_bytes(),
            progress.credential.as_bytes(),
        )
    {
        return Err(auth::session_invalid().into());
    }
    let one_time = matches!(
        progress.awaits,
        Awaits::EmailOtp
            | Awaits::SmsOtp
            | Awaits::SelectChallenge(_)
            | Awaits::Password
            | Awaits::PasswordSrp
            | Awaits::Confirmation
    );
    let fits = match user.status {
        UserStatusType::Confirmed => !matches!(progress.awaits, Awaits::NewPassword),
        UserStatusType::ForceChangePassword => {
            matches!(
                progress.awaits,
                Awaits::NewPassword
                    | Awaits::SelectChallenge(_)
                    | Awaits::Password
                    | Awaits::PasswordSrp
                    | Awaits::Custom { .. }
            )
        }
        UserStatusType::Unconfirmed => one_time,
        _ => false,
    };
    if fits {
        return Ok(Some(user));
    }
    match candidate::state_refusal(at.client, &user) {
        Some(refusal) => Err(refused(cx, at, progress, &user, refusal).await),
        None => Err(auth::session_invalid().into()),
    }
}

/// Records the refusal of a user's answer, and gives it.
async fn refused(
    cx: &Cx<'_>,
    at: At<'_>,
    progress: &Progress,
    user: &User,
    refusal: ApiError,
) -> Fault {
    if progress.proven.is_empty() {
        candidate::turned_away(cx, at.pool, at.client, user, refusal).await
    } else {
        candidate::refused(cx, at.pool, at.client, user, refusal).await
    }
}

/// Checks that a session's text is one at all, for challenges that are answered without it.
///
/// # Errors
/// [`ticket::decode`].
pub fn look_at(session: Option<&str>) -> Result<()> {
    session.map_or(Ok(()), |text| ticket::decode(text).map(drop))
}

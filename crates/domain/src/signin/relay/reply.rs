//! An answer to a challenge of the upstream.

use cognate_crypto::secret::SecretString;
use cognate_shapes::{ChallengeNameType, EventFilterType};
use cognate_store::tables::sessions;

use crate::attempts::{self, Subject};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::records::user::User;
use crate::signin::At;
use crate::signin::answer::Answer;
use crate::signin::lock::Lock;
use crate::signin::relay::asking::{
    Arriving, Asking, proof_of, refuse_state_there, relays_srp, upstream_for,
};
use crate::signin::relay::waiting::{derive, first_row, keep, password_verifier};
use crate::signin::relay::{Weighed, ask, weigh};
use crate::signin::state::SignInState;
use crate::signin::verdict::{Judged, Pass, Replay, Step, Verdict, Wrong, refuse_state};
use crate::upstream::answers::{Refusal, Said};
use crate::upstream::arrival::Password;
use crate::upstream::dialog::{NAME, Proof};
use crate::upstream::question::Kept;
use crate::users::breached;

/// Lets the upstream judge an answer to a challenge of its own.
///
/// # Errors
/// InternalErrorException if it does not answer; [`Fault::Stale`] once the user is here; those of sessions.
pub(in crate::signin) async fn answer<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: SignInState,
    row: &str,
    given: &Answer,
) -> Judged<(Step, Verdict)> {
    let Taken { mut step, user } = take_up(cx, at, lock, state).await?;
    let kept = Kept::find(cx, at.pool, &step.state.subject, row).await?;
    let factor = ask::factor(given);
    let name = kept.typed.as_str();
    if let Some(sub) = cx.memory().get::<String>(&proof_of(name)) {
        let user = user_of(cx, at, &sub).await?;
        return finish(cx, at, step, user, factor).await;
    }
    let upstream = upstream_for(cx, at, user.as_ref()).await?;
    let upstream = upstream.ok_or_else(auth::session_invalid)?;
    let responses = ask::responses(given)?;
    if let Answer::NewPassword { password, .. } = given {
        let (event, new) = (EventFilterType::PasswordChange, password.get()?);
        step.state.start.compromised = breached::refuse(cx, at.pool, at.client, event, new).await?;
    }
    let asking = Asking {
        upstream: &upstream,
        known: user.as_ref(),
        tally: &step.tally,
        name,
        point: "upstream answer",
    };
    let sent = Proof::Answer {
        name: given.challenge(),
        session: kept.session.as_deref(),
        responses: &responses,
    };
    match asking.ask(cx, at, lock, &kept.username, sent).await? {
        Said::Refused(Refusal {
            error,
            counts: true,
        }) => {
            let wrong = Wrong::new(error);
            Ok((step, Verdict::Wrong(wrong)))
        }
        Said::Refused(refusal) => Err(refusal.error.into()),
        Said::Known(person) => {
            let derived;
            let password = match given {
                Answer::NewPassword { password, .. } => Password::Given(password.get()?),
                _ => {
                    derived = kept.credential();
                    match &derived {
                        Some((name, bytes)) => Password::Derived(name, bytes),
                        None => Password::Unknown,
                    }
                }
            };
            let answered = factor.and_then(ask::second_factor);
            let arriving = Arriving {
                typed: name,
                person: &person,
                answered,
                password,
            };
            if !asking.arrive(cx, at, arriving).await? {
                return Err(auth::incorrect_password().into());
            }
            let user = user_of(cx, at, &person.sub).await?;
            finish(cx, at, step, user, factor).await
        }
        Said::Asked(question) => {
            let credential = match given {
                Answer::NewPassword { password, .. } => {
                    Some(derive(cx, at, &kept.username, password.get()?).await)
                }
                _ => kept.credential.clone(),
            };
            let next = Kept {
                session: question.session.clone(),
                username: kept.username.clone(),
                typed: kept.typed.clone(),
                credential,
            };
            let replay = step.replay.clone();
            let mut state = step.state.clone();
            if let Some(factor) = factor {
                state.proven = state.proven.with(factor);
            }
            let asked = keep(cx, at, state, &question, &next, replay)?;
            Ok((step, Verdict::Ask(asked)))
        }
    }
}

/// Lets the upstream judge a password that a session brings: of a user who chose that. None if it is judged here.
///
/// # Errors
/// As [`answer`].
pub(in crate::signin) async fn password<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: &SignInState,
    name: &str,
    given: &SecretString,
) -> Judged<Option<(Step, Verdict)>> {
    let proven = cx.memory().get::<String>(&proof_of(name));
    let known = match state.pretended {
        true => None,
        false => User::by_id(&cx.store, at.pool, &state.subject).await?,
    };
    let upstream = upstream_for(cx, at, known.as_ref()).await?;
    if proven.is_none() && upstream.is_none() {
        return Ok(None);
    }
    let Taken { step, user } = take_up(cx, at, lock, state.clone()).await?;
    if let Some(sub) = proven {
        let user = user_of(cx, at, &sub).await?;
        return finish(cx, at, step, user, None).await.map(Some);
    }
    let upstream = upstream.ok_or_else(auth::session_invalid)?;
    let asking = Asking {
        upstream: &upstream,
        known: user.as_ref(),
        tally: &step.tally,
        name,
        point: "upstream password by choice",
    };
    let sent = Proof::Password(given);
    match asking.ask(cx, at, lock, name, sent).await? {
        Said::Refused(Refusal {
            error,
            counts: true,
        }) => {
            let wrong = Wrong::new(error);
            Ok(Some((step, Verdict::Wrong(wrong))))
        }
        Said::Refused(refusal) => Err(refusal.error.into()),
        Said::Known(person) => {
            let arriving = Arriving {
                typed: name,
                person: &person,
                answered: None,
                password: Password::Given(given),
            };
            if !asking.arrive(cx, at, arriving).await? {
                let wrong = Wrong::new(auth::incorrect_password());
                return Ok(Some((step, Verdict::Wrong(wrong))));
            }
            let user = user_of(cx, at, &person.sub).await?;
            finish(cx, at, step, user, None).await.map(Some)
        }
        Said::Asked(question) => {
            let username = match question.parameter(NAME) {
                "" => name,
                told => told,
            };
            let credential = derive(cx, at, username, given).await;
            let kept = first_row(&question, name, Some(credential));
            let step = match weigh(cx, at, step, &question, Some(given)).await? {
                Weighed::Goes(step) => *step,
                Weighed::Ends(step, verdict) => return Ok(Some((*step, *verdict))),
            };
            let mut state = step.state.clone();
            state.proven = Proven::only(Factor::Password);
            if step.user.is_none() {
                state.username.clone_from(&kept.username);
            }
            let asked = keep(cx, at, state, &question, &kept, step.replay.clone())?;
            Ok(Some((step, Verdict::Ask(asked))))
        }
    }
}

/// Lets the upstream begin SRP in a session: of a user who chose that. None if it is begun here.
///
/// # Errors
/// As [`answer`].
pub(in crate::signin) async fn srp<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: &SignInState,
    name: &str,
    public_a: &str,
) -> Judged<Option<(Step, Verdict)>> {
    let known = match state.pretended {
        true => None,
        false => User::by_id(&cx.store, at.pool, &state.subject).await?,
    };
    let upstream = upstream_for(cx, at, known.as_ref()).await?;
    let Some(upstream) = upstream.filter(|upstream| relays_srp(upstream, at, &state.start)) else {
        return Ok(None);
    };
    let Taken { step, user } = take_up(cx, at, lock, state.clone()).await?;
    let asking = Asking {
        upstream: &upstream,
        known: user.as_ref(),
        tally: &step.tally,
        name,
        point: "upstream SRP_A by choice",
    };
    let sent = Proof::SrpA(public_a);
    match asking.ask(cx, at, lock, name, sent).await? {
        Said::Asked(question) if question.name == ChallengeNameType::PasswordVerifier => {
            let asked = password_verifier(cx, at, &step.state, &question)?;
            Ok(Some((step, Verdict::Ask(asked))))
        }
        // As at the start of a sign-in by SRP: an unknown name gets a challenge here.
        Said::Refused(refusal)
            if refusal.counts && user.is_none() && at.client.hides_existence() =>
        {
            drop(std::mem::take(lock));
            Ok(None)
        }
        Said::Refused(refusal) => Err(refusal.error.into()),
        Said::Known(_) | Said::Asked(_) => Err(errors::internal().into()),
    }
}

/// A session that was taken up, and the user here.
pub(super) struct Taken {
    pub step: Step,
    pub user: Option<User>,
}

/// Reads who answers a challenge of the upstream. A user may have become another's in the meantime, or have moved.
pub(super) async fn take_up<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    state: SignInState,
) -> Judged<Taken> {
    lock.enter(cx, at.pool, &state.subject).await?;
    let spent = sessions::spent(&at.pool.id, &state.nonce);
    if cx.store.first(spent).await.map_err(Fault::from)?.is_some() {
        return Err(auth::session_used().into());
    }
    let subject = Subject::known(&state.subject);
    let tally = attempts::read(cx, at.pool, subject).await?;
    tally.refuse_locked(cx.now())?;
    if let Some(guess) = state.expected.guess() {
        guess.refuse_worn_out(&tally, cx.now())?;
    }
    let user = match state.pretended {
        true => None,
        false => {
            let user = User::by_id(&cx.store, at.pool, &state.subject).await?;
            let user = user.ok_or_else(auth::session_invalid)?;
            refuse_state_there(at, &user)?;
            Some(user)
        }
    };
    let replay = Replay::Session {
        nonce: state.nonce.clone(),
        expires: state.expires,
    };
    let step = Step {
        user: user.clone(),
        state,
        tally,
        replay,
        profile: None,
        further: Box::default(),
    };
    Ok(Taken { step, user })
}

/// Ends the last step of a user who has arrived.
async fn finish(
    cx: &Cx<'_>,
    at: At<'_>,
    step: Step,
    user: User,
    factor: Option<Factor>,
) -> Judged<(Step, Verdict)> {
    refuse_state(at, Some(&user))?;
    let tally = match step.user {
        Some(_) => step.tally,
        // The name was unknown when the sign-in began.
        None => attempts::read(cx, at.pool, Subject::known(&user.id)).await?,
    };
    let SignInState {
        typed,
        start,
        proven,
        expected,
        threat,
        ..
    } = step.state;
    let proven = proven.with(Factor::Password);
    let state = SignInState {
        expected,
        threat,
        ..SignInState::of_user(at, &user, &typed, start, proven)
    };
    let step = Step {
        state,
        user: Some(user),
        tally,
        replay: step.replay,
        profile: None,
        further: Box::default(),
    };
    let factor = factor.unwrap_or(Factor::Password);
    Ok((step, Verdict::Passed(Pass::of(factor))))
}

async fn user_of(cx: &Cx<'_>, at: At<'_>, sub: &str) -> Result<User> {
    let user = User::by_id(&cx.store, at.pool, sub).await?;
    user.ok_or(Fault::Stale)
}

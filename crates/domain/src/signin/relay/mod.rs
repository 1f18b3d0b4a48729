//! Sign-ins that the upstream of the pool judges (moving.md 4, decision 018): those of users without a password here. The
//! counters of wrong answers are ours and come first.

mod ask;
mod asking;
pub(super) mod chosen;
pub(super) mod refresh;
pub(super) mod reply;
pub(super) mod set_up;
mod waiting;

use cognate_crypto::secret::SecretString;
use cognate_shapes::ChallengeNameType;

use crate::cx::Cx;
use crate::errors::{self, Fault, Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::records::upstream::Upstream;
use crate::signin::candidate::{Candidate, Names};
use crate::signin::choice::Offer;
use crate::signin::further::Wanted;
use crate::signin::lock::Lock;
use crate::signin::relay::asking::{
    Arriving, Asking, proof_of, refuse_state_there, relays_srp, upstream_for,
};
use crate::signin::relay::waiting::{derive, first_row, keep, password_verifier};
use crate::signin::srp::SignedClaim;
use crate::signin::state::Start;
use crate::signin::verdict::{Judged, Pass, Replay, Step, Verdict, Wrong};
use crate::signin::{At, breached, protection, triggers};
use crate::upstream::answers::{Question, Refusal, Said};
use crate::upstream::arrival::Password;
use crate::upstream::dialog::{NAME, Proof};
use crate::upstream::question::Kept;

/// A step that the upstream judged, or whose it is not.
pub(super) enum Relayed {
    /// It is judged here, for this user or name.
    Here(Candidate),
    /// It was judged there.
    There(Box<Step>, Verdict),
}

/// Returns the first factors of somebody about whom the upstream is asked: a password there, or nothing. Another factor of
/// the user here could make the sign-in easier than it is there.
///
/// # Errors
/// The store's.
pub(super) async fn offer(
    cx: &Cx<'_>,
    at: At<'_>,
    candidate: &Candidate,
    start: &Start,
) -> Result<Option<Offer>> {
    let upstream = upstream_for(cx, at, candidate.user.as_ref()).await?;
    let offer = |upstream: Upstream| Offer::of_password(relays_srp(&upstream, at, start));
    Ok(upstream.map(offer))
}

/// Lets the upstream judge a password.
///
/// # Errors
/// InternalErrorException if it does not answer; [`Fault::Stale`] once the user is here.
pub(super) async fn password<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    candidate: Candidate,
    name: &str,
    start: &Start,
    given: &SecretString,
) -> Judged<Relayed> {
    let Some(upstream) = upstream_for(cx, at, candidate.user.as_ref()).await? else {
        return Ok(Relayed::Here(candidate));
    };
    if was_proven(cx, &candidate, name)? {
        return proven(cx, at, lock, candidate, start).await;
    }
    refuse_early(at, &candidate)?;
    let asking = Asking {
        upstream: &upstream,
        known: candidate.user.as_ref(),
        tally: &candidate.tally,
        name,
        point: "upstream password",
    };
    let said = asking
        .ask(cx, at, lock, name, Proof::Password(given))
        .await?;
    match said {
        Said::Refused(refusal) => refused(at, candidate, start, refusal),
        Said::Known(person) => {
            let arriving = Arriving {
                typed: name,
                person: &person,
                answered: None,
                password: Password::Given(given),
            };
            match asking.arrive(cx, at, arriving).await? {
                true => proven(cx, at, lock, candidate, start).await,
                false => unusable(at, candidate, start),
            }
        }
        Said::Asked(question) => {
            let srp_name = question.parameter(NAME).to_owned();
            let credential = match srp_name.as_str() {
                "" => None,
                _ => Some(derive(cx, at, &srp_name, given).await),
            };
            let kept = first_row(&question, name, credential);
            let given = Some(given);
            asked(cx, at, lock, candidate, start, &question, (&kept, given)).await
        }
    }
}

/// Lets the upstream begin SRP.
///
/// # Errors
/// As [`password`].
pub(super) async fn srp<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    candidate: Candidate,
    name: &str,
    start: &Start,
    public_a: &str,
) -> Judged<Relayed> {
    let upstream = upstream_for(cx, at, candidate.user.as_ref()).await?;
    let Some(upstream) = upstream.filter(|upstream| relays_srp(upstream, at, start)) else {
        return Ok(Relayed::Here(candidate));
    };
    refuse_early(at, &candidate)?;
    let asking = Asking {
        upstream: &upstream,
        known: candidate.user.as_ref(),
        tally: &candidate.tally,
        name,
        point: "upstream SRP_A",
    };
    let said = asking
        .ask(cx, at, lock, name, Proof::SrpA(public_a))
        .await?;
    match said {
        Said::Asked(question) if question.name == ChallengeNameType::PasswordVerifier => {
            let step = Step::first(at, candidate, start.clone());
            triggers::before(cx, at, lock, &step).await?;
            let asked = password_verifier(cx, at, &step.state, &question)?;
            Ok(Relayed::There(Box::new(step), Verdict::Ask(asked)))
        }
        // Nothing was judged yet: an unknown name gets a challenge here too where the client must not learn that.
        Said::Refused(refusal)
            if refusal.counts && candidate.user.is_none() && at.client.hides_existence() =>
        {
            Ok(Relayed::Here(candidate))
        }
        Said::Refused(refusal) => {
            let free = Refusal {
                counts: false,
                ..refusal
            };
            refused(at, candidate, start, free)
        }
        Said::Known(_) | Said::Asked(_) => Err(errors::internal().into()),
    }
}

async fn look_up(cx: &Cx<'_>, at: At<'_>, name: &str) -> Result<Candidate> {
    let (names, wanted) = (Names::LoginsAndSub, Wanted::default());
    Candidate::look_up(cx, at.pool, name, names, wanted).await
}

/// Lets the upstream judge the end of SRP: a SECRET_BLOCK that this pool did not seal. No Session comes with it.
///
/// # Errors
/// As [`password`]; `Incorrect username or password.` if it cannot be the upstream's.
pub(super) async fn proof<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    name: &str,
    start: &Start,
    claim: &SignedClaim,
) -> Judged<(Step, Verdict)> {
    let candidate = look_up(cx, at, name).await?;
    let upstream = upstream_for(cx, at, candidate.user.as_ref()).await?;
    let upstream = upstream.filter(|upstream| upstream.relays_srp(at.pool));
    let upstream = upstream.ok_or_else(auth::incorrect_password)?;
    let subject = candidate.tally.subject().clone();
    lock.enter(cx, at.pool, subject.as_str()).await?;
    let candidate = look_up(cx, at, name).await?;
    if *candidate.tally.subject() != subject {
        return Err(Fault::Stale.into());
    }
    candidate.tally.refuse_locked(cx.now())?;
    if was_proven(cx, &candidate, name)? {
        return there(proven(cx, at, lock, candidate, start).await?);
    }
    refuse_early(at, &candidate)?;
    let asking = Asking {
        upstream: &upstream,
        known: candidate.user.as_ref(),
        tally: &candidate.tally,
        name,
        point: "upstream PASSWORD_VERIFIER",
    };
    let sent = Proof::Srp {
        block: &claim.block,
        signature: &claim.signature,
        timestamp: &claim.timestamp,
    };
    let relayed = match asking.ask(cx, at, lock, name, sent).await? {
        Said::Refused(refusal) => refused(at, candidate, start, refusal),
        Said::Known(person) => {
            let arriving = Arriving {
                typed: name,
                person: &person,
                answered: None,
                password: Password::Unknown,
            };
            match asking.arrive(cx, at, arriving).await? {
                true => proven(cx, at, lock, candidate, start).await,
                false => unusable(at, candidate, start),
            }
        }
        Said::Asked(question) => {
            let kept = first_row(&question, name, None);
            asked(cx, at, lock, candidate, start, &question, (&kept, None)).await
        }
    };
    there(relayed?)
}

fn there(relayed: Relayed) -> Judged<(Step, Verdict)> {
    match relayed {
        Relayed::There(step, verdict) => Ok((*step, verdict)),
        Relayed::Here(_) => Err(auth::incorrect_password().into()),
    }
}

/// True if the upstream proved the user in an earlier run of this action.
fn was_proven(cx: &Cx<'_>, candidate: &Candidate, name: &str) -> Result<bool> {
    match cx.memory().get::<String>(&proof_of(name)) {
        None => Ok(false),
        Some(sub) if candidate.user.as_ref().is_some_and(|user| user.id == sub) => Ok(true),
        Some(_) => Err(Fault::Stale),
    }
}

/// Returns the step of a user whom the upstream has proven.
async fn proven(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    candidate: Candidate,
    start: &Start,
) -> Judged<Relayed> {
    let step = Step::first(at, candidate, start.clone());
    step.refuse_state(at)?;
    triggers::before(cx, at, lock, &step).await?;
    let pass = Pass::of(Factor::Password);
    Ok(Relayed::There(Box::new(step), Verdict::Passed(pass)))
}

fn refuse_early(at: At<'_>, candidate: &Candidate) -> Judged<()> {
    match &candidate.user {
        Some(user) => refuse_state_there(at, user),
        None => Ok(()),
    }
}

fn refused(at: At<'_>, candidate: Candidate, start: &Start, refusal: Refusal) -> Judged<Relayed> {
    if !refusal.counts {
        return Err(refusal.error.into());
    }
    let wrong = Wrong::new(refusal.error);
    let step = Step::first(at, candidate, start.clone());
    Ok(Relayed::There(Box::new(step), Verdict::Wrong(wrong)))
}

/// Somebody whom the upstream proves and of whom no user can come is told what everybody is whose password is wrong.
fn unusable(at: At<'_>, candidate: Candidate, start: &Start) -> Judged<Relayed> {
    let refusal = Refusal::wrong(auth::incorrect_password());
    refused(at, candidate, start, refusal)
}

/// Asks the user what the upstream asks.
async fn asked(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    candidate: Candidate,
    start: &Start,
    question: &Question,
    (kept, given): (&Kept, Option<&SecretString>),
) -> Judged<Relayed> {
    let step = Step::first(at, candidate, start.clone());
    triggers::before(cx, at, lock, &step).await?;
    let mut step = match weigh(cx, at, step, question, given).await? {
        Weighed::Goes(step) => *step,
        Weighed::Ends(step, verdict) => return Ok(Relayed::There(step, *verdict)),
    };
    if step.user.is_none() {
        step.state.username.clone_from(&kept.username);
    }
    step.state.proven = Proven::only(Factor::Password);
    let asked = keep(cx, at, step.state.clone(), question, kept, Replay::None)?;
    Ok(Relayed::There(Box::new(step), Verdict::Ask(asked)))
}

/// A right password behind which the upstream asks for more, weighed as one is behind which nothing comes.
pub(super) enum Weighed {
    /// The question is asked.
    Goes(Box<Step>),
    /// Nothing goes on.
    Ends(Box<Step>, Box<Verdict>),
}

/// Looks a right password up among those that others know, if it was seen, and judges the sign-in.
///
/// # Errors
/// PasswordResetRequiredException for a password that is not to be used, of a user who is here. One who is still to come is
/// refused after the last step.
pub(super) async fn weigh(
    cx: &Cx<'_>,
    at: At<'_>,
    mut step: Step,
    question: &Question,
    given: Option<&SecretString>,
) -> Judged<Weighed> {
    let right = || Verdict::Passed(Pass::of(Factor::Password));
    if let Some(given) = given {
        breached::note(cx, at, &mut step, &right(), given).await;
        // It is replaced there in any case.
        step.state.start.barred &= question.name != ChallengeNameType::NewPasswordRequired;
    }
    let second = is_second_factor(question.name);
    let (step, verdict) = protection::weigh_before(cx, at, step, right(), second).await?;
    breached::refuse_barred(cx, at, &step, &verdict)?;
    Ok(match verdict {
        Verdict::Passed(_) => Weighed::Goes(Box::new(step)),
        other => Weighed::Ends(Box::new(step), Box::new(other)),
    })
}

fn is_second_factor(challenge: ChallengeNameType) -> bool {
    use ChallengeNameType as C;
    matches!(
        challenge,
        C::SmsMfa | C::EmailOtp | C::SoftwareTokenMfa | C::SelectMfaType
    )
}

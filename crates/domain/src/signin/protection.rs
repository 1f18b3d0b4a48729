//! What threat protection makes of a step: once in each sign-in, when its first factor was answered, rightly or wrongly.
//!
//! What the first factor was worth must not show in a refusal. So a wrong answer is judged as a right one is, an unknown
//! name as some user of the pool, and a right answer that is refused counts as a wrong one (docs/THREATS.md).

use cognate_shapes::AdvancedSecurityModeType;
use cognate_store::Batch;

use crate::attempts::Subject;
use crate::cx::Cx;
use crate::errors::{Result, auth};
use crate::facts::factor::{Factor, Proven};
use crate::records::auth_event::RiskDecision;
use crate::records::risk_profile::ProfileRecord;
use crate::records::user::User;
use crate::signin::answer::{StartRequest, Way};
use crate::signin::candidate::{Candidate, Names};
use crate::signin::event::AuthEvent;
use crate::signin::further::Wanted;
use crate::signin::mfa::decide;
use crate::signin::opening::Opening;
use crate::signin::state::{Expected, Flow, Start};
use crate::signin::verdict::{Judged, Pass, Refusal, Step, Stop, Verdict, Wrong};
use crate::signin::{At, notices};
use crate::threats::decided::Decided;
use crate::threats::exceptions;
use crate::threats::judge::{self, Action, Attempted, Judged as Judgement};
use crate::threats::learn::{self, Lesson};

/// Refuses the start of a sign-in from an address of which everything is refused, before anything is looked at. It leaves an
/// event a minute for each name.
///
/// # Errors
/// `Unable to login because of security reasons.`
pub async fn refuse_blocked_start(cx: &Cx<'_>, at: At<'_>, request: &StartRequest) -> Judged<()> {
    let is_custom = matches!(request.way, Way::Custom { .. });
    let mode = judge::mode(at.pool, is_custom);
    if !exceptions::is_blocked(cx, at.pool, at.client, mode) {
        return Ok(());
    }
    let refusal = auth::security_reasons();
    let Some(name) = request.name.optional() else {
        return Err(refusal.into());
    };
    // A client that does not prove itself causes no read and no event.
    if request.proof.check(at.client, name).is_err() {
        return Err(refusal.into());
    }
    let (names, wanted) = (Names::LoginsAndSub, Wanted::default());
    let candidate = Candidate::look_up(cx, at.pool, name, names, wanted).await?;
    let (user, subject) = (candidate.user.as_ref(), candidate.tally.subject());
    let event = AuthEvent::refused(user, subject, &Proven::default());
    Err(Refusal {
        event: Some(event.with_risk(Some(exceptions::blocked_risk()))),
        ..Refusal::new(refusal)
    }
    .into())
}

/// As [`refuse_blocked_start`], for an answer to a challenge of a sign-in that began so. It leaves no event.
///
/// # Errors
/// `Unable to login because of security reasons.`
pub fn refuse_blocked_answer(cx: &Cx<'_>, at: At<'_>, start: &Start) -> Result<()> {
    let mode = judge::mode(at.pool, start.flow == Flow::Custom);
    match exceptions::is_blocked(cx, at.pool, at.client, mode) {
        true => Err(auth::security_reasons().into()),
        false => Ok(()),
    }
}

/// Judges the sign-in of a step, unless that was done, and changes the verdict where nothing goes on.
///
/// # Errors
/// Those of [`judge::judge`].
pub async fn weigh(
    cx: &Cx<'_>,
    at: At<'_>,
    step: Step,
    verdict: Verdict,
) -> Judged<(Step, Verdict)> {
    weigh_before(cx, at, step, verdict, false).await
}

/// As [`weigh`], for a first factor behind which the upstream asks for another step. `second`: that is a second factor, as
/// MFA_REQUIRED demands it.
///
/// # Errors
/// Those of [`judge::judge`].
pub async fn weigh_before(
    cx: &Cx<'_>,
    at: At<'_>,
    mut step: Step,
    verdict: Verdict,
    second: bool,
) -> Judged<(Step, Verdict)> {
    if step.state.threat.is_some() || matches!(verdict, Verdict::Ask(_)) {
        return Ok((step, verdict));
    }
    let is_proven = matches!(verdict, Verdict::Passed(_));
    let Some(mut judged) = judge_step(cx, at, &step, is_proven).await? else {
        return Ok((step, verdict));
    };
    let proven = proven_after(&step, &verdict);
    let is_given = second && judged.action == Action::Factor { or_block: true };
    let is_blocked = !is_given && blocks(at, &step, &judged, &proven);
    if is_blocked {
        judged.decided.risk.decision = RiskDecision::Block;
    }
    step.state.threat = Some(Box::new(judged.decided));
    let verdict = match verdict {
        Verdict::Wrong(wrong) if is_blocked => Verdict::Wrong(Wrong {
            refusal: auth::security_reasons(),
            ..wrong
        }),
        Verdict::Passed(pass) if is_blocked && !is_guess(pass.factor) => {
            return Err(refuse_without_count(cx, at, step, pass, &proven).await?);
        }
        Verdict::Passed(_) if is_blocked && is_one_time_password(&step) => {
            return Err(refuse_one_time_password(cx, at, &step, &proven).await?);
        }
        Verdict::Passed(_) if is_blocked => Verdict::Wrong(Wrong {
            refused: Some(proven),
            ..Wrong::new(auth::security_reasons())
        }),
        other => other,
    };
    Ok((step, verdict))
}

/// Judges the sign-in of a wrong one-time password of a first factor, which counts for its code alone. Returns the batch of its
/// event, and true if it is refused as a sign-in of which nothing goes on.
///
/// # Errors
/// Those of [`judge::judge`].
pub async fn record_wrong_code(cx: &Cx<'_>, at: At<'_>, step: &Step) -> Result<(Batch, bool)> {
    let mut threat = step.state.threat.clone();
    let mut is_blocked = false;
    if threat.is_none()
        && let Some(mut judged) = judge_step(cx, at, step, false).await?
    {
        let proven = proven_by(step, first_factor(&step.state.expected));
        is_blocked = blocks(at, step, &judged, &proven);
        if is_blocked {
            judged.decided.risk.decision = RiskDecision::Block;
        }
        threat = Some(Box::new(judged.decided));
    }
    let threat = threat.as_deref();
    let event = AuthEvent::failed(step.user.as_ref(), step.tally.subject(), &step.state.proven);
    let event = event.with_risk(threat.map(|threat| threat.risk.clone()));
    let batch = notices::record_refused(cx, at, step, threat, &event, Batch::new()).await?;
    Ok((batch, is_blocked))
}

async fn judge_step(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    is_proven: bool,
) -> Result<Option<Judgement>> {
    let profile = step.profile.as_deref();
    let start = &step.state.start;
    judge_start(cx, at, step.tally.subject(), start, is_proven, profile).await
}

/// True if nothing goes on for an unknown name, whatever its password is worth: then no other directory is asked about it,
/// since a right password would bring its user here.
///
/// # Errors
/// Those of [`judge::judge`].
pub async fn is_blocked(
    cx: &Cx<'_>,
    at: At<'_>,
    unknown: &Candidate,
    start: &Start,
) -> Result<bool> {
    let profile = unknown.profile.as_deref();
    let judged = judge_start(cx, at, unknown.tally.subject(), start, false, profile).await?;
    Ok(judged.is_some_and(|judged| judged.action == Action::Block))
}

async fn judge_start(
    cx: &Cx<'_>,
    at: At<'_>,
    subject: &Subject,
    start: &Start,
    is_proven: bool,
    profile: Option<&ProfileRecord>,
) -> Result<Option<Judgement>> {
    let is_custom = start.flow == Flow::Custom;
    if judge::mode(at.pool, is_custom) == AdvancedSecurityModeType::Off {
        return Ok(None);
    }
    let attempted = Attempted {
        pool: at.pool,
        client: at.client,
        is_custom,
        subject: subject.as_str(),
        is_proven,
        device_key: start.device_key.as_deref(),
        profile,
    };
    // On the heap: most pools are not watched, and all sign-ins would have to move its state.
    Box::pin(judge::judge(cx, &attempted)).await
}

fn is_one_time_password(step: &Step) -> bool {
    matches!(step.state.expected, Expected::EmailOtp | Expected::SmsOtp)
}

/// True if a wrong answer in the place of this right one would have been a guess at a secret of the user's. A step-up by a
/// token and the sign-in after a sign-up guess nothing; an answer to the pool's own challenge counts towards no lockout.
fn is_guess(factor: Option<Factor>) -> bool {
    !matches!(
        factor,
        None | Some(Factor::ConfirmedSignUp | Factor::Custom)
    )
}

/// Refuses what is no guess, and uses up the round of the pool's own challenge, as every answer to one does.
async fn refuse_without_count(
    cx: &Cx<'_>,
    at: At<'_>,
    step: Step,
    pass: Pass,
    proven: &Proven,
) -> Result<Stop> {
    let batch = record_refused(cx, at, &step, proven, Batch::new()).await?;
    let refusal = Refusal::new(auth::security_reasons());
    Ok(match pass.factor {
        Some(Factor::Custom) => Refusal {
            writes: batch.extend(pass.writes),
            replay: step.replay,
            ..refusal
        }
        .into(),
        _ => Refusal {
            writes: batch,
            ..refusal
        }
        .into(),
    })
}

async fn record_refused(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    proven: &Proven,
    batch: Batch,
) -> Result<Batch> {
    let event = AuthEvent::refused(step.user.as_ref(), step.tally.subject(), proven);
    let risk = step.state.threat.as_ref().map(|threat| threat.risk.clone());
    let threat = step.state.threat.as_deref();
    notices::record_refused(cx, at, step, threat, &event.with_risk(risk), batch).await
}

/// Refuses a right one-time password: as a wrong one, it counts for the factor and not towards the lockout.
async fn refuse_one_time_password(
    cx: &Cx<'_>,
    at: At<'_>,
    step: &Step,
    proven: &Proven,
) -> Result<Stop> {
    let subject = step.tally.subject();
    let writes = match step.state.expected.guess() {
        Some(guess) => guess.count(Batch::new(), at.pool, subject, cx.now()),
        None => Batch::new(),
    };
    Ok(Refusal {
        writes: record_refused(cx, at, step, proven, writes).await?,
        ..Refusal::new(auth::security_reasons())
    }
    .into())
}

/// Adds to the batch of a complete sign-in what it teaches about its user, and the message about it.
///
/// # Errors
/// Those of [`learn::learn`]; the store's.
pub async fn learn(
    cx: &Cx<'_>,
    at: At<'_>,
    threat: Option<&Decided>,
    before: Option<&ProfileRecord>,
    opening: &mut Opening,
) -> Result<()> {
    let Some((threat, attempt)) = threat.zip(opening.attempt.as_ref()) else {
        return Ok(());
    };
    let doc = &opening.session.doc;
    let user = &opening.session.user;
    let lesson = Lesson {
        user_id: &user.id,
        attempt,
        is_trusted: !threat.is_suspicious
            || decide::has_second_code(&doc.proven)
            || doc.proven.has(Factor::VerifiedPasskey),
        before,
    };
    let batch = std::mem::replace(&mut opening.batch, Batch::new());
    let batch = Box::pin(learn::learn(cx, at.pool, &lesson, batch)).await?;
    opening.batch = notices::of_passed(cx, at, user, threat, &doc.event_id, batch).await?;
    Ok(())
}

/// Returns the factors that are proven after a right answer, or would be after one in the place of a wrong one.
fn proven_after(step: &Step, verdict: &Verdict) -> Proven {
    match verdict {
        Verdict::Passed(pass) => proven_by(step, pass.factor),
        _ => proven_by(step, first_factor(&step.state.expected)),
    }
}

/// Returns the factor that the right answer to a first challenge proves.
fn first_factor(expected: &Expected) -> Option<Factor> {
    Some(match expected {
        Expected::EmailOtp => Factor::Email,
        Expected::SmsOtp => Factor::Sms,
        Expected::WebAuthn { .. } => Factor::Passkey,
        Expected::Custom { .. } => Factor::Custom,
        _ => Factor::Password,
    })
}

fn proven_by(step: &Step, factor: Option<Factor>) -> Proven {
    let proven = step.state.proven.clone();
    match factor {
        Some(factor) => proven.with(factor),
        None => proven,
    }
}

/// True if nothing goes on.
fn blocks(at: At<'_>, step: &Step, judged: &Judgement, proven: &Proven) -> bool {
    match judged.action {
        Action::Allow | Action::Factor { or_block: false } => false,
        Action::Block => true,
        Action::Factor { or_block: true } => {
            let model: Option<&User> = judged.model.as_deref();
            let user = step.user.as_ref().or(model);
            user.is_none_or(|user| !decide::has_or_gives_second(at.pool, user, proven))
        }
    }
}

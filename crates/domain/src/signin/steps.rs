//! The way of each step to its verdict: the checks of the request in the service's order, the reads and the lock that
//! it needs, the module that judges.

use cognate_crypto::secret::SecretString;
use cognate_shapes::{AuthFactorType, ChallengeNameType};
use cognate_store::Batch;

use crate::app::functions::Trigger;
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result, auth};
use crate::facts::factor::Factor;
use crate::signin::answer::{Answer, AnswerRequest, Needed, StartRequest, UserAuth, Way};
use crate::signin::candidate::{Candidate, Names};
use crate::signin::choice::Choice;
use crate::signin::further::Wanted;
use crate::signin::lock::Lock;
use crate::signin::mfa::{codes, select, setup, software_token};
use crate::signin::relay::{Relayed, chosen};
use crate::signin::state::{Expected, Flow, Start};
use crate::signin::verdict::{Asked, Judged, Step, Verdict, Wrong, refuse_state};
use crate::signin::{
    At, Surface, auto_sign_in, breached, choice, custom, device, first_factors, new_password,
    passkey, password, protection, relay, resume, srp, step_up, triggers,
};
use crate::users::migration::{self, Newcomer, Outcome};

/// Begins a sign-in: checks the request, reads, and lets the module of the first factor judge.
///
/// # Errors
/// auth.md 6.4.
pub(super) async fn begin<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    request: &StartRequest,
) -> Judged<(Step, Verdict)> {
    let (name, start) = admit(cx, at, request)?;
    Ok(match &request.way {
        Way::Password(given) => by_password(cx, at, lock, name, start, given).await?,
        Way::Srp(given) => {
            let text = given.get()?;
            let public_a = srp::parse(text)?;
            let candidate = find(cx, at, name, Names::Logins, Wanted::default()).await?;
            let relayed = match at.pool.doc.upstream {
                false => Relayed::Here(candidate),
                // On the heap: few sign-ins come here, and all would have to move its state.
                true => Box::pin(relay::srp(cx, at, lock, candidate, name, &start, text)).await?,
            };
            let candidate = match relayed {
                Relayed::Here(candidate) => candidate,
                Relayed::There(step, verdict) => return Ok((*step, verdict)),
            };
            require_shown(at, &candidate)?;
            let step = Step::first(at, candidate, start);
            step.refuse_state(at)?;
            triggers::before(cx, at, lock, &step).await?;
            let challenge = srp::challenge(cx, at, &step, public_a).await?;
            (step, Verdict::Ask(Asked::without_writes(challenge)))
        }
        Way::Custom { public_a } => {
            let public_a = match public_a {
                Some(public_a) => Some(srp::parse(public_a.get()?)?),
                None => None,
            };
            let (names, wanted) = (Names::LoginsAndSub, Wanted::default());
            let found = Candidate::find(cx, at.pool, at.client, name, names, wanted);
            let candidate = found.await?;
            candidate.tally.refuse_locked(cx.now())?;
            refuse_state(at, candidate.user.as_ref())?;
            let candidate = candidate.hide_if_ineligible(at.pool)?;
            let step = Step::first(at, candidate, start);
            triggers::before(cx, at, lock, &step).await?;
            let verdict = custom::start(cx, at, lock, &step, public_a).await?;
            (step, verdict)
        }
        Way::UserAuth(wish) => by_choice(cx, at, lock, name, start, wish).await?,
        Way::Passkey {
            session,
            credential,
            ..
        } => {
            step_up::leading(&start, vec![ChallengeNameType::WebAuthn])?;
            passkey::discoverable::judge(cx, at, lock, start, session, credential).await?
        }
        Way::SignUp(session) => {
            let (state, attribute) = auto_sign_in::open(cx, at, start, session)?;
            let step = resume::take_up(cx, at, lock, state).await?;
            let verdict = auto_sign_in::judge(at, &step, name, &attribute)?;
            triggers::before(cx, at, lock, &step).await?;
            (step, verdict)
        }
    })
}

/// Checks in the service's order the members that a start must carry, and the proof of its client. Returns the name and
/// the start.
fn admit<'r>(cx: &Cx<'_>, at: At<'_>, request: &'r StartRequest) -> Result<(&'r str, Start)> {
    let name = match &request.way {
        Way::Passkey { .. } => "",
        _ => request.name.get()?,
    };
    let mut start = Start::default();
    match &request.way {
        Way::Password(given) => {
            start.flow = Flow::Password;
            given.get()?;
        }
        Way::Srp(public_a) => {
            start.flow = Flow::Srp;
            public_a.get()?;
        }
        Way::Custom { .. } => {
            start.flow = Flow::Custom;
            custom::require_triggers(at.pool)?;
        }
        Way::UserAuth(wish) => {
            start.flow = Flow::UserAuth;
            start.levels = step_up::levels(cx, at.pool, wish)?;
            if let (Some(given), None) = (wish.password_at_once(), &wish.access_token) {
                given.get()?;
            }
        }
        Way::Passkey { wish, .. } => {
            if at.surface != Surface::Page {
                return Err(auth::session_invalid().into());
            }
            start.flow = Flow::UserAuth;
            start.levels = step_up::levels(cx, at.pool, wish)?;
        }
        Way::SignUp(_) => start.flow = Flow::UserAuth,
    }
    start.name_device(request.device_key.as_deref());
    request.proof.check(at.client, name)?;
    Ok((name, start))
}

/// Reads the user behind a name, without a lock: nothing is judged. In a pool with an upstream it returns an unknown name
/// whatever the client may know: the upstream may know it.
async fn find(
    cx: &Cx<'_>,
    at: At<'_>,
    name: &str,
    names: Names,
    wanted: Wanted<'_>,
) -> Result<Candidate> {
    let candidate = match at.pool.doc.upstream {
        true => Candidate::look_up(cx, at.pool, name, names, wanted).await?,
        false => Candidate::find(cx, at.pool, at.client, name, names, wanted).await?,
    };
    candidate.tally.refuse_locked(cx.now())?;
    Ok(candidate)
}

/// Refuses an unknown name where the client may know that it is.
fn require_shown(at: At<'_>, candidate: &Candidate) -> Result<()> {
    if candidate.user.is_none() && !at.client.hides_existence() {
        return Err(errors::user_not_found().into());
    }
    Ok(())
}

/// Locks the user behind a name, who is known only after a read: reads again if a check ended in between.
async fn find_locked<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    name: &str,
    wanted: Wanted<'_>,
) -> Result<Candidate> {
    let migrates = at.pool.doc.upstream || cx.has_function(at.pool, Trigger::UserMigration);
    let read = async || match migrates {
        true => Candidate::look_up(cx, at.pool, name, Names::LoginsAndSub, wanted).await,
        false => {
            let names = Names::LoginsAndSub;
            Candidate::find(cx, at.pool, at.client, name, names, wanted).await
        }
    };
    let moment = cx.gates.mark();
    let mut candidate = read().await?;
    let subject = candidate.tally.subject().clone();
    lock.enter(cx, at.pool, subject.as_str()).await?;
    if !lock.is_current_since(moment) {
        candidate = read().await?;
        if *candidate.tally.subject() != subject {
            return Err(Fault::Stale);
        }
    }
    candidate.tally.refuse_locked(cx.now())?;
    Ok(candidate)
}

async fn by_password<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    name: &str,
    start: Start,
    given: &Needed<SecretString>,
) -> Judged<(Step, Verdict)> {
    let given = given.get()?;
    let wanted = Wanted::by_password(cx, at, &start);
    let candidate = find_locked(cx, at, lock, name, wanted).await?;
    let relayed = match at.pool.doc.upstream {
        false => Relayed::Here(candidate),
        true => {
            Box::pin(relay::password(
                cx, at, lock, candidate, name, &start, given,
            ))
            .await?
        }
    };
    let candidate = match relayed {
        Relayed::Here(candidate) => candidate,
        Relayed::There(mut step, verdict) => {
            breached::note(cx, at, &mut step, &verdict, given).await;
            return Ok((*step, verdict));
        }
    };
    if !cx.has_function(at.pool, Trigger::UserMigration) {
        require_shown(at, &candidate)?;
    }
    let asks = candidate.user.is_none() && cx.has_function(at.pool, Trigger::UserMigration);
    // From a place of which nothing goes on nobody is asked, and nobody comes to be.
    let refusal = match asks && !protection::is_blocked(cx, at, &candidate, &start).await? {
        false => None,
        true => migrate(cx, at, lock, &candidate, name, given).await?,
    };
    let mut step = Step::first(at, candidate, start);
    if let Some(refusal) = refusal {
        // Counted as a wrong password, so that the function is asked no more often than guesses are judged.
        let wrong = Wrong::new(refusal);
        return Ok((step, Verdict::Wrong(wrong)));
    }
    step.refuse_state(at)?;
    triggers::before(cx, at, lock, &step).await?;
    let verdict = password::judge(cx, at, &step, given).await?;
    breached::note(cx, at, &mut step, &verdict, given).await;
    Ok((step, verdict))
}

/// Asks UserMigration about an unknown name. Returns how the sign-in is refused; None if
/// it goes on as that of an unknown name.
///
/// # Errors
/// [`Fault::Stale`] when the user exists now, or rows that were read are out of date; [`migration::enter`];
/// [`migration::settle`].
async fn migrate(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    unknown: &Candidate,
    name: &str,
    password: &SecretString,
) -> Result<Option<ApiError>> {
    let newcomer = Newcomer {
        client: at.client,
        typed: name,
        password: Some(password),
        validation: at.metadata,
        metadata: None,
    };
    let subject = unknown.tally.subject();
    let place = migration::enter(cx, at.pool, subject)?;
    let event = newcomer.event();
    let answer = lock.trigger(cx, at.pool, subject.as_str(), &event).await;
    drop(place);
    // What follows may call other functions, and is judged by its commit alone: no other guess may have been counted.
    let conditions = unknown.tally.reset(Batch::new(), at.pool);
    let held = match &answer {
        Ok(Some(answer)) if migration::brings_user(answer) => std::mem::take(lock),
        _ => Lock::default(),
    };
    drop(held);
    match migration::settle(cx, at.pool, newcomer, answer, conditions).await? {
        Outcome::Created => Err(Fault::Stale),
        Outcome::Refused(refusal) => Ok(Some(refusal)),
        Outcome::Declined(reason) if !at.client.hides_existence() => Ok(Some(reason)),
        Outcome::Declined(_) => Ok(None),
    }
}

async fn by_choice<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    name: &str,
    start: Start,
    wish: &UserAuth,
) -> Judged<(Step, Verdict)> {
    if let Some(step) = step_up::from_token(cx, at, &start, name, wish).await? {
        triggers::before(cx, at, lock, &step).await?;
        return Ok((step, Verdict::Passed(Default::default())));
    }
    // A password is judged under the lock; whether the user has one at all must not show.
    if let Some(given) = wish.password_at_once() {
        return by_password(cx, at, lock, name, start, given).await;
    }
    let allows_passkeys = first_factors::allows(at.pool, AuthFactorType::WebAuthn);
    let wanted = Wanted::of_choice(at.pool, allows_passkeys);
    let candidate = find(cx, at, name, Names::LoginsAndSub, wanted).await?;
    let theirs = match at.pool.doc.upstream {
        true => relay::offer(cx, at, &candidate, &start).await?,
        false => None,
    };
    let (candidate, mut offer) = match theirs {
        Some(offer) => match chosen::srp_at_once(wish, &offer)? {
            None => (candidate, offer),
            Some(text) => {
                let relayed = relay::srp(cx, at, lock, candidate, name, &start, text);
                match Box::pin(relayed).await? {
                    Relayed::There(step, verdict) => {
                        return Ok((*step, chosen::among(verdict, offer.list)));
                    }
                    Relayed::Here(candidate) => (candidate, offer),
                }
            }
        },
        None => {
            require_shown(at, &candidate)?;
            choice::offer(cx, at, candidate, name).await?
        }
    };
    offer.list = step_up::leading(&start, offer.list)?;
    let step = Step::first(at, candidate, start);
    triggers::before(cx, at, lock, &step).await?;
    let asked = choice::start(cx, at, lock, &step, name, offer, wish).await?;
    Ok((step, Verdict::Ask(asked)))
}

/// Takes an answer: checks the request, takes up its session or block, and lets the challenge's module judge.
///
/// # Errors
/// auth.md 6.5.
pub(super) async fn go_on<'g>(
    cx: &'g Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'g>,
    request: &AnswerRequest,
) -> Judged<(Step, Verdict)> {
    let name = request.name.get()?.as_str();
    let device_key = request.device_key.as_deref();
    let challenge = request.answer.challenge();
    let prove = || request.proof.check(at.client, name);
    Ok(match &request.answer {
        Answer::PasswordProof(claim) => {
            claim.require()?;
            prove()?;
            let claim = claim.read()?;
            if at.pool.doc.upstream && !srp::is_ours(at.pool, &claim.block) {
                let mut start = Start {
                    flow: Flow::Srp,
                    ..Start::default()
                };
                start.name_device(device_key);
                protection::refuse_blocked_answer(cx, at, &start)?;
                return Box::pin(relay::proof(cx, at, lock, name, &start, &claim)).await;
            }
            let (opened, mut state) = srp::open(cx, at, name, &claim.block)?;
            state.start.name_device(device_key);
            protection::refuse_blocked_answer(cx, at, &state.start)?;
            let step = resume::take_up_block(cx, at, lock, state).await?;
            step.refuse_state(at)?;
            let verdict = srp::judge(cx, at, &step, opened, claim).await?;
            (step, verdict)
        }
        Answer::DeviceSrp { key, public_a } => {
            let (key, public_a) = (key.get()?, public_a.get()?);
            prove()?;
            let public_a = srp::parse(public_a)?;
            let session = match request.session.optional() {
                Some(session) => session.clone(),
                None => device::pending(cx, at, name, key).await?,
            };
            let state = resume::open(cx, at, &session, challenge, name, Some(key))?;
            protection::refuse_blocked_answer(cx, at, &state.start)?;
            let step = resume::take_up(cx, at, lock, state).await?;
            let challenge = device::begin(cx, at, &step, key, public_a).await?;
            (step, Verdict::Ask(Asked::without_writes(challenge)))
        }
        Answer::DeviceProof { key, claim } => {
            let key = key.get()?;
            claim.require()?;
            prove()?;
            let (claim, session) = (claim.read()?, request.session.optional());
            let (opened, state) = device::open(cx, at, name, key, &claim.block, session)?;
            protection::refuse_blocked_answer(cx, at, &state.start)?;
            let step = resume::take_up(cx, at, lock, state).await?;
            let verdict = device::judge(cx, at, &step, key, opened, claim).await?;
            (step, verdict)
        }
        other => {
            if let Answer::NewPassword { password, .. } = other {
                password.get()?;
            }
            prove()?;
            let session = request.session.get()?;
            let state = resume::open(cx, at, session, challenge, name, device_key)?;
            protection::refuse_blocked_answer(cx, at, &state.start)?;
            if let Expected::Upstream { row, .. } = &state.expected {
                let row = row.clone();
                return Box::pin(relay::reply::answer(cx, at, lock, state, &row, other)).await;
            }
            if at.pool.doc.upstream
                && let Some(given) = chosen::password_in(other)
                && let Some((mut step, verdict)) =
                    Box::pin(relay::reply::password(cx, at, lock, &state, name, given)).await?
            {
                breached::note(cx, at, &mut step, &verdict, given).await;
                return Ok((step, verdict));
            }
            if at.pool.doc.upstream
                && let Some((text, offers)) = chosen::srp_in(other, &state.expected)
            {
                srp::parse(text)?;
                let relayed = relay::reply::srp(cx, at, lock, &state, name, text);
                if let Some((step, verdict)) = Box::pin(relayed).await? {
                    let verdict = match offers {
                        Some(offers) => chosen::among(verdict, offers),
                        None => verdict,
                    };
                    return Ok((step, verdict));
                }
            }
            let mut step = resume::take_up(cx, at, lock, state).await?;
            let verdict = judge(cx, at, lock, &mut step, name, other).await?;
            if let Some(given) = chosen::password_in(other) {
                breached::note(cx, at, &mut step, &verdict, given).await;
            }
            (step, verdict)
        }
    })
}

/// Lets the challenge's module judge an answer that a session brings.
async fn judge(
    cx: &Cx<'_>,
    at: At<'_>,
    lock: &mut Lock<'_>,
    step: &mut Step,
    name: &str,
    answer: &Answer,
) -> Judged<Verdict> {
    use Expected as X;
    Ok(match (answer, &step.state.expected) {
        (
            Answer::NewPassword {
                password,
                attributes,
            },
            _,
        ) => new_password::judge(cx, at, step, password.get()?, attributes).await?,
        (Answer::SmsMfa(code), _) => codes::judge(cx, at, step, code.get()?, Factor::Sms).await?,
        (Answer::EmailOtp(code), X::EmailOtp) => {
            choice::code(cx, at, step, code.get()?, Factor::Email).await?
        }
        (Answer::EmailOtp(code), _) => {
            codes::judge(cx, at, step, code.get()?, Factor::Email).await?
        }
        (Answer::SmsOtp(code), _) => choice::code(cx, at, step, code.get()?, Factor::Sms).await?,
        (Answer::SoftwareToken(code), _) => {
            software_token::judge(cx, at, step, code.get()?).await?
        }
        (Answer::SelectMfa(chosen), _) => select::judge(cx, at, lock, step, *chosen.get()?).await?,
        (Answer::MfaSetup { contact }, _) => {
            setup::judge(cx, at, lock, step, contact.as_ref()).await?
        }
        (Answer::Instead { factor, .. }, _) => select::instead(cx, at, lock, step, *factor).await?,
        (Answer::SetUpAnew { .. }, _) => setup::anew(cx, at, step)?,
        (
            Answer::SelectChallenge {
                factor,
                password,
                public_a,
            },
            _,
        ) => {
            let choice = Choice {
                wanted: *factor.get()?,
                password: password.as_ref(),
                public_a: public_a.as_ref(),
            };
            choice::select(cx, at, lock, step, name, choice).await?
        }
        (Answer::Password(given), _) => choice::by_password(cx, at, step, given).await?,
        (Answer::PasswordSrp(public_a), _) => choice::by_srp(cx, at, step, public_a, None).await?,
        (Answer::WebAuthn(credential), _) => {
            passkey::judge(cx, at, step, credential.get()?).await?
        }
        (Answer::Custom(given), _) => custom::judge(cx, at, lock, step, given.get()?).await?,
        (Answer::PasswordProof(_) | Answer::DeviceSrp { .. } | Answer::DeviceProof { .. }, _) => {
            return Err(Fault::Internal("judged by its block".into()).into());
        }
    })
}

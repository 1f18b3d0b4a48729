//! Step-up: signing in until a level of assurance is reached (auth.md 3.6, 5.2).
//!
//! USER_AUTH may name levels, the most wanted first. The first one that the user can reach is the goal; the factors
//! that the pool demands anyway are demanded as well. With an access token of the same client the factors count that
//! were proven when its session began, if that is not longer ago than MAX_AGE. The levels that a user can reach are
//! told only to a caller who has proven a first factor: before that, only the pool's own offers count.

use cognate_crypto::secret::ct_eq;
use cognate_shapes::{ChallengeNameType, UserPoolMfaType, UserStatusType};

use crate::attempts::{self, Subject};
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Result, sessions as refusals, unconfirmed};
use crate::facts::factor::{Factor, MfaFactor, Proven};
use crate::records::assurance::Level;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::pools::settings::essentials_feature;
use crate::signin::At;
use crate::signin::answer::UserAuth;
use crate::signin::mfa::decide::Decision;
use crate::signin::state::{SignInState, Start, credential_mark};
use crate::signin::verdict::{Authenticated, Judged, Replay, Step};
use crate::tokens::verify::{self, Signed};

/// Reads the levels that a sign-in asks for.
///
/// # Errors
/// A token without levels; a pool of a plan without step-up; levels of which none is known; an unusable MAX_AGE.
pub fn levels(cx: &Cx<'_>, pool: &Pool, request: &UserAuth) -> Result<Vec<Level>> {
    let Some(wanted) = &request.levels else {
        return match request.access_token {
            None => Ok(Vec::new()),
            Some(_) => Err(refusals::token_without_levels().into()),
        };
    };
    essentials_feature(cx, pool, unconfirmed::sessions::STEP_UP)?;
    let levels: Vec<_> = wanted
        .iter()
        .filter_map(|name| Level::named(&pool.doc, name))
        .collect();
    if levels.is_empty() {
        return Err(refusals::no_known_level().into());
    }
    if let Some(longest) = &request.max_age {
        longest.get()?;
    }
    Ok(levels)
}

/// Returns the step of a user whose access token shows that enough is proven to go on; None for a sign-in that begins
/// from nothing.
///
/// # Errors
/// A token of another user, or that reaches the goal already; the texts of access tokens; the lockout.
pub async fn from_token(
    cx: &Cx<'_>,
    at: At<'_>,
    start: &Start,
    name: &str,
    request: &UserAuth,
) -> Result<Option<Step>> {
    let Some(token) = &request.access_token else {
        return Ok(None);
    };
    let signed = verify::access_token(cx, token, verify::ACCOUNT).await?;
    let here = signed.pool.id == at.pool.id && signed.client.id == at.client.id;
    if !here || !(signed.user.is_called(at.pool, name) || signed.user.id == name) {
        return Err(refusals::token_of_somebody_else().into());
    }
    let age = cx
        .now()
        .div_euclid(SECOND)
        .saturating_sub(signed.session.auth_time);
    if let Some(longest) = &request.max_age
        && age > *longest.get()?
    {
        return Ok(None);
    }
    with_factors_of(cx, at, start, name, signed).await
}

/// Continues with the factors that a session has proven.
async fn with_factors_of(
    cx: &Cx<'_>,
    at: At<'_>,
    start: &Start,
    name: &str,
    signed: Signed,
) -> Result<Option<Step>> {
    let Signed { user, session, .. } = signed;
    // A password can be proven anew.
    let most = reachable(
        at.pool,
        &user,
        &session.proven.clone().with(Factor::Password),
    );
    let goal = goal(start, most).ok_or_else(refusals::no_reachable_level)?;
    // A name that the pool has since renamed counts for nothing; the factors count all the same.
    let acr = session.acr.as_deref();
    let reached = acr.and_then(|name| Level::named(&at.pool.doc, name));
    if reached.is_some_and(|reached| reached >= goal) {
        return Err(refusals::level_is_reached().into());
    }
    // A user who was given a temporary password since must prove that one, and a password that was changed since does
    // not count any more.
    let mark = credential_mark(&user);
    let same = session
        .credential
        .is_some_and(|proven| ct_eq(proven.as_bytes(), mark.as_bytes()));
    let counts = same && user.status == UserStatusType::Confirmed;
    // An access token alone must never yield a session, even if its factors already reach the level under a name the
    // pool has since renamed. Else it would be worth a refresh token.
    let enough = Level::of(&session.proven).is_some_and(|shown| shown >= goal);
    if enough || !counts || !session.proven.has(Factor::Password) {
        return Ok(None);
    }
    let tally = attempts::read(cx, at.pool, Subject::known(&user.id)).await?;
    tally.refuse_locked(cx.now())?;
    let typed = at.pool.fold(name);
    Ok(Some(Step {
        state: SignInState::of_user(at, &user, &typed, start.clone(), session.proven),
        user: Some(user),
        tally,
        // The token is as good as before.
        replay: Replay::None,
        profile: None,
        further: Box::default(),
    }))
}

/// Returns those of the offered first factors from which one of the levels can be reached. A password can lead to all.
///
/// # Errors
/// InvalidParameterException when nothing is left.
pub fn leading(start: &Start, offers: Vec<ChallengeNameType>) -> Result<Vec<ChallengeNameType>> {
    use ChallengeNameType as C;
    let Some(least) = start.levels.iter().min() else {
        return Ok(offers);
    };
    let leads = |challenge: &ChallengeNameType| match challenge {
        C::EmailOtp | C::SmsOtp => *least <= Level::Two,
        C::WebAuthn => *least <= Level::Three,
        _ => true,
    };
    let left: Vec<_> = offers.into_iter().filter(leads).collect();
    if left.is_empty() {
        return Err(refusals::no_reachable_level().into());
    }
    Ok(left)
}

/// Changes a decision about the second factor into one that leads to the goal, where one is set.
///
/// # Errors
/// InvalidParameterException when none of the levels can be reached.
pub fn steer(at: At<'_>, authenticated: &Authenticated, decision: Decision) -> Judged<Decision> {
    if authenticated.start.levels.is_empty() {
        return Ok(decision);
    }
    let (user, proven) = (&authenticated.user, &authenticated.proven);
    let pool = at.pool;
    let Some(goal) = goal(&authenticated.start, reachable(pool, user, proven)) else {
        return Err(authenticated.record_refusal(refusals::no_reachable_level()));
    };
    let leads = |factor: &MfaFactor| {
        Level::of(&proven.clone().with(factor.factor())).is_some_and(|level| level >= goal)
    };
    let best = || {
        let open = open(pool, user, proven);
        let preferred =
            mfa::preferred(user).filter(|factor| open.contains(factor) && leads(factor));
        preferred.or_else(|| open.into_iter().find(leads))
    };
    Ok(match decision {
        // The pool demands one anyway: the factor that leads on, where the user may choose it.
        Decision::Ask(_) | Decision::Choose(_) => match best() {
            Some(factor) if mfa::is_on(user, factor) || decision.allows(factor) => {
                Decision::Ask(factor)
            }
            _ => decision,
        },
        Decision::Nothing if Level::of(proven).is_none_or(|level| level < goal) => {
            best().map_or(Decision::Impossible, Decision::Ask)
        }
        other => other,
    })
}

/// True if a session that has proven these factors needs no step-up for one of the levels, by name, the most wanted first:
/// it has reached the first one that the user can reach, or the user can reach none.
pub fn is_reached(pool: &Pool, user: &User, proven: &Proven, wanted: &[String]) -> bool {
    let most = reachable(pool, user, &proven.clone().with(Factor::Password));
    let mut levels = wanted
        .iter()
        .filter_map(|name| Level::named(&pool.doc, name));
    let goal = most.and_then(|most| levels.find(|level| *level <= most));
    goal.is_none_or(|goal| Level::of(proven).is_some_and(|reached| reached >= goal))
}

/// Returns the first of the levels that is not above what can be reached.
fn goal(start: &Start, most: Option<Level>) -> Option<Level> {
    let most = most?;
    start.levels.iter().copied().find(|level| *level <= most)
}

/// Returns the highest level that a user who has completed `proven` can reach.
fn reachable(pool: &Pool, user: &User, proven: &Proven) -> Option<Level> {
    let with = |factor: MfaFactor| Level::of(&proven.clone().with(factor.factor()));
    let further = open(pool, user, proven).into_iter().filter_map(with).max();
    further.max(Level::of(proven))
}

/// Returns the second factors that a user has, and has not completed yet.
fn open(pool: &Pool, user: &User, proven: &Proven) -> Vec<MfaFactor> {
    if pool.doc.mfa_configuration == UserPoolMfaType::Off {
        return Vec::new();
    }
    let has = |factor: &MfaFactor| {
        let owns = factor
            .contact()
            .is_none_or(|contact| user.verified(contact.attribute()));
        let could = mfa::is_offered(pool, *factor) && mfa::is_set_up(user, *factor) && owns;
        (mfa::is_on(user, *factor) || could) && !proven.has(factor.factor())
    };
    MfaFactor::ALL.into_iter().filter(has).collect()
}

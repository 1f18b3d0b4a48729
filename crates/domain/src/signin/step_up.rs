//! Step-up: signing in until a level of assurance is reached (auth.md 3.6, 5.2).
//!
//! USER_AUTH may name levels, the most wanted first. The first one that the user can reach is the goal; what the pool
//! demands anyway is demanded as well. An access token of the same client gives credit for what was shown when its
//! session began, as long as that is not longer ago than MAX_AGE. What a user could reach is told only to whoever has
//! shown a first factor: before that, only the pool's own offers count.

use cognate_crypto::secret::ct_eq;
use cognate_shapes::{ChallengeNameType, UserPoolMfaType, UserStatusType};
use cognate_store::Batch;

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
use crate::signin::advance::{self, Change, Passed};
use crate::signin::flows::Parameters;
use crate::signin::mfa::decide::Decision;
use crate::signin::outcome::{Outcome, Proof};
use crate::signin::progress::{Start, credential_mark};
use crate::signin::{At, candidate, secret_hash};
use crate::tokens::verify::{self, Signed};

/// A sign-in whose levels were read: to be begun from nothing, or already in motion on an access token's credit.
pub enum Begun {
    /// From nothing.
    Afresh(Start),
    /// The next step of a user who has shown enough to go on.
    OnCredit(Outcome),
}

/// Reads TARGET_ACR_VALUES, ACCESS_TOKEN and MAX_AGE.
///
/// # Errors
/// A pool of a plan without step-up; levels of which none is known; a token without levels, of somebody else, or that
/// reaches the goal already; the texts of access tokens.
pub async fn begin(
    cx: &Cx<'_>,
    at: At<'_>,
    mut start: Start,
    given: &Parameters<'_>,
) -> Result<Begun> {
    let (wanted, token) = (given.get("TARGET_ACR_VALUES"), given.get("ACCESS_TOKEN"));
    let Some(wanted) = wanted else {
        return match token {
            None => Ok(Begun::Afresh(start)),
            Some(_) => Err(refusals::token_without_levels().into()),
        };
    };
    essentials_feature(cx, at.pool, unconfirmed::sessions::STEP_UP)?;
    start.levels = wanted
        .split_ascii_whitespace()
        .filter_map(|name| Level::named(&at.pool.doc, name))
        .collect();
    if start.levels.is_empty() {
        return Err(refusals::no_known_level().into());
    }
    let longest = given.get("MAX_AGE").map(age).transpose()?;
    let Some(token) = token else {
        return Ok(Begun::Afresh(start));
    };
    let name = given.required("USERNAME")?;
    secret_hash::check(at.client, name, given.get("SECRET_HASH"))?;
    let signed = verify::access_token(cx, token, verify::ACCOUNT).await?;
    let here = signed.pool.id == at.pool.id && signed.client.id == at.client.id;
    if !here || !(signed.user.is_called(at.pool, name) || signed.user.id == name) {
        return Err(refusals::token_of_somebody_else().into());
    }
    let age = cx
        .now()
        .div_euclid(SECOND)
        .saturating_sub(signed.session.auth_time);
    if longest.is_some_and(|longest| age > longest) {
        return Ok(Begun::Afresh(start));
    }
    on_credit(cx, at, start, signed, name).await
}

/// Goes on from what a session has shown.
async fn on_credit(
    cx: &Cx<'_>,
    at: At<'_>,
    start: Start,
    signed: Signed,
    name: &str,
) -> Result<Begun> {
    let Signed { user, session, .. } = signed;
    // A password can be shown anew.
    let most = reachable(
        at.pool,
        &user,
        &session.proven.clone().with(Factor::Password),
    );
    let goal = goal(&start, most).ok_or_else(refusals::no_reachable_level)?;
    // A name that the pool gave up counts for nothing; the factors count all the same.
    let acr = session.acr.as_deref();
    let reached = acr.and_then(|name| Level::named(&at.pool.doc, name));
    if reached.is_some_and(|reached| reached >= goal) {
        return Err(refusals::level_is_reached().into());
    }
    // Whoever was given a temporary password since must show that one, and a password that was changed since counts no more.
    let mark = credential_mark(&user);
    let same = session
        .credential
        .is_some_and(|shown| ct_eq(shown.as_bytes(), mark.as_bytes()));
    let stands = same && user.status == UserStatusType::Confirmed;
    // Credit alone never signs in: whoever has shown enough, under a name that the pool gave up, begins from nothing too.
    // Else an access token would be worth a refresh token.
    let enough = Level::of(&session.proven).is_some_and(|shown| shown >= goal);
    if enough || !stands || !session.proven.has(Factor::Password) {
        return Ok(Begun::Afresh(start));
    }
    let tally = attempts::read(cx, at.pool, Subject::known(&user.id)).await?;
    tally.refuse_locked(cx.now())?;
    let passed = Passed {
        typed: at.pool.fold(name),
        user,
        change: Change::None,
        tally,
        start,
        proven: session.proven,
        // Nothing that could be shown twice: the token is as good as before.
        proof: Proof::Password,
    };
    let outcome = Box::pin(advance::proceed(cx, at, passed, Batch::new())).await?;
    Ok(Begun::OnCredit(outcome))
}

/// Those of the offered first factors from which one of the levels can be reached. A password can lead to all.
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
pub async fn steer(
    cx: &Cx<'_>,
    at: At<'_>,
    passed: &Passed,
    decision: Decision,
) -> Result<Decision> {
    if passed.start.levels.is_empty() {
        return Ok(decision);
    }
    let (pool, user, proven) = (at.pool, &passed.user, &passed.proven);
    let Some(goal) = goal(&passed.start, reachable(pool, user, proven)) else {
        let refusal = refusals::no_reachable_level();
        return Err(candidate::refused(cx, pool, at.client, user, refusal).await);
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
        // What the pool demands anyway, by the factor that leads on, where the user may choose it.
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

/// The first of the levels that is not above what can be reached.
fn goal(start: &Start, most: Option<Level>) -> Option<Level> {
    let most = most?;
    start.levels.iter().copied().find(|level| *level <= most)
}

/// The highest level that a user can reach who has shown so much.
fn reachable(pool: &Pool, user: &User, proven: &Proven) -> Option<Level> {
    let with = |factor: MfaFactor| Level::of(&proven.clone().with(factor.factor()));
    let further = open(pool, user, proven).into_iter().filter_map(with).max();
    further.max(Level::of(proven))
}

/// The second factors that a user has, and has not shown yet.
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

/// MAX_AGE in seconds.
fn age(text: &str) -> Result<i64> {
    let seconds = text.parse().ok().filter(|seconds| *seconds >= 0);
    Ok(seconds.ok_or_else(refusals::invalid_max_age)?)
}

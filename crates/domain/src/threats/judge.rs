//! Judges an attempt to sign in, and says what follows by the risk configuration (admin.md 6.1, 6.2).

use cognate_risk::attempt::Attempt;
use cognate_risk::judge::{Judgement, Level, judge as weigh};
use cognate_risk::profile::{Profile, Traces};
use cognate_risk::windows::{Around, End};
use cognate_shapes::{AccountTakeoverEventActionType, AdvancedSecurityModeType, RiskLevelType};
use cognate_store::tables::users;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::auth_event::{EventRisk, RiskDecision};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::protection;
use crate::records::risk::TakeoverAction;
use crate::records::risk_profile::ProfileRecord;
use crate::records::user::User;
use crate::threats::decided::Decided;
use crate::threats::{exceptions, facts};

/// Who tries to sign in, and how.
#[derive(Clone, Copy)]
pub struct Attempted<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The client.
    pub client: &'a Client,
    /// True for CUSTOM_AUTH, which has a mode of its own.
    pub is_custom: bool,
    /// The user's id, or the pseudonym of an unknown name.
    pub subject: &'a str,
    /// True if the first factor is proven.
    pub is_proven: bool,
    /// The remembered device that the sign-in names.
    pub device_key: Option<&'a str>,
    /// What is known of the subject, where it was read already.
    pub profile: Option<&'a ProfileRecord>,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Allow,
    /// A second factor, where the user has one; `or_block`: otherwise nothing goes on.
    Factor {
        /// True for MFA_REQUIRED.
        or_block: bool,
    },
    /// Nothing goes on.
    Block,
}

/// A judgement and what follows.
pub struct Judged {
    /// What is kept with the sign-in.
    pub decided: Decided,
    /// What follows.
    pub action: Action,
    /// For an unknown name: the user as whom it is judged, where that matters.
    pub model: Option<Box<User>>,
}

/// Returns the mode that governs a sign-in.
pub fn mode(pool: &Pool, is_custom: bool) -> AdvancedSecurityModeType {
    match is_custom {
        true => protection::custom_auth_mode(pool),
        false => protection::mode(pool),
    }
}

/// Judges an attempt; None where nothing is judged. The reads are the same for users and for unknown names.
///
/// # Errors
/// The store's; an internal fault for a row that was not written by this program.
pub async fn judge(cx: &Cx<'_>, who: &Attempted<'_>) -> Result<Option<Judged>> {
    let mode = mode(who.pool, who.is_custom);
    if mode == AdvancedSecurityModeType::Off {
        return Ok(None);
    }
    let (read_now, model) = read(cx, who).await?;
    let profile = who.profile.or(read_now.as_ref());
    let known = profile.and_then(ProfileRecord::known);
    if exceptions::is_skipped(cx, who.pool, who.client) {
        return Ok(Some(Judged {
            decided: Decided::default(),
            action: Action::Allow,
            model,
        }));
    }
    let facts = facts::gather(cx, who.pool, who.device_key);
    let around = note(cx, who, &facts, known);
    let judgement = weigh(&facts.attempt, known, &around);
    let follows = match mode {
        AdvancedSecurityModeType::Enforced => follows(who, judgement.level),
        _ => None,
    };
    let action = match follows.map(|follows| follows.action) {
        None | Some(AccountTakeoverEventActionType::NoAction) => Action::Allow,
        Some(AccountTakeoverEventActionType::MfaIfConfigured) => Action::Factor { or_block: false },
        Some(AccountTakeoverEventActionType::MfaRequired) => Action::Factor { or_block: true },
        Some(AccountTakeoverEventActionType::Block) => Action::Block,
    };
    let decided = Decided {
        demands_factor: matches!(action, Action::Factor { .. }),
        is_suspicious: judgement.is_suspicious(),
        notice: follows
            .filter(|follows| follows.notify)
            .map(|follows| follows.action),
        is_told: false,
        risk: risk_of(&facts.attempt, &judgement),
    };
    Ok(Some(Judged {
        decided,
        action,
        model,
    }))
}

/// Returns what an event says of a judgement that refused nobody.
pub fn risk_of(attempt: &Attempt, judgement: &Judgement) -> EventRisk {
    EventRisk {
        decision: match judgement.level {
            None => RiskDecision::NoRisk,
            Some(_) => RiskDecision::AccountTakeover,
        },
        level: judgement.level.map(|level| match level {
            Level::Low => RiskLevelType::Low,
            Level::Medium => RiskLevelType::Medium,
            Level::High => RiskLevelType::High,
        }),
        compromised: false,
        score: judgement.score.unsigned_abs(),
        reasons: judgement.reasons.iter().map(|r| (*r).to_owned()).collect(),
        traces: Some(Traces::of(attempt)),
    }
}

/// Returns what follows from a level. Where nothing was ever configured, a second factor is asked for from Medium on, if the
/// user has one: protection that was switched on does something, and keeps nobody out [G, admin.md 6.2].
fn follows(who: &Attempted<'_>, level: Option<Level>) -> Option<TakeoverAction> {
    let level = level?;
    let Some(configuration) = protection::effective(who.pool, who.client) else {
        return (level >= Level::Medium).then_some(TakeoverAction {
            notify: false,
            action: AccountTakeoverEventActionType::MfaIfConfigured,
        });
    };
    configuration.on_takeover(match level {
        Level::Low => RiskLevelType::Low,
        Level::Medium => RiskLevelType::Medium,
        Level::High => RiskLevelType::High,
    })
}

/// Reads what is known of the user, unless that was read with the user, and, where the factors of a user decide whether
/// nothing goes on, a user as whom an unknown name is judged.
async fn read(
    cx: &Cx<'_>,
    who: &Attempted<'_>,
) -> Result<(Option<ProfileRecord>, Option<Box<User>>)> {
    let pool = who.pool;
    let mut queries = Vec::new();
    if who.profile.is_none() {
        queries.push(ProfileRecord::query(pool, who.subject));
    }
    if needs_model(who) {
        queries.push(users::by_id_or_other(&pool.id, who.subject));
    }
    if queries.is_empty() {
        return Ok((None, None));
    }
    let mut found = cx.store.read(&queries).await?.into_iter();
    let record = match who.profile {
        Some(_) => None,
        None => {
            let rows = found.next().unwrap_or_default();
            Some(ProfileRecord::from_rows(pool, who.subject, rows)?)
        }
    };
    let model = found.next().and_then(|rows| rows.into_iter().next());
    // Another user's row is parsed as well, and ignored if it is faulty.
    let model = model.and_then(|mut row| User::from_row(pool, &mut row).ok());
    Ok((record, model.map(Box::new)))
}

/// True if the configuration refuses users who have no second factor.
fn needs_model(who: &Attempted<'_>) -> bool {
    let takeover = protection::effective(who.pool, who.client).and_then(|c| c.takeover.as_ref());
    let required = |action: Option<TakeoverAction>| {
        action.is_some_and(|a| a.action == AccountTakeoverEventActionType::MfaRequired)
    };
    let is_enforced = mode(who.pool, who.is_custom) == AdvancedSecurityModeType::Enforced;
    is_enforced
        && takeover.is_some_and(|t| required(t.low) || required(t.medium) || required(t.high))
}

/// Returns what happened around an attempt, and notes how it ended for the next ones.
fn note(cx: &Cx<'_>, who: &Attempted<'_>, facts: &facts::Facts, known: Option<&Profile>) -> Around {
    let (Some(single), Some(address)) = (facts.address, facts.attempt.address) else {
        return Around::default();
    };
    let at = facts.attempt.at;
    let is_stranger = known.is_some_and(|profile| !profile.knows_network(address.network, at));
    let end = match (who.is_proven, is_stranger) {
        (false, _) => End::Failed,
        (true, true) => End::PassedAsStranger,
        (true, false) => End::Passed,
    };
    let user = facts::mark(who.pool, "user", who.subject);
    cx.surroundings.with(|windows| {
        let around = windows.around(single, address.network, user, at);
        windows.note(single, address.network, user, end, at);
        around
    })
}

//! Sign-ups: judged for their event alone.

use cognate_risk::judge::judge;
use cognate_shapes::AdvancedSecurityModeType;

use crate::cx::Cx;
use crate::records::auth_event::EventRisk;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::protection;
use crate::threats::{exceptions, facts, judge as judging};

/// Judges a sign-up as `name`, folded, by its address; None where nothing is judged.
pub fn sign_up(cx: &Cx<'_>, pool: &Pool, client: &Client, name: &str) -> Option<EventRisk> {
    if protection::mode(pool) == AdvancedSecurityModeType::Off {
        return None;
    }
    if exceptions::is_skipped(cx, pool, client) {
        return Some(EventRisk::default());
    }
    let facts = facts::gather(cx, pool, None);
    let name = facts::mark(pool, "name", name);
    let around = facts.address.map(|address| {
        cx.surroundings.with(|windows| {
            let around = windows.around_sign_up(address, name, facts.attempt.at);
            windows.note_sign_up(address, name, facts.attempt.at);
            around
        })
    });
    let judgement = judge(&facts.attempt, None, &around.unwrap_or_default());
    Some(judging::risk_of(&facts.attempt, &judgement))
}

//! RiskExceptionConfiguration: addresses that are always refused, and those that are never judged (admin.md 6.2).

use std::net::IpAddr;

use cognate_shapes::AdvancedSecurityModeType;

use crate::cx::Cx;
use crate::cx::context::ContextSource;
use crate::errors::{Result, auth};
use crate::records::auth_event::{EventRisk, RiskDecision};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::protection;

/// The reason that the events of such refusals give.
pub const BLOCKED: &str = "BlockedRange";

/// The address of the user's device; None where a back end says nothing of its user, whose own address says nothing.
fn address(cx: &Cx<'_>) -> Option<IpAddr> {
    let told = cx.context();
    told.ip.filter(|_| told.source != ContextSource::Silent)
}

/// True if everything from the address of this request is refused. `mode`: the one that governs the action. AUDIT refuses
/// nobody.
pub fn is_blocked(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    mode: AdvancedSecurityModeType,
) -> bool {
    mode == AdvancedSecurityModeType::Enforced
        && protection::effective(pool, client).is_some_and(|c| c.blocks(address(cx)))
}

/// Refuses a public action that is no sign-in from an address of which everything is refused.
///
/// # Errors
/// `Unable to login because of security reasons.`
pub fn refuse_blocked(cx: &Cx<'_>, pool: &Pool, client: &Client) -> Result<()> {
    match is_blocked(cx, pool, client, protection::mode(pool)) {
        true => Err(auth::security_reasons().into()),
        false => Ok(()),
    }
}

/// True if the address of this request is never judged.
pub fn is_skipped(cx: &Cx<'_>, pool: &Pool, client: &Client) -> bool {
    protection::effective(pool, client).is_some_and(|c| c.skips(address(cx)))
}

/// Returns what the event of a refusal by address says.
pub fn blocked_risk() -> EventRisk {
    EventRisk {
        decision: RiskDecision::Block,
        reasons: vec![BLOCKED.to_owned()],
        ..EventRisk::default()
    }
}

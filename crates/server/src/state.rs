//! What every request of a running server shares.

use std::sync::Arc;

use cognate_domain::App;

use crate::access_keys::AccessKeys;
use crate::audit::refusals::Refusals;
use crate::edge::Edge;
use crate::limits::Load;
use crate::newer::Newer;
use crate::rates::Rates;

/// The long-lived parts of the HTTP side.
pub struct State {
    /// The domain.
    pub app: Arc<App>,
    /// Who may sign.
    pub keys: AccessKeys,
    /// Hosts, origins and proxies.
    pub edge: Edge,
    /// Refused IAM calls on their way into the audit trail.
    pub refusals: Refusals,
    /// Operations that were asked for and are not known.
    pub newer: Newer,
    /// Requests under way.
    pub load: Arc<Load>,
    /// How many requests are taken.
    pub rates: Rates,
    /// Whether this machine's clock agreed with the database's at start.
    pub clock_agrees: bool,
}

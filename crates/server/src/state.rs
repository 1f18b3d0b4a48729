//! The long-lived parts that every request of a running server shares.

use std::sync::Arc;

use cognate_access::Rates;
use cognate_access::keys::AccessKeys;
use cognate_domain::App;

use crate::audit::refusals::Refusals;
use crate::edge::Edge;
use crate::limits::Load;
use crate::newer::Newer;

/// The state of a running server.
pub struct State {
    /// The domain.
    pub app: Arc<App>,
    /// The access keys.
    pub keys: AccessKeys,
    /// Hosts, origins and proxies.
    pub edge: Edge,
    /// Refused IAM calls on their way into the audit trail.
    pub refusals: Refusals,
    /// Unknown operations that clients asked for.
    pub newer: Newer,
    /// Requests under way.
    pub load: Arc<Load>,
    /// The limits of requests a second.
    pub rates: Rates,
    /// True if this machine's clock agreed with the database's at start.
    pub clock_agrees: bool,
}

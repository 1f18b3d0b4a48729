//! The long-lived parts that every request of a running server shares.

use std::sync::Arc;
use std::time::Duration;

use cognate_access::keys::AccessKeys;
use cognate_access::{ClientAddress, Demand, RateError, Rates};
use cognate_domain::App;
use cognate_domain::app::whole::Alone;
use cognate_functions::TriggerFunctions;
use cognate_web::{Site, Verdict};

use crate::audit::refusals::Refusals;
use crate::aws::newer::Newer;
use crate::faults::Faults;
use crate::http::dev::Tools;
use crate::http::limits::Load;
use crate::http::origin::OriginRules;
use crate::seed::start::SeedFile;
use crate::worlds::Worlds;

/// The state of a running server.
pub struct State {
    /// The domain.
    pub app: Arc<App>,
    /// The functions of triggers.
    pub functions: TriggerFunctions,
    /// The access keys.
    pub keys: AccessKeys,
    /// Hosts, origins and proxies.
    pub origins: OriginRules,
    /// Refused IAM calls on their way into the audit trail.
    pub refusals: Refusals,
    /// The faults that were asked for; None in `serve`, which makes none.
    pub faults: Option<Faults>,
    /// Unknown operations that clients asked for.
    pub newer: Newer,
    /// Requests under way.
    pub load: Arc<Load>,
    /// The limits of requests a second.
    pub rates: Rates,
    /// The settings of backups.
    pub backups: Arc<crate::database::backup::run::Settings>,
    /// What the pools had from the start.
    pub seed: Option<Arc<SeedFile>>,
    /// What `dev` keeps for tests.
    pub dev: Tools,
    /// The worlds beside this state; None in `serve`, and in a world.
    pub worlds: Option<Worlds>,
    /// True if this machine's clock agreed with the database's at start.
    pub clock_agrees: bool,
}

/// The time for which a snapshot, a restore or a world waits for what is under way.
const PATIENCE: Duration = Duration::from_secs(10);
/// The first wait of many, each twice as long as the one before.
const TRY: Duration = Duration::from_millis(100);
/// The pause between two.
const PAUSE: Duration = Duration::from_millis(20);

impl State {
    /// Waits until no request and no job uses the database, and keeps later ones waiting; None if one of them takes too long,
    /// and in `serve`.
    ///
    /// It lets go between: what is under way may be a function that asks this server, and would wait for itself.
    pub async fn alone(&self) -> Option<Alone> {
        let tries = async {
            let mut patience = TRY;
            loop {
                if let Ok(alone) = tokio::time::timeout(patience, self.app.whole.alone()).await {
                    return alone;
                }
                tokio::time::sleep(PAUSE).await;
                patience *= 2;
            }
        };
        tokio::time::timeout(PATIENCE, tries).await.ok().flatten()
    }
}

impl Site for State {
    fn app(&self) -> &App {
        &self.app
    }

    fn admit_address(&self, address: ClientAddress) -> Result<(), RateError> {
        self.rates.admit_address(&self.app, address)
    }

    fn admit<'a>(&'a self, demand: Demand<'a>) -> Verdict<'a> {
        Box::pin(async move { self.rates.admit(&self.app, &demand).await })
    }
}

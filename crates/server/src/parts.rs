//! What the states of one program share: everything of them but a database and what is remembered of it.

use std::path::Path;
use std::sync::Arc;

use cognate_access::Rates;
use cognate_access::keys::AccessKeys;
use cognate_access::rates::RateSettings;
use cognate_courier::Post;
use cognate_crypto::secret::{Secret, SecretString};
use cognate_domain::{App, Mode, Settings};
use cognate_functions::TriggerFunctions;
use cognate_functions::code_cipher::ConfiguredKeys;
use cognate_logs::Targets;

use crate::audit::refusals::Refusals;
use crate::aws::newer::Newer;
use crate::aws::secret_store::SecretsManager;
use crate::faults::{Faults, FaultyCourier, FaultyFunctions};
use crate::http::dev;
use crate::http::limits::Load;
use crate::http::origin::OriginRules;
use crate::places::KnownPlaces;
use crate::seed::start::SeedFile;
use crate::state::State;
use crate::worlds::Worlds;

/// The parts. A clone shares them.
#[derive(Clone)]
pub struct Parts {
    /// The settings of the domain.
    pub settings: Settings,
    /// The functions of triggers.
    pub functions: TriggerFunctions,
    /// The targets of log delivery.
    pub log_targets: Arc<Targets>,
    /// The store of published client secrets.
    pub secret_store: Option<Arc<SecretsManager>>,
    /// The keys of codes for custom senders.
    pub code_keys: Option<Arc<ConfiguredKeys>>,
    /// The senders of messages; None if the settings name none.
    pub courier: Option<Arc<Post>>,
    /// Where addresses are.
    pub places: KnownPlaces,
    /// Hosts, origins and proxies.
    pub origins: OriginRules,
    /// A root key that is not in the database.
    pub root: Option<Arc<(String, SecretString)>>,
    /// The limits of requests a second.
    pub rates: RateSettings,
    /// The settings of backups.
    pub backups: Arc<crate::database::backup::run::Settings>,
    /// What the pools have from the start.
    pub seed: Option<Arc<SeedFile>>,
    /// Requests under way.
    pub load: Arc<Load>,
    /// True if this machine's clock agreed with the database's at start.
    pub clock_agrees: bool,
}

impl Parts {
    /// Gives the domain on a database, which is new, what it calls. Returns the faults that may be asked for in `dev`.
    pub fn furnish(&self, app: &App) -> Option<Faults> {
        // Each is set once: `app` is new.
        let _ = app.places.set(Box::new(self.places.clone()));
        let faults = (self.settings.mode == Mode::Dev).then(Faults::default);
        let _ = match &faults {
            Some(faults) => {
                let functions = FaultyFunctions(self.functions.clone(), faults.clone());
                app.functions.set(Box::new(functions))
            }
            None => app.functions.set(Box::new(self.functions.clone())),
        };
        let _ = app.log_targets.set(Box::new(self.log_targets.clone()));
        if let Some(store) = &self.secret_store {
            let _ = app.secret_store.set(Box::new(store.clone()));
        }
        if let Some(keys) = &self.code_keys {
            let _ = app.code_cipher.set(Box::new(keys.clone()));
        }
        if let Some(courier) = self.courier.clone() {
            let _ = match &faults {
                Some(faults) => {
                    let courier = FaultyCourier(courier, faults.clone());
                    app.courier.set(Box::new(courier))
                }
                None => app.courier.set(Box::new(courier)),
            };
        }
        faults
    }

    /// Returns the state of requests about a database. `folder`: where the database is, if it is a file; `worlds`: those beside
    /// it.
    pub fn state(
        self,
        app: Arc<App>,
        faults: Option<Faults>,
        folder: Option<&Path>,
        worlds: Option<Worlds>,
    ) -> State {
        let root = self.root.as_deref();
        let root = root.map(|(id, secret)| (id.clone(), Secret::new(secret.expose().clone())));
        let is_world = self.settings.mode == Mode::Dev && worlds.is_none();
        State {
            keys: AccessKeys::new(&self.settings.account, root),
            app,
            functions: self.functions,
            origins: self.origins,
            refusals: Refusals::default(),
            faults,
            newer: Newer::default(),
            load: self.load,
            rates: Rates::new(self.rates),
            backups: self.backups,
            seed: self.seed,
            dev: dev::Tools::new(folder, is_world),
            worlds,
            clock_agrees: self.clock_agrees,
        }
    }
}

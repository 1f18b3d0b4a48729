//! The long-lived parts of a server.

pub mod allowance;
pub mod breached;
pub mod bulkheads;
pub mod cache;
mod closed;
pub mod code_cipher;
pub mod courier;
pub mod durations;
pub mod event;
pub mod functions;
pub mod gate;
pub mod imported_hashes;
pub mod keys;
pub mod log_targets;
pub mod message_limits;
pub mod metadata_fetches;
pub mod metrics;
pub mod places;
pub mod provider_keys;
pub mod recovery_limits;
pub mod response;
pub mod secret_store;
pub mod signatures;
pub mod sources;
pub mod surroundings;
pub mod upstreams;
pub mod whole;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use cognate_crypto::seal::RootKey;
use cognate_crypto::workers::Workers;
use cognate_outbound::Outbound;
use cognate_store::Store;

use crate::app::allowance::Allowance;
use crate::app::breached::BreachedPasswords;
use crate::app::bulkheads::Bulkheads;
use crate::app::cache::Cache;
use crate::app::closed::Closed;
use crate::app::code_cipher::CodeCipher;
use crate::app::courier::Courier;
use crate::app::durations::Durations;
use crate::app::functions::Functions;
use crate::app::gate::Gates;
use crate::app::imported_hashes::ImportedHashes;
use crate::app::keys::PoolSigners;
use crate::app::log_targets::{LogTargets, QueueWalk};
use crate::app::message_limits::MessageLimits;
use crate::app::metadata_fetches::MetadataFetches;
use crate::app::metrics::Metrics;
use crate::app::places::Places;
use crate::app::provider_keys::ProviderKeys;
use crate::app::recovery_limits::RecoveryLimits;
use crate::app::secret_store::{SecretKeeper, SecretStore};
use crate::app::signatures::Signatures;
use crate::app::sources::Sources;
use crate::app::surroundings::Surroundings;
use crate::app::upstreams::Upstreams;
use crate::app::whole::{Alone, Whole};
use crate::clock::Clock;
use crate::errors::{Fault, Result};
use crate::records::client::Client;
use crate::records::domain::{Domain, SERVICE_BASE};
use crate::records::pool::Pool;
use crate::records::trail::{self, TrailKey};

/// The one of the two programs that this is (design decision 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `cognate dev`: inbox, movable clock.
    Dev,
    /// `cognate serve`: production.
    Serve,
}

/// The issuer of pools that have none of their own (design decision 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerDefault {
    /// `public_url`, or the request's Host when it is allowed.
    Gateway,
    /// `https://cognito-idp.<region>.amazonaws.com/<pool>`.
    Aws,
}

/// Settings of the domain, filled from the server's configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `dev` or `serve`.
    pub mode: Mode,
    /// The account id in ARNs.
    pub account: String,
    /// The region of pools created by callers whose signature names none.
    pub region: String,
    /// The URL under which clients reach this server, without a trailing slash.
    pub public_url: Option<String>,
    /// The end of the hosts that are made of prefixes, which the operator leads to this server; None for the service's
    /// own, which does not lead here.
    pub domain_base: Option<String>,
    /// The region whose hosts of Amazon's lead clients on this machine to this server; `dev` alone.
    pub impersonates: Option<String>,
    /// The custom domains for which this server is certified beside them.
    pub impersonated_domains: Vec<String>,
    /// Issuer of pools without their own setting.
    pub issuer: IssuerDefault,
    /// Refuse features above the pool's tier.
    pub enforce_tiers: bool,
    /// Let identity providers be called at private addresses in `serve` too, and over HTTP on this machine.
    pub private_outbound: bool,
    /// Let custom domains be made whose parent has no address.
    pub unresolved_domains: bool,
    /// Show no pages of managed login for a client without a style, as the service does; else the default look.
    pub strict_branding: bool,
    /// Record reads by IAM callers in the audit trail too.
    pub audit_reads: bool,
    /// How long the audit trail is kept, in microseconds; None for ever.
    pub audit_retention: Option<i64>,
    /// An hour's messages at most.
    pub message_limits: MessageLimits,
    /// How far back pools can go, and how often.
    pub recovery: RecoveryLimits,
    /// The list of breached passwords.
    pub breached_passwords: Option<PathBuf>,
    /// Threads of the crypto pool.
    pub crypto_threads: usize,
    /// Bytes that the caches of pools, clients and keys may hold.
    pub cache_bytes: u64,
    /// Signing keys that are made in advance; without them the first token of a pool waits for its own.
    pub spare_keys: usize,
}

impl Settings {
    /// Returns the defaults of `cognate dev`.
    pub fn dev() -> Self {
        Self {
            mode: Mode::Dev,
            account: "000000000000".into(),
            region: "us-east-1".into(),
            public_url: None,
            domain_base: None,
            impersonates: None,
            impersonated_domains: Vec::new(),
            issuer: IssuerDefault::Gateway,
            enforce_tiers: false,
            private_outbound: false,
            unresolved_domains: true,
            strict_branding: false,
            audit_reads: false,
            audit_retention: Some(90 * crate::clock::DAY),
            message_limits: MessageLimits::default(),
            recovery: RecoveryLimits::default(),
            breached_passwords: None,
            crypto_threads: std::thread::available_parallelism().map_or(2, |n| n.get()),
            cache_bytes: 16 << 20,
            spare_keys: 4,
        }
    }

    /// Returns the end of the hosts that are made of prefixes.
    pub fn domain_base(&self) -> &str {
        self.domain_base.as_deref().unwrap_or(SERVICE_BASE)
    }
}

/// Everything an operation may use.
pub struct App {
    /// The settings.
    pub settings: Settings,
    /// The database.
    pub store: Store,
    /// The sealing key.
    pub root: RootKey,
    /// The key of the audit trail.
    pub trail: TrailKey,
    /// The bounded pool for SRP and RSA work.
    pub workers: Arc<Workers>,
    /// Wall and service time.
    pub clock: Clock,
    /// Pools, clients and signing keys.
    pub cache: Cache,
    /// Signatures of tokens that were found right.
    pub signatures: Signatures,
    /// One password or code check in flight per user.
    pub gates: Gates,
    /// Calls that run, by target.
    pub bulkheads: Bulkheads,
    /// The keys of OpenID providers.
    pub provider_keys: ProviderKeys,
    /// The time that recent calls of functions took.
    pub durations: Durations,
    /// Verifications of password hashes of other systems.
    pub imported_hashes: ImportedHashes,
    /// The list of breached passwords.
    pub breached: BreachedPasswords,
    /// How often the upstreams of pools are asked.
    pub upstreams: Upstreams,
    /// What came from each address and met each account.
    pub surroundings: Surroundings,
    /// Rows about refused requests for an authorization that this node may still write.
    pub refusals: Allowance,
    /// The fetches of client metadata documents.
    pub metadata_fetches: MetadataFetches,
    /// Bounds on registrations of clients that this node found reached.
    pub closed: Closed,
    /// Calls to hosts that administrators name.
    pub outbound: Outbound,
    /// Calls the functions of triggers; without it, what must call a function fails.
    pub functions: OnceLock<Box<dyn Functions>>,
    /// Sends messages; `serve` refuses a message that it could not send, `dev` keeps everything in its inbox.
    pub courier: OnceLock<Box<dyn Courier>>,
    /// Encrypts codes for a pool's own senders; without it, such messages stay undelivered.
    pub code_cipher: OnceLock<Box<dyn CodeCipher>>,
    /// Delivers log records; without it no pool may export any.
    pub log_targets: OnceLock<Box<dyn LogTargets>>,
    /// Keeps secrets of clients for their applications; without it `dev` keeps them itself, and `serve` nowhere.
    pub secret_store: OnceLock<Box<dyn SecretStore>>,
    /// How far the look for queues of log records has come.
    pub log_queues: QueueWalk,
    /// What is counted for whoever watches the server.
    pub metrics: Metrics,
    /// Knows where addresses are; without it, nobody does.
    pub places: OnceLock<Box<dyn Places>>,
    /// Wakes readers of the inbox when a message was committed.
    pub inbox: tokio::sync::Notify,
    /// Wakes the delivery when a message was committed.
    pub outbox: tokio::sync::Notify,
    /// Wakes the sending of events when rows of the audit trail were linked.
    pub linked: tokio::sync::Notify,
    /// Keeps the database one while it is used.
    pub whole: Whole,
}

impl App {
    /// Opens the domain on a migrated store whose sealing key was checked.
    ///
    /// # Errors
    /// The store's; in `serve` a database whose clock was moved: that would bring back what has expired.
    pub async fn open(settings: Settings, store: Store, root: RootKey) -> Result<Arc<Self>> {
        let workers = Arc::new(Workers::new(settings.crypto_threads, 4096));
        Self::assemble(settings, store, root, workers).await
    }

    /// Opens the domain on another database of the same program, which shares the threads for computing with this one and
    /// nothing else.
    ///
    /// # Errors
    /// Those of [`App::open`].
    pub async fn open_beside(
        &self,
        settings: Settings,
        store: Store,
        root: RootKey,
    ) -> Result<Arc<Self>> {
        Self::assemble(settings, store, root, self.workers.clone()).await
    }

    async fn assemble(
        settings: Settings,
        store: Store,
        root: RootKey,
        workers: Arc<Workers>,
    ) -> Result<Arc<Self>> {
        let offset = crate::records::meta::clock_offset(&store).await?;
        if settings.mode == Mode::Serve && offset != 0 {
            return Err(Fault::Internal(
                "the database moves the clock, which only one of `cognate dev` may".into(),
            ));
        }
        let trail = trail::prepare(&store, &root).await?;
        let cache = Cache::new(settings.cache_bytes);
        let computing = Arc::clone(&workers);
        store.share_commits_while(move || computing.are_crowded());
        Ok(Arc::new(Self {
            clock: Clock::new(offset),
            workers,
            cache,
            signatures: Signatures::default(),
            gates: Gates::default(),
            bulkheads: Bulkheads::default(),
            provider_keys: ProviderKeys::default(),
            durations: Durations::default(),
            imported_hashes: ImportedHashes::new(settings.crypto_threads),
            breached: BreachedPasswords::new(settings.breached_passwords.clone()),
            upstreams: Upstreams::default(),
            surroundings: Surroundings::default(),
            refusals: Allowance::default(),
            metadata_fetches: MetadataFetches::new(settings.mode == Mode::Dev),
            closed: Closed::default(),
            outbound: Outbound::new(settings.mode == Mode::Dev || settings.private_outbound),
            functions: OnceLock::new(),
            courier: OnceLock::new(),
            code_cipher: OnceLock::new(),
            log_targets: OnceLock::new(),
            secret_store: OnceLock::new(),
            log_queues: QueueWalk::default(),
            metrics: Metrics::default(),
            places: OnceLock::new(),
            inbox: tokio::sync::Notify::new(),
            outbox: tokio::sync::Notify::new(),
            linked: tokio::sync::Notify::new(),
            whole: Whole::new(settings.mode == Mode::Dev),
            settings,
            store,
            root,
            trail,
        }))
    }

    /// Returns who keeps the secrets of clients that are published.
    pub fn secret_keeper(&self) -> SecretKeeper<'_> {
        match (self.secret_store.get(), self.settings.mode) {
            (Some(store), _) => SecretKeeper::Store(&**store),
            (None, Mode::Dev) => SecretKeeper::Own,
            (None, Mode::Serve) => SecretKeeper::Nobody,
        }
    }

    /// Returns what is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Returns what is counted as text ([`metrics::text`]).
    pub fn metrics_text(&self) -> String {
        self.metrics.text(self.store.totals())
    }

    /// Returns the parts that the caches read from.
    pub fn sources(&self) -> Sources<'_> {
        Sources {
            store: &self.store,
            root: &self.root,
            workers: &self.workers,
            clock: &self.clock,
        }
    }

    /// Returns the pool if it is active, at most a second old.
    ///
    /// # Errors
    /// The store's, and an internal fault for a row that does not open or parse.
    pub async fn cached_pool(&self, pool_id: &str) -> Result<Option<Arc<Pool>>> {
        self.cache.pool(self.sources(), pool_id).await
    }

    /// Returns the client, at most a second old; None without one or when its pool is not active.
    ///
    /// # Errors
    /// The store's, and an internal fault for a row that does not open or parse.
    pub async fn cached_client(&self, client_id: &str) -> Result<Option<Arc<Client>>> {
        self.cache.client(self.sources(), client_id).await
    }

    /// Returns the domain with a key, at most a second old; None without one.
    ///
    /// # Errors
    /// The store's, and an internal fault for a row that is not signed or does not parse.
    pub async fn cached_domain(&self, key: &str) -> Result<Option<Arc<Domain>>> {
        self.cache.domain(self.sources(), key).await
    }

    /// Returns the signing keys of a pool, made on first use.
    ///
    /// # Errors
    /// The store's; `Fault::Stale` if the pool changed meanwhile.
    pub async fn cached_signers(&self, pool: &Pool) -> Result<Arc<PoolSigners>> {
        self.cache.signers(self.sources(), pool).await
    }

    /// Forgets what this process knows of the database, which a snapshot has replaced, and follows what it says now.
    ///
    /// # Errors
    /// The store's.
    pub async fn replaced(&self, alone: &mut Alone) -> Result<()> {
        alone.replaced();
        self.cache.clear();
        self.surroundings
            .with(|windows| *windows = Default::default());
        self.inbox.notify_waiters();
        self.outbox.notify_one();
        self.linked.notify_one();
        let offset = crate::records::meta::clock_offset(&self.store).await?;
        self.clock.replace(offset);
        Ok(())
    }

    /// Moves the service clock ahead by `micros` and keeps that in the database (`dev` only; design, clocks).
    pub async fn advance_clock(&self, micros: i64) -> Result<()> {
        let offset = crate::records::meta::advance_clock(&self.store, micros).await?;
        self.clock.adopt(offset);
        Ok(())
    }
}

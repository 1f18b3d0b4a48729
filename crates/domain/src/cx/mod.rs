//! The context of an action: the action, its caller, its origin and its time; and how it reads pools and clients.
//!
//! A context outlives a retry: what [`memory`] holds, and the number of tries, stay when [`crate::run`] runs an action
//! again because a row was out of date.

pub mod context;
pub mod memory;
pub mod pause;
pub mod slot;
mod told;
pub mod trigger;

use std::ops::Deref;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use cognate_store::tables::{guards, messages};
use cognate_store::{Batch, CommitError, Label, Outcome};

use crate::app::{App, Mode};
use crate::cx::context::RequestContext;
use crate::cx::memory::Memory;
use crate::cx::slot::Slot;
use crate::errors::{self, Fault, Result};
use crate::facts::action::Action;
use crate::pending;
use crate::records::client::Client;
use crate::records::login;
use crate::records::pool::Pool;

/// The caller, as the server authenticated it.
#[derive(Clone, Debug)]
pub enum Caller {
    /// No IAM credentials were needed or looked at.
    Public,
    /// A verified access key that a policy allows.
    Key {
        /// The access key id.
        id: String,
        /// The region of the signature's scope.
        region: String,
    },
    /// A person who administers the server, signed in to the console or at the command line.
    Operator {
        /// The operator's id, as the audit trail shows it.
        id: String,
        /// The region whose pools the operator works on.
        region: String,
    },
}

impl Caller {
    /// Returns the id in the audit trail; None for a caller without credentials.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Public => None,
            Self::Key { id, .. } | Self::Operator { id, .. } => Some(id),
        }
    }

    /// Returns the region that limits which pools the caller reaches; None for callers who name a client or hold a
    /// token.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Public => None,
            Self::Key { region, .. } | Self::Operator { region, .. } => Some(region),
        }
    }
}

/// The origin of the request: the peer, by which rates, lockouts, limits of messages and the audit trail count. What the
/// request says of the user's device is in [`Cx::context`].
#[derive(Clone, Debug, Default)]
pub struct ClientInfo {
    /// The peer's address, or what a trusted proxy reports.
    pub ip: String,
    /// The User-Agent header.
    pub user_agent: String,
    /// Scheme and host by which the client reached us, already checked against `hosts`; None when it may not be used.
    pub base_url: Option<String>,
    /// The id of the pool whose domain the host is; None on the hosts of this server itself, where all pools are.
    pub domain_pool: Option<String>,
    /// The id of the pool that the path names in front of an OAuth endpoint, or did for the authorization that a page belongs to;
    /// None for others. It may not exist.
    pub path_pool: Option<String>,
}

/// The label of a requirement that fails when more codes were sent to one address, or guessed, than is allowed.
pub const TOO_MANY_CODES: Label = Label("too_many_codes");

/// The context of one action, from its start to its answer.
pub struct Cx<'a> {
    app: &'a App,
    /// The action that runs.
    pub action: Action,
    /// The caller who asks for it.
    pub caller: Caller,
    /// The address and the program of the caller.
    pub client_info: ClientInfo,
    /// The id in `x-amzn-requestid`.
    pub request_id: String,
    now: AtomicI64,
    tries: AtomicU32,
    pauses: AtomicU32,
    memory: Memory,
    context: OnceLock<RequestContext>,
    analytics: OnceLock<String>,
    slot: Option<Slot>,
}

impl Deref for Cx<'_> {
    type Target = App;
    fn deref(&self) -> &App {
        self.app
    }
}

impl<'a> Cx<'a> {
    /// Returns an action that begins now.
    pub fn new(
        app: &'a App,
        action: impl Into<Action>,
        caller: Caller,
        client_info: ClientInfo,
        request_id: String,
    ) -> Self {
        Self {
            app,
            action: action.into(),
            caller,
            client_info,
            request_id,
            now: AtomicI64::new(app.clock.service()),
            tries: AtomicU32::new(0),
            pauses: AtomicU32::new(0),
            memory: Memory::default(),
            context: OnceLock::new(),
            analytics: OnceLock::new(),
            slot: None,
        }
    }

    /// Returns the same action, which holds a place among the requests that run at once.
    #[must_use]
    pub fn holding(mut self, slot: Slot) -> Self {
        self.slot = Some(slot);
        self
    }

    /// True unless the host that the client asked is the domain of another pool, or the path names one.
    pub fn is_home_of(&self, pool: &Pool) -> bool {
        let named = [&self.client_info.domain_pool, &self.client_info.path_pool];
        named.into_iter().flatten().all(|id| *id == pool.id)
    }

    /// Returns the id of the pool that the host or the path names; None where the rest of a request has to.
    pub fn home_pool(&self) -> Option<&str> {
        let ClientInfo {
            domain_pool,
            path_pool,
            ..
        } = &self.client_info;
        domain_pool.as_deref().or(path_pool.as_deref())
    }

    /// Returns the service's time in microseconds, when the action began or its latest pause ended.
    pub fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Reads the clock again, after a pause.
    fn read_clock(&self) {
        self.now.store(self.app.clock.service(), Ordering::Relaxed);
        self.pauses.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how often the action has waited for somebody outside: what it read before the latest pause may be out of
    /// date.
    pub fn pauses(&self) -> u32 {
        self.pauses.load(Ordering::Relaxed)
    }

    /// Returns how often the action was run before and found a row out of date.
    pub fn tries(&self) -> u32 {
        self.tries.load(Ordering::Relaxed)
    }

    /// Counts a run that found something out of date.
    pub(crate) fn count_try(&self) {
        self.tries.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the values that a retry must find again: ids, codes, answers from outside.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Returns the region whose pools this action sees: the caller's, else the server's default.
    pub fn region(&self) -> &str {
        self.caller.region().unwrap_or(&self.app.settings.region)
    }

    /// Returns an active pool of the caller's region; fails closed on settings whose feature is missing.
    pub async fn pool(&self, pool_id: &str) -> Result<Arc<Pool>> {
        let pool = self
            .app
            .cached_pool(pool_id)
            .await?
            .ok_or_else(|| errors::pool_not_found(pool_id))?;
        if self
            .caller
            .region()
            .is_some_and(|region| pool.region != region)
        {
            return Err(errors::pool_not_found(pool_id).into());
        }
        pending::guard_pool(self.action, &pool)?;
        Ok(pool)
    }

    /// Returns a client and its active pool, for operations that name only the client.
    pub async fn client(&self, client_id: &str) -> Result<(Arc<Pool>, Arc<Client>)> {
        let not_found = || errors::client_not_found(client_id);
        let client = self
            .app
            .cached_client(client_id)
            .await?
            .ok_or_else(not_found)?;
        let pool = self
            .app
            .cached_pool(&client.pool_id)
            .await?
            .ok_or_else(not_found)?;
        pending::guard_pool(self.action, &pool)?;
        pending::guard_client(self.action, &client)?;
        Ok((pool, client))
    }

    /// Returns a client of `pool`.
    pub async fn client_of(&self, pool: &Pool, client_id: &str) -> Result<Arc<Client>> {
        let client = self.cached_client(client_id).await?;
        let client = client
            .filter(|c| c.pool_id == pool.id)
            .ok_or_else(|| errors::client_not_found(client_id))?;
        pending::guard_client(self.action, &client)?;
        Ok(client)
    }

    /// Returns the account in ARNs. In `dev` an access key id of twelve digits is one, as test tools have it.
    pub fn account(&self) -> &str {
        match &self.caller {
            Caller::Key { id, .. }
                if self.settings.mode == Mode::Dev
                    && id.len() == 12
                    && id.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                id
            }
            _ => &self.settings.account,
        }
    }

    /// Returns the ARN of a pool.
    pub fn pool_arn(&self, pool: &Pool) -> String {
        format!(
            "arn:aws:cognito-idp:{}:{}:userpool/{}",
            pool.region,
            self.account(),
            pool.id
        )
    }

    /// Commits a batch that one of several requests at once can commit. False if another one was faster, or a requirement
    /// is not met for another reason.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn wins(&self, batch: Batch) -> Result<bool> {
        match self.store.commit(batch).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
        }
    }

    /// Returns the answer to a conflict under [`guards::POOL_PAUSED`]: a recovery of the pool is open, or the pool is gone,
    /// which the next try sees.
    ///
    /// # Errors
    /// The store's.
    pub async fn paused(&self, pool_id: &str) -> Result<Fault> {
        match self.app.cached_pool(pool_id).await? {
            Some(pool) if pool.paused => Ok(errors::recovery::writes_paused().into()),
            // What this node knows is out of date. The next try knows more, and may do without the change.
            _ => {
                self.app.cache.forget(pool_id, None);
                Ok(Fault::Stale)
            }
        }
    }

    /// Commits the batch, and wakes the delivery and the readers of the inbox if it holds a message. `conflict` maps the label of a
    /// failed requirement to an error, except the bound of codes.
    pub async fn commit(
        &self,
        batch: Batch,
        conflict: impl FnOnce(Label) -> Fault,
    ) -> Result<Outcome> {
        let written = guards::written_pool(&batch);
        match self.apply(batch).await {
            Ok(outcome) => Ok(outcome),
            // Whatever the code was for.
            Err(CommitError::Conflict(TOO_MANY_CODES)) => {
                Err(errors::challenges::too_many_codes(self.action).into())
            }
            Err(CommitError::Conflict(guards::POOL_PAUSED)) => {
                Err(self.paused(written.as_deref().unwrap_or_default()).await?)
            }
            // The rules by which users are written have changed: the next run reads them.
            Err(CommitError::Conflict(guards::POOL_RESHAPED)) => {
                self.cache.forget_pools();
                Err(Fault::Stale)
            }
            // What the rules to which a pool changes would refuse is refused while it does (decision 017).
            Err(CommitError::Conflict(label)) => Err(match login::taken_otherwise(label) {
                Some(kind) => errors::users::taken_otherwise(self.action, kind.as_str()).into(),
                None => conflict(label),
            }),
            Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
        }
    }

    /// Commits a batch and wakes whoever waits for the messages in it. The caller words every conflict: [`Cx::commit`]
    /// does that of the usual ones.
    ///
    /// # Errors
    /// The store's.
    pub async fn apply(&self, batch: Batch) -> std::result::Result<Outcome, CommitError> {
        let has_message = messages::is_in(&batch);
        let outcome = self.store.commit(batch).await?;
        if has_message {
            self.inbox.notify_waiters();
            self.outbox.notify_one();
        }
        Ok(outcome)
    }
}

//! Connections: a bounded number, made when needed, thrown away when in doubt.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::error::SqlState;
use tokio_postgres::{CancelToken, Client, Statement};

use super::form::Form;
use super::target::{Statements, Target};
use super::value;
use crate::StoreError;

/// The time for which a request waits for a free connection.
const WAIT: Duration = Duration::from_secs(10);
/// The time for which a request tries to reach a server that restarts or fails over, and the pause between tries.
const RECONNECT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);
/// Prepared statements kept by a connection; beyond it they are all forgotten.
const STATEMENTS: usize = 1_024;

/// The beginning of a transaction in a session that ends one which does nothing ([`Target::limited`]), and in any other.
/// `SET LOCAL` ends with the transaction, so poolers in transaction mode accept it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
const BEGIN_LIMITED: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 15000";

/// A text, the declared types of its parameters, and the form in which it is sent.
pub(super) type StatementKey = (&'static str, u128, Form);

pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) statements: HashMap<StatementKey, Statement>,
}

pub(super) struct Pool {
    target: Target,
    /// True if each transaction says for how long it may do nothing.
    limits_each: AtomicBool,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    closed: AtomicBool,
}

/// A connection out of the pool. Unless it is returned with [`keep`](Self::keep) it is closed, and the server rolls
/// back its transaction, so a request that is given up at any point leaves no open transaction.
pub(super) struct Leased<'a> {
    pool: &'a Pool,
    pub(super) connection: Connection,
    _permit: SemaphorePermit<'a>,
}

impl Pool {
    pub(super) fn new(target: Target, connections: usize) -> Self {
        Self {
            limits_each: AtomicBool::new(target.limited.is_none()),
            target,
            idle: Mutex::new(Vec::new()),
            permits: Semaphore::new(connections.max(1)),
            closed: AtomicBool::new(false),
        }
    }

    pub(super) fn statements(&self) -> Statements {
        self.target.statements
    }

    /// Returns the statements that begin a transaction.
    pub(super) fn begin(&self) -> &'static str {
        match self.limits_each.load(Ordering::Relaxed) {
            true => BEGIN_LIMITED,
            false => BEGIN,
        }
    }

    /// Has each transaction say for how long it may do nothing, from now on.
    pub(super) fn limit_each(&self) {
        self.limits_each.store(true, Ordering::Relaxed);
    }

    /// Returns an idle connection or a new one. A server that cannot be reached is tried again for a few seconds.
    pub(super) async fn get(&self) -> Result<Leased<'_>, StoreError> {
        self.get_within(RECONNECT).await
    }

    /// Does the same with another patience; zero tries once.
    pub(super) async fn get_within(&self, patience: Duration) -> Result<Leased<'_>, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        let permit = tokio::time::timeout(WAIT, self.permits.acquire())
            .await
            .map_err(|_| StoreError::Unavailable("all connections are busy".to_owned()))?
            .map_err(|_| StoreError::Closed)?;
        let lease = |connection| Leased {
            pool: self,
            connection,
            _permit: permit,
        };
        if let Some(connection) = self.take_idle() {
            return Ok(lease(connection));
        }
        let began = Instant::now();
        loop {
            match self.connect().await {
                Ok(connection) => return Ok(lease(connection)),
                Err(error) if began.elapsed() >= patience || !worth_another_try(&error) => {
                    return Err(value::store_error(&error));
                }
                Err(error) => {
                    tracing::debug!(%error, "the database cannot be reached; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    pub(super) async fn connect(&self) -> Result<Connection, tokio_postgres::Error> {
        let target = &self.target;
        let limited = target.limited.as_ref();
        let limited = limited.filter(|_| !self.limits_each.load(Ordering::Relaxed));
        let config = limited.unwrap_or(&target.config);
        let connected = match config.connect(target.tls.clone()).await {
            // What is in between takes no such option, as poolers do not.
            Err(error) if limited.is_some() && refuses_options(&error) => {
                self.limit_each();
                target.config.connect(target.tls.clone()).await
            }
            connected => connected,
        };
        let (client, driver) = connected?;
        tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a connection to the database ended");
            }
        });
        Ok(Connection {
            client,
            statements: HashMap::new(),
        })
    }

    /// Tells the server to give up what a connection is doing. It may do so a little later, so the connection must not be
    /// used for anything else.
    pub(super) async fn cancel(&self, token: CancelToken) {
        let told = token.cancel_query(self.target.tls.clone());
        if !matches!(tokio::time::timeout(RECONNECT, told).await, Ok(Ok(()))) {
            tracing::debug!("the database could not be told to give up a batch");
        }
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().ok()?;
        while let Some(connection) = idle.pop() {
            if !connection.client.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    /// Closes the idle connections: after a failover they all lead to the wrong server.
    pub(super) fn forget_idle(&self) {
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.permits.close();
        self.forget_idle();
    }
}

impl Leased<'_> {
    /// Returns the connection to the pool. It must be outside a transaction.
    pub(super) fn keep(mut self) {
        if self.connection.client.is_closed() || self.pool.closed.load(Ordering::Acquire) {
            return;
        }
        if self.connection.statements.len() > STATEMENTS {
            self.connection.statements.clear();
        }
        if let Ok(mut idle) = self.pool.idle.lock() {
            idle.push(self.connection);
        }
    }
}

/// True if a setting of the session may be what is refused: an unknown parameter, one that the pooler does not pass on, or
/// one that this user may not set.
fn refuses_options(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::PROTOCOL_VIOLATION
            || ["0A", "22", "42", "55"].contains(&code.code().get(..2).unwrap_or_default())
    })
}

/// A wrong password or a certificate that does not fit will not get better; a server that is not there may come back.
fn worth_another_try(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        // 57P: starting up or shutting down. 53300: too many connections.
        Some(code) => code.code().starts_with("57P") || code.code() == "53300",
        // No host took the connection, or none of them is the primary at the moment; not a failed TLS handshake.
        None => !error.to_string().contains("TLS"),
    }
}

//! One request: who calls, from where, when; and the doors to pools and clients.

use std::ops::Deref;
use std::sync::Arc;

use cognate_shapes::Op;
use cognate_store::{Batch, CommitError, Label, Outcome};

use crate::app::App;
use crate::errors::{self, Fault, Result};
use crate::pending;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::users::codes;

/// Who calls, as the server authenticated it.
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
}

/// Where the request came from.
#[derive(Clone, Debug, Default)]
pub struct ClientInfo {
    /// The peer's address, or what a trusted proxy reports.
    pub ip: String,
    /// The User-Agent header.
    pub user_agent: String,
    /// Scheme and host by which the client reached us, already checked against `hosts`; None when it may not be used.
    pub base_url: Option<String>,
}

/// One request on its way through an operation.
pub struct Cx<'a> {
    app: &'a App,
    /// The operation asked for.
    pub op: Op,
    /// Who calls.
    pub caller: Caller,
    /// From where.
    pub client_info: ClientInfo,
    /// The id in `x-amzn-requestid`.
    pub request_id: String,
    /// The service's time when the request began, in microseconds.
    pub now: i64,
}

impl Deref for Cx<'_> {
    type Target = App;
    fn deref(&self) -> &App {
        self.app
    }
}

impl<'a> Cx<'a> {
    /// A request that begins now.
    pub fn new(
        app: &'a App,
        op: Op,
        caller: Caller,
        client_info: ClientInfo,
        request_id: String,
    ) -> Self {
        Self {
            app,
            op,
            caller,
            client_info,
            request_id,
            now: app.clock.service(),
        }
    }

    /// The region whose pools this request sees: the signature's, else the server's default.
    pub fn region(&self) -> &str {
        match &self.caller {
            Caller::Key { region, .. } => region,
            Caller::Public => &self.app.settings.region,
        }
    }

    /// An active pool of the caller's region; fails closed on settings whose feature is missing.
    pub async fn pool(&self, pool_id: &str) -> Result<Arc<Pool>> {
        let pool = self
            .cache
            .pool(self, pool_id)
            .await?
            .ok_or_else(|| errors::pool_not_found(pool_id))?;
        if let Caller::Key { region, .. } = &self.caller
            && pool.region != *region
        {
            return Err(errors::pool_not_found(pool_id).into());
        }
        pending::guard_pool(self.op, &pool)?;
        Ok(pool)
    }

    /// A client and its active pool, for operations that name only the client.
    pub async fn client(&self, client_id: &str) -> Result<(Arc<Pool>, Arc<Client>)> {
        let not_found = || errors::client_not_found(client_id);
        let client = self
            .cache
            .client(self, client_id)
            .await?
            .ok_or_else(not_found)?;
        let pool = self
            .cache
            .pool(self, &client.pool_id)
            .await?
            .ok_or_else(not_found)?;
        pending::guard_pool(self.op, &pool)?;
        pending::guard_client(self.op, &client)?;
        Ok((pool, client))
    }

    /// A client of `pool`.
    pub async fn client_of(&self, pool: &Pool, client_id: &str) -> Result<Arc<Client>> {
        let client = self.cache.client(self, client_id).await?;
        let client = client
            .filter(|c| c.pool_id == pool.id)
            .ok_or_else(|| errors::client_not_found(client_id))?;
        pending::guard_client(self.op, &client)?;
        Ok(client)
    }

    /// The ARN of a pool.
    pub fn pool_arn(&self, pool: &Pool) -> String {
        format!(
            "arn:aws:cognito-idp:{}:{}:userpool/{}",
            pool.region, self.settings.account, pool.id
        )
    }

    /// Commits; an unmet requirement becomes what `conflict` makes of its label, unless it is the bound of codes.
    pub async fn commit(
        &self,
        batch: Batch,
        conflict: impl FnOnce(Label) -> Fault,
    ) -> Result<Outcome> {
        match self.store.commit(batch).await {
            Ok(outcome) => Ok(outcome),
            // Whatever the code was for.
            Err(CommitError::Conflict(codes::TOO_MANY)) => {
                Err(errors::challenges::too_many_codes(self.op).into())
            }
            Err(CommitError::Conflict(label)) => Err(conflict(label)),
            Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
        }
    }

    /// Runs read-decide-commit again while it finds what it read out of date, five times at most (design, request flow).
    pub async fn retry<T, F: Future<Output = Result<T>>>(
        &self,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T> {
        let mut tries = 0;
        loop {
            match attempt().await {
                Err(Fault::Stale) if tries < 4 => tries += 1,
                other => return other,
            }
        }
    }
}

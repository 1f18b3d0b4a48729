//! The beginning of every step that anybody can take who knows a client.

use std::sync::Arc;

use crate::app::gate::Guard;
use crate::attempts;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::messages::Account;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::signin::secret_hash;
use crate::threats::exceptions;
use crate::users::lookup;

/// A bound on the requests of a kind for one account in an hour.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The kind of the rows that count them.
    pub kind: &'static str,
    /// The most that are taken.
    pub most: i64,
}

/// A call that names a client and a user, whose client has proved itself.
pub struct PublicCall<'a> {
    /// The pool.
    pub pool: Arc<Pool>,
    /// The client.
    pub client: Arc<Client>,
    username: &'a str,
}

impl<'a> PublicCall<'a> {
    /// Finds the client and checks its proof: the hash of a client with a secret, nothing for one without.
    ///
    /// # Errors
    /// ResourceNotFoundException for an unknown client, NotAuthorizedException for a missing or wrong proof, and for
    /// everything from an address that threat protection refuses.
    pub async fn open(
        cx: &Cx<'_>,
        client_id: &str,
        username: &'a str,
        proof: Option<&str>,
    ) -> Result<Self> {
        let call = Self::find_client(cx, client_id, username).await?;
        secret_hash::check(&call.client, username, proof)?;
        exceptions::refuse_blocked(cx, &call.pool, &call.client)?;
        Ok(call)
    }

    /// As [`open`](Self::open), for the link in a message, which holds no proof.
    ///
    /// # Errors
    /// ResourceNotFoundException for an unknown client; everything from an address that threat protection refuses.
    pub async fn open_by_link(cx: &Cx<'_>, client_id: &str, username: &'a str) -> Result<Self> {
        let call = Self::find_client(cx, client_id, username).await?;
        exceptions::refuse_blocked(cx, &call.pool, &call.client)?;
        Ok(call)
    }

    async fn find_client(cx: &Cx<'_>, client_id: &str, username: &'a str) -> Result<Self> {
        let (pool, client) = cx.client(client_id).await?;
        Ok(Self {
            pool,
            client,
            username,
        })
    }

    /// Looks the account up and counts the request.
    ///
    /// # Errors
    /// [`lookup::account`]; LimitExceededException.
    pub async fn account(&self, cx: &Cx<'_>, limit: Limit) -> Result<Account<'a>> {
        let account = self.find(cx).await?;
        self.count(cx, &account, limit).await?;
        Ok(account)
    }

    /// As [`account`](Self::account), and locks the account before the request is counted: its code is to be judged.
    ///
    /// # Errors
    /// As [`account`](Self::account); LimitExceededException too if too many wait for the lock.
    pub async fn locked<'g>(
        &self,
        cx: &'g Cx<'_>,
        limit: Limit,
    ) -> Result<(Account<'a>, Guard<'g>)> {
        let account = self.find(cx).await?;
        let guard = cx.gates.enter(&self.pool, account.key()).await;
        let guard = guard.ok_or_else(errors::auth::attempt_limit_exceeded)?;
        self.count(cx, &account, limit).await?;
        Ok((account, guard))
    }

    async fn find(&self, cx: &Cx<'_>) -> Result<Account<'a>> {
        lookup::account(cx, &self.pool, &self.client, self.username).await
    }

    async fn count(&self, cx: &Cx<'_>, account: &Account<'_>, limit: Limit) -> Result<()> {
        attempts::take(cx, &self.pool, &account.subject(), limit.kind, limit.most).await
    }
}

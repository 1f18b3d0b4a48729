//! The consent of a user to a client that nobody at the pool vouches for (agents.md 2): what is asked, and what is remembered.
//!
//! It is remembered for the user, the client, the place to which the answers go and the service that is to take the token, with the
//! scopes that the user has let it have there: a yes for one service is none for another, nor for a token without one, which every service
//! may take that looks at scopes alone. Fewer scopes need no other question. It is over once the client says anything else of itself.

use std::collections::BTreeSet;

use cognate_crypto::hash;
use cognate_store::Batch;
use cognate_store::tables::consents::{self as table, ConsentRow};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::Result;
use crate::oauth::authorization::Authorization;
use crate::records::client_metadata::is_on_own_machine;
use crate::records::pool::Pool;
use crate::records::unvouched::{Unvouched, UnvouchedKind, place};

/// Consents that are remembered for a user; those that were given longest ago go.
const MOST: i64 = 200;

/// What a user is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// How the pool knows the client.
    pub kind: UnvouchedKind,
    /// What the client calls itself.
    pub name: Option<String>,
    /// The host of its URL, in ASCII.
    pub host: Option<String>,
    /// Where the answer goes: a host in ASCII, or the scheme of an application with its colon.
    pub place: String,
    /// True if the answer goes to the user's own machine.
    pub own_machine: bool,
    /// The scopes that it asks for.
    pub scopes: Vec<String>,
    /// The resource server that the access token is to be for, by its Identifier (RFC 8707).
    pub resource: Option<String>,
    /// A digest of all of this, so that an answer is one to what was shown.
    pub digest: String,
}

/// The document of a `consents` row.
#[derive(Serialize, Deserialize)]
pub(super) struct Doc {
    pub(super) client: String,
    pub(super) place: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) resource: Option<String>,
    pub(super) scopes: BTreeSet<String>,
    edition: String,
}

impl Question {
    /// Returns the question about a request; None for a client that somebody vouches for.
    #[must_use]
    pub fn of(authorization: &Authorization) -> Option<Self> {
        let client = authorization.client.unvouched.as_ref()?;
        let place = place(&authorization.redirect_uri);
        let scopes = authorization.scopes.clone();
        let resource = authorization.resource.clone();
        let named = scopes.join(" ");
        let all = [
            client.id.as_str(),
            &client.edition,
            &place,
            &named,
            resource.as_deref().unwrap_or_default(),
        ];
        let digest = hash::sha256(all.join("\n").as_bytes());
        Some(Self {
            kind: client.kind,
            name: client.name.clone(),
            host: client.host.clone(),
            own_machine: client.own_machine_alone || is_on_own_machine(&authorization.redirect_uri),
            digest: hex::encode(digest),
            place,
            scopes,
            resource,
        })
    }

    /// Returns what the user has let the client have; None where that is nothing, or was given to what the client said of
    /// itself before.
    async fn given(&self, cx: &Cx<'_>, of: &Of<'_>) -> Result<Option<(ConsentRow, Doc)>> {
        let key = self.key(of.client);
        let query = table::by_key(&of.pool.id, of.user_id, &key);
        let Some(row) = table::consent(cx.store.first(query).await?)? else {
            return Ok(None);
        };
        of.pool
            .check(&row.signed(of.user_id, &key), row.mac.as_deref())?;
        let doc: Doc = serde_json::from_str(&row.doc)?;
        Ok((doc.edition == of.client.edition).then_some((row, doc)))
    }

    /// Returns who is let in, for the audit trail: the client, where the answer goes, and what it may have.
    pub(super) fn summary(&self, client: &Unvouched) -> String {
        let parts = [client.id.as_str(), self.place.as_str()].into_iter();
        let parts = parts.chain(self.scopes.iter().map(String::as_str));
        let parts: Vec<&str> = parts.chain(self.resource.as_deref()).collect();
        parts.join(" ")
    }

    fn key(&self, client: &Unvouched) -> String {
        let resource = self.resource.as_deref().unwrap_or_default();
        let text = [client.id.as_str(), &self.place, resource].join("\n");
        hex::encode(hash::sha256(text.as_bytes()))
    }

    /// True if the user has let the client have all that it asks for.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn is_answered(&self, cx: &Cx<'_>, of: &Of<'_>) -> Result<bool> {
        let given = self.given(cx, of).await?;
        let allows = |doc: &Doc| self.scopes.iter().all(|own| doc.scopes.contains(own));
        Ok(given.is_some_and(|(_, doc)| allows(&doc)))
    }

    /// Remembers that the user lets the client have what it asks for, beside what it has already.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn remember(&self, cx: &Cx<'_>, of: &Of<'_>, batch: Batch) -> Result<Batch> {
        let before = self.given(cx, of).await?;
        let (created, mut scopes) = match before {
            Some((row, doc)) => (row.created, doc.scopes),
            None => (cx.now(), BTreeSet::new()),
        };
        scopes.extend(self.scopes.iter().cloned());
        let doc = Doc {
            client: of.client.id.clone(),
            place: self.place.clone(),
            resource: self.resource.clone(),
            scopes,
            edition: of.client.edition.clone(),
        };
        let key = self.key(of.client);
        let mut row = ConsentRow {
            doc: serde_json::to_string(&doc)?,
            created,
            modified: cx.now(),
            mac: None,
        };
        row.mac = Some(of.pool.sign(&row.signed(of.user_id, &key)));
        Ok(table::put(
            batch,
            (&of.pool.id, of.user_id, &key),
            &row,
            MOST,
        ))
    }
}

/// Whose consent to whom.
pub(super) struct Of<'a> {
    /// The pool.
    pub(super) pool: &'a Pool,
    /// The user.
    pub(super) user_id: &'a str,
    /// The client.
    pub(super) client: &'a Unvouched,
}

//! Opening a session: the ids, the row and the refresh token that end a sign-in, apart from the tokens signed for it.

use std::sync::Arc;

use cognate_shapes::{AuthenticationResultType, NewDeviceMetadataType};
use cognate_store::Batch;
use cognate_store::tables::provider_sessions;
use cognate_store::tables::sessions::{self, SessionRow};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::Result;
use crate::records::client::Client;
use crate::records::device::BrowserCookie;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::tokens::grant::Grant;
use crate::tokens::groups::{GroupClaims, ReadBefore};
use crate::tokens::issue;
use crate::tokens::pre_token::{Consulted, Source};
use crate::tokens::refresh::RefreshToken;
use crate::tokens::session::{self, SessionDoc, row_expires};
use crate::tokens::tracking;

/// A session that a sign-in opens. It is alive once the batch that inserts its row is committed; tokens may be signed
/// before that and must leave only after it.
pub struct OpenedSession {
    /// The session's id.
    pub id: String,
    /// The session's document: how and when the user signed in.
    pub doc: SessionDoc,
    /// The session's first refresh token.
    pub refresh: RefreshToken,
    /// The user, as the sign-in leaves them.
    pub user: User,
    /// The key of a device that was not known before.
    pub new_device: Option<NewDeviceMetadataType>,
    /// The answer of PreTokenGeneration, which a signer of tokens obeys; None where nobody was asked.
    pub consulted: Option<Consulted>,
    /// The user's groups, if they were read with the user.
    pub groups: Option<ReadBefore>,
    /// The cookie of the browser that is remembered from now on, or the next one of a browser that was.
    pub browser: Option<Arc<BrowserCookie>>,
}

impl OpenedSession {
    /// Returns a session whose refresh token lives as long as the client says.
    pub fn new(cx: &Cx<'_>, client: &Client, id: String, user: User, doc: SessionDoc) -> Self {
        let lifetime = client.refresh_token_seconds().saturating_mul(SECOND);
        let refresh = RefreshToken {
            client_id: client.named().to_owned(),
            user_id: user.id.clone(),
            session_id: id.clone(),
            generation: doc.generation,
            expires: cx.now().saturating_add(lifetime),
        };
        Self {
            id,
            doc,
            refresh,
            user,
            new_device: None,
            consulted: None,
            groups: None,
            browser: None,
        }
    }

    /// Returns the same session without a refresh token: its row goes a day after the last of its tokens.
    #[must_use]
    pub fn ending_with_its_tokens(mut self, cx: &Cx<'_>, client: &Client) -> Self {
        let longest = client.access_token_seconds().max(client.id_token_seconds());
        self.refresh.expires = cx.now().saturating_add(longest.saturating_mul(SECOND));
        self
    }

    /// Adds the session's row to the batch of the sign-in. What its provider's sign-out needs is kept as long. In pools that limit sessions the user's turn is taken before
    /// everything else in the batch, and the least recently used ones make room for it.
    ///
    /// # Errors
    /// None in practice: the document always serialises.
    pub fn insert(&self, cx: &Cx<'_>, pool: &Pool, batch: Batch) -> Result<Batch> {
        let authorized = self.doc.authorized.as_ref();
        let document = authorized.and_then(|authorized| authorized.document.as_ref());
        let named = &self.refresh.client_id;
        let row = SessionRow {
            // The app client, of a client with a document too.
            client_id: document.map_or(named, |of| &of.client_id).clone(),
            doc: serde_json::to_string(&self.doc)?,
            created: cx.now(),
            expires: row_expires(self.refresh.expires),
            ver: 1,
            mac: None,
        };
        let (user_id, id) = (&self.user.id, &self.id);
        let row = session::sign(pool, user_id, id, row);
        let batch = match self.doc.origin().filter(|_| self.doc.vouched) {
            Some(origin) => provider_sessions::prolong(batch, &pool.id, origin, row.expires),
            None => batch,
        };
        let batch = tracking::begin(pool, user_id).extend(batch);
        let batch = tracking::make_room(cx, batch, pool, user_id);
        let activity = tracking::activity(cx, pool);
        Ok(sessions::insert(
            batch,
            &pool.id,
            user_id,
            id,
            &row,
            activity.as_ref(),
            self.doc.origin(),
        ))
    }

    /// Signs the tokens with which the API answers a sign-in. The user's groups are read unless they were with
    /// the user, or PreTokenGeneration was told them.
    ///
    /// # Errors
    /// The store's, those of the pool's keys and issuer; an internal fault where PreTokenGeneration was passed by.
    pub async fn api_result(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        client: &Client,
    ) -> Result<AuthenticationResultType> {
        let read;
        let Consulted { groups, changes } = match &self.consulted {
            Some(consulted) => consulted,
            None => {
                let changes = Source::Authentication.unchanged(pool)?;
                let before = self.groups.as_ref();
                let groups = GroupClaims::of_sign_in(cx, pool, &self.user.id, before).await?;
                read = Consulted { groups, changes };
                &read
            }
        };
        let (user, id, doc) = (&self.user, &self.id, &self.doc);
        let grant = Grant::of_session(pool, client, user, groups, id, doc, changes);
        let mut result = issue::api_result(cx, &grant, Some(&self.refresh)).await?;
        result.new_device_metadata = self.new_device.clone();
        Ok(result)
    }
}

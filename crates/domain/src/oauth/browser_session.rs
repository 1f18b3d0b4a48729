//! The session of a browser with a pool: who signed in there, so that further clients need not ask again
//! (endpoints.md 1.13). Its end is counted from the sign-in, whatever is done with it, and it is good on one host.
//!
//! The database holds a MAC of host and cookie; the cookie's value is nowhere.

use cognate_crypto::random;
use cognate_crypto::secret::SecretString;
use cognate_shapes::ExplicitAuthFlowsType;
use cognate_store::Batch;
use cognate_store::tables::browser_sessions::{self as table, BrowserSessionRow};
use cognate_store::tables::guards;

use crate::audit;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::authorization::{Authorization, COGNITO};
use crate::oauth::standing;
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::step_up;
use crate::tokens::browser::{self, BrowserDoc};
use crate::tokens::session::SessionDoc;
use crate::tokens::tracking;
use crate::users::sessions::DEFAULT_SSO_MINUTES;

/// How many seconds after the proof the session may add a way to sign in. Later, whoever sits at the browser or has its
/// cookie must prove again who they are: what is added outlives the session.
const MAY_ADD: i64 = 300;

/// A session that is alive, with the user as they are now.
#[derive(Clone)]
pub struct BrowserSession {
    /// The row's key, which is not the cookie's value.
    pub id: String,
    /// The name of the session in listings, a UUID.
    pub name: String,
    /// The user; enabled and confirmed.
    pub user: User,
    /// How and when the user signed in.
    pub doc: SessionDoc,
    /// `COGNITO`, or the identity provider through which the user came.
    pub provider: String,
    /// The client that the user signed in to; the session of another provider than `COGNITO` is good for it alone.
    pub client_id: String,
    /// The end, in microseconds.
    pub ends: i64,
}

/// The value of the cookie that carries a new session, and its time to live.
pub struct SessionCookie {
    /// The value, in characters that a cookie may have.
    pub value: SecretString,
    /// Seconds.
    pub seconds: u32,
}

impl BrowserSession {
    /// True if the session answers a request without another proof: it is good for the client, that of the provider and
    /// of the user that the request names, young enough for it, and of the level that it wishes for. `now`: microseconds.
    pub fn answers(&self, authorization: &Authorization, now: i64) -> bool {
        self.answers_freshly(authorization, now)
            && authorization
                .max_age
                .is_none_or(|most| self.age(now) <= most)
            && self.is_of_level(authorization)
            && !authorization.prompt.login
    }

    /// True if the session, whose user signed in for the request, answers it: what the request demands of the sign-in was
    /// demanded then. `now`: microseconds.
    pub fn answers_freshly(&self, authorization: &Authorization, now: i64) -> bool {
        let Authorization { pool, client, .. } = authorization;
        let named =
            |wanted: &Option<String>, own: &String| wanted.as_ref().is_none_or(|it| it == own);
        self.is_good_for(pool, client, now)
            && named(&authorization.provider, &self.provider)
            && named(&authorization.user_id, &self.user.id)
    }

    /// True if the session has the level of assurance that the request wishes for, or another sign-in to the client could
    /// not bring it.
    fn is_of_level(&self, authorization: &Authorization) -> bool {
        let Authorization { pool, client, .. } = authorization;
        if self.provider != COGNITO {
            return self.is_of_level_by_provider(authorization);
        }
        let can_step_up = client.lists_flow(ExplicitAuthFlowsType::AllowUserAuth);
        let (proven, wanted) = (&self.doc.proven, &authorization.levels);
        !can_step_up || step_up::is_reached(pool, &self.user, proven, wanted)
    }

    /// The same of a session through a provider: one with AcrMapping said how surely it knew the user, and may do better
    /// when it is asked.
    fn is_of_level_by_provider(&self, authorization: &Authorization) -> bool {
        let said = self.doc.acr.as_deref();
        let said = said.and_then(|name| Level::named(&authorization.pool.doc, name));
        match (said, authorization.wanted.first()) {
            (Some(said), Some(wanted)) => said >= *wanted,
            _ => true,
        }
    }

    /// True if the client takes the session in the place of a sign-in: it is that of a provider which the client offers,
    /// a federated one that of the same client, and young enough for it. `now`: microseconds.
    pub(super) fn is_good_for(&self, pool: &Pool, client: &Client, now: i64) -> bool {
        let mut listed = client.doc.supported_identity_providers.iter().flatten();
        let own = self.provider == COGNITO || self.client_id == client.id;
        let young = self.age(now) < sso_seconds(pool, client);
        own && listed.any(|provider| *provider == self.provider) && young && now < self.ends
    }

    /// True if the sign-in is recent enough to add a passkey without another proof. `now`: microseconds.
    pub fn may_add_passkey(&self, now: i64) -> bool {
        self.age(now) <= MAY_ADD
    }

    /// Returns the seconds since the sign-in.
    fn age(&self, now: i64) -> i64 {
        now.div_euclid(SECOND).saturating_sub(self.doc.auth_time)
    }
}

/// Returns the seconds since a sign-in in which a client takes it without another proof. Pools that do not track
/// sessions obey no setting of their clients (admin.md 1.13).
fn sso_seconds(pool: &Pool, client: &Client) -> i64 {
    let own = client
        .doc
        .sso_minutes
        .filter(|_| pool.max_sessions().is_some());
    own.unwrap_or(DEFAULT_SSO_MINUTES).saturating_mul(60)
}

/// Returns the seconds that a new session lives: an hour, or longer if the client takes it for longer.
pub(super) fn lifetime(pool: &Pool, client: &Client) -> i64 {
    sso_seconds(pool, client).max(DEFAULT_SSO_MINUTES.saturating_mul(60))
}

/// Returns the key of a cookie's session on a host; None for what no cookie of this program says.
fn key(pool: &Pool, host: &str, cookie: &str) -> Option<String> {
    // The length of the value is fixed, so that no other pair of host and value makes the same text.
    let text = format!("{cookie}{}", host.to_ascii_lowercase());
    random::is_handle(cookie)
        .then(|| hex::encode(pool.key.mac("browser sessions", text.as_bytes())))
}

/// Returns the session of a cookie; None for one that is unknown, over, of another pool or host, or whose user may not
/// sign in any more. `host`: the host that was asked.
///
/// # Errors
/// Faults.
pub async fn find(
    cx: &Cx<'_>,
    pool: &Pool,
    host: &str,
    cookie: &str,
) -> Result<Option<BrowserSession>> {
    let Some(key) = key(pool, host, cookie) else {
        return Ok(None);
    };
    let Some((row, doc)) = read(cx, pool, &key).await? else {
        return Ok(None);
    };
    let user = User::by_id(&cx.store, pool, &row.user_id).await?;
    let Some(user) = user.filter(|user| standing::is_good(user, &doc.signed_in)) else {
        return Ok(None);
    };
    Ok(Some(BrowserSession {
        id: key,
        name: row.session_id,
        user,
        doc: doc.signed_in,
        provider: doc.provider,
        client_id: doc.client_id,
        ends: row.expires,
    }))
}

async fn read(
    cx: &Cx<'_>,
    pool: &Pool,
    key: &str,
) -> Result<Option<(BrowserSessionRow, BrowserDoc)>> {
    let row = cx.store.first(table::live(&pool.id, key, cx.now())).await?;
    let Some(mut row) = row else {
        return Ok(None);
    };
    let row = BrowserSessionRow::read(&mut row)?;
    let doc = browser::read(pool, key, &row)?;
    Ok(Some((row, doc)))
}

/// A session that ends.
pub(super) struct Ending {
    /// Its name in listings.
    pub(super) name: String,
    /// The batch that ends it, with its row of the audit trail.
    pub(super) batch: Batch,
}

/// Begins the end of the session of a cookie; None for a cookie that names none.
///
/// # Errors
/// Faults.
pub(super) async fn ending(
    cx: &Cx<'_>,
    pool: &Pool,
    host: &str,
    cookie: &str,
) -> Result<Option<Ending>> {
    let Some(key) = key(pool, host, cookie) else {
        return Ok(None);
    };
    let Some((row, _)) = read(cx, pool, &key).await? else {
        return Ok(None);
    };
    let batch = table::delete(Batch::new(), &pool.id, &key);
    let batch = audit::record(cx, batch, &pool.id, Some(&row.user_id));
    Ok(Some(Ending {
        name: row.session_id,
        batch,
    }))
}

/// Ends the session of a cookie. A cookie that names none is no error, and nothing is written for it.
///
/// # Errors
/// Faults.
pub async fn end(cx: &Cx<'_>, pool: &Pool, host: &str, cookie: &str) -> Result<()> {
    if let Some(Ending { batch, .. }) = ending(cx, pool, host, cookie).await? {
        cx.commit(batch, |_| Fault::Stale).await?;
    }
    Ok(())
}

/// A session that a sign-in opens.
pub(super) struct Opened<'a> {
    /// The host that was asked.
    pub(super) host: &'a str,
    /// The client that the user signed in to.
    pub(super) client: &'a Client,
    /// The user's id.
    pub(super) user_id: &'a str,
    /// The provider through which the user came.
    pub(super) provider: &'a str,
    /// How and when the user signed in.
    pub(super) doc: &'a SessionDoc,
}

/// The texts of a new session, the same in every try of an action.
#[derive(Clone)]
pub(super) struct Fresh {
    /// The cookie's value.
    pub(super) value: String,
    /// The name of the session in listings.
    pub(super) name: String,
}

impl Fresh {
    /// Returns the texts for the sign-in of a user.
    pub(super) fn of(cx: &Cx<'_>, user_id: &str) -> Self {
        cx.memory()
            .once(&format!("browser's session of {user_id}"), || Self {
                value: random::handle(),
                name: random::uuid_v4(),
            })
    }

    /// Returns the cookie of the session.
    pub(super) fn cookie(&self, pool: &Pool, client: &Client) -> SessionCookie {
        SessionCookie {
            value: SecretString::new(self.value.clone()),
            seconds: u32::try_from(lifetime(pool, client)).unwrap_or(u32::MAX),
        }
    }
}

/// Adds the row of a new session to the batch of its sign-in, and ends the one that it replaces.
///
/// # Errors
/// None in practice: the document always serialises.
pub(super) fn add(
    cx: &Cx<'_>,
    pool: &Pool,
    batch: Batch,
    opened: &Opened<'_>,
    fresh: &Fresh,
    replaces: Option<&str>,
) -> Result<Batch> {
    let replaced = replaces.and_then(|cookie| key(pool, opened.host, cookie));
    let batch = match replaced {
        Some(key) => table::delete(batch, &pool.id, &key),
        None => batch,
    };
    let key = key(pool, opened.host, &fresh.value)
        .ok_or_else(|| Fault::Internal("a cookie of another form".into()))?;
    let created = opened.doc.auth_time.saturating_mul(SECOND);
    let lives = lifetime(pool, opened.client).saturating_mul(SECOND);
    let doc = BrowserDoc {
        seen: tracking::activity(cx, pool).map(|activity| activity.doc),
        host: opened.host.to_ascii_lowercase(),
        provider: opened.provider.to_owned(),
        client_id: opened.client.id.clone(),
        signed_in: opened.doc.clone(),
    };
    let row = BrowserSessionRow {
        user_id: opened.user_id.to_owned(),
        session_id: fresh.name.clone(),
        doc: serde_json::to_string(&doc)?,
        created,
        expires: created.saturating_add(lives),
        mac: None,
    };
    let row = browser::sign(pool, &key, row);
    Ok(table::insert(batch, &pool.id, &key, &row))
}

/// Begins the batch of an answer by a session: pool, user and session must be as they were read.
pub(super) fn require(cx: &Cx<'_>, pool: &Pool, session: &BrowserSession) -> Batch {
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let user = &session.user;
    let batch = guards::require_user_unchanged(batch, &pool.id, &user.id, user.ver);
    table::require_live(batch, &pool.id, &session.id, cx.now())
}

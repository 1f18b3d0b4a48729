//! New tokens for a refresh token, and its rotation (auth.md 5.5).

use cognate_shapes::{AuthenticationResultType, UserStatusType};
use cognate_store::tables::{groups, guards, sessions, users};
use cognate_store::{Batch, CommitError};

use crate::audit;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, ApiError, Fault, Result, auth, unconfirmed};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::signin::answer::Needed;
use crate::signin::secret_hash::ClientProof;
use crate::signin::{At, device, triggers};
use crate::tokens::claims::rotates;
use crate::tokens::grant::{Grant, scopes_of};
use crate::tokens::groups::GroupClaims;
use crate::tokens::issue;
use crate::tokens::pre_token::Source;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::session::{self, SessionDoc, Standing};
use crate::tokens::token_changes::TokenChanges;
use crate::tokens::{resource, revoke, tracking};

/// A request of the flows that trade a refresh token.
pub struct RefreshRequest {
    /// The refresh token.
    pub token: Needed<String>,
    /// The proof of the client.
    pub proof: ClientProof,
    /// The device that asks.
    pub device_key: Option<String>,
}

/// A genuine refresh token, and the session that it belongs to.
struct Live {
    token: RefreshToken,
    user: User,
    groups: GroupClaims,
    session: SessionDoc,
    /// The session as the tokens say it, where the client asks for less than it has.
    narrowed: Option<SessionDoc>,
    row: sessions::SessionRow,
}

impl Live {
    async fn sign(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        changes: &TokenChanges,
        refresh: Option<&RefreshToken>,
    ) -> Result<AuthenticationResultType> {
        let (user, groups) = (&self.user, &self.groups);
        let (id, session) = (&self.token.session_id, self.said());
        let grant = Grant::of_session(at.pool, at.client, user, groups, id, session, changes);
        issue::api_result(cx, &grant, refresh).await
    }

    /// Asks PreTokenGeneration about new tokens.
    async fn consult(&self, cx: &Cx<'_>, at: At<'_>, source: Source) -> Result<TokenChanges> {
        let user = (&self.user, &self.groups);
        triggers::before_renewal(cx, at, source, user, self.said()).await
    }

    /// Returns the session as the tokens say it.
    fn said(&self) -> &SessionDoc {
        self.narrowed.as_ref().unwrap_or(&self.session)
    }

    /// Leaves out the scopes that are not asked for, and names the resource that is, in these tokens alone (RFC 6749
    /// section 6, RFC 8707 section 2.2).
    ///
    /// # Errors
    /// InvalidParameterException for a scope that the session does not have, and for a resource that is not its own; the
    /// store's.
    async fn narrow(&mut self, cx: &Cx<'_>, at: At<'_>, asked: Narrowing<'_>) -> Result<()> {
        if asked.scope.is_none() && asked.resource.is_none() {
            return Ok(());
        }
        let own = scopes_of(&self.session);
        let scope = asked.scope.unwrap_or_default().split(' ');
        let scopes: Vec<&str> = scope.filter(|scope| !scope.is_empty()).collect();
        if let Some(foreign) = scopes.iter().find(|scope| !own.contains(scope)) {
            return Err(errors::sessions::scope_not_allowed(foreign).into());
        }
        let Some(mut authorized) = self.session.authorized.clone() else {
            return Ok(());
        };
        if !scopes.is_empty() {
            let is_asked = |scope: &String| scopes.contains(&scope.as_str());
            authorized.scopes.retain(is_asked);
        }
        if let Some(asked) = asked.resource {
            let granted = authorized.resource.as_deref();
            let named = resource::within(cx, (at.pool, at.client), granted, asked).await?;
            authorized.resource = Some(named);
        }
        let authorized = Some(authorized);
        if authorized != self.session.authorized {
            self.narrowed = Some(SessionDoc {
                authorized,
                ..self.session.clone()
            });
        }
        Ok(())
    }

    /// True if the caller named the device that the tokens were issued to, in pools that track devices. A browser's
    /// sign-in names none.
    fn comes_from_its_device(&self, pool: &Pool, given: Option<&str>) -> bool {
        self.session.authorized.is_some()
            || device::fits_session(pool, self.session.device_key.as_deref(), given)
    }

    /// Adds the time and the address of this use of the session, where sessions are tracked.
    fn touch(&self, cx: &Cx<'_>, pool: &Pool, batch: Batch) -> Batch {
        let token = &self.token;
        match tracking::activity(cx, pool) {
            Some(seen) => {
                sessions::touch(batch, &pool.id, &token.user_id, &token.session_id, &seen)
            }
            None => batch,
        }
    }
}

/// REFRESH_TOKEN_AUTH and REFRESH_TOKEN: new tokens, the refresh token stays.
///
/// # Errors
/// auth.md 6.4, settled C2, T20.
pub async fn by_flow(
    cx: &Cx<'_>,
    at: At<'_>,
    request: &RefreshRequest,
) -> Result<AuthenticationResultType> {
    let text = request.token.get()?;
    request.proof.check_present(at.client)?;
    let live = find(cx, at, text, auth::refresh_token_invalid).await?;
    if request.proof.names_a_user() {
        let names = [live.user.username.as_str(), live.user.id.as_str()];
        request.proof.check_any(at.client, &names)?;
    }
    if live.session.standing(live.token.generation, cx.now(), 0) != Standing::Current {
        return Err(auth::refresh_token_revoked().into());
    }
    if !live.comes_from_its_device(at.pool, request.device_key.as_deref()) {
        return Err(auth::refresh_token_invalid().into());
    }
    // ClientMetadata of InitiateAuth is not for this function (admin.md 3.2).
    let at = At {
        metadata: None,
        ..at
    };
    let changes = live.consult(cx, at, Source::Refresh).await?;
    renew(cx, at, &live, &changes, None).await
}

/// GetTokensFromRefreshToken: as [`by_flow`], and with rotation a new refresh token replaces the one used.
///
/// A token that was rotated out and comes again within the grace period is a retry: it gets the newest refresh token
/// once more. Later it means that two parties hold it, and the whole session ends. `device_key`: the device that asks.
///
/// # Errors
/// auth.md 5.5, 6.7, settled C2, T19, T20.
pub async fn by_operation(
    cx: &Cx<'_>,
    at: At<'_>,
    text: &str,
    device_key: Option<&str>,
) -> Result<AuthenticationResultType> {
    let request = Trade {
        text,
        device_key,
        source: Source::Authentication,
        narrowing: Narrowing::default(),
    };
    Ok(trade(cx, at, request).await?.result)
}

/// The token endpoint: as [`by_operation`], but PreTokenGeneration is told of a refresh, and nothing names a device.
///
/// # Errors
/// Those of [`by_operation`]; InvalidParameterException for a scope that the session does not have, and for another
/// resource than its own.
pub async fn by_endpoint(
    cx: &Cx<'_>,
    at: At<'_>,
    text: &str,
    narrowing: Narrowing<'_>,
) -> Result<Renewed> {
    let request = Trade {
        text,
        device_key: None,
        source: Source::Refresh,
        narrowing,
    };
    trade(cx, at, request).await
}

/// What the new tokens are to have less of than the session.
#[derive(Clone, Copy, Default)]
pub struct Narrowing<'a> {
    /// The scopes, separated by spaces; None or none for all of the session.
    pub scope: Option<&'a str>,
    /// The resource; None for the session's.
    pub resource: Option<&'a str>,
}

/// A refresh token and how it is traded.
struct Trade<'a> {
    text: &'a str,
    device_key: Option<&'a str>,
    source: Source,
    narrowing: Narrowing<'a>,
}

/// New tokens.
pub struct Renewed {
    /// The tokens.
    pub result: AuthenticationResultType,
    /// True if the access token is for one resource alone.
    pub names_resource: bool,
}

async fn trade(cx: &Cx<'_>, at: At<'_>, request: Trade<'_>) -> Result<Renewed> {
    let Trade {
        text,
        device_key,
        source,
        narrowing,
    } = request;
    let (pool, client) = (at.pool, at.client);
    let mut live = find(cx, at, text, auth::refresh_token_unusable).await?;
    let standing = live
        .session
        .standing(live.token.generation, cx.now(), grace(client));
    // Sessions of the API are not for the endpoint where devices are tracked, for it learns of none (endpoints.md 1.6).
    let at_endpoint = source == Source::Refresh;
    let misplaced =
        at_endpoint && live.session.authorized.is_none() && pool.doc.device_configuration.is_some();
    // A stolen token is noticed even without its device.
    let fits = !misplaced && live.comes_from_its_device(pool, device_key);
    if standing != Standing::Reused && !fits {
        return Err(auth::refresh_token_unusable().into());
    }
    if standing == Standing::Reused {
        let (user_id, session_id) = (&live.user.id, &live.token.session_id);
        let batch = revoke::session(Batch::new(), &pool.id, user_id, session_id);
        let batch = audit::record(cx, batch, &pool.id, Some(user_id));
        cx.commit(batch, |_| Fault::Stale).await?;
        return Err(unconfirmed::refresh_token_reused().into());
    }
    live.narrow(cx, at, narrowing).await?;
    let changes = live.consult(cx, at, source).await?;
    let names_resource = live.said().names_resource();
    let result = match (standing, rotates(client)) {
        (Standing::Current, true) => rotate(cx, at, live, &changes).await?,
        (Standing::Current, false) => renew(cx, at, &live, &changes, None).await?,
        _ => {
            let newest = RefreshToken {
                generation: live.session.generation,
                ..live.token.clone()
            };
            renew(cx, at, &live, &changes, Some(&newest)).await?
        }
    };
    Ok(Renewed {
        result,
        names_resource,
    })
}

/// Returns how long a rotated token may be used again, in microseconds.
fn grace(client: &Client) -> i64 {
    let rotation = client
        .doc
        .refresh_token_rotation
        .as_ref()
        .filter(|_| rotates(client));
    rotation
        .and_then(|r| r.retry_grace_period_seconds)
        .unwrap_or(0)
        .saturating_mul(SECOND)
}

async fn rotate(
    cx: &Cx<'_>,
    at: At<'_>,
    live: Live,
    changes: &TokenChanges,
) -> Result<AuthenticationResultType> {
    let (pool, client) = (at.pool, at.client);
    let next = live.session.rotated(cx.now());
    let token = RefreshToken {
        generation: next.generation,
        ..live.token.clone()
    };
    let row = sessions::SessionRow {
        doc: serde_json::to_string(&next)?,
        ..live.row.clone()
    };
    let row = session::sign(pool, &live.user.id, &token.session_id, row);
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let batch = sessions::update(batch, &pool.id, &live.user.id, &token.session_id, &row);
    let batch = live.touch(cx, pool, batch);
    let signing = live.sign(cx, at, changes, Some(&token));
    let (committed, signed) = tokio::join!(cx.store.commit(batch), signing);
    match committed {
        Ok(_) => signed,
        Err(CommitError::Conflict(label)) => {
            if label == guards::POOL_GONE {
                cx.cache.forget(&pool.id, Some(&client.id));
            }
            Err(Fault::Stale)
        }
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// Returns new tokens of a session that stays as it is; where sessions are tracked, its activity is noted before they
/// leave.
async fn renew(
    cx: &Cx<'_>,
    at: At<'_>,
    live: &Live,
    changes: &TokenChanges,
    refresh: Option<&RefreshToken>,
) -> Result<AuthenticationResultType> {
    let noted = live.touch(cx, at.pool, Batch::new());
    if noted.is_empty() {
        return live.sign(cx, at, changes, refresh).await;
    }
    let (committed, signed) = tokio::join!(
        cx.commit(noted, |_| Fault::Stale),
        live.sign(cx, at, changes, refresh)
    );
    committed?;
    signed
}

/// Opens the token and reads its user, session and groups in one round trip.
async fn find(cx: &Cx<'_>, at: At<'_>, text: &str, invalid: fn() -> ApiError) -> Result<Live> {
    let (pool, client) = (at.pool, at.client);
    let token = RefreshToken::open(pool, text).ok_or_else(invalid)?;
    if token.client_id != client.named() {
        return Err(auth::refresh_token_of_another_client().into());
    }
    if token.expires <= cx.now() {
        return Err(auth::refresh_token_expired().into());
    }
    let mut found = cx
        .store
        .read(&[
            users::by_id(&pool.id, &token.user_id),
            sessions::live(&pool.id, &token.user_id, &token.session_id, cx.now()),
            groups::of_user(&pool.id, &token.user_id),
        ])
        .await?
        .into_iter();
    let user = found.next().and_then(|rows| rows.into_iter().next());
    let session = found.next().and_then(|rows| rows.into_iter().next());
    let groups = GroupClaims::from_rows(pool, &token.user_id, found.next().unwrap_or_default())?;
    let user = user
        .map(|mut row| User::from_row(pool, &mut row))
        .transpose()?;
    let user = user.ok_or_else(errors::user_not_found)?;
    if !user.enabled {
        return Err(auth::user_disabled().into());
    }
    let reset = auth::password_reset_required();
    if user.status == UserStatusType::ResetRequired && cx.action.declares(reset.code) {
        return Err(reset.into());
    }
    let row = session.ok_or_else(auth::refresh_token_revoked)?;
    let (row, session) = session::read(pool, &token.user_id, &token.session_id, row)?;
    if row.client_id != client.id || !session.is_of(client) {
        return Err(auth::refresh_token_of_another_client().into());
    }
    if session.expired.is_some() {
        return Err(auth::refresh_token_expired().into());
    }
    Ok(Live {
        token,
        user,
        groups,
        session,
        narrowed: None,
        row,
    })
}

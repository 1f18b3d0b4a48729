//! The end of the grants that trade something for a user's tokens: an authorization code, the code of a device.

use cognate_store::Batch;
use cognate_store::tables::{groups, guards, users};

use crate::cx::Cx;
use crate::errors::oauth::{INVALID_GRANT, refused_by_function};
use crate::errors::{ErrorCode, Fault, Result};
use crate::oauth::outcome::Stop;
use crate::oauth::{Tokens, standing};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::clients::unused;
use crate::signin::{At, Surface, triggers};
use crate::tokens::grant::Grant;
use crate::tokens::groups::GroupClaims;
use crate::tokens::issue;
use crate::tokens::opened::OpenedSession;
use crate::tokens::pre_token::Source;
use crate::tokens::session::SessionDoc;

/// A grant that is good, as its row says.
pub(super) struct Granted<'a> {
    /// The pool.
    pub(super) pool: &'a Pool,
    /// The client that trades it.
    pub(super) client: &'a Client,
    /// The user who gave it.
    pub(super) user_id: &'a str,
    /// The id of the session to open, the same in every try of the action.
    pub(super) session_id: String,
    /// The document of that session.
    pub(super) session: SessionDoc,
    /// The value by which the client recognises its own request.
    pub(super) nonce: Option<&'a str>,
}

/// Opens the session of a grant and returns its tokens. `using_up` adds to the commit that the grant is used; a grant that
/// another request uses meanwhile must make it fail, so that the next run of the action finds it used.
///
/// # Errors
/// Faults. `invalid_grant` for a user who is gone or may not sign in any more; the refusals of PreTokenGeneration.
pub(super) async fn tokens(
    cx: &Cx<'_>,
    granted: Granted<'_>,
    using_up: impl FnOnce(Batch) -> Batch,
) -> std::result::Result<Tokens, Stop> {
    let Granted { pool, client, .. } = granted;
    let (user, groups) = read(cx, pool, granted.user_id).await?;
    let user = user.filter(|user| standing::is_good(user, &granted.session));
    let user = user.ok_or(INVALID_GRANT)?;
    let at = At {
        surface: Surface::Page,
        pool,
        client,
        metadata: None,
    };
    let (source, about) = (Source::HostedAuth, (&user, &groups));
    let asked = triggers::before_renewal(cx, at, source, about, &granted.session).await;
    let changes = asked.map_err(|fault| {
        Stop::worded(fault, |error| {
            is_of_function(error.code).then(|| refused_by_function(error.clone()))
        })
    })?;
    let (id, session) = (granted.session_id, granted.session);
    let opened = OpenedSession::new(cx, client, id, user.clone(), session);
    let batch = guards::require_pool_active_now(Batch::new(), &pool.id);
    let batch = guards::require_user_unchanged(batch, &pool.id, &user.id, user.ver);
    let batch = unused::note_use(cx, batch, client);
    let batch = opened.insert(cx, pool, using_up(batch))?;
    let (id, doc) = (&opened.id, &opened.doc);
    let grant = Grant {
        nonce: granted.nonce,
        ..Grant::of_session(pool, client, &user, &groups, id, doc, &changes)
    };
    let committing = cx.commit(batch, |label| {
        if label == guards::POOL_GONE {
            cx.cache.forget(&pool.id, Some(&client.id));
        }
        Fault::Stale
    });
    let (committed, signed) = tokio::join!(committing, issue::pair(cx, &grant));
    committed?;
    let pair = signed?;
    Ok(Tokens {
        scope: Tokens::scope_for(client, &pair.access, opened.doc.names_resource()),
        access: pair.access,
        id: pair.id,
        refresh: opened
            .doc
            .may_refresh()
            .then(|| opened.refresh.seal(pool, cx.now())),
        expires_in: client.access_token_seconds(),
    })
}

/// Reads a user and their groups in one round trip. The commit compares the user alone, as at every other signing of
/// tokens: a group that the user leaves meanwhile is in these tokens for the last time.
async fn read(cx: &Cx<'_>, pool: &Pool, user_id: &str) -> Result<(Option<User>, GroupClaims)> {
    let queries = [
        users::by_id(&pool.id, user_id),
        groups::of_user(&pool.id, user_id),
    ];
    let mut found = cx.store.read(&queries).await?.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let (user, groups) = (next(), next());
    let mut user = user.into_iter().next();
    let user = user.as_mut().map(|row| User::from_row(pool, row));
    let groups = GroupClaims::from_rows(pool, user_id, groups)?;
    Ok((user.transpose()?, groups))
}

/// True for the exceptions of the pool's functions.
pub(super) fn is_of_function(code: ErrorCode) -> bool {
    use ErrorCode as E;
    matches!(
        code,
        E::UserLambdaValidation | E::UnexpectedLambda | E::InvalidLambdaResponse
    )
}

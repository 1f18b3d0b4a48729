//! Authorization codes: how they are given out, and the grant `authorization_code` that trades them for tokens
//! (endpoints.md 1.4, 1.6; RFC 6749 sections 4.1.2, 4.1.3; RFC 7636).
//!
//! A code is good once, for five minutes. Its row stays for a day, so that a second use is noticed: it ends the session
//! that the first one opened. Of two uses at once one wins, and loses its session to the other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use cognate_crypto::{hash, random, secret};
use cognate_shapes::OAuthFlowType;
use cognate_store::Batch;
use cognate_store::tables::authorization_codes::{self as table, CodeRow};
use serde::{Deserialize, Serialize};

use crate::audit;
use crate::clock::{DAY, SECOND};
use crate::cx::Cx;
use crate::errors::Result;
use crate::errors::oauth::{INVALID_GRANT, INVALID_REQUEST, UNAUTHORIZED_CLIENT, about_resource};
use crate::oauth::authorization::Authorization;
use crate::oauth::authorization::scopes::is_readable;
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::redeem::{self, Granted};
use crate::oauth::{Credentials, Tokens, client};
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::tokens::session::SessionDoc;
use crate::tokens::{resource, revoke};

/// How long a code is good, in microseconds (endpoints.md 1.4).
const LIFETIME: i64 = 300 * SECOND;
/// How long a second use is noticed.
const REMEMBERED: i64 = DAY;
/// The length of a code.
const LENGTH: usize = 36;

/// A code and what it was given for, as the request says.
#[derive(Clone, Copy)]
pub struct CodeRequest<'a> {
    /// The code.
    pub code: Option<&'a str>,
    /// The redirect URI of the request for the code.
    pub redirect_uri: Option<&'a str>,
    /// The verifier of PKCE.
    pub code_verifier: Option<&'a str>,
    /// `resource`: that of the request for the code, or one if that had none (RFC 8707 section 2.2).
    pub resource: Option<&'a str>,
}

/// The document of an `authorization_codes` row.
#[derive(Serialize, Deserialize)]
struct Doc {
    client_id: String,
    redirect_uri: String,
    /// True if the request named the redirect URI, so that the exchange must.
    named: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    /// The session that the exchange opens.
    session_id: String,
    /// The end of the code, in microseconds.
    ends: i64,
    session: SessionDoc,
}

/// A new code, the same in every try of an action.
#[derive(Clone)]
pub(super) struct Fresh {
    code: String,
    session_id: String,
}

impl Fresh {
    /// Returns the code for a user.
    pub(super) fn of(cx: &Cx<'_>, user_id: &str) -> Self {
        cx.memory().once(&format!("code of {user_id}"), || Self {
            code: random::uuid_v4(),
            session_id: random::uuid_v4(),
        })
    }

    /// Returns the parameters of the answer.
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("code", self.code.clone())]
    }

    /// Adds the row of the code. `session`: the document of the session that its exchange opens.
    ///
    /// # Errors
    /// None in practice: the document always serialises.
    pub(super) fn add(
        &self,
        cx: &Cx<'_>,
        batch: Batch,
        authorization: &Authorization,
        user_id: &str,
        session: SessionDoc,
    ) -> Result<Batch> {
        let pool = &authorization.pool;
        let doc = Doc {
            client_id: authorization.client.named().to_owned(),
            redirect_uri: authorization.redirect_uri.clone(),
            named: authorization.names_redirect_uri,
            challenge: authorization.code_challenge.clone(),
            nonce: authorization.nonce.clone(),
            session_id: self.session_id.clone(),
            ends: cx.now().saturating_add(LIFETIME),
            session,
        };
        let mut row = CodeRow {
            user_id: user_id.to_owned(),
            doc: serde_json::to_string(&doc)?,
            used: false,
            created: cx.now(),
            expires: cx.now().saturating_add(REMEMBERED),
            mac: None,
        };
        let key = key(pool, &self.code);
        row.mac = Some(pool.sign(&row.signed(&key)));
        Ok(table::insert(batch, &pool.id, &key, &row))
    }
}

fn key(pool: &Pool, code: &str) -> String {
    hex::encode(pool.key.mac("authorization codes", code.as_bytes()))
}

/// Trades a code for tokens.
///
/// # Errors
/// Faults. Refusals, in this order: those of the client's proof; `invalid_request` without a code, and without the
/// redirect URI unless the request for the code named none; `invalid_grant` for a code that is unknown or another
/// client's, another redirect URI, another verifier, one too many or too few, a code that is used or over, and a user who
/// may not sign in any more; `unauthorized_client` for a client that lost the grant; the refusals of PreTokenGeneration.
pub async fn tokens(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: CodeRequest<'_>,
) -> Answer<Tokens> {
    settle(trade(cx, credentials, request).await)
}

async fn trade(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: CodeRequest<'_>,
) -> std::result::Result<Tokens, Stop> {
    let (pool, client) = client::authenticate_named(cx, credentials).await?;
    let given = |value: Option<&'_ str>| value.filter(|value| !value.is_empty()).map(str::to_owned);
    let code = given(request.code).ok_or(INVALID_REQUEST)?;
    let redirect_uri = given(request.redirect_uri);
    let key = key(&pool, &code);
    let found = match code.len() == LENGTH {
        true => find(cx, &pool, &key).await?,
        false => None,
    };
    let found = found.filter(|(_, doc)| doc.client_id == client.named());
    if redirect_uri.is_none() && found.as_ref().is_none_or(|(_, doc)| doc.named) {
        return Err(INVALID_REQUEST.into());
    }
    let (row, mut doc) = found.ok_or(INVALID_GRANT)?;
    let same_place = redirect_uri.is_none_or(|uri| uri == doc.redirect_uri);
    let verifier = given(request.code_verifier);
    if !same_place || !is_verified(doc.challenge.as_deref(), verifier.as_deref()) {
        return Err(INVALID_GRANT.into());
    }
    // Whoever comes here has all that belongs to the code, so that a second use is no third party's guess.
    if row.used {
        end_session(cx, &pool, &row.user_id, &doc.session_id).await?;
        return Err(INVALID_GRANT.into());
    }
    if doc.ends <= cx.now() {
        return Err(INVALID_GRANT.into());
    }
    // The URL of a document may be another app client's by now (agents.md 1.3).
    if !doc.session.is_of(&client) {
        return Err(INVALID_GRANT.into());
    }
    check_client(&client, &doc)?;
    if let (Some(asked), Some(authorized)) = (given(request.resource), &mut doc.session.authorized)
    {
        let granted = authorized.resource.as_deref();
        let bound = resource::within(cx, (&pool, &client), granted, &asked).await;
        let bound = bound.map_err(|fault| Stop::worded(fault, about_resource))?;
        authorized.resource = Some(bound);
    }
    exchange(cx, &pool, &client, Good { key, row, doc }).await
}

async fn find(cx: &Cx<'_>, pool: &Pool, key: &str) -> Result<Option<(CodeRow, Doc)>> {
    let row = cx.store.first(table::kept(&pool.id, key, cx.now())).await?;
    let Some(mut row) = row else {
        return Ok(None);
    };
    let row = CodeRow::read(&mut row)?;
    pool.check(&row.signed(key), row.mac.as_deref())?;
    let doc = serde_json::from_str(&row.doc)?;
    Ok(Some((row, doc)))
}

/// True if the verifier is the one of the challenge, or there is neither. A verifier without a challenge is refused: the
/// challenge may have been taken out of the request on its way (RFC 9700 section 4.8.2).
fn is_verified(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    let (challenge, verifier) = match (challenge, verifier) {
        (None, None) => return true,
        (Some(challenge), Some(verifier)) => (challenge, verifier),
        _ => return false,
    };
    let fits = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    let digest = BASE64URL.encode(hash::sha256(verifier.as_bytes()));
    fits && secret::ct_eq(digest.as_bytes(), challenge.as_bytes())
}

/// Ends the session of a code that was used before, unless it has ended.
async fn end_session(cx: &Cx<'_>, pool: &Pool, user_id: &str, session_id: &str) -> Result<()> {
    let batch = revoke::live_session(Batch::new(), &pool.id, user_id, session_id, cx.now());
    let batch = audit::record(cx, batch, &pool.id, Some(user_id));
    cx.wins(batch).await?;
    Ok(())
}

/// Requires that the client still has the grant, and that it may read what its scopes open.
fn check_client(client: &Client, doc: &Doc) -> std::result::Result<(), Stop> {
    if !client.doc.allowed_oauth_flows_user_pool_client {
        return Err(INVALID_GRANT.into());
    }
    let mut flows = client.doc.allowed_oauth_flows.iter().flatten();
    if !flows.any(|flow| *flow == OAuthFlowType::Code) {
        return Err(UNAUTHORIZED_CLIENT.into());
    }
    let authorized = doc.session.authorized.as_ref();
    let has = |scope: &str| authorized.is_some_and(|authorized| authorized.has(scope));
    let unreadable = |scope: &&str| has(scope) && !is_readable(client, scope);
    if ["email", "phone"].iter().any(unreadable) {
        return Err(INVALID_GRANT.into());
    }
    Ok(())
}

/// A code that is good, as its row was read.
struct Good {
    key: String,
    row: CodeRow,
    doc: Doc,
}

async fn exchange(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    good: Good,
) -> std::result::Result<Tokens, Stop> {
    let Good { key, row, doc } = good;
    let spent = CodeRow { used: true, ..row };
    let granted = Granted {
        pool,
        client,
        user_id: &spent.user_id,
        session_id: doc.session_id,
        session: doc.session,
        nonce: doc.nonce.as_deref(),
    };
    redeem::tokens(cx, granted, |batch| {
        table::spend(batch, &pool.id, &key, pool.sign(&spent.signed(&key)))
    })
    .await
}

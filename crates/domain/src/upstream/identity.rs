//! The user whom the other server's tokens name. The tokens must be that pool's for the client that was asked, and the two
//! ways to learn who it is must agree.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::id_token::{self, Expected, Refused};
use cognate_federation::oidc::keys::{self, Keys};
use cognate_federation::oidc::social::Kind;
use cognate_outbound::Limits;
use cognate_store::tables::users;
use serde_json::{Map, Value, json};

use crate::app::provider_keys::SetName;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::facts::factor::MfaFactor;
use crate::records::pool::Pool;
use crate::records::upstream::{Theirs, Upstream};
use crate::upstream::call::{Failure, PATIENCE, ask};

/// The bounds of a call for their keys.
const KEYS: Limits = Limits {
    total: PATIENCE,
    connect: PATIENCE,
    bytes: 256 << 10,
    content_type: None,
};
/// The time for which the end of their session is waited for; it will end by itself otherwise.
const REVOCATION: Duration = Duration::from_secs(1);
/// The most characters of a user name.
const LONGEST_NAME: usize = 128;
/// The most groups and attributes that are read.
const MOST: usize = 200;

/// A user as the other server knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    /// `sub`, of the form of a user id.
    pub sub: String,
    /// Their user name.
    pub username: String,
    /// The attributes that are told.
    pub attributes: BTreeMap<String, String>,
    /// The names of their groups.
    pub groups: Vec<String>,
    /// The second factors that are on.
    pub factors: Vec<MfaFactor>,
    /// The one that is preferred.
    pub preferred: Option<MfaFactor>,
    /// When their sign-in there was, in seconds since 1970.
    pub auth_time: i64,
}

/// The tokens of a sign-in there.
#[derive(Debug)]
pub(super) struct Tokens {
    pub id: SecretString,
    pub access: SecretString,
    pub refresh: Option<SecretString>,
}

/// Returns the user whom tokens name.
pub(super) async fn of_tokens(
    cx: &Cx<'_>,
    pool: &Pool,
    upstream: &Upstream,
    theirs: Theirs<'_>,
    tokens: &Tokens,
) -> Result<Person, Failure> {
    let claims = check(cx, pool, upstream, theirs, tokens).await?;
    let lie = |what: &str| Failure::Down(format!("its tokens cannot be used: {what}"));
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("token_use") != "id" {
        return Err(lie("no ID token"));
    }
    let (sub, username) = (text("sub").to_owned(), text("cognito:username").to_owned());
    if !users::looks_like_id(&sub) || username.is_empty() {
        return Err(lie("the sub is no user id, or there is no user name"));
    }
    if username.chars().count() > LONGEST_NAME {
        return Err(lie("the user name is too long"));
    }
    let input = json!({"AccessToken": tokens.access.expose()});
    let told = ask(cx, upstream, "GetUser", &input, false).await?;
    let mut attributes = attributes(told.get("UserAttributes"));
    if told.get("Username").and_then(Value::as_str) != Some(username.as_str())
        || attributes.get("sub") != Some(&sub)
    {
        return Err(lie("GetUser tells another user"));
    }
    let factors = texts(told.get("UserMFASettingList"));
    let preferred = told.get("PreferredMfaSetting").and_then(Value::as_str);
    if upstream.doc.access_key.is_some() {
        let input = json!({"UserPoolId": upstream.user_pool, "Username": username});
        let all = ask(cx, upstream, "AdminGetUser", &input, true).await?;
        let all = self::attributes(all.get("UserAttributes"));
        if all.get("sub") == Some(&sub) {
            attributes = all;
        }
    }
    attributes.remove("sub");
    Ok(Person {
        groups: texts(claims.get("cognito:groups")),
        factors: factors.iter().filter_map(|f| MfaFactor::parse(f)).collect(),
        preferred: preferred.and_then(MfaFactor::parse),
        auth_time: claims.get("auth_time").and_then(Value::as_i64).unwrap_or(0),
        sub,
        username,
        attributes,
    })
}

/// Ends a session there that nobody but this server has. That it does not end at once is no fault.
pub(super) async fn end_session(
    cx: &Cx<'_>,
    upstream: &Upstream,
    theirs: Theirs<'_>,
    tokens: &Tokens,
) {
    let Some(refresh) = &tokens.refresh else {
        return;
    };
    let mut input = json!({"ClientId": theirs.id, "Token": refresh.expose()});
    if let (Some(secret), Some(input)) = (theirs.secret, input.as_object_mut()) {
        input.insert("ClientSecret".to_owned(), json!(secret.expose()));
    }
    let ended = ask(cx, upstream, "RevokeToken", &input, false);
    let ended = tokio::time::timeout(REVOCATION, ended).await;
    if !matches!(ended, Ok(Ok(_))) {
        tracing::debug!(upstream = %upstream.user_pool, "a session there was not ended");
    }
}

/// Returns a list of attributes by name.
pub(super) fn attributes(list: Option<&Value>) -> BTreeMap<String, String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let pair = |one: &Value| {
        let text = |name: &str| one.get(name)?.as_str().map(str::to_owned);
        Some((text("Name")?, text("Value")?))
    };
    list.take(MOST).filter_map(pair).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let texts = list.filter_map(|one| one.as_str().map(str::to_owned));
    texts.take(MOST).collect()
}

/// Returns the claims of an ID token of the other pool for its client.
async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    upstream: &Upstream,
    theirs: Theirs<'_>,
    tokens: &Tokens,
) -> Result<Map<String, Value>, Failure> {
    let url = format!("{}/.well-known/jwks.json", upstream.doc.issuer);
    let name = SetName::of_upstream(&pool.id, upstream, &url);
    let now = cx.now().div_euclid(SECOND);
    let keys = match cx.provider_keys.get(&name, now) {
        Some(keys) => keys,
        None => fetch(cx, &name, &url, now).await?,
    };
    let refused = match verify(cx, upstream, theirs, tokens, keys, now).await {
        Ok(claims) => return Ok(claims),
        Err(refused) => refused,
    };
    let again = match cx.provider_keys.fetch_again(&name, &refused, now) {
        true => {
            let keys = fetch(cx, &name, &url, now).await?;
            verify(cx, upstream, theirs, tokens, keys, now).await
        }
        false => Err(refused),
    };
    again.map_err(|refused| Failure::Down(format!("its tokens cannot be used: {refused}")))
}

async fn verify(
    cx: &Cx<'_>,
    upstream: &Upstream,
    theirs: Theirs<'_>,
    tokens: &Tokens,
    keys: Arc<Keys>,
    now: i64,
) -> Result<Map<String, Value>, Refused> {
    let (token, access) = (tokens.id.duplicate(), tokens.access.duplicate());
    let (issuer, client_id) = (upstream.doc.issuer.clone(), theirs.id.to_owned());
    let work = move || {
        let expected = Expected {
            kind: Kind::Oidc,
            issuers: &[issuer.as_str()],
            client_id: &client_id,
            client_secret: None,
            nonce: None,
            access_token: Some(&access),
            now,
        };
        id_token::presented(token.expose(), &keys, &expected)
    };
    let claims = cx.workers.run(work).await?;
    Ok(claims.into_members())
}

async fn fetch(cx: &Cx<'_>, name: &SetName, url: &str, now: i64) -> Result<Arc<Keys>, Failure> {
    let body = cx.outbound.get(url, KEYS).await?;
    let read = cx.workers.run(move || keys::read(&body)).await;
    let keys = read.map_err(|error| Failure::Down(format!("its keys: {error}")))?;
    Ok(cx.provider_keys.put(name, keys, now))
}

//! Providers that speak OAuth 2.0: OpenID providers and the social ones (endpoints.md 4.3).

use std::sync::Arc;

use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::answer::Answer;
use cognate_federation::oidc::authorize::{self, challenge};
use cognate_federation::oidc::claims::Claims;
use cognate_federation::oidc::exchange::{self, Exchange, Tokens};
use cognate_federation::oidc::id_token::{self, Expected};
use cognate_federation::oidc::keys::{self, Keys};
use cognate_federation::oidc::social::Kind;
use cognate_federation::oidc::{apple, profile, userinfo};
use cognate_shapes::IdentityProviderTypeType;
use serde_json::{Map, Value};

use crate::app::provider_keys::SetName;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::unconfirmed::federation as unconfirmed;
use crate::federation::mapping;
use crate::oauth::authorization::Authorization;
use crate::oauth::provider::calls::{self, Answered, read};
use crate::oauth::provider::explain::{self, Compared, marked};
use crate::oauth::provider::refusal::{Endpoint, Refused, Stop};
use crate::oauth::provider::request::{Begun, Pending};
use crate::records::assurance::Level;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

/// The path to which a provider sends the browser back.
pub const RESPONSE: &str = "/oauth2/idpresponse";

/// Parameters of a provider's answer, not encoded.
pub type Pairs = Vec<(String, String)>;

/// What a provider says of a user, checked.
pub(super) struct Told {
    pub(super) subject: String,
    /// Of all documents, the ID token's first.
    pub(super) claims: Map<String, Value>,
    pub(super) token_response: Map<String, Value>,
    pub(super) id_token: Option<Map<String, Value>>,
    pub(super) user_info: Option<Map<String, Value>>,
    /// How surely the provider knew the user, where it has AcrMapping.
    pub(super) level: Option<Level>,
}

/// Returns the level that a signed claim `acr` says by AcrMapping; None where the provider has no mapping or says nothing.
fn level(provider: &Provider, id_token: &Claims) -> Option<Level> {
    let mapping = provider.doc.acr.as_ref();
    let mapping = mapping.filter(|mapping| !mapping.is_empty())?;
    let said = id_token.get("acr")?;
    // What is no text is no value that the mapping could have.
    Some(Level::said(mapping, said.as_str().unwrap_or_default()))
}

/// Returns the wished-for levels in the words of a provider with AcrMapping, the most wanted first.
fn acr_values(provider: &Provider, wanted: &[Level]) -> Option<String> {
    let mapping = provider.doc.acr.as_ref()?;
    let values = wanted.iter().filter_map(|level| level.at_provider(mapping));
    let values: Vec<&str> = values.collect();
    (!values.is_empty()).then(|| values.join(" "))
}

/// Returns the kind of a provider; None for SAML.
pub(super) fn kind(provider: &Provider) -> Option<Kind> {
    use IdentityProviderTypeType as T;
    match provider.doc.kind {
        T::Oidc => Some(Kind::Oidc),
        T::Google => Some(Kind::Google),
        T::Facebook => Some(Kind::Facebook),
        T::LoginWithAmazon => Some(Kind::LoginWithAmazon),
        T::SignInWithApple => Some(Kind::SignInWithApple),
        T::Saml => None,
    }
}

pub(super) fn detail<'p>(provider: &'p Provider, name: &str) -> &'p str {
    provider.doc.details.get(name).map_or("", String::as_str)
}

pub(super) fn pkce(provider: &Provider, kind: Kind) -> bool {
    let found = provider.doc.discovered.as_ref();
    kind.uses_pkce(found.is_some_and(|found| found.pkce))
}

/// Returns the URL to which the browser is sent.
pub(super) fn location(
    authorization: &Authorization,
    provider: &Provider,
    kind: Kind,
    base_url: &str,
    begun: &Begun,
) -> String {
    let challenge = pkce(provider, kind).then(|| challenge(&begun.secrets.verifier));
    let prompt = authorization.prompt.for_provider();
    let acr_values = acr_values(provider, &authorization.wanted);
    let ask = authorize::Ask {
        redirect_uri: &format!("{base_url}{RESPONSE}"),
        state: &begun.handle,
        nonce: &begun.secrets.nonce,
        challenge: challenge.as_deref(),
        login_hint: authorization.login_hint.as_deref(),
        prompt: prompt.as_deref(),
        acr_values: acr_values.as_deref(),
    };
    let to = authorize::Provider {
        kind,
        client_id: detail(provider, "client_id"),
        authorize_url: detail(provider, "authorize_url"),
        scopes: detail(provider, "authorize_scopes"),
    };
    authorize::url(&to, &ask)
}

/// Reads a provider's answer, trades its code, and checks what that gives (../docs/FEDERATION.md).
pub(super) async fn told(
    cx: &Cx<'_>,
    pool: &Pool,
    pending: &Pending,
    kind: Kind,
    pairs: &Pairs,
) -> std::result::Result<Told, Stop> {
    let provider = &pending.provider;
    let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
    let answer = Answer::read(pairs).map_err(|twice| {
        let words = format!("The provider's answer: {twice}.");
        Refused::request(
            unconfirmed::INVALID_ANSWER,
            marked(&words, "oauth.answer", None),
        )
    })?;
    let issuer = issuer(provider);
    let issuers = kind.issuers(&issuer);
    let found = provider.doc.discovered.as_ref();
    let names_itself = found.is_some_and(|found| found.names_itself);
    let code = answer
        .code(&issuers, names_itself)
        .map_err(|no_code| Refused::no_code(&no_code))?;
    let now = cx.now().div_euclid(SECOND);
    let secret = client_secret(provider, kind, now)?;
    let secrets = pending.secrets(pool);
    let asked = exchange::request(&Exchange {
        kind,
        token_url: detail(provider, "token_url"),
        client_id: detail(provider, "client_id"),
        client_secret: secret.as_ref(),
        code,
        redirect_uri: &format!("{}{RESPONSE}", pending.base_url()),
        verifier: pkce(provider, kind).then_some(secrets.verifier.as_str()),
        basic: found.is_some_and(|found| found.basic),
    });
    let answered = calls::ask(cx, "token", pending.key(), &asked).await?;
    let answered = answered.map_err(|error| Refused::unanswered(Endpoint::Token, &error))?;
    let Answered { status, body } = answered;
    let tokens = read(cx, body.len(), move || exchange::read(kind, status, &body)).await?;
    let tokens = tokens.map_err(|said| Refused::no_tokens(provider, &said))?;
    let claims = match &tokens.id_token {
        Some(token) => {
            let checked = Checked {
                kind,
                issuers: issuers.iter().map(|&name| name.to_owned()).collect(),
                came: Came::ForCode {
                    nonce: secrets.nonce.clone(),
                    access_token: tokens.access_token.as_ref().map(SecretString::duplicate),
                },
            };
            let origin = (pool, provider, pending.key());
            let checked = check(cx, origin, checked, token).await?;
            Some(checked.map_err(|(refused, compared)| {
                Refused::bad_id_token(token, refused, compared.as_ref())
            })?)
        }
        None => None,
    };
    let level = claims.as_ref().and_then(|claims| level(provider, claims));
    let info = profile(cx, pending, kind, claims.as_ref(), &tokens, secret.as_ref()).await?;
    let id_token = claims.as_ref().map(|claims| claims.members().clone());
    let user_info = info.as_ref().map(|info| info.members().clone());
    let mut claims = match (claims, info) {
        (claims, Some(info)) => userinfo::merge(claims, info).map_err(|other| {
            let words = format!("The provider's userInfo endpoint: {other}.");
            let check = marked(&words, "oauth.userinfo", None);
            Refused::request(unconfirmed::INVALID_USER_INFO, check)
        })?,
        (Some(claims), None) => claims,
        (None, None) => return Err(Refused::no_subject().into()),
    };
    if kind == Kind::SignInWithApple
        && let Some(name) = answer.user.and_then(apple::first_name)
    {
        apple::add_name(&mut claims, &name);
    }
    let subject = claims.subject(kind.subject_claim());
    let subject = subject.ok_or_else(Refused::no_subject)?.to_owned();
    let claims = claims.into_members();
    Ok(Told {
        subject,
        claims,
        token_response: tokens.members().clone(),
        id_token,
        user_info,
        level,
    })
}

/// Checks an ID token that a client presents, and returns what it says with its end, in seconds since 1970. It was issued
/// to this server's client at the provider, as one of a sign-in is. MACs do not count: everybody whom DescribeIdentityProvider
/// shows the client secret could make one, and no call to the provider vouches for it here.
pub(super) async fn presented(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    token: &str,
) -> std::result::Result<std::result::Result<(Told, i64), BadToken>, Stop> {
    let kind = Kind::Oidc;
    let issuer = issuer(provider);
    let issuers = kind.issuers(&issuer);
    let checked = Checked {
        kind,
        issuers: issuers.iter().map(|&name| name.to_owned()).collect(),
        came: Came::Presented,
    };
    let secret = SecretString::new(token.to_owned());
    // Two tokens of one request may be of two providers on one host.
    let claims = match check(cx, (pool, provider, &provider.id), checked, &secret).await? {
        Ok(claims) => claims,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(ends) = id_token::end(&claims) else {
        return Ok(Err((id_token::Refused::NoEnd, None)));
    };
    let Some(subject) = claims.subject(kind.subject_claim()).map(str::to_owned) else {
        return Ok(Err((id_token::Refused::Subject, None)));
    };
    let level = level(provider, &claims);
    let claims = claims.into_members();
    let told = Told {
        subject,
        id_token: Some(claims.clone()),
        claims,
        // A mapping may take the token itself.
        token_response: [("id_token".to_owned(), token.into())]
            .into_iter()
            .collect(),
        user_info: None,
        level,
    };
    Ok(Ok((told, ends)))
}

/// Returns the issuer as the provider's tokens have it.
pub(super) fn issuer(provider: &Provider) -> String {
    match &provider.doc.discovered {
        Some(found) => found.issuer.clone(),
        None => detail(provider, "oidc_issuer").to_owned(),
    }
}

/// Returns what proves this server to the provider.
fn client_secret(
    provider: &Provider,
    kind: Kind,
    now: i64,
) -> std::result::Result<Option<SecretString>, Stop> {
    if kind != Kind::SignInWithApple {
        let secret = provider.secrets.get("client_secret");
        return Ok(secret.map(SecretString::duplicate));
    }
    let text = provider.secrets.get("private_key");
    let key = text.and_then(|text| apple::private_key(text).ok());
    let key = key.ok_or_else(|| {
        let words = "The provider's private_key is no P-256 key in PKCS #8.";
        let check = marked(words, "oauth.private_key", None);
        Refused::request(unconfirmed::NO_CLIENT_SECRET, check)
    })?;
    let (team, id) = (detail(provider, "team_id"), detail(provider, "key_id"));
    let client = detail(provider, "client_id");
    Ok(Some(apple::client_secret(&key, team, id, client, now)))
}

/// Calls the endpoint for the user's claims, where the provider has one that is worth a call.
async fn profile(
    cx: &Cx<'_>,
    pending: &Pending,
    kind: Kind,
    id_token: Option<&Claims>,
    tokens: &Tokens,
    secret: Option<&SecretString>,
) -> std::result::Result<Option<Claims>, Stop> {
    let provider = &pending.provider;
    let (url, access_token) = (detail(provider, "attributes_url"), &tokens.access_token);
    let Some(access_token) = access_token.as_ref().filter(|_| !url.is_empty()) else {
        return Ok(None);
    };
    let mapped = mapping::claims(provider);
    let asked = profile::request(&profile::Ask {
        kind,
        url,
        add_attributes: detail(provider, "attributes_url_add_attributes") == "true",
        post: detail(provider, "attributes_request_method") == "POST",
        mapped: &mapped,
        id_token,
        access_token,
        client_secret: secret,
    });
    let Some(asked) = asked else {
        return Ok(None);
    };
    let answered = calls::ask(cx, "userinfo", pending.key(), &asked).await?;
    let Answered { status, body } =
        answered.map_err(|error| Refused::unanswered(Endpoint::UserInfo, &error))?;
    let claims = read(cx, body.len(), move || userinfo::read(kind, status, &body)).await?;
    let claims = claims.map_err(|said| Refused::no_claims(provider, &said))?;
    Ok(Some(claims))
}

/// What an ID token is compared with, besides the provider's own settings.
struct Checked {
    kind: Kind,
    issuers: Vec<String>,
    came: Came,
}

/// The way on which an ID token came.
enum Came {
    /// From the provider itself, for the code of a sign-in.
    ForCode {
        nonce: String,
        access_token: Option<SecretString>,
    },
    /// From a client.
    Presented,
}

/// The check that an ID token did not pass, and what it compared.
pub(super) type BadToken = (id_token::Refused, Option<Compared>);

/// A provider of a pool, and the sign-in for which its keys may be fetched.
type Origin<'a> = (&'a Pool, &'a Provider, &'a str);

/// Checks an ID token with the provider's keys, which are fetched again once where it names one that is not among them.
/// The inner refusal is that of the token.
async fn check(
    cx: &Cx<'_>,
    origin: Origin<'_>,
    checked: Checked,
    token: &SecretString,
) -> std::result::Result<std::result::Result<Claims, BadToken>, Stop> {
    let (pool, provider, _) = origin;
    let checked = Arc::new(checked);
    let now = cx.now().div_euclid(SECOND);
    let name = SetName::new(&pool.id, provider, keys_url(provider));
    let keys = match cx.provider_keys.get(&name, now) {
        Some(keys) => keys,
        None => fetch_keys(cx, origin, &name, "keys").await?,
    };
    let run = async |keys: Arc<Keys>| {
        let (token, checked) = (token.duplicate(), checked.clone());
        let client_id = detail(provider, "client_id").to_owned();
        let secret = provider
            .secrets
            .get("client_secret")
            .map(SecretString::duplicate);
        let work = move || {
            let issuers: Vec<&str> = checked.issuers.iter().map(String::as_str).collect();
            let expected = Expected {
                kind: checked.kind,
                issuers: &issuers,
                client_id: &client_id,
                client_secret: None,
                nonce: None,
                access_token: None,
                now,
            };
            let compare = |refused, expected: &Expected<'_>| {
                let ids: Vec<&str> = keys.ids().collect();
                let compared = explain::id_token_compared(refused, expected, &ids, token.expose());
                (refused, compared)
            };
            match &checked.came {
                Came::ForCode {
                    nonce,
                    access_token,
                } => {
                    let expected = Expected {
                        client_secret: secret.as_ref(),
                        nonce: Some(nonce.as_str()),
                        access_token: access_token.as_ref(),
                        ..expected
                    };
                    let read = id_token::check(token.expose(), &keys, &expected);
                    read.map_err(|refused| compare(refused, &expected))
                }
                Came::Presented => id_token::presented(token.expose(), &keys, &expected)
                    .map_err(|refused| compare(refused, &expected)),
            }
        };
        cx.workers.run(work).await
    };
    let refused = match run(keys).await {
        Ok(claims) => return Ok(Ok(claims)),
        Err(refused) => refused,
    };
    match cx.provider_keys.fetch_again(&name, &refused.0, now) {
        false => Ok(Err(refused)),
        true => Ok(run(fetch_keys(cx, origin, &name, "keys again").await?).await),
    }
}

async fn fetch_keys(
    cx: &Cx<'_>,
    (_, provider, subject): Origin<'_>,
    name: &SetName,
    point: &str,
) -> std::result::Result<Arc<Keys>, Stop> {
    let url = keys_url(provider);
    let answered = calls::fetch(cx, point, subject, url).await?;
    let answered = answered.map_err(|error| Refused::unanswered(Endpoint::Keys, &error))?;
    if answered.status != 200 {
        let words = format!("The provider's keys: status {}.", answered.status);
        let check = marked(&words, "oauth.keys", None);
        return Err(Refused::request(unconfirmed::NO_KEYS, check).into());
    }
    let body = answered.body;
    let keys = read(cx, body.len(), move || keys::read(&body)).await?;
    let keys = keys.map_err(|error| {
        let words = format!("The provider's keys: {error}.");
        Refused::request(unconfirmed::NO_KEYS, marked(&words, "oauth.keys", None))
    })?;
    let now = cx.now().div_euclid(SECOND);
    Ok(cx.provider_keys.put(name, keys, now))
}

/// Returns the URL of the provider's keys. The social ones that sign tokens do not say it in their settings.
pub(super) fn keys_url(provider: &Provider) -> &str {
    use IdentityProviderTypeType as T;
    match (detail(provider, "jwks_uri"), provider.doc.kind) {
        ("", T::Google) => "https://www.googleapis.com/oauth2/v3/certs",
        ("", T::SignInWithApple) => "https://appleid.apple.com/auth/keys",
        (url, _) => url,
    }
}

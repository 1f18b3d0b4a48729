//! Providers that speak SAML 2.0 (endpoints.md 4.4).
//!
//! A provider posts its answer, so that it comes without the cookie of the browser. The answer is checked there, and what
//! it says, or why it is refused, is kept sealed until the browser fetches it by a GET that has the cookie.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::hash;
use cognate_crypto::secret::SecretBytes;
use cognate_federation::saml::refused;
use cognate_federation::saml::request::{self as message, Authn, Message};
use cognate_federation::saml::response::{self, Asked, Expected, Login};
use cognate_shapes::IdentityProviderTypeType;
use cognate_store::tables::domains;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::authorization::Authorization;
use crate::oauth::provider::calls::read;
use crate::oauth::provider::explain::{self, Compared};
use crate::oauth::provider::kept::SECONDS;
use crate::oauth::provider::refusal::Refused;
use crate::oauth::provider::request::{Begun, Pending};
use crate::records::domain;
use crate::records::pool::Pool;
use crate::records::provider::{ENCRYPTION_KEY, Provider};
use crate::resources::domains::url as domain_url;

/// The path to which a provider posts its answers, and from which the browser fetches them.
pub const RESPONSE: &str = "/saml2/idpresponse";
/// The path of the token endpoint.
const TOKEN: &str = "/oauth2/token";
/// The path to which messages about sign-outs come.
pub const LOGOUT: &str = "/saml2/logout";
/// RequestSigningAlgorithm of a provider whose requests are signed.
const SIGNED: &str = "rsa-sha256";

/// True if a provider speaks SAML.
pub fn speaks(provider: &Provider) -> bool {
    provider.doc.kind == IdentityProviderTypeType::Saml
}

/// Returns the name of a pool at its providers, which is the audience of their assertions.
pub fn entity_id(pool: &Pool) -> String {
    format!("urn:amazon:cognito:sp:{}", pool.id)
}

pub(super) fn says(provider: &Provider, name: &str, value: &str) -> bool {
    let detail = provider.doc.details.get(name);
    detail.is_some_and(|detail| detail == value)
}

/// True if requests to sign in at a provider are signed.
pub(super) fn signs_requests(provider: &Provider) -> bool {
    says(provider, "RequestSigningAlgorithm", SIGNED)
}

/// True if the provider is told when its users sign out.
pub(super) fn is_told_of_sign_outs(provider: &Provider) -> bool {
    speaks(provider) && says(provider, "IDPSignout", "true")
}

/// Returns the URLs of [`LOGOUT`] for a pool: on the domain of a pool the first one says all; elsewhere pools that have the
/// same provider need the second.
pub(super) fn logout_urls(pool: &Pool, base_url: &str) -> [String; 2] {
    let plain = format!("{base_url}{LOGOUT}");
    let named = format!("{plain}?user_pool_id={}", pool.id);
    [plain, named]
}

/// Returns the URL to which the browser is sent with a request to sign in.
pub(super) async fn location(
    cx: &Cx<'_>,
    authorization: &Authorization,
    provider: &Provider,
    base_url: &str,
    begun: &Begun,
) -> Result<String> {
    let pool = &authorization.pool;
    let metadata = provider.doc.metadata.as_ref().ok_or_else(no_metadata)?;
    let document = message::authn(&Authn {
        id: &begun.secrets.request_id,
        now: cx.now().div_euclid(SECOND),
        destination: &metadata.sso_redirect,
        acs: &format!("{base_url}{RESPONSE}"),
        issuer: &entity_id(pool),
        // `prompt` goes on to the provider (endpoints.md 4.3); this is how SAML says it.
        force: authorization.prompt.login,
    });
    let to = metadata.sso_redirect.clone();
    let relay = begun.handle.clone();
    if !signs_requests(provider) {
        let asked = Message::Request(&document);
        return Ok(message::redirect(&to, asked, &relay, None));
    }
    let signers = cx.cached_signers(pool).await?;
    let sign = move || {
        let asked = Message::Request(&document);
        message::redirect(&to, asked, &relay, Some(&signers.id.key))
    };
    Ok(cx.workers.run(sign).await)
}

fn no_metadata() -> Fault {
    Fault::Internal("a SAML provider without metadata".to_owned())
}

/// What a checked answer says, or why it is refused.
#[derive(Serialize, Deserialize)]
pub(super) enum Told {
    /// Somebody signed in.
    Login(Login),
    /// The answer is refused.
    Refused {
        /// What the client is told.
        text: String,
        /// The check that failed.
        check: String,
    },
}

impl Told {
    /// Returns the login.
    pub(super) fn into_login(self) -> std::result::Result<Login, Refused> {
        match self {
            Self::Login(login) => Ok(login),
            Self::Refused { text, check } => Err(Refused::server(text, check)),
        }
    }

    /// Returns the answer as a row keeps it: nobody reads in the database what a provider encrypted to us, and no answer
    /// of another protocol, or to another request, is taken for it.
    pub(super) fn seal(&self, pool: &Pool, pending: &Pending) -> Result<Value> {
        let plain = SecretBytes::new(serde_json::to_vec(self)?);
        let sealed = pool.key.seal(&pending.context(pool), plain.expose());
        Ok(STANDARD.encode(sealed).into())
    }

    /// Returns the answer that was kept; None if there is none.
    pub(super) fn kept(pool: &Pool, pending: &Pending) -> Result<Option<Self>> {
        let Some(Value::String(sealed)) = pending.kept_answer() else {
            return Ok(None);
        };
        let sealed = STANDARD
            .decode(sealed)
            .map_err(|error| Fault::Internal(format!("a kept answer: {error}")))?;
        let plain = pool.key.open(&pending.context(pool), &sealed)?;
        Ok(Some(serde_json::from_slice(plain.expose())?))
    }
}

/// True if sign-ins may begin at the provider (IDPInit).
pub(super) fn may_begin(provider: &Provider) -> bool {
    speaks(provider) && says(provider, "IDPInit", "true")
}

/// An answer as it was posted.
#[derive(Clone, Copy)]
pub(super) struct Posted<'a> {
    /// The URL of this server under which its sign-in is.
    pub(super) base_url: &'a str,
    /// The ID of the request that it answers; None if nobody asked.
    pub(super) request_id: Option<&'a str>,
    /// SAMLResponse.
    pub(super) message: &'a str,
}

/// Checks an answer (../docs/FEDERATION.md).
pub(super) async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    posted: Posted<'_>,
) -> Result<Told> {
    let acs = format!("{}{RESPONSE}", posted.base_url);
    let request_id = posted.request_id.map(str::to_owned);
    let read = judge(
        cx,
        pool,
        provider,
        posted.message,
        move |message, expected| {
            let request = request_id.as_deref();
            let expected = Expected {
                acs: &acs,
                request: request.map_or(Asked::Unsolicited, Asked::Request),
                ..expected
            };
            response::read(message, &expected).map_err(|refused| {
                let compared = explain::saml_compared(&refused, &expected, message);
                (refused, compared)
            })
        },
    );
    Ok(match read.await? {
        Ok(login) => Told::Login(login),
        Err((refused, compared)) => {
            let Refused { error, check } = Refused::bad_answer(&refused, compared.as_ref());
            Told::Refused {
                text: error.description.unwrap_or_default().into_owned(),
                check: check.into_owned(),
            }
        }
    })
}

/// The check that an answer did not pass, and what it compared.
pub(super) type BadAnswer = (refused::Refused, Option<Compared>);

/// Checks an assertion that a client presents as a token. It may be meant for each URL at which this server takes those of
/// the pool.
pub(super) async fn presented(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    token: &str,
) -> Result<std::result::Result<Login, BadAnswer>> {
    let urls = recipients(cx, pool).await?;
    judge(cx, pool, provider, token, move |token, expected| {
        let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
        let Some((acs, others)) = urls.split_first() else {
            return Err((refused::Refused::Recipient, None));
        };
        let expected = Expected {
            acs,
            request: Asked::Presented(others),
            ..expected
        };
        response::presented(token, &expected).map_err(|refused| {
            let compared = explain::saml_compared(&refused, &expected, token);
            (refused, compared)
        })
    })
    .await
}

/// Returns the URLs that assertions may be meant for: where browsers post those of a sign-in, which providers know, and
/// the token endpoint (RFC 7522 section 3), below each URL that leads to this server and the pool.
async fn recipients(cx: &Cx<'_>, pool: &Pool) -> Result<Vec<String>> {
    let here = [&cx.client_info.base_url, &cx.settings.public_url];
    let mut bases: Vec<String> = here.into_iter().flatten().cloned().collect();
    let (sql, params) = domains::of_pool(&pool.id);
    for row in cx.store.rows(sql, params).await? {
        bases.extend(domain_url(&cx.settings, &domain::read(pool, row)?));
    }
    let urls = |base: &String| {
        let base = base.trim_end_matches('/');
        [format!("{base}{RESPONSE}"), format!("{base}{TOKEN}")]
    };
    Ok(bases.iter().flat_map(urls).collect())
}

/// Reads a provider's message beside the async threads. `read` gets it with what is expected of the provider, but for the
/// URLs and the request.
async fn judge(
    cx: &Cx<'_>,
    pool: &Pool,
    provider: &Provider,
    message: &str,
    read_it: impl FnOnce(&str, Expected<'_>) -> std::result::Result<Login, BadAnswer> + Send + 'static,
) -> Result<std::result::Result<Login, BadAnswer>> {
    let metadata = provider.doc.metadata.as_ref().ok_or_else(no_metadata)?;
    let metadata = metadata.clone();
    let key = provider.secrets.get(ENCRYPTION_KEY);
    let key = key.and_then(|key| STANDARD.decode(key.expose()).ok());
    let key = key.map(SecretBytes::new);
    let encrypted_only = says(provider, "EncryptedResponses", "true");
    let audience = entity_id(pool);
    let now = cx.now().div_euclid(SECOND);
    let message = message.to_owned();
    let bytes = message.len();
    let check = move || {
        let expected = Expected {
            acs: "",
            audience: &audience,
            issuer: &metadata.entity_id,
            request: Asked::Unsolicited,
            now,
            encrypted_only,
            trusted: &metadata.keys(),
            key: key.as_ref(),
        };
        read_it(&message, expected)
    };
    read(cx, bytes, check).await
}

/// Returns the attributes of a login as claims: one value is a text, several are a list, none clears.
pub(super) fn claims(login: &Login) -> Map<String, Value> {
    let claim = |(name, values): &(String, Vec<String>)| {
        let value = match values.as_slice() {
            [] => Value::String(String::new()),
            [one] => Value::String(one.clone()),
            several => several.iter().cloned().map(Value::String).collect(),
        };
        (name.clone(), value)
    };
    login.attributes.iter().map(claim).collect()
}

/// Returns the name under which an assertion is remembered, so that it signs in once, and until when, in microseconds:
/// as long as it could be posted, and then fetched.
pub(super) fn once(provider: &Provider, login: &Login) -> (String, i64) {
    let id = hash::sha256_hex(login.assertion_id.as_bytes());
    let until = login.replay_until.saturating_add(SECONDS);
    let name = format!("saml {} {id}", provider.id);
    (name, until.saturating_mul(SECOND))
}

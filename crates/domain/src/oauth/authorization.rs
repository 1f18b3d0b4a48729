//! A request for an authorization: the parameters of `/oauth2/authorize`, which every page of a sign-in carries on
//! (endpoints.md 1.3 to 1.5).

mod parameters;
pub(super) mod scopes;
mod values;

pub use parameters::Parameters;
pub use values::Prompt;

use std::sync::Arc;

use cognate_shapes::OAuthFlowType;

use crate::cx::Cx;
use crate::errors::oauth::{
    INVALID_REQUEST, INVALID_SCOPE, OAUTH_IS_OFF, OAuthError, REQUEST_NOT_SUPPORTED,
    REQUEST_URI_NOT_SUPPORTED, UNAUTHORIZED_CLIENT, UNKNOWN_TARGET,
};
use crate::errors::{Fault, Result};
use crate::oauth::authorization::values::code_challenge;
use crate::oauth::client;
use crate::oauth::reply::{Reply, ReplyMode, ReplyTo};
use crate::oauth::wishes::{self, Refused, Sent, Wishes};
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::client_metadata::is_same_but_for_the_port;
use crate::records::pool::Pool;
use crate::records::redirect::is_target;
use crate::resources::metadata::resolve::Unresolved;
use crate::resources::metadata::url;
use crate::resources::providers::identifiers;
use crate::tokens::grant::ACCOUNT_SCOPE;
use crate::tokens::{issuer, resource};

/// The provider of the pool's own users.
pub const COGNITO: &str = "COGNITO";

/// The most bytes of `state`, which comes back to the client as it is.
pub const LONGEST_STATE: usize = 4_096;
/// The most bytes of `nonce`.
const LONGEST_NONCE: usize = 1_024;
/// The most bytes of `login_hint`; longer ones are no name of anybody and are ignored.
const LONGEST_HINT: usize = 2_048;

/// What the client wants in return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// A code.
    Code,
    /// The tokens themselves.
    Token,
}

/// A request that was checked.
#[derive(Clone)]
pub struct Authorization {
    /// The client's pool.
    pub pool: Arc<Pool>,
    /// The client.
    pub client: Arc<Client>,
    /// Where the answer goes: one of the client's callback URLs.
    pub redirect_uri: String,
    /// True if the request named it itself, so that the exchange of the code must, too.
    pub names_redirect_uri: bool,
    /// What the client wants.
    pub response_type: ResponseType,
    /// The issuer of the pool's tokens, as answers name it.
    pub issuer: String,
    /// True if the answer is to be posted as a form.
    pub form_post: bool,
    /// The scopes that are granted, each one of the client's.
    pub scopes: Vec<String>,
    /// `state`, byte for byte.
    pub state: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// The challenge of PKCE (S256).
    pub code_challenge: Option<String>,
    /// The audience of the access token: the Identifier of a resource server, as it is registered.
    pub resource: Option<String>,
    /// The wishes in `prompt`.
    pub prompt: Prompt,
    /// The identity provider that the request names: `COGNITO` or the name of another one.
    pub provider: Option<String>,
    /// The name that the client expects the user to have.
    pub login_hint: Option<String>,
    /// The longest time since the proof, in seconds.
    pub max_age: Option<i64>,
    /// Names of the levels of assurance that are wanted, the most wanted first, then those below them.
    pub levels: Vec<String>,
    /// The levels of assurance that the request names, the most wanted first: what a provider with AcrMapping is asked for.
    pub wanted: Vec<Level>,
    /// The id of the user whom the client has in mind; None for any.
    pub user_id: Option<String>,
}

/// The reason why a request is answered by a page and not by a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A parameter is missing: its name.
    Missing(&'static str),
    /// No client has the id.
    UnknownClient,
    /// The id is a URL that is no document of a client of the pool: no policy maps it to an app client.
    Unmapped,
    /// The document at the URL cannot be had, or is none: why, for the administrator.
    NoDocument(String),
    /// The redirect URI is not among those of the client.
    RedirectMismatch,
    /// The client's pool has another domain than the one that was asked.
    OtherPool,
    /// The client does not offer the identity provider.
    NoProvider,
    /// The client has no identity provider that a page could offer.
    NothingToOffer,
    /// No sign-in of this browser waits for the answer of the identity provider.
    NoTransaction,
    /// An answer that nobody asked for, which may not begin a sign-in: what is wrong.
    Unasked(&'static str),
    /// No pushed request waits under the reference that the request names (RFC 9126 section 4).
    NoPushedRequest,
    /// The parameters cannot be understood.
    Malformed,
}

impl Authorization {
    /// Returns the place to which the answer goes.
    pub fn reply_to(&self) -> ReplyTo<'_> {
        let mode = match self.response_type {
            _ if self.form_post => ReplyMode::FormPost,
            ResponseType::Code => ReplyMode::Query,
            ResponseType::Token => ReplyMode::Fragment,
        };
        ReplyTo {
            redirect_uri: &self.redirect_uri,
            mode,
            state: self.state.as_deref(),
            issuer: &self.issuer,
            to_stranger: self.client.is_stranger_at(&self.redirect_uri),
        }
    }

    /// Returns the answer that refuses the request.
    pub fn refuse(&self, refusal: &OAuthError) -> Reply {
        self.reply_to().refusal(refusal)
    }

    /// True if a scope is granted.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// The refusal of a request.
#[derive(Debug)]
pub enum Refusal {
    /// A page says it: there is no place to which the browser could safely be sent.
    Page(Cause),
    /// The client is told.
    Client(Reply),
}

/// Why a check ends early.
enum Stop {
    Page(Cause),
    Client(OAuthError),
    Fault(Fault),
}

impl From<Cause> for Stop {
    fn from(cause: Cause) -> Self {
        Self::Page(cause)
    }
}

impl From<OAuthError> for Stop {
    fn from(refusal: OAuthError) -> Self {
        Self::Client(refusal)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The part of a check that no answer to the client can precede: the client, and where answers go.
struct Known {
    pool: Arc<Pool>,
    client: Arc<Client>,
    redirect_uri: String,
    names_redirect_uri: bool,
    issuer: String,
}

/// Checks a request. `host` is the pool of the host that was asked, where the host is a domain of one.
///
/// # Errors
/// Faults. Refusals in the order of endpoints.md 1.4.
pub async fn check(
    cx: &Cx<'_>,
    parameters: &Parameters<'_>,
    host: Option<&Pool>,
) -> Result<std::result::Result<Authorization, Refusal>> {
    let given = parameters.given();
    let known = match known(cx, &given, host).await {
        Ok(known) => known,
        Err(stop) => return settle(stop, None),
    };
    let (redirect_uri, issuer) = (known.redirect_uri.clone(), known.issuer.clone());
    let form_post = wishes::is_form_post(&known.client, given.response_mode);
    let to_stranger = known.client.is_stranger_at(&redirect_uri);
    let outcome = rest(cx, &given, known).await;
    outcome.map(Ok).or_else(|stop| {
        let to = ReplyTo {
            redirect_uri: &redirect_uri,
            mode: match response_type(&given) {
                _ if form_post => ReplyMode::FormPost,
                Some(ResponseType::Token) => ReplyMode::Fragment,
                _ => ReplyMode::Query,
            },
            // One that is too long does not come back.
            state: given.state.filter(|state| state.len() <= LONGEST_STATE),
            issuer: &issuer,
            to_stranger,
        };
        settle(stop, Some(to))
    })
}

fn settle<T>(stop: Stop, to: Option<ReplyTo<'_>>) -> Result<std::result::Result<T, Refusal>> {
    match (stop, to) {
        (Stop::Fault(fault), _) => Err(fault),
        (Stop::Page(cause), _) => Ok(Err(Refusal::Page(cause))),
        (Stop::Client(refusal), Some(to)) => Ok(Err(Refusal::Client(to.refusal(&refusal)))),
        // Nothing is refused to a client before it is known where answers go.
        (Stop::Client(_), None) => Ok(Err(Refusal::Page(Cause::Malformed))),
    }
}

impl<'a> Parameters<'a> {
    /// Returns the parameters that have a value: an empty one is as good as none (RFC 6749 section 3.1).
    fn given(&self) -> Self {
        let given = |value: Option<&'a str>| value.filter(|value| !value.is_empty());
        Self {
            response_type: given(self.response_type),
            client_id: given(self.client_id),
            redirect_uri: given(self.redirect_uri),
            state: given(self.state),
            scope: given(self.scope),
            code_challenge: given(self.code_challenge),
            code_challenge_method: given(self.code_challenge_method),
            nonce: given(self.nonce),
            resource: given(self.resource),
            identity_provider: given(self.identity_provider),
            idp_identifier: given(self.idp_identifier),
            login_hint: given(self.login_hint),
            prompt: given(self.prompt),
            response_mode: given(self.response_mode),
            max_age: given(self.max_age),
            acr_values: given(self.acr_values),
            id_token_hint: given(self.id_token_hint),
            request: given(self.request),
            request_uri: given(self.request_uri),
        }
    }
}

fn response_type(given: &Parameters<'_>) -> Option<ResponseType> {
    match given.response_type? {
        "code" => Some(ResponseType::Code),
        "token" => Some(ResponseType::Token),
        _ => None,
    }
}

async fn known(
    cx: &Cx<'_>,
    given: &Parameters<'_>,
    host: Option<&Pool>,
) -> std::result::Result<Known, Stop> {
    let id = given.client_id.ok_or(Cause::Missing("client_id"))?;
    let (pool, client) = match url::is_url(id) {
        true => client::by_document(cx, id).await?.map_err(unresolved)?,
        false => client::by_id(cx, id).await?.ok_or(Cause::UnknownClient)?,
    };
    if host.is_some_and(|host| host.id != pool.id) {
        return Err(Cause::OtherPool.into());
    }
    let redirect_uri = match given.redirect_uri {
        None => default_redirect(&client).ok_or(Cause::Missing("redirect_uri"))?,
        Some(uri) => match is_registered(&client, uri) {
            true => uri.to_owned(),
            false => return Err(Cause::RedirectMismatch.into()),
        },
    };
    if !is_target(&redirect_uri) {
        return Err(Cause::RedirectMismatch.into());
    }
    let issuer = issuer::of(cx, &pool)?;
    Ok(Known {
        pool,
        client,
        redirect_uri,
        names_redirect_uri: given.redirect_uri.is_some(),
        issuer,
    })
}

/// True if a redirect URI is one of the client's, character by character: what merely leads to the same place is not what was
/// registered. A client with a document, or one that registered itself, may be at any port of the user's own machine.
fn is_registered(client: &Client, uri: &str) -> bool {
    let document = client.document.as_ref();
    match document.and_then(|document| document.metadata.as_ref()) {
        Some(said) => said.has_redirect(uri),
        None => {
            client.doc.callback_urls.iter().flatten().any(|own| {
                own == uri || client.is_registered() && is_same_but_for_the_port(own, uri)
            })
        }
    }
}

/// Returns why a URL is no client.
fn unresolved(why: Unresolved) -> Cause {
    match why {
        Unresolved::NotAUrl | Unresolved::NoPolicy | Unresolved::Tier => Cause::Unmapped,
        Unresolved::Missing(missing) => Cause::NoDocument(missing.words()),
    }
}

/// Returns where answers go for a request that does not say: DefaultRedirectURI of a client with one identity provider,
/// or the one callback URL (endpoints.md 1.3).
fn default_redirect(client: &Client) -> Option<String> {
    let providers = client.doc.supported_identity_providers.as_deref();
    let has_one = providers.is_some_and(|providers| providers.len() == 1);
    let default = client.doc.default_redirect_uri.as_ref();
    if let Some(default) = default.filter(|_| has_one) {
        return Some(default.clone());
    }
    match client.doc.callback_urls.as_deref() {
        Some([only]) => Some(only.clone()),
        _ => None,
    }
}

async fn rest(
    cx: &Cx<'_>,
    given: &Parameters<'_>,
    known: Known,
) -> std::result::Result<Authorization, Stop> {
    let response_type = response_type(given).ok_or(INVALID_REQUEST)?;
    if given.request.is_some() {
        return Err(REQUEST_NOT_SUPPORTED.into());
    }
    if given.request_uri.is_some() {
        return Err(REQUEST_URI_NOT_SUPPORTED.into());
    }
    if given.state.is_some_and(|state| state.len() > LONGEST_STATE) {
        return Err(INVALID_REQUEST.into());
    }
    let doc = &known.client.doc;
    if !doc.allowed_oauth_flows_user_pool_client {
        return Err(OAUTH_IS_OFF.into());
    }
    let wanted = match response_type {
        ResponseType::Code => OAuthFlowType::Code,
        ResponseType::Token => OAuthFlowType::Implicit,
    };
    if !doc
        .allowed_oauth_flows
        .iter()
        .flatten()
        .any(|flow| *flow == wanted)
    {
        return Err(UNAUTHORIZED_CLIENT.into());
    }
    let granted = scopes::granted(cx, &known.pool, &known.client, given.scope).await?;
    let mut scopes = granted.ok_or(INVALID_SCOPE)?;
    // A stranger's client has the user's own account only where it asks for it, and never in a token for another service, which
    // could use it here.
    let names_none = given.scope.is_none_or(|scope| scope.trim().is_empty());
    if known.client.is_let_in_by_users() && (names_none || given.resource.is_some()) {
        scopes.retain(|scope| scope != ACCOUNT_SCOPE);
        if scopes.is_empty() {
            return Err(INVALID_SCOPE.into());
        }
    }
    let code_challenge = code_challenge(given.code_challenge, given.code_challenge_method)?;
    // Nothing else proves such a client (agents.md 1.3; RFC 9700 section 2.1.1).
    let is_public = known.client.is_registered() && known.client.secrets.is_empty();
    if (known.client.document.is_some() || is_public)
        && response_type == ResponseType::Code
        && code_challenge.is_none()
    {
        return Err(INVALID_REQUEST.into());
    }
    let nonce = bounded(given.nonce, LONGEST_NONCE)?;
    let resource = match given.resource {
        Some(named) => {
            let registered = resource::registered(cx, &known.pool, named).await?;
            Some(registered.ok_or(UNKNOWN_TARGET)?)
        }
        None => None,
    };
    let mut prompt = Prompt::read(given.prompt)?;
    let wishes = wishes(cx, given, &known, response_type).await?;
    // OpenID Connect Core 1.0 section 3.1.2.1.
    prompt.login |= wishes.max_age == Some(0);
    let provider = provider(cx, &known.pool, &known.client, given).await?;
    let login_hint = given.login_hint.filter(|hint| hint.len() <= LONGEST_HINT);
    Ok(Authorization {
        redirect_uri: known.redirect_uri,
        names_redirect_uri: known.names_redirect_uri,
        response_type,
        issuer: known.issuer,
        form_post: wishes.form_post,
        scopes,
        state: given.state.map(str::to_owned),
        nonce,
        code_challenge,
        resource,
        prompt,
        provider,
        login_hint: login_hint.map(str::to_owned),
        max_age: wishes.max_age,
        levels: wishes.levels,
        wanted: wishes.wanted,
        user_id: wishes.user_id,
        pool: known.pool,
        client: known.client,
    })
}

/// Reads the parameters that clients with the standard profile have.
async fn wishes(
    cx: &Cx<'_>,
    given: &Parameters<'_>,
    known: &Known,
    response_type: ResponseType,
) -> std::result::Result<Wishes, Stop> {
    let sent = Sent {
        response_mode: given.response_mode,
        max_age: given.max_age,
        acr_values: given.acr_values,
        id_token_hint: given.id_token_hint,
    };
    let default_mode = match response_type {
        ResponseType::Code => "query",
        ResponseType::Token => "fragment",
    };
    let read = wishes::read(cx, (&known.pool, &known.client), sent, default_mode);
    read.await.map_err(|refused| match refused {
        Refused::Wish(error) => error.into(),
        Refused::Fault(fault) => fault.into(),
    })
}

fn bounded(value: Option<&str>, most: usize) -> std::result::Result<Option<String>, OAuthError> {
    match value {
        Some(value) if value.len() > most => Err(INVALID_REQUEST),
        other => Ok(other.map(str::to_owned)),
    }
}

/// Returns the identity provider that the request names, or the only one that the client has if that is not the pool
/// itself; None if the user may choose.
async fn provider(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    given: &Parameters<'_>,
) -> std::result::Result<Option<String>, Stop> {
    let listed = client.doc.supported_identity_providers.as_deref();
    let listed = listed.unwrap_or_default();
    if listed.is_empty() {
        return Err(Cause::NothingToOffer.into());
    }
    let is_listed = |name: &str| listed.iter().any(|own| own == name);
    let name = match (given.identity_provider, given.idp_identifier) {
        (None, None) => match listed {
            [only] if only != COGNITO => return Ok(Some(only.clone())),
            _ => return Ok(None),
        },
        (Some(name), _) => name.to_owned(),
        (None, Some(identifier)) => {
            let found = identifiers::find(cx, pool, listed, identifier).await?;
            found.ok_or(Cause::NoProvider)?.provider
        }
    };
    match is_listed(&name) {
        true => Ok(Some(name)),
        false => Err(Cause::NoProvider.into()),
    }
}

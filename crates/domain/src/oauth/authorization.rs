//! A request for an authorization: the parameters of `/oauth2/authorize`, which every page of a sign-in carries on
//! (endpoints.md 1.3 to 1.5).

use std::sync::Arc;

use crate::cx::Cx;
use crate::errors::Result;
use crate::oauth::reply::Reply;
use crate::records::client::Client;
use crate::records::pool::Pool;

/// The parameters as they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parameters<'a> {
    /// `response_type`.
    pub response_type: Option<&'a str>,
    /// `client_id`.
    pub client_id: Option<&'a str>,
    /// `redirect_uri`.
    pub redirect_uri: Option<&'a str>,
    /// `state`.
    pub state: Option<&'a str>,
    /// `scope`.
    pub scope: Option<&'a str>,
    /// `code_challenge`.
    pub code_challenge: Option<&'a str>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<&'a str>,
    /// `nonce`.
    pub nonce: Option<&'a str>,
    /// `resource`.
    pub resource: Option<&'a str>,
    /// `identity_provider`.
    pub identity_provider: Option<&'a str>,
    /// `idp_identifier`.
    pub idp_identifier: Option<&'a str>,
    /// `login_hint`.
    pub login_hint: Option<&'a str>,
    /// `prompt`.
    pub prompt: Option<&'a str>,
    /// `response_mode`, of clients with the standard profile.
    pub response_mode: Option<&'a str>,
    /// `max_age`, of clients with the standard profile.
    pub max_age: Option<&'a str>,
    /// `acr_values`, of clients with the standard profile.
    pub acr_values: Option<&'a str>,
    /// `id_token_hint`, of clients with the standard profile.
    pub id_token_hint: Option<&'a str>,
    /// `request`, which nobody may use.
    pub request: Option<&'a str>,
    /// `request_uri`: that of a pushed request, of clients with the standard profile.
    pub request_uri: Option<&'a str>,
}

/// What the client wants in return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseType {
    /// A code.
    Code,
    /// The tokens themselves.
    Token,
}

/// The wishes in `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Show no page.
    pub none: bool,
    /// Ask for the proof again.
    pub login: bool,
    /// Let the user choose the account.
    pub select_account: bool,
    /// Ask for consent, at the identity provider.
    pub consent: bool,
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
    /// The audience of the access token.
    pub resource: Option<String>,
    /// The wishes in `prompt`.
    pub prompt: Prompt,
    /// The identity provider that the request names: `COGNITO` or the name of another one.
    pub provider: Option<String>,
    /// The name that the client expects the user to have.
    pub login_hint: Option<String>,
    /// The longest time since the proof, in seconds.
    pub max_age: Option<i64>,
    /// Names of the levels of assurance that are wanted, the most wanted first.
    pub levels: Vec<String>,
}

/// The reason why a request is answered by a page and not by a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A parameter is missing: its name.
    Missing(&'static str),
    /// No client has the id.
    UnknownClient,
    /// The redirect URI is not among those of the client.
    RedirectMismatch,
    /// The client's pool has another domain than the one that was asked.
    OtherPool,
    /// The client does not offer the identity provider.
    NoProvider,
    /// The client has no identity provider that a page could offer.
    NothingToOffer,
    /// The identity provider's protocol is not there yet: its name.
    ProviderNotThere(String),
    /// The parameters cannot be understood.
    Malformed,
}

/// The refusal of a request.
#[derive(Debug)]
pub enum Refusal {
    /// A page says it: there is no place to which the browser could safely be sent.
    Page(Cause),
    /// The client is told.
    Client(Reply),
}

/// Checks a request. `host` is the pool of the host that was asked, where the host is a domain of one.
///
/// # Errors
/// Faults. Refusals in the order of endpoints.md 1.4.
pub async fn check(
    _cx: &Cx<'_>,
    _parameters: &Parameters<'_>,
    _host: Option<&Pool>,
) -> Result<std::result::Result<Authorization, Refusal>> {
    Ok(Err(Refusal::Page(Cause::Malformed)))
}

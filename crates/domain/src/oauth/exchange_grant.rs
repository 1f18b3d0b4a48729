//! The grant of token exchange at the token endpoint (RFC 8693 section 2): GetDerivedToken for clients that send forms
//! (agents.md 5).

use cognate_shapes::{IssuedTokenTypeIdentifierType, TokenTypeIdentifierType};

use crate::cx::Cx;
use crate::errors::oauth::{
    ACTOR_TOKEN_INCOMPLETE, AUDIENCE_AND_RESOURCE, INVALID_CLIENT_SECRET, INVALID_SCOPE,
    INVALID_TARGET, NO_SUBJECT_TOKEN, OAuthError, UNAUTHORIZED_CLIENT, no_such_target,
    not_supported, refused_by_function, unacceptable,
};
use crate::errors::{ErrorCode, Fault};
use crate::oauth::exchange::{self, Asked, Refused, Target, Token};
use crate::oauth::outcome::{Answer, Stop, settle};
use crate::oauth::redeem::is_of_function;
use crate::oauth::{Credentials, client};

/// The name of the grant.
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The types of tokens (RFC 8693 section 3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";
/// The most scopes of a request (the model's ScopeListType).
const MOST_SCOPES: usize = 50;
/// The most characters of an audience or a resource (the model's AudienceType).
const LONGEST_TARGET: usize = 256;
/// The most characters of a provider's name (the model's ProviderNameType).
const LONGEST_PROVIDER: usize = 32;

/// The parameters of a request, each as it was sent.
#[derive(Clone, Copy, Default)]
pub struct ExchangeRequest<'a> {
    /// `subject_token`: the token of the user for whom it is.
    pub subject_token: Option<&'a str>,
    /// `subject_token_type`.
    pub subject_token_type: Option<&'a str>,
    /// `subject_token_provider_name`, which is ours: the identity provider that issued the subject's token.
    pub subject_provider: Option<&'a str>,
    /// `actor_token`: the token of whoever acts for the user.
    pub actor_token: Option<&'a str>,
    /// `actor_token_type`.
    pub actor_token_type: Option<&'a str>,
    /// `actor_token_provider_name`, which is ours.
    pub actor_provider: Option<&'a str>,
    /// `scope`: scopes, separated by spaces.
    pub scope: Option<&'a str>,
    /// `audience`: a name of the client's choice for the service.
    pub audience: Option<&'a str>,
    /// `resource`: the identifier of a resource server.
    pub resource: Option<&'a str>,
    /// `requested_token_type`; None for an access token.
    pub requested_token_type: Option<&'a str>,
}

/// An answer (RFC 8693 section 2.2.1).
pub struct Exchanged {
    /// The token, whatever its kind.
    pub token: String,
    /// `issued_token_type`.
    pub kind: &'static str,
    /// `token_type`: an ID token is no means of access.
    pub token_type: &'static str,
    /// The seconds for which it is good.
    pub expires_in: i64,
    /// The scopes of an access token, separated by spaces.
    pub scope: Option<String>,
}

/// Trades a token.
///
/// # Errors
/// Faults. Refusals, in this order: those of [`client::authenticate`], also for a client without a secret, which could prove
/// nothing; `invalid_request` for missing, incomplete and unknown parameters; `invalid_scope` and `invalid_target` for what is
/// too long; `unauthorized_client` without the flow; `invalid_target`; `invalid_request` for a token that is not good;
/// `invalid_scope` if nothing is left; the refusals of the pool's functions.
pub async fn token(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: ExchangeRequest<'_>,
) -> Answer<Exchanged> {
    settle(trade(cx, credentials, request).await)
}

async fn trade(
    cx: &Cx<'_>,
    credentials: Option<Credentials<'_>>,
    request: ExchangeRequest<'_>,
) -> Result<Exchanged, Stop> {
    let (pool, client) = client::authenticate(cx, credentials).await?;
    if client.secrets.is_empty() {
        return Err(INVALID_CLIENT_SECRET.into());
    }
    let scopes = scopes(request.scope)?;
    let asked = asked(&request, &scopes)?;
    let issued = exchange::trade(cx, &pool, &client, &asked).await;
    let issued = issued.map_err(in_words)?;
    let (kind, token_type) = match asked.kind {
        IssuedTokenTypeIdentifierType::AccessToken => (ACCESS_TOKEN, "Bearer"),
        IssuedTokenTypeIdentifierType::IdToken => (ID_TOKEN, "N_A"),
    };
    Ok(Exchanged {
        token: issued.token,
        kind,
        token_type,
        expires_in: issued.lifetime,
        scope: issued.scopes.map(|scopes| scopes.join(" ")),
    })
}

/// A parameter without a value counts as one that is not there (RFC 6749 section 3.2).
fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

fn scopes(scope: Option<&str>) -> Result<Vec<String>, OAuthError> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in scope.unwrap_or_default().split(' ') {
        if scope.is_empty() || scopes.iter().any(|known| known == scope) {
            continue;
        }
        if scopes.len() >= MOST_SCOPES {
            return Err(INVALID_SCOPE);
        }
        scopes.push(scope.to_owned());
    }
    Ok(scopes)
}

/// Reads what is asked for.
fn asked<'a>(request: &ExchangeRequest<'a>, scopes: &'a [String]) -> Result<Asked<'a>, OAuthError> {
    let subject = (
        given(request.subject_token),
        given(request.subject_token_type),
    );
    let (Some(token), Some(kind)) = subject else {
        return Err(NO_SUBJECT_TOKEN);
    };
    let subject = Token {
        token,
        kind: kind_of(kind).ok_or_else(|| not_supported("subject_token_type"))?,
        provider: provider(request.subject_provider, "subject_token_provider_name")?,
    };
    let actor = match (given(request.actor_token), given(request.actor_token_type)) {
        (None, None) => None,
        (Some(token), Some(kind)) => Some(Token {
            token,
            kind: kind_of(kind).ok_or_else(|| not_supported("actor_token_type"))?,
            provider: provider(request.actor_provider, "actor_token_provider_name")?,
        }),
        (Some(_), None) | (None, Some(_)) => return Err(ACTOR_TOKEN_INCOMPLETE),
    };
    let target = match (given(request.audience), given(request.resource)) {
        (Some(_), Some(_)) => return Err(AUDIENCE_AND_RESOURCE),
        (Some(name), None) => Some(Target::Audience(name)),
        (None, Some(identifier)) => Some(Target::Resource(identifier)),
        (None, None) => None,
    };
    if let Some(Target::Audience(name) | Target::Resource(name)) = target
        && !names_a_service(name)
    {
        return Err(INVALID_TARGET);
    }
    let kind = match given(request.requested_token_type) {
        None | Some(ACCESS_TOKEN) => IssuedTokenTypeIdentifierType::AccessToken,
        Some(ID_TOKEN) => IssuedTokenTypeIdentifierType::IdToken,
        Some(_) => return Err(not_supported("requested_token_type")),
    };
    Ok(Asked {
        subject,
        actor,
        scopes,
        target,
        kind,
    })
}

fn kind_of(name: &str) -> Option<TokenTypeIdentifierType> {
    match name {
        ACCESS_TOKEN => Some(TokenTypeIdentifierType::AccessToken),
        ID_TOKEN => Some(TokenTypeIdentifierType::IdToken),
        SAML2 => Some(TokenTypeIdentifierType::Saml2),
        _ => None,
    }
}

fn provider<'a>(name: Option<&'a str>, parameter: &str) -> Result<Option<&'a str>, OAuthError> {
    match given(name) {
        Some(name) if name.chars().count() > LONGEST_PROVIDER => Err(not_supported(parameter)),
        name => Ok(name),
    }
}

/// True for what can stand in `aud` (the model's AudienceType).
fn names_a_service(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
    name.len() <= LONGEST_TARGET && name.bytes().all(fits)
}

fn in_words(refused: Refused) -> Stop {
    use ErrorCode as E;
    match refused {
        Refused::Client(_) => UNAUTHORIZED_CLIENT.into(),
        Refused::Target(error) => no_such_target(error).into(),
        Refused::Scope(_) => INVALID_SCOPE.into(),
        Refused::Other(Fault::Api(error)) if is_of_function(error.code) => {
            refused_by_function(error).into()
        }
        Refused::Other(fault) => Stop::worded(fault, |error| {
            let of_token = matches!(
                error.code,
                E::NotAuthorized
                    | E::InvalidParameter
                    | E::ResourceNotFound
                    | E::UserNotFound
                    | E::UserNotConfirmed
                    | E::AliasExists
            );
            of_token.then(|| unacceptable(error.clone()))
        }),
    }
}

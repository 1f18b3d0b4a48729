//! Tokens of a pool's providers that a client presents, apart from any sign-in of a browser (RFC 8693, RFC 7522): ID tokens
//! of OpenID providers, and assertions of SAML.
//!
//! They are checked by the rules of a sign-in, except that no browser began one: an ID token has no nonce to compare and
//! counts until it ends, an assertion answers no request and counts once.

use cognate_shapes::{IdentityProviderTypeType, TokenTypeIdentifierType};
use serde_json::{Map, Value, json};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{ApiError, Fault, Result, sessions as texts};
use crate::oauth::provider::arrival::{self, Identity};
use crate::oauth::provider::explain::{self, marked};
use crate::oauth::provider::refusal::{self, Refused, Stop};
use crate::oauth::provider::{oidc, saml};
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::resources::providers;
use crate::signin::At;
use crate::signin::inbound_federation::{Claims, Said};
use crate::signin::opening::Ending;

/// A token as it was sent.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The token.
    pub token: &'a str,
    /// Its kind, as the client says.
    pub kind: TokenTypeIdentifierType,
    /// The name of the provider in the pool.
    pub provider: &'a str,
}

/// A token that is good: what its provider says of somebody.
pub struct Word {
    provider: Provider,
    subject: String,
    claims: Claims,
    tokens: Claims,
    level: Option<Level>,
    /// What must not be used a second time: a name that is unique in the pool, and until when it could be, in microseconds.
    pub once: Option<(String, i64)>,
    /// The time at which the token ends, in seconds.
    pub ends: i64,
}

/// Checks a token. `client`: the one that presents it, which must offer the provider.
///
/// # Errors
/// InvalidParameterException for a provider that the client does not offer or that issues no such tokens;
/// ResourceNotFoundException for one that was deleted. `refusal` for a token that is not good, whatever the reason: the
/// audit trail has it. NotAuthorizedException where the provider's keys cannot be had.
pub async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    presented: Presented<'_>,
    refusal: fn() -> ApiError,
) -> Result<Word> {
    let Presented { token, kind, .. } = presented;
    let mut offered = client.doc.supported_identity_providers.iter().flatten();
    if !offered.any(|name| name == presented.provider) {
        return Err(texts::provider_not_offered(presented.provider).into());
    }
    let provider = providers::find(cx, pool, presented.provider).await?;
    let about = (&*provider.name, &*client.id);
    let word = match (kind, provider.doc.kind) {
        (TokenTypeIdentifierType::IdToken, IdentityProviderTypeType::Oidc) => {
            match oidc::presented(cx, pool, &provider, token).await {
                Ok(Ok((told, ends))) => Word {
                    subject: told.subject,
                    claims: told.claims,
                    tokens: told.token_response,
                    level: told.level,
                    once: None,
                    ends,
                    provider,
                },
                Ok(Err((refused, compared))) => {
                    let words = format!("The ID token: {refused}.");
                    let name = explain::id_token(&refused).check;
                    let check = marked(&words, name, compared.as_ref());
                    return Err(bad(cx, pool, about, &check, refusal).await);
                }
                Err(stop) => {
                    if let Stop::Refused(refused) = &stop {
                        let (name, client_id) = about;
                        refusal::record(cx, &pool.id, name, client_id, &refused.check).await?;
                    }
                    return Err(stop.of_exchange());
                }
            }
        }
        (TokenTypeIdentifierType::Saml2, IdentityProviderTypeType::Saml) => {
            match saml::presented(cx, pool, &provider, token).await? {
                Ok(login) => Word {
                    claims: saml::claims(&login),
                    tokens: Claims::new(),
                    level: None,
                    once: Some(saml::once(&provider, &login)),
                    ends: login.ends,
                    subject: login.name_id,
                    provider,
                },
                Err((refused, compared)) => {
                    let words = format!("The assertion: {refused}.");
                    let name = explain::saml(&refused).check;
                    let check = marked(&words, name, compared.as_ref());
                    return Err(bad(cx, pool, about, &check, refusal).await);
                }
            }
        }
        (kind, of) => return Err(texts::token_of_no_such_provider(kind, of).into()),
    };
    // A token that is derived from it would be over, too: other clocks are indulged at the beginning alone.
    if word.ends <= cx.now().div_euclid(SECOND) {
        let about = (&*word.provider.name, &*client.id);
        return Err(bad(cx, pool, about, "The token has ended.", refusal).await);
    }
    Ok(word)
}

/// Records why a token is not good, and returns its refusal.
async fn bad(
    cx: &Cx<'_>,
    pool: &Pool,
    (provider, client_id): (&str, &str),
    check: &str,
    refusal: fn() -> ApiError,
) -> Fault {
    match refusal::record(cx, &pool.id, provider, client_id, check).await {
        Ok(()) => refusal().into(),
        Err(fault) => fault,
    }
}

impl Word {
    fn identity(&self) -> Identity<'_> {
        Identity {
            provider: &self.provider,
            subject: &self.subject,
            claims: &self.claims,
            tokens: &self.tokens,
            said: match self.provider.doc.kind {
                IdentityProviderTypeType::Saml => Said::Saml(&self.claims),
                _ => Said::OAuth {
                    token_response: None,
                    id_token: Some(&self.claims),
                    user_info: None,
                },
            },
            // No session is opened that a sign-out could end.
            login: None,
            once: self.once.as_ref().map(|(name, until)| (&**name, *until)),
            level: self.level,
            is_asked: false,
        }
    }

    /// Signs in the user whom the token names, as if they came with a browser: found by the pool's links or created, and
    /// brought up to date.
    ///
    /// # Errors
    /// The refusals of the pool's functions. NotAuthorizedException for a user who is disabled or never confirmed the
    /// sign-up; InvalidParameterException for attributes that do not fit; `used` if `once` was used before.
    pub async fn sign_in<E: Ending>(
        &self,
        cx: &Cx<'_>,
        at: At<'_>,
        ending: &E,
        used: fn() -> ApiError,
    ) -> Result<E::Result> {
        if !arrival::may_arrive_unasked(cx, at.pool, &self.identity()).await? {
            let about = (&*self.provider.name, &*at.client.id);
            let refused = Refused::not_approved();
            refusal::record(cx, &at.pool.id, about.0, about.1, &refused.check).await?;
            return Err(Stop::from(refused).of_exchange());
        }
        match arrival::arrive(cx, at, &self.identity(), ending).await {
            Ok(result) => Ok(result),
            Err(Stop::Refused(refused)) if refused.is_replay() => {
                let about = (&*self.provider.name, &*at.client.id);
                Err(bad(cx, at.pool, about, &refused.check, used).await)
            }
            Err(stop) => Err(stop.of_exchange()),
        }
    }

    /// Returns the claims that say who the token names (RFC 8693 section 4.1): in the provider's words, so that nobody
    /// takes them for the id of a user here.
    ///
    /// # Errors
    /// `refusal` for the identity of a user who was disabled.
    pub async fn actor(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        refusal: fn() -> ApiError,
    ) -> Result<Map<String, Value>> {
        if arrival::is_disabled(cx, pool, &self.identity()).await? {
            return Err(refusal().into());
        }
        let issuer = match &self.provider.doc.metadata {
            Some(metadata) => metadata.entity_id.clone(),
            None => oidc::issuer(&self.provider),
        };
        let claims = [("iss", json!(issuer)), ("sub", json!(self.subject))];
        Ok(claims
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect())
    }
}

//! InboundFederation: the pool's function sees what an identity provider says of a user, before any of it is mapped to
//! attributes (admin.md 3.3).

use cognate_shapes::IdentityProviderTypeType;
use serde_json::{Map, Value};

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::cx::Cx;
use crate::errors::{Result, triggers};
use crate::signin::At;

/// The claims or attributes of one document of a provider, by name.
pub type Claims = Map<String, Value>;

/// Everything that a provider said.
#[derive(Clone, Copy)]
pub enum Said<'a> {
    /// By OAuth; a document that the provider does not have is None.
    OAuth {
        /// The answer of its token endpoint.
        token_response: Option<&'a Claims>,
        /// The claims of its ID token.
        id_token: Option<&'a Claims>,
        /// The answer of its userInfo endpoint.
        user_info: Option<&'a Claims>,
    },
    /// By SAML: the attributes of the assertion.
    Saml(&'a Claims),
}

/// A sign-in through a provider.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// The provider's name in the pool.
    pub provider: &'a str,
    /// The provider's type.
    pub kind: IdentityProviderTypeType,
    /// The name of the user here.
    pub username: &'a str,
    /// What the provider said.
    pub said: Said<'a>,
}

/// Calls the function. Returns the attributes that are mapped in place of all that the provider said; None to map those.
/// Called without a lock, before rows of the user are read.
///
/// # Errors
/// The refusals of the function, with which the sign-in ends; InvalidLambdaResponseException for attributes that are no
/// object.
pub async fn attributes(cx: &Cx<'_>, at: At<'_>, arrival: &Arrival<'_>) -> Result<Option<Claims>> {
    let trigger = Trigger::InboundFederation;
    if !cx.has_function(at.pool, trigger) {
        return Ok(None);
    }
    let event = event(at, arrival);
    let subject = format!("{} {}", arrival.provider, arrival.username);
    let (answer, _) = cx.trigger(None, at.pool, &subject, &event).await?;
    match answer
        .as_ref()
        .and_then(|answer| answer.value("userAttributesToMap"))
    {
        None => Ok(None),
        Some(Value::Object(attributes)) if attributes.is_empty() => Ok(None),
        Some(Value::Object(attributes)) => Ok(Some(attributes.clone())),
        Some(_) => Err(triggers::unrecognizable().into()),
    }
}

fn event(at: At<'_>, arrival: &Arrival<'_>) -> Event {
    let documents = match arrival.said {
        Said::OAuth {
            token_response,
            id_token,
            user_info,
        } => vec![
            ("tokenResponse", token_response),
            ("idToken", id_token),
            ("userInfo", user_info),
        ],
        Said::Saml(attributes) => vec![("samlResponse", Some(attributes))],
    };
    let attributes: Claims = documents
        .into_iter()
        .filter_map(|(name, claims)| Some((name.to_owned(), Value::Object(claims?.clone()))))
        .collect();
    let source = "InboundFederation_ExternalProvider";
    let client = Some(at.client.id.as_str());
    Event::new(Trigger::InboundFederation, source, client, arrival.username)
        .with("providerName", arrival.provider)
        .with("providerType", arrival.kind.as_str())
        .with("attributes", attributes)
        .expecting("userAttributesToMap", Map::new())
}

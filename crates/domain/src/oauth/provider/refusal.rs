//! What a client is told when a sign-in through a provider ends without a user (endpoints.md 1.5), and the check that
//! failed, for the administrator.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use cognate_crypto::secret::SecretString;
use cognate_federation::oidc::answer::NoCode;
use cognate_federation::oidc::id_token;
use cognate_federation::oidc::said::Said;
use cognate_federation::saml::refused::{Of, Refused as BadAnswer};
use cognate_outbound::OutboundError;
use cognate_shapes::IdentityProviderTypeType;
use cognate_store::{Batch, Label};

use crate::audit::Entry;
use crate::cx::Cx;
use crate::errors::federation::{self as texts, Rejection};
use crate::errors::oauth::{INVALID_REQUEST, OAuthError, SERVER_ERROR};
use crate::errors::unconfirmed::federation as unconfirmed;
use crate::errors::{ApiError, ErrorCode, Fault, Result, auth, invalid_parameter, not_authorized};
use crate::facts::network::network;
use crate::oauth::provider::explain::{self, Compared, marked};
use crate::records::provider::Provider;

/// The most characters of another issuer that are told.
const LONGEST_ISSUER: usize = 200;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What the client is told.
    pub error: OAuthError,
    /// The check that failed, in words for the administrator.
    pub check: Cow<'static, str>,
}

impl Refused {
    /// Returns a refusal whose text the client sees.
    pub fn request(
        text: impl Into<Cow<'static, str>>,
        check: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            error: OAuthError {
                description: Some(text.into()),
                ..INVALID_REQUEST
            },
            check: check.into(),
        }
    }

    /// Returns a refusal of the kind that the service gives for SAML answers.
    pub fn server(text: impl Into<Cow<'static, str>>, check: impl Into<Cow<'static, str>>) -> Self {
        Self {
            error: OAuthError {
                description: Some(text.into()),
                ..SERVER_ERROR
            },
            check: check.into(),
        }
    }

    /// The provider names no user.
    pub(super) fn no_subject() -> Self {
        Self::rejection(Rejection::no_subject())
    }

    /// What the provider says makes no user.
    fn rejection(Rejection(text): Rejection) -> Self {
        let check = format!(
            "The provider's claims make no user of the pool: {}",
            text.trim()
        );
        Self::request(text, marked(&check, "user.claims", None))
    }

    /// A SAML answer fails a check. What is wrong with an encrypted assertion looks like a bad signature of it, to
    /// whoever sends changed ones and watches (../docs/FEDERATION.md).
    pub(super) fn bad_answer(refused: &BadAnswer, compared: Option<&Compared>) -> Self {
        let text = match refused {
            BadAnswer::Signature(Of::Message, _) => texts::SAML_MESSAGE_SIGNATURE,
            BadAnswer::Signature(Of::Assertion, _) | BadAnswer::Sealed | BadAnswer::Unsigned => {
                texts::SAML_ASSERTION_SIGNATURE
            }
            other => unconfirmed::bad_answer(other),
        };
        let words = format!("The provider's answer: {refused}.");
        let check = explain::saml(refused).check;
        Self::server(text, marked(&words, check, compared))
    }

    /// True if the provider's word is refused because it was used before.
    pub(super) fn is_replay(&self) -> bool {
        self.error.description.as_deref() == Some(unconfirmed::ANSWER_USED)
    }

    /// The user was disabled.
    pub(super) fn disabled() -> Self {
        let check = marked("The user is disabled.", "user.disabled", None);
        Self::request(unconfirmed::USER_IS_DISABLED, check)
    }

    /// The linked user never confirmed the sign-up. Whoever signed up with somebody's address must not be given that
    /// person's later sign-ins.
    pub(super) fn not_confirmed() -> Self {
        Self::request(
            unconfirmed::USER_IS_NOT_CONFIRMED,
            marked(
                "The linked user is not confirmed.",
                "user.not_confirmed",
                None,
            ),
        )
    }

    /// The provider's policy wants an administrator's word about the identity, and there is none.
    pub(super) fn not_approved() -> Self {
        Self::request(
            unconfirmed::USER_IS_NOT_CONFIRMED,
            marked(
                "The identity has no user, and the provider's policy lets an administrator decide.",
                "user.waits",
                None,
            ),
        )
    }

    /// What the provider sent was used before.
    pub(super) fn answer_used() -> Self {
        Self::server(
            unconfirmed::ANSWER_USED,
            marked(
                "The provider's answer was used before.",
                "answer.used",
                None,
            ),
        )
    }

    /// The name of a new identity is somebody else's: another subject's in a pool whose names have no case, a user's of the
    /// pool's own, or one whose provider was deleted and made anew under another authority.
    fn taken(username: &str) -> Self {
        Self::request(
            texts::already_found(username),
            marked(
                "The name of the identity is that of a user to whom it does not belong; rename or delete the user.",
                "user.taken",
                None,
            ),
        )
    }
}

/// Returns `iss` of a token that was read before, without characters that are not seen.
fn issuer_of(token: &str) -> Option<String> {
    let payload = BASE64URL.decode(token.split('.').nth(1)?).ok()?;
    let payload: serde_json::Value = serde_json::from_slice(&payload).ok()?;
    let seen = payload.get("iss")?.as_str()?.chars();
    let seen = seen.filter(|c| !c.is_control());
    Some(seen.take(LONGEST_ISSUER).collect())
}

/// A call to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// For tokens.
    Token,
    /// For claims.
    UserInfo,
    /// For keys.
    Keys,
}

impl Refused {
    /// There is no answer. What is behind a host that may not be called is nobody's business but the administrator's.
    pub(super) fn unanswered(endpoint: Endpoint, error: &OutboundError) -> Self {
        let text = match (error, endpoint) {
            (OutboundError::Slow, Endpoint::Token) => texts::TOKEN_TIMEOUT,
            (OutboundError::Slow, Endpoint::Keys) => texts::KEYS_TIMEOUT,
            (OutboundError::Slow, Endpoint::UserInfo) => texts::READ_TIMED_OUT,
            (OutboundError::Broken(_), _) => texts::CONNECTION_RESET,
            _ => unconfirmed::UNREACHABLE,
        };
        let (name, check) = match endpoint {
            Endpoint::Token => ("token", "oauth.token_endpoint"),
            Endpoint::UserInfo => ("userInfo", "oauth.userinfo"),
            Endpoint::Keys => ("key", "oauth.keys"),
        };
        let words = format!("The provider's {name} endpoint: {error}.");
        Self::request(text, marked(&words, check, None))
    }

    /// The provider gave no tokens for the code. Of the social ones that answer as RFC 6749 has it, the client learns why;
    /// of Google the name of the error alone.
    pub(super) fn no_tokens(provider: &Provider, said: &Said) -> Self {
        use IdentityProviderTypeType as T;
        let (name, kind) = (&provider.name, provider.doc.kind);
        let text = match said {
            Said::Refusal {
                status,
                code: Some(code),
                description,
            } => match kind {
                T::Google => texts::social_refused(name, *status, code, None),
                T::LoginWithAmazon | T::SignInWithApple => {
                    texts::social_refused(name, *status, code, description.as_deref())
                }
                T::Facebook | T::Oidc | T::Saml => texts::token_refused(name, *status),
            },
            Said::Refusal { status, .. } => texts::token_refused(name, *status),
            _ => unconfirmed::INVALID_TOKENS.to_owned(),
        };
        let words = format!("The provider's token endpoint: {said}.");
        Self::request(text, marked(&words, "oauth.token_endpoint", None))
    }

    /// The ID token did not pass a check. Another issuer is named; the signature was checked before it.
    pub(super) fn bad_id_token(
        token: &SecretString,
        refused: id_token::Refused,
        compared: Option<&Compared>,
    ) -> Self {
        let issuer = match refused {
            id_token::Refused::Issuer => issuer_of(token.expose()),
            _ => None,
        };
        let text = match issuer {
            Some(issuer) => texts::bad_issuer(&issuer).into(),
            None => Cow::from(unconfirmed::INVALID_ID_TOKEN),
        };
        let words = format!("The provider's ID token: {refused}.");
        let check = explain::id_token(&refused).check;
        Self::request(text, marked(&words, check, compared))
    }

    /// The provider gave no claims for its token.
    pub(super) fn no_claims(provider: &Provider, said: &Said) -> Self {
        let text = match said {
            Said::Refusal { status, .. } => {
                Cow::from(unconfirmed::user_info_refused(&provider.name, *status))
            }
            _ => unconfirmed::INVALID_USER_INFO.into(),
        };
        let words = format!("The provider's userInfo endpoint: {said}.");
        Self::request(text, marked(&words, "oauth.userinfo", None))
    }

    /// The browser brought no code. What the provider or the user refused goes to the client in the provider's words.
    pub(super) fn no_code(no_code: &NoCode) -> Self {
        let words = format!("The provider's answer: {no_code}.");
        let check = marked(&words, "oauth.answer", None);
        match no_code {
            NoCode::Refused(denial) => Self {
                error: OAuthError {
                    error: known_error(&denial.error),
                    description: Some(texts::denied(denial).into()),
                },
                check: check.into(),
            },
            _ => Self::request(unconfirmed::INVALID_ANSWER, check),
        }
    }
}

/// Returns the error of the authorization endpoint that a provider's word is; `invalid_request` for any other, so that no
/// provider makes up errors of this server.
fn known_error(code: &str) -> &'static str {
    const KNOWN: [&str; 7] = [
        "access_denied",
        "server_error",
        "temporarily_unavailable",
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
    ];
    let known = KNOWN.into_iter().find(|known| *known == code);
    known.unwrap_or(INVALID_REQUEST.error)
}

/// The reason why a step ends early.
pub(super) enum Stop {
    /// With a refusal.
    Refused(Refused),
    /// What the provider says makes no user.
    Rejected(Rejection),
    /// A function of the pool refused or failed.
    Function(ApiError),
    /// With a fault.
    Fault(Fault),
}

impl Stop {
    /// Returns the end of a sign-in by SAML, where the service says of the attributes that the answer is not valid.
    pub(super) fn by_saml(self) -> Self {
        match self {
            Self::Rejected(rejection) => {
                let Refused { error, check } = Refused::rejection(rejection);
                let text = error.description.unwrap_or_default();
                Refused::server(texts::saml_attributes(&text), check).into()
            }
            other => other,
        }
    }

    /// Returns the end of a sign-in by a token that a client presented, in the words of the API.
    pub(super) fn of_exchange(self) -> Fault {
        match self {
            Self::Refused(Refused { error, .. }) => {
                let text = error.description.unwrap_or_default();
                // The name of a parameter that the service writes into its value, where this is none.
                let text = text.trim().trim_start_matches("error_description=");
                not_authorized(text.to_owned()).into()
            }
            Self::Rejected(Rejection(text)) => invalid_parameter(text.trim().to_owned()).into(),
            Self::Function(error) => error.into(),
            Self::Fault(fault) => fault,
        }
    }
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Fault> for Stop {
    /// A refusal of the API is that of a function of the pool here.
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Api(error) if is_refusal(&error) => Self::Function(error),
            other => Self::Fault(other),
        }
    }
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}

/// True for what a function or the attributes of a user cause; limits and faults of the server are none of it.
fn is_refusal(error: &ApiError) -> bool {
    !matches!(
        error.code,
        ErrorCode::TooManyRequests | ErrorCode::LimitExceeded | ErrorCode::InternalError
    )
}

/// Returns the refusal of a function, in its own words with the blank that the service puts behind them.
fn of_function(error: &ApiError) -> Refused {
    let text = format!("{} ", error.message);
    let words = "A function of the pool refused or failed.";
    Refused::request(text, marked(words, "user.function", None))
}

/// Returns the end of a creation that was not committed, or whose function behind the commit refused.
pub(super) fn of_creation(fault: Fault, username: &str) -> Stop {
    match fault {
        Fault::Api(error) if error.code == ErrorCode::UsernameExists => {
            Refused::taken(username).into()
        }
        Fault::Api(error) if error.code == ErrorCode::AliasExists => taken_alias(error),
        other => other.into(),
    }
}

/// Returns the end of a sign-in that was not committed.
pub(super) fn of_sign_in(fault: Fault) -> Stop {
    match fault {
        Fault::Api(error) if error.message == auth::session_used().message => {
            Refused::answer_used().into()
        }
        Fault::Api(error) if error.code == ErrorCode::AliasExists => taken_alias(error),
        other => other.into(),
    }
}

/// The address of a linked user, which the provider changed, is another user's name.
fn taken_alias(error: ApiError) -> Stop {
    let check = marked(
        "Another user has the address as a name.",
        "user.alias",
        None,
    );
    Refused::request(error.message, check).into()
}

/// Returns the end for a label of the commit that creates a user: the identity was linked meanwhile.
pub(super) fn is_linked(label: Label) -> bool {
    label == cognate_store::tables::provider_links::LINK_EXISTS
}

/// Records a refusal under the id of the request: the check that failed, the provider and the client. Of too many, none.
///
/// # Errors
/// Those of the store.
pub(super) async fn record(
    cx: &Cx<'_>,
    pool_id: &str,
    provider: &str,
    client_id: &str,
    check: &str,
) -> Result<()> {
    let detail = detail(check, provider, client_id);
    write(cx, pool_id, "ProviderRefused", &detail).await
}

/// Returns the words of a row about a provider's answer.
pub(super) fn detail(check: &str, provider: &str, client_id: &str) -> String {
    format!("{check} Identity provider: {provider:?}. Client: {client_id}.")
}

/// Writes a row under the id of the request. Anybody can cause such rows, so a node writes a bounded number of them.
///
/// # Errors
/// Those of the store.
pub(super) async fn write(cx: &Cx<'_>, pool_id: &str, result: &str, detail: &str) -> Result<()> {
    if !cx.refusals.spend(cx.now(), network(&cx.client_info.ip)) {
        tracing::debug!(request_id = %cx.request_id, "a refused answer of a provider is not recorded: too many");
        return Ok(());
    }
    let entry = Entry {
        operation: cx.action.name(),
        address: &cx.client_info.ip,
        result,
        request_id: Some(&cx.request_id),
        detail: Some(detail),
        ..Entry::default()
    };
    let batch = entry.append(Batch::new(), pool_id, cx.now());
    cx.commit(batch, |_| Fault::Stale).await?;
    Ok(())
}

/// Settles a step.
///
/// # Errors
/// Faults.
pub(super) fn settle<T>(
    outcome: std::result::Result<T, Stop>,
) -> Result<std::result::Result<T, Refused>> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Refused(refused)) => Ok(Err(refused)),
        Err(Stop::Rejected(rejection)) => Ok(Err(Refused::rejection(rejection))),
        Err(Stop::Function(error)) => Ok(Err(of_function(&error))),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

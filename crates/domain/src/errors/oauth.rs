//! Refusals of the OAuth endpoints (endpoints.md 1.4 to 1.8, settled J6 to J15; RFC 6749 section 5.2, RFC 6750
//! section 3.1).

use std::borrow::Cow;

use crate::errors::{ApiError, unconfirmed};

/// A refusal of the authorization, the token or the revocation endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    /// The member `error`.
    pub error: &'static str,
    /// The member `error_description`; most refusals have none.
    pub description: Option<Cow<'static, str>>,
}

impl OAuthError {
    const fn bare(error: &'static str) -> Self {
        Self {
            error,
            description: None,
        }
    }

    const fn described(error: &'static str, description: &'static str) -> Self {
        Self {
            error,
            description: Some(Cow::Borrowed(description)),
        }
    }
}

/// A parameter is missing or malformed, or the body is no form (settled J6).
pub const INVALID_REQUEST: OAuthError = OAuthError::bare("invalid_request");
/// A refresh without a refresh token (settled J7).
pub const NO_REFRESH_TOKEN: OAuthError =
    OAuthError::described("invalid_request", "invalid_refresh_token");
/// The client is unknown, malformed or missing (settled J9); at the revocation endpoint every defect of its proof, and
/// the token of another client (settled J14).
pub const INVALID_CLIENT: OAuthError = OAuthError::bare("invalid_client");
/// The client's secret is wrong or missing at the token endpoint (settled J10).
pub const INVALID_CLIENT_SECRET: OAuthError =
    OAuthError::described("invalid_client", "invalid_client_secret");
/// A refresh token that is not good, whatever the reason (settled J8); a code that is unknown; OAuth is switched off for
/// the client (endpoints.md 1.6).
pub const INVALID_GRANT: OAuthError = OAuthError::bare("invalid_grant");
/// The client may not use the grant (endpoints.md 1.6).
pub const UNAUTHORIZED_CLIENT: OAuthError = OAuthError::bare("unauthorized_client");
/// There is no such grant (endpoints.md 1.6).
pub const UNSUPPORTED_GRANT_TYPE: OAuthError = OAuthError::bare("unsupported_grant_type");
/// The client does not have the scope; that the service refuses it here is not confirmed (endpoints.md 1.6).
pub const INVALID_SCOPE: OAuthError = OAuthError::bare("invalid_scope");
/// A revocation without a token (settled J15).
pub const NO_TOKEN: OAuthError =
    OAuthError::described("invalid_request", "Invalid parameter in request");
/// A revocation for a client without token revocation (settled J15).
pub const UNSUPPORTED_OPERATION: OAuthError =
    OAuthError::described("invalid_request", "Unsupported operation");
/// A revocation of an access or ID token (settled J17).
pub const UNSUPPORTED_TOKEN_TYPE: OAuthError = OAuthError::bare("unsupported_token_type");

/// `AllowedOAuthFlowsUserPoolClient` is off (endpoints.md 1.5).
pub const OAUTH_IS_OFF: OAuthError = OAuthError::described(
    "invalid_request",
    "Client is not enabled for OAuth2.0 flows ",
);
/// `prompt=none` and no session that would do (endpoints.md 1.5).
pub const LOGIN_REQUIRED: OAuthError = OAuthError::bare("login_required");
/// `prompt=none`, and the user has not let the client in (OpenID Connect Core 1.0 section 3.1.2.6).
pub const CONSENT_REQUIRED: OAuthError = OAuthError::bare("consent_required");
/// `request` (OpenID Connect Core 1.0 section 3.1.2.6).
pub const REQUEST_NOT_SUPPORTED: OAuthError = OAuthError::bare("request_not_supported");
/// `request_uri` (OpenID Connect Core 1.0 section 3.1.2.6).
pub const REQUEST_URI_NOT_SUPPORTED: OAuthError = OAuthError::bare("request_uri_not_supported");
/// An authorization that a fault prevented (endpoints.md 1.5).
pub const SERVER_ERROR: OAuthError = OAuthError::bare("server_error");
/// The user or a function of the pool said no (RFC 6749 section 4.1.2.1).
pub const ACCESS_DENIED: OAuthError = OAuthError::bare("access_denied");

/// `resource` with a grant that has none (endpoints.md 1.6).
pub const NO_RESOURCE: OAuthError =
    OAuthError::described("invalid_request", unconfirmed::oauth::NO_RESOURCE);

/// A token exchange without the token that is traded (RFC 8693 section 2.1).
pub const NO_SUBJECT_TOKEN: OAuthError =
    OAuthError::described("invalid_request", unconfirmed::oauth::SUBJECT_TOKEN_MISSING);
/// A token exchange with an actor's token and no type, or the other way round.
pub const ACTOR_TOKEN_INCOMPLETE: OAuthError = OAuthError::described(
    "invalid_request",
    unconfirmed::oauth::ACTOR_TOKEN_INCOMPLETE,
);
/// A token exchange for an audience and a resource.
pub const AUDIENCE_AND_RESOURCE: OAuthError =
    OAuthError::described("invalid_request", unconfirmed::oauth::AUDIENCE_AND_RESOURCE);

/// A parameter of a token exchange with a value that the endpoint does not take.
pub fn not_supported(parameter: &str) -> OAuthError {
    OAuthError {
        description: Some(unconfirmed::oauth::not_supported(parameter).into()),
        ..INVALID_REQUEST
    }
}

/// A token of an exchange that is not good, or a user who may not sign in (RFC 8693 section 2.2.2); the text is the one that
/// the API gives.
pub fn unacceptable(error: ApiError) -> OAuthError {
    OAuthError {
        description: Some(error.message),
        ..INVALID_REQUEST
    }
}

/// A service for which no token is issued (RFC 8693 section 2.2.2); the text is the one that the API gives.
pub fn no_such_target(error: ApiError) -> OAuthError {
    OAuthError {
        description: Some(error.message),
        ..INVALID_TARGET
    }
}

/// A function of the pool failed or refused before an authorization was answered; the text is the one that the API
/// gives.
pub fn prevented_by_function(error: ApiError) -> OAuthError {
    OAuthError {
        error: unconfirmed::oauth::PREVENTED_BY_FUNCTION,
        description: Some(error.message),
    }
}

/// A function of the pool failed or refused; the text is the one that the API gives.
pub fn refused_by_function(error: ApiError) -> OAuthError {
    OAuthError {
        error: unconfirmed::oauth::REFUSED_BY_FUNCTION,
        description: Some(error.message),
    }
}

/// A refusal of the userInfo endpoint, which stands in `WWW-Authenticate` (endpoints.md 1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BearerError {
    /// `error`.
    pub error: &'static str,
    /// `error_description`; has no character that a quoted string would have to escape.
    pub description: &'static str,
}

/// No access token in the header, or more than one.
pub const BAD_USER_INFO_REQUEST: BearerError = BearerError {
    error: "invalid_request",
    description: "Bad OAuth2 request at UserInfo Endpoint",
};
/// The access token is not good, whatever the reason.
pub const TOKEN_OVER: BearerError = BearerError {
    error: "invalid_token",
    description: "Access token is expired, disabled, or deleted, or the user has globally signed out.",
};
/// A token of the API, or an ID token.
pub const NO_OPENID_SCOPE: BearerError = BearerError {
    error: "invalid_token",
    description: "Access token does not contain openid scope",
};

/// A registration is off, or not possible in this way (agents.md 3.3).
pub const REGISTRATION_IS_OFF: OAuthError =
    OAuthError::described("access_denied", unconfirmed::dcr::REGISTRATION_IS_OFF);
/// A change of a client that an administrator manages.
pub const CLIENT_IS_MANAGED: OAuthError =
    OAuthError::described("access_denied", unconfirmed::dcr::CLIENT_IS_MANAGED);
/// A pool with as many clients that registered themselves as it may have.
pub const TOO_MANY_CLIENTS: OAuthError = OAuthError::described(
    "invalid_client_metadata",
    unconfirmed::dcr::TOO_MANY_CLIENTS,
);

/// What a client says of itself cannot be (RFC 7591 section 3.2.2). The texts are ours.
pub fn invalid_client_metadata(description: impl Into<Cow<'static, str>>) -> OAuthError {
    OAuthError {
        error: "invalid_client_metadata",
        description: Some(description.into()),
    }
}

/// As [`invalid_client_metadata`], of redirect URIs.
pub const fn invalid_redirect_uri(description: &'static str) -> OAuthError {
    OAuthError::described("invalid_redirect_uri", description)
}

/// A token that registers no client, whatever the reason (RFC 6750 section 3.1).
pub const TOKEN_NOT_GOOD: BearerError = BearerError {
    error: "invalid_token",
    description: "The access token is not valid",
};
/// A good token without the scope that registers clients.
pub const NO_REGISTER_SCOPE: BearerError = BearerError {
    error: "insufficient_scope",
    description: "The access token does not have the scope aws.cognito/dcr/register",
};
/// A token that is not that of the registration, or a registration that is gone (RFC 7592 section 2).
pub const REGISTRATION_TOKEN_NOT_GOOD: BearerError = BearerError {
    error: "invalid_token",
    description: "The registration access token is not valid",
};

/// A device that its user has not let in yet (RFC 8628 section 3.5).
pub const AUTHORIZATION_PENDING: OAuthError = OAuthError::bare("authorization_pending");
/// A device that asks more often than it may.
pub const SLOW_DOWN: OAuthError = OAuthError::bare("slow_down");
/// A resource or an audience that is not there, without a word about it (RFC 8707 section 2).
pub const INVALID_TARGET: OAuthError = OAuthError::bare("invalid_target");
/// `resource` that names no resource server of the pool (RFC 8707 section 2, agents.md 4.3).
pub const UNKNOWN_TARGET: OAuthError =
    OAuthError::described("invalid_target", unconfirmed::sessions::UNKNOWN_RESOURCE);
/// Another `resource` than the authorization was given for.
pub const OTHER_TARGET: OAuthError =
    OAuthError::described("invalid_target", unconfirmed::sessions::OTHER_RESOURCE);

/// Returns the refusal of a resource that is refused as a parameter; None for everything else.
pub fn about_resource(error: &ApiError) -> Option<OAuthError> {
    let refusals = [UNKNOWN_TARGET, OTHER_TARGET];
    refusals
        .into_iter()
        .find(|refusal| refusal.description.as_deref() == Some(error.message.as_ref()))
}
/// A device whose codes ended.
pub const EXPIRED_TOKEN: OAuthError = OAuthError::bare("expired_token");

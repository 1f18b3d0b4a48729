//! Hints behind the refusals of the OAuth endpoints: by `error` and `error_description` of the answer, or of the place that it
//! leads to.

use cognate_domain::errors::oauth::{self, OAuthError};
use cognate_store::percent;
use http::header::{CONTENT_TYPE, LOCATION};
use serde_json::Value;

use super::LONGEST;

/// An entry.
pub struct OAuthHint {
    /// What it is called.
    pub code: &'static str,
    /// The refusal.
    pub of: fn() -> OAuthError,
    /// Why it is refused.
    pub cause: &'static str,
    /// What decides, and how to change it.
    pub setting: &'static str,
}

const fn hint(
    code: &'static str,
    of: fn() -> OAuthError,
    cause: &'static str,
    setting: &'static str,
) -> OAuthHint {
    OAuthHint {
        code,
        of,
        cause,
        setting,
    }
}

/// Only a page says this, by a word of its own.
const REDIRECT_MISMATCH: OAuthError = OAuthError {
    error: "redirect_mismatch",
    description: None,
};

/// The table.
pub const TABLE: &[OAuthHint] = &[
    hint(
        "redirect-mismatch",
        || REDIRECT_MISMATCH,
        "redirect_uri is none of the client's callback URLs, compared character by character",
        "CallbackURLs of the client (LogoutURLs for /logout)",
    ),
    hint(
        "oauth-off",
        || oauth::OAUTH_IS_OFF,
        "the client may not use the OAuth endpoints",
        "AllowedOAuthFlowsUserPoolClient, AllowedOAuthFlows and AllowedOAuthScopes of the client",
    ),
    hint(
        "oauth-secret",
        || oauth::INVALID_CLIENT_SECRET,
        "the client has a secret, and it is wrong or missing",
        "Authorization: Basic of client id and secret; or a client without a secret",
    ),
    hint(
        "oauth-client",
        || oauth::INVALID_CLIENT,
        "there is no such client, or its proof is not good",
        "client_id and the secret; ids of your own choice in cognate.yaml (cognate seed)",
    ),
    hint(
        "oauth-grant",
        || oauth::INVALID_GRANT,
        "the code or the refresh token is used up, too old, of another client or redirect_uri, or the PKCE proof does not fit",
        "code, redirect_uri and code_verifier of the call; each code works once and for five minutes",
    ),
    hint(
        "oauth-flow",
        || oauth::UNAUTHORIZED_CLIENT,
        "the client may not use this grant or response type",
        "AllowedOAuthFlows of the client",
    ),
    hint(
        "oauth-scope",
        || oauth::INVALID_SCOPE,
        "the client may not ask for one of the scopes",
        "AllowedOAuthScopes of the client; scopes of resource servers as IDENTIFIER/SCOPE",
    ),
    hint(
        "oauth-grant-type",
        || oauth::UNSUPPORTED_GRANT_TYPE,
        "there is no such grant",
        "grant_type: authorization_code, refresh_token, client_credentials",
    ),
    hint(
        "oauth-request",
        || oauth::INVALID_REQUEST,
        "a parameter is missing, malformed or there twice, or the body is no form",
        "Content-Type: application/x-www-form-urlencoded, and the parameters of the call",
    ),
];

/// Returns the hint of an answer and its body.
pub fn of_answer<T>(
    query: Option<&str>,
    answer: &http::Response<T>,
    body: &[u8],
) -> Option<String> {
    let (error, description) = refusal(answer, body)?;
    let is = |hint: &&OAuthHint| {
        let own = (hint.of)();
        own.error == error && own.description.as_deref() == description.as_deref()
    };
    let hint = TABLE.iter().find(is)?;
    let values: Vec<String> = ["client_id", "redirect_uri"]
        .iter()
        .filter_map(|name| {
            let value: String = member(query?, name)?.chars().take(LONGEST).collect();
            Some(format!("{name}={value}"))
        })
        .collect();
    let values = match values.is_empty() {
        true => String::new(),
        false => format!(" [{}]", values.join(", ")),
    };
    let OAuthHint {
        code,
        cause,
        setting,
        ..
    } = hint;
    Some(format!("{code}: {cause}{values} => {setting}"))
}

/// Returns `error` and `error_description` of an answer.
fn refusal<T>(answer: &http::Response<T>, body: &[u8]) -> Option<(String, Option<String>)> {
    let headers = answer.headers();
    if let Some(to) = headers.get(LOCATION) {
        let (_, query) = to.to_str().ok()?.split_once('?')?;
        let query = query.split('#').next().unwrap_or_default();
        return Some((member(query, "error")?, member(query, "error_description")));
    }
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    if !answer.status().is_client_error() || !kind.contains("json") {
        return None;
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
    Some((text("error")?, text("error_description")))
}

/// Returns a parameter.
fn member(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(known, _)| *known == name)?;
    percent::decode(&value.replace('+', "%20")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_in_the_body_and_in_the_place_that_it_leads_to() {
        let body = br#"{"error":"invalid_client","error_description":"invalid_client_secret"}"#;
        let answer = http::Response::builder()
            .status(400)
            .header("content-type", "application/json")
            .body(())
            .unwrap();
        let hint = of_answer(None, &answer, body).unwrap();
        assert!(hint.starts_with("oauth-secret: "), "{hint}");
        let answer = http::Response::builder()
            .status(302)
            .header("location", "/error?error=redirect_mismatch&client_id=abc")
            .body(())
            .unwrap();
        let query = Some("client_id=abc&redirect_uri=https%3A%2F%2Fx.example");
        let hint = of_answer(query, &answer, b"").unwrap();
        assert!(
            hint.contains("[client_id=abc, redirect_uri=https://x.example] => "),
            "{hint}"
        );
        let answer = http::Response::builder().status(200).body(()).unwrap();
        assert_eq!(of_answer(query, &answer, body), None);
    }
}

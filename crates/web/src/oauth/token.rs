//! `/oauth2/token` (endpoints.md 1.6).

use std::fmt::Write as _;

use cognate_domain::Endpoint;
use cognate_domain::errors::oauth::{INVALID_REQUEST, UNSUPPORTED_GRANT_TYPE};
use cognate_domain::oauth::code::CodeRequest;
use cognate_domain::oauth::exchange_grant::{self as exchange, ExchangeRequest, Exchanged};
use cognate_domain::oauth::machine::MachineRequest;
use cognate_domain::oauth::refresh::Narrowing;
use cognate_domain::oauth::{Tokens, code, device, machine, refresh};
use cognate_shapes::Category;
use http::StatusCode;
use serde::Serialize;

use crate::action;
use crate::failure::Failure;
use crate::fields::{Fields, FieldsError};
use crate::oauth::credentials::Sent;
use crate::oauth::{JSON, json, refused, refused_client, unworded};
use crate::request::Request;
use crate::response::Response;

/// The grants of the endpoint.
#[derive(Clone, Copy)]
enum GrantType {
    Code,
    Refresh,
    Machine,
    Device,
    Exchange,
}

impl GrantType {
    fn of(name: &str) -> Option<Self> {
        match name {
            "authorization_code" => Some(Self::Code),
            "refresh_token" => Some(Self::Refresh),
            "client_credentials" => Some(Self::Machine),
            "urn:ietf:params:oauth:grant-type:device_code" => Some(Self::Device),
            exchange::GRANT => Some(Self::Exchange),
            _ => None,
        }
    }

    /// The category of its requests: those of users count as signing in does.
    fn category(self) -> Category {
        match self {
            Self::Code | Self::Refresh | Self::Device | Self::Exchange => {
                Category::UserAuthentication
            }
            Self::Machine => Category::ClientAuthentication,
        }
    }
}

/// Gives tokens. Refusals, in this order: a body that is no form, or a parameter that occurs twice; no `grant_type`
/// (settled J6); an unknown one; those of the grant, which looks at the client first (settled J9).
pub(crate) async fn token(request: Request<'_>) -> Result<Response, Failure> {
    let form = form(&request);
    let named = form.as_ref().and_then(|form| form.get("grant_type"));
    let named = named.filter(|name| !name.is_empty());
    let grant = named.and_then(GrantType::of);
    let category = grant.map_or(Category::UserAuthentication, GrantType::category);
    request.admit_category(category).await?;
    let bad_request = |refusal| Ok(refused(StatusCode::BAD_REQUEST, refusal));
    let (Some(form), true) = (&form, named.is_some()) else {
        return bad_request(&INVALID_REQUEST);
    };
    let Some(grant) = grant else {
        return bad_request(&UNSUPPORTED_GRANT_TYPE);
    };
    let sent = Sent::read(&request, form);
    let client = sent.as_ref().map(Sent::credentials);
    let cx = request.cx(match grant {
        GrantType::Code | GrantType::Refresh | GrantType::Device => Endpoint::Token,
        GrantType::Machine => Endpoint::ClientCredentials,
        GrantType::Exchange => Endpoint::TokenExchange,
    });
    let outcome = match grant {
        GrantType::Code => {
            let wish = CodeRequest {
                code: form.get("code"),
                redirect_uri: form.get("redirect_uri"),
                code_verifier: form.get("code_verifier"),
                resource: form.get("resource"),
            };
            action::run(&cx, || Box::pin(code::tokens(&cx, client, wish))).await
        }
        GrantType::Refresh => {
            let token = form.get("refresh_token");
            let narrowing = Narrowing {
                scope: form.get("scope"),
                resource: form.get("resource"),
            };
            let work = || Box::pin(refresh::tokens(&cx, client, token, narrowing));
            action::run(&cx, work).await
        }
        GrantType::Device => {
            let (code, resource) = (form.get("device_code"), form.get("resource"));
            let work = || Box::pin(device::tokens(&cx, client, code, resource));
            action::run(&cx, work).await
        }
        GrantType::Machine => {
            let wish = MachineRequest {
                scope: form.get("scope"),
                metadata: form.get("aws_client_metadata"),
                resource: form.get("resource"),
            };
            action::run(&cx, || Box::pin(machine::tokens(&cx, client, wish))).await
        }
        GrantType::Exchange => {
            let wish = wish(form);
            let work = || Box::pin(exchange::token(&cx, client, wish));
            let issued = match action::run(&cx, work).await {
                Ok(issued) => issued,
                Err(error) => return unworded(error),
            };
            return match issued {
                Ok(issued) => Ok(exchanged(&issued)),
                Err(refusal) => refused_client(&cx, sent.as_ref(), &refusal).await,
            };
        }
    };
    match outcome {
        Ok(Ok(tokens)) => Ok(answer(&tokens)),
        Ok(Err(refusal)) => refused_client(&cx, sent.as_ref(), &refusal).await,
        Err(error) => unworded(error),
    }
}

/// Returns the form; None for a body that is none. A long one is read for an exchange alone: an assertion of SAML needs the
/// space.
fn form(request: &Request<'_>) -> Option<Fields> {
    match request.form() {
        Err(FieldsError::TooLong) => {
            let form = request.long_form().ok()?;
            (form.get("grant_type") == Some(exchange::GRANT)).then_some(form)
        }
        form => form.ok(),
    }
}

/// Reads the parameters of an exchange.
fn wish(form: &Fields) -> ExchangeRequest<'_> {
    ExchangeRequest {
        subject_token: form.get("subject_token"),
        subject_token_type: form.get("subject_token_type"),
        subject_provider: form.get("subject_token_provider_name"),
        actor_token: form.get("actor_token"),
        actor_token_type: form.get("actor_token_type"),
        actor_provider: form.get("actor_token_provider_name"),
        scope: form.get("scope"),
        audience: form.get("audience"),
        resource: form.get("resource"),
        requested_token_type: form.get("requested_token_type"),
    }
}

/// The answer to an exchange (RFC 8693 section 2.2.1).
#[derive(Serialize)]
struct ExchangedBody<'a> {
    access_token: &'a str,
    issued_token_type: &'a str,
    token_type: &'a str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

fn exchanged(issued: &Exchanged) -> Response {
    let body = ExchangedBody {
        access_token: &issued.token,
        issued_token_type: issued.kind,
        token_type: issued.token_type,
        expires_in: issued.expires_in,
        scope: issued.scope.as_deref(),
    };
    json(StatusCode::OK, &body)
}

/// Returns the answer, with the members of the service. `scope` is not among them and comes for other clients alone.
fn answer(tokens: &Tokens) -> Response {
    let named = [
        ("id_token", tokens.id.as_deref()),
        ("access_token", Some(tokens.access.as_str())),
        ("refresh_token", tokens.refresh.as_deref()),
    ];
    let mut body = String::with_capacity(4096);
    body.push('{');
    for (name, token) in named {
        let Some(token) = token else { continue };
        for part in ["\"", name, "\":"] {
            body.push_str(part);
        }
        push_text(&mut body, token);
        body.push(',');
    }
    // Writing to a text never fails.
    let _ = write!(body, r#""expires_in":{}"#, tokens.expires_in);
    if let Some(scope) = &tokens.scope {
        body.push_str(r#","scope":"#);
        push_text(&mut body, scope);
    }
    body.push_str(r#","token_type":"Bearer"}"#);
    Response::new(StatusCode::OK, JSON, body)
}

/// Adds a text as JSON. Tokens are long and have no character that is escaped, so that they are copied whole: to look for one
/// byte by byte was a tenth of the instructions of a refresh besides its cryptography.
fn push_text(body: &mut String, text: &str) {
    let plain = |b: u8| b.is_ascii_alphanumeric() | (b == b'-') | (b == b'_') | (b == b'.');
    if text.bytes().fold(true, |all, b| all & plain(b)) {
        for part in ["\"", text, "\""] {
            body.push_str(part);
        }
    } else {
        body.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_written_as_json() {
        for text in ["", "ab-_.09AZ", "a\"b", "a\\b", "a\nb", "é"] {
            let mut body = String::new();
            push_text(&mut body, text);
            assert_eq!(body, serde_json::Value::from(text).to_string());
        }
    }
}

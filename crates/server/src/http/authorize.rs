//! `GET /_authorize` of `dev`: the word of a gateway's authorizer about a token, for local gateways that have none (docs/DEV.md).
//!
//! It tells a caller nothing but what is in the token that it sent.

use cognate_domain::tokens::authorizer::{Asked, Judged, judge};
use cognate_store::percent;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::{Map, Value, json};

use crate::hints;
use crate::http::response::{self, Response};
use crate::state::State;

/// The path.
pub const PATH: &str = "/_authorize";
/// The longest token.
const LONGEST: usize = 16 << 10;
/// The headers with claims, for gateways that pass headers on.
const HEADERS: [(&str, &str); 6] = [
    ("x-cognate-sub", "sub"),
    ("x-cognate-email", "email"),
    ("x-cognate-groups", "cognito:groups"),
    ("x-cognate-scope", "scope"),
    ("x-cognate-client-id", "client_id"),
    ("x-cognate-token-use", "token_use"),
];

/// Answers: 200 with the claims, 401, or 400 for a query that makes no sense.
pub async fn answer(state: &State, parts: &Parts, request_id: &str) -> Response {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        let why = json!({"error": "Not with this method."});
        return response::json(StatusCode::METHOD_NOT_ALLOWED, &why, request_id);
    }
    let mut asked = match asked(parts.uri.query().unwrap_or("")) {
        Ok(asked) => asked,
        Err(why) => {
            return response::json(StatusCode::BAD_REQUEST, &json!({"error": why}), request_id);
        }
    };
    let Some(token) = token(&parts.headers) else {
        return unauthorized(
            "there is no Authorization header with one token",
            request_id,
        );
    };
    asked.path = Some(state.origins.prefix.clone());
    let _held = state.app.whole.hold().await;
    match judge(&state.app, token, &asked).await {
        Ok(Judged::Good(claims)) => authorized(&claims, request_id),
        Ok(Judged::Bad(why)) => unauthorized(why, request_id),
        Err(fault) => {
            tracing::error!(request_id, ?fault, "a token could not be judged");
            let why = json!({"error": "It failed; see the log."});
            response::json(StatusCode::INTERNAL_SERVER_ERROR, &why, request_id)
        }
    }
}

/// Reads the query: `pool`, `client` and `scope` (several each, or separated by commas and spaces), `use`.
fn asked(query: &str) -> Result<Asked, String> {
    let mut asked = Asked::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent::decode(&value.replace('+', "%20"));
        let value = value.map_err(|_| format!("`{name}` is not percent-encoded UTF-8"))?;
        let list = value.split([',', ' ']).filter(|text| !text.is_empty());
        match name {
            "pool" => asked.pool = Some(value.clone()),
            "client" => asked.clients.extend(list.map(str::to_owned)),
            "scope" => asked.scopes.extend(list.map(str::to_owned)),
            "use" if value == "access" || value == "id" => asked.token_use = Some(value.clone()),
            "use" => return Err("`use` is access or id".to_owned()),
            _ => {
                return Err(format!(
                    "`{name}` is no option: use pool, client, scope, use"
                ));
            }
        }
    }
    Ok(asked)
}

/// Returns the one token of a request: with `Bearer`, or alone, as user pool authorizers take it.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return None;
    };
    let text = one.to_str().ok()?.trim();
    let token = match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
        Some(_) => return None,
        None if text.eq_ignore_ascii_case("bearer") => return None,
        None => text,
    };
    (!token.is_empty() && token.len() <= LONGEST).then_some(token)
}

fn authorized(claims: &Map<String, Value>, request_id: &str) -> Response {
    let texts = |list: fn(&[Value]) -> String| -> Map<String, Value> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(items) => list(items),
            other => other.to_string(),
        };
        let all = claims.iter();
        all.map(|(name, value)| (name.clone(), json!(text(value))))
            .collect()
    };
    // As the two kinds of API of the gateway show lists.
    let rest = texts(|items| joined(items, ","));
    let http = texts(|items| format!("[{}]", joined(items, " ")));
    let scopes = claims.get("scope").and_then(Value::as_str);
    let scopes: Option<Vec<&str>> = scopes.map(|text| text.split(' ').collect());
    let body = json!({
        "isAuthorized": true,
        "principalId": claims.get("sub"),
        "requestContext": {"authorizer": {"claims": rest, "jwt": {"claims": http, "scopes": scopes}}},
    });
    let mut answer = response::json(StatusCode::OK, &body, request_id);
    let name = ["cognito:username", "username"];
    let name = name.iter().find_map(|claim| rest.get(*claim));
    let named = HEADERS
        .iter()
        .filter_map(|(header, claim)| Some((*header, rest.get(*claim)?)));
    for (header, value) in named.chain(name.map(|name| ("x-cognate-username", name))) {
        // A value that a header cannot have is in the body alone.
        let value = value
            .as_str()
            .and_then(|text| HeaderValue::from_str(text).ok());
        if let Some(value) = value {
            answer
                .headers_mut()
                .insert(HeaderName::from_static(header), value);
        }
    }
    answer
}

fn joined(items: &[Value], between: &str) -> String {
    let text = |item: &Value| {
        item.as_str()
            .map_or_else(|| item.to_string(), str::to_owned)
    };
    let all: Vec<String> = items.iter().map(text).collect();
    all.join(between)
}

fn unauthorized(why: &'static str, request_id: &str) -> Response {
    let body = json!({"isAuthorized": false, "message": "Unauthorized"});
    let mut answer = response::json(StatusCode::UNAUTHORIZED, &body, request_id);
    let headers = answer.headers_mut();
    headers.insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Bearer error=\"invalid_token\""),
    );
    headers.insert(hints::HEADER, HeaderValue::from_static(why));
    tracing::info!(request_id, why, "a token was refused at /_authorize");
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_for_pool_clients_scopes_and_use() {
        let read = asked("pool=a&client=b,c&client=d&scope=x%2Fread+y&use=id").unwrap();
        assert_eq!(read.pool.as_deref(), Some("a"));
        assert_eq!(read.clients, ["b", "c", "d"]);
        assert_eq!(read.scopes, ["x/read", "y"]);
        assert_eq!(read.token_use.as_deref(), Some("id"));
        assert!(asked("pol=a").is_err() && asked("use=refresh").is_err());
        assert!(asked("pool=%ff").is_err());
    }

    #[test]
    fn one_token_counts_with_or_without_bearer() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            token(&headers).map(str::to_owned)
        };
        assert_eq!(read(&["Bearer a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(read(&["bearer  a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(read(&["a.b.c"]).as_deref(), Some("a.b.c"));
        for none in [&[][..], &["Basic x"], &["Bearer "], &["a", "b"]] {
            assert_eq!(read(none), None, "{none:?}");
        }
    }
}

//! Paths that people know from emulators, in `dev` alone (docs/DEV.md).

use http::request::Parts;
use http::{Method, StatusCode, Uri};
use serde_json::json;

use crate::http::response::{self, Response};

/// What stands before the paths of a pool's pages and endpoints there.
const PAGES: &str = "/_aws/cognito-idp";

/// Answers a path of LocalStack's own; None for any other.
pub fn answer(parts: &Parts, request_id: &str) -> Option<Response> {
    let value = match parts.uri.path() {
        "/_localstack/health" => json!({
            "services": {"cognito-idp": "running"},
            "edition": "cognate",
            "version": env!("CARGO_PKG_VERSION"),
        }),
        // Requests are answered only when the start is over.
        "/_localstack/init" => json!({
            "completed": {"BOOT": true, "START": true, "READY": true, "SHUTDOWN": false},
            "scripts": [],
        }),
        _ => return None,
    };
    Some(match parts.method {
        Method::GET | Method::HEAD => response::json(StatusCode::OK, &value, request_id),
        _ => {
            let why = json!({"error": "Not with this method."});
            response::json(StatusCode::METHOD_NOT_ALLOWED, &why, request_id)
        }
    })
}

/// Takes what stands before a path of a pool's pages away: `/_aws/cognito-idp/login?…` is `/login?…`.
pub fn rewrite(parts: &mut Parts) {
    let Some(rest) = parts.uri.path().strip_prefix(PAGES) else {
        return;
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let whole = match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut pieces = parts.uri.clone().into_parts();
    pieces.path_and_query = whole.parse().ok();
    if let Ok(uri) = Uri::from_parts(pieces) {
        parts.uri = uri;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(uri: &str) -> String {
        let (mut parts, ()) = http::Request::get(uri).body(()).unwrap().into_parts();
        rewrite(&mut parts);
        parts.uri.to_string()
    }

    #[test]
    fn the_pages_of_pools_have_a_second_address() {
        for (from, to) in [
            (
                "/_aws/cognito-idp/login?client_id=a&x=%20",
                "/login?client_id=a&x=%20",
            ),
            ("/_aws/cognito-idp/", "/"),
            ("/_aws/cognito-idp", "/"),
            ("/_aws/cognito-idpx/login", "/_aws/cognito-idpx/login"),
            ("/login?_aws/cognito-idp/", "/login?_aws/cognito-idp/"),
            ("/_aws/cognito-idp//evil.example/x", "//evil.example/x"),
        ] {
            assert_eq!(rewritten(from), to, "{from}");
        }
    }
}

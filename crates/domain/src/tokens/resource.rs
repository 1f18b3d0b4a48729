//! Resource indicators (RFC 8707): the resource server that an access token is for (agents.md 4.3, endpoints.md 1.3).
//!
//! `resource` names a resource server of the pool by its Identifier, byte for byte: a service compares `aud` with its own
//! URL, so that nothing shorter or longer may stand for it. One exception: a URL without a path and the same with `/`
//! behind it are one, since clients write either (RFC 3986 section 6.2.3).

use cognate_store::tables::resource_servers;

use crate::cx::Cx;
use crate::errors::{Result, sessions};
use crate::records::client::Client;
use crate::records::pool::Pool;

/// The most bytes of a resource (the model's RedirectUrlType).
const LONGEST: usize = 1_024;

/// Returns the Identifier, as it is registered, of the resource server that `resource` names; None if there is none.
///
/// # Errors
/// Those of the store, and a row that is not signed.
pub async fn registered(cx: &Cx<'_>, pool: &Pool, resource: &str) -> Result<Option<String>> {
    if !is_resource(resource) {
        return Ok(None);
    }
    for identifier in [Some(resource.to_owned()), twin(resource)] {
        let Some(identifier) = identifier else {
            continue;
        };
        if let Some(row) = resource_servers::get(&cx.store, &pool.id, &identifier).await? {
            pool.check(&row.signed(), row.mac.as_deref())?;
            return Ok(Some(row.identifier));
        }
    }
    Ok(None)
}

/// Returns the resource of a token that is asked for out of a grant. `granted`: the resource that the grant is bound to;
/// one that is bound to none may be narrowed to any, but not by a client that its users let in: they were asked about the
/// resource that it named.
///
/// # Errors
/// InvalidParameterException for another resource than the grant's, and for one that no resource server has; those of
/// the store.
pub async fn within(
    cx: &Cx<'_>,
    (pool, client): (&Pool, &Client),
    granted: Option<&str>,
    asked: &str,
) -> Result<String> {
    match granted {
        Some(granted) if is_same(granted, asked) => Ok(granted.to_owned()),
        Some(_) => Err(sessions::other_resource().into()),
        None if client.is_let_in_by_users() => Err(sessions::other_resource().into()),
        None => {
            let found = registered(cx, pool, asked).await?;
            Ok(found.ok_or_else(sessions::unknown_resource)?)
        }
    }
}

fn is_same(a: &str, b: &str) -> bool {
    a == b || twin(a).is_some_and(|twin| twin == b)
}

/// Returns the other way to write a URL without a path; None for one with a path or a query.
fn twin(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    match rest.strip_suffix('/') {
        Some(host) if !host.contains(['/', '?']) => url.strip_suffix('/').map(str::to_owned),
        None if !rest.contains(['/', '?']) => Some(format!("{url}/")),
        _ => None,
    }
}

/// True for one absolute URL without a fragment: https, http on the own machine, or a scheme of an application's own
/// (RFC 8707 section 2, endpoints.md 1.3).
fn is_resource(url: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_graphic() && !b"#\"\\<>^`{|}".contains(&b);
    if url.len() > LONGEST || !url.bytes().all(is_plain) {
        return false;
    }
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let host = rest
        .strip_prefix("//")
        .and_then(|rest| rest.split(['/', '?']).next())
        .filter(|authority| !authority.is_empty() && !authority.contains('@'));
    match scheme.to_ascii_lowercase().as_str() {
        "https" => host.is_some(),
        "http" => host.is_some_and(|authority| {
            let name = match authority.strip_prefix('[') {
                Some(rest) => rest.split(']').next(),
                None => authority.split(':').next(),
            };
            let name = name.unwrap_or_default();
            name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "::1"
        }),
        _ => is_scheme && !rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_one_absolute_url() {
        for good in [
            "https://api.example",
            "https://api.example:8443/v1?x=1",
            "http://localhost",
            "http://localhost:3000/api",
            "http://127.0.0.1:8000/mcp",
            "http://[::1]:8000/mcp",
            "myapp://api",
            "com.example.app:/api",
        ] {
            assert!(is_resource(good), "{good}");
        }
        let long = format!("https://api.example/{}", "x".repeat(1_024));
        for bad in [
            "",
            "api.example",
            "/api",
            "https://",
            "https:///x",
            "https://user@api.example",
            "https://api.example/#x",
            "https://api.example https://other.example",
            "http://api.example",
            "http://localhost.evil.example",
            "http://localhost@evil.example",
            "http://127.0.0.1.evil.example",
            "http://[::1].evil.example@x",
            "http://::1",
            "HTTP://api.example",
            "1app://x",
            "myapp:",
            "https://api.example/\r\nx",
            long.as_str(),
        ] {
            assert!(!is_resource(bad), "{bad}");
        }
    }

    #[test]
    fn a_host_with_and_without_a_slash_is_one_resource_and_nothing_else_is() {
        for (a, b) in [
            ("https://api.example", "https://api.example/"),
            ("http://localhost:8000/", "http://localhost:8000"),
            ("https://api.example/mcp", "https://api.example/mcp"),
        ] {
            assert!(is_same(a, b) && is_same(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("https://api.example/mcp", "https://api.example/mcp/"),
            ("https://api.example", "https://api.example//"),
            ("https://api.example?x", "https://api.example?x/"),
            ("https://api.example", "https://API.example"),
            ("https://api.example", "https://api.example:443"),
            ("https://api.example", "https://api.example/mcp"),
            ("myapp:api", "myapp:api/"),
        ] {
            assert!(!is_same(a, b) && !is_same(b, a), "{a} {b}");
        }
    }
}

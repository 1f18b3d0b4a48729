//! The scopes that a request for an authorization is granted.

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::client::Client;
use crate::records::pool::Pool;
use crate::resources::clients::settings::{USER_SCOPES, live_scopes};
use crate::tokens::claims::may_read;

/// The most bytes of `scope`: 50 scopes of 513 characters.
const LONGEST: usize = 50 * 514;

/// Returns the scopes that are granted. One that the client has although its resource server is gone is left out, and so
/// are, where none was asked for, those that need `openid` (endpoints.md 1.3, 1.5) and those with which the code could not
/// be traded, and where some were, `offline_access` (agents.md 4.3). None if one is unknown or not the client's, or nothing
/// is left. A client that nobody at the pool made asks for what it finds in documents: what it may not have is left out, and
/// the answer with the tokens says what it got (agents.md 1.3).
///
/// # Errors
/// Those of the store, and rows that are not signed.
pub async fn granted(
    cx: &Cx<'_>,
    pool: &Pool,
    client: &Client,
    asked: Option<&str>,
) -> Result<Option<Vec<String>>> {
    if asked.is_some_and(|asked| asked.len() > LONGEST) {
        return Ok(None);
    }
    let own = client
        .doc
        .allowed_oauth_scopes
        .as_deref()
        .unwrap_or_default();
    let listed: Vec<&str> = asked
        .unwrap_or_default()
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .collect();
    let names_some = !listed.is_empty();
    let listed = listed.into_iter().filter(|scope| *scope != OFFLINE_ACCESS);
    let mut wanted: Vec<&str> = match names_some {
        true => listed.collect(),
        false => own.iter().map(String::as_str).collect(),
    };
    let is_own = |scope: &&str| own.iter().any(|has| has == scope);
    wanted.retain(|scope| is_own(scope) || !client.is_dynamic());
    if !wanted.iter().all(is_own) {
        return Ok(None);
    }
    let custom = &live_scopes(cx, pool, client).await?.names;
    let has_openid = wanted.contains(&"openid");
    let mut granted: Vec<String> = Vec::new();
    for scope in wanted {
        if NEED_OPENID.contains(&scope) && !has_openid {
            if names_some && !client.is_dynamic() {
                return Ok(None);
            }
            continue;
        }
        if !names_some && !is_readable(client, scope) {
            continue;
        }
        let is_there = USER_SCOPES.contains(&scope) || custom.contains(scope);
        if is_there && granted.iter().all(|other| other != scope) {
            granted.push(scope.to_owned());
        }
    }
    if granted.is_empty() {
        return Ok(None);
    }
    Ok(Some(granted))
}

/// True if the client may read what the scope opens: else a code with it is not traded (endpoints.md 1.6).
pub fn is_readable(client: &Client, scope: &str) -> bool {
    let opened = match scope {
        "email" => ["email", "email_verified"],
        "phone" => ["phone_number", "phone_number_verified"],
        _ => return true,
    };
    opened.into_iter().all(|name| may_read(client, name))
}

/// The scope by which clients of other servers ask for a refresh token, which each sign-in here has anyway.
const OFFLINE_ACCESS: &str = "offline_access";

/// The scopes that are granted with `openid` only (endpoints.md 1.12).
const NEED_OPENID: [&str; 3] = ["email", "phone", "profile"];

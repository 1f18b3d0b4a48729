//! Page tokens: opaque, sealed, and good only for the operation, scope and filter that they were made for
//! (admin.md 1.14).
//!
//! A token holds the last key of the page and the time it was made. It opens for one hour of service time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::seal::Context;

use crate::clock::{HOUR, MINUTE};
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};

/// How long a token is good, in microseconds.
const LIFETIME: i64 = HOUR;
/// How far another node's clock may run ahead of ours, in microseconds.
const SKEW: i64 = MINUTE;

/// How many rows a page has when the caller names no number, or 0 (admin.md 1.14).
pub const DEFAULT_PAGE: i64 = 60;

/// Returns the page size that the caller asked for.
pub fn size(asked: Option<i64>) -> i64 {
    asked
        .filter(|n| *n > 0)
        .unwrap_or(DEFAULT_PAGE)
        .min(DEFAULT_PAGE)
}

/// Returns a token for the page behind `cursor` of this operation. `scope` is the pool id, or the region of listings
/// across pools; `filter` whatever else shapes the listing.
pub fn seal(cx: &Cx<'_>, scope: &str, filter: &str, cursor: &str) -> String {
    let mut plain = cx.now().to_be_bytes().to_vec();
    plain.extend_from_slice(cursor.as_bytes());
    URL_SAFE_NO_PAD.encode(cx.root.seal(&context(cx, scope, filter), &plain))
}

/// Returns the cursor in a token of this operation, scope and filter.
///
/// # Errors
/// InvalidParameterException for a token that is altered, too old, or made for something else.
pub fn open(cx: &Cx<'_>, scope: &str, filter: &str, token: &str) -> Result<String> {
    read(cx, scope, filter, token).ok_or_else(|| invalid(cx, token))
}

/// Returns the refusal of a token.
pub fn invalid(cx: &Cx<'_>, token: &str) -> Fault {
    errors::pools::invalid_page_token(cx.action, token, &cx.request_id).into()
}

fn read(cx: &Cx<'_>, scope: &str, filter: &str, token: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let plain = cx.root.open(&context(cx, scope, filter), &sealed).ok()?;
    let (made, cursor) = plain.expose().split_first_chunk::<8>()?;
    let age = cx.now().saturating_sub(i64::from_be_bytes(*made));
    if !(-SKEW..LIFETIME).contains(&age) {
        return None;
    }
    String::from_utf8(cursor.to_vec()).ok()
}

fn context<'a>(cx: &Cx<'_>, scope: &'a str, filter: &'a str) -> Context<'a> {
    Context {
        table: "page_token",
        column: cx.action.name(),
        pool: scope,
        row: filter,
    }
}

/// Returns a page of at most `size` rows, and whether there were more.
pub fn cut<T>(mut rows: Vec<T>, size: i64) -> (Vec<T>, bool) {
    let size = usize::try_from(size).unwrap_or(0);
    let more = rows.len() > size;
    rows.truncate(size);
    (rows, more)
}

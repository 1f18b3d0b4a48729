//! ListWebAuthnCredentials: a user pages through their passkeys, the oldest first (auth.md 4.5).

use cognate_shapes::{ListWebAuthnCredentialsRequest, ListWebAuthnCredentialsResponse};
use cognate_store::tables::passkeys;

use crate::cx::Cx;
use crate::errors::Result;
use crate::paging;
use crate::records::passkey::Passkey;
use crate::tokens::verify;

/// The largest page, and the one of who names no size or 0 (admin.md 1.14).
const PAGE: i64 = 20;

/// ListWebAuthnCredentials. Passkeys of a relying party that the pool had before are there too, so that they can be
/// deleted.
///
/// # Errors
/// The texts of access tokens; InvalidParameterException for a token of something else.
pub async fn list_web_authn_credentials(
    cx: &Cx<'_>,
    input: ListWebAuthnCredentialsRequest,
) -> Result<ListWebAuthnCredentialsResponse> {
    let signed = verify::access_token(cx, &input.access_token, verify::ACCOUNT).await?;
    let (pool, user) = (&signed.pool, &signed.user);
    let cursor = match &input.next_token {
        Some(token) => paging::open(cx, &pool.id, &user.id, token)?,
        None => String::new(),
    };
    let after = read(cx, &cursor)?;
    let size = input.max_results.filter(|n| *n > 0).unwrap_or(PAGE);
    // One more than the page, to know whether there is another.
    let rows = passkeys::page(&cx.store, &pool.id, &user.id, after, size + 1).await?;
    let (rows, more) = paging::cut(rows, size);
    let last = rows.last().filter(|_| more);
    let next_token = last.map(|row| {
        let cursor = format!("{}/{}", row.created, row.credential_id);
        paging::seal(cx, &pool.id, &user.id, &cursor)
    });
    let credentials = rows
        .into_iter()
        .map(|row| Ok(Passkey::of(pool, &user.id, row)?.to_api()))
        .collect::<Result<_>>()?;
    Ok(ListWebAuthnCredentialsResponse {
        credentials,
        next_token,
    })
}

/// Returns the time and the id after which the page begins.
fn read<'a>(cx: &Cx<'_>, cursor: &'a str) -> Result<(i64, &'a str)> {
    if cursor.is_empty() {
        return Ok((i64::MIN, ""));
    }
    let read = cursor.split_once('/');
    let read = read.and_then(|(created, id)| Some((created.parse().ok()?, id)));
    read.ok_or_else(|| paging::invalid(cx, cursor))
}

//! Parameters of an authorization that clients with the standard profile have beside the service's (OpenID Connect Core
//! 1.0 section 3.1.2.1, OAuth 2.0 Form Post Response Mode). Towards other clients they are ignored, as the service does.

use crate::cx::Cx;
use crate::errors::Fault;
use crate::errors::oauth::{INVALID_REQUEST, OAuthError};
use crate::oauth::hint;
use crate::records::assurance::Level;
use crate::records::client::Client;
use crate::records::pool::Pool;

/// The longest list of levels, in bytes.
const LONGEST_LEVELS: usize = 1_024;

/// The parameters as they were sent.
#[derive(Clone, Copy)]
pub struct Sent<'a> {
    /// `response_mode`.
    pub response_mode: Option<&'a str>,
    /// `max_age`.
    pub max_age: Option<&'a str>,
    /// `acr_values`.
    pub acr_values: Option<&'a str>,
    /// `id_token_hint`.
    pub id_token_hint: Option<&'a str>,
}

/// What a client wishes.
#[derive(Default)]
pub struct Wishes {
    /// The answer is posted as a form.
    pub form_post: bool,
    /// The longest time since the proof, in seconds.
    pub max_age: Option<i64>,
    /// Names of the pool's levels of assurance, the most wanted first, then those below them.
    pub levels: Vec<String>,
    /// The levels that the request names, the most wanted first. Those of every client: a provider with AcrMapping is
    /// asked for them.
    pub wanted: Vec<Level>,
    /// The user whom the request is about.
    pub user_id: Option<String>,
}

/// The reason why wishes are none.
pub enum Refused {
    /// One of them cannot be granted.
    Wish(OAuthError),
    /// There is a fault.
    Fault(Fault),
}

impl From<OAuthError> for Refused {
    fn from(error: OAuthError) -> Self {
        Self::Wish(error)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// True if an answer, refusals included, is posted as a form.
pub fn is_form_post(client: &Client, response_mode: Option<&str>) -> bool {
    client.is_standard() && response_mode == Some("form_post")
}

/// Reads the wishes of a client. `default_mode`: the name of the mode in which its answer goes without one.
///
/// # Errors
/// `invalid_request` for a mode that does not exist or would put tokens into a query, for an age that is no number, and
/// for a hint that is no ID token of the client.
pub async fn read(
    cx: &Cx<'_>,
    (pool, client): (&Pool, &Client),
    sent: Sent<'_>,
    default_mode: &str,
) -> std::result::Result<Wishes, Refused> {
    let wanted = wanted(pool, sent.acr_values);
    if !client.is_standard() {
        return Ok(Wishes {
            wanted,
            ..Wishes::default()
        });
    }
    let form_post = is_form_post(client, sent.response_mode);
    if !form_post && sent.response_mode.is_some_and(|mode| mode != default_mode) {
        return Err(INVALID_REQUEST.into());
    }
    let max_age = sent.max_age.map(seconds).transpose()?;
    Ok(Wishes {
        form_post,
        max_age,
        levels: levels(pool, &wanted),
        wanted,
        user_id: hinted(cx, client, sent.id_token_hint).await?,
    })
}

fn seconds(text: &str) -> std::result::Result<i64, OAuthError> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    let parsed = digits.then(|| text.parse().ok()).flatten();
    parsed.ok_or(INVALID_REQUEST)
}

/// Returns the levels that the pool has, each once. A wish for others is no error.
fn wanted(pool: &Pool, sent: Option<&str>) -> Vec<Level> {
    let sent = sent.filter(|sent| sent.len() <= LONGEST_LEVELS);
    let names = sent.unwrap_or_default().split(' ');
    let mut wanted = Vec::new();
    for level in names.filter_map(|name| Level::named(&pool.doc, name)) {
        if !wanted.contains(&level) {
            wanted.push(level);
        }
    }
    wanted
}

/// Returns the names of the levels, and behind them of all that are below: the claim is a voluntary one, so that a user
/// who reaches none of those that are wanted signs in all the same (OpenID Connect Core 1.0 section 5.5.1.1).
fn levels(pool: &Pool, wanted: &[Level]) -> Vec<String> {
    let Some(least) = wanted.iter().min().copied() else {
        return Vec::new();
    };
    let below = Level::ALL.into_iter().rev().filter(|level| *level < least);
    let all = wanted.iter().copied().chain(below);
    all.map(|level| level.name(&pool.doc).to_owned()).collect()
}

async fn hinted(
    cx: &Cx<'_>,
    client: &Client,
    sent: Option<&str>,
) -> std::result::Result<Option<String>, Refused> {
    let Some(token) = sent else {
        return Ok(None);
    };
    let hint = hint::read(cx, token).await?;
    match hint.filter(|hint| hint.client.named() == client.named()) {
        Some(hint) => Ok(Some(hint.user_id)),
        None => Err(INVALID_REQUEST.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_a_number_of_seconds() {
        assert_eq!(seconds("0").ok(), Some(0));
        assert_eq!(seconds("10000").ok(), Some(10_000));
        for text in ["", "-1", "+1", "1.5", "1e3", " 1", "9999999999999999999"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}

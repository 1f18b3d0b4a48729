//! What a developer pastes to point a client here.

use cognate_domain::resources::overview::PoolOverview;

use crate::home::texts::TEXTS;
use crate::locale::fill;

/// A text with its heading.
pub(super) struct Snippet {
    pub(super) title: &'static str,
    pub(super) code: String,
}

/// The names that a snippet has in the place of ids where there is no pool yet.
const POOL: &str = "us-east-1_XXXXXXXXX";
const CLIENT: &str = "your-client-id";

/// Returns the snippets with the URL of this server, and the ids of a pool and a client if there are any.
pub(super) fn all(base_url: &str, region: &str, pools: &[PoolOverview]) -> Vec<Snippet> {
    let pool = pools
        .iter()
        .find(|pool| !pool.clients.is_empty())
        .or(pools.first());
    let client = pool.and_then(|pool| pool.clients.first());
    let callbacks = client.and_then(|client| client.doc.callback_urls.as_ref());
    let callback = callbacks.and_then(|urls| urls.first());
    let values = [
        ("endpoint", base_url),
        ("region", pool.map_or(region, |pool| &pool.pool.region)),
        ("pool", pool.map_or(POOL, |pool| &pool.pool.id)),
        ("client", client.map_or(CLIENT, |client| &client.id)),
        (
            "callback",
            callback.map_or("http://localhost:3000/", String::as_str),
        ),
        (
            "host",
            base_url.split_once("://").map_or("", |(_, host)| host),
        ),
    ];
    let snippets = TEXTS.snippets.iter();
    snippets
        .map(|snippet| Snippet {
            title: &snippet.title,
            code: fill(snippet.code.trim(), &values),
        })
        .collect()
}

/// Returns the command that makes a pool.
pub(super) fn make_pool(base_url: &str, region: &str) -> String {
    fill(
        TEXTS.make_pool.trim(),
        &[("endpoint", base_url), ("region", region)],
    )
}

/// Returns the command that gives a pool a domain.
pub(super) fn make_domain(base_url: &str, pool: &PoolOverview) -> String {
    let values = [
        ("endpoint", base_url),
        ("region", pool.pool.region.as_str()),
        ("pool", pool.pool.id.as_str()),
    ];
    fill(TEXTS.make_domain.trim(), &values)
}

//! The texts of the pages for developers, from `locales/home.toml`. Like commands and logs, they are in English only.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::locale::file;

/// The texts.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Texts {
    pub(super) brand: String,
    pub(super) title: String,
    pub(super) tagline: String,
    pub(super) endpoint: String,
    pub(super) region: String,
    pub(super) mode_note: String,
    pub(super) pools: String,
    pub(super) no_pools: String,
    pub(super) no_clients: String,
    pub(super) no_domain: String,
    pub(super) domain: String,
    pub(super) discovery: String,
    pub(super) keys: String,
    pub(super) sign_in: String,
    pub(super) sign_up: String,
    pub(super) no_oauth: String,
    pub(super) no_code: String,
    pub(super) no_callback: String,
    pub(super) messages: String,
    pub(super) no_messages: String,
    pub(super) all_messages: String,
    pub(super) connect: String,
    pub(super) json: String,
    pub(super) inbox_title: String,
    pub(super) back: String,
    pub(super) refresh: String,
    pub(super) user: String,
    pub(super) find: String,
    pub(super) to: String,
    pub(super) code: String,
    pub(super) link: String,
    pub(super) text: String,
    pub(super) nothing_found: String,
    pub(super) snippets: Vec<Snippet>,
    pub(super) make_pool: String,
    pub(super) make_domain: String,
}

/// A way to point a client here.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Snippet {
    pub(super) title: String,
    pub(super) code: String,
}

/// The texts.
pub(super) static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    // A test reads the file; a broken one would be pages without words, not a broken server.
    file::read(include_str!("../../locales/home.toml")).unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_every_text_and_no_other() {
        let read: Result<Texts, _> = file::read(include_str!("../../locales/home.toml"));
        assert!(!read.unwrap().snippets.is_empty());
    }
}

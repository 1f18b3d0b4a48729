//! Terms documents: finding one, checking links, showing one, and mapping conflicts.

use std::collections::BTreeMap;

use cognate_shapes::{TermsEnforcementType, TermsSourceType, TermsType, Timestamp};
use cognate_store::Label;
use cognate_store::tables::guards;
use cognate_store::tables::terms::{self, TermsRow};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::terms::{invalid_link, terms_exist, terms_not_found};
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::resources::pools;

/// The document of a terms row.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TermsDoc {
    pub(crate) source: TermsSourceType,
    pub(crate) enforcement: TermsEnforcementType,
    /// Language to URL.
    pub(crate) links: BTreeMap<String, String>,
}

/// Returns the document of that id.
pub(crate) async fn find(cx: &Cx<'_>, pool: &Pool, id: &str) -> Result<TermsRow> {
    // Ids are kept in lower case; the model takes capitals too.
    let row = terms::get(&cx.store, &pool.id, &id.to_ascii_lowercase()).await?;
    Ok(row.ok_or_else(|| terms_not_found(id))?)
}

/// Links are web addresses.
pub(crate) fn check_links(links: &BTreeMap<String, String>) -> Result<()> {
    let is_web = |url: &str| {
        url.split_once("://").is_some_and(|(scheme, rest)| {
            let known = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
            known && !rest.is_empty() && !rest.starts_with('/')
        })
    };
    match links.iter().find(|(_, url)| !is_web(url)) {
        Some((language, _)) => Err(invalid_link(language).into()),
        None => Ok(()),
    }
}

/// The links to both terms documents of a client, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsLinks {
    /// URL of the terms of use.
    pub terms_of_use: String,
    /// URL of the privacy policy.
    pub privacy_policy: String,
}

/// The name of the terms of use.
const TERMS_OF_USE: &str = "terms-of-use";
/// The name of the privacy policy.
const PRIVACY_POLICY: &str = "privacy-policy";
/// The key of the link for languages without one of their own.
const DEFAULT: &str = "cognito:default";

/// Returns the links to both documents of a client in the language of an RFC 5646 tag; None unless both are there, as
/// pages show both or none (endpoints.md 3.6).
pub(crate) fn links(documents: Vec<TermsRow>, language: &str) -> Result<Option<TermsLinks>> {
    let key = key_of(language);
    let mut found = [None, None];
    for row in documents {
        let [terms, privacy] = &mut found;
        let place = match row.name.as_str() {
            TERMS_OF_USE => terms,
            PRIVACY_POLICY => privacy,
            _ => continue,
        };
        let doc: TermsDoc = serde_json::from_str(&row.doc)?;
        let own = key.and_then(|key| doc.links.get(key));
        *place = own.or_else(|| doc.links.get(DEFAULT)).cloned();
    }
    let [Some(terms_of_use), Some(privacy_policy)] = found else {
        return Ok(None);
    };
    Ok(Some(TermsLinks {
        terms_of_use,
        privacy_policy,
    }))
}

/// Returns the key of the link for a language; None if there is none.
fn key_of(language: &str) -> Option<&'static str> {
    let mut parts = language.split(['-', '_']);
    let (first, second) = (parts.next()?, parts.next().unwrap_or(""));
    Some(match first.to_ascii_lowercase().as_str() {
        "en" => "cognito:english",
        "fr" => "cognito:french",
        "es" => "cognito:spanish",
        "de" => "cognito:german",
        "id" => "cognito:bahasa-indonesia",
        "it" => "cognito:italian",
        "ja" => "cognito:japanese",
        "ko" => "cognito:korean",
        "pt" => "cognito:portuguese-brazil",
        "nl" => "cognito:dutch",
        "zh" => match second.to_ascii_lowercase().as_str() {
            "tw" | "hk" | "mo" | "hant" => "cognito:chinese-traditional",
            _ => "cognito:chinese-simplified",
        },
        _ => return None,
    })
}

/// Returns a document as every operation but the listing shows it.
pub(crate) fn to_api(pool: &Pool, row: TermsRow) -> Result<TermsType> {
    let doc: TermsDoc = serde_json::from_str(&row.doc)?;
    Ok(TermsType {
        terms_id: row.terms_id,
        user_pool_id: pool.id.clone(),
        client_id: row.client_id,
        terms_name: row.name,
        terms_source: doc.source,
        enforcement: doc.enforcement,
        links: doc.links,
        creation_date: Timestamp(row.created),
        last_modified_date: Timestamp(row.modified),
    })
}

/// Maps a conflict of a batch on terms documents to an error.
pub(crate) fn conflict(cx: &Cx<'_>, pool: &Pool, client_id: &str, label: Label) -> Fault {
    match label {
        terms::TERMS_EXIST => terms_exist().into(),
        terms::TERMS_STALE => Fault::Stale,
        guards::CLIENT_GONE => {
            cx.cache.forget(&pool.id, Some(client_id));
            Fault::Stale
        }
        other => pools::conflict(cx, &pool.id, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, links: &[(&str, &str)]) -> TermsRow {
        let links: BTreeMap<&str, &str> = links.iter().copied().collect();
        let doc = serde_json::json!({"source": "LINK", "enforcement": "NONE", "links": links});
        TermsRow {
            terms_id: name.into(),
            client_id: "c".into(),
            name: name.into(),
            doc: doc.to_string(),
            created: 0,
            modified: 0,
            ver: 1,
        }
    }

    #[test]
    fn links_are_there_only_for_both_documents() {
        let terms = || {
            let links = [(DEFAULT, "https://t/"), ("cognito:german", "https://t/de")];
            row(TERMS_OF_USE, &links)
        };
        let privacy = || row(PRIVACY_POLICY, &[(DEFAULT, "https://p/")]);
        assert_eq!(links(Vec::new(), "en").unwrap(), None);
        assert_eq!(links(vec![terms()], "en").unwrap(), None);
        assert_eq!(links(vec![privacy()], "en").unwrap(), None);
        for (language, expected) in [
            ("de", "https://t/de"),
            ("de-CH", "https://t/de"),
            ("en", "https://t/"),
            ("ar", "https://t/"),
            ("", "https://t/"),
        ] {
            let found = links(vec![privacy(), terms()], language).unwrap().unwrap();
            assert_eq!(found.terms_of_use, expected, "{language}");
            assert_eq!(found.privacy_policy, "https://p/");
        }
        // A document without a link for the language or for all is as none.
        let other = row(PRIVACY_POLICY, &[("cognito:german", "https://p/de")]);
        assert_eq!(links(vec![terms(), other], "fr").unwrap(), None);
    }

    #[test]
    fn each_language_of_the_api_has_its_key() {
        for (tag, key) in [
            ("pt-BR", "cognito:portuguese-brazil"),
            ("zh-CN", "cognito:chinese-simplified"),
            ("zh-Hans", "cognito:chinese-simplified"),
            ("zh-TW", "cognito:chinese-traditional"),
            ("zh-Hant", "cognito:chinese-traditional"),
            ("zh", "cognito:chinese-simplified"),
            ("nl", "cognito:dutch"),
            ("ID", "cognito:bahasa-indonesia"),
        ] {
            assert_eq!(key_of(tag), Some(key), "{tag}");
        }
        assert_eq!(key_of("ar"), None);
    }
}

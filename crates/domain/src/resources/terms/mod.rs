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

//! Client metadata documents: the policies that say which are accepted, and the documents that were fetched for them.
//!
//! A client of which nothing is registered names itself by the URL of a document (agents.md 1, 2). A policy maps the URLs of
//! its patterns to one app client, whose settings hold for all of them.

pub mod cached;
pub mod document;
pub mod fetch;
pub mod pattern;
pub mod resolve;
pub mod url;

use cognate_shapes::{CIMDPolicySummaryType, CIMDPolicyType, Timestamp};
use cognate_store::Label;
use cognate_store::tables::cimd_policies::{self, PolicyRow};
use cognate_store::tables::{cimd_documents, guards};
use serde::{Deserialize, Serialize};

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::metadata::{policy_not_found, unmatchable_pattern};
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::resources::metadata::pattern::Pattern;
use crate::resources::metadata::url::{DocumentUrl, Schemes};
use crate::resources::pools;
use crate::resources::pools::settings::essentials_feature;

/// The name of the feature in refusals of its plan [unconfirmed].
const FEATURE: &str = "Client ID Metadata Documents";
/// Seconds that a document is kept for a policy that does not say (agents.md 1.2).
pub const DEFAULT_CACHE: i64 = 86_400;

/// The document of a policy's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDoc {
    /// For people; not unique.
    pub name: String,
    /// The URLs that it maps.
    pub patterns: Vec<String>,
    /// Seconds that a document is kept whose answer does not say.
    pub cache_seconds: i64,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its settings.
    pub doc: PolicyDoc,
    /// Its row.
    pub row: PolicyRow,
}

impl Policy {
    fn open(pool: &Pool, row: PolicyRow) -> Result<Self> {
        pool.check(&row.signed(), row.mac.as_deref())?;
        let doc = serde_json::from_str(&row.doc)?;
        Ok(Self { doc, row })
    }

    /// Puts the settings into the row and signs it.
    ///
    /// # Errors
    /// None in practice: texts always serialise.
    pub fn seal(&mut self, pool: &Pool) -> Result<()> {
        self.row.doc = serde_json::to_string(&self.doc)?;
        self.row.mac = Some(pool.sign(&self.row.signed()));
        Ok(())
    }

    /// Returns the app client; None once it is gone (agents.md 1.2).
    pub fn client_id(&self) -> Option<&str> {
        self.row.has_client.then_some(self.row.client_id.as_str())
    }

    /// Returns how closely it names a URL; None if it does not.
    fn closeness(&self, url: &DocumentUrl<'_>) -> Option<pattern::Closeness> {
        let patterns = self.doc.patterns.iter();
        let patterns = patterns.filter_map(|text| Pattern::parse(text));
        let matching = patterns.filter(|pattern| pattern.matches(url));
        matching.map(|pattern| pattern.closeness()).max()
    }

    /// True if one of its patterns matches a URL.
    pub fn matches(&self, url: &DocumentUrl<'_>) -> bool {
        self.closeness(url).is_some()
    }

    /// Returns the policy as most operations show it.
    pub fn to_api(&self, pool: &Pool) -> CIMDPolicyType {
        CIMDPolicyType {
            user_pool_id: pool.id.clone(),
            cimd_policy_id: self.row.policy_id.clone(),
            client_id: self.client_id().map(str::to_owned),
            policy_name: self.doc.name.clone(),
            cache_duration: Some(self.doc.cache_seconds),
            url_patterns: Some(self.doc.patterns.clone()),
            creation_date: Some(Timestamp(self.row.created)),
            last_modified_date: Some(Timestamp(self.row.modified)),
        }
    }

    /// Returns the policy as the listing shows it.
    pub fn summary(self) -> CIMDPolicySummaryType {
        CIMDPolicySummaryType {
            client_id: self.client_id().map(str::to_owned),
            cimd_policy_id: self.row.policy_id,
            policy_name: self.doc.name,
            cache_duration: Some(self.doc.cache_seconds),
            creation_date: Some(Timestamp(self.row.created)),
            last_modified_date: Some(Timestamp(self.row.modified)),
        }
    }
}

/// All policies of a pool, as they were at one moment.
pub struct Policies {
    /// The policies, by id.
    pub all: Vec<Policy>,
    /// How often one of them was changed so far.
    pub changes: i64,
}

impl Policies {
    /// Reads them.
    ///
    /// # Errors
    /// The store's; a row that is not signed.
    pub async fn of(cx: &Cx<'_>, pool: &Pool) -> Result<Self> {
        // The number first: what changes meanwhile is found out at the commit.
        let queries = [
            cimd_policies::changes_of(&pool.id),
            cimd_policies::all_of(&pool.id),
        ];
        let mut found = cx.store.read(&queries).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (changes, rows) = (next(), next());
        let rows = cimd_policies::policies(rows)?.into_iter();
        Ok(Self {
            changes: cimd_policies::changes(&changes)?,
            all: rows
                .map(|row| Policy::open(pool, row))
                .collect::<Result<_>>()?,
        })
    }

    /// Returns the policy that names a URL most closely, and whether it names this very URL, without a `*`; None if none does.
    pub fn of_url(self, url: &DocumentUrl<'_>) -> Option<(Policy, bool)> {
        let all = self.all.into_iter();
        let matching = all.filter_map(|policy| Some((policy.closeness(url)?, policy)));
        let closest = matching.max_by_key(|(closeness, _)| *closeness);
        closest.map(|((_, is_named), policy)| (policy, is_named))
    }
}

/// Returns the policy of that id.
pub async fn find(cx: &Cx<'_>, pool: &Pool, id: &str) -> Result<Policy> {
    let row = cimd_policies::get(&cx.store, &pool.id, id).await?;
    Policy::open(pool, row.ok_or_else(|| policy_not_found(id))?)
}

/// Returns a page of policies behind the id `after`.
pub async fn page(cx: &Cx<'_>, pool: &Pool, after: &str, limit: i64) -> Result<Vec<Policy>> {
    let rows = cimd_policies::page(&cx.store, &pool.id, after, limit).await?;
    rows.into_iter()
        .map(|row| Policy::open(pool, row))
        .collect()
}

/// Refuses a pool whose plan does not have the feature, where plans are enforced (agents.md 1.5).
pub fn check_tier(cx: &Cx<'_>, pool: &Pool) -> Result<()> {
    essentials_feature(cx, pool, FEATURE)
}

/// True if the pool takes clients with documents: it has a policy, and the plan for it.
///
/// # Errors
/// The store's.
pub async fn is_taken(cx: &Cx<'_>, pool: &Pool) -> Result<bool> {
    Ok(check_tier(cx, pool).is_ok() && cimd_policies::any(&cx.store, &pool.id).await?)
}

/// Refuses patterns that match no URL.
pub fn check_patterns(patterns: &[String]) -> Result<()> {
    let unmatchable = patterns.iter().find(|text| Pattern::parse(text).is_none());
    match unmatchable {
        Some(text) => Err(unmatchable_pattern(text).into()),
        None => Ok(()),
    }
}

/// Returns the first of `patterns` that ties with one of another policy, with the id of that policy (agents.md 1.3). Beside the
/// async threads: patterns can be long, and many.
pub async fn tie(
    cx: &Cx<'_>,
    patterns: &[String],
    others: Vec<Policy>,
) -> Option<(String, String)> {
    let patterns = patterns.to_vec();
    let look = move || {
        let tied = |text: &String| {
            let own = Pattern::parse(text)?;
            let is_tied = |other: &String| {
                let other = Pattern::parse(other);
                other.is_some_and(|other| own.ties_with(&other))
            };
            let found = others
                .iter()
                .find(|other| other.doc.patterns.iter().any(is_tied))?;
            Some((text.clone(), found.row.policy_id.clone()))
        };
        patterns.iter().find_map(tied)
    };
    cx.workers.run(look).await
}

/// Returns the schemes that ids of clients may have here: `http` on this machine in `dev` alone.
pub fn schemes(cx: &Cx<'_>) -> Schemes {
    match cx.settings.mode {
        Mode::Dev => Schemes::HttpOnLoopback,
        Mode::Serve => Schemes::Https,
    }
}

/// Maps a conflict of a batch on policies and documents to an error: something has changed, which the next try sees.
pub fn conflict(cx: &Cx<'_>, pool: &Pool, client_id: &str, label: Label) -> Fault {
    match label {
        cimd_policies::POLICY_STALE
        | cimd_policies::POLICIES_STALE
        | cimd_documents::DOCUMENT_STALE
        | cimd_documents::POLICY_GONE => Fault::Stale,
        guards::CLIENT_GONE => {
            cx.cache.forget(&pool.id, Some(client_id));
            Fault::Stale
        }
        other => pools::conflict(cx, &pool.id, other),
    }
}

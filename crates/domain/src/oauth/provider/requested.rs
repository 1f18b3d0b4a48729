//! Sign-outs that begin at a provider of SAML (SAML 2.0 Profiles section 4.4.3.4). The request may come without any cookie,
//! from the provider itself: its signature alone says whose sessions end.

use cognate_crypto::random;
use cognate_federation::saml::incoming::Incoming;
use cognate_federation::saml::logout::{self as message, Answer, Expected, NotDone, Outcome};
use cognate_federation::saml::metadata::{Metadata, Place};
use cognate_store::tables::identity_providers;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::Result;
use crate::oauth::provider::calls::read;
use crate::oauth::provider::outgoing::{
    Checked, Document, Refused, Sent, of_id, record_refusal, send,
};
use crate::oauth::provider::saml::{entity_id, logout_urls};
use crate::oauth::provider::sessions::{self, Ended};
use crate::records::pool::Pool;
use crate::records::provider::{self as record, Provider};

/// Providers of one name that a request is tried with.
const MOST_PROVIDERS: i64 = 8;

/// The place at which a provider's request came.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The pool that the URL names, where it names one.
    pub pool_id: Option<&'a str>,
    /// The URL of this server as the provider knows it, without a trailing slash.
    pub base_url: &'a str,
}

/// Does what a provider's request says: ends the sessions of browsers and the token sessions that came of its sign-ins of a
/// user, and returns the answer for the provider; None without a place for answers in its metadata.
///
/// # Errors
/// Faults.
pub async fn requested(
    cx: &Cx<'_>,
    asked: Asked<'_>,
    incoming: &Incoming,
) -> Result<Checked<Option<Sent>>> {
    let at = cx.client_info.domain_pool.as_deref().or(asked.pool_id);
    let here = cx.client_info.domain_pool.as_deref().unwrap_or_default();
    let unknown = |check: &str| Ok(Err(Refused::new(here, check)));
    let claimed = {
        let incoming = incoming.clone();
        read(cx, incoming.size(), move || incoming.claimed_issuer()).await?
    };
    let issuer = match claimed {
        Ok(issuer) => issuer,
        Err(refused) => return unknown(&refused.to_string()),
    };
    let hash = record::entity(&issuer);
    let found = identity_providers::of_entity(&cx.store, &hash, at, MOST_PROVIDERS).await?;
    let Some(first) = found.first() else {
        return unknown("no provider has the issuer's name");
    };
    let pool_id = first.pool_id.clone();
    if found.iter().any(|row| row.pool_id != pool_id) {
        return unknown("several pools have the provider; the URL in the metadata names one");
    }
    let pool = cx.cached_pool(&pool_id).await?;
    let Some(pool) = pool.filter(|pool| cx.is_home_of(pool)) else {
        return unknown("no provider has the issuer's name");
    };
    let mut answer: Option<Checked<Done>> = None;
    for row in found {
        let provider = of_id(cx, &pool, &row.provider_id).await?;
        let Some((provider, metadata)) = provider.and_then(|provider| {
            let metadata = provider.doc.metadata.clone();
            let metadata = metadata.filter(|metadata| metadata.entity_id == issuer)?;
            Some((provider, metadata))
        }) else {
            continue;
        };
        let tried = Tried {
            provider,
            metadata,
            base_url: asked.base_url,
        };
        // A pool may have a provider twice, with other keys.
        answer = match (tried.serve(cx, &pool, incoming).await?, answer) {
            (_, Some(Ok(before))) if before.outcome == Outcome::Partial => Some(Ok(before)),
            (Err(_), Some(before)) => Some(before),
            (served, _) => Some(served),
        };
    }
    match answer {
        Some(Ok(done)) => Ok(Ok(done.send(cx, &pool, incoming).await?)),
        Some(Err(refused)) => Ok(Err(refused)),
        None => unknown("no provider has the issuer's name"),
    }
}

/// A provider that a request may be of.
struct Tried<'a> {
    provider: Provider,
    metadata: Metadata,
    base_url: &'a str,
}

/// What became of a request.
struct Done {
    /// The ID of the request.
    id: String,
    outcome: Outcome,
    place: Option<Place>,
}

impl Tried<'_> {
    /// Does what the request says, if it is this provider's.
    async fn serve(&self, cx: &Cx<'_>, pool: &Pool, incoming: &Incoming) -> Result<Checked<Done>> {
        let urls = logout_urls(pool, self.base_url);
        let metadata = self.metadata.clone();
        let now = cx.now().div_euclid(SECOND);
        let sent = incoming.clone();
        let check = move || {
            let [plain, named] = &urls;
            let expected = Expected {
                slo: &[plain, named],
                issuer: &metadata.entity_id,
                now,
                trusted: &metadata.keys(),
            };
            message::read_request(&sent, &expected)
        };
        let done = |id: String, outcome| Done {
            id,
            outcome,
            place: self.metadata.logout_answers(),
        };
        let denied = async |id: String, check: String| {
            let refused = Refused::new(&pool.id, check);
            record_refusal(cx, &refused).await?;
            Ok(Ok(done(id, Outcome::Denied)))
        };
        let logout = match read(cx, incoming.size(), check).await? {
            Ok(logout) => logout,
            Err(NotDone::Ignored(refused)) => return Ok(Err(Refused::new(&pool.id, refused))),
            Err(NotDone::Denied { id, refused }) => return denied(id, refused.to_string()).await,
        };
        match sessions::end(cx, pool, &self.provider, &logout).await? {
            Ended::All => Ok(Ok(done(logout.id, Outcome::Done))),
            Ended::Some => Ok(Ok(done(logout.id, Outcome::Partial))),
            Ended::Before => denied(logout.id, "it was done before".to_owned()).await,
        }
    }
}

impl Done {
    /// Returns the answer for the provider, with the RelayState that came with the request.
    async fn send(self, cx: &Cx<'_>, pool: &Pool, incoming: &Incoming) -> Result<Option<Sent>> {
        let Some(place) = self.place else {
            return Ok(None);
        };
        let id = cx.memory().once("provider logout answer", random::uuid_v4);
        let document = message::response(&Answer {
            id: &format!("_{id}"),
            request: &self.id,
            now: cx.now().div_euclid(SECOND),
            destination: place.url(),
            issuer: &entity_id(pool),
            outcome: self.outcome,
        });
        let relay = incoming.relay_state.clone().unwrap_or_default();
        let sent = send(cx, pool, place, Document::Answer(document), relay).await?;
        Ok(Some(sent))
    }
}

//! The end of a browser's session, of which the provider of SAML is told through which the user came (SAML 2.0 Profiles
//! section 4.4; endpoints.md 1.10, 4.4).
//!
//! The session ends first, whatever becomes of the rest. [`leave`] sends the browser to the provider; [`check`], [`keep`] and
//! [`finish`] take the answer, and the browser goes on to where it wanted to go.

use cognate_federation::saml::incoming::Incoming;
use cognate_federation::saml::logout::{self as message, Expected, Logout};
use cognate_federation::saml::metadata::{Metadata, Place};
use cognate_store::Batch;
use serde::{Deserialize, Serialize};

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{Fault, Result};
use crate::oauth::browser_session;
use crate::oauth::logout::{self, Next, SignOut};
use crate::oauth::provider::calls::read;
use crate::oauth::provider::kept::{BoundTo, Browser, Kept, Kind};
use crate::oauth::provider::outgoing::{Checked, Document, Refused, Sent, entry, of_id, send};
use crate::oauth::provider::saml::{entity_id, is_told_of_sign_outs, logout_urls};
use crate::oauth::provider::sessions::{self, AtProvider};
use crate::records::pool::Pool;

/// The document of a row.
#[derive(Clone, Serialize, Deserialize)]
struct LeavingDoc {
    provider_id: String,
    /// The provider's own name, which must not change meanwhile.
    issuer: String,
    #[serde(flatten)]
    host: BoundTo,
    next: Next,
    /// The query of the request, for the sign-in page.
    query: String,
    /// What a posted answer says besides that all was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reservation: Option<String>,
}

impl Kind for LeavingDoc {
    const PURPOSE: &'static str = "provider logouts";
}

/// A browser that is at its provider to sign out there.
pub struct Leaving {
    kept: Kept<LeavingDoc>,
    metadata: Metadata,
}

/// The way on after a sign-out.
pub struct Onward {
    /// The client that asked for the sign-out.
    pub client_id: String,
    /// The place.
    pub next: Next,
    /// The query of the request for the sign-out.
    pub query: String,
}

impl Leaving {
    /// Returns the URL of this server under which the sign-out began.
    pub fn base_url(&self) -> &str {
        &self.kept.doc.host.base_url
    }

    /// True once a posted answer was checked.
    pub fn is_answered(&self) -> bool {
        self.kept.row.answered
    }

    /// True if this is the browser that signs out.
    pub fn is_of(&self, pool: &Pool, browser: Browser<'_>) -> bool {
        self.kept.doc.host.is(pool, browser)
    }
}

/// Returns the ID of the request that goes with a handle.
fn request_id(pool: &Pool, handle: &str) -> String {
    format!(
        "_{}",
        hex::encode(pool.key.mac("provider logout id", handle.as_bytes()))
    )
}

/// Ends the browser's session. Returns the message that takes the browser to the provider through which the user came, if
/// that is to be told; the browser comes back for [`SignOut::next`] within five minutes. `query`: that of the request.
/// `browser`: the one that signs out, by the cookie that it gets with the answer; without it the provider is not told.
///
/// # Errors
/// Faults.
pub async fn leave(
    cx: &Cx<'_>,
    sign_out: &SignOut,
    at: logout::Browser<'_>,
    query: &str,
    browser: Option<Browser<'_>>,
) -> Result<Option<Sent>> {
    let pool = &sign_out.pool;
    let Some(cookie) = at.cookie else {
        return Ok(None);
    };
    let Some(ending) = browser_session::ending(cx, pool, at.host, cookie).await? else {
        return Ok(None);
    };
    let told = match browser {
        None => None,
        Some(browser) => match told(cx, pool, &ending.name).await {
            Ok(told) => told.map(|told| (told, browser)),
            // What is wrong about the provider keeps nobody signed in.
            Err(error) => {
                tracing::error!(?error, request_id = %cx.request_id, "a provider is not told of a sign-out");
                None
            }
        },
    };
    let Some((
        Told {
            user,
            metadata,
            place,
        },
        browser,
    )) = told
    else {
        cx.commit(ending.batch, |_| Fault::Stale).await?;
        return Ok(None);
    };
    let doc = LeavingDoc {
        provider_id: user.provider_id.clone(),
        issuer: metadata.entity_id,
        host: BoundTo::to(pool, browser),
        next: sign_out.next.clone(),
        query: query.to_owned(),
        reservation: None,
    };
    let kept = Kept::begin(cx, pool, &sign_out.client.id, doc)?;
    // One row for each session, which ends with it.
    let batch = kept.insert(ending.batch, pool);
    cx.commit(batch, |_| Fault::Stale).await?;
    let document = message::request(&Logout {
        id: &request_id(pool, &kept.handle),
        now: cx.now().div_euclid(SECOND),
        destination: place.url(),
        issuer: &entity_id(pool),
        name_id: &user.name_id,
        name_format: user.name_format.as_deref(),
        name_qualifier: user.name_qualifier.as_deref(),
        sp_name_qualifier: user.sp_name_qualifier.as_deref(),
        session_index: user.session_index.as_deref(),
    });
    let sent = send(cx, pool, place, Document::Request(document), kept.handle).await?;
    Ok(Some(sent))
}

/// A provider that is told of a sign-out.
struct Told {
    user: AtProvider,
    metadata: Metadata,
    place: Place,
}

/// Returns the provider behind a browser's session, if it is to be told that the session ends: IDPSignout, and a place in its
/// metadata.
async fn told(cx: &Cx<'_>, pool: &Pool, session_id: &str) -> Result<Option<Told>> {
    let Some(user) = sessions::of_browser(cx, pool, session_id).await? else {
        return Ok(None);
    };
    let provider = of_id(cx, pool, &user.provider_id).await?;
    let Some(provider) = provider.filter(is_told_of_sign_outs) else {
        return Ok(None);
    };
    Ok(provider.doc.metadata.and_then(|metadata| {
        let place = metadata.logout_requests()?;
        Some(Told {
            user,
            metadata,
            place,
        })
    }))
}

/// Returns the sign-out behind a RelayState; None for one that is unknown, over or done, and for a provider that is gone or
/// another one now.
///
/// # Errors
/// Faults.
pub async fn find(cx: &Cx<'_>, pool: &Pool, handle: &str) -> Result<Option<Leaving>> {
    let Some(kept) = Kept::<LeavingDoc>::find(cx, pool, handle).await? else {
        return Ok(None);
    };
    let provider = of_id(cx, pool, &kept.doc.provider_id).await?;
    let metadata = provider.and_then(|provider| provider.doc.metadata);
    let metadata = metadata.filter(|metadata| metadata.entity_id == kept.doc.issuer);
    Ok(metadata.map(|metadata| Leaving { kept, metadata }))
}

/// Checks the provider's answer (../docs/FEDERATION.md). Returns what the provider says of itself besides that all was done:
/// here the user is signed out all the same.
///
/// # Errors
/// Faults.
pub async fn check(
    cx: &Cx<'_>,
    pool: &Pool,
    leaving: &Leaving,
    incoming: Incoming,
) -> Result<Checked<Option<String>>> {
    let urls = logout_urls(pool, &leaving.kept.doc.host.base_url);
    let request = request_id(pool, &leaving.kept.handle);
    let metadata = leaving.metadata.clone();
    let now = cx.now().div_euclid(SECOND);
    let bytes = incoming.size();
    let check = move || {
        let [plain, named] = &urls;
        let expected = Expected {
            slo: &[plain, named],
            issuer: &metadata.entity_id,
            now,
            trusted: &metadata.keys(),
        };
        message::read_response(&incoming, &request, &expected)
    };
    let said = read(cx, bytes, check).await?;
    Ok(said.map_err(|refused| Refused::new(&pool.id, refused)))
}

/// Keeps what a posted answer says until its browser comes for it, with its cookie. False if another answer was faster.
///
/// # Errors
/// Faults.
pub async fn keep(
    cx: &Cx<'_>,
    pool: &Pool,
    leaving: &Leaving,
    reservation: Option<String>,
) -> Result<bool> {
    let kept = &leaving.kept;
    let doc = LeavingDoc {
        reservation,
        ..kept.doc.clone()
    };
    kept.answer(cx, pool, &doc).await
}

/// Ends a sign-out in its browser, once, and records what the provider did not do: what its answer says, or said when it was
/// posted. None if another request was faster.
///
/// # Errors
/// Faults.
pub async fn finish(
    cx: &Cx<'_>,
    pool: &Pool,
    leaving: &Leaving,
    reservation: Option<String>,
) -> Result<Option<Onward>> {
    let batch = leaving.kept.take(Batch::new(), pool);
    let said = reservation.or_else(|| leaving.kept.doc.reservation.clone());
    let batch = match said {
        None => batch,
        Some(said) => {
            let detail = format!("The provider did not sign the user out everywhere: {said}.");
            entry(cx, "PartialLogout", &detail).append(batch, &pool.id, cx.now())
        }
    };
    Ok(cx.wins(batch).await?.then(|| Onward {
        client_id: leaving.kept.row.client_id.clone(),
        next: leaving.kept.doc.next.clone(),
        query: leaving.kept.doc.query.clone(),
    }))
}

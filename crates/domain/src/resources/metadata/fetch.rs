//! The fetch of a client metadata document: once in an action, within the bounds of `app/metadata_fetches.rs`.

use cognate_outbound::OutboundError;
use cognate_outbound::document::Document;

use crate::app::metadata_fetches::{Fetch, NotNow};
use crate::cx::Cx;
use crate::cx::pause::Call;
use crate::errors::Result;
use crate::facts::network::network;
use crate::records::client_metadata::Metadata;
use crate::resources::metadata::document::{self, Unfit};
use crate::resources::metadata::url::DocumentUrl;

/// A document that was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// Its URL.
    pub url: String,
    /// What it says.
    pub metadata: Metadata,
    /// How long the answer says that it is good, in microseconds.
    pub age: Option<i64>,
}

/// Why there is no document. What is behind a host that may not be called is for the administrator alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It could not be fetched: why, for the administrator.
    Unreachable(String),
    /// The answer is none.
    Unfit(Unfit),
    /// It failed within the last minute.
    FailedLately {
        /// True if there was an answer, which was no document.
        answered: bool,
    },
    /// Too many fetches.
    TooMany,
}

impl Missing {
    /// True if nothing was learned about the document: it could not be asked for.
    pub fn says_nothing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TooMany => true,
            Self::FailedLately { answered } => !answered,
            Self::Unfit(_) => false,
        }
    }

    /// Returns why, in words for the administrator.
    pub fn words(&self) -> String {
        match self {
            Self::Unreachable(why) => format!("The document could not be fetched: {why}."),
            Self::Unfit(unfit) => unfit.words().to_owned(),
            Self::FailedLately { .. } => {
                "The document could not be had less than a minute ago; it is not asked for again before."
                    .to_owned()
            }
            Self::TooMany => {
                "Too many documents were fetched for the address, for the user pool, from the host, or in all."
                    .to_owned()
            }
        }
    }
}

/// Fetches a document for a pool. `is_known`: whether an administrator named this very URL, or a document of it is kept, be it over.
///
/// # Errors
/// `overloaded` if too many wait for answers of its host.
pub async fn fetch(
    cx: &Cx<'_>,
    (pool_id, is_known): (&str, bool),
    url: &DocumentUrl<'_>,
) -> Result<std::result::Result<Fetched, Missing>> {
    let call = Call {
        point: "client metadata document",
        subject: url.text,
        target: url.host,
    };
    let network = network(&cx.client_info.ip);
    let fetch = Fetch {
        url: url.text,
        host: url.host,
        pool: pool_id,
        network: &network,
        is_known,
        now: cx.now(),
    };
    let called = cx.call(call, async { Ok(cx.metadata_fetches.fetch(fetch).await) });
    let read = match called.await? {
        Ok(Ok(answer)) => read(cx, url.text, answer).await,
        Ok(Err(error)) => Err(unreachable(&error)),
        Err(NotNow::FailedLately { answered }) => {
            return Ok(Err(Missing::FailedLately { answered }));
        }
        Err(NotNow::TooMany) => return Ok(Err(Missing::TooMany)),
    };
    if let Err(missing) = &read {
        let answered = !missing.says_nothing();
        cx.metadata_fetches.failed(url.text, cx.now(), answered);
    }
    Ok(read)
}

fn unreachable(error: &OutboundError) -> Missing {
    Missing::Unreachable(error.to_string())
}

async fn read(cx: &Cx<'_>, url: &str, answer: Document) -> std::result::Result<Fetched, Missing> {
    let age = document::age(&answer.cache_control);
    let own = url.to_owned();
    let read = cx.workers.run(move || document::read(&own, &answer)).await;
    let metadata = read.map_err(Missing::Unfit)?;
    Ok(Fetched {
        url: url.to_owned(),
        metadata,
        age,
    })
}

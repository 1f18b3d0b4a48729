//! The fetches of client metadata documents, which strangers cause by naming a URL (agents.md 2): one at a time for each
//! URL, so many for each address that asks, each pool and each host that is asked, and none for a URL that failed a moment ago.
//!
//! URLs that are known have budgets of their own: whoever makes up URLs keeps no client out whose document was there before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cognate_outbound::document::Document;
use cognate_outbound::{Limits, Outbound, OutboundError};
use quick_cache::sync::Cache;
use tokio::sync::OnceCell;

use crate::app::allowance::{Allowance, Rate};
use crate::clock::{MINUTE, SECOND};

/// Bounds of a fetch: five seconds, ten kibibytes.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(5),
    bytes: 10 << 10,
    // Several are right.
    content_type: None,
};
/// What is asked for (agents.md 2).
const ACCEPT: &str = "application/json, application/cimd+json;q=0.9, application/*+json;q=0.8";

/// Fetches of a node.
const ALL: Rate = Rate {
    burst: 300,
    earned: SECOND / 5,
};
/// Fetches that one client address causes.
const OF_ADDRESS: Rate = Rate {
    burst: 60,
    earned: 5 * SECOND,
};
/// Fetches for one pool.
const OF_POOL: Rate = Rate {
    burst: 100,
    earned: SECOND,
};
/// Fetches from one host.
const OF_HOST: Rate = Rate {
    burst: 30,
    earned: 2 * SECOND,
};
/// How long a URL that failed is not asked again, in microseconds.
const RESTS: i64 = MINUTE;
/// The URLs that failed and are remembered.
const REMEMBERED: usize = 4_096;

/// What came of a fetch.
pub type Outcome = Result<Document, OutboundError>;

/// Why there is no fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotNow {
    /// The URL failed within the last minute.
    FailedLately {
        /// True if there was an answer, which was no document.
        answered: bool,
    },
    /// Too many fetches for the address, for the pool, of the host, or of all.
    TooMany,
}

/// A fetch: its URL, and who is counted for it.
#[derive(Clone, Copy)]
pub struct Fetch<'a> {
    /// The URL.
    pub url: &'a str,
    /// The host of the URL.
    pub host: &'a str,
    /// The id of the pool that it is for.
    pub pool: &'a str,
    /// The client address that asks.
    pub network: &'a str,
    /// True if an administrator named this very URL, or a document of it is kept, be it over.
    pub is_known: bool,
    /// The service's time in microseconds.
    pub now: i64,
}

/// The fetches that run on this node, and what the last ones came to.
pub struct MetadataFetches {
    /// A client of their own: what operators allow for URLs that administrators name is not for those that strangers do.
    outbound: Outbound,
    limits: Limits,
    running: Mutex<HashMap<String, Arc<OnceCell<Outcome>>>>,
    failed: Cache<String, (i64, bool)>,
    by_address: Allowance,
    known: Budgets,
    others: Budgets,
}

/// What may be fetched, whoever asks.
struct Budgets {
    by_pool: Allowance,
    by_host: Allowance,
}

impl Budgets {
    fn new() -> Self {
        Self {
            by_pool: Allowance::new(ALL, OF_POOL),
            by_host: Allowance::new(ALL, OF_HOST),
        }
    }

    fn has(&self, now: i64, pool: &str, host: &str) -> bool {
        self.by_pool.has(now, pool) && self.by_host.has(now, host)
    }

    fn spend(&self, now: i64, pool: &str, host: String) {
        self.by_pool.spend(now, pool.to_owned());
        self.by_host.spend(now, host);
    }
}

impl MetadataFetches {
    /// Returns fetches from public addresses by https, in `dev` from this machine and its network too.
    pub fn new(is_dev: bool) -> Self {
        Self {
            outbound: Outbound::new(is_dev),
            limits: LIMITS,
            running: Mutex::default(),
            failed: Cache::new(REMEMBERED),
            by_address: Allowance::new(ALL, OF_ADDRESS),
            known: Budgets::new(),
            others: Budgets::new(),
        }
    }

    /// Fetches a document, or waits for the fetch of its URL that runs.
    ///
    /// # Errors
    /// [`NotNow`], before anything is sent.
    pub async fn fetch(&self, fetch: Fetch<'_>) -> Result<Outcome, NotNow> {
        let cell = self.enter(fetch)?;
        // A caller who goes away leaves the fetch to the next one who waits.
        let outcome = cell
            .get_or_init(|| self.outbound.document(fetch.url, ACCEPT, self.limits))
            .await
            .clone();
        self.leave(fetch.url, &cell);
        Ok(outcome)
    }

    fn enter(&self, fetch: Fetch<'_>) -> Result<Arc<OnceCell<Outcome>>, NotNow> {
        let Fetch { url, pool, now, .. } = fetch;
        if let Some((at, answered)) = self.failed.get(url)
            && (0..RESTS).contains(&now.saturating_sub(at))
        {
            return Err(NotNow::FailedLately { answered });
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = running.get(url) {
            return Ok(cell.clone());
        }
        // Nobody uses up the budget of others by asking for what is refused.
        let host = fetch.host.to_ascii_lowercase();
        let budgets = match fetch.is_known {
            true => &self.known,
            false => &self.others,
        };
        // Of what is known there is so little to fetch that nobody's address needs to be spared.
        let may_ask = fetch.is_known || self.by_address.has(now, fetch.network);
        if !may_ask || !budgets.has(now, pool, &host) {
            return Err(NotNow::TooMany);
        }
        budgets.spend(now, pool, host);
        if !fetch.is_known {
            self.by_address.spend(now, fetch.network.to_owned());
        }
        // What callers who went away left behind.
        running.retain(|_, cell| Arc::strong_count(cell) > 1);
        let cell = Arc::<OnceCell<Outcome>>::default();
        running.insert(url.to_owned(), cell.clone());
        Ok(cell)
    }

    fn leave(&self, url: &str, cell: &Arc<OnceCell<Outcome>>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.get(url).is_some_and(|own| Arc::ptr_eq(own, cell)) {
            running.remove(url);
        }
    }

    /// Remembers that the document of a URL could not be had, or, if there was an answer, is none.
    pub fn failed(&self, url: &str, now: i64, answered: bool) {
        self.failed.insert(url.to_owned(), (now, answered));
    }

    /// Forgets that, for an administrator who asks again.
    pub fn forget(&self, url: &str) {
        self.failed.remove(url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000_000;

    fn of<'a>(url: &'a str, host: &'a str, network: &'a str, now: i64) -> Fetch<'a> {
        Fetch {
            url,
            host,
            pool: "p",
            network,
            is_known: false,
            now,
        }
    }

    #[test]
    fn a_url_that_failed_rests_for_a_minute() {
        let fetches = MetadataFetches::new(true);
        let enter = |now| fetches.enter(of("u", "h", "n", now)).map(drop);
        fetches.failed("u", NOW, true);
        let lately = |answered| Err(NotNow::FailedLately { answered });
        assert_eq!(enter(NOW), lately(true));
        fetches.failed("u", NOW, false);
        assert_eq!(enter(NOW + RESTS - 1), lately(false));
        assert_eq!(enter(NOW + RESTS), Ok(()));
        // A clock that goes back keeps nobody out.
        assert_eq!(enter(NOW - 1), Ok(()));
        fetches.failed("u", NOW, true);
        fetches.forget("u");
        assert_eq!(enter(NOW), Ok(()));
    }

    #[test]
    fn hosts_and_addresses_are_spared() {
        let fetches = MetadataFetches::new(true);
        let times = |host: &str, network: &str| {
            let enter = |n: &usize| {
                let url = format!("{host}/{network}/{n}");
                fetches.enter(of(&url, host, network, NOW)).is_ok()
            };
            (0..100).take_while(enter).count()
        };
        assert_eq!(times("h1", "n1"), 30);
        assert_eq!(times("H1", "n2"), 0);
        assert_eq!(times("h2", "n1"), 30);
        assert_eq!(times("h3", "n1"), 0);
        assert_eq!(times("h3", "n3"), 30);
    }

    #[test]
    fn what_is_known_and_other_pools_are_kept_out_by_nobody_who_makes_up_urls() {
        let fetches = MetadataFetches::new(true);
        let enter = |host: &str, n: usize, pool: &str, is_known: bool| {
            let (url, network) = (format!("{host}/{n}"), format!("{host} {n}"));
            let fetch = Fetch {
                pool,
                is_known,
                ..of(&url, host, &network, NOW)
            };
            fetches.enter(fetch).map(drop)
        };
        let times = |hosts: usize, pool: &str, is_known: bool| {
            let all = (0..hosts).flat_map(|host| (0..40).map(move |n| (host, n)));
            let enter = |&(host, n): &(usize, usize)| {
                enter(&format!("{pool}{is_known}{host}"), n, pool, is_known).is_ok()
            };
            all.filter(enter).count()
        };
        // Of one host, from as many addresses as there are fetches.
        assert_eq!(times(1, "one", false), 30);
        assert_eq!(enter("onefalse0", 99, "one", false), Err(NotNow::TooMany));
        assert_eq!(enter("onefalse0", 99, "one", true), Ok(()));
        // Of hosts without number.
        assert_eq!(times(20, "one", false), 70);
        assert_eq!(enter("new", 0, "one", false), Err(NotNow::TooMany));
        assert_eq!(enter("new", 0, "two", false), Ok(()));
        // What is known is bounded, too.
        assert_eq!(times(20, "one", true), 99);
        assert_eq!(enter("new", 1, "one", true), Err(NotNow::TooMany));
        assert_eq!(enter("new", 1, "two", true), Ok(()));
    }

    #[test]
    fn who_asks_for_what_is_being_fetched_waits_for_it() {
        let fetches = MetadataFetches::new(true);
        let enter = || fetches.enter(of("u", "h", "n", NOW)).unwrap();
        let first = enter();
        assert!(Arc::ptr_eq(&first, &enter()));
        fetches.leave("u", &first);
        assert!(!Arc::ptr_eq(&first, &enter()));
    }

    /// A host that takes connections and sends its answer byte by byte, for ever.
    async fn slow_host() -> (String, Arc<Mutex<usize>>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/client", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(0));
        let counted = asked.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                tokio::spawn(async move {
                    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                    let mut asked = [0; 4_096];
                    assert!(stream.read(&mut asked).await.is_ok_and(|n| n > 0));
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
                    let _ = stream.write_all(head.as_bytes()).await;
                    while stream.write_all(b" ").await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                });
            }
        });
        (url, asked)
    }

    #[tokio::test]
    async fn a_slow_host_keeps_all_who_wait_until_its_time_is_over_by_one_connection() {
        let (url, asked) = slow_host().await;
        let mut fetches = MetadataFetches::new(true);
        assert_eq!(fetches.limits.total, Duration::from_secs(5));
        fetches.limits.total = Duration::from_millis(200);
        let begun = std::time::Instant::now();
        let fetch = || fetches.fetch(of(&url, "h", "n", NOW));
        let (first, second, third) = tokio::join!(fetch(), fetch(), fetch());
        let took = begun.elapsed().as_millis();
        assert!((200..2_000).contains(&took), "{took} ms");
        for outcome in [first, second, third] {
            let error = outcome.unwrap().unwrap_err();
            assert_eq!(error.to_string(), OutboundError::Slow.to_string());
        }
        assert_eq!(*asked.lock().unwrap(), 1);
        assert!(fetches.running.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn outside_of_dev_no_address_of_this_machine_is_asked() {
        let (url, asked) = slow_host().await;
        let fetches = MetadataFetches::new(false);
        let secure = url.replace("http:", "https:");
        for (url, error) in [(url, OutboundError::Url), (secure, OutboundError::Address)] {
            let outcome = fetches.fetch(of(&url, "h", "n", NOW)).await.unwrap();
            assert_eq!(outcome.unwrap_err().to_string(), error.to_string());
        }
        assert_eq!(*asked.lock().unwrap(), 0);
    }

    #[test]
    fn fetches_that_nobody_waits_for_are_forgotten() {
        let fetches = MetadataFetches::new(true);
        drop(fetches.enter(of("u1", "h", "n", NOW)).unwrap());
        let _second = fetches.enter(of("u2", "h", "n", NOW)).unwrap();
        assert_eq!(fetches.running.lock().unwrap().len(), 1);
    }
}

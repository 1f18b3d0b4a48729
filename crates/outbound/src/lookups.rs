//! Lookups of names, of which few run at once. The system's name service keeps a thread busy for as long as it takes, which
//! may be much longer than the call waits: an abandoned lookup still counts. So callers who ask for the same name at the
//! same time share one lookup, and a name server that never answers holds one thread for each of its names.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, watch};

use crate::connect::Resolve;

/// Lookups that run at once, of all names: a part of the 512 threads that the runtime keeps for what blocks.
const AT_ONCE: usize = 128;

type Answer = Result<Vec<SocketAddr>, String>;
type Running = Mutex<HashMap<(String, u16), watch::Receiver<Option<Answer>>>>;

/// Returns a name service that asks `resolve` once for all who ask for a name at the same time.
pub fn shared(resolve: Box<Resolve>) -> Box<Resolve> {
    let (resolve, running) = (Arc::new(resolve), Arc::<Running>::default());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    Box::new(move |host, port| {
        let (resolve, running, places) = (resolve.clone(), running.clone(), places.clone());
        Box::pin(async move {
            let mut answer = join(host, port, &resolve, &running, &places);
            let answer = answer.wait_for(Option::is_some).await;
            let answer = answer.map_err(io::Error::other)?.clone();
            answer
                .unwrap_or_else(|| Err("no answer".to_owned()))
                .map_err(io::Error::other)
        })
    })
}

/// Returns the answer to come of a lookup that runs, or begins now.
fn join(
    host: String,
    port: u16,
    resolve: &Arc<Box<Resolve>>,
    running: &Arc<Running>,
    places: &Arc<Semaphore>,
) -> watch::Receiver<Option<Answer>> {
    let key = (host, port);
    let mut others = running.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = others.get(&key) {
        return answer.clone();
    }
    let (told, answer) = watch::channel(None);
    others.insert(key.clone(), answer.clone());
    let (resolve, running, places) = (resolve.clone(), running.clone(), places.clone());
    // A task of its own, which goes on when every caller has given up.
    tokio::spawn(async move {
        let place = places.acquire().await;
        if told.receiver_count() == 1 {
            // Nobody waits any more but the list. Under its lock nobody joins.
            let mut others = running.lock().unwrap_or_else(PoisonError::into_inner);
            if told.receiver_count() == 1 {
                others.remove(&key);
                return;
            }
        }
        let found = resolve(key.0.clone(), key.1).await;
        drop(place);
        running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&key);
        told.send_replace(Some(found.map_err(|error| error.to_string())));
    });
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::time::timeout;

    /// A name service that never answers for `hangs.example`, and counts.
    fn counted(asked: &Arc<AtomicUsize>) -> Box<Resolve> {
        let asked = asked.clone();
        Box::new(move |host, port| {
            asked.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                match &*host {
                    "hangs.example" => std::future::pending().await,
                    "none.example" => Err(io::Error::other("no such name")),
                    _ => {
                        tokio::task::yield_now().await;
                        Ok(vec![SocketAddr::from(([192, 0, 2, 1], port))])
                    }
                }
            })
        })
    }

    #[tokio::test]
    async fn a_name_that_hangs_holds_one_lookup_however_many_give_up() {
        let asked = Arc::default();
        let resolve = shared(counted(&asked));
        let short = Duration::from_millis(10);
        for _ in 0..100 {
            assert!(
                timeout(short / 10, resolve("hangs.example".into(), 443))
                    .await
                    .is_err()
            );
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let found = timeout(short * 100, resolve("shop.example".into(), 443)).await;
        assert_eq!(found.unwrap().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_an_answer_and_those_who_ask_later_get_their_own() {
        let asked = Arc::default();
        let resolve = shared(counted(&asked));
        let ask = || resolve("shop.example".into(), 443);
        let (one, two, other) = tokio::join!(ask(), ask(), resolve("shop.example".into(), 80));
        assert_eq!(one.unwrap(), two.unwrap());
        assert_eq!(other.unwrap()[0].port(), 80);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        ask().await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 3);
        for _ in 0..2 {
            let none = resolve("none.example".into(), 443).await;
            assert_eq!(none.unwrap_err().to_string(), "no such name");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 5);
    }

    #[tokio::test]
    async fn names_that_hang_leave_threads_for_others() {
        let asked = Arc::<AtomicUsize>::default();
        let counting = asked.clone();
        let resolve = shared(Box::new(move |_, _| {
            counting.fetch_add(1, Ordering::SeqCst);
            Box::pin(std::future::pending())
        }));
        let many = (0..AT_ONCE + 50).map(|n| resolve(format!("{n}.example"), 443));
        for one in many.collect::<Vec<_>>() {
            assert!(timeout(Duration::from_micros(100), one).await.is_err());
        }
        tokio::task::yield_now().await;
        assert_eq!(asked.load(Ordering::SeqCst), AT_ONCE);
    }
}

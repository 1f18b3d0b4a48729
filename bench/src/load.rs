//! Closed and open loops over prepared calls.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;
use tokio::task::LocalSet;

use crate::http::Connection;

/// One call on a connection: builds its request (or several, for a sign-in in two steps), sends, checks the answer.
pub trait Call {
    /// Does call number `i`.
    fn call(&self, connection: &mut Connection, i: u64) -> impl Future<Output = Result<()>>;
}

/// The result of a closed loop.
pub struct Closed {
    /// Calls answered.
    pub calls: u64,
    /// The time that it took.
    pub took: Duration,
}

/// `clients` connections, each sending its next call when the last was answered, for `length`.
pub async fn closed<C: Call + 'static>(
    call: &Rc<C>,
    host: &str,
    clients: usize,
    length: Duration,
    next: &Rc<Cell<u64>>,
) -> Result<Closed> {
    let local = LocalSet::new();
    let done = Rc::new(Cell::new(0));
    let error = Rc::new(RefCell::new(None));
    let start = Instant::now();
    for _ in 0..clients {
        let (call, host, next, done, error) = (
            call.clone(),
            host.to_owned(),
            next.clone(),
            done.clone(),
            error.clone(),
        );
        local.spawn_local(async move {
            let work = async {
                let mut connection = Connection::open(&host).await?;
                while start.elapsed() < length {
                    let i = next.replace(next.get() + 1);
                    call.call(&mut connection, i).await?;
                    done.set(done.get() + 1);
                }
                Ok::<(), anyhow::Error>(())
            };
            if let Err(e) = work.await {
                error.borrow_mut().get_or_insert(e);
            }
        });
    }
    local.await;
    if let Some(e) = error.borrow_mut().take() {
        return Err(e);
    }
    Ok(Closed {
        calls: done.get(),
        took: start.elapsed(),
    })
}

/// Calls that leave on schedule at `rate` a second for `length`; the histogram is in microseconds from the scheduled
/// start.
pub async fn open<C: Call + 'static>(
    call: &Rc<C>,
    host: &str,
    rate: f64,
    length: Duration,
    next: &Rc<Cell<u64>>,
) -> Result<Histogram<u64>> {
    let local = LocalSet::new();
    let histogram = Rc::new(RefCell::new(Histogram::<u64>::new_with_bounds(
        1, 60_000_000, 3,
    )?));
    let idle: Rc<RefCell<Vec<Connection>>> = Rc::default();
    let error = Rc::new(RefCell::new(None));
    let gap = Duration::from_secs_f64(1.0 / rate);
    let (call, host, next) = (call.clone(), host.to_owned(), next.clone());
    let (results, failed) = (histogram.clone(), error.clone());
    local
        .run_until(async move {
            let start = Instant::now();
            let mut due = Duration::ZERO;
            let mut running = Vec::new();
            while due < length {
                let at = start + due;
                if let Some(wait) = at.checked_duration_since(Instant::now()) {
                    tokio::time::sleep(wait).await;
                } else {
                    tokio::task::yield_now().await;
                }
                let i = next.replace(next.get() + 1);
                let (call, host, idle) = (call.clone(), host.clone(), idle.clone());
                let (results, failed) = (results.clone(), failed.clone());
                running.push(tokio::task::spawn_local(async move {
                    let kept = idle.borrow_mut().pop();
                    let work = async {
                        let mut connection = match kept {
                            Some(connection) => connection,
                            None => Connection::open(&host).await?,
                        };
                        call.call(&mut connection, i).await?;
                        idle.borrow_mut().push(connection);
                        Ok::<(), anyhow::Error>(())
                    };
                    match work.await {
                        Ok(()) => {
                            let micros =
                                u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX);
                            results.borrow_mut().saturating_record(micros);
                        }
                        Err(e) => {
                            failed.borrow_mut().get_or_insert(e);
                        }
                    }
                }));
                due += gap;
            }
            for task in running {
                let _ = task.await;
            }
        })
        .await;
    if let Some(e) = error.borrow_mut().take() {
        return Err(e);
    }
    let histogram = histogram.borrow().clone();
    Ok(histogram)
}

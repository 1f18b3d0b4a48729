//! Connections: accepting, TLS, HTTP/1.1 and HTTP/2, idle time-outs, and a stop that finishes what was accepted.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use crate::edge::Peer;
use crate::limits::{HEADER_TIME, IDLE_TIME};
use crate::service;
use crate::state::State;
use crate::tls::Tls;

/// What the connections of all listeners share.
pub struct Listening {
    state: Arc<State>,
    tls: Option<Arc<Tls>>,
    protocol: auto::Builder<TokioExecutor>,
    connections: Arc<Semaphore>,
    most: u32,
    stop: watch::Receiver<bool>,
}

impl Listening {
    /// `most` connections may be open at once; more wait in the operating system's queue. `stop` turning true ends it.
    pub fn new(
        state: Arc<State>,
        tls: Option<Arc<Tls>>,
        most: u32,
        stop: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let mut protocol = auto::Builder::new(TokioExecutor::new());
        protocol
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_buf_size(64 << 10)
            .keep_alive(true);
        protocol
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(64)
            .max_header_list_size(32 << 10)
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(20));
        let connections = Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1)));
        Arc::new(Self {
            state,
            tls,
            protocol,
            connections,
            most,
            stop,
        })
    }

    /// Waits until every connection has ended, which they do after the stop once their requests are answered.
    pub async fn ended(&self) {
        let _all = self.connections.acquire_many(self.most).await;
    }

    /// Accepts until the stop.
    pub async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut stop = self.stop.clone();
        loop {
            let Ok(permit) = self.connections.clone().acquire_owned().await else {
                return;
            };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stopped| *stopped) => return,
            };
            match accepted {
                Ok((stream, address)) => {
                    let shared = self.clone();
                    tokio::spawn(async move {
                        shared.connection(stream, address).await;
                        drop(permit);
                    });
                }
                // Out of file descriptors, or a peer that is gone: waiting a little is all that helps.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }

    async fn connection(&self, stream: TcpStream, address: SocketAddr) {
        // Without this, small answers wait for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let ip = address.ip();
        let Some(tls) = &self.tls else {
            return self.talk(stream, Peer { ip, tls: false }).await;
        };
        let mut stop = self.stop.clone();
        let handshake = tokio::select! {
            handshake = tokio::time::timeout(HEADER_TIME, tls.acceptor().accept(stream)) => handshake,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
        match handshake {
            Ok(Ok(stream)) => self.talk(stream, Peer { ip, tls: true }).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn talk(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let activity = Arc::new(Activity::default());
        let answer = service_fn(|request| {
            let (state, busy) = (self.state.clone(), activity.clone().begin());
            async move {
                let answer = service::answer(state, peer, request).await;
                drop(busy);
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = self.protocol.serve_connection(TokioIo::new(stream), answer);
        let mut connection = std::pin::pin!(connection);
        let mut stop = self.stop.clone();
        let mut stopping = false;
        // A peer gets the time of one header for its first request, and the idle time between requests.
        let mut look = Instant::now() + HEADER_TIME;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended");
                    }
                    return;
                }
                _ = stop.wait_for(|stopped| *stopped), if !stopping => {
                    stopping = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = tokio::time::sleep_until(look) => {
                    match activity.idle_until() {
                        // A request is under way; its own limits apply.
                        None => look = Instant::now() + IDLE_TIME,
                        Some(until) if until > Instant::now() => look = until,
                        Some(_) => return,
                    }
                }
            }
        }
    }
}

/// Requests under way on a connection and the end of the last one.
struct Activity {
    since: Instant,
    requests: AtomicUsize,
    /// Milliseconds after `since`; 0 before the first request ended.
    last: AtomicU64,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            requests: AtomicUsize::new(0),
            last: AtomicU64::new(0),
        }
    }
}

/// One request under way.
struct Busy(Arc<Activity>);

impl Activity {
    fn begin(self: Arc<Self>) -> Busy {
        self.requests.fetch_add(1, Ordering::Relaxed);
        Busy(self)
    }

    /// When the connection has been idle for too long; None while a request is under way.
    fn idle_until(&self) -> Option<Instant> {
        if self.requests.load(Ordering::Relaxed) > 0 {
            return None;
        }
        let last = self.last.load(Ordering::Relaxed);
        if last == 0 {
            return Some(self.since + HEADER_TIME);
        }
        Some(self.since + Duration::from_millis(last) + IDLE_TIME)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let now = u64::try_from(self.0.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.last.store(now.max(1), Ordering::Relaxed);
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

//! Connections: accepting, TLS, HTTP/1.1 and HTTP/2, idle time-outs, and a stop that finishes what was accepted.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::http::connections::{Bounds, Connection, Connections};
use crate::http::limits::{HEADER_TIME, IDLE_TIME};
use crate::http::origin::Peer;
use crate::http::service;
use crate::http::tls::Tls;
use crate::state::State;

/// This process, or the machine, has no file descriptors left (the same numbers on every Unix).
const EMFILE: i32 = 24;
const ENFILE: i32 = 23;

/// The state that the connections of all listeners share.
pub struct Listening {
    state: Arc<State>,
    protocol: auto::Builder<TokioExecutor>,
    connections: Arc<Connections>,
    stop: watch::Receiver<bool>,
}

impl Listening {
    /// `bounds` say how many connections may be open at once. `stop` turning true ends it.
    pub fn new(state: Arc<State>, bounds: Bounds, stop: watch::Receiver<bool>) -> Arc<Self> {
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
            // The bytes that a peer may send before they are read; all streams of a connection share the second.
            .initial_stream_window_size(64 << 10)
            .initial_connection_window_size(128 << 10)
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(20));
        Arc::new(Self {
            state,
            protocol,
            connections: Connections::new(bounds),
            stop,
        })
    }

    /// Waits until every connection has ended, which they do after the stop once their requests are answered.
    pub async fn ended(&self) {
        self.connections.ended().await;
    }

    /// Accepts until the stop, with TLS if there is any.
    pub async fn accept(self: Arc<Self>, listener: TcpListener, tls: Option<Arc<Tls>>) {
        let mut stop = self.stop.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stopped| *stopped) => return,
            };
            match accepted {
                Ok((stream, address)) => {
                    let ip = address.ip();
                    let proxy = self.state.origins.proxies.trust(ip.to_canonical());
                    // Without a place the connection is closed at once, which its client sees and tries again.
                    let Some(place) = self.connections.enter(ip, proxy) else {
                        continue;
                    };
                    let (shared, tls) = (self.clone(), tls.clone());
                    tokio::spawn(async move {
                        let tls = tls.as_deref();
                        shared
                            .connection(stream, address, tls, &place.connection)
                            .await;
                        drop(place);
                    });
                }
                // A peer that is gone, or no file descriptors left: then an idle connection is closed, which takes its task
                // a moment.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    if matches!(error.raw_os_error(), Some(EMFILE | ENFILE)) {
                        self.connections.close_one();
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }

    async fn connection(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        tls: Option<&Tls>,
        connection: &Arc<Connection>,
    ) {
        // Without this, small answers wait for the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let ip = address.ip();
        let Some(tls) = tls else {
            let peer = Peer { ip, tls: false };
            return self.talk(stream, peer, connection).await;
        };
        let mut stop = self.stop.clone();
        let handshake = tokio::select! {
            handshake = tokio::time::timeout(HEADER_TIME, tls.acceptor().accept(stream)) => handshake,
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = connection.given_up() => return,
        };
        match handshake {
            Ok(Ok(stream)) => self.talk(stream, Peer { ip, tls: true }, connection).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn talk(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        peer: Peer,
        held: &Arc<Connection>,
    ) {
        let answer = service_fn(|request| {
            let (state, busy, held) = (self.state.clone(), held.begin(), held.clone());
            async move {
                let response = service::respond(state, peer, &held, request).await;
                drop(busy);
                Ok::<_, Infallible>(response)
            }
        });
        let connection = self.protocol.serve_connection(TokioIo::new(stream), answer);
        let mut connection = std::pin::pin!(connection);
        let mut stop = self.stop.clone();
        let mut stopping = false;
        let mut given_up = false;
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
                () = held.given_up(), if !given_up => {
                    // A request that came at the last moment is answered.
                    if !held.is_answering() {
                        return;
                    }
                    given_up = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = tokio::time::sleep_until(look) => {
                    match held.idle_until() {
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

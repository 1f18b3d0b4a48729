//! Opens connections: resolves the host, checks each address, connects to one that was checked, speaks TLS.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::examine::Stage;
use crate::target::Target;
use crate::{OutboundError, Reach, address, broken, lookups};

/// The longest time to open a connection, whatever a call allows: the pool may go on opening one after its call ended.
const LONGEST: Duration = Duration::from_secs(10);

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Resolves a host and port to addresses; the system's name service, except in tests.
pub type Resolve = dyn Fn(String, u16) -> Later<io::Result<Vec<SocketAddr>>> + Send + Sync;

/// Opens connections for the pool. The pool calls it for each one, so that no address goes unchecked.
#[derive(Clone)]
pub struct Connector(Arc<Inner>);

struct Inner {
    reach: Reach,
    resolve: Box<Resolve>,
    tls: OnceLock<Option<Arc<ClientConfig>>>,
}

impl Connector {
    /// Returns a connector that connects as far as `reach` allows it.
    pub fn new(reach: Reach, resolve: Box<Resolve>, tls: Option<Arc<ClientConfig>>) -> Self {
        Self(Arc::new(Inner {
            reach,
            resolve,
            tls: tls.map_or_else(OnceLock::new, |config| Some(config).into()),
        }))
    }

    /// Resolves a host.
    ///
    /// # Errors
    /// The name service's.
    pub async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        (self.0.resolve)(host.to_owned(), port).await
    }

    /// Opens a connection to the host of a URL, TLS included.
    ///
    /// # Errors
    /// Those of [`crate::Outbound::connect`].
    pub async fn open(&self, uri: &Uri) -> Result<Stream, OutboundError> {
        self.open_noting(uri, &mut Stage::Url).await
    }

    /// Opens a connection as [`Connector::open`] does, and notes in `stage` how far it has come.
    ///
    /// # Errors
    /// Those of [`crate::Outbound::connect`].
    pub async fn open_noting(&self, uri: &Uri, stage: &mut Stage) -> Result<Stream, OutboundError> {
        *stage = Stage::Url;
        let target = Target::parse(uri, self.0.reach)?;
        let tcp = self.connect(&target, stage).await?;
        if !target.secure {
            return Ok(Stream::new(Box::new(tcp)));
        }
        *stage = Stage::Tls;
        let config = self
            .tls()
            .await
            .ok_or_else(|| broken("no trusted certificates on this system"))?;
        let name = ServerName::try_from(target.host).map_err(broken)?;
        let tls = TlsConnector::from(config).connect(name, tcp).await;
        Ok(Stream::new(Box::new(tls.map_err(broken)?)))
    }

    async fn connect(
        &self,
        target: &Target,
        stage: &mut Stage,
    ) -> Result<TcpStream, OutboundError> {
        *stage = Stage::Name;
        let found = self.resolve(&target.host, target.port).await;
        let found = found.map_err(broken)?;
        *stage = Stage::Address;
        let allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|address| match (self.0.reach, target.secure) {
                (Reach::PlainHttp, _) | (Reach::Private, true) => true,
                (Reach::Public, true) => address::is_public(address.ip()),
                (Reach::Near, true) => address::is_near(address.ip()),
                // `localhost` in a name table may be anywhere.
                (Reach::Public | Reach::Private | Reach::Near, false) => address.ip().is_loopback(),
            })
            .collect();
        if allowed.is_empty() {
            return Err(OutboundError::Address);
        }
        *stage = Stage::Connection;
        let tcp = TcpStream::connect(allowed.as_slice()).await;
        let tcp = tcp.map_err(broken)?;
        // The end of a request must not wait until its beginning was acknowledged.
        tcp.set_nodelay(true).map_err(broken)?;
        Ok(tcp)
    }

    /// Returns the configuration that trusts what the system trusts. Its certificates are read at the first call, and
    /// not on an async thread.
    async fn tls(&self) -> Option<Arc<ClientConfig>> {
        if let Some(config) = self.0.tls.get() {
            return config.clone();
        }
        let inner = Arc::clone(&self.0);
        let load = move || inner.tls.get_or_init(system_trust).clone();
        tokio::task::spawn_blocking(load).await.ok().flatten()
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = OutboundError;
    type Future = Later<Result<TokioIo<Stream>, OutboundError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OutboundError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move {
            match tokio::time::timeout(LONGEST, connector.open(&uri)).await {
                Ok(opened) => opened.map(TokioIo::new),
                Err(_) => Err(OutboundError::Slow),
            }
        })
    }
}

/// Returns the system's name service.
pub fn system_resolver() -> Box<Resolve> {
    lookups::shared(Box::new(|host, port| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, port)).await?;
            Ok(found.collect())
        })
    }))
}

/// Returns a configuration that trusts what the system trusts; None where that is nothing.
fn system_trust() -> Option<Arc<ClientConfig>> {
    system_trust_and(Vec::new())
}

/// Returns a configuration that trusts what the system trusts and these certificates (DER); None where that is nothing.
pub fn system_trust_and(more: Vec<Vec<u8>>) -> Option<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(more.into_iter().map(Into::into));
    if roots.is_empty() {
        return None;
    }
    trusting(roots)
}

/// Returns a configuration that trusts these certificates. It offers no HTTP/2.
pub fn trusting(roots: RootCertStore) -> Option<Arc<ClientConfig>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(Arc::new(config))
}

/// The history of a connection.
#[derive(Clone)]
pub struct History {
    /// When it was opened.
    pub opened: Instant,
    answered: Arc<AtomicBool>,
}

impl History {
    /// True if a call was answered on the connection, so that its server may have closed it since.
    pub fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Records that a call was answered.
    pub fn record_answer(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// A connection, with or without TLS.
pub struct Stream {
    io: Box<dyn Io>,
    history: History,
}

impl Stream {
    fn new(io: Box<dyn Io>) -> Self {
        let history = History {
            opened: Instant::now(),
            answered: Arc::default(),
        };
        Self { io, history }
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.history.clone())
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

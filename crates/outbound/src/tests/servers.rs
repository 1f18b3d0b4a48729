//! Servers on this machine for the tests of the client.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Starts a server that sends these bytes on every connection and closes it.
pub(super) async fn server(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/document?x=1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let n = stream.read(&mut buffer).await.unwrap();
            assert!(
                String::from_utf8_lossy(&buffer[..n]).starts_with("GET /document?x=1 HTTP/1.1\r\n")
            );
            let _ = stream.write_all(&answer).await;
        }
    });
    url
}

/// A server that keeps its connections open, and counts them and the requests.
#[derive(Clone, Default)]
pub(super) struct Counted {
    pub(super) connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Counted {
    /// Starts it; every request gets `answer`.
    pub(super) async fn start(&self, answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let this = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                this.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(this.clone().serve(stream, answer));
            }
        });
        address
    }

    pub(super) async fn serve(
        self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        answer: &'static [u8],
    ) -> std::io::Result<()> {
        let mut received = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let n = stream.read(&mut buffer).await?;
            if n == 0 {
                return Ok(());
            }
            received.extend_from_slice(&buffer[..n]);
            if is_complete(&received) {
                let request = String::from_utf8(std::mem::take(&mut received)).unwrap();
                self.requests.lock().unwrap().push(request);
                stream.write_all(answer).await?;
            }
        }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

pub(super) fn is_complete(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")?
            .parse()
            .ok()
    });
    body.len() >= length.unwrap_or(0)
}

pub(super) const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/// Starts a server that sends a beginning, and then the rest again and again.
pub(super) async fn endless(beginning: &'static [u8], rest: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        stream.write_all(beginning).await.unwrap();
        let rest = rest.repeat(256);
        while stream.write_all(&rest).await.is_ok() {}
    });
    url
}

pub(super) fn pem(name: &str) -> String {
    format!(
        "{}/../server/tests/wire/certificates/{name}",
        env!("CARGO_MANIFEST_DIR")
    )
}

/// Starts an https server with this certificate.
pub(super) async fn tls_server(certificate: &str, counted: Counted) -> SocketAddr {
    let chain = vec![CertificateDer::from_pem_file(pem(&format!("{certificate}.pem"))).unwrap()];
    let key = PrivateKeyDer::from_pem_file(pem(&format!("{certificate}.key"))).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                counted.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(counted.clone().serve(stream, OK));
            }
        }
    });
    address
}

//! The one client for calls to hosts that somebody else names: metadata and discovery of identity providers.
//!
//! A URL given by an administrator must not become a way into the operator's network. So: HTTPS only, no redirects, five
//! seconds and one mebibyte at most, and no connection to an address that is not public. The address that was checked is
//! the one connected to. Where private addresses are allowed (`dev`, or by the operator), plain HTTP may be used on
//! this machine only.

mod address;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

/// The whole of a call, from the name to the last byte.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const LARGEST: usize = 1 << 20;

/// Why there is no answer; for the log. To the client only a status matters, which there is for no host that may not be
/// called.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The URL is not one that may be called.
    #[error("the URL may not be called")]
    Url,
    /// No address of the host may be called.
    #[error("the host has no address that may be called")]
    Address,
    /// It took too long.
    #[error("no answer within five seconds")]
    Slow,
    /// The answer is not 200, redirects included.
    #[error("the answer has the status {0}")]
    Status(u16),
    /// The connection or the answer broke, or the answer is too large.
    #[error("{0}")]
    Broken(String),
}

fn broken(error: impl std::fmt::Display) -> OutboundError {
    OutboundError::Broken(error.to_string())
}

/// The client.
pub struct Outbound {
    private: bool,
    tls: Arc<OnceLock<Option<Arc<ClientConfig>>>>,
}

/// A URL that may be called, if its addresses may.
struct Target {
    secure: bool,
    host: String,
    port: u16,
    authority: String,
    path: String,
}

impl Outbound {
    /// A client that calls private addresses only if `private`.
    pub fn new(private: bool) -> Self {
        Self {
            private,
            tls: Arc::default(),
        }
    }

    /// Whether a URL has the form of one that may be called. Its addresses are looked at in the call.
    pub fn may_call(&self, url: &str) -> bool {
        self.target(url).is_ok()
    }

    /// The body of the answer to GET.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, OutboundError> {
        let call = async {
            let target = self.target(url)?;
            let stream = self.connect(&target).await?;
            if !target.secure {
                return exchange(stream, &target).await;
            }
            let config = self
                .tls()
                .await
                .ok_or_else(|| broken("no trusted certificates on this system"))?;
            let name = ServerName::try_from(target.host.clone()).map_err(broken)?;
            let stream = TlsConnector::from(config).connect(name, stream).await;
            exchange(stream.map_err(broken)?, &target).await
        };
        let answer = tokio::time::timeout(PATIENCE, call).await;
        answer.unwrap_or(Err(OutboundError::Slow))
    }

    /// Whether the system's name service knows an IPv4 address of a host now (an A record).
    pub async fn has_address(&self, host: &str) -> bool {
        // Nothing below this name has one, and nobody should be asked (RFC 6761 section 6.4).
        if host.rsplit('.').next() == Some("invalid") {
            return false;
        }
        let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host, 0))).await;
        found.is_ok_and(|found| found.is_ok_and(|mut all| all.any(|address| address.is_ipv4())))
    }

    fn target(&self, url: &str) -> Result<Target, OutboundError> {
        let uri: Uri = url.parse().map_err(|_| OutboundError::Url)?;
        let host = uri
            .host()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_ascii_lowercase();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if self.private && is_this_machine(&host) => false,
            _ => return Err(OutboundError::Url),
        };
        let authority = uri.authority().map(|a| a.as_str()).unwrap_or_default();
        // A user name in a URL only ever serves to make it look like another.
        if host.is_empty() || authority.contains('@') {
            return Err(OutboundError::Url);
        }
        Ok(Target {
            port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            path: uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            authority: authority.to_owned(),
            secure,
            host,
        })
    }

    async fn connect(&self, target: &Target) -> Result<TcpStream, OutboundError> {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let allowed: Vec<SocketAddr> = found
            .map_err(broken)?
            .filter(|address| match target.secure {
                true => self.private || address::is_public(address.ip()),
                // `localhost` in a name table may be anywhere.
                false => address.ip().is_loopback(),
            })
            .collect();
        if allowed.is_empty() {
            return Err(OutboundError::Address);
        }
        TcpStream::connect(allowed.as_slice()).await.map_err(broken)
    }

    /// The system's certificates, read on the first call and not on an async thread.
    async fn tls(&self) -> Option<Arc<ClientConfig>> {
        if let Some(made) = self.tls.get() {
            return made.clone();
        }
        let place = Arc::clone(&self.tls);
        let made = tokio::task::spawn_blocking(move || place.get_or_init(trusting).clone());
        made.await.ok().flatten()
    }
}

/// A configuration that trusts what the system trusts; None where that is nothing.
fn trusting() -> Option<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return None;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(Arc::new(config))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Ends the task that moves the bytes, whatever became of the call.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn exchange<S>(stream: S, target: &Target) -> Result<Vec<u8>, OutboundError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let _driver = Driver(tokio::spawn(async {
        // What goes wrong here shows in the answer.
        let _ = connection.await;
    }));
    let request = http::Request::get(&target.path)
        .header(http::header::HOST, &target.authority)
        .header(http::header::USER_AGENT, "Cognate")
        .body(Empty::<Bytes>::new())
        .map_err(broken)?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    if answer.status() != http::StatusCode::OK {
        return Err(OutboundError::Status(answer.status().as_u16()));
    }
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    Ok(body.map_err(broken)?.to_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_host_has_an_address_or_not() {
        let client = Outbound::new(true);
        assert!(client.has_address("localhost").await);
        for host in ["", "a..b", "invalid", "example.invalid"] {
            assert!(!client.has_address(host).await, "{host}");
        }
    }

    /// A server that sends these bytes to whoever connects, and closes.
    async fn server(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/document?x=1", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4096];
                let n = stream.read(&mut buffer).await.unwrap();
                assert!(
                    String::from_utf8_lossy(&buffer[..n])
                        .starts_with("GET /document?x=1 HTTP/1.1\r\n")
                );
                let _ = stream.write_all(&answer).await;
            }
        });
        url
    }

    #[test]
    fn only_https_urls_may_be_called_and_http_on_this_machine_where_allowed() {
        let (open, closed) = (Outbound::new(true), Outbound::new(false));
        for url in [
            "https://idp.example.com",
            "https://idp.example.com:8443/x?y",
            "https://[2606:4700::1]/",
        ] {
            assert!(open.may_call(url) && closed.may_call(url), "{url}");
        }
        for url in [
            "http://localhost:1/x",
            "http://127.0.0.1/",
            "http://[::1]:8/x",
        ] {
            assert!(open.may_call(url) && !closed.may_call(url), "{url}");
        }
        for url in [
            "",
            "x",
            "/x",
            "idp.example.com",
            "ftp://idp.example.com/",
            "file:///etc/passwd",
            "http://idp.example.com/",
            "http://10.0.0.1/",
            "https://user@idp.example.com/",
            "https://user:word@idp.example.com/",
            "https:///x",
        ] {
            assert!(!open.may_call(url) && !closed.may_call(url), "{url}");
        }
    }

    #[tokio::test]
    async fn an_address_that_is_not_public_is_not_called() {
        for url in [
            "https://127.0.0.1:9/",
            "https://[::1]:9/",
            "https://localhost:9/",
            "https://169.254.169.254/",
        ] {
            let refused = Outbound::new(false).get(url).await;
            assert!(matches!(refused, Err(OutboundError::Address)), "{url}");
        }
    }

    #[tokio::test]
    async fn an_answer_is_its_body_and_anything_but_200_is_none() {
        let client = Outbound::new(true);
        let url = server(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec()).await;
        assert_eq!(client.get(&url).await.unwrap(), b"hi");
        let url = server(
            b"HTTP/1.1 302 Found\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n".to_vec(),
        )
        .await;
        assert!(matches!(
            client.get(&url).await,
            Err(OutboundError::Status(302))
        ));
        let url = server(b"nonsense".to_vec()).await;
        assert!(matches!(
            client.get(&url).await,
            Err(OutboundError::Broken(_))
        ));
    }

    #[tokio::test]
    async fn an_answer_beyond_a_mebibyte_is_refused() {
        let mut answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        answer.resize(answer.len() + LARGEST, b'x');
        let url = server(answer.clone()).await;
        assert_eq!(Outbound::new(true).get(&url).await.unwrap().len(), LARGEST);
        answer.push(b'x');
        let url = server(answer).await;
        assert!(matches!(
            Outbound::new(true).get(&url).await,
            Err(OutboundError::Broken(_))
        ));
    }

    #[tokio::test]
    async fn a_host_that_says_nothing_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let silent = tokio::spawn(async move {
            let held = listener.accept().await;
            std::future::pending::<()>().await;
            drop(held);
        });
        tokio::time::pause();
        assert!(matches!(
            Outbound::new(true).get(&url).await,
            Err(OutboundError::Slow)
        ));
        silent.abort();
    }
}

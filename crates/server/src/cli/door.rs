//! How commands reach a running server of these settings on this machine: its address, and the certificate that it has, whoever
//! signed that and whatever names it is for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::authority;
use crate::settings::config::Config;
use crate::settings::data_dir::ENDPOINT_FILE;
use crate::settings::{self, DEV_FOLDER};

/// How long opening a connection may take.
const CONNECT: Duration = Duration::from_secs(5);

/// Where a server on this machine is.
#[derive(Debug, PartialEq, Eq)]
pub struct Door {
    /// Its address.
    address: SocketAddr,
    /// The file of its certificate; None without TLS.
    certificate: Option<PathBuf>,
}

/// Bounds of an exchange.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// The whole exchange.
    pub total: Duration,
    /// Bytes of the answer.
    pub bytes: usize,
}

impl Door {
    /// Returns where the server of these settings listens.
    ///
    /// # Errors
    /// An address of another form, and port 0.
    pub fn of_settings(config: &Config) -> anyhow::Result<Self> {
        let addresses = settings::addresses(config)?;
        let address = addresses.first().context("the server listens nowhere")?;
        let certificate = match config.one("tls_cert") {
            Some(file) => Some(PathBuf::from(file)),
            None => config.one("tls").map(|_| own_certificate(config)),
        };
        Ok(Self {
            address: reachable(*address)?,
            certificate,
        })
    }

    /// Returns where the `dev` is that has the data folder, or without one the server of these settings.
    ///
    /// # Errors
    /// As [`Self::of_settings`]; a file of the folder that cannot be read.
    pub fn of_dev(config: &Config) -> anyhow::Result<Self> {
        let file = folder(config).join(ENDPOINT_FILE);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Self::of_settings(config);
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", file.display()));
            }
        };
        let found = Self::of_url(config, text.trim())?;
        found.with_context(|| format!("{} has no address of this machine", file.display()))
    }

    /// Returns where a URL leads that has an address or `localhost`, and a port; None for another one, and for one with TLS whose
    /// certificate is not here.
    ///
    /// # Errors
    /// Port 0.
    pub fn of_url(config: &Config, url: &str) -> anyhow::Result<Option<Self>> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let rest = rest.trim_end_matches('/');
        let rest = match rest.strip_prefix("localhost") {
            Some(port) => format!("127.0.0.1{port}"),
            None => rest.to_owned(),
        };
        let Ok(address) = rest.parse::<SocketAddr>() else {
            return Ok(None);
        };
        let address = reachable(address)?;
        let certificate = match scheme {
            "http" => None,
            "https" if address.ip().is_loopback() => Some(match config.one("tls_cert") {
                Some(file) => PathBuf::from(file),
                None => own_certificate(config),
            }),
            _ => return Ok(None),
        };
        let is_here = certificate.as_ref().is_none_or(|file| file.is_file());
        Ok(is_here.then_some(Self {
            address,
            certificate,
        }))
    }

    /// Returns the address.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL, for people.
    pub fn url(&self) -> String {
        url(self.certificate.is_some(), self.address)
    }

    /// Sends a request without a body. Returns the status of the answer and its body.
    ///
    /// # Errors
    /// No answer within the bounds, and another certificate than the server's own.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        bounds: Bounds,
    ) -> anyhow::Result<(StatusCode, Bytes)> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            // The one name that every `dev` has.
            .header(header::HOST, "localhost")
            .body(Empty::<Bytes>::new())?;
        let asked = async {
            let stream = tokio::time::timeout(CONNECT, TcpStream::connect(self.address)).await;
            let stream = stream.context("no connection in time")??;
            match &self.certificate {
                Some(file) => exchange(secured(stream, file).await?, request, bounds.bytes).await,
                None => exchange(stream, request, bounds.bytes).await,
            }
        };
        match tokio::time::timeout(bounds.total, asked).await {
            Ok(answer) => answer,
            Err(_) => bail!("no answer within {:?}", bounds.total),
        }
    }
}

/// Returns the URL of a listener as this machine reaches it.
pub fn url(tls: bool, listener: SocketAddr) -> String {
    let scheme = if tls { "https" } else { "http" };
    format!("{scheme}://{}", loopback(listener))
}

/// Returns the address of this machine in the place of that of every address.
fn loopback(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listener.port())
}

/// Returns the address at which this machine reaches a listener.
fn reachable(listener: SocketAddr) -> anyhow::Result<SocketAddr> {
    ensure!(
        listener.port() != 0,
        "a server with `listen` at port 0 has a new port at each start, which nobody can ask"
    );
    Ok(loopback(listener))
}

fn folder(config: &Config) -> &Path {
    Path::new(config.one("data_dir").unwrap_or(DEV_FOLDER))
}

fn own_certificate(config: &Config) -> PathBuf {
    authority::certificate(folder(config))
}

/// Sends a request and reads the answer, of so many bytes at most.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Empty<Bytes>>,
    most: usize,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), most).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok((status, body.to_bytes()))
    };
    tokio::pin!(connection);
    tokio::pin!(exchange);
    tokio::select! {
        // The exchange first: the connection may end together with the answer.
        biased;
        answer = &mut exchange => answer,
        ended = &mut connection => {
            ended?;
            exchange.await
        }
    }
}

/// Speaks TLS with a server that has the certificate in the file and its key, whatever names the certificate is for.
async fn secured(
    stream: TcpStream,
    file: &Path,
) -> anyhow::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let expected = CertificateDer::from_pem_file(file)
        .with_context(|| format!("cannot read the certificate in {}", file.display()))?;
    let builder = ClientConfig::builder();
    let provider = builder.crypto_provider().clone();
    let config = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Configured { expected, provider }))
        .with_no_client_auth();
    let name = ServerName::try_from("localhost")?;
    let connector = TlsConnector::from(Arc::new(config));
    Ok(connector.connect(name, stream).await?)
}

/// Accepts one certificate, byte by byte, and nothing else. The server proves that it has the key as it does to everybody.
#[derive(Debug)]
struct Configured {
    expected: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Configured {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.expected {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(settings: &[(&'static str, &str)]) -> Config {
        let flags = settings
            .iter()
            .map(|(name, value)| (*name, vec![(*value).to_owned()]));
        Config::load(flags.collect(), None, &[]).unwrap()
    }

    fn door(address: &str, certificate: Option<&Path>) -> Door {
        Door {
            address: address.parse().unwrap(),
            certificate: certificate.map(Path::to_owned),
        }
    }

    #[test]
    fn a_listener_on_every_address_is_asked_on_this_machine() {
        let asked = |listener: &str| {
            let found = Door::of_settings(&config(&[("listen", listener)]));
            found.map(|found| found.address.to_string())
        };
        assert_eq!(asked("0.0.0.0:9229").unwrap(), "127.0.0.1:9229");
        assert_eq!(asked("[::]:9229").unwrap(), "[::1]:9229");
        assert_eq!(asked("10.1.2.3:443").unwrap(), "10.1.2.3:443");
        let error = asked("127.0.0.1:0").unwrap_err().to_string();
        assert!(
            error.starts_with("a server with `listen` at port 0"),
            "{error}"
        );
        assert_eq!(
            url(true, "0.0.0.0:1".parse().unwrap()),
            "https://127.0.0.1:1"
        );
        assert_eq!(url(false, "[::]:1".parse().unwrap()), "http://[::1]:1");
    }

    #[test]
    fn a_dev_is_found_by_its_folder_and_known_by_its_certificate() {
        let name = format!("cognate-door-{}", cognate_crypto::random::uuid_v4());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(path.join("tls")).unwrap();
        let shown = path.display().to_string();
        let own = config(&[("data_dir", &shown), ("listen", "0.0.0.0:7")]);
        // Nobody runs there: where the settings say.
        assert_eq!(Door::of_dev(&own).unwrap(), door("127.0.0.1:7", None));
        let say = |text: &str| std::fs::write(path.join(ENDPOINT_FILE), text).unwrap();
        say("http://0.0.0.0:8\n");
        assert_eq!(Door::of_dev(&own).unwrap(), door("127.0.0.1:8", None));
        let certificate = path.join("tls/cert.pem");
        std::fs::write(&certificate, "").unwrap();
        say("https://127.0.0.1:8\n");
        let secure = door("127.0.0.1:8", Some(&certificate));
        assert_eq!(Door::of_dev(&own).unwrap(), secure);
        assert_eq!(secure.url(), "https://127.0.0.1:8");
        let of = |url: &str| Door::of_url(&own, url).unwrap();
        assert_eq!(of("https://localhost:8/"), Some(secure));
        for elsewhere in [
            "https://10.1.2.3:8",
            "https://id.example",
            "ftp://127.0.0.1:8",
            "x",
            "",
        ] {
            assert_eq!(of(elsewhere), None, "{elsewhere}");
        }
        // By `tls` of the settings, and by the certificate that they name.
        let tls = config(&[("data_dir", &shown), ("tls", "self-signed")]);
        let found = Door::of_settings(&tls).unwrap();
        assert_eq!(found, door("127.0.0.1:9229", Some(&certificate)));
        let tls = config(&[("tls_cert", "a.pem")]);
        let found = Door::of_settings(&tls).unwrap();
        assert_eq!(found, door("127.0.0.1:9229", Some(Path::new("a.pem"))));
        std::fs::remove_dir_all(path).unwrap();
    }
}

//! `cognate health`: asks the server of these settings whether it can do its work, for containers that have no other program.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use clap::Command;
use http::{Request, StatusCode, header};
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

use super::say;
use crate::settings;
use crate::settings::config::Config;

/// The time that the server has for its answer.
const WITHIN: Duration = Duration::from_secs(5);

/// The most bytes of an answer; `/health/ready` has one line.
const ANSWER: usize = 4096;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    Command::new("health").about("Ask the server with these settings whether it can do its work")
}

/// Runs the command.
///
/// # Errors
/// No answer within five seconds, an answer other than 200, and a certificate other than the configured one.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let address = settings::addresses(config)?
        .first()
        .copied()
        .context("the server listens nowhere")?;
    let address = reachable(address)?;
    let tls = settings::tls_files(config)?;
    let asked = async {
        let stream = TcpStream::connect(address).await?;
        match &tls {
            Some(files) => ask(connect(stream, &files.main.cert).await?).await,
            None => ask(stream).await,
        }
    };
    let answer = match tokio::time::timeout(WITHIN, asked).await {
        Ok(answer) => answer.with_context(|| format!("{address} does not answer"))?,
        Err(_) => bail!("{address} does not answer within {WITHIN:?}"),
    };
    say(&answer)
}

/// Returns the address at which this machine reaches a listener.
fn reachable(listener: SocketAddr) -> anyhow::Result<SocketAddr> {
    ensure!(
        listener.port() != 0,
        "a server with `listen` at port 0 has a new port at each start, which nobody can ask"
    );
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Ok(SocketAddr::new(ip, listener.port()))
}

/// Asks `/health/ready` and returns the line of the answer.
async fn ask(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> anyhow::Result<String> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/health/ready")
        .header(header::HOST, "localhost")
        .body(Empty::<Bytes>::new())?;
    let exchange = async {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!("{error}"))?.to_bytes();
        let line = String::from_utf8_lossy(&body).trim().to_owned();
        ensure!(status == StatusCode::OK, "{status}: {line}");
        Ok(line)
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
async fn connect(
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

    #[test]
    fn a_listener_on_every_address_is_asked_on_this_machine() {
        let asked = |listener: &str| reachable(listener.parse().unwrap()).map(|at| at.to_string());
        assert_eq!(asked("0.0.0.0:9229").unwrap(), "127.0.0.1:9229");
        assert_eq!(asked("[::]:9229").unwrap(), "[::1]:9229");
        assert_eq!(asked("10.1.2.3:443").unwrap(), "10.1.2.3:443");
        let error = asked("127.0.0.1:0").unwrap_err().to_string();
        assert!(
            error.starts_with("a server with `listen` at port 0"),
            "{error}"
        );
    }
}

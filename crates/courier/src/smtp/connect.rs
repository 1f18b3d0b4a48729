//! Opens a connection to a mail server: TCP, TLS from the start or by STARTTLS (RFC 3207, 8314).
//!
//! The conversation before STARTTLS is held here and not by the mail library: what a stranger on the way put behind the
//! server's consent must not count as said under TLS.

use std::io;
use std::path::Path;
use std::sync::Arc;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::url::{MailServer, Security};
use super::wire::{Io, Wire};
use crate::fault::Fault;

/// Bytes of the answers before TLS.
const BEFORE_TLS: u64 = 16 << 10;

/// Returns a configuration that trusts the certificates of a PEM file, or without one those of the system.
///
/// # Errors
/// Why there is nothing to trust.
pub fn trust(file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    match file {
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(path) => {
            let unread = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            for certificate in CertificateDer::pem_file_iter(path).map_err(|e| unread(&e))? {
                let certificate = certificate.map_err(|e| unread(&e))?;
                roots.add(certificate).map_err(|e| unread(&e))?;
            }
        }
    }
    if roots.is_empty() {
        return Err("there are no certificates to trust".into());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Opens a connection, greets the server and proves who we are.
///
/// # Errors
/// [`Fault::Down`]; [`Fault::Misconfigured`] if the server does not take the password.
pub async fn open(
    server: &MailServer,
    tls: Option<&Arc<ClientConfig>>,
    hello: &ClientId,
) -> Result<AsyncSmtpConnection, Fault> {
    let tcp = TcpStream::connect((server.host.as_str(), server.port)).await;
    let tcp = tcp.map_err(down)?;
    let peer = tcp.peer_addr().map_err(down)?;
    let _ = tcp.set_nodelay(true);
    let mut greeting = "";
    let io: Box<dyn Io> = match server.security {
        Security::Plain => Box::new(tcp),
        Security::PlainHere if peer.ip().is_loopback() => Box::new(tcp),
        Security::PlainHere => {
            return Err(Fault::Misconfigured(
                "the host of smtp_url is not on this machine: say ?tls=required or ?tls=none"
                    .into(),
            ));
        }
        Security::Implicit => encrypt(server, tls, tcp).await?,
        Security::StartTls => {
            greeting = "220 \r\n";
            encrypt(server, tls, start_tls(tcp, hello).await?).await?
        }
    };
    let wire = Box::new(Wire::new(io, peer, greeting));
    let mut connection = AsyncSmtpConnection::connect_with_transport(wire, hello)
        .await
        .map_err(|error| Fault::Down(super::reason("greeting", &error)))?;
    if let Some(credentials) = &server.credentials {
        let mechanisms = lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
        if let Err(error) = connection.auth(mechanisms, credentials).await {
            let why = super::reason("authentication", &error);
            let wrong = error.is_permanent() || error.is_client();
            return Err(if wrong {
                Fault::Misconfigured(why)
            } else {
                Fault::Down(why)
            });
        }
    }
    Ok(connection)
}

async fn encrypt(
    server: &MailServer,
    tls: Option<&Arc<ClientConfig>>,
    tcp: TcpStream,
) -> Result<Box<dyn Io>, Fault> {
    let wrong = |why: &dyn std::fmt::Display| Fault::Misconfigured(format!("TLS: {why}"));
    let config = tls.ok_or_else(|| wrong(&"not set up"))?;
    let name = ServerName::try_from(server.host.clone()).map_err(|error| wrong(&error))?;
    let stream = TlsConnector::from(config.clone()).connect(name, tcp).await;
    match stream {
        Ok(stream) => Ok(Box::new(stream)),
        // A certificate that is not trusted; all else may pass.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(wrong(&error)),
        Err(error) => Err(Fault::Down(format!("TLS: {error}"))),
    }
}

/// Asks for TLS and returns the connection on which its handshake begins.
async fn start_tls(tcp: TcpStream, hello: &ClientId) -> Result<TcpStream, Fault> {
    let mut io = BufReader::new(tcp.take(BEFORE_TLS));
    expect(&mut io, "220", "greeting").await?;
    say(&mut io, &format!("EHLO {hello}\r\n")).await?;
    let offers = expect(&mut io, "250", "EHLO").await?;
    let offered = |line: &String| {
        line.get(4..)
            .is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
    };
    if !offers.iter().any(offered) {
        return Err(Fault::Misconfigured(
            "the mail server does not offer STARTTLS".into(),
        ));
    }
    say(&mut io, "STARTTLS\r\n").await?;
    expect(&mut io, "220", "STARTTLS").await?;
    if !io.buffer().is_empty() {
        return Err(Fault::Down(
            "something was said between STARTTLS and TLS".into(),
        ));
    }
    Ok(io.into_inner().into_inner())
}

type Before = BufReader<tokio::io::Take<TcpStream>>;

async fn say(io: &mut Before, line: &str) -> Result<(), Fault> {
    let tcp = io.get_mut().get_mut();
    tcp.write_all(line.as_bytes()).await.map_err(down)
}

/// Reads an answer with this code and returns its lines.
async fn expect(io: &mut Before, code: &str, step: &str) -> Result<Vec<String>, Fault> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if io.read_line(&mut line).await.map_err(down)? == 0 {
            return Err(Fault::Down(format!("{step}: the connection was closed")));
        }
        if !line.starts_with(code) {
            return Err(Fault::Down(format!("{step}: another answer than {code}")));
        }
        let more = line.as_bytes().get(3) == Some(&b'-');
        lines.push(line);
        if !more {
            return Ok(lines);
        }
    }
}

fn down(error: io::Error) -> Fault {
    Fault::Down(error.to_string())
}

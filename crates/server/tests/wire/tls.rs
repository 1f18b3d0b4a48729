//! TLS: both versions of HTTP, and certificates that change while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cognate_testkit::{Options, TestServer};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/wire/certificates")
        .join(name)
}

/// Connects trusting one certificate only.
async fn connect(
    server: &TestServer,
    trusted: &str,
    alpn: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate(trusted)).unwrap())
        .unwrap();
    let mut config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let stream = TcpStream::connect(server.endpoint().trim_start_matches("https://")).await?;
    TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await
}

/// Starts a `serve` with copies of a certificate that a test may replace.
async fn start(folder: &Path) -> anyhow::Result<TestServer> {
    start_with(folder, Options::serve()).await
}

async fn start_with(folder: &Path, options: Options) -> anyhow::Result<TestServer> {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::copy(certificate("one.pem"), folder.join("cert.pem")).unwrap();
    std::fs::copy(certificate("one.key"), folder.join("key.pem")).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    TestServer::start(
        options
            .with("tls_cert", &path("cert.pem"))
            .with("tls_key", &path("key.pem")),
    )
    .await
}

fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("cognate-tls-{}", cognate_crypto::random::uuid_v4()))
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_of_http_are_spoken() {
    let folder = scratch();
    let server = start(&folder).await.unwrap();
    let mut stream = connect(&server, "one.pem", b"http/1.1").await.unwrap();
    stream
        .write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
    let stream = connect(&server, "one.pem", b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    assert!(connect(&server, "two.pem", b"h2").await.is_err());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_do_not_go_on_keep_nobody_out() {
    let folder = scratch();
    let server = start_with(&folder, Options::serve().with("max_connections", "4"))
        .await
        .unwrap();
    let address = server.endpoint().trim_start_matches("https://").to_owned();
    let mut silent = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        // The first bytes of a record that never ends.
        stream.write_all(&[0x16, 3, 1, 2, 0]).await.unwrap();
        silent.push(stream);
    }
    let connected = connect(&server, "one.pem", b"http/1.1");
    let stream = tokio::time::timeout(Duration::from_secs(5), connected).await;
    assert!(stream.unwrap().is_ok());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_certificate_is_used_and_a_broken_one_is_not() {
    let folder = scratch();
    let server = start(&folder).await.unwrap();
    // Half of a renewal: the old certificate stays.
    std::fs::copy(certificate("two.pem"), folder.join("cert.pem")).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(connect(&server, "one.pem", b"http/1.1").await.is_ok());
    std::fs::copy(certificate("two.key"), folder.join("key.pem")).unwrap();
    for _ in 0..50 {
        if connect(&server, "two.pem", b"http/1.1").await.is_ok() {
            std::fs::remove_dir_all(folder).unwrap();
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the new certificate was not used within ten seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_certificate_is_refused_at_start() {
    let path = |name: &str| certificate(name).display().to_string();
    let options = Options::serve()
        .with("tls_cert", &path("one.pem"))
        .with("tls_key", &path("two.key"));
    let error = TestServer::start(options).await.err().unwrap();
    assert!(
        format!("{error:#}").contains("do not belong together"),
        "{error:#}"
    );
}

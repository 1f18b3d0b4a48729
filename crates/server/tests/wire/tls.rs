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

pub fn certificate(name: &str) -> PathBuf {
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
    connect_to(server, "localhost", trusted, alpn).await
}

/// Connects to a name, trusting one certificate only.
pub(super) async fn connect_to(
    server: &TestServer,
    name: &str,
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
    // Each connection shows what the server has now.
    config.resumption = rustls::client::Resumption::disabled();
    config.alpn_protocols = vec![alpn.to_vec()];
    let stream = TcpStream::connect(server.endpoint().trim_start_matches("https://")).await?;
    TlsConnector::from(Arc::new(config))
        .connect(ServerName::try_from(name.to_owned()).unwrap(), stream)
        .await
}

/// Starts a `serve` with copies of a certificate that a test may replace.
pub async fn start(folder: &Path) -> anyhow::Result<TestServer> {
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

pub fn scratch() -> PathBuf {
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

const SHOP: &str = "login.shop.example";
const PREFIX: &str = "app.auth.us-east-1.id.example";

/// Starts a `serve` with the certificates of domains in `folder/domains`.
async fn start_with_domains(folder: &Path) -> TestServer {
    let domains = folder.join("domains").display().to_string();
    let options = Options::serve().with("domain_certs", &domains);
    start_with(folder, options).await.unwrap()
}

/// Copies a pair under the two paths.
fn put(name: &str, cert: &Path, key: &Path) {
    std::fs::create_dir_all(cert.parent().unwrap()).unwrap();
    std::fs::copy(certificate(&format!("{name}.pem")), cert).unwrap();
    std::fs::copy(certificate(&format!("{name}.key")), key).unwrap();
}

/// True if the server shows exactly this certificate to clients that ask for a name; a certificate for another name counts
/// too.
async fn shows(server: &TestServer, name: &str, trusted: &str) -> bool {
    let shown = Arc::new(Shown::default());
    let mut config = rustls::ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(shown.clone())
        .with_no_client_auth();
    config.resumption = rustls::client::Resumption::disabled();
    let address = server.endpoint().trim_start_matches("https://");
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connected = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await;
    drop(connected);
    let expected = CertificateDer::from_pem_file(certificate(trusted)).unwrap();
    let shown = shown.0.lock().unwrap();
    shown.as_ref() == Some(&expected)
}

/// Remembers the certificate of a server and refuses it.
#[derive(Debug, Default)]
struct Shown(std::sync::Mutex<Option<CertificateDer<'static>>>);

impl rustls::client::danger::ServerCertVerifier for Shown {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        *self.0.lock().unwrap() = Some(end_entity.clone().into_owned());
        Err(rustls::Error::General("seen".into()))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("not reached".into()))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("not reached".into()))
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        vec![
            rustls::SignatureScheme::ECDSA_NISTP256_SHA256,
            rustls::SignatureScheme::ED25519,
            rustls::SignatureScheme::RSA_PSS_SHA256,
        ]
    }
}

/// Waits until the server shows a certificate for a name.
async fn comes_to_show(server: &TestServer, name: &str, trusted: &str) {
    for _ in 0..50 {
        if shows(server, name, trusted).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{trusted} was not shown for {name} within ten seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_served_with_its_own_certificate() {
    let folder = scratch();
    let domains = folder.join("domains");
    let shop = domains.join(SHOP);
    put(
        "shop",
        &shop.join("fullchain.pem"),
        &shop.join("privkey.pem"),
    );
    let wildcard = domains.join("auth.us-east-1.id.example");
    put(
        "wildcard",
        &wildcard.join("tls.crt"),
        &wildcard.join("tls.key"),
    );
    // None of these takes down the others: halves, another name's, junk.
    let broken = domains.join("broken.shop.example");
    put("shop", &broken.join("cert.pem"), &broken.join("key.pem"));
    let half = domains.join("half.shop.example");
    put("shop", &half.join("cert.pem"), &half.join("key.pem"));
    std::fs::remove_file(half.join("key.pem")).unwrap();
    std::fs::write(domains.join("junk.shop.example.crt"), "junk").unwrap();
    std::fs::write(domains.join("README"), "junk").unwrap();
    std::fs::create_dir_all(domains.join("..data")).unwrap();
    let server = start_with_domains(&folder).await;
    for (name, expected) in [
        (SHOP, "shop.pem"),
        ("LOGIN.Shop.example", "shop.pem"),
        (PREFIX, "wildcard.pem"),
        ("auth.us-east-1.id.example", "one.pem"),
        ("a.b.auth.us-east-1.id.example", "one.pem"),
        ("shop.example", "one.pem"),
        ("broken.shop.example", "one.pem"),
        ("half.shop.example", "one.pem"),
        ("junk.shop.example", "one.pem"),
        ("localhost", "one.pem"),
        ("127.0.0.1", "one.pem"),
    ] {
        assert!(shows(&server, name, expected).await, "{name}");
    }
    // A client that checks everything gets through.
    for alpn in [b"h2".as_slice(), b"http/1.1"] {
        connect_to(&server, SHOP, "shop.pem", alpn).await.unwrap();
        connect_to(&server, PREFIX, "wildcard.pem", alpn)
            .await
            .unwrap();
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_domains_come_change_and_go() {
    let folder = scratch();
    let domains = folder.join("domains");
    std::fs::create_dir_all(&domains).unwrap();
    let server = start_with_domains(&folder).await;
    assert!(shows(&server, SHOP, "one.pem").await);
    let pair = [
        domains.join(format!("{SHOP}.crt")),
        domains.join(format!("{SHOP}.key")),
    ];
    put("shop", &pair[0], &pair[1]);
    comes_to_show(&server, SHOP, "shop.pem").await;
    // Half of a renewal: the old certificate stays; and the other half.
    std::fs::copy(certificate("again.pem"), &pair[0]).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(shows(&server, SHOP, "shop.pem").await);
    std::fs::copy(certificate("again.key"), &pair[1]).unwrap();
    comes_to_show(&server, SHOP, "again.pem").await;
    // One that has expired does not take the place of one that has not.
    put("expired", &pair[0], &pair[1]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(shows(&server, SHOP, "again.pem").await);
    put("again", &pair[0], &pair[1]);
    // A folder that cannot be read for a while.
    let away = folder.join("away");
    std::fs::rename(&domains, &away).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(shows(&server, SHOP, "again.pem").await);
    std::fs::rename(&away, &domains).unwrap();
    for file in &pair {
        std::fs::remove_file(file).unwrap();
    }
    comes_to_show(&server, SHOP, "one.pem").await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_domains_need_a_folder_and_a_main_one() {
    let options = Options::serve().with("domain_certs", "/nowhere");
    let error = TestServer::start(options).await.err().unwrap();
    assert!(format!("{error:#}").contains("needs tls_cert"), "{error:#}");
    let folder = scratch();
    let options = Options::serve().with("domain_certs", "/nowhere");
    let error = start_with(&folder, options).await.err().unwrap();
    assert!(format!("{error:#}").contains("/nowhere"), "{error:#}");
    std::fs::remove_dir_all(folder).unwrap();
}

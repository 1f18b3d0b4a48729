//! `cognate health`: the status and the words of a server that is ready, that is not, that is not there, and of another one.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};

use cognate_testkit::{Options, TestServer};

use super::tls;

async fn ask(arguments: &[&str]) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
    let asked = move || {
        Command::new(env!("CARGO_BIN_EXE_cognate"))
            .arg("health")
            .args(arguments)
            .env_clear()
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(asked).await.unwrap()
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn ready() -> (Option<i32>, String, String) {
    (Some(0), "ready\n".to_owned(), String::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_server_says_so_and_a_stopped_one_does_not_answer() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    let address = server.endpoint().trim_start_matches("http://").to_owned();
    assert_eq!(told(&ask(&["--listen", &address]).await), ready());
    server.stop().await;
    let (code, out, error) = told(&ask(&["--listen", &address]).await);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let start = format!("cognate: {address} does not answer: ");
    assert!(error.starts_with(&start), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ready_gives_its_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 1024];
        let length = stream.read(&mut request).unwrap();
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 9\r\n\r\nstopping\n")
            .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    assert_eq!(
        told(&ask(&["--listen", &address]).await),
        (
            Some(1),
            String::new(),
            format!("cognate: {address} does not answer: 503 Service Unavailable: stopping\n")
        )
    );
    let request = answers.join().unwrap();
    assert_eq!(
        request,
        "GET /health/ready HTTP/1.1\r\nhost: localhost\r\n\r\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_only_the_configured_certificate_is_taken() {
    let folder = tls::scratch();
    let server = tls::start(&folder).await.unwrap();
    let address = server.endpoint().trim_start_matches("https://").to_owned();
    let with = |certificate: &str, key: &str| {
        [certificate, key].map(|name| tls::certificate(name).display().to_string())
    };
    let [cert, key] = with("one.pem", "one.key");
    let own = ["--listen", &address, "--tls-cert", &cert, "--tls-key", &key];
    assert_eq!(told(&ask(&own).await), ready());
    // The certificate of somebody who listens in its place is good for the same name.
    let [cert, key] = with("two.pem", "two.key");
    let other = ["--listen", &address, "--tls-cert", &cert, "--tls-key", &key];
    let (code, out, error) = told(&ask(&other).await);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(error.contains("invalid peer certificate"), "{error}");
    // Without TLS, an answer in TLS is none.
    let (code, out, _) = told(&ask(&["--listen", &address]).await);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    server.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

//! A client that writes bytes and reads bytes, for requests that no HTTP library would send.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Connects to a server.
pub async fn connect(endpoint: &str) -> TcpStream {
    TcpStream::connect(endpoint.trim_start_matches("http://"))
        .await
        .unwrap()
}

/// Sends bytes and reads until the server closes or nothing comes for a while.
pub async fn exchange(endpoint: &str, bytes: &[u8]) -> String {
    let mut stream = connect(endpoint).await;
    // A server that refuses early may close while this is still sending.
    let _ = stream.write_all(bytes).await;
    read(&mut stream).await
}

/// Reads until the server closes or nothing comes for a while.
pub async fn read(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let mut part = vec![0; 64 << 10];
    while let Ok(Ok(n)) =
        tokio::time::timeout(Duration::from_millis(700), stream.read(&mut part)).await
    {
        if n == 0 {
            break;
        }
        all.extend_from_slice(&part[..n]);
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Returns a POST to the root with these header lines.
pub fn post(lines: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "POST / HTTP/1.1\r\n{}\r\ncontent-length: {}\r\n\r\n",
        lines.join("\r\n"),
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

//! A small HTTP/1.1 client: one connection, one request at a time, as little work as possible.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The answer to a request.
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The status line and the headers.
    head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Returns the values of a header.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.head.lines().filter_map(move |line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Returns the value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Result<&str> {
        let set = self.headers("set-cookie").find_map(|cookie| {
            let (found, rest) = cookie.split_once('=')?;
            (found == name).then(|| rest.split(';').next().unwrap_or(rest))
        });
        set.with_context(|| format!("no cookie {name}"))
    }

    /// Returns the place to which the answer sends a browser.
    pub fn location(&self) -> Result<&str> {
        let there = self.headers("location").next();
        there
            .filter(|_| matches!(self.status, 302 | 303))
            .with_context(|| {
                format!(
                    "status {} instead of a redirect: {}",
                    self.status,
                    String::from_utf8_lossy(self.body.get(..300).unwrap_or(&self.body))
                )
            })
    }

    /// Returns the body of a success as JSON; an error otherwise.
    pub fn json(&self) -> Result<Value> {
        if self.status != 200 {
            bail!(
                "status {}: {}",
                self.status,
                String::from_utf8_lossy(&self.body)
            );
        }
        if self.body.is_empty() {
            Ok(Value::Null)
        } else {
            Ok(serde_json::from_slice(&self.body)?)
        }
    }
}

impl Connection {
    /// Connects to `host`, an address with port.
    pub async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)
            .await
            .with_context(|| format!("connecting to {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 << 10),
        })
    }

    /// Sends prepared bytes and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Reply> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head = std::str::from_utf8(self.buffer.get(..end).unwrap_or_default())?;
                let head = head.to_owned();
                let status = head.get(9..12).context("status line")?.parse()?;
                let length: usize = head
                    .lines()
                    .find_map(|line| {
                        let (name, value) = line.split_once(':')?;
                        name.eq_ignore_ascii_case("content-length")
                            .then(|| value.trim().parse().ok())?
                    })
                    .unwrap_or(0);
                let start = end + 4;
                while self.buffer.len() < start + length {
                    self.fill().await?;
                }
                let body = self
                    .buffer
                    .get(start..start + length)
                    .unwrap_or_default()
                    .to_vec();
                return Ok(Reply { status, head, body });
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

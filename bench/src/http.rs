//! A small HTTP/1.1 client: one connection, one request at a time, as little work as possible.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// A kept-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// A whole line that follows the first of each request; may be empty.
    header: String,
}

/// An answer with another status than was hoped for.
#[derive(Debug)]
pub struct Refused {
    /// The status code.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}: {}", self.status, self.body)
    }
}

impl std::error::Error for Refused {}

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

    /// Checks that the answer is a success.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn success(&self) -> Result<(), Refused> {
        if self.status == 200 {
            return Ok(());
        }
        Err(Refused {
            status: self.status,
            body: String::from_utf8_lossy(&self.body).into_owned(),
        })
    }

    /// Returns the body of a success as JSON; an error otherwise.
    pub fn json(&self) -> Result<Value> {
        self.success()?;
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
        Self::on(stream, String::new())
    }

    /// Connects to `host`, an address with port, from an address of this machine. `header`: a whole line for each request, or
    /// nothing.
    pub async fn open_from(host: &str, from: Ipv4Addr, header: String) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        Self::on(socket.connect(host.parse()?).await?, header)
    }

    fn on(stream: TcpStream, header: String) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(16 << 10),
            header,
        })
    }

    /// Sends prepared bytes and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Reply> {
        if self.header.is_empty() {
            self.stream.write_all(request).await?;
        } else {
            let first = find(request, b"\r\n").map_or(0, |end| end + 2);
            let (first, rest) = request.split_at(first);
            let with = [first, self.header.as_bytes(), rest].concat();
            self.stream.write_all(&with).await?;
        }
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
            let closed = "the server closed the connection";
            bail!(io::Error::new(io::ErrorKind::UnexpectedEof, closed));
        }
        Ok(())
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

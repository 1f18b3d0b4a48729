//! The other ends of what the server calls: a hook that answers events, an SMTP server that takes every mail, an identity
//! provider, and one that never answers. Each runs on a thread of its own, on the generator's core.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::federated::Provider;
use crate::machine;

/// A running sink.
pub struct Sink {
    /// The address that it listens on.
    pub address: SocketAddr,
    taken: Arc<AtomicU64>,
}

impl Sink {
    /// Starts a hook that returns every event as it came.
    pub fn hook() -> Result<Self> {
        Self::start(|stream, taken| Box::pin(answer_events(stream, taken)))
    }

    /// Starts an SMTP server without TLS.
    pub fn smtp() -> Result<Self> {
        Self::start(|stream, taken| Box::pin(take_mails(stream, taken)))
    }

    /// Starts an identity provider that speaks OpenID Connect.
    pub fn provider() -> Result<Self> {
        Self::start(|stream, taken| Box::pin(answer_relying_party(stream, taken)))
    }

    /// Starts a provider that takes every request and never answers.
    pub fn silence() -> Result<Self> {
        Self::start(|stream, taken| Box::pin(answer_nothing(stream, taken)))
    }

    /// Returns the number of events, mails or requests so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    fn start(serve: fn(TcpStream, Arc<AtomicU64>) -> Serving) -> Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let taken = Arc::new(AtomicU64::new(0));
        let count = taken.clone();
        std::thread::spawn(move || -> Result<()> {
            machine::pin_generator();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                loop {
                    let (stream, _) = listener.accept().await?;
                    stream.set_nodelay(true)?;
                    // A connection that breaks is the server's affair, and shows in the count.
                    tokio::spawn(serve(stream, count.clone()));
                }
            })
        });
        Ok(Self { address, taken })
    }
}

type Serving = std::pin::Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A request: its path, its header Authorization, its body.
struct Request {
    path: String,
    authorization: String,
    body: Vec<u8>,
}

/// Reads a request; None at the end of the connection.
async fn read(stream: &mut BufReader<TcpStream>) -> Result<Option<Request>> {
    let (mut line, mut length) = (String::new(), 0);
    let (mut path, mut authorization) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if path.is_empty() {
            text.split(' ')
                .nth(1)
                .unwrap_or_default()
                .clone_into(&mut path);
        } else if let Some((name, value)) = text.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().context("length")?;
            } else if name.eq_ignore_ascii_case("authorization") {
                value.trim().clone_into(&mut authorization);
            }
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Request {
        path,
        authorization,
        body,
    }))
}

async fn answer_events(stream: TcpStream, taken: Arc<AtomicU64>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(Request { body, .. }) = read(&mut stream).await? {
        taken.fetch_add(1, Ordering::Relaxed);
        write(&mut stream, &body).await?;
    }
    Ok(())
}

async fn answer_relying_party(stream: TcpStream, taken: Arc<AtomicU64>) -> Result<()> {
    static PROVIDER: LazyLock<Provider> = LazyLock::new(Provider::new);
    let mut stream = BufReader::new(stream);
    while let Some(asked) = read(&mut stream).await? {
        taken.fetch_add(1, Ordering::Relaxed);
        let form = String::from_utf8_lossy(&asked.body);
        let answer = PROVIDER.answer(&asked.path, &asked.authorization, &form);
        write(&mut stream, answer.to_string().as_bytes()).await?;
    }
    Ok(())
}

async fn answer_nothing(stream: TcpStream, taken: Arc<AtomicU64>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while read(&mut stream).await?.is_some() {
        taken.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// Answers with JSON, in one piece.
async fn write(stream: &mut BufReader<TcpStream>, body: &[u8]) -> Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = head.into_bytes();
    answer.extend_from_slice(body);
    stream.get_mut().write_all(&answer).await?;
    Ok(())
}

async fn take_mails(stream: TcpStream, taken: Arc<AtomicU64>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"220 sink\r\n").await?;
    let mut line = Vec::new();
    let mut in_mail = false;
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer: &[u8] = match (in_mail, line.as_slice()) {
            (true, b".\r\n") => {
                in_mail = false;
                taken.fetch_add(1, Ordering::Relaxed);
                b"250 taken\r\n"
            }
            (true, _) => continue,
            (false, command) if command.starts_with(b"DATA") => {
                in_mail = true;
                b"354 go on\r\n"
            }
            (false, command) if command.starts_with(b"EHLO") => b"250-sink\r\n250 8BITMIME\r\n",
            (false, command) if command.starts_with(b"QUIT") => b"221 bye\r\n",
            (false, _) => b"250 ok\r\n",
        };
        stream.get_mut().write_all(answer).await?;
    }
}

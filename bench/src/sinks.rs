//! The other ends of what the server calls: a hook that answers events, and an SMTP server that takes every mail. Each
//! runs on a thread of its own, on the generator's core.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

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

    /// Returns the number of events or mails so far.
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

async fn answer_events(stream: TcpStream, taken: Arc<AtomicU64>) -> Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        let mut length = 0;
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            }
            if let Some((name, value)) = text.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("length")?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        let mut answer = head.into_bytes();
        answer.extend(body);
        taken.fetch_add(1, Ordering::Relaxed);
        stream.get_mut().write_all(&answer).await?;
    }
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

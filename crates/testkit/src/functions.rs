//! A server that plays functions: it speaks the Lambda Invoke API (admin.md 3.6) and takes plain hooks.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use cognate_crypto::hash;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a call.
#[derive(Clone, Debug)]
pub enum Play {
    /// Answers with the event as it came.
    Echo,
    /// Answers with the event and this `response`.
    Respond(Value),
    /// Ends with an error of the function that has this message.
    Throw(String),
    /// Answers with a status, headers and a body.
    Raw(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Echoes after this time.
    Slow(Duration),
    /// Resets the connection.
    Reset,
}

/// A request as it came. Names of headers are in lower case.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path and query, as they were sent.
    pub path: String,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
    /// The number of the connection on which it came.
    pub connection: usize,
}

impl Received {
    /// Returns the event; Null if the body is no JSON document.
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Returns a header; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// True if the request is signed by Signature Version 4 with this secret for a service in a region. Computed from
    /// the bytes on the wire, without the library that signs.
    pub fn is_signed(&self, secret: &str, region: &str, service: &str) -> bool {
        self.signature(secret, region, service)
            .is_some_and(|expected| self.header("authorization").ends_with(&expected))
    }

    fn signature(&self, secret: &str, region: &str, service: &str) -> Option<String> {
        let given = self.header("authorization");
        let names = given.split("SignedHeaders=").nth(1)?.split(',').next()?;
        let time = self.header("x-amz-date");
        let date = time.get(..8)?;
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        // Services other than S3 encode each segment again.
        let path = match service {
            "s3" => path.to_owned(),
            _ => path.replace('%', "%25"),
        };
        let headers: String = names
            .split(';')
            .map(|name| format!("{name}:{}\n", self.header(name).trim()))
            .collect();
        let canonical = format!(
            "{}\n{path}\n{query}\n{headers}\n{names}\n{}",
            self.method,
            hash::sha256_hex(&self.body)
        );
        let text = format!(
            "AWS4-HMAC-SHA256\n{time}\n{date}/{region}/{service}/aws4_request\n{}",
            hash::sha256_hex(canonical.as_bytes())
        );
        let key = hash::sigv4_key(secret, date, region, service);
        let tag = hash::hmac_sha256(key.expose(), text.as_bytes());
        Some(format!("Signature={}", hex(&tag)))
    }

    /// True if the request is signed as a hook's with this secret.
    pub fn is_signed_hook(&self, secret: &str) -> bool {
        let (time, id) = (
            self.header("x-cognate-timestamp"),
            self.header("x-cognate-id"),
        );
        let text = [time.as_bytes(), b".", id.as_bytes(), b".", &self.body].concat();
        let tag = hash::hmac_sha256(secret.as_bytes(), &text);
        self.header("x-cognate-signature") == format!("v1={}", hex(&tag))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Default)]
struct Shared {
    next: VecDeque<Play>,
    always: Option<Play>,
    received: Vec<Received>,
    connections: usize,
}

/// A server that plays functions until it is dropped.
pub struct FunctionServer {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

impl Drop for FunctionServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FunctionServer {
    /// Starts a server that echoes every event.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::<Mutex<Shared>>::default();
        let task = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self {
            address,
            shared,
            task,
        })
    }

    /// `http://127.0.0.1:port`: the endpoint of Lambda, and with any path a hook.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has the next call played so; several are played in their order.
    pub fn next(&self, play: Play) {
        locked(&self.shared).next.push_back(play);
    }

    /// Has every call played so that [`FunctionServer::next`] says nothing about.
    pub fn always(&self, play: Play) {
        locked(&self.shared).always = Some(play);
    }

    /// Returns the requests so far.
    pub fn received(&self) -> Vec<Received> {
        locked(&self.shared).received.clone()
    }

    /// Returns the events of the requests so far.
    pub fn events(&self) -> Vec<Value> {
        self.received().iter().map(Received::event).collect()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Mutex<Shared>>) {
    // Ends the connections too.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = {
            let mut shared = locked(&shared);
            shared.connections += 1;
            shared.connections
        };
        connections.spawn(serve(stream, number, shared.clone()));
    }
}

async fn serve(
    mut stream: TcpStream,
    connection: usize,
    shared: Arc<Mutex<Shared>>,
) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        let Some(request) = read(&mut stream, &mut buffer, connection).await? else {
            return Ok(());
        };
        let play = {
            let mut shared = locked(&shared);
            shared.received.push(request.clone());
            let next = shared.next.pop_front().or_else(|| shared.always.clone());
            next.unwrap_or(Play::Echo)
        };
        let lambda = request.path.starts_with("/2015-03-31/functions/");
        let (status, headers, body) = match play {
            Play::Echo => (200, Vec::new(), request.body),
            Play::Slow(time) => {
                tokio::time::sleep(time).await;
                (200, Vec::new(), request.body)
            }
            Play::Respond(response) => {
                let mut event = request.event();
                if let Some(event) = event.as_object_mut() {
                    event.insert("response".into(), response);
                }
                (200, Vec::new(), event.to_string().into_bytes())
            }
            Play::Throw(message) => {
                let body = json!({"errorMessage": message, "errorType": "Error", "trace": []});
                let body = body.to_string().into_bytes();
                match lambda {
                    true => (
                        200,
                        vec![("x-amz-function-error", "Unhandled".to_owned())],
                        body,
                    ),
                    false => (400, Vec::new(), body),
                }
            }
            Play::Raw(status, headers, body) => (status, headers, body),
            Play::Reset => {
                stream.set_zero_linger()?;
                return Ok(());
            }
        };
        let mut head = format!(
            "HTTP/1.1 {status} Played\r\ncontent-length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(&[head.as_bytes(), &body].concat()).await?;
    }
}

/// Reads one request; None at the end of the connection.
async fn read(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    connection: usize,
) -> anyhow::Result<Option<Received>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head: Vec<u8> = buffer.drain(..end + 4).collect();
    let head = String::from_utf8(head)?;
    let mut lines = head.lines();
    let line = lines.next().context("no request line")?;
    let mut words = line.split(' ').map(str::to_owned);
    let method = words.next().unwrap_or_default();
    let path = words.next().context("no request line")?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = match headers.get("content-length") {
        Some(text) => text.parse()?,
        None => 0,
    };
    while buffer.len() < length {
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    let body = buffer.drain(..length).collect();
    Ok(Some(Received {
        method,
        path,
        headers,
        body,
        connection,
    }))
}

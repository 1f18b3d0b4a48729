//! Providers, each at an address of this machine of its own: calls to one do not count as calls to another.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::part;
use crate::site::wall;

/// The issuer of every provider here.
pub const ISSUER: &str = "https://idp.example";

/// What a provider does to whoever calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The connection is never established.
    NeverAccepts,
    /// It is, and nothing is said.
    NeverSpeaks,
    /// The same where TLS should begin.
    NeverShakesHands,
    /// One byte of the headers now and then.
    SlowHead,
    /// One byte of the body a second.
    SlowBody,
    /// A body without a length and without an end.
    Endless,
    /// A body of a gigabyte, announced.
    Gigabyte,
    /// A redirect to the address of a cloud's secrets.
    Inside,
    /// A redirect to another port of this machine.
    Elsewhere,
    /// The connection is reset.
    Reset,
    /// A compressed body that would become large.
    Bomb,
    /// Something that is not TLS.
    Garbage,
}

pub const ACTS: [Act; 12] = [
    Act::NeverAccepts,
    Act::NeverSpeaks,
    Act::NeverShakesHands,
    Act::SlowHead,
    Act::SlowBody,
    Act::Endless,
    Act::Gigabyte,
    Act::Inside,
    Act::Elsewhere,
    Act::Reset,
    Act::Bomb,
    Act::Garbage,
];

impl Act {
    /// True if the caller waits until its time is over.
    pub fn is_slow(self) -> bool {
        use Act as A;
        matches!(
            self,
            A::NeverAccepts | A::NeverSpeaks | A::NeverShakesHands | A::SlowHead | A::SlowBody
        )
    }
}

/// Returns a listener at an address that no other one here has.
async fn listener(waiting: u32) -> TcpListener {
    static NEXT: AtomicU8 = AtomicU8::new(10);
    let socket = TcpSocket::new_v4().unwrap();
    let last = NEXT.fetch_add(1, Ordering::Relaxed);
    socket
        .bind(SocketAddr::from(([127, 0, 7, last], 0)))
        .unwrap();
    socket.listen(waiting).unwrap()
}

/// The connections of a provider.
#[derive(Default)]
struct Seen {
    open: AtomicUsize,
    most: AtomicUsize,
}

/// A hostile provider.
pub struct Evil {
    act: Act,
    address: SocketAddr,
    seen: Arc<Seen>,
    /// Connections that fill the queue of one that never accepts.
    _queue: Vec<TcpStream>,
}

impl Evil {
    pub async fn start(act: Act, trap: SocketAddr) -> Self {
        let seen = Arc::<Seen>::default();
        let listening = listener(if act == Act::NeverAccepts { 1 } else { 1_024 }).await;
        let address = listening.local_addr().unwrap();
        let mut queue = Vec::new();
        if act == Act::NeverAccepts {
            // The system answers no further one once its queue is full.
            while let Ok(Ok(stream)) =
                tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await
            {
                queue.push(stream);
            }
            seen.most.store(1, Ordering::Relaxed);
        }
        let counted = seen.clone();
        tokio::spawn(async move {
            if act == Act::NeverAccepts {
                // The listener must live.
                std::future::pending::<()>().await;
            }
            while let Ok((stream, _)) = listening.accept().await {
                let seen = counted.clone();
                tokio::spawn(async move {
                    let open = seen.open.fetch_add(1, Ordering::SeqCst) + 1;
                    seen.most.fetch_max(open, Ordering::SeqCst);
                    let _ = serve(act, stream, trap).await;
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            act,
            address,
            seen,
            _queue: queue,
        }
    }

    pub fn at(&self, path: &str) -> String {
        let scheme = match self.act {
            Act::NeverShakesHands | Act::Garbage => "https",
            _ => "http",
        };
        format!("{scheme}://{}/{path}", self.address)
    }

    pub fn name(&self) -> String {
        format!("{:?}", self.act)
    }

    /// The most connections that were open at once.
    pub fn most(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }
}

/// Serves one connection until the caller closes it.
async fn serve(act: Act, mut stream: TcpStream, trap: SocketAddr) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    if act == Act::Reset {
        // What was not read makes the system send a reset.
        return stream.readable().await;
    }
    let _ = stream.read(&mut buffer).await?;
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    match act {
        Act::SlowHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX-Long: ").await?;
            loop {
                tokio::time::sleep(Duration::from_millis(200)).await;
                stream.write_all(b"x").await?;
            }
        }
        Act::SlowBody => {
            stream
                .write_all(format!("{ok}Content-Length: 1000\r\n\r\n").as_bytes())
                .await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Act::Endless | Act::Gigabyte => {
            let length = match act {
                Act::Gigabyte => "Content-Length: 1073741824\r\n",
                _ => "Connection: close\r\n",
            };
            stream
                .write_all(format!("{ok}{length}\r\n").as_bytes())
                .await?;
            let piece = vec![b' '; 64 << 10];
            loop {
                stream.write_all(&piece).await?;
            }
        }
        Act::Inside | Act::Elsewhere => {
            let there = match act {
                Act::Inside => "http://169.254.169.254/latest/meta-data/".to_owned(),
                _ => format!("http://{trap}/"),
            };
            let answer = format!(
                "HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await?;
        }
        Act::Bomb => {
            // The beginning of a gzip file; nobody unpacks it.
            let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
            body.resize(64 << 10, 0);
            let head = format!(
                "{ok}Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await?;
        }
        Act::Garbage => stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await?,
        Act::NeverAccepts | Act::NeverSpeaks | Act::NeverShakesHands | Act::Reset => {}
    }
    // Until the caller has enough.
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}

/// A place to which redirects lead.
pub struct Trap {
    pub address: SocketAddr,
    visits: Arc<AtomicUsize>,
}

impl Trap {
    pub async fn start() -> Self {
        let listening = listener(128).await;
        let address = listening.local_addr().unwrap();
        let visits = Arc::<AtomicUsize>::default();
        let counted = visits.clone();
        tokio::spawn(async move {
            while listening.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { address, visits }
    }

    pub fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

/// A provider that does what it should. The code is the nonce of the token that it gives.
pub struct Honest(SocketAddr);

impl Honest {
    pub async fn start() -> Self {
        let listening = listener(1_024).await;
        let address = listening.local_addr().unwrap();
        let key = Arc::new(ProviderKey::generate(Kind::P256));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listening.accept().await {
                let key = key.clone();
                tokio::spawn(async move { answer(stream, &key).await });
            }
        });
        Self(address)
    }

    pub fn at(&self, path: &str) -> String {
        format!("http://{}/{path}", self.0)
    }
}

/// Answers the requests of a connection.
async fn answer(mut stream: TcpStream, key: &ProviderKey) -> std::io::Result<()> {
    let (mut buffer, mut request) = (vec![0; 16 << 10], String::new());
    loop {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        request.push_str(&String::from_utf8_lossy(&buffer[..n]));
        // The form of a POST ends with the secret.
        let is_whole =
            request.ends_with("\r\n\r\n") || request.contains("&client_secret=a-word-to-hide");
        if !is_whole || request.starts_with("POST") && !request.contains("code=") {
            continue;
        }
        let request = std::mem::take(&mut request);
        let body = match request.split(' ').nth(1) {
            Some("/jwks") => {
                let jwk = key.jwk("k");
                let shown =
                    json!({"kty": jwk.kty, "kid": "k", "crv": jwk.crv, "x": jwk.x, "y": jwk.y});
                json!({ "keys": [shown] })
            }
            Some("/user") => json!({"sub": "user-1", "email": "jane@idp.example"}),
            _ => {
                let code = request.split("code=").nth(1).unwrap_or_default();
                let nonce = code.split('&').next().unwrap_or_default();
                let payload = json!({
                    "iss": ISSUER, "aud": "our-client", "sub": "user-1", "nonce": nonce, "exp": wall() + 600,
                });
                let input = format!(
                    "{}.{}",
                    part(&json!({"alg": "ES256", "kid": "k"})),
                    part(&payload)
                );
                let signature = URL_SAFE_NO_PAD.encode(key.sign(Alg::Es256, input.as_bytes()));
                json!({"access_token": "at", "id_token": format!("{input}.{signature}"), "token_type": "Bearer"})
            }
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
    }
}

//! A mail server whose every answer a test can choose: it is slow, greylists, refuses, closes, speaks TLS.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A step of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpStep {
    /// The client has connected.
    Greeting,
    /// EHLO or HELO.
    Ehlo,
    /// STARTTLS.
    StartTls,
    /// The last line of AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// The dot at the end of the mail.
    Message,
}

/// What a script is asked about.
#[derive(Clone, Copy, Debug)]
pub struct SmtpMoment<'a> {
    /// The step.
    pub step: SmtpStep,
    /// The command; empty at the greeting and at the end of a mail.
    pub line: &'a str,
    /// The number of the connection, from 1.
    pub connection: usize,
    /// The number of this step over all connections, from 1.
    pub times: usize,
}

/// What the server does instead of its usual answer.
#[derive(Clone, Debug)]
pub enum SmtpAct {
    /// Answers with this line. A positive one moves the conversation on.
    Reply(String),
    /// Waits, and then goes on as usual.
    Wait(Duration),
    /// Never answers.
    Hang,
    /// Closes the connection.
    Close,
}

impl SmtpAct {
    /// Answers with a line.
    pub fn reply(line: &str) -> Option<Self> {
        Some(Self::Reply(line.to_owned()))
    }
}

/// How the server speaks TLS, with a certificate for `localhost` (see [`SmtpServer::certificate`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmtpTls {
    /// Not at all.
    #[default]
    None,
    /// When asked by STARTTLS.
    StartTls,
    /// From the first byte.
    Implicit,
}

/// Chooses what happens at a step; None for the usual answer.
pub type SmtpScript = dyn Fn(&SmtpMoment<'_>) -> Option<SmtpAct> + Send + Sync;

/// The options of a mail server.
#[derive(Clone, Default)]
pub struct SmtpOptions {
    /// How it speaks TLS.
    pub tls: SmtpTls,
    /// The user name and password that it asks for; anybody may send without.
    pub login: Option<(String, String)>,
    /// The mechanisms that it offers for that; `PLAIN LOGIN` if empty.
    pub mechanisms: String,
    /// True if it takes international addresses (SMTPUTF8).
    pub utf8: bool,
    /// Asked at every step.
    pub script: Option<Arc<SmtpScript>>,
}

impl SmtpOptions {
    /// Returns the same with a script, which is asked at every step; None for the usual answer.
    #[must_use]
    pub fn script(
        mut self,
        script: impl Fn(&SmtpMoment<'_>) -> Option<SmtpAct> + Send + Sync + 'static,
    ) -> Self {
        self.script = Some(Arc::new(script));
        self
    }
}

/// A mail that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedMail {
    /// MAIL FROM, with its parameters.
    pub from: String,
    /// RCPT TO.
    pub to: Vec<String>,
    /// The mail itself.
    pub data: Vec<u8>,
    /// The number of the connection that it came by, from 1.
    pub connection: usize,
    /// True if that connection was encrypted.
    pub encrypted: bool,
    /// True if its client had authenticated.
    pub authenticated: bool,
}

impl ReceivedMail {
    /// Returns the mail as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.data).into_owned()
    }
}

struct Shared {
    options: SmtpOptions,
    mails: Mutex<Vec<ReceivedMail>>,
    connections: AtomicUsize,
    times: Mutex<Vec<SmtpStep>>,
    tls: Option<TlsAcceptor>,
}

/// A mail server on this machine. Dropping it closes its port.
pub struct SmtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpServer {
    /// Starts a server on a free port.
    pub async fn start(options: SmtpOptions) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let tls = match options.tls {
            SmtpTls::None => None,
            SmtpTls::StartTls | SmtpTls::Implicit => Some(acceptor()?),
        };
        let shared = Arc::new(Shared {
            options,
            mails: Mutex::default(),
            connections: AtomicUsize::default(),
            times: Mutex::default(),
            tls,
        });
        let serving = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(tcp));
            }
        });
        Ok(Self {
            address,
            shared,
            task,
        })
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Returns the mails that were taken so far.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        let mails = self.shared.mails.lock();
        mails.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the mails as soon as there are so many; an error after ten seconds.
    pub async fn wait_for(&self, count: usize) -> anyhow::Result<Vec<ReceivedMail>> {
        for _ in 0..1000 {
            let mails = self.mails();
            if mails.len() >= count {
                return Ok(mails);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("{} of {count} mails came", self.mails().len())
    }

    /// Returns the connections that were opened so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Returns the file of the certificate that the server's TLS is to be trusted by.
    pub fn certificate() -> PathBuf {
        pem("one.pem")
    }
}

fn pem(name: &str) -> PathBuf {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../server/tests/wire/certificates"
    );
    PathBuf::from(folder).join(name)
}

fn acceptor() -> anyhow::Result<TlsAcceptor> {
    let chain = vec![CertificateDer::from_pem_file(pem("one.pem"))?];
    let key = PrivateKeyDer::from_pem_file(pem("one.key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// The end of a part of a conversation.
enum End {
    Closed,
    StartTls(Box<dyn Io>),
}

/// What one connection has said so far.
struct Peer {
    connection: usize,
    encrypted: bool,
    authenticated: bool,
    from: String,
    to: Vec<String>,
}

impl Shared {
    async fn serve(self: Arc<Self>, tcp: TcpStream) -> anyhow::Result<()> {
        let mut peer = Peer {
            connection: self.connections.fetch_add(1, Ordering::SeqCst) + 1,
            encrypted: self.options.tls == SmtpTls::Implicit,
            authenticated: false,
            from: String::new(),
            to: Vec::new(),
        };
        let mut io: Box<dyn Io> = Box::new(tcp);
        if peer.encrypted {
            io = Box::new(self.tls.as_ref().context("TLS")?.accept(io).await?);
        }
        let mut greet = true;
        loop {
            match self.talk(io, &mut peer, greet).await? {
                End::Closed => return Ok(()),
                End::StartTls(plain) => {
                    io = Box::new(self.tls.as_ref().context("TLS")?.accept(plain).await?);
                    peer.encrypted = true;
                    greet = false;
                }
            }
        }
    }

    /// Asks the script, and returns the answer to give; None to close.
    async fn answer(&self, peer: &Peer, step: SmtpStep, line: &str, usual: &str) -> Option<String> {
        let times = {
            let mut all = self.times.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(step);
            all.iter().filter(|other| **other == step).count()
        };
        let moment = SmtpMoment {
            step,
            line,
            connection: peer.connection,
            times,
        };
        match self
            .options
            .script
            .as_ref()
            .and_then(|script| script(&moment))
        {
            None => {}
            Some(SmtpAct::Reply(line)) => return Some(line),
            Some(SmtpAct::Wait(time)) => tokio::time::sleep(time).await,
            Some(SmtpAct::Hang) => std::future::pending().await,
            Some(SmtpAct::Close) => return None,
        }
        Some(usual.to_owned())
    }

    async fn talk(&self, io: Box<dyn Io>, peer: &mut Peer, greet: bool) -> anyhow::Result<End> {
        let mut io = BufReader::new(io);
        if greet {
            let greeting = "220 mail.example ESMTP";
            let Some(line) = self.answer(peer, SmtpStep::Greeting, "", greeting).await else {
                return Ok(End::Closed);
            };
            write(&mut io, &line).await?;
        }
        while let Some(line) = read(&mut io).await? {
            let verb = line
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            let (step, usual) = match verb.as_str() {
                "EHLO" | "HELO" => (SmtpStep::Ehlo, self.offers(peer)),
                "STARTTLS" => (SmtpStep::StartTls, "220 2.0.0 go ahead".to_owned()),
                "AUTH" => match self.credentials(&mut io, &line).await? {
                    Some(given) if Some(&given) == self.options.login.as_ref() => {
                        (SmtpStep::Auth, "235 2.7.0 welcome".to_owned())
                    }
                    _ => (SmtpStep::Auth, "535 5.7.8 credentials are wrong".to_owned()),
                },
                "MAIL" if self.options.login.is_some() && !peer.authenticated => (
                    SmtpStep::Mail,
                    "530 5.7.0 authentication required".to_owned(),
                ),
                "MAIL" => (SmtpStep::Mail, "250 2.1.0 ok".to_owned()),
                "RCPT" => (SmtpStep::Rcpt, "250 2.1.5 ok".to_owned()),
                "DATA" => (SmtpStep::Data, "354 end with a dot".to_owned()),
                "QUIT" => return Ok(End::Closed),
                "NOOP" | "RSET" => {
                    write(&mut io, "250 ok").await?;
                    continue;
                }
                _ => {
                    write(&mut io, "500 5.5.1 unknown command").await?;
                    continue;
                }
            };
            let Some(answer) = self.answer(peer, step, &line, &usual).await else {
                return Ok(End::Closed);
            };
            write(&mut io, &answer).await?;
            if !answer.starts_with(['2', '3']) {
                continue;
            }
            match step {
                SmtpStep::StartTls => return Ok(End::StartTls(io.into_inner())),
                SmtpStep::Auth => peer.authenticated = true,
                SmtpStep::Mail => {
                    peer.from = path(&line);
                    peer.to.clear();
                }
                SmtpStep::Rcpt => peer.to.push(path(&line)),
                SmtpStep::Data if !self.receive(&mut io, peer).await? => return Ok(End::Closed),
                _ => {}
            }
        }
        Ok(End::Closed)
    }

    fn offers(&self, peer: &Peer) -> String {
        let mut lines = vec!["mail.example", "8BITMIME", "ENHANCEDSTATUSCODES"];
        if self.options.tls == SmtpTls::StartTls && !peer.encrypted {
            lines.push("STARTTLS");
        }
        let mechanisms = match self.options.mechanisms.as_str() {
            "" => "PLAIN LOGIN",
            some => some,
        };
        let auth = format!("AUTH {mechanisms}");
        if self.options.login.is_some() {
            lines.push(&auth);
        }
        if self.options.utf8 {
            lines.push("SMTPUTF8");
        }
        let last = lines.pop().unwrap_or_default();
        let mut out: String = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
        out.push_str("250 ");
        out.push_str(last);
        out
    }

    /// Reads what AUTH PLAIN or AUTH LOGIN says.
    async fn credentials(
        &self,
        io: &mut BufReader<Box<dyn Io>>,
        line: &str,
    ) -> anyhow::Result<Option<(String, String)>> {
        let decode = |text: &str| {
            let bytes = STANDARD.decode(text).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let mut words = line.split(' ').skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let mut given = words.next().map(str::to_owned);
        let mut next = async |prompt: &str| match given.take() {
            Some(given) => Ok(given),
            None => {
                write(io, &format!("334 {prompt}")).await?;
                anyhow::Ok(read(io).await?.unwrap_or_default())
            }
        };
        if mechanism == "LOGIN" {
            let user = decode(&next("VXNlcm5hbWU6").await?);
            let password = decode(&next("UGFzc3dvcmQ6").await?);
            return Ok(Some((user, password)));
        }
        let plain = decode(&next("").await?);
        let mut parts = plain.split('\0').skip(1);
        Ok(parts
            .next()
            .zip(parts.next())
            .map(|(user, password)| (user.to_owned(), password.to_owned())))
    }

    /// Reads a mail and answers; false if the connection is to be closed.
    async fn receive(
        &self,
        io: &mut BufReader<Box<dyn Io>>,
        peer: &mut Peer,
    ) -> anyhow::Result<bool> {
        let mut data = Vec::new();
        loop {
            let mut line = Vec::new();
            if io.read_until(b'\n', &mut line).await? == 0 {
                return Ok(false);
            }
            if line == b".\r\n" {
                break;
            }
            data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let usual = format!("250 2.0.0 ok: queued as {}", self.mails_so_far() + 1);
        let Some(answer) = self.answer(peer, SmtpStep::Message, "", &usual).await else {
            return Ok(false);
        };
        if answer.starts_with('2') {
            let mail = ReceivedMail {
                from: std::mem::take(&mut peer.from),
                to: std::mem::take(&mut peer.to),
                data,
                connection: peer.connection,
                encrypted: peer.encrypted,
                authenticated: peer.authenticated,
            };
            let mut mails = self.mails.lock().unwrap_or_else(PoisonError::into_inner);
            mails.push(mail);
        }
        write(io, &answer).await?;
        Ok(true)
    }

    fn mails_so_far(&self) -> usize {
        let mails = self.mails.lock();
        mails.unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Returns what is after the colon of MAIL and RCPT.
fn path(line: &str) -> String {
    line.split_once(':').map_or("", |(_, path)| path).to_owned()
}

async fn read(io: &mut BufReader<Box<dyn Io>>) -> anyhow::Result<Option<String>> {
    let mut line = String::new();
    let count = io.read_line(&mut line).await?;
    Ok((count > 0).then(|| line.trim_end().to_owned()))
}

async fn write(io: &mut BufReader<Box<dyn Io>>, line: &str) -> anyhow::Result<()> {
    let io = io.get_mut();
    io.write_all(format!("{line}\r\n").as_bytes()).await?;
    Ok(io.flush().await?)
}

//! A mail server (RFC 5321), with connections that are kept for the next mail.
//!
//! A connection is in the pool only between mails. One that failed, or whose mail was given up half way, is closed: an
//! answer that comes late must not be taken for that to the next command.

mod connect;
mod url;
mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::{Address, address::Envelope};
use rustls::ClientConfig;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use self::url::{MailServer, Security};
use crate::fault::Fault;
use crate::mail::Email;
use crate::settings::SettingsError;

/// Connections to the mail server at a time; what is beyond waits.
const CONNECTIONS: usize = 8;
/// A connection that is not in use is closed after this time. Servers wait longer (RFC 5321 section 4.5.3.2.7).
const IDLE_TIME: Duration = Duration::from_secs(15);
/// How much longer than for anything else the answer to a whole mail is waited for, and how long at most. Servers look at
/// a mail before they answer (RFC 5321 section 4.5.3.2.6 asks for ten minutes), and one that is given up now and sent
/// again arrives once more with every try.
const PATIENCE: u32 = 10;
const LONGEST_PATIENCE: Duration = Duration::from_secs(60);

/// Sends by a mail server.
pub struct Smtp(Arc<Inner>);

struct Inner {
    server: MailServer,
    tls: Option<Arc<ClientConfig>>,
    hello: ClientId,
    /// For everything until the mail itself is said.
    timeout: Duration,
    slots: Semaphore,
    idle: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// A mail that was not taken.
struct Trouble {
    fault: Fault,
    /// The connection was over before the mail was said, as happens to kept ones.
    stale: bool,
}

impl Smtp {
    /// Returns a sender. `hello`: the name by which the server is greeted; `timeout`: the longest time until the mail
    /// itself is said.
    ///
    /// # Errors
    /// For a URL or a file of certificates that cannot be used.
    pub fn new(
        url: &str,
        ca: Option<&Path>,
        hello: &str,
        timeout: Duration,
    ) -> Result<Self, SettingsError> {
        let server = MailServer::parse(url).map_err(|why| SettingsError::of("smtp_url", why))?;
        let encrypts = matches!(server.security, Security::Implicit | Security::StartTls);
        if ca.is_some() && !encrypts {
            let why = "smtp_url uses no TLS, so that nothing would be compared with it";
            return Err(SettingsError::of("smtp_ca", why));
        }
        if server.security == Security::Plain {
            tracing::warn!("smtp_url says tls=none: mails and the password go out unencrypted");
        }
        let name = if ca.is_some() { "smtp_ca" } else { "smtp_url" };
        let tls = encrypts
            .then(|| connect::trust(ca).map_err(|why| SettingsError::of(name, why)))
            .transpose()?;
        let hello = match hello.parse() {
            Ok(std::net::IpAddr::V4(ip)) => ClientId::Ipv4(ip),
            Ok(std::net::IpAddr::V6(ip)) => ClientId::Ipv6(ip),
            Err(_) => ClientId::Domain(hello.to_owned()),
        };
        Ok(Self(Arc::new(Inner {
            server,
            tls,
            hello,
            timeout,
            slots: Semaphore::new(CONNECTIONS),
            idle: Mutex::default(),
        })))
    }

    /// Sends a mail and returns the id under which the server queued it, if it says one.
    ///
    /// # Errors
    /// 4xx, 535 and failed connections are [`Fault::Down`], 5xx are final ([`Fault`]).
    pub async fn send(&self, email: &Email<'_>, now: i64) -> Result<Option<String>, Fault> {
        let (envelope, mime) = email.mime(now)?;
        let inner = &self.0;
        let slow = || Fault::Down("no answer in time".into());
        let ready = async {
            let slot = inner.slots.acquire().await;
            let slot = slot.map_err(|error| Fault::Down(error.to_string()))?;
            Ok((slot, self.agree(&envelope, &mime).await?))
        };
        let ready = tokio::time::timeout(inner.timeout, ready).await;
        let (_slot, mut connection) = ready.unwrap_or_else(|_| Err(slow()))?;
        let patience = (inner.timeout * PATIENCE).min(LONGEST_PATIENCE);
        let said = connection.message(&mime);
        let said = tokio::time::timeout(patience.max(inner.timeout), said).await;
        let said = said.map_err(|_| slow())?;
        let said = said.map_err(|error| trouble(Step::Message, &error).fault)?;
        if said.code().severity != Severity::PositiveCompletion {
            return Err(Fault::Down(format!(
                "{} to the end of the mail",
                said.code()
            )));
        }
        let id = queue_id(&said);
        inner.keep(connection);
        Ok(id)
    }

    /// Returns a connection on which the server waits for the mail itself.
    async fn agree(&self, envelope: &Envelope, mime: &[u8]) -> Result<AsyncSmtpConnection, Fault> {
        let inner = &self.0;
        if let Some(kept) = inner.take() {
            match converse(kept, envelope, mime).await {
                Err(Trouble { stale: true, .. }) => {}
                other => return other.map_err(|trouble| trouble.fault),
            }
        }
        let opened = connect::open(&inner.server, inner.tls.as_ref(), &inner.hello).await?;
        let agreed = converse(opened, envelope, mime).await;
        agreed.map_err(|trouble| trouble.fault)
    }
}

/// Says everything before the mail itself.
async fn converse(
    mut connection: AsyncSmtpConnection,
    envelope: &Envelope,
    mime: &[u8],
) -> Result<AsyncSmtpConnection, Trouble> {
    let parameters = parameters(&connection, envelope, mime)?;
    let mail = Mail::new(envelope.from().cloned(), parameters);
    let said = connection.command(mail).await;
    said.map_err(|error| trouble(Step::Mail, &error))?;
    for to in envelope.to() {
        let said = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        said.map_err(|error| trouble(Step::Rcpt, &error))?;
    }
    let said = connection.command(Data).await;
    said.map_err(|error| trouble(Step::Data, &error))?;
    Ok(connection)
}

impl Inner {
    fn idle(&self) -> MutexGuard<'_, Vec<(AsyncSmtpConnection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle();
        idle.retain(|(_, since)| since.elapsed() < IDLE_TIME);
        idle.pop().map(|(connection, _)| connection)
    }

    fn keep(self: &Arc<Self>, connection: AsyncSmtpConnection) {
        let mut idle = self.idle();
        idle.push((connection, Instant::now()));
        if idle.len() > 1 {
            return;
        }
        // The first connection in an empty pool brings the one task that closes what is left of it.
        let inner = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(IDLE_TIME).await;
                let Some(inner) = inner.upgrade() else { return };
                let mut idle = inner.idle();
                idle.retain(|(_, since)| since.elapsed() < IDLE_TIME);
                if idle.is_empty() {
                    return;
                }
            }
        });
    }
}

/// Returns what MAIL FROM has to say about the mail.
fn parameters(
    connection: &AsyncSmtpConnection,
    envelope: &Envelope,
    mime: &[u8],
) -> Result<Vec<MailParameter>, Trouble> {
    let missing = |fault| Trouble {
        fault,
        stale: false,
    };
    let server = connection.server_info();
    let mut parameters = Vec::new();
    let beyond_ascii = |address: &Address| !address.user().is_ascii();
    let recipient = envelope.to().iter().any(beyond_ascii);
    if recipient || envelope.from().is_some_and(beyond_ascii) {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            let why = "the mail server takes no international addresses (SMTPUTF8)".to_owned();
            return Err(missing(Fault::Refused(why)));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mime.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            let why = "the mail server takes no 8-bit mails (8BITMIME)".to_owned();
            return Err(missing(Fault::Refused(why)));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Mail,
    Rcpt,
    Data,
    Message,
}

/// Returns what follows from an error at a step.
fn trouble(step: Step, error: &lettre::transport::smtp::Error) -> Trouble {
    let name = match step {
        Step::Mail => "MAIL",
        Step::Rcpt => "RCPT",
        Step::Data => "DATA",
        Step::Message => "the mail",
    };
    let why = reason(name, error);
    let code = error.status().map(u16::from);
    let enhanced = enhanced(error);
    let about = |class: &str| {
        enhanced
            .as_deref()
            .is_some_and(|status| status.starts_with(class))
    };
    let fault = match code {
        // The server wants to know who we are, or does not forward for us.
        Some(530 | 534 | 535 | 538) => Fault::Misconfigured(why),
        Some(500..=599) if step == Step::Rcpt && !about("5.7.") => Fault::Undeliverable(why),
        // Some servers look at the recipient only now.
        Some(500..=599) if step == Step::Message && (about("5.1.1") || about("5.2.1")) => {
            Fault::Undeliverable(why)
        }
        Some(500..=599) => Fault::Refused(why),
        _ => Fault::Down(why),
    };
    let over = code.is_none() || code == Some(421);
    Trouble {
        fault,
        stale: over && step != Step::Message,
    }
}

/// Returns the step, the code and the enhanced code of an error, and nothing else that the server said: it may repeat the
/// mail.
fn reason(step: &str, error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => match enhanced(error) {
            Some(enhanced) => format!("{step}: {code} {enhanced}"),
            None => format!("{step}: {code}"),
        },
        None if error.is_response() => format!("{step}: no proper answer"),
        None => format!("{step}: {error}"),
    }
}

/// Returns the enhanced status code (RFC 3463) that an answer begins with.
fn enhanced(error: &lettre::transport::smtp::Error) -> Option<String> {
    let said = std::error::Error::source(error)?.to_string();
    let first = said.split_whitespace().next()?;
    let digits =
        |part: &str| matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit());
    let proper = first.split('.').count() == 3 && first.split('.').all(digits);
    proper.then(|| first.to_owned())
}

/// Returns the id in `queued as ID`, which most servers say.
fn queue_id(said: &Response) -> Option<String> {
    let (_, rest) = said.first_line()?.split_once("queued as ")?;
    let id: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        .take(64)
        .collect();
    Some(id).filter(|id| !id.is_empty())
}

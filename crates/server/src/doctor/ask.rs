//! Questions to the server: every answer is bounded in time and size, and is somebody else's text.

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cognate_crypto::secret::{Secret, SecretString};
use cognate_domain::clock::Clock;
use cognate_outbound::aws::Signer;
use cognate_outbound::{Limits, Outbound, OutboundError, Reach, is_near};
use http::{HeaderMap, Method, Request, header};
use serde_json::Value;

use crate::impersonation::is_of_service;

/// One question. The largest answers are lists of sixty pools.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(3),
    bytes: 512 << 10,
    content_type: None,
};

/// The longest wait for the name service.
const LOOKUP: Duration = Duration::from_secs(3);

/// The most bytes of a file with authorities.
const CA_BYTES: u64 = 1 << 20;

/// An access key.
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
}

/// Asks one server.
pub struct Asker {
    /// Where it answers, without a slash at the end.
    pub endpoint: String,
    key: Option<AccessKey>,
    place: Place,
    /// Calls the URL that the operator has named.
    own: Outbound,
    /// Calls the URLs that the server has named.
    named: Outbound,
    /// Calls hosts of the real service, which is never asked: they must lead near.
    service: Outbound,
}

/// Where the server is, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On this machine.
    Here,
    /// In a private network.
    Near,
    /// Anywhere else, and where that is not known.
    Far,
}

impl Place {
    async fn of(host: &str) -> Self {
        let bare = host.trim_matches(['[', ']']);
        if is_this_machine(host) {
            return Self::Here;
        }
        let found = tokio::time::timeout(LOOKUP, tokio::net::lookup_host((bare, 443))).await;
        let found: Vec<IpAddr> = match found {
            Ok(Ok(found)) => found.map(|address| address.ip().to_canonical()).collect(),
            _ => Vec::new(),
        };
        match found.is_empty() {
            true => Self::Far,
            false if found.iter().all(IpAddr::is_loopback) => Self::Here,
            false if found.iter().all(|ip| is_near(*ip)) => Self::Near,
            false => Self::Far,
        }
    }
}

/// True for a host that is this machine by its name or address.
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// An answer of any status.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Returns the body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns a header; empty if it is not there or no text.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

/// A call that was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no answer.
    #[error("no answer: {0}")]
    Silent(#[from] OutboundError),
    /// The server says no.
    #[error("{code}: {message}")]
    No {
        /// The exception.
        code: String,
        /// Its text.
        message: String,
        /// The hint of `dev`; empty without one.
        hint: String,
    },
}

impl Asker {
    /// Returns one for a server. `authorities`: what is trusted besides the system's, in DER.
    ///
    /// What a server names is asked where the server is itself, and in public: one on the internet has no say in what is
    /// asked on this machine and in its network, and one in the network none in what is asked on this machine by http.
    pub async fn new(endpoint: &str, key: Option<AccessKey>, authorities: Vec<Vec<u8>>) -> Self {
        let (_, host, _) = origin(endpoint).unwrap_or_default();
        Self::at(Place::of(&host).await, endpoint, key, authorities)
    }

    fn at(place: Place, endpoint: &str, key: Option<AccessKey>, authorities: Vec<Vec<u8>>) -> Self {
        let (scheme, host, _) = origin(endpoint).unwrap_or_default();
        let own = match scheme.as_str() {
            _ if is_of_service(&host) => Reach::Near,
            // The address of such a name is looked at, too: what is sent there by http is not for a network.
            "http" if is_this_machine(&host) => Reach::Private,
            _ => Reach::PlainHttp,
        };
        let named = match place {
            Place::Here | Place::Near => Reach::Private,
            Place::Far => Reach::Public,
        };
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            key,
            place,
            own: Outbound::trusting(own, authorities.clone()),
            named: Outbound::trusting(named, authorities.clone()),
            service: Outbound::trusting(Reach::Near, authorities),
        }
    }

    /// Uses the public key of `dev` where there is no other.
    pub fn use_public_key(&mut self) {
        self.key.get_or_insert_with(|| AccessKey {
            id: "test".to_owned(),
            secret: Secret::new("test".to_owned()),
        });
    }

    /// True if what is sent to the server crosses no network in the clear.
    pub fn is_private(&self) -> bool {
        let Some((scheme, host, _)) = origin(&self.endpoint) else {
            return false;
        };
        scheme == "https" || is_this_machine(&host)
    }

    /// Returns the id of the access key; None without one.
    pub fn key_id(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.id.as_str())
    }

    /// Sends a request. A URL of another origin than the server's own is one that the server has named.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn send(&self, request: Request<Bytes>) -> Result<Answer, OutboundError> {
        let url = request.uri().to_string();
        let (scheme, host, port) = origin(&url).ok_or(OutboundError::Url)?;
        let outbound = match origin(&self.endpoint) {
            Some(own) if own == (scheme.clone(), host.clone(), port) => &self.own,
            _ if is_of_service(&host) => &self.service,
            _ if scheme == "http" && self.place != Place::Here => return Err(OutboundError::Url),
            _ => &self.named,
        };
        let (parts, body) = outbound.send(request, LIMITS).await?.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        })
    }

    /// Gets a whole URL, or a path of the server.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn get(&self, url: &str) -> Result<Answer, OutboundError> {
        self.get_with(url, &[]).await
    }

    /// Does the same with headers.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn get_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer, OutboundError> {
        let mut request = Request::get(self.whole(url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::new());
        self.send(request.map_err(|_| OutboundError::Url)?).await
    }

    /// Posts a form to a whole URL, or to a path of the server.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn post(
        &self,
        url: &str,
        form: String,
        headers: &[(&str, &str)],
    ) -> Result<Answer, OutboundError> {
        let mut request = Request::post(self.whole(url))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(form));
        self.send(request.map_err(|_| OutboundError::Url)?).await
    }

    fn whole(&self, url: &str) -> String {
        match url.starts_with('/') {
            true => format!("{}{url}", self.endpoint),
            false => url.to_owned(),
        }
    }

    /// Calls an operation. `region`: that of the signature; None for an operation that is not signed.
    ///
    /// # Errors
    /// No answer, and what the server refuses.
    pub async fn call(
        &self,
        operation: &str,
        input: &Value,
        region: Option<&str>,
    ) -> Result<Value, Refused> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/", self.endpoint))
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .body(Bytes::from(input.to_string()));
        let mut request = request.map_err(|_| OutboundError::Url)?;
        if let (Some(region), Some(key)) = (region, &self.key) {
            let signer = Signer::new(&key.id, key.secret.expose(), None, region, "cognito-idp");
            signer.sign(&mut request, wall())?;
        }
        let answer = self.send(request).await?;
        let body = answer.json();
        if answer.status == 200 {
            return Ok(body);
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let code = text("__type").rsplit('#').next().unwrap_or_default();
        let code = match code {
            "" => format!("status {}", answer.status),
            code => code.to_owned(),
        };
        Err(Refused::No {
            code,
            message: text("message").to_owned(),
            hint: answer.header("x-cognate-hint").to_owned(),
        })
    }
}

/// Returns the time on the wall, by which others judge signatures and tokens.
fn wall() -> SystemTime {
    let micros = Clock::default().wall().unsigned_abs();
    SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
}

/// Returns the time on the wall in seconds since 1970.
pub fn now() -> i64 {
    Clock::default().wall().div_euclid(1_000_000)
}

/// Returns scheme, host and port of a URL; None for what is none.
pub fn origin(url: &str) -> Option<(String, String, u16)> {
    let uri: http::Uri = url.parse().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let port = match (uri.port_u16(), scheme.as_str()) {
        (Some(port), _) => port,
        (None, "https") => 443,
        (None, _) => 80,
    };
    Some((scheme, uri.host()?.to_ascii_lowercase(), port))
}

/// Reads the certificates of a PEM file, in DER.
///
/// # Errors
/// A file that cannot be read, is too large, or has none.
pub fn authorities(path: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    use std::io::Read as _;
    let shown = || format!("cannot read the certificates in {}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(shown)?;
    file.take(CA_BYTES)
        .read_to_string(&mut text)
        .with_context(shown)?;
    let mut all = Vec::new();
    for part in text.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let inner = part.split("-----END").next().unwrap_or_default();
        let inner: String = inner.split_whitespace().collect();
        all.push(STANDARD.decode(inner).with_context(shown)?);
    }
    if all.is_empty() {
        bail!("there is no certificate in {}", path.display());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_says_where_others_are_asked_only_as_near_as_itself() {
        for (host, place) in [
            ("localhost", Place::Here),
            ("x.localhost", Place::Here),
            ("127.9.9.9", Place::Here),
            ("[::1]", Place::Here),
            ("[::ffff:127.0.0.1]", Place::Here),
            ("10.1.2.3", Place::Near),
            ("[fd00::1]", Place::Near),
            ("0.0.0.0", Place::Far),
            ("169.254.169.254", Place::Far),
            ("93.184.215.14", Place::Far),
        ] {
            assert_eq!(Place::of(host).await, place, "{host}");
        }
        let here = "http://127.0.0.1:9/_dev/reset";
        let at = async |place, endpoint: &str, url: &str| {
            let asker = Asker::at(place, endpoint, None, Vec::new());
            asker.get(url).await.err().map(|error| error.to_string())
        };
        let (url, address) = (
            "the URL may not be called",
            "the host has no address that may be called",
        );
        let service = "http://cognito-idp.us-east-1.amazonaws.com";
        for (place, endpoint, asked, why) in [
            (Place::Far, "https://93.184.215.14", here, url),
            (
                Place::Far,
                "https://93.184.215.14",
                "https://127.0.0.1:9/",
                address,
            ),
            (
                Place::Far,
                "https://93.184.215.14",
                "https://10.1.2.3/",
                address,
            ),
            (Place::Near, "http://10.1.2.3:9229", here, url),
            // The real service by http, which no host of it has: whatever its name leads to.
            (Place::Here, "http://127.0.0.1:1", service, url),
            (Place::Far, service, "/", url),
        ] {
            let answer = at(place, endpoint, asked).await;
            assert_eq!(answer.as_deref(), Some(why), "{asked}");
        }
        // From this machine it is asked; here nobody listens.
        let answer = at(Place::Here, "http://127.0.0.1:1", here).await.unwrap();
        assert!(answer != url && answer != address, "{answer}");
    }
}

//! The URLs that may be called, and the host that a URL names.

use std::net::IpAddr;

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::{OutboundError, Reach, broken};

/// A URL that may be called, if its addresses may.
#[derive(Debug)]
pub struct Target {
    /// True for https.
    pub secure: bool,
    /// Lower-case name or address, without the brackets of an IPv6 address.
    pub host: String,
    /// The port, of the scheme if the URL names none.
    pub port: u16,
    /// The authority as written, for the Host header.
    pub authority: String,
    path: String,
}

impl Target {
    /// Parses a URL as far as `reach` allows it.
    ///
    /// # Errors
    /// [`OutboundError::Url`].
    pub fn parse(uri: &Uri, reach: Reach) -> Result<Self, OutboundError> {
        let host = uri
            .host()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_ascii_lowercase();
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if reach == Reach::PlainHttp => false,
            Some("http")
                if matches!(reach, Reach::Private | Reach::Near) && is_this_machine(&host) =>
            {
                false
            }
            _ => return Err(OutboundError::Url),
        };
        let authority = uri.authority().map(|a| a.as_str()).unwrap_or_default();
        // A user name in a URL only ever serves to make it look like another.
        if host.is_empty() || authority.contains('@') {
            return Err(OutboundError::Url);
        }
        Ok(Self {
            port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            path: uri.path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            authority: authority.to_owned(),
            secure,
            host,
        })
    }

    /// Returns the URL in the one form of its host and port, by which connections are kept.
    ///
    /// # Errors
    /// [`OutboundError::Broken`] if the parts make no URL.
    pub fn uri(&self) -> Result<Uri, OutboundError> {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        let authority: Authority = format!("{host}:{}", self.port).parse().map_err(broken)?;
        let scheme = match self.secure {
            true => Scheme::HTTPS,
            false => Scheme::HTTP,
        };
        Uri::builder()
            .scheme(scheme)
            .authority(authority)
            .path_and_query(self.path.as_str())
            .build()
            .map_err(broken)
    }
}

/// True for names and addresses that are of this machine alone (RFC 6761 section 6.3). What a name leads to is checked again
/// when it is known.
fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

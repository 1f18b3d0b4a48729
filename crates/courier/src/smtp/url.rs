//! The URL of a mail server: `smtps://user:password@host:465`, `smtp://host:587?tls=required`.

use std::net::IpAddr;

use http::Uri;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Implicit,
    /// STARTTLS, without which nothing is sent.
    StartTls,
    /// None, as the operator says.
    Plain,
    /// None, since the server is on this machine. Its address is looked at when it is connected to.
    PlainHere,
}

/// A mail server.
pub struct MailServer {
    /// Name or address, without the brackets of an IPv6 address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How connections to it are protected.
    pub security: Security,
    /// The user name and password.
    pub credentials: Option<Credentials>,
}

impl MailServer {
    /// Parses a URL.
    ///
    /// # Errors
    /// Why it cannot be used, without a part of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text
            .parse()
            .map_err(|_| "is not a URL; a user name and a password are percent-encoded in it")?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let implicit = match scheme {
            "smtps" => true,
            "smtp" => false,
            _ => return Err("must begin with smtp:// or smtps://"),
        };
        let host = uri.host().unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        if host.is_empty() {
            return Err("must name a host");
        }
        if !matches!(uri.path(), "" | "/") {
            return Err("must have no path");
        }
        let tls = match uri.query() {
            None => None,
            Some("tls=required") => Some(true),
            Some("tls=none") => Some(false),
            Some(_) => {
                return Err("may have ?tls=required or ?tls=none after the host, and nothing else");
            }
        };
        let security = match (implicit, tls) {
            (true, Some(false)) => {
                return Err("smtps:// is TLS from the start: leave out ?tls=none");
            }
            (true, _) => Security::Implicit,
            (false, Some(true)) => Security::StartTls,
            (false, Some(false)) => Security::Plain,
            (false, None) if is_this_machine(&host) => Security::PlainHere,
            (false, None) => Security::StartTls,
        };
        let port = match security {
            Security::Implicit => 465,
            Security::StartTls => 587,
            Security::Plain | Security::PlainHere => 25,
        };
        let authority = uri.authority().map(|all| all.as_str()).unwrap_or_default();
        let credentials = match authority.rsplit_once('@') {
            None => None,
            Some((login, _)) => Some(credentials(login)?),
        };
        let place = authority.rsplit('@').next().unwrap_or_default();
        let port = match place.strip_prefix(uri.host().unwrap_or_default()) {
            None | Some("") => port,
            Some(rest) => rest
                .strip_prefix(':')
                .and_then(|port| port.parse().ok())
                .filter(|port| *port != 0)
                .ok_or("must have a port of 1 to 65535")?,
        };
        Ok(Self {
            port,
            host,
            security,
            credentials,
        })
    }
}

fn credentials(login: &str) -> Result<Credentials, &'static str> {
    let (user, password) = login
        .split_once(':')
        .ok_or("must have a password after the user name: user:password@host")?;
    let decode = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        let text = text.map_err(|_| "has a user name or password that is not UTF-8")?;
        // SASL PLAIN separates its parts by this one (RFC 4616).
        match text.contains('\0') {
            true => Err("has a user name or password with a NUL"),
            false => Ok(text.into_owned()),
        }
    };
    let (user, password) = (decode(user)?, decode(password)?);
    if user.is_empty() || password.is_empty() {
        return Err("must have both a user name and a password, or neither");
    }
    Ok(Credentials::new(user, password))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_safe() {
        for (url, port, security) in [
            ("smtps://mail.example", 465, Security::Implicit),
            (
                "smtps://mail.example:4650?tls=required",
                4650,
                Security::Implicit,
            ),
            ("smtp://mail.example", 587, Security::StartTls),
            ("smtp://mail.example:25", 25, Security::StartTls),
            (
                "smtp://localhost:2525?tls=required",
                2525,
                Security::StartTls,
            ),
            ("smtp://localhost", 25, Security::PlainHere),
            ("smtp://127.0.0.2:2525/", 2525, Security::PlainHere),
            ("smtp://[::1]:2525", 2525, Security::PlainHere),
            ("smtp://mail.example?tls=none", 25, Security::Plain),
        ] {
            let server = MailServer::parse(url)
                .map_err(|why| format!("{url}: {why}"))
                .unwrap();
            assert_eq!((server.port, server.security), (port, security), "{url}");
            assert!(server.credentials.is_none(), "{url}");
        }
        assert_eq!(
            MailServer::parse("smtp://[::1]:25")
                .map(|s| s.host)
                .ok()
                .unwrap(),
            "::1"
        );
    }

    #[test]
    fn a_password_may_have_any_character() {
        let server = MailServer::parse("smtps://a%40b.example:p%3A%2F%40%C3%A4@mail.example")
            .ok()
            .unwrap();
        assert_eq!(server.host, "mail.example");
        let wanted = Credentials::new("a@b.example".into(), "p:/@ä".into());
        assert!(server.credentials == Some(wanted));
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_repeating_it() {
        for url in [
            "",
            "hunter2",
            "https://mail.example",
            "smtp://",
            "smtp://user@mail.example",
            "smtp://:hunter2@mail.example",
            "smtp://user:@mail.example",
            "smtp://user:hunter2%00@mail.example",
            "smtp://user:hunter2@mail.example:",
            "smtp://user:hunter2@mail.example:99999",
            "smtp://user:hunter2@mail.example/x",
            "smtp://user:hunter2@mail.example?tls=opportunistic",
            "smtps://user:hunter2@mail.example?tls=none",
        ] {
            let why = MailServer::parse(url)
                .err()
                .unwrap_or_else(|| panic!("{url}"));
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}

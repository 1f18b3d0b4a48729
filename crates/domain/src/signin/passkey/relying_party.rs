//! The relying party of a pool: its id, the pages that may speak for it, its requirements on authenticators
//! (auth.md 4.5).

use cognate_shapes::{
    AuthFactorType, ExplicitAuthFlowsType, UserVerificationType, WebAuthnFactorConfigurationType,
};
use cognate_store::tables::domains;
use cognate_store::tables::passkeys;

use crate::app::Mode;
use crate::cx::Cx;
use crate::errors::{self, Result, auth};
use crate::facts::action::Action;
use crate::records::client::Client;
use crate::records::domain;
use crate::records::passkey::Passkey;
use crate::records::pool::Pool;
use crate::signin::first_factors::{self, Passkeys};
use crate::signin::further::{Further, PasskeyRows};

/// The host under which, and below which, a development server needs no TLS, as browsers demand none there either.
const LOCALHOST: &str = "localhost";

/// The relying party of a pool and the passkeys of a subject.
#[derive(Default)]
pub struct RelyingPartyKeys {
    /// Its id; None in a pool that names none and has no domain, and on a page of another host: browsers let that one
    /// use no passkey.
    pub rp_id: Option<String>,
    /// The subject's passkeys, oldest first, including those of earlier relying party ids.
    pub keys: Vec<Passkey>,
}

impl RelyingPartyKeys {
    /// Reads both in one round trip. `subject`: a user's id, or the pseudonym of an unknown name.
    ///
    /// # Errors
    /// The store's.
    pub async fn read(cx: &Cx<'_>, pool: &Pool, subject: &str) -> Result<Self> {
        let mut queries = vec![passkeys::of_user(&pool.id, subject)];
        if of_page(cx, pool).is_none() {
            queries.push(domains::of_pool(&pool.id));
        }
        let mut found = cx.store.read(&queries).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let (own, domains) = (next(), next());
        Self::of_rows(cx, pool, subject, PasskeyRows { own, domains })
    }

    /// Takes the rows that were read with the user, or reads them. `subject`: as in [`read`](Self::read), or another user as
    /// whose an unknown name's passkeys seem.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    pub async fn known(cx: &Cx<'_>, pool: &Pool, subject: &str, further: &Further) -> Result<Self> {
        match further.passkeys(cx) {
            Some(rows) => Self::of_rows(cx, pool, subject, rows.clone()),
            None => Self::read(cx, pool, subject).await,
        }
    }

    /// Returns the passkeys of a subject; rows of others, whose name it was, are left out.
    fn of_rows(cx: &Cx<'_>, pool: &Pool, subject: &str, rows: PasskeyRows) -> Result<Self> {
        let mut keys = Vec::with_capacity(rows.own.len());
        for row in rows.own {
            if row.text(passkeys::USER)? == subject {
                keys.push(Passkey::read(pool, subject, row)?);
            }
        }
        let rp_id = match of_page(cx, pool) {
            Some(known) => Some(known),
            None => domain::host(cx.settings.domain_base(), pool, rows.domains)?,
        };
        Ok(Self {
            rp_id: rp_id.filter(|rp_id| serves(cx, rp_id)),
            keys,
        })
    }

    /// Returns the part of it that decides about first factors.
    pub fn passkeys(&self) -> Passkeys {
        Passkeys {
            is_possible: self.rp_id.is_some(),
            is_registered: self.usable().next().is_some(),
        }
    }

    /// Returns the passkeys that the relying party can use: those of another id are orphans.
    pub fn usable(&self) -> impl Iterator<Item = &Passkey> {
        self.keys
            .iter()
            .filter(|passkey| Some(&passkey.row.rp_id) == self.rp_id.as_ref())
    }
}

/// Returns the id as far as pool and page tell it: RelyingPartyId, else the host of the page. A pool that names none has
/// each of its domains as a relying party on the pages there, a prefix beside a custom domain too; operations of the API
/// have the service's id (auth.md 4.5).
fn of_page(cx: &Cx<'_>, pool: &Pool) -> Option<String> {
    configured(pool).or_else(|| {
        let host = page_host(cx)?;
        let is_domain = cx.client_info.domain_pool.as_deref() == Some(pool.id.as_str());
        // In `dev`, browsers take no other id there.
        let is_here = cx.settings.mode == Mode::Dev && is_of_this_machine(&host);
        (is_domain || is_here).then_some(host)
    })
}

/// Returns the id with which a page may ask for a passkey; None where passkeys of the pool cannot be used. Nothing is
/// read, so that a page without a domain has none in a pool that names none.
pub(super) fn on_page(cx: &Cx<'_>, pool: &Pool) -> Option<String> {
    of_page(cx, pool).filter(|rp_id| serves(cx, rp_id))
}

/// True if users of the client may register a passkey on this page, and browsers let it.
pub fn registers_on_page(cx: &Cx<'_>, pool: &Pool, client: &Client) -> bool {
    registers(pool, client).is_ok() && on_page(cx, pool).is_some()
}

/// Returns RelyingPartyId of the pool. Browsers know names of hosts in lower case only.
fn configured(pool: &Pool) -> Option<String> {
    let settings = pool.doc.web_authn_configuration.as_ref();
    settings.and_then(|settings| Some(settings.relying_party_id.as_ref()?.to_ascii_lowercase()))
}

/// Returns the host of the page by which the browser came, in lower case; None for operations of the API.
fn page_host(cx: &Cx<'_>) -> Option<String> {
    if !matches!(cx.action, Action::Endpoint(_)) {
        return None;
    }
    let (_, authority) = cx.client_info.base_url.as_deref()?.split_once("://")?;
    let host = authority.split([':', '/']).next()?;
    Some(host.to_ascii_lowercase())
}

/// True unless this is a page whose host is neither the relying party nor below it: browsers let it use none of its
/// passkeys (Web Authentication section 5.1.3 step 8).
fn serves(cx: &Cx<'_>, rp_id: &str) -> bool {
    page_host(cx).is_none_or(|host| belongs(&host, rp_id))
}

/// True for the host of an id and the hosts below it.
fn belongs(host: &str, rp_id: &str) -> bool {
    let below = host
        .strip_suffix(rp_id)
        .and_then(|left| left.strip_suffix('.'));
    host == rp_id || below.is_some_and(|left| left.split('.').all(is_label))
}

/// True for `localhost` and names below it, which lead nowhere else (RFC 6761 section 6.3).
fn is_of_this_machine(host: &str) -> bool {
    belongs(host, LOCALHOST)
}

/// True for a part of a host's name, in lower case.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// True if only authenticators that verify their user are accepted. A passkey that replaces two factors does so only
/// with that (the model's documentation of WebAuthnFactorConfigurationType).
pub fn demands_verification(pool: &Pool) -> bool {
    let settings = pool.doc.web_authn_configuration.as_ref();
    settings.is_some_and(|settings| {
        settings.user_verification == Some(UserVerificationType::Required)
            || settings.factor_configuration
                == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification)
    })
}

/// Returns the member `userVerification` in the options of both ceremonies.
pub fn user_verification(pool: &Pool) -> &'static str {
    if demands_verification(pool) {
        "required"
    } else {
        "preferred"
    }
}

/// Refuses where passkeys cannot be registered.
///
/// # Errors
/// WebAuthnNotEnabledException where WEB_AUTHN is no first factor; InvalidParameterException for a client without
/// USER_AUTH.
pub fn registers(pool: &Pool, client: &Client) -> Result<()> {
    if !first_factors::allows(pool, AuthFactorType::WebAuthn) {
        return Err(errors::passkeys::not_enabled().into());
    }
    if !client.lists_flow(ExplicitAuthFlowsType::AllowUserAuth) {
        return Err(auth::user_auth_flow_disabled().into());
    }
    Ok(())
}

/// True if a page of this origin may use passkeys of `rp_id`: over TLS, from the host of that name or one below it, at
/// any port (Web Authentication section 13.4.9). `dev` serves pages of this machine without TLS.
pub fn allows_origin(mode: Mode, rp_id: &str, origin: &str) -> bool {
    let (authority, secure) = match origin.split_once("://") {
        Some(("https", authority)) => (authority, true),
        Some(("http", authority)) => (authority, false),
        _ => return false,
    };
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let is_port = |port: &str| {
        !port.starts_with('0')
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    let trusted = secure || (mode == Mode::Dev && is_of_this_machine(rp_id));
    belongs(host, rp_id) && trusted && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_the_host_and_of_those_below_it_are_allowed() {
        for origin in [
            "https://login.example.com",
            "https://login.example.com:8443",
            "https://a.login.example.com",
            "https://a.b-1.login.example.com",
        ] {
            assert!(
                allows_origin(Mode::Serve, "login.example.com", origin),
                "{origin}"
            );
        }
    }

    #[test]
    fn every_other_page_is_refused() {
        for origin in [
            "",
            "null",
            "login.example.com",
            "http://login.example.com",
            "https://example.com",
            "https://evillogin.example.com",
            "https://.login.example.com",
            "https://a..login.example.com",
            "https://login.example.com.evil.org",
            "https://evil.org/.login.example.com",
            "https://evil.org?.login.example.com",
            "https://evil.org#.login.example.com",
            "https://user@login.example.com",
            "https://evil.org\\.login.example.com",
            "https://login.example.com/",
            "https://login.example.com:",
            "https://login.example.com:0",
            "https://login.example.com:+1",
            "https://login.example.com:65536",
            "https://login.example.com:1:2",
            "https://LOGIN.example.com",
            "HTTPS://login.example.com",
            "wss://login.example.com",
            "android:apk-key-hash:AAAA",
        ] {
            for mode in [Mode::Dev, Mode::Serve] {
                assert!(
                    !allows_origin(mode, "login.example.com", origin),
                    "{origin}"
                );
            }
        }
    }

    #[test]
    fn only_a_development_server_takes_pages_of_this_machine_without_tls() {
        for origin in [
            "http://localhost",
            "http://localhost:5173",
            "http://app.localhost:80",
        ] {
            assert!(allows_origin(Mode::Dev, "localhost", origin), "{origin}");
            assert!(!allows_origin(Mode::Serve, "localhost", origin), "{origin}");
        }
        assert!(!allows_origin(
            Mode::Dev,
            "localhost",
            "http://localhost.evil.org"
        ));
        assert!(!allows_origin(
            Mode::Dev,
            "localhost",
            "http://127.0.0.1:5173"
        ));
        assert!(allows_origin(Mode::Serve, "localhost", "https://localhost"));
        let (below, page) = ("shop.localhost", "http://shop.localhost:9229");
        assert!(allows_origin(Mode::Dev, below, page));
        assert!(!allows_origin(Mode::Serve, below, page));
        for origin in [
            "http://localhost:9229",
            "http://other.localhost:9229",
            "http://evilshop.localhost",
            "http://shop.localhost.evil.org",
        ] {
            assert!(!allows_origin(Mode::Dev, below, origin), "{origin}");
        }
        for host in [
            "",
            ".localhost",
            "a..localhost",
            "xlocalhost",
            "localhost.evil.org",
            "a_b.localhost",
        ] {
            assert!(!is_of_this_machine(host), "{host}");
        }
    }
}

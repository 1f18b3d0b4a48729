//! Rules about the URLs to which a client's users are sent with a code or with tokens.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::lint::subject::{AppClient, Subject};
use crate::records::redirect;

/// The most hosts that one application usually has.
const HOSTS: usize = 5;
/// The most URLs that a finding names.
const NAMED: usize = 5;

/// A callback URL of HTTP or HTTPS, or of an application's own scheme.
struct Callback<'a> {
    url: &'a str,
    scheme: String,
    /// Lower case; None for other schemes.
    host: Option<String>,
    /// What follows the host and port.
    path: &'a str,
}

impl Callback<'_> {
    fn is_web(&self) -> bool {
        self.scheme == "https" || self.scheme == "http"
    }

    fn address(&self) -> Option<IpAddr> {
        self.host.as_deref()?.parse().ok()
    }

    fn is_local(&self) -> bool {
        self.host.as_deref() == Some("localhost")
            || self.address().is_some_and(|address| address.is_loopback())
    }
}

/// Returns the callback URLs of a client that the OAuth endpoints serve.
fn callbacks(client: &AppClient) -> Vec<Callback<'_>> {
    if !client.doc.allowed_oauth_flows_user_pool_client {
        return Vec::new();
    }
    let urls = client.doc.callback_urls.as_deref().unwrap_or_default();
    urls.iter().filter_map(|url| parsed(url)).collect()
}

fn parsed(url: &str) -> Option<Callback<'_>> {
    let (scheme, rest) = url.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let web = scheme == "https" || scheme == "http";
    let host = redirect::host(rest).filter(|_| web);
    let authority = rest.strip_prefix("//").unwrap_or(rest);
    let path = authority
        .find(['/', '?'])
        .and_then(|at| authority.get(at..));
    Some(Callback {
        url,
        scheme,
        host: host.map(str::to_ascii_lowercase),
        path: path.unwrap_or_default(),
    })
}

/// Returns the URLs that are so, for a text; None if none is.
fn those(client: &AppClient, is: impl Fn(&Callback<'_>) -> bool) -> Option<String> {
    let found = callbacks(client);
    let found: Vec<&str> = found
        .iter()
        .filter(|callback| is(callback))
        .map(|callback| callback.url)
        .collect();
    let more = found.len().saturating_sub(NAMED);
    let named: Vec<&str> = found.into_iter().take(NAMED).collect();
    if named.is_empty() {
        return None;
    }
    let named = named.join(", ");
    Some(match more {
        0 => named,
        more => format!("{named} and {more} more"),
    })
}

pub(super) fn callback_without_tls(_: &Subject, client: &AppClient) -> Option<String> {
    let urls = those(client, |url| url.scheme == "http" && !url.is_local())?;
    Some(format!(
        "Whoever listens on the way reads the code or the tokens for {urls}."
    ))
}

pub(super) fn callback_address(_: &Subject, client: &AppClient) -> Option<String> {
    let urls = those(client, |url| url.address().is_some() && !url.is_local())?;
    Some(format!(
        "An IP address gets other owners without a trace, and then what is sent to {urls}."
    ))
}

pub(super) fn callback_whole_host(_: &Subject, client: &AppClient) -> Option<String> {
    let urls = those(client, |url| {
        url.is_web() && !url.is_local() && matches!(url.path, "" | "/")
    })?;
    Some(format!(
        "The front page of a host gets the code or the tokens, with every script on it: {urls}."
    ))
}

pub(super) fn callback_scheme(_: &Subject, client: &AppClient) -> Option<String> {
    let urls = those(client, |url| !url.is_web())?;
    Some(format!(
        "Any application of a device may claim the scheme and get what is sent to {urls}; an HTTPS link that the application owns cannot be claimed."
    ))
}

pub(super) fn callback_localhost(_: &Subject, client: &AppClient) -> Option<String> {
    let elsewhere = callbacks(client)
        .iter()
        .any(|url| url.is_web() && !url.is_local());
    let urls = those(client, |url| url.is_web() && url.is_local())?;
    elsewhere.then(|| {
        format!("A client of real users sends codes to programs on their own machine too, as developers need it: {urls}.")
    })
}

pub(super) fn callback_hosts(_: &Subject, client: &AppClient) -> Option<String> {
    let urls = callbacks(client);
    let remote = urls.iter().filter(|url| !url.is_local());
    let hosts: BTreeSet<&str> = remote.filter_map(|url| url.host.as_deref()).collect();
    (hosts.len() > HOSTS).then(|| {
        let count = hosts.len();
        format!("{count} hosts get codes of this client, and the weakest of them is the strength of all.")
    })
}

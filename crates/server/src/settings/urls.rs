//! Hosts and URLs in settings.

use anyhow::bail;

use crate::http::host::Host;
use crate::http::origin::PublicUrl;
use crate::settings::config::{Config, ConfigError};

/// Parses the hosts of a setting.
pub(super) fn hosts(config: &Config, name: &'static str) -> anyhow::Result<Vec<Host>> {
    let parse = |text: &String| {
        let why = || format!("`{text}` must have the form of id.example or id.example:8443");
        Host::parse(text).ok_or_else(|| ConfigError::invalid(name, why()))
    };
    Ok(config
        .many(name)
        .iter()
        .map(parse)
        .collect::<Result<_, _>>()?)
}

/// Parses an http or https URL with a host, without query, fragment, user or trailing slash.
pub(super) fn url(text: &str) -> anyhow::Result<PublicUrl> {
    let refused = |why: &str| ConfigError::invalid("public_url", why);
    let uri: http::Uri = text
        .trim_end_matches('/')
        .parse()
        .map_err(|_| refused("is not a URL"))?;
    let scheme = uri.scheme_str().unwrap_or("");
    let host = uri.authority().and_then(|a| Host::parse(a.as_str()));
    let (true, Some(host)) = (matches!(scheme, "http" | "https"), host) else {
        bail!(refused("must be an http or https URL with a host"));
    };
    if uri.query().is_some() || text.contains('#') {
        bail!(refused("must have neither query nor fragment"));
    }
    Ok(PublicUrl {
        text: format!("{scheme}://{host}{}", uri.path().trim_end_matches('/')),
        host: host.within(scheme),
        scheme: scheme.to_owned(),
    })
}

/// Parses the end of the hosts of prefixes: a name without a port.
pub(super) fn domain_base(text: &str) -> anyhow::Result<String> {
    let host = Host::parse(text).filter(|host| host.is_name() && host.port().is_none());
    let refused = || ConfigError::invalid("domain_base", "must have the form of id.example");
    Ok(host.ok_or_else(refused)?.to_string())
}

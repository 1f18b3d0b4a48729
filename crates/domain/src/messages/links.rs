//! The links in messages: the one that confirms a sign-up (admin.md 4.3), and those that say who signed in (admin.md 2.8).

use cognate_store::tables::domains::DomainRow;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::Settings;
use crate::cx::Cx;
use crate::errors::{self, Result};
use crate::records::domain;
use crate::records::pool::Pool;
use crate::resources::domains;

/// The page that the link leads to.
const PAGE: &str = "/confirmUser/";

/// The page on which a user says whether a risky sign-in was their own.
const FEEDBACK: &str = "/feedback";

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Returns the URL that confirms a sign-up.
///
/// # Errors
/// InvalidParameterException for a pool without a domain (admin.md 4.3).
pub async fn confirmation(
    cx: &Cx<'_>,
    pool: &Pool,
    client_id: &str,
    username: &str,
    code: &str,
) -> Result<String> {
    let domain = domain::preferred_of(&cx.store, pool).await?;
    let domain = domain.ok_or_else(errors::users::no_domain_for_links)?;
    let pages = pages(&cx.settings, cx.client_info.base_url.as_deref(), &domain);
    Ok(url(&pages, client_id, username, code))
}

/// Returns the URL of the page on which users of a pool say whether a risky sign-in was their own: on the pool's domain, else
/// on this server. Where neither is known, it is the path alone.
///
/// # Errors
/// The store's.
pub async fn feedback(cx: &Cx<'_>, pool: &Pool) -> Result<String> {
    let base_url = cx.client_info.base_url.as_deref();
    let pages = match domain::preferred_of(&cx.store, pool).await? {
        Some(domain) => pages(&cx.settings, base_url, &domain),
        None => {
            let here = cx.settings.public_url.as_deref().or(base_url);
            here.unwrap_or_default().trim_end_matches('/').to_owned()
        }
    };
    Ok(format!("{pages}{FEEDBACK}?pool={}", pool.id))
}

/// Returns the URL below which the pages of a pool are reached: their domain where that leads here, else this server.
/// `base_url`: the URL by which the client came, if it may be used.
fn pages(settings: &Settings, base_url: Option<&str>, domain: &DomainRow) -> String {
    let leads_here = domains::url(settings, domain);
    let here = || settings.public_url.as_deref().or(base_url);
    match leads_here.or_else(|| here().map(str::to_owned)) {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("https://{}", domain::name(settings.domain_base(), domain)),
    }
}

fn url(pages: &str, client_id: &str, username: &str, code: &str) -> String {
    let [client_id, username, code] =
        [client_id, username, code].map(|value| utf8_percent_encode(value, VALUE));
    format!("{pages}{PAGE}?client_id={client_id}&user_name={username}&confirmation_code={code}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Mode;

    #[test]
    fn pages_are_where_they_can_be_reached() {
        let row = |key: &str, custom| DomainRow {
            key: key.to_owned(),
            pool_id: String::new(),
            custom,
            doc: String::new(),
            ver: 1,
            mac: None,
        };
        let (prefix, custom) = (row("eu-west-1/app", false), row("auth.example.org", true));
        let (own, came) = ("https://id.example/x/", Some("https://other.example:8443"));
        let settings = |mode, own: Option<&str>| Settings {
            mode,
            public_url: own.map(str::to_owned),
            ..Settings::dev()
        };
        let serve = settings(Mode::Serve, Some(own));
        assert_eq!(pages(&serve, came, &custom), "https://auth.example.org");
        assert_eq!(pages(&serve, came, &prefix), "https://id.example/x");
        let serve = settings(Mode::Serve, None);
        assert_eq!(pages(&serve, came, &prefix), "https://other.example:8443");
        assert_eq!(
            pages(&serve, None, &prefix),
            "https://app.auth.eu-west-1.amazoncognito.com"
        );
        let dev = settings(Mode::Dev, None);
        assert_eq!(pages(&dev, came, &custom), "https://other.example:8443");
        assert_eq!(pages(&dev, None, &custom), "https://auth.example.org");
        let mut based = settings(Mode::Serve, Some(own));
        based.domain_base = Some("login.example".into());
        assert_eq!(
            pages(&based, came, &prefix),
            "https://app.auth.eu-west-1.login.example"
        );
        for row in [prefix, custom] {
            let host = format!("{}:443", domain::name(based.domain_base(), &row));
            assert_eq!(domains::key_of_host(&based, &host), Some(row.key));
        }
    }

    #[test]
    fn values_cannot_become_other_parameters() {
        assert_eq!(
            url("https://d.example", "c1", "a&b=c/é?#+ %\"<'", "123456"),
            "https://d.example/confirmUser/?client_id=c1&user_name=a%26b%3Dc%2F%C3%A9%3F%23%2B%20%25%22%3C%27&confirmation_code=123456"
        );
        assert!(url("h", "c", "~a-b_c.d", "1").contains("user_name=~a-b_c.d&"));
    }
}

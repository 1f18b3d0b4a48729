//! What runs here, for the developer at this machine.

use askama::Template;
use cognate_domain::records::client::Client;
use cognate_domain::resources::overview::{self, PoolOverview};
use cognate_shapes::OAuthFlowType;
use http::StatusCode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::failure::Failure;
use crate::home::Frame;
use crate::home::inbox::{self, Message};
use crate::home::snippets::{self, Snippet};
use crate::home::texts::TEXTS;
use crate::pages;
use crate::request::Request;
use crate::response::Response;

/// Pools and messages that the page shows.
const POOLS: i64 = 20;
const MESSAGES: usize = 4;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Template)]
#[template(path = "home/dev.html")]
struct Page<'a> {
    frame: Frame<'a>,
    base_url: &'a str,
    region: &'a str,
    pools: Vec<PoolCard>,
    make_pool: String,
    messages: Vec<Message>,
    snippets: Vec<Snippet>,
}

struct PoolCard {
    id: String,
    name: String,
    region: String,
    /// The host and the URL of each domain.
    domains: Vec<(String, String)>,
    /// The command that makes a domain, for a pool that has none.
    make_domain: Option<String>,
    clients: Vec<ClientRow>,
}

struct ClientRow {
    id: String,
    name: String,
    way: Way,
}

/// The way to the pages of a client.
enum Way {
    /// Sign-in and sign-up.
    Open { sign_in: String, sign_up: String },
    /// The reason why there is none.
    Closed(&'static str),
}

/// Shows the page. `base_url`: the URL by which the developer came.
pub(super) async fn page(request: &Request<'_>, base_url: &str) -> Result<Response, Failure> {
    let app = request.app();
    let region = app.settings.region.as_str();
    let pools = overview::newest(app, POOLS).await?;
    let mut messages = inbox::messages(app, None).await?;
    messages.truncate(MESSAGES);
    let page = Page {
        frame: Frame::new(&TEXTS.title),
        base_url,
        region,
        make_pool: snippets::make_pool(base_url, region),
        messages,
        snippets: snippets::all(base_url, region, &pools),
        pools: pools.iter().map(|pool| card(base_url, pool)).collect(),
    };
    Ok(pages::render(StatusCode::OK, &page))
}

fn card(base_url: &str, found: &PoolOverview) -> PoolCard {
    let (scheme, host) = base_url.split_once("://").unwrap_or(("http", base_url));
    let port = host
        .rsplit_once(':')
        .filter(|(_, port)| !port.ends_with(']'))
        .map_or(String::new(), |(_, port)| format!(":{port}"));
    let pool = &found.pool;
    let at_prefix = found
        .prefix
        .as_ref()
        .map(|prefix| format!("{prefix}.auth.{}.localhost{port}", pool.region));
    let at_custom = found.custom.as_ref().map(|name| format!("{name}{port}"));
    let domains: Vec<_> = [at_custom, at_prefix]
        .into_iter()
        .flatten()
        .map(|host| {
            let url = format!("{scheme}://{host}/.well-known/openid-configuration");
            (host, url)
        })
        .collect();
    let make_domain = domains
        .is_empty()
        .then(|| snippets::make_domain(base_url, found));
    let clients = found.clients.iter();
    PoolCard {
        id: pool.id.clone(),
        name: pool.doc.name.clone(),
        region: pool.region.clone(),
        clients: clients.map(|client| row(client)).collect(),
        domains,
        make_domain,
    }
}

fn row(client: &Client) -> ClientRow {
    let doc = &client.doc;
    let mut flows = doc.allowed_oauth_flows.iter().flatten();
    let callbacks = doc.callback_urls.as_deref().unwrap_or_default();
    let way = match callbacks.first() {
        _ if !doc.allowed_oauth_flows_user_pool_client => Way::Closed(&TEXTS.no_oauth),
        _ if !flows.any(|flow| *flow == OAuthFlowType::Code) => Way::Closed(&TEXTS.no_code),
        None => Way::Closed(&TEXTS.no_callback),
        Some(callback) => {
            let [id, callback] =
                [&client.id, callback].map(|value| utf8_percent_encode(value, VALUE));
            let query = format!("client_id={id}&response_type=code&redirect_uri={callback}");
            Way::Open {
                sign_in: format!("/oauth2/authorize?{query}"),
                sign_up: format!("/signup?{query}"),
            }
        }
    };
    ClientRow {
        id: client.id.clone(),
        name: doc.name.clone(),
        way,
    }
}

//! The page at `/` in a browser: in `dev` what runs here and how to use it, and the inbox; elsewhere, on the domain of a
//! pool and for hosts that are not this server's, a page that tells nothing.

mod dev;
mod inbox;
mod snippets;
mod texts;

use askama::Template;
use cognate_domain::Mode;
use http::{StatusCode, header};

use crate::assets;
use crate::failure::Failure;
use crate::pages;
use crate::request::Request;
use crate::response::Response;

/// The path of the inbox.
pub(crate) const INBOX: &str = "/_dev/inbox";

/// The parts that the pages have in common.
struct Frame<'a> {
    title: &'a str,
    style: &'static str,
    icon: &'static str,
    inbox: &'static str,
    version: &'static str,
    texts: &'static texts::Texts,
}

impl<'a> Frame<'a> {
    fn new(title: &'a str) -> Self {
        Self {
            title,
            style: assets::HOME.path(),
            icon: assets::MARK.path(),
            inbox: INBOX,
            version: env!("CARGO_PKG_VERSION"),
            texts: &texts::TEXTS,
        }
    }
}

#[derive(Template)]
#[template(path = "home/plain.html")]
struct Plain<'a> {
    host: &'a str,
    style: &'static str,
}

/// Shows the page at `/`.
pub(crate) async fn home(request: Request<'_>) -> Result<Response, Failure> {
    if let Some(base_url) = of_developer(&request) {
        return dev::page(&request, base_url).await;
    }
    let page = Plain {
        host: &request.visitor().host,
        style: assets::HOME.path(),
    };
    Ok(pages::render(StatusCode::OK, &page))
}

/// Shows the inbox of `dev`.
pub(crate) async fn inbox(request: Request<'_>) -> Result<Response, Failure> {
    of_developer(&request).ok_or(Failure::NotFound)?;
    inbox::page(&request).await
}

/// Returns the URL by which the developer at this machine came; None in `serve`, on the domain of a pool, and for a host
/// that is not this server's: a foreign page can make its own name lead here.
fn of_developer<'a>(request: &Request<'a>) -> Option<&'a str> {
    let visitor = request.visitor();
    let is_open = request.app().settings.mode == Mode::Dev
        && visitor.domain.is_none()
        && request
            .headers()
            .get("sec-fetch-site")
            .is_none_or(|site| site != "cross-site" || is_navigation(request));
    visitor.base_url.as_deref().filter(|_| is_open)
}

/// True if a browser shows the answer as a page of its own, which no other page can read.
fn is_navigation(request: &Request<'_>) -> bool {
    let value = |name: &'static str| request.header(header::HeaderName::from_static(name));
    value("sec-fetch-mode") == Some("navigate") && value("sec-fetch-dest") == Some("document")
}

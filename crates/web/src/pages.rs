//! Pages: the layout of all of them, and the page for errors.
//!
//! Templates are in `templates/`, compiled into the program. Every value that a template inserts is escaped; the filter
//! `safe` is not used.

use askama::Template;
use http::StatusCode;

use crate::assets;
use crate::locale::{Errors, Locale};
use crate::response::Response;

/// The values of `layout.html`, which every page has as its field `layout`.
pub struct Layout<'a> {
    /// The language of the page.
    pub locale: Locale,
    /// The title, and the heading.
    pub title: &'a str,
    /// The path of the styles.
    pub style: &'static str,
}

impl<'a> Layout<'a> {
    /// Creates the layout of a page with a title.
    pub fn new(locale: Locale, title: &'a str) -> Self {
        let style = assets::STYLE.path();
        Self {
            locale,
            title,
            style,
        }
    }
}

/// Renders a page.
pub fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Response::html(status, html),
        Err(error) => {
            // Rendering writes into memory, so that this means a mistake in a template.
            tracing::error!(%error, "a page could not be rendered");
            Response::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    layout: Layout<'a>,
    texts: &'static Errors,
    text: &'a str,
    request_id: &'a str,
}

/// Returns the page that says that a request failed.
pub(crate) fn error(status: StatusCode, locale: Locale, request_id: &str) -> Response {
    let texts = &locale.texts().errors;
    let text = match status {
        StatusCode::TOO_MANY_REQUESTS => &texts.too_many,
        status if status.is_server_error() => &texts.internal,
        _ => &texts.bad_request,
    };
    let page = ErrorPage {
        layout: Layout::new(locale, &texts.title),
        texts,
        text,
        request_id,
    };
    render(status, &page)
}

//! Pages: the layout of all of them, and the page for errors.
//!
//! Templates are in `templates/`, compiled into the program. Every value that a template inserts is escaped; the filter
//! `safe` is not used.

use std::borrow::Cow;

use askama::Template;
use http::StatusCode;

use crate::assets;
use crate::branding::{Favicon, Scheme};
use crate::locale::{Errors, Locale};
use crate::response::Response;
use crate::views::frame::Frame;

/// The values of `layout.html`, which every page has as its field `layout`.
pub struct Layout<'a> {
    /// The language of the page.
    pub locale: Locale,
    /// The title; of a page without a look of its own, the heading too.
    pub title: Cow<'a, str>,
    /// The path of the styles.
    pub style: &'static str,
    /// The path of the client's own styles.
    pub sheet: Option<&'a str>,
    /// Light or dark: `light`, `dark`, `dynamic`.
    pub scheme: &'static str,
    /// The content of `<meta name="color-scheme">`.
    pub color_scheme: &'static str,
    /// The icons of the browser's tab.
    pub favicons: &'a [Favicon],
    /// The path of the script, on pages that have one.
    pub script: Option<&'static str>,
}

impl<'a> Layout<'a> {
    /// Creates the layout of a page with a title and without a client.
    pub fn new(locale: Locale, title: &'a str) -> Self {
        let scheme = Scheme::default();
        Self {
            locale,
            title: title.into(),
            style: assets::STYLE.path(),
            sheet: None,
            scheme: scheme_word(scheme),
            color_scheme: scheme.meta(),
            favicons: &[],
            script: None,
        }
    }

    /// Creates the layout of a page with the look of its client.
    pub(crate) fn branded(frame: &Frame<'a>, title: String, script: bool) -> Self {
        let brand = frame.brand;
        Self {
            title: title.into(),
            sheet: brand.sheet.as_deref(),
            scheme: scheme_word(brand.scheme),
            color_scheme: brand.scheme.meta(),
            favicons: &brand.favicons,
            script: script.then(|| assets::SCRIPT.path()),
            ..Self::new(frame.locale, "")
        }
    }
}

/// Returns the value of `data-color-scheme`.
fn scheme_word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Light => "light",
        Scheme::Dark => "dark",
        Scheme::Dynamic => "dynamic",
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

//! `/error` (endpoints.md 1.10): the page for what no client can be told.

use cognate_domain::Endpoint;
use http::StatusCode;

use super::csrf::Csrf;
use super::{answer, texts, visit};
use crate::branding::{self, Brand, UNAVAILABLE};
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::frame::Version;
use crate::views::screen::{Notice, NoticeKind};
use crate::views::{Frame, Screen};

/// Shows the sentence of an error. Nothing else of the query is shown but the reference number, and that only if it has
/// the form of one.
///
/// # Errors
/// Faults.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    let query = request.query().ok();
    let get = |name: &str| query.as_ref().and_then(|query| query.get(name));
    let sentence = texts::error_sentence(request.locale(), get("error").unwrap_or_default());
    let mut screen = screen(&request, sentence);
    if let (Some(reference), Screen::Notice(notice)) = (get("reference"), &mut screen)
        && is_reference(reference)
        && let NoticeKind::Error {
            reference: shown, ..
        } = &mut notice.kind
    {
        reference.clone_into(shown);
    }
    draw(&request, get("client_id"), StatusCode::BAD_REQUEST, &screen).await
}

/// Returns the page of a client without a style, where the server is as strict as the service (endpoints.md 1.10).
pub(super) fn unavailable(request: &Request<'_>) -> Screen {
    let (heading, sentence) = UNAVAILABLE;
    screen(request, &format!("{heading}. {sentence}"))
}

/// True for what has the form of a request's id.
fn is_reference(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Returns the page of a sentence, with the number of this request.
pub(super) fn screen(request: &Request<'_>, sentence: &str) -> Screen {
    Screen::Notice(Notice {
        kind: NoticeKind::Error {
            text: sentence.to_owned(),
            reference: request.visitor().request_id.clone(),
        },
        next: None,
        home: None,
    })
}

/// Draws a page that belongs to no authorization, in the look of a client's pool where one is named.
///
/// # Errors
/// Faults.
pub(super) async fn draw(
    request: &Request<'_>,
    client_id: Option<&str>,
    status: StatusCode,
    screen: &Screen,
) -> Result<Response, Failure> {
    let cookies = request.cookies()?;
    let csrf = Csrf::read(&cookies);
    let known = match client_id.filter(|id| is_client_id(id)) {
        Some(id) => request.cx(Endpoint::SignIn).client(id).await.ok(),
        None => None,
    };
    let mut screen = screen.clone();
    let version = match &known {
        Some((pool, client)) => {
            if let Screen::Notice(notice) = &mut screen {
                let callback = client.doc.default_redirect_uri.as_ref();
                let listed = client.doc.callback_urls.as_deref().unwrap_or_default();
                notice.home = callback
                    .or(listed.first())
                    .and_then(|url| answer::home(url));
            }
            visit::version(request.app(), pool).await?
        }
        None => Version::Managed,
    };
    let locale = request.locale();
    let brand = match &known {
        Some((pool, client)) => {
            branding::load(request.app(), &pool.id, &client.id, version, locale)
                .await?
                .brand
        }
        None => Brand::default(),
    };
    let frame = Frame {
        locale,
        version,
        brand: &brand,
        app: known.as_ref().map_or("", |(_, client)| &client.doc.name),
        query: "",
        csrf: &csrf.token,
        alert: None,
        ends: None,
        terms_of_use: None,
        privacy_policy: None,
    };
    let response = answer::draw(status, &frame, &screen);
    Ok(match csrf.cookie()? {
        Some(cookie) => response.with_cookie(cookie),
        None => response,
    })
}

/// True for what a client's id can be.
fn is_client_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+'))
}

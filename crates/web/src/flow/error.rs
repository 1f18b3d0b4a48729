//! `/error` (endpoints.md 1.10): the page for what no client can be told.

use cognate_domain::Endpoint;
use http::StatusCode;

use super::csrf::Csrf;
use super::{answer, texts, version};
use crate::branding::{self, Brand, UNAVAILABLE};
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::views::frame::Version;
use crate::views::screen::{Notice, NoticeKind};
use crate::views::{Frame, Screen};

/// The name of the customization of classic pages that counts for all clients of a pool (endpoints.md 3.4).
const ALL: &str = "ALL";

/// Shows the sentence of an error. Nothing else of the query is shown but the reference number, and that only if it has
/// the form of one.
///
/// # Errors
/// Faults.
pub(super) async fn show(request: Request<'_>) -> Result<Response, Failure> {
    let query = request.query().ok();
    let get = |name: &str| query.as_ref().and_then(|query| query.get(name));
    let error = get("error").unwrap_or_default();
    let mut screen = screen(&request, texts::error_sentence(request.locale(), error));
    if let Screen::Notice(notice) = &mut screen
        && let NoticeKind::Error {
            heading, reference, ..
        } = &mut notice.kind
    {
        *heading = texts::error_heading(request.locale(), error);
        if let Some(number) = get("reference").filter(|number| is_reference(number)) {
            number.clone_into(reference);
        }
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
            heading: None,
            text: sentence.to_owned(),
            reference: request.visitor().request_id.clone(),
        },
        next: None,
        home: None,
    })
}

/// Draws a page that belongs to no authorization, in the look of the client where one is named, else of the pool whose
/// domain was asked. A client of another pool than that is none: its look has no place on this host. Of a client that nobody vouches
/// for neither the name is shown nor a way to its site: anybody can register both, and nobody was asked about it here (decision 027).
///
/// # Errors
/// Faults.
pub(super) async fn draw(
    request: &Request<'_>,
    client_id: Option<&str>,
    status: StatusCode,
    screen: &Screen,
) -> Result<Response, Failure> {
    let host = request.visitor().domain.as_ref();
    let known = match client_id.filter(|id| is_client_id(id)) {
        Some(id) => request.cx(Endpoint::SignIn).client(id).await.ok(),
        None => None,
    };
    let known = known.filter(|(pool, _)| host.is_none_or(|host| host.pool.id == pool.id));
    let mut screen = screen.clone();
    let vouched = known.as_ref().map(|(_, client)| client);
    let vouched = vouched.filter(|client| !client.is_let_in_by_users());
    if let Some(client) = vouched {
        let callback = client.doc.default_redirect_uri.as_ref();
        let listed = client.doc.callback_urls.as_deref().unwrap_or_default();
        let home = callback
            .or(listed.first())
            .and_then(|url| answer::home(url));
        match &mut screen {
            Screen::Notice(notice) => notice.home = home,
            Screen::SignOut(question) => question.home = home,
            _ => {}
        }
    }
    let version = match (host, &known) {
        (Some(host), _) => version::version_of(host.version),
        (None, Some((pool, _))) => version::version(request.app(), pool).await?,
        (None, None) => Version::Managed,
    };
    let locale = request.locale();
    let load =
        |pool_id, client_id| branding::load(request.app(), pool_id, client_id, version, locale);
    let brand = match (&known, host, version) {
        (Some((pool, client)), _, _) => load(&pool.id, &client.id).await?.brand,
        (None, Some(host), Version::Classic) => load(&host.pool.id, ALL).await?.brand,
        _ => Brand::default(),
    };
    // The question of a sign-out is the only one of these pages with a form.
    let csrf = match &screen {
        Screen::SignOut(_) => Some(Csrf::read(&request.cookies()?)),
        _ => None,
    };
    let frame = Frame {
        locale,
        version,
        brand: &brand,
        app: vouched.map_or("", |client| &client.doc.name),
        query: "",
        csrf: csrf.as_ref().map_or("", |csrf| &csrf.token),
        alert: None,
        ends: None,
        terms_of_use: None,
        privacy_policy: None,
    };
    let response = answer::draw(status, &frame, &screen);
    Ok(
        match csrf.map(|csrf| csrf.cookie()).transpose()?.flatten() {
            Some(cookie) => response.with_cookie(cookie),
            None => response,
        },
    )
}

/// True for what a client's id can be.
fn is_client_id(id: &str) -> bool {
    (1..=128).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+'))
}

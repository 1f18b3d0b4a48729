//! The routes of style sheets and images of looks.
//!
//! All are public, as the pages are that name them. An address with the current version in it is kept by browsers for
//! ever; with another version the current file is served and not kept.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use bytes::Bytes;
use cognate_domain::App;
use cognate_domain::resources::branding::look::{self as stored, ClassicLook, LoginStyle};
use http::{HeaderValue, StatusCode};

use crate::branding::{cache, images};
use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::route::{Class, Cors, Rate, Route, Verb};

/// A year, the longest time that RFC 9111 programs agree on.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// For what has changed since the page was written.
const NOT_KEPT: &str = "no-store";
/// The content type of style sheets.
const CSS: &str = "text/css; charset=utf-8";
/// For drawings: nothing runs, nothing is fetched, and the document has an origin of its own.
const DRAWING_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/// The version of a customization names a second; a change within it leaves the address as it was.
const SECOND: i64 = 1_000_000;
/// The most clients that are remembered as warned of.
const MOST_WARNINGS: usize = 1_000;

macro_rules! route {
    ($pattern:literal, $handler:path) => {
        Route {
            pattern: $pattern,
            method: Verb::Get,
            cors: Cors::Closed,
            class: Class::Asset,
            rate: Rate::ByHandler,
            handler: |request| Box::pin($handler(request)),
        }
    };
}

/// The style sheet of a look of managed login.
pub(crate) const SHEET: Route = route!("/branding/{client}/{file}", style_sheet);
/// An image of it.
pub(crate) const IMAGE: Route = route!("/branding/{client}/{version}/{file}", image);
/// The style sheet of the classic pages (endpoints.md 3.4).
pub(crate) const CLASSIC_SHEET: Route = route!(
    "/{client}/{version}/assets/CSS/custom-css.css",
    classic_sheet
);
/// Their logo.
pub(crate) const CLASSIC_LOGO: Route =
    route!("/{client}/{version}/assets/images/{file}", classic_logo);

/// True the first time that a client is named.
pub(super) fn is_new(client_id: &str) -> bool {
    static KNOWN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.len() < MOST_WARNINGS && known.insert(client_id.to_owned())
}

/// Returns a file, kept for ever if its address is the current one.
fn file(content_type: &'static str, bytes: impl Into<Bytes>, current: bool) -> Response {
    let cache = if current { FOR_EVER } else { NOT_KEPT };
    Response::new(StatusCode::OK, content_type, bytes).cached(cache)
}

/// Returns the style of a client, with the id of its pool.
async fn style(app: &App, client_id: &str) -> Result<(String, LoginStyle), Failure> {
    let pool_id = pool_of(app, client_id).await?;
    let found = stored::managed(&app.store, &pool_id, client_id, "").await?;
    Ok((pool_id, found.style.ok_or(Failure::NotFound)?))
}

/// Returns the id of the active pool of a client.
async fn pool_of(app: &App, client_id: &str) -> Result<String, Failure> {
    let client = app.cached_client(client_id).await?;
    let client = client.ok_or(Failure::NotFound)?;
    let pool = app.cached_pool(&client.pool_id).await?;
    Ok(pool.ok_or(Failure::NotFound)?.id.clone())
}

async fn style_sheet(request: Request<'_>) -> Result<Response, Failure> {
    let (app, client_id) = (request.app(), request.param("client"));
    if !request.param("file").ends_with(".css") {
        return Err(Failure::NotFound);
    }
    let (pool_id, style) = style(app, client_id).await?;
    let look = cache::look(&pool_id, client_id, &style);
    let asked = format!("/branding/{client_id}/{}", request.param("file"));
    let current = look.brand.sheet.as_deref() == Some(asked.as_str());
    Ok(file(CSS, look.css.clone(), current))
}

async fn image(request: Request<'_>) -> Result<Response, Failure> {
    let (app, client_id) = (request.app(), request.param("client"));
    let (pool_id, style) = style(app, client_id).await?;
    let name = request.param("file");
    let mut all = style.images.iter();
    let found = all.find(|image| images::file_name(image) == name);
    let found = found.ok_or(Failure::NotFound)?;
    let bytes = stored::image(&app.store, &pool_id, &style, &found.key).await?;
    let bytes = bytes.ok_or(Failure::NotFound)?;
    let current = images::stamp(&style) == request.param("version");
    let answer = file(images::content_type(&found.extension), bytes, current);
    Ok(match found.extension.as_str() {
        "SVG" => answer.with_policy(HeaderValue::from_static(DRAWING_POLICY)),
        _ => answer,
    })
}

async fn customization(request: &Request<'_>) -> Result<(String, ClassicLook), Failure> {
    let (app, client_id) = (request.app(), request.param("client"));
    // The addresses that the API shows name `ALL` for the clients of the pool whose domain is asked.
    let pool_id = match (client_id, &request.visitor().domain) {
        ("ALL", Some(domain)) => domain.pool.id.clone(),
        _ => pool_of(app, client_id).await?,
    };
    let found = stored::classic(&app.store, &pool_id, client_id).await?;
    Ok((pool_id, found.ok_or(Failure::NotFound)?))
}

/// True if an address has the current version, and that cannot come to mean another one.
fn is_current(request: &Request<'_>, look: &ClassicLook) -> bool {
    let age = request
        .app()
        .clock
        .service()
        .saturating_sub(look.modified());
    look.version == request.param("version") && age > 2 * SECOND
}

async fn classic_sheet(request: Request<'_>) -> Result<Response, Failure> {
    let (_, look) = customization(&request).await?;
    if !look.has_css() {
        return Err(Failure::NotFound);
    }
    Ok(file(CSS, look.css(), is_current(&request, &look)))
}

async fn classic_logo(request: Request<'_>) -> Result<Response, Failure> {
    // The service names every logo `image.jpg`; here the ending is that of its kind, too.
    let names = ["image.jpg", "image.jpeg", "image.png"];
    if !names.contains(&request.param("file")) {
        return Err(Failure::NotFound);
    }
    let (pool_id, look) = customization(&request).await?;
    let content_type = match look.image_kind().ok_or(Failure::NotFound)? {
        "png" => "image/png",
        _ => "image/jpeg",
    };
    let bytes = stored::logo(&request.app().store, &pool_id, &look).await?;
    let bytes = bytes.ok_or(Failure::NotFound)?;
    Ok(file(content_type, bytes, is_current(&request, &look)))
}

//! Files that pages refer to, compiled into the program.
//!
//! Each has a hash of its content in its name, so that browsers may keep it for ever. A name is looked up among those of
//! this list alone; there is no file system behind it.

use std::sync::OnceLock;

use bytes::Bytes;
use cognate_crypto::hash::sha256_hex;
use http::StatusCode;

use crate::failure::Failure;
use crate::request::Request;
use crate::response::Response;
use crate::route::{Class, Cors, Rate, Route, Verb};

/// A year, the longest time that RFC 9111 programs agree on.
const CACHE: &str = "public, max-age=31536000, immutable";

/// A file with its content type.
pub struct Asset {
    stem: &'static str,
    ending: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    path: OnceLock<String>,
}

/// The styles of all pages.
pub static STYLE: Asset = Asset::new(
    "style",
    "css",
    "text/css; charset=utf-8",
    include_bytes!("../assets/style.css"),
);

/// The styles of the classic pages.
pub static CLASSIC: Asset = Asset::new(
    "classic",
    "css",
    "text/css; charset=utf-8",
    include_bytes!("../assets/classic.css"),
);

/// All files.
static ASSETS: [&Asset; 2] = [&STYLE, &CLASSIC];

impl Asset {
    const fn new(
        stem: &'static str,
        ending: &'static str,
        content_type: &'static str,
        bytes: &'static [u8],
    ) -> Self {
        Self {
            stem,
            ending,
            content_type,
            bytes,
            path: OnceLock::new(),
        }
    }

    /// Returns the path under which the file is served, with the beginning of its SHA-256 in it.
    pub fn path(&self) -> &str {
        self.path.get_or_init(|| {
            let hash: String = sha256_hex(self.bytes).chars().take(16).collect();
            format!("/assets/{}.{hash}.{}", self.stem, self.ending)
        })
    }
}

/// Returns the route of the files, for a table whose pages refer to them.
pub const fn route() -> Route {
    Route {
        pattern: "/assets/{file}",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Asset,
        rate: Rate::Free,
        handler: |request| Box::pin(async move { serve(&request) }),
    }
}

fn serve(request: &Request<'_>) -> Result<Response, Failure> {
    let file = request.param("file");
    let asset = ASSETS
        .iter()
        .find(|asset| asset.path().strip_prefix("/assets/") == Some(file))
        .ok_or(Failure::NotFound)?;
    let body = Bytes::from_static(asset.bytes);
    Ok(Response::new(StatusCode::OK, asset.content_type, body).cached(CACHE))
}

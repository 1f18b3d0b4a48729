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

/// A day: a pool may get an icon of its own.
const ICON_CACHE: &str = "public, max-age=86400";

/// A file with its content type.
pub struct Asset {
    stem: &'static str,
    ending: &'static str,
    content_type: &'static str,
    source: &'static str,
    bytes: OnceLock<Bytes>,
    path: OnceLock<String>,
}

/// The styles of all pages.
pub static STYLE: Asset = Asset::new(
    "style",
    "css",
    "text/css; charset=utf-8",
    include_str!("../assets/style.css"),
);

/// The script of managed login: what passkeys need, and conveniences.
pub static SCRIPT: Asset = Asset::new(
    "pages",
    "js",
    "text/javascript; charset=utf-8",
    include_str!("../assets/pages.js"),
);

/// The script of the pages of managed login with a list of countries, and of those that end.
pub static STEPS: Asset = Asset::new(
    "steps",
    "js",
    "text/javascript; charset=utf-8",
    include_str!("../assets/steps.js"),
);

/// The styles of the classic pages.
pub static CLASSIC: Asset = Asset::new(
    "classic",
    "css",
    "text/css; charset=utf-8",
    include_str!("../assets/classic.css"),
);

/// The script of the classic pages on which a password is chosen.
pub static CLASSIC_SCRIPT: Asset = Asset::new(
    "classic",
    "js",
    "text/javascript; charset=utf-8",
    include_str!("../assets/classic.js"),
);

/// The styles of the page at `/` and of the inbox.
pub static HOME: Asset = Asset::new(
    "home",
    "css",
    "text/css; charset=utf-8",
    include_str!("../assets/home.css"),
);

/// The sign of the program, as an icon.
pub static MARK: Asset = Asset::new(
    "mark",
    "svg",
    "image/svg+xml",
    include_str!("../assets/mark.svg"),
);

/// Posts the form of the page that brings an answer to a client.
pub static FORM_POST: Asset = Asset::new(
    "form_post",
    "js",
    "text/javascript; charset=utf-8",
    include_str!("../assets/form_post.js"),
);

/// All files.
pub static ASSETS: [&Asset; 8] = [
    &STYLE,
    &SCRIPT,
    &STEPS,
    &CLASSIC,
    &CLASSIC_SCRIPT,
    &HOME,
    &MARK,
    &FORM_POST,
];

impl Asset {
    const fn new(
        stem: &'static str,
        ending: &'static str,
        content_type: &'static str,
        source: &'static str,
    ) -> Self {
        Self {
            stem,
            ending,
            content_type,
            source,
            bytes: OnceLock::new(),
            path: OnceLock::new(),
        }
    }

    /// Returns what is served: the file without indentation and without lines that are comments, styles without blanks
    /// around braces, colons, semicolons and commas. No text in these files has such characters, or several lines.
    pub fn bytes(&self) -> &Bytes {
        self.bytes.get_or_init(|| {
            let mut served = String::with_capacity(self.source.len());
            let mut comment = false;
            for line in self.source.lines().map(str::trim) {
                let begins = line.starts_with("/*");
                let is_comment = comment || begins || line.starts_with("//") || line.is_empty();
                comment = (comment || begins) && !line.ends_with("*/");
                if !is_comment {
                    served.push_str(line);
                    served.push('\n');
                }
            }
            if self.ending == "css" {
                for (written, short) in [
                    (" {", "{"),
                    ("{ ", "{"),
                    (" }", "}"),
                    ("; ", ";"),
                    (": ", ":"),
                    (", ", ","),
                ] {
                    served = served.replace(written, short);
                }
            }
            served.into()
        })
    }

    /// Returns the path under which the file is served, with the beginning of its SHA-256 in it.
    pub fn path(&self) -> &str {
        self.path.get_or_init(|| {
            let hash: String = sha256_hex(self.bytes()).chars().take(16).collect();
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

/// The route of the icon that browsers ask for where a page names none.
pub const fn icon() -> Route {
    Route {
        pattern: "/favicon.ico",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Asset,
        rate: Rate::Free,
        handler: |_| Box::pin(async { Ok(no_icon()) }),
    }
}

/// Says that there is no icon: the sign of the program is none of a pool's, and a 404 is an error in a browser's console.
fn no_icon() -> Response {
    Response::empty(StatusCode::NO_CONTENT).cached(ICON_CACHE)
}

fn serve(request: &Request<'_>) -> Result<Response, Failure> {
    let file = request.param("file");
    let asset = ASSETS
        .iter()
        .find(|asset| asset.path().strip_prefix("/assets/") == Some(file))
        .ok_or(Failure::NotFound)?;
    let body = asset.bytes().clone();
    Ok(Response::new(StatusCode::OK, asset.content_type, body).cached(CACHE))
}

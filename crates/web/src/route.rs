//! The route table: which handler answers a method and a path, and everything about an answer that does not depend on
//! the handler.
//!
//! HEAD, OPTIONS and methods that a path does not have are answered by the table. A path is compared as it was sent,
//! without decoding, so that `%2f` or `..` never means another route.

use std::pin::Pin;

use bytes::Bytes;
use cognate_access::rates::{CategoryDemand, Demand};
use cognate_shapes::Category;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};

use crate::domain;
use crate::failure::Failure;
use crate::locale::Locale;
use crate::request::Request;
use crate::response::Response;
use crate::{Site, Visitor};

/// The work of a handler.
pub type Work<'a> = Pin<Box<dyn Future<Output = Result<Response, Failure>> + Send + 'a>>;

/// Answers a request.
pub type Handler = for<'a> fn(Request<'a>) -> Work<'a>;

/// The origins whose pages may read an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cors {
    /// Only the answer's own.
    Closed,
    /// Every origin, without credentials.
    Open,
}

/// The kind of an answer, which decides about its caching and security headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A public JSON document, whose content may depend on the host by which the client came.
    Document,
    /// The JSON of an OAuth endpoint: never cached (RFC 6749, 5.1).
    Endpoint,
    /// HTML for people: never cached, never framed, without scripts.
    Page,
    /// A file with a hash in its name: cached for ever.
    Asset,
}

/// A method that a route may have. HEAD and OPTIONS are answered by the table, others by no route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads, by GET or HEAD; changes nothing, but for the links in messages that confirm by being opened, and for
    /// `/logout`.
    Get,
    /// Changes something, by POST.
    Post,
    /// Replaces something, by PUT.
    Put,
    /// Ends something, by DELETE.
    Delete,
}

impl Verb {
    /// Returns the verb that answers a method.
    fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET | Method::HEAD => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PUT => Some(Self::Put),
            Method::DELETE => Some(Self::Delete),
            _ => None,
        }
    }
}

/// The limits that the requests of a route count to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// None.
    Free,
    /// The client's address, and a category.
    Category(Category),
    /// The client's address, and the category that the handler names when it has read the request
    /// ([`Request::admit_category`]).
    ByHandler,
}

/// One row of the table.
pub struct Route {
    /// The path. A segment in braces, `{name}`, matches any one segment that is not empty.
    pub pattern: &'static str,
    /// The method.
    pub method: Verb,
    /// The origins whose pages may read the answer.
    pub cors: Cors,
    /// The kind of the answer.
    pub class: Class,
    /// The limits that requests count to.
    pub rate: Rate,
    /// The handler.
    pub handler: Handler,
}

impl Route {
    /// Returns the named segments of `path` if the pattern matches it. `varies`: true if the pattern has segments that vary.
    fn matches<'p>(&self, path: &'p str, varies: bool) -> Option<Vec<(&'static str, &'p str)>> {
        if !varies {
            return (self.pattern == path).then(Vec::new);
        }
        let mut params = Vec::new();
        let mut segments = path.split('/');
        for wanted in self.pattern.split('/') {
            let segment = segments.next()?;
            match wanted.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
                Some(_) if segment.is_empty() => return None,
                Some(name) => params.push((name, segment)),
                None if wanted != segment => return None,
                None => {}
            }
        }
        segments.next().is_none().then_some(params)
    }
}

/// The routes of a site.
pub struct Table {
    routes: &'static [Route],
    more: &'static [Route],
    last: &'static [Route],
    /// Which of the three have segments that vary.
    varying: (u128, u128, u128),
}

impl Table {
    /// Creates a table of `routes`, at most 128. Of two that match, the first is taken.
    pub const fn new(routes: &'static [Route]) -> Self {
        Self {
            routes,
            more: &[],
            last: &[],
            varying: (varying(routes), 0, 0),
        }
    }

    /// Adds the routes of a module behind those of the table.
    #[must_use]
    pub const fn with(self, more: &'static [Route]) -> Self {
        Self {
            more,
            varying: (self.varying.0, varying(more), self.varying.2),
            ..self
        }
    }

    /// Adds routes behind all others.
    #[must_use]
    pub const fn ending_with(self, last: &'static [Route]) -> Self {
        Self {
            last,
            varying: (self.varying.0, self.varying.1, varying(last)),
            ..self
        }
    }

    /// Returns all routes.
    pub fn routes(&self) -> impl Iterator<Item = &'static Route> {
        self.routes.iter().chain(self.more).chain(self.last)
    }

    /// True if a route has exactly this pattern.
    pub fn has(&self, pattern: &str) -> bool {
        self.routes().any(|route| route.pattern == pattern)
    }

    /// Admits a request before its body is read: counts the client's address unless the route is free of limits. Returns
    /// true if the handler may read the body; every other body stays unread.
    ///
    /// # Errors
    /// The answer to a client that is over its limit.
    pub fn admit(
        &self,
        site: &dyn Site,
        parts: &Parts,
        visitor: &Visitor,
    ) -> Result<bool, Box<http::Response<Bytes>>> {
        let Some((route, params)) = self.find(&parts.method, parts.uri.path()) else {
            return Ok(false);
        };
        if route.rate != Rate::Free
            && let Err(refused) = site.admit_address(visitor.address)
        {
            let body = Bytes::new();
            let locale = Request::new(site, visitor, parts, &body, params).locale();
            let failure = Failure::from(refused);
            let response = failure.response(route.class, locale, &visitor.request_id);
            let mut response = response.into_http(route.class, route.cors, visitor.is_https());
            identify(&mut response, route.class, &visitor.request_id);
            return Err(Box::new(response));
        }
        Ok(matches!(route.method, Verb::Post | Verb::Put))
    }

    fn find<'p>(
        &self,
        method: &Method,
        path: &'p str,
    ) -> Option<(&'static Route, Vec<(&'static str, &'p str)>)> {
        let verb = Verb::of(method)?;
        self.matching(path).find(|(route, _)| route.method == verb)
    }

    /// Returns the routes that have the path, with its named segments.
    fn matching<'p>(
        &self,
        path: &'p str,
    ) -> impl Iterator<Item = (&'static Route, Vec<(&'static str, &'p str)>)> {
        let matching = move |routes: &'static [Route], varying: u128| {
            routes.iter().enumerate().filter_map(move |(n, route)| {
                let varies = varying >> n & 1 == 1;
                Some((route, route.matches(path, varies)?))
            })
        };
        let (routes, more, last) = self.varying;
        let found = matching(self.routes, routes).chain(matching(self.more, more));
        found.chain(matching(self.last, last))
    }

    /// Answers a request that was [admitted](Self::admit); None if no route has its path.
    pub async fn serve(
        &self,
        site: &dyn Site,
        request: http::Request<Bytes>,
        mut visitor: Visitor,
    ) -> Option<http::Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path();
        let (first, _) = self.matching(path).next()?;
        let Some((route, params)) = self.find(&parts.method, path) else {
            let refused = match parts.method {
                Method::OPTIONS => preflight(first, &self.allow(path)),
                _ => Response::empty(StatusCode::METHOD_NOT_ALLOWED)
                    .with_header(http::header::ALLOW, self.allow(path)),
            };
            let mut refused = refused.into_http(first.class, first.cors, visitor.is_https());
            identify(&mut refused, first.class, &visitor.request_id);
            return Some(refused);
        };
        // Behind the refusal of methods, which counts to no limit and so must not read the database.
        if let Err(fault) = domain::arrive(site.app(), &mut visitor).await {
            tracing::error!(path, ?fault, request_id = %visitor.request_id, "no domain can be read");
            let failure = Failure::from(fault);
            let response = failure.response(first.class, Locale::default(), &visitor.request_id);
            return Some(response.into_http(first.class, first.cors, visitor.is_https()));
        }
        let visitor = &visitor;
        let secure = visitor.is_https();
        let request = Request::new(site, visitor, &parts, &body, params);
        let response = answer(site, visitor, &parts, route, request).await?;
        let mut response = response.into_http(route.class, route.cors, secure);
        identify(&mut response, route.class, &visitor.request_id);
        if parts.method == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        Some(response)
    }

    /// Returns the methods of a path, as `Allow` lists them.
    fn allow(&self, path: &str) -> HeaderValue {
        let mut methods: Vec<&str> = Vec::new();
        for (route, _) in self.matching(path) {
            let more: &[&str] = match route.method {
                Verb::Get => &["GET", "HEAD"],
                Verb::Post => &["POST"],
                Verb::Put => &["PUT"],
                Verb::Delete => &["DELETE"],
            };
            for method in more {
                if !methods.contains(method) {
                    methods.push(method);
                }
            }
        }
        methods.push("OPTIONS");
        HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
    }
}

/// Returns the set of the routes whose patterns have segments that vary: every request is compared with every route, and few
/// have any.
const fn varying(routes: &[Route]) -> u128 {
    assert!(routes.len() <= 128);
    match routes {
        [] => 0,
        [first, rest @ ..] => varying(rest) << 1 | has_braces(first.pattern.as_bytes()) as u128,
    }
}

const fn has_braces(pattern: &[u8]) -> bool {
    match pattern {
        [] => false,
        [b'{', ..] => true,
        [_, rest @ ..] => has_braces(rest),
    }
}

/// Adds the request's id under the name that the service's OAuth endpoints have for it (endpoints.md 1.2).
fn identify(response: &mut http::Response<Bytes>, class: Class, request_id: &str) {
    if class == Class::Endpoint
        && let Ok(id) = HeaderValue::from_str(request_id)
    {
        let name = HeaderName::from_static("x-amz-cognito-request-id");
        response.headers_mut().insert(name, id);
    }
}

/// Counts a request in its category and runs its handler; None if the handler says that nothing is at this path.
async fn answer(
    site: &dyn Site,
    visitor: &Visitor,
    parts: &Parts,
    route: &'static Route,
    request: Request<'_>,
) -> Option<Response> {
    // Only pages are in a language.
    let (locale, chosen) = match route.class {
        Class::Page => (request.locale(), request.chosen_locale()),
        _ => (Locale::default(), None),
    };
    let outcome = match count(site, route).await {
        Ok(()) => (route.handler)(request).await,
        Err(failure) => Err(failure),
    };
    let response = match outcome {
        Ok(response) => response,
        Err(Failure::NotFound) => return None,
        Err(failure) => {
            if let Failure::Fault(fault) = &failure {
                let path = parts.uri.path();
                tracing::error!(path, ?fault, request_id = %visitor.request_id, "a page failed");
            }
            failure.response(route.class, locale, &visitor.request_id)
        }
    };
    Some(match route.class {
        Class::Page => response.in_language(locale, chosen),
        _ => response,
    })
}

async fn count(site: &dyn Site, route: &Route) -> Result<(), Failure> {
    match route.rate {
        Rate::Free | Rate::ByHandler => Ok(()),
        Rate::Category(category) => admit_category(site, category, false).await,
    }
}

/// Counts a request in a category. `answers`: true for an answer to a challenge, which counts apart.
pub(crate) async fn admit_category(
    site: &dyn Site,
    category: Category,
    answers: bool,
) -> Result<(), Failure> {
    let demand = Demand {
        category: Some(CategoryDemand {
            category,
            region: &site.app().settings.region,
            answers,
        }),
        ..Demand::default()
    };
    Ok(site.admit(demand).await?)
}

/// The headers that pages of other origins may send. A browser lets `*` stand for all but `Authorization`, and an old one
/// for none; clients of MCP send the third (agents.md 4.1).
const REQUEST_HEADERS: &str = "*, Authorization, Content-Type, MCP-Protocol-Version";

/// Returns the answer to OPTIONS.
fn preflight(route: &Route, allow: &HeaderValue) -> Response {
    let response = Response::empty(StatusCode::NO_CONTENT);
    let text = HeaderValue::from_static;
    match route.cors {
        Cors::Closed => response.with_header(http::header::ALLOW, allow.clone()),
        Cors::Open => response
            .with_header(http::header::ACCESS_CONTROL_ALLOW_METHODS, allow.clone())
            .with_header(
                http::header::ACCESS_CONTROL_ALLOW_HEADERS,
                text(REQUEST_HEADERS),
            )
            .with_header(http::header::ACCESS_CONTROL_MAX_AGE, text("86400")),
    }
}

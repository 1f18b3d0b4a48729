//! Everything that a browser or a verifier fetches and that is no API operation: a pool's keys, its discovery document,
//! the OAuth endpoints of programs, and the page that confirms a sign-up by link.
//!
//! [`serve`] looks a request up in the route table [`ROUTES`] and runs its handler. A handler takes a
//! [`Request`](request::Request) and returns a [`Response`](response::Response); cookies, forms, pages, assets and
//! languages are in the modules of their names. The server is a [`Site`] to this crate.

mod action;
pub mod assets;
mod below_pool;
pub mod branding;
mod confirm_user;
pub mod cookies;
mod documents;
mod domain;
pub mod failure;
mod feedback;
pub mod fields;
mod flow;
mod home;
pub mod locale;
mod oauth;
pub mod pages;
pub mod phone;
pub mod request;
pub mod response;
pub mod route;
pub mod views;

use std::pin::Pin;

use bytes::Bytes;
use cognate_access::rates::Demand;
use cognate_access::{ClientAddress, RateError};
use cognate_domain::oauth::provider::saml;
use cognate_domain::resources::domains::PoolAtHost;
use cognate_domain::{App, Slot};
use cognate_shapes::Category;

use crate::route::{Class, Cors, Handler, Rate, Route, Table, Verb};

/// The path of the token endpoint.
const TOKEN: &str = "/oauth2/token";

/// The verdict on a demand.
pub type Verdict<'a> = Pin<Box<dyn Future<Output = Result<(), RateError>> + Send + 'a>>;

/// The server around this crate.
pub trait Site: Send + Sync {
    /// Returns the domain.
    fn app(&self) -> &App;

    /// Counts a request of a client's address, before any other work is done for it.
    ///
    /// # Errors
    /// [`RateError::TooMany`].
    fn admit_address(&self, address: ClientAddress) -> Result<(), RateError>;

    /// Counts a request against all other limits of requests a second.
    fn admit<'a>(&'a self, demand: Demand<'a>) -> Verdict<'a>;
}

/// The client of a request, as the server found it out.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The client's address.
    pub address: ClientAddress,
    /// The `User-Agent` header, cut to a length that fits a log line.
    pub user_agent: String,
    /// The host that the request names, in its parsed form.
    pub host: String,
    /// Scheme and host by which the client came, checked against the allowed ones, and the path of a world of `dev`; None if they
    /// are not among them.
    pub base_url: Option<String>,
    /// Scheme and host by which the client came, to be used if the host is the domain of a pool; None if it cannot be one
    /// on this server.
    pub domain_url: Option<String>,
    /// The pool whose domain the host is, which [`route::Table::serve`] finds out.
    pub domain: Option<PoolAtHost>,
    /// The id in `x-amzn-requestid`.
    pub request_id: String,
    /// The place that the request holds among those that run at once.
    pub slot: Option<Slot>,
}

impl Visitor {
    /// True if the client is known to have come by https.
    pub fn is_https(&self) -> bool {
        let base_url = self.base_url.as_deref();
        base_url.is_some_and(|url| url.starts_with("https://"))
    }

    /// Returns scheme and host of [`Visitor::base_url`].
    pub fn origin(&self) -> Option<&str> {
        let url = self.base_url.as_deref()?;
        let (_, rest) = url.split_once("://")?;
        let path = rest.find('/').map_or(0, |at| rest.len() - at);
        url.get(..url.len() - path)
    }
}

/// Returns the route of a document that every origin may read.
const fn document(pattern: &'static str, handler: Handler) -> Route {
    Route {
        pattern,
        method: Verb::Get,
        cors: Cors::Open,
        class: Class::Document,
        rate: Rate::Free,
        handler,
    }
}

/// Returns the route of the registration of clients. It counts for the address alone: a category would let a flood of
/// registrations take the place of other requests of it. What may be registered is bounded by the domain.
const fn register(pattern: &'static str, method: Verb) -> Route {
    Route {
        pattern,
        method,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::ByHandler,
        handler: |request| Box::pin(oauth::register(request)),
    }
}

/// The routes of the program.
pub static ROUTES: Table = Table::new(&[
    document("/{pool}/.well-known/jwks.json", |request| {
        Box::pin(documents::jwks(request))
    }),
    document("/{pool}/.well-known/openid-configuration", |request| {
        Box::pin(documents::discovery(request))
    }),
    document(
        "/{pool}/.well-known/oauth-authorization-server",
        |request| Box::pin(documents::discovery(request)),
    ),
    document(
        "/.well-known/oauth-authorization-server/{pool}",
        |request| Box::pin(documents::discovery(request)),
    ),
    document("/.well-known/openid-configuration/{pool}", |request| {
        Box::pin(documents::discovery(request))
    }),
    document("/.well-known/oauth-protected-resource", |request| {
        Box::pin(documents::protected_resource(request))
    }),
    document("/.well-known/oauth-protected-resource/{pool}", |request| {
        Box::pin(documents::protected_resource(request))
    }),
    document("/{pool}/.well-known/oauth-protected-resource", |request| {
        Box::pin(documents::protected_resource(request))
    }),
    document("/.well-known/oauth-authorization-server", |request| {
        Box::pin(documents::discovery(request))
    }),
    document("/.well-known/openid-configuration", |request| {
        Box::pin(documents::discovery(request))
    }),
    document("/.well-known/jwks.json", |request| {
        Box::pin(documents::jwks(request))
    }),
    Route {
        pattern: "/confirmUser",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Category(Category::UserCreation),
        handler: |request| Box::pin(confirm_user::confirm_user(request)),
    },
    Route {
        pattern: "/confirmUser/",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Category(Category::UserCreation),
        handler: |request| Box::pin(confirm_user::confirm_user(request)),
    },
    Route {
        pattern: feedback::PATH,
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Category(Category::UserResourceUpdate),
        handler: |request| Box::pin(feedback::ask(request)),
    },
    Route {
        pattern: feedback::PATH,
        method: Verb::Post,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Category(Category::UserResourceUpdate),
        handler: |request| Box::pin(feedback::take(request)),
    },
    Route {
        pattern: TOKEN,
        method: Verb::Post,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::ByHandler,
        handler: |request| Box::pin(oauth::token(request)),
    },
    Route {
        pattern: "/oauth2/revoke",
        method: Verb::Post,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserToken),
        handler: |request| Box::pin(oauth::revoke(request)),
    },
    Route {
        pattern: "/oauth2/userInfo",
        method: Verb::Get,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserRead),
        handler: |request| Box::pin(oauth::user_info(request)),
    },
    Route {
        pattern: "/oauth2/userInfo",
        method: Verb::Post,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserRead),
        handler: |request| Box::pin(oauth::user_info(request)),
    },
    Route {
        pattern: "/oauth2/userinfo",
        method: Verb::Get,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserRead),
        handler: |request| Box::pin(oauth::user_info(request)),
    },
    Route {
        pattern: "/oauth2/userinfo",
        method: Verb::Post,
        cors: Cors::Open,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserRead),
        handler: |request| Box::pin(oauth::user_info(request)),
    },
    Route {
        pattern: "/oauth2/introspect",
        method: Verb::Post,
        cors: Cors::Closed,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserRead),
        handler: |request| Box::pin(oauth::introspect(request)),
    },
    Route {
        pattern: "/oauth2/par",
        method: Verb::Post,
        cors: Cors::Closed,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserAuthentication),
        handler: |request| Box::pin(oauth::par(request)),
    },
    Route {
        pattern: "/oauth2/device_authorization",
        method: Verb::Post,
        cors: Cors::Closed,
        class: Class::Endpoint,
        rate: Rate::Category(Category::UserAuthentication),
        handler: |request| Box::pin(oauth::device_authorization(request)),
    },
    register("/oauth2/register", Verb::Post),
    register("/oauth2/register/{client}", Verb::Get),
    register("/oauth2/register/{client}", Verb::Put),
    register("/oauth2/register/{client}", Verb::Delete),
    Route {
        pattern: "/logout",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Category(Category::UserToken),
        handler: |request| Box::pin(oauth::logout(request)),
    },
    Route {
        pattern: "/logout",
        method: Verb::Post,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Category(Category::UserToken),
        handler: |request| Box::pin(oauth::logout(request)),
    },
    Route {
        pattern: "/saml2/metadata",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Document,
        rate: Rate::ByHandler,
        handler: |request| Box::pin(documents::saml(request)),
    },
    Route {
        pattern: "/",
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| Box::pin(home::home(request)),
    },
    Route {
        pattern: home::INBOX,
        method: Verb::Get,
        cors: Cors::Closed,
        class: Class::Page,
        rate: Rate::Free,
        handler: |request| Box::pin(home::inbox(request)),
    },
    assets::route(),
    assets::icon(),
    branding::SHEET,
    branding::IMAGE,
    branding::CLASSIC_SHEET,
    branding::CLASSIC_LOGO,
])
.with(flow::ROUTES)
.ending_with(below_pool::ROUTES);

/// Returns the endpoints that answer, which the discovery document may therefore name.
fn served() -> Vec<&'static str> {
    documents::ENDPOINTS
        .into_iter()
        .filter(|path| ROUTES.has(path))
        .collect()
}

/// True for a path whose forms carry messages of SAML, which may be longer than other forms: a token exchange may bring an
/// assertion.
#[must_use]
pub fn has_long_form(path: &str) -> bool {
    path == saml::RESPONSE || path == saml::LOGOUT || path.ends_with(TOKEN)
}

/// Answers a request that [`ROUTES`] admitted; None if its path is not of this crate. A body is needed only where
/// [`Table::admit`] says so.
pub async fn serve(
    site: &dyn Site,
    request: http::Request<Bytes>,
    visitor: Visitor,
) -> Option<http::Response<Bytes>> {
    ROUTES.serve(site, request, visitor).await
}

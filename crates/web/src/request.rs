//! A request as a handler sees it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use cognate_access::rates::{Demand, User, UserDemand};
use cognate_domain::resources::domains::PoolAtHost;
use cognate_domain::{App, Cx, Endpoint};
use cognate_shapes::Category;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, header};

use crate::action;
use crate::cookies::{CookieError, Cookies};
use crate::failure::Failure;
use crate::fields::{self, Fields, FieldsError};
use crate::locale::Locale;
use crate::{Site, Visitor, route};

/// The name of the parameter and of the cookie that say the language.
pub(crate) const LANG: &str = "lang";
/// The segment of a path that is the id of a pool.
pub(crate) const POOL: &str = "pool";

/// A request whose route is known. Nothing of it is parsed before a handler asks.
pub struct Request<'a> {
    site: &'a dyn Site,
    visitor: &'a Visitor,
    parts: &'a Parts,
    body: &'a Bytes,
    params: Vec<(&'static str, &'a str)>,
    /// The query, once it was parsed.
    query: OnceLock<Result<Arc<Fields>, FieldsError>>,
    languages: OnceLock<Languages>,
}

/// The languages of a request, found once, however often a page asks.
#[derive(Clone, Copy)]
struct Languages {
    /// Of the answer.
    locale: Locale,
    /// Named by the query.
    chosen: Option<Locale>,
}

impl<'a> Request<'a> {
    pub(crate) fn new(
        site: &'a dyn Site,
        visitor: &'a Visitor,
        parts: &'a Parts,
        body: &'a Bytes,
        params: Vec<(&'static str, &'a str)>,
    ) -> Self {
        Self {
            site,
            visitor,
            parts,
            body,
            params,
            query: OnceLock::new(),
            languages: OnceLock::new(),
        }
    }

    /// Returns the client.
    pub fn visitor(&self) -> &'a Visitor {
        self.visitor
    }

    /// Returns the domain.
    pub fn app(&self) -> &'a App {
        self.site.app()
    }

    /// Returns the pool whose domain the host is; None on the hosts of this server itself, where all pools are.
    pub fn pool_at_host(&self) -> Option<&'a PoolAtHost> {
        self.visitor.domain.as_ref()
    }

    /// Returns the id of the pool that the path names, which may not exist; None for paths without one.
    pub fn path_pool(&self) -> Option<&'a str> {
        Some(self.param(POOL)).filter(|id| !id.is_empty())
    }

    /// Returns the method; HEAD is not changed into GET here.
    pub fn method(&self) -> &'a Method {
        &self.parts.method
    }

    /// Returns the headers.
    pub fn headers(&self) -> &'a HeaderMap {
        &self.parts.headers
    }

    /// Returns the body as it was sent; empty for a method without one.
    pub fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Returns a named segment of the path as it was sent; empty for a name that the pattern does not have.
    pub fn param(&self, name: &str) -> &'a str {
        let found = self.params.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, segment)| segment)
    }

    /// Returns the path as it was sent.
    pub fn path(&self) -> &'a str {
        self.parts.uri.path()
    }

    /// Returns the query as it was sent, without `?`.
    pub fn raw_query(&self) -> &'a str {
        self.parts.uri.query().unwrap_or("")
    }

    /// Returns the names and values of the query.
    ///
    /// # Errors
    /// See [`FieldsError`].
    pub fn query(&self) -> Result<Arc<Fields>, FieldsError> {
        let parse = || {
            let query = Fields::parse(self.raw_query().as_bytes(), fields::QUERY_BYTES);
            query.map(Arc::new)
        };
        self.query.get_or_init(parse).clone()
    }

    /// Parses the form in the body.
    ///
    /// # Errors
    /// See [`FieldsError`]; a method without a body, as GET, never has a form.
    pub fn form(&self) -> Result<Fields, FieldsError> {
        self.form_of(fields::FORM_BYTES)
    }

    /// Parses the form in the body of a path of [`has_long_form`](crate::has_long_form).
    ///
    /// # Errors
    /// As [`form`](Self::form).
    pub fn long_form(&self) -> Result<Fields, FieldsError> {
        self.form_of(fields::LONG_FORM_BYTES)
    }

    fn form_of(&self, longest: usize) -> Result<Fields, FieldsError> {
        if self.parts.method != Method::POST {
            return Err(FieldsError::Method);
        }
        let mut types = self.parts.headers.get_all(header::CONTENT_TYPE).iter();
        let (Some(kind), None) = (types.next(), types.next()) else {
            return Err(FieldsError::NotAForm);
        };
        let kind = kind.to_str().unwrap_or("").split(';').next().unwrap_or("");
        if !kind
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            return Err(FieldsError::NotAForm);
        }
        Fields::parse(self.body, longest)
    }

    /// Reads the cookies.
    ///
    /// # Errors
    /// [`CookieError::TooMany`].
    pub fn cookies(&self) -> Result<Cookies<'a>, CookieError> {
        Cookies::parse(&self.parts.headers, self.visitor.is_https())
    }

    /// Returns a header that occurs once and is text.
    pub fn header(&self, name: HeaderName) -> Option<&'a str> {
        let mut values = self.parts.headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    }

    /// Returns the visitor's language: the query's `lang`, else the one kept in the cookie `lang`, else the browser's, else
    /// English.
    pub fn locale(&self) -> Locale {
        self.languages().locale
    }

    /// Returns the language that the query names, for the cookie that keeps it.
    pub(crate) fn chosen_locale(&self) -> Option<Locale> {
        self.languages().chosen
    }

    fn languages(&self) -> Languages {
        *self.languages.get_or_init(|| {
            let query = self.query().ok();
            let wanted = query.as_ref().and_then(|query| query.get(LANG));
            let cookies = self.cookies().ok();
            let kept = cookies.as_ref().and_then(|cookies| cookies.get(LANG));
            Languages {
                locale: Locale::choose(wanted, kept, self.header(header::ACCEPT_LANGUAGE)),
                chosen: wanted.and_then(Locale::of_tag),
            }
        })
    }

    /// Counts the request by the user whom it is about, once that is known. `reads` is true if it only reads.
    ///
    /// # Errors
    /// [`Failure::TooMany`], or a fault.
    pub async fn admit_user(&self, user: User<'_>, reads: bool) -> Result<(), Failure> {
        let demand = Demand {
            user: Some(UserDemand { user, reads }),
            ..Demand::default()
        };
        Ok(self.site.admit(demand).await?)
    }

    /// Counts the request in a category, on a route that leaves that to its handler.
    ///
    /// # Errors
    /// [`Failure::TooMany`], or a fault.
    pub async fn admit_category(&self, category: Category) -> Result<(), Failure> {
        route::admit_category(self.site, category, false).await
    }

    /// Counts the request as an answer to a challenge of a sign-in, on a route that leaves that to its handler.
    ///
    /// # Errors
    /// [`Failure::TooMany`], or a fault.
    pub async fn admit_answer(&self) -> Result<(), Failure> {
        route::admit_category(self.site, Category::UserAuthentication, true).await
    }

    /// Returns the context for calls of the domain.
    pub(crate) fn cx(&self, endpoint: Endpoint) -> Cx<'a> {
        action::cx(self.site.app(), endpoint, self.visitor, self.path_pool())
    }
}

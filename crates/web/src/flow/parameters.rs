//! The query that every page carries on byte for byte: the parameters of the request for an authorization.

use std::sync::Arc;

use cognate_domain::oauth::authorization::Parameters;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::fields::{self, Fields, FieldsError};
use crate::request::Request;

/// Everything but the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The parameters that a form may bring itself, where the query names no client (pages.md 1.4). Never a secret.
const CARRIED: [&str; 22] = [
    USER_POOL_ID,
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "identity_provider",
    "idp_identifier",
    "login_hint",
    "lang",
    "prompt",
    "response_mode",
    "max_age",
    "acr_values",
    "id_token_hint",
    "request",
    "request_uri",
    "ui_locales",
];

/// The parameter by which the pages after a request for an authorization know the pool that its path named.
pub(super) const USER_POOL_ID: &str = "user_pool_id";

/// Encodes a value of a query.
pub(super) fn encode(value: &str) -> String {
    utf8_percent_encode(value, ENCODED).to_string()
}

/// The query of a page.
pub(super) struct Query {
    /// As it was sent, without `?`.
    pub(super) raw: String,
    /// Its names and values.
    pub(super) fields: Arc<Fields>,
}

impl Query {
    /// Reads the query; if it names no client, the parameters that the form has instead. The pool that the path names is
    /// among them from here on.
    ///
    /// # Errors
    /// See [`FieldsError`].
    pub(super) fn read(request: &Request<'_>, form: &Fields) -> Result<Self, FieldsError> {
        let query = Self::sent(request, form)?;
        let Some(pool) = request.path_pool() else {
            return Ok(query);
        };
        let rest = query.without(&[USER_POOL_ID]);
        Self::parse(&format!("{rest}&{USER_POOL_ID}={}", encode(pool)))
    }

    fn sent(request: &Request<'_>, form: &Fields) -> Result<Self, FieldsError> {
        let fields = request.query()?;
        if fields.get("client_id").is_some() || form.get("client_id").is_none() {
            let raw = request.raw_query().to_owned();
            return Ok(Self { raw, fields });
        }
        let carried = form.iter().filter(|(name, _)| CARRIED.contains(name));
        let pairs: Vec<String> = carried
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let raw = pairs.join("&");
        let fields = Arc::new(Fields::parse(raw.as_bytes(), fields::QUERY_BYTES)?);
        Ok(Self { raw, fields })
    }

    /// Reads a query that was kept.
    ///
    /// # Errors
    /// See [`FieldsError`].
    pub(super) fn parse(raw: &str) -> Result<Self, FieldsError> {
        let fields = Arc::new(Fields::parse(raw.as_bytes(), fields::QUERY_BYTES)?);
        let raw = raw.to_owned();
        Ok(Self { raw, fields })
    }

    /// Returns the parameters of the authorization.
    pub(super) fn parameters(&self) -> Parameters<'_> {
        Parameters::read(|name| self.fields.get(name))
    }

    /// Returns the query without some of its parameters, each of the others byte for byte.
    pub(super) fn without(&self, names: &[&str]) -> String {
        let kept = |pair: &&str| {
            let name = pair.split('=').next().unwrap_or(pair);
            !names.contains(&name)
        };
        let pairs: Vec<&str> = self.raw.split('&').filter(kept).collect();
        pairs.join("&")
    }
}

//! The pages of a pool, from the request for an authorization to the answer for the client.

mod accounts;
mod attacks;
mod below_pool;
mod chooser;
mod consent;
mod domains;
mod form_post;
mod forms;
mod headers;
mod last_used;
mod linking;
mod mixing;
mod passkey_first;
mod passkey_proof;
mod passkeys;
mod providers;
mod refusals;
mod remembered;
mod saml;
mod saml_logout;
mod second_factors;
mod sign_in;
mod threats;
mod upstream;

use std::collections::BTreeMap;

use bytes::Bytes;
use cognate_domain::Settings;
use cognate_domain::messages::inbox::{self, InboxFilter};
use cognate_domain::signin::mfa::software_token;
use cognate_shapes::Op;
use cognate_web::Visitor;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::site::{BASE, Site, header, text_of, visitor};

pub const CALLBACK: &str = "https://app.example/cb";
pub const PASSWORD: &str = "Passw0rd!";

/// A pool with a domain, a client and the user jane.
pub struct Pages {
    pub site: Site,
    pub pool: String,
    pub client: String,
}

/// Puts the members of `b` into `a`.
pub fn with(mut a: Value, b: Value) -> Value {
    let more = b.as_object().unwrap().clone();
    a.as_object_mut().unwrap().extend(more);
    a
}

impl Pages {
    /// Managed login (2) or the classic pages (1).
    pub async fn new(version: i64) -> Self {
        Self::with(version, json!({}), json!({})).await
    }

    pub async fn with(version: i64, pool: Value, client: Value) -> Self {
        let site = Site::new(Settings::dev()).await;
        let base = json!({"PoolName": "site", "AutoVerifiedAttributes": ["email"]});
        let made = site.call(Op::CreateUserPool, with(base, pool)).await;
        let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
        let domain =
            json!({"UserPoolId": pool, "Domain": "some-prefix", "ManagedLoginVersion": version});
        site.call(Op::CreateUserPoolDomain, domain).await;
        let client = another_client(&site, &pool, client).await;
        let pages = Self { site, pool, client };
        pages.user("jane").await;
        pages
    }

    /// Makes a user with a password and a verified address.
    pub async fn user(&self, name: &str) {
        let attributes = json!([
            {"Name": "email", "Value": format!("{name}@example.com")},
            {"Name": "email_verified", "Value": "true"},
        ]);
        let input = json!({
            "UserPoolId": self.pool, "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": attributes,
        });
        self.site.call(Op::AdminCreateUser, input).await;
        let input = json!({"UserPoolId": self.pool, "Username": name, "Password": PASSWORD, "Permanent": true});
        self.site.call(Op::AdminSetUserPassword, input).await;
    }

    /// Makes a user without an address.
    pub async fn user_named(&self, name: &str) {
        let input = json!({"UserPoolId": self.pool, "Username": name, "MessageAction": "SUPPRESS"});
        self.site.call(Op::AdminCreateUser, input).await;
    }

    pub async fn admin(&self, op: Op, name: &str, more: Value) -> Value {
        let input = json!({"UserPoolId": self.pool, "Username": name});
        self.site.call(op, with(input, more)).await
    }

    /// The query of a request for a code.
    pub fn query(&self) -> String {
        query_of(&self.client)
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser::new(&self.site)
    }

    /// Returns the digits of the newest message.
    pub async fn code(&self) -> String {
        let all = inbox::list(&self.site.app, &InboxFilter::default()).await;
        let body = all.unwrap_or_else(|e| panic!("{e:?}")).remove(0).body;
        let digits = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_ascii_digit());
            (6..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit())
        };
        let words = body.split(|c: char| c.is_whitespace() || c == '<' || c == '>');
        let found = words.map(|w| w.trim_matches(|c: char| !c.is_ascii_digit()));
        found
            .into_iter()
            .find(|w| digits(w))
            .unwrap_or_else(|| panic!("{body}"))
            .to_owned()
    }

    /// Returns the secret of the app that a user sets up.
    pub async fn app_secret(&self, name: &str) -> String {
        let shown = software_token::shown(&self.site.app, &self.pool, name).await;
        shown
            .unwrap_or_else(|e| panic!("{e:?}"))
            .unwrap()
            .pending
            .unwrap()
            .secret
    }

    /// Moves the service's clock.
    pub async fn advance(&self, seconds: i64) {
        let by = seconds * 1_000_000;
        self.site.app.advance_clock(by).await.unwrap();
    }

    /// Returns the code that a user's app shows.
    pub async fn app_code(&self, name: &str) -> String {
        let shown = software_token::shown(&self.site.app, &self.pool, name).await;
        let apps = shown.unwrap_or_else(|e| panic!("{e:?}")).unwrap();
        let app = apps.pending.or(apps.registered).unwrap();
        app.code.unwrap()
    }
}

pub async fn another_client(site: &Site, pool: &str, more: Value) -> String {
    let settings = json!({
        "UserPoolId": pool, "ClientName": "the app",
        "AllowedOAuthFlows": ["code", "implicit"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO"], "PreventUserExistenceErrors": "ENABLED",
    });
    let made = site
        .call(Op::CreateUserPoolClient, with(settings, more))
        .await;
    made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned()
}

pub fn query_of(client: &str) -> String {
    format!(
        "client_id={client}&response_type=code&scope=openid+email&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&state=a%2Bb%20%26c"
    )
}

/// A browser: it keeps cookies, and says where forms come from.
#[derive(Clone)]
pub struct Browser<'s> {
    pub site: &'s Site,
    pub cookies: BTreeMap<String, String>,
    pub visitor: Visitor,
    pub origin: Option<&'static str>,
}

impl<'s> Browser<'s> {
    pub fn new(site: &'s Site) -> Self {
        Self {
            site,
            cookies: BTreeMap::new(),
            visitor: visitor(Some(BASE)),
            origin: Some(BASE),
        }
    }

    pub async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Method::GET, path, Bytes::new(), &[]).await
    }

    /// Sends a form as it is.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        let origin = self.origin;
        let headers: Vec<_> = origin.iter().map(|o| ("origin", *o)).collect();
        self.form_with(path, fields, &headers).await
    }

    pub async fn form_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Response<Bytes> {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", encode(name), encode(value));
        let body = fields.iter().map(pair).collect::<Vec<_>>().join("&");
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend(headers);
        self.send(Method::POST, path, body.into(), &all).await
    }

    /// Sends the form of a page, with the token of this browser.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Response<Bytes> {
        if !self.cookies.contains_key("XSRF-TOKEN") {
            self.cookies.insert("XSRF-TOKEN".into(), "made-up".into());
        }
        let token = self.cookies["XSRF-TOKEN"].clone();
        let mut all = vec![("csrf", token.as_str())];
        all.extend(fields);
        self.form(path, &all).await
    }

    /// Sends a form, and follows to the page after it; panics if it leads elsewhere.
    pub async fn step(&mut self, path: &str, fields: &[(&str, &str)]) -> (String, String) {
        let answer = self.post(path, fields).await;
        assert_eq!(
            answer.status(),
            StatusCode::SEE_OTHER,
            "{path}: {}",
            text_of(&answer)
        );
        let location = header(&answer, "location").to_owned();
        assert!(location.starts_with('/'), "{location}");
        let page = self.get(&location).await;
        let html = text_of(&page).to_owned();
        assert_eq!(
            page.status(),
            StatusCode::OK,
            "{location}: {html} {}",
            header(&page, "location")
        );
        (location.split('?').next().unwrap().to_owned(), html)
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
        headers: &[(&str, &str)],
    ) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(n, v)| format!("{n}={v}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let request = request.body(body).unwrap();
        let answer = self
            .site
            .send(&cognate_web::ROUTES, request, &self.visitor)
            .await
            .unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if set.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Returns the name and value of the only state.
    pub fn state(&self) -> (String, String) {
        let mut found = self
            .cookies
            .iter()
            .filter(|(name, _)| name.contains("page-"));
        let (name, value) = found.next().unwrap();
        assert!(found.next().is_none());
        (name.clone(), value.clone())
    }

    /// Signs in with a password, to the end.
    pub async fn signs_in(&mut self, query: &str, name: &str) -> String {
        let fields = [("username", name), ("password", PASSWORD)];
        let answer = self.post(&format!("/login?{query}"), &fields).await;
        code_of(&answer)
    }
}

pub fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let one = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(one).collect()
}

/// Returns the code that an answer carries to the client.
pub fn code_of(answer: &Response<Bytes>) -> String {
    assert_eq!(answer.status(), StatusCode::FOUND, "{}", text_of(answer));
    let location = header(answer, "location");
    let rest = location.strip_prefix(&format!("{CALLBACK}?code="));
    let rest = rest.unwrap_or_else(|| panic!("{location}"));
    let (code, rest) = rest.split_once('&').unwrap();
    assert!(rest.starts_with("state=a%2Bb%20%26c"), "{rest}");
    code.to_owned()
}

/// Undoes the escaping of a page.
pub fn plain(html: &str) -> String {
    let pairs = [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    pairs
        .into_iter()
        .fold(html.to_owned(), |text, (a, b)| text.replace(a, b))
}

/// Says that a page has a sentence.
pub fn says(html: &str, text: &str) {
    assert!(plain(html).contains(text), "{text} in {html}");
}

/// True for the page of a sign-in that has ended.
pub fn is_over(html: &str) -> bool {
    html.contains("sign-in has ended") && html.contains("/login?")
}

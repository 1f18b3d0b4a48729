//! A browser: keeps cookies, follows pages to the answer for the client.

use std::collections::BTreeMap;

use super::*;

pub struct Browser<'w> {
    w: &'w World,
    pub jar: BTreeMap<String, String>,
}

impl<'w> Browser<'w> {
    pub fn new(w: &'w World) -> Self {
        let jar = BTreeMap::new();
        Self { w, jar }
    }

    pub async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Method::GET, path, "").await
    }

    /// Posts a form of the page, with the page's token.
    pub async fn post(&mut self, path: &str, form: &str) -> Response<Bytes> {
        let token = self.jar.get("XSRF-TOKEN").cloned().unwrap_or_default();
        self.send(Method::POST, path, &format!("csrf={token}&{form}"))
            .await
    }

    async fn send(&mut self, method: Method, path: &str, form: &str) -> Response<Bytes> {
        let cookies: Vec<String> = self.jar.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header("content-type", FORM)
            .header("cookie", cookies.join("; "));
        let body = Bytes::copy_from_slice(form.as_bytes());
        let found = self.w.send(request.body(body).unwrap()).await;
        for cookie in found.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => self.jar.remove(name),
                false => self.jar.insert(name.to_owned(), value.to_owned()),
            };
        }
        found
    }

    /// Asks for an authorization; signs in where a page asks for that. Returns the answer for the client, and if a page
    /// was there.
    pub async fn authorize(&mut self, query: &str) -> (Response<Bytes>, bool) {
        let mut found = self.get(&format!("/oauth2/authorize?{query}")).await;
        let mut asked = false;
        for _ in 0..8 {
            let location = header(&found, "location").to_owned();
            if !location.starts_with('/') || location.starts_with("/error") {
                break;
            }
            found = self.get(&location).await;
            if found.status() == 200 && location.starts_with("/login") {
                asked = true;
                let form = "username=jane&password=Passw0rd%21";
                found = self.post(&location, form).await;
            }
        }
        (found, asked)
    }

    /// Gets a code.
    pub async fn code(&mut self, query: &str) -> String {
        let (found, _) = self.authorize(query).await;
        let location = header(&found, "location");
        let code = parameter(location, "code");
        code.unwrap_or_else(|| panic!("{} {location} {}", found.status(), text_of(&found)))
    }

    /// Gets tokens for the standard client.
    pub async fn tokens(&mut self, more: &str) -> Value {
        let client = self.w.standard.clone();
        let code = self.code(&query(&client, more)).await;
        let found = self.w.redeem(&client, &code).await;
        assert_eq!(found.status(), 200, "{}", text_of(&found));
        json_of(&found)
    }
}

/// Returns the query of a request for a code.
pub fn query(client: &str, more: &str) -> String {
    format!(
        "client_id={client}&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcb&scope=openid+email+profile{more}"
    )
}

/// Returns a parameter of a URL, as it stands there.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once(['?', '#'])?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(own, _)| *own == name);
    found.map(|(_, value)| value.to_owned())
}

/// Returns the claims of a token.
pub fn claims(token: &Value) -> Value {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let payload = text(token).split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

impl World {
    /// Trades a code.
    pub async fn redeem(&self, client: &str, code: &str) -> Response<Bytes> {
        let form = format!(
            "grant_type=authorization_code&client_id={client}&code={code}&redirect_uri=https%3A%2F%2Fapp.example%2Fcb"
        );
        self.post("/oauth2/token", &form).await
    }

    /// Moves the service's clock.
    pub async fn advance(&self, seconds: i64) {
        self.site
            .app
            .advance_clock(seconds * 1_000_000)
            .await
            .unwrap();
    }
}

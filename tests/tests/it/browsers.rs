//! Many browsers at once on the pages of a pool: for 20 seconds 64 of them sign in again and again, four with each user,
//! from the request for a code to tokens, userInfo, another code by the session, and a refresh. No answer is an error, and
//! each browser gets what its own user and its own request lead to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cognate_crypto::hash::{sha256, sha256_hex};
use cognate_testkit::{Options, Raw, Reply, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::engines;
use crate::site::{self, PASSWORD};

const BROWSERS: usize = 64;
const USERS: usize = 16;
const LENGTH: Duration = Duration::from_secs(20);
/// Each of them once: what a machine does beyond that is its own matter.
const FEWEST: u64 = BROWSERS as u64;
const CALLBACK: &str = "https://app.example/cb";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_browsers_sign_in_at_once_on_sqlite() {
    let server = TestServer::dev().await.unwrap();
    all_sign_in(&server).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn sixty_four_browsers_sign_in_at_once_on_postgresql() {
    let url = engines::postgres("browsers").await;
    let options = Options {
        engine: cognate_testkit::Engine::Postgres(url),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    all_sign_in(&server).await;
    server.stop().await;
}

async fn all_sign_in(server: &TestServer) {
    let raw = server.raw();
    let client = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "CallbackURLs": [CALLBACK],
        "AllowedOAuthScopes": ["openid", "email"], "SupportedIdentityProviders": ["COGNITO"],
    });
    let pool = site::site(&raw, json!({}), client).await;
    let domain = json!({"UserPoolId": pool.pool, "Domain": "many", "ManagedLoginVersion": 2});
    raw.ok("CreateUserPoolDomain", domain).await.unwrap();
    for user in 0..USERS {
        site::user(&raw, &pool.pool, &format!("user{user}"), json!([])).await;
    }
    let port = server.endpoint().rsplit(':').next().unwrap();
    let place = Arc::new(Place {
        host: format!("many.localhost:{port}"),
        client: pool.client,
    });
    let start = Instant::now();
    let mut browsers = tokio::task::JoinSet::new();
    for number in 0..BROWSERS {
        let (place, http) = (place.clone(), server.unsigned());
        browsers.spawn(async move {
            let name = format!("user{}", number % USERS);
            let mut done = 0;
            while start.elapsed() < LENGTH {
                let mark = format!("{number}-{done}");
                let round = place.round(&http, &name, &mark);
                round
                    .await
                    .with_context(|| format!("browser {number}, round {done}"))?;
                done += 1;
            }
            Ok::<u64, anyhow::Error>(done)
        });
    }
    let mut done = 0;
    for rounds in browsers.join_all().await {
        done += rounds.unwrap_or_else(|error| panic!("{error:#}"));
    }
    println!("{done} sign-ins by {BROWSERS} browsers");
    assert!(done >= FEWEST, "{done}");
}

/// The pages of a client.
struct Place {
    host: String,
    client: String,
}

/// A browser's cookies, new for each sign-in.
pub struct Browser<'a> {
    pub http: &'a Raw,
    pub host: &'a str,
    pub cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    pub async fn ask(&mut self, method: Method, path: &str, form: &str) -> Result<Reply> {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let cookies = cookies.join("; ");
        let origin = format!("http://{}", self.host);
        let mut headers = vec![("host", self.host), ("cookie", &cookies)];
        if method == Method::POST {
            headers.extend([("content-type", FORM), ("origin", &origin)]);
        }
        let reply = self.http.fetch(method, path, &headers, form).await?;
        for set in reply.headers.get_all("set-cookie") {
            let pair = set.to_str()?.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie")?;
            // A cookie is ended by an empty value.
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(reply)
    }
}

/// Returns where an answer sends the browser.
pub fn location(reply: &Reply) -> Result<&str> {
    let is_redirect = [StatusCode::FOUND, StatusCode::SEE_OTHER].contains(&reply.status);
    ensure!(is_redirect, "{} {}", reply.status, reply.text());
    Ok(reply.header("location"))
}

impl Place {
    /// Signs a user in with a new browser; `mark` is in every value that must come back.
    async fn round(&self, http: &Raw, name: &str, mark: &str) -> Result<()> {
        let mut browser = Browser {
            http,
            host: &self.host,
            cookies: BTreeMap::new(),
        };
        let verifier = sha256_hex(mark.as_bytes());
        let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes()));
        let query = format!(
            "response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid+email&state=s{mark}&nonce=n{mark}\
             &code_challenge={challenge}&code_challenge_method=S256",
            self.client
        );
        let authorize = format!("/oauth2/authorize?{query}");

        let sent = browser.ask(Method::GET, &authorize, "").await?;
        let login = location(&sent)?.to_owned();
        let page = browser.ask(Method::GET, &login, "").await?;
        ensure!(page.status == StatusCode::OK, "{}", page.status);
        let token = browser.cookies.get("XSRF-TOKEN").context("no token")?;
        ensure!(
            page.text().contains(token),
            "the form has another browser's token"
        );
        let form = format!("_csrf={token}&username={name}&password={PASSWORD}");
        let answer = browser.ask(Method::POST, &login, &form).await?;
        let tokens = self.exchange(http, &answer, mark, &verifier).await?;
        self.are_of(http, &tokens, name, mark).await?;

        // The session answers for the user, without a page.
        let answer = browser.ask(Method::GET, &authorize, "").await?;
        let tokens = self.exchange(http, &answer, mark, &verifier).await?;
        self.are_of(http, &tokens, name, mark).await?;

        let refresh = text(&tokens, "refresh_token")?;
        let form = format!(
            "grant_type=refresh_token&client_id={}&refresh_token={refresh}",
            self.client
        );
        let again = self.tokens(http, &form).await?;
        ensure!(claims(text(&again, "id_token")?)?["cognito:username"] == name);
        Ok(())
    }

    /// Returns the tokens for the code of an answer.
    async fn exchange(
        &self,
        http: &Raw,
        answer: &Reply,
        mark: &str,
        verifier: &str,
    ) -> Result<Value> {
        let there = location(answer)?;
        let rest = there.strip_prefix(&format!("{CALLBACK}?code="));
        let (code, state) = rest
            .and_then(|rest| rest.split_once("&state="))
            .with_context(|| format!("sent to {there}"))?;
        // `iss` is behind it (RFC 9207).
        let state = state.split('&').next().unwrap_or(state);
        ensure!(state == format!("s{mark}"), "the state of another request");
        let form = format!(
            "grant_type=authorization_code&client_id={}&redirect_uri={CALLBACK}&code={code}&code_verifier={verifier}",
            self.client
        );
        self.tokens(http, &form).await
    }

    async fn tokens(&self, http: &Raw, form: &str) -> Result<Value> {
        let headers = [("host", self.host.as_str()), ("content-type", FORM)];
        let reply = http
            .fetch(Method::POST, "/oauth2/token", &headers, form)
            .await?;
        ensure!(
            reply.status == StatusCode::OK,
            "{} {}",
            reply.status,
            reply.text()
        );
        Ok(reply.json())
    }

    /// Checks that tokens are of a user, and for this request.
    async fn are_of(&self, http: &Raw, tokens: &Value, name: &str, mark: &str) -> Result<()> {
        let id = claims(text(tokens, "id_token")?)?;
        ensure!(id["cognito:username"] == name, "tokens of another user");
        ensure!(
            id["nonce"] == format!("n{mark}"),
            "the nonce of another request"
        );
        let bearer = format!("Bearer {}", text(tokens, "access_token")?);
        let headers = [
            ("host", self.host.as_str()),
            ("authorization", bearer.as_str()),
        ];
        let about = http
            .fetch(Method::GET, "/oauth2/userInfo", &headers, "")
            .await?;
        ensure!(about.status == StatusCode::OK, "userInfo: {}", about.status);
        ensure!(about.json()["username"] == name, "userInfo of another user");
        Ok(())
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("no {name}"))
}

/// Returns the claims of a token.
fn claims(token: &str) -> Result<Value> {
    let payload = token.split('.').nth(1).context("no token")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}

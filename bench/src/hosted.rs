//! The pool's OAuth server: a client that signs in as itself, and a client whose users sign in on pages with browsers.
//!
//! Requests name the pool's domain below `localhost`, as those of real clients do.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::hash::{sha256, sha256_hex};
use serde_json::{Value, json};

use crate::aws;
use crate::calls::has;
use crate::http::{Connection, Reply};
use crate::world::{SIGNERS, signer, slot, text};

/// The prefix of the domain on which users sign in.
const PREFIX: &str = "bench-pages";
/// Where the client's answers go, and the same in a query.
pub const CALLBACK: (&str, &str) = ("https://app.example/cb", "https%3A%2F%2Fapp.example%2Fcb");
/// The password of the signers as a field of a form.
const PASSWORD: &str = "Passw0rd%21";
/// The most bytes of a page.
const PAGE_BYTES: usize = 30_000;

/// A client that signs in as itself.
pub struct Machine {
    host: String,
    authorization: String,
}

impl Machine {
    /// Makes a resource server and the client, and gets a token.
    pub async fn make(host: &str, pool: &str) -> Result<Self> {
        let mut c = Connection::open(host).await?;
        let server = json!({
            "UserPoolId": pool, "Identifier": "bench", "Name": "bench",
            "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Reads" }],
        });
        operation(&mut c, host, "CreateResourceServer", &server).await?;
        let client = json!({
            "UserPoolId": pool, "ClientName": "machine", "GenerateSecret": true,
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["client_credentials"],
            "AllowedOAuthScopes": ["bench/read"],
        });
        let made = operation(&mut c, host, "CreateUserPoolClient", &client).await?;
        let id = text(&made, "/UserPoolClient/ClientId")?;
        let secret = text(&made, "/UserPoolClient/ClientSecret")?;
        let made = Self {
            host: host.to_owned(),
            authorization: format!(
                "Authorization: Basic {}\r\n",
                STANDARD.encode(format!("{id}:{secret}"))
            ),
        };
        made.token(&mut c).await?;
        Ok(made)
    }

    /// Gets an access token.
    pub async fn token(&self, c: &mut Connection) -> Result<()> {
        let form = "grant_type=client_credentials&scope=bench%2Fread";
        let reply = post(c, &self.host, "/oauth2/token", &self.authorization, form).await?;
        has(&reply.json()?, "/access_token")
    }
}

/// A client without a secret whose users sign in on pages.
pub struct People {
    host: String,
    client: String,
    /// An access token of each signer.
    access: Vec<String>,
    /// A refresh token of each signer.
    refresh: Vec<String>,
    /// The cookie of a session of each signer.
    sessions: Vec<String>,
}

/// The end of a sign-in on a page.
pub struct SignedIn {
    tokens: Value,
    /// The cookie of the browser's session.
    session: String,
}

impl People {
    /// Makes the domain and the client, and signs every signer in.
    pub async fn make(host: &str, pool: &str) -> Result<Self> {
        Self::make_at(host, pool, PREFIX).await
    }

    /// As [`People::make`], with a domain of this prefix.
    pub async fn make_at(host: &str, pool: &str, prefix: &str) -> Result<Self> {
        let mut c = Connection::open(host).await?;
        let domain = json!({ "UserPoolId": pool, "Domain": prefix, "ManagedLoginVersion": 2 });
        operation(&mut c, host, "CreateUserPoolDomain", &domain).await?;
        let client = json!({
            "UserPoolId": pool, "ClientName": "people", "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email", "profile"],
            "CallbackURLs": [CALLBACK.0], "SupportedIdentityProviders": ["COGNITO"],
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
        });
        let made = operation(&mut c, host, "CreateUserPoolClient", &client).await?;
        let port = host.rsplit(':').next().unwrap_or_default();
        let mut made = Self {
            host: format!("{prefix}.localhost:{port}"),
            client: text(&made, "/UserPoolClient/ClientId")?,
            access: Vec::new(),
            refresh: Vec::new(),
            sessions: Vec::new(),
        };
        for i in 0..SIGNERS {
            let SignedIn { tokens, session } = made.flow(&mut c, i).await?;
            made.access.push(text(&tokens, "/access_token")?);
            made.refresh.push(text(&tokens, "/refresh_token")?);
            made.sessions.push(session);
        }
        Ok(made)
    }

    /// Returns a verifier (RFC 7636), another one for each call.
    fn verifier(i: u64) -> String {
        sha256_hex(format!("verifier {i}").as_bytes())
    }

    /// Returns the query of a request for a code.
    fn query(&self, i: u64) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(sha256(Self::verifier(i).as_bytes()));
        format!(
            "response_type=code&client_id={}&redirect_uri={}&scope=openid+email+profile&state=s{i}&nonce=n{i}\
             &code_challenge={challenge}&code_challenge_method=S256",
            self.client, CALLBACK.1
        )
    }

    /// Signs in with a new browser, from the request for a code to the tokens.
    pub async fn flow(&self, c: &mut Connection, i: u64) -> Result<SignedIn> {
        let path = format!("/oauth2/authorize?{}", self.query(i));
        let sent = get(c, &self.host, &path, "").await?;
        let login = sent.location()?;
        ensure!(login.starts_with("/login?"), "sent to {login}");
        let token = self.page(c, login).await?;
        let headers = format!(
            "Cookie: XSRF-TOKEN={token}\r\nOrigin: http://{}\r\nSec-Fetch-Site: same-origin\r\n",
            self.host
        );
        let form = format!("_csrf={token}&username={}&password={PASSWORD}", signer(i));
        let answer = post(c, &self.host, login, &headers, &form).await?;
        let tokens = self.exchange(c, &answer, i).await?;
        let session = answer.cookie("cognito")?.to_owned();
        Ok(SignedIn { tokens, session })
    }

    /// Gets the page of the sign-in with a new browser.
    pub async fn login_page(&self, c: &mut Connection, i: u64) -> Result<()> {
        let path = format!("/login?{}", self.query(i));
        self.page(c, &path).await.map(drop)
    }

    /// Gets a page; returns the token of its form.
    async fn page(&self, c: &mut Connection, path: &str) -> Result<String> {
        let page = get(c, &self.host, path, "").await?;
        page.success().context("a page")?;
        let size = page.body.len();
        ensure!(
            (1..=PAGE_BYTES).contains(&size),
            "a page of {size} bytes, more than {PAGE_BYTES}"
        );
        Ok(page.cookie("XSRF-TOKEN")?.to_owned())
    }

    /// Gets tokens with a browser that has a session.
    pub async fn with_session(&self, c: &mut Connection, i: u64) -> Result<()> {
        let session = self.sessions.get(slot(i)).context("no session")?;
        let path = format!("/oauth2/authorize?{}", self.query(i));
        let cookie = format!("Cookie: cognito={session}\r\n");
        let answer = get(c, &self.host, &path, &cookie).await?;
        self.exchange(c, &answer, i).await.map(drop)
    }

    /// Gets the tokens for the code to which a browser is sent.
    async fn exchange(&self, c: &mut Connection, answer: &Reply, i: u64) -> Result<Value> {
        let there = answer.location()?;
        let (_, rest) = there
            .split_once("?code=")
            .with_context(|| format!("no code in {there}"))?;
        let code = rest.split('&').next().unwrap_or(rest);
        let form = format!(
            "grant_type=authorization_code&client_id={}&redirect_uri={}&code={code}&code_verifier={}",
            self.client,
            CALLBACK.1,
            Self::verifier(i)
        );
        let tokens = post(c, &self.host, "/oauth2/token", "", &form).await?;
        let tokens = tokens.json()?;
        has(&tokens, "/id_token")?;
        Ok(tokens)
    }

    /// Gets new tokens for a refresh token.
    pub async fn refresh(&self, c: &mut Connection, i: u64) -> Result<()> {
        let token = self.refresh.get(slot(i)).context("no token")?;
        let form = format!(
            "grant_type=refresh_token&client_id={}&refresh_token={token}",
            self.client
        );
        let reply = post(c, &self.host, "/oauth2/token", "", &form).await?;
        has(&reply.json()?, "/id_token")
    }

    /// Gets the claims of a signer.
    pub async fn user_info(&self, c: &mut Connection, i: u64) -> Result<()> {
        let token = self.access.get(slot(i)).context("no token")?;
        let header = format!("Authorization: Bearer {token}\r\n");
        let reply = get(c, &self.host, "/oauth2/userInfo", &header).await?;
        has(&reply.json()?, "/email")
    }
}

/// Calls an operation as an administrator.
pub async fn operation(c: &mut Connection, host: &str, name: &str, input: &Value) -> Result<Value> {
    c.send(&aws::signed(host, name, input)).await?.json()
}

/// Gets a path. `headers`: whole lines.
pub async fn get(c: &mut Connection, host: &str, path: &str, headers: &str) -> Result<Reply> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
    c.send(request.as_bytes()).await
}

/// Posts a form. `headers`: whole lines.
pub async fn post(
    c: &mut Connection,
    host: &str,
    path: &str,
    headers: &str,
    form: &str,
) -> Result<Reply> {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    );
    c.send(request.as_bytes()).await
}

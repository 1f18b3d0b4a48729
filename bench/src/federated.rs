//! A pool whose users sign in through identity providers: one that speaks OpenID Connect, one that speaks SAML.
//!
//! The provider of OpenID Connect is a [`Sink`](crate::sinks::Sink) on the generator's core, the one of SAML is the
//! generator itself: what they cost is none of the server's CPU.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use cognate_crypto::foreign::Alg;
use cognate_crypto::foreign::provider::{Kind, ProviderKey};
use cognate_crypto::hash::{sha256, sha256_hex};
use cognate_federation::saml::idp::shapes::{Answer, ID, RESPONSE, Shape};
use serde_json::{Value, json};

use crate::aws;
use crate::calls::has;
use crate::hosted::{CALLBACK, get, operation, post};
use crate::http::{Connection, Reply};
use crate::sinks::Sink;
use crate::world::{SIGNERS, slot, text};

const PREFIX: &str = "bench-federated";
const OIDC: &str = "Corp";
const SAML: &str = "Office";
/// The provider's name for itself.
pub const ISSUER: &str = "https://idp.example/saml";
/// The client's id at the provider.
const OUR_CLIENT: &str = "our-client";

/// Clients that take turns: the server bounds the sign-ins that begin at one client from one address.
const CLIENTS: u64 = 64;

/// The pool, its clients, and the provider's key.
pub struct Federated {
    host: String,
    pool: String,
    clients: Vec<String>,
    key: ProviderKey,
    certificate: Vec<u8>,
    _provider: Sink,
}

impl Federated {
    /// Makes the pool and its providers, and signs every user in through each of them.
    pub async fn make(host: &str) -> Result<Self> {
        let mut c = Connection::open(host).await?;
        let provider = Sink::provider()?;
        let key = ProviderKey::generate(Kind::Rsa);
        let certificate = key.certificate("idp.example", 0..7_000_000_000);
        let pool = operation(
            &mut c,
            host,
            "CreateUserPool",
            &json!({ "PoolName": "bench" }),
        )
        .await?;
        let pool = text(&pool, "/UserPool/Id")?;
        let domain = json!({ "UserPoolId": pool, "Domain": PREFIX, "ManagedLoginVersion": 2 });
        operation(&mut c, host, "CreateUserPoolDomain", &domain).await?;
        for (name, kind, details) in [
            (
                OIDC,
                "OIDC",
                oidc_details(&format!("http://{}", provider.address)),
            ),
            (
                SAML,
                "SAML",
                json!({ "MetadataFile": metadata(&certificate) }),
            ),
        ] {
            let input = json!({
                "UserPoolId": pool, "ProviderName": name, "ProviderType": kind, "ProviderDetails": details,
                "AttributeMapping": { "email": "email" },
            });
            operation(&mut c, host, "CreateIdentityProvider", &input).await?;
        }
        let mut clients = Vec::new();
        for _ in 0..CLIENTS {
            clients.push(client(&mut c, host, &pool, &[OIDC, SAML]).await?);
        }
        let port = host.rsplit(':').next().unwrap_or_default();
        let made = Self {
            host: format!("{PREFIX}.localhost:{port}"),
            pool,
            clients,
            key,
            certificate,
            _provider: provider,
        };
        for i in 0..SIGNERS {
            made.by_oidc(&mut c, i).await?;
            made.by_saml(&mut c, i, aws::now()).await?;
        }
        Ok(made)
    }

    /// Offers another provider of OpenID Connect under a name; returns a client that offers it alone.
    pub async fn offer(
        &self,
        c: &mut Connection,
        host: &str,
        name: &str,
        url: &str,
    ) -> Result<String> {
        let input = json!({
            "UserPoolId": self.pool, "ProviderName": name, "ProviderType": "OIDC", "ProviderDetails": oidc_details(url),
        });
        operation(c, host, "CreateIdentityProvider", &input).await?;
        client(c, host, &self.pool, &[name]).await
    }

    /// Returns the client of a call.
    fn client(&self, i: u64) -> Result<&str> {
        let client = self.clients.get(usize::try_from(i % CLIENTS)?);
        Ok(client.context("no client")?)
    }

    /// Signs in with a new browser through the provider of OpenID Connect, up to the tokens.
    pub async fn by_oidc(&self, c: &mut Connection, i: u64) -> Result<()> {
        let answer = self.to_oidc_and_back(c, self.client(i)?, OIDC, i).await?;
        self.exchange(c, &answer, i).await
    }

    /// Does the same up to the answer for the application.
    pub async fn to_oidc_and_back(
        &self,
        c: &mut Connection,
        client: &str,
        provider: &str,
        i: u64,
    ) -> Result<Reply> {
        let (sent, cookie) = self.depart(c, client, provider, i).await?;
        let (state, nonce) = (parameter(&sent, "state")?, parameter(&sent, "nonce")?);
        // The provider keeps nothing: the code says what its token must have.
        let back = format!("/oauth2/idpresponse?code={nonce}.{}&state={state}", slot(i));
        get(c, &self.host, &back, &cookie).await
    }

    /// Signs in with a new browser through the provider of SAML, up to the tokens. `now`: the service's time in seconds.
    pub async fn by_saml(&self, c: &mut Connection, i: u64, now: i64) -> Result<()> {
        let (sent, cookie) = self.depart(c, self.client(i)?, SAML, i).await?;
        let asked = decoded(&parameter(&sent, "SAMLRequest")?)?;
        // One stored block of DEFLATE.
        let asked = STANDARD.decode(asked)?;
        let asked = String::from_utf8(asked.get(5..).unwrap_or_default().to_vec())?;
        let (_, rest) = asked.split_once(" ID=\"").context("no ID")?;
        let request = rest.split('"').next().unwrap_or_default();
        let relay = parameter(&sent, "RelayState")?;
        let message = self.message(request, i, now)?;
        let form = format!(
            "SAMLResponse={}&RelayState={relay}",
            encoded(&STANDARD.encode(message))
        );
        let kept = post(c, &self.host, "/saml2/idpresponse", "", &form).await?;
        let there = kept.location()?.to_owned();
        let answer = get(c, &self.host, &there, &cookie).await?;
        self.exchange(c, &answer, i).await
    }

    /// Sends a new browser to a provider; where to, and the header with its cookie.
    async fn depart(
        &self,
        c: &mut Connection,
        client: &str,
        provider: &str,
        i: u64,
    ) -> Result<(String, String)> {
        let challenge = URL_SAFE_NO_PAD.encode(sha256(verifier(i).as_bytes()));
        let path = format!(
            "/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={}&scope=openid+email&state=s{i}\
             &nonce=n{i}&code_challenge={challenge}&code_challenge_method=S256&identity_provider={provider}",
            CALLBACK.1
        );
        let sent = get(c, &self.host, &path, "").await?;
        let cookie = format!("Cookie: provider={}\r\n", sent.cookie("provider")?);
        Ok((sent.location()?.to_owned(), cookie))
    }

    /// Returns an answer of the provider with both signatures, of another assertion each time.
    fn message(&self, request: &str, i: u64, now: i64) -> Result<String> {
        let answer = Answer {
            acs: &format!("http://{}/saml2/idpresponse", self.host),
            audience: &format!("urn:amazon:cognito:sp:{}", self.pool),
            issuer: ISSUER,
            request: Some(request),
            now,
            name_id: &format!("user{}@idp.example", slot(i)),
        };
        let id = format!("_a{request}");
        let plain = Shape::Okta
            .unsigned(&answer)
            .replace(&format!("\"{ID}\""), &format!("\"{id}\""));
        let signer = Shape::Okta.signer(&self.key, &self.certificate);
        let signed = signer
            .sign(&plain, &id)
            .and_then(|text| signer.sign(&text, RESPONSE));
        signed.context("a signature")
    }

    /// Gets the tokens for the code to which a browser is sent.
    async fn exchange(&self, c: &mut Connection, answer: &Reply, i: u64) -> Result<()> {
        let there = answer.location()?;
        let code = parameter(there, "code").with_context(|| format!("sent to {there}"))?;
        let form = format!(
            "grant_type=authorization_code&client_id={}&redirect_uri={}&code={code}&code_verifier={}",
            self.client(i)?,
            CALLBACK.1,
            verifier(i)
        );
        let tokens = post(c, &self.host, "/oauth2/token", "", &form).await?;
        has(&tokens.json()?, "/id_token")
    }
}

fn verifier(i: u64) -> String {
    sha256_hex(format!("verifier {i}").as_bytes())
}

/// Makes a client that offers these providers.
async fn client(c: &mut Connection, host: &str, pool: &str, providers: &[&str]) -> Result<String> {
    let input = json!({
        "UserPoolId": pool, "ClientName": "federated", "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid", "email"], "CallbackURLs": [CALLBACK.0],
        "SupportedIdentityProviders": providers,
    });
    text(
        &operation(c, host, "CreateUserPoolClient", &input).await?,
        "/UserPoolClient/ClientId",
    )
}

fn oidc_details(url: &str) -> Value {
    json!({
        "client_id": OUR_CLIENT, "client_secret": "a-secret", "authorize_scopes": "openid email",
        "attributes_request_method": "GET", "oidc_issuer": ISSUER, "authorize_url": format!("{url}/authorize"),
        "token_url": format!("{url}/token"), "attributes_url": format!("{url}/user"), "jwks_uri": format!("{url}/jwks"),
    })
}

fn metadata(certificate: &[u8]) -> String {
    format!(
        r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>{}</X509Certificate></X509Data></KeyInfo></KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/></IDPSSODescriptor></EntityDescriptor>"#,
        STANDARD.encode(certificate)
    )
}

/// Returns a parameter of a URL as it stands there.
fn parameter(url: &str, name: &str) -> Result<String> {
    let (_, query) = url.split_once('?').context("no query")?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(found, _)| *found == name);
    Ok(found
        .with_context(|| format!("no {name} in {url}"))?
        .1
        .to_owned())
}

/// Returns base64 as a form has it.
fn encoded(text: &str) -> String {
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}

/// Undoes the percent-encoding of a text.
fn decoded(text: &str) -> Result<String> {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        ensure!(part.is_char_boundary(2), "an escape");
        let (escape, rest) = part.split_at(2);
        let byte = u8::from_str_radix(escape, 16)?;
        write!(plain, "{}{rest}", char::from(byte))?;
    }
    Ok(plain)
}

/// The keys and tokens of the provider of OpenID Connect.
pub struct Provider(ProviderKey);

impl Provider {
    /// Makes its key.
    pub fn new() -> Self {
        Self(ProviderKey::generate(Kind::Rsa))
    }

    /// Answers a request: its path with the query, its header Authorization, its form.
    pub fn answer(&self, path: &str, bearer: &str, form: &str) -> Value {
        match path {
            "/jwks" => {
                let jwk = self.0.jwk("k");
                json!({ "keys": [{ "kty": jwk.kty, "kid": "k", "n": jwk.n, "e": jwk.e, "use": "sig", "alg": "RS256" }] })
            }
            "/user" => {
                let user = bearer.rsplit('-').next().unwrap_or_default();
                json!({ "sub": format!("user{user}"), "email": format!("user{user}@idp.example") })
            }
            _ => {
                let code = form.split("code=").nth(1).unwrap_or_default();
                let code = code.split('&').next().unwrap_or_default();
                let (nonce, user) = code.split_once('.').unwrap_or_default();
                let now = aws::now();
                let payload = json!({
                    "iss": ISSUER, "aud": OUR_CLIENT, "sub": format!("user{user}"), "nonce": nonce, "iat": now,
                    "exp": now + 3_600, "email": format!("user{user}@idp.example"), "email_verified": true,
                });
                let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
                let input = format!(
                    "{}.{}",
                    part(&json!({ "alg": "RS256", "kid": "k" })),
                    part(&payload)
                );
                let signature = URL_SAFE_NO_PAD.encode(self.0.sign(Alg::Rs256, input.as_bytes()));
                json!({
                    "access_token": format!("at-{user}"), "id_token": format!("{input}.{signature}"),
                    "token_type": "Bearer", "expires_in": 3600,
                })
            }
        }
    }
}

//! The standard profile: what OpenID Connect and OAuth demand of the endpoints, as the conformance plans check it
//! (endpoints.md 7).

mod basic;
mod browser;
mod device;
mod discovery;
mod form_post;
mod introspect;
mod logout;
mod logout_refused;
mod pushed;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cognate_domain::Settings;
use cognate_domain::oauth::profile;
use cognate_domain::records::client::OidcProfile;
use cognate_shapes::Op;
use cognate_web::ROUTES;
use http::{Method, Request, Response};
use serde_json::{Value, json};

use crate::site::{Site, header, json_of, request, text_of};

const FORM: &str = "application/x-www-form-urlencoded";

/// A pool with a user and two clients that differ in their profile alone.
struct World {
    site: Site,
    pool: String,
    standard: String,
    cognito: String,
}

impl World {
    async fn new() -> Self {
        let site = Site::new(Settings::dev()).await;
        let pool = site.pool().await;
        for name in ["jane", "joe"] {
            let user = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
            site.call(Op::AdminCreateUser, user).await;
            let password = json!({
                "UserPoolId": pool, "Username": name, "Password": "Passw0rd!", "Permanent": true,
            });
            site.call(Op::AdminSetUserPassword, password).await;
        }
        let standard = client(&site, &pool, json!({})).await;
        let cognito = client(&site, &pool, json!({})).await;
        let w = Self {
            site,
            pool,
            standard: id(&standard),
            cognito: id(&cognito),
        };
        w.make_standard(&w.standard).await;
        w
    }

    /// Gives a client the standard profile.
    async fn make_standard(&self, client: &str) {
        let app = &self.site.app;
        let now = app.clock.service();
        profile::set(&app.store, &app.root, now, client, OidcProfile::Standard)
            .await
            .unwrap();
        app.cache.forget(&self.pool, Some(client));
    }

    async fn sign_in(&self, client: &str) -> Value {
        self.sign_in_as("jane", client).await
    }

    async fn sign_in_as(&self, name: &str, client: &str) -> Value {
        let input = json!({
            "UserPoolId": self.pool, "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": "Passw0rd!"},
        });
        self.site.call(Op::AdminInitiateAuth, input).await["AuthenticationResult"].clone()
    }

    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.site.ask(&ROUTES, request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response<Bytes> {
        self.send(request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, form: &str) -> Response<Bytes> {
        self.post_as(None, path, form).await
    }

    /// Posts a form with an `Authorization` header.
    async fn post_as(&self, by: Option<&str>, path: &str, form: &str) -> Response<Bytes> {
        let mut request = Request::builder().method(Method::POST).uri(path);
        if let Some(by) = by {
            request = request.header("authorization", by);
        }
        let request = request.header("content-type", FORM);
        let body = Bytes::copy_from_slice(form.as_bytes());
        self.send(request.body(body).unwrap()).await
    }
}

/// Makes a client that may do everything on the pages, with more settings.
async fn client(site: &Site, pool: &str, more: Value) -> Value {
    let mut input = json!({
        "UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthFlowsUserPoolClient": true,
        "AllowedOAuthScopes": ["openid", "email", "profile"], "SupportedIdentityProviders": ["COGNITO"],
        "CallbackURLs": ["https://app.example/cb"],
        "LogoutURLs": ["https://app.example/bye", "https://app.example/bye?a=b", "app://bye"],
    });
    let more = more.as_object().unwrap().clone();
    input.as_object_mut().unwrap().extend(more);
    site.call(Op::CreateUserPoolClient, input).await["UserPoolClient"].clone()
}

/// Returns the Basic credentials of a client.
fn basic(client: &Value) -> String {
    let pair = format!("{}:{}", id(client), text(&client["ClientSecret"]));
    format!("Basic {}", STANDARD.encode(pair))
}

fn id(client: &Value) -> String {
    client["ClientId"].as_str().unwrap().to_owned()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

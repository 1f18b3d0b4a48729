//! The OAuth endpoints over HTTP: forms, headers, statuses and exact bodies.

mod around;
mod exchange;
mod register;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use cognate_access::RateError;
use cognate_domain::Settings;
use cognate_shapes::{Category, Op};
use cognate_web::ROUTES;
use http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::site::{Counted, Site, header, json_of, request, text_of};

const FORM: &str = "application/x-www-form-urlencoded";
const TOKEN: &str = "/oauth2/token";
const REVOKE: &str = "/oauth2/revoke";

/// A pool with a user, a public client, and a client of a machine.
struct World {
    site: Site,
    pool: String,
    public: String,
    machine: String,
    secret: String,
}

impl World {
    async fn new() -> Self {
        let site = Site::new(Settings::dev()).await;
        let pool = site.pool().await;
        let server = json!({
            "UserPoolId": pool, "Identifier": "api", "Name": "api",
            "Scopes": [{"ScopeName": "read", "ScopeDescription": "r"}],
        });
        site.call(Op::CreateResourceServer, server).await;
        let machine = json!({
            "UserPoolId": pool, "ClientName": "m", "GenerateSecret": true, "AllowedOAuthScopes": ["api/read"],
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": true,
        });
        let machine = site.call(Op::CreateUserPoolClient, machine).await["UserPoolClient"].clone();
        let public = json!({
            "UserPoolId": pool, "ClientName": "p", "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        });
        let public = site.call(Op::CreateUserPoolClient, public).await["UserPoolClient"].clone();
        let user = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
        site.call(Op::AdminCreateUser, user).await;
        let password = json!({
            "UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true,
        });
        site.call(Op::AdminSetUserPassword, password).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            public: text(&public["ClientId"]),
            machine: text(&machine["ClientId"]),
            secret: text(&machine["ClientSecret"]),
            site,
            pool,
        }
    }

    async fn sign_in(&self) -> Value {
        let input = json!({
            "UserPoolId": self.pool, "ClientId": self.public, "AuthFlow": "ADMIN_NO_SRP_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
        });
        self.site.call(Op::AdminInitiateAuth, input).await["AuthenticationResult"].clone()
    }

    fn basic(&self) -> String {
        basic(&format!("{}:{}", self.machine, self.secret))
    }

    async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        self.site.ask(&ROUTES, request).await.unwrap()
    }

    async fn post(&self, path: &str, authorization: Option<&str>, form: &str) -> Response<Bytes> {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header("content-type", FORM);
        let request = match authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        self.send(
            request
                .body(Bytes::copy_from_slice(form.as_bytes()))
                .unwrap(),
        )
        .await
    }

    /// Posts a form that must be refused in exactly this way.
    async fn refused(
        &self,
        path: &str,
        authorization: Option<&str>,
        form: &str,
        status: u16,
        body: &str,
    ) {
        let found = self.post(path, authorization, form).await;
        assert_eq!(
            (found.status().as_u16(), text_of(&found)),
            (status, body),
            "{form}"
        );
        assert_eq!(
            header(&found, "content-type"),
            "application/json;charset=UTF-8"
        );
        assert_eq!(header(&found, "www-authenticate"), "");
        check_headers(&found);
    }

    async fn user_info(&self, method: Method, authorization: &[&str]) -> Response<Bytes> {
        let mut request = Request::builder().method(method).uri("/oauth2/userInfo");
        for value in authorization {
            request = request.header("authorization", *value);
        }
        self.send(request.body(Bytes::new()).unwrap()).await
    }
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// Checks the headers that every answer of the endpoints has.
fn check_headers(found: &Response<Bytes>) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("pragma", "no-cache"),
        ("access-control-allow-origin", "*"),
        ("x-content-type-options", "nosniff"),
        ("x-amz-cognito-request-id", "the-request"),
    ] {
        assert_eq!(header(found, name), value, "{name}");
    }
}

const INVALID_REQUEST: &str = r#"{"error":"invalid_request"}"#;
const INVALID_CLIENT: &str = r#"{"error":"invalid_client"}"#;
const WRONG_SECRET: &str =
    r#"{"error":"invalid_client","error_description":"invalid_client_secret"}"#;
const INVALID_GRANT: &str = r#"{"error":"invalid_grant"}"#;

#[tokio::test]
async fn a_form_without_a_grant_is_refused_before_the_client_is_looked_at() {
    let w = World::new().await;
    let many: String = (0..65).map(|n| format!("a{n}=1&")).collect();
    let huge = format!(
        "grant_type=refresh_token&refresh_token={}",
        "x".repeat(40_000)
    );
    for form in [
        "",
        "grant_type=",
        "client_id=x",
        "grant_type=refresh_token&grant_type=refresh_token",
        "grant_type=refresh_token&client_id=a&client_id=b",
        "grant_type=%zz",
        "grant_type=refresh_token&a=%00",
        &many,
        &huge,
    ] {
        w.refused(TOKEN, None, form, 400, INVALID_REQUEST).await;
    }
    let unknown = r#"{"error":"unsupported_grant_type"}"#;
    for grant in [
        "password",
        "REFRESH_TOKEN",
        "urn:ietf:params:oauth:grant-type:device_code",
    ] {
        w.refused(TOKEN, None, &format!("grant_type={grant}"), 400, unknown)
            .await;
    }
    // Another content type, or none; and the query is no form.
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        w.machine, w.secret
    );
    for kind in [
        Some("application/json"),
        Some("text/plain"),
        Some("multipart/form-data"),
        None,
    ] {
        let request = Request::builder().method(Method::POST).uri(TOKEN);
        let request = match kind {
            Some(kind) => request.header("content-type", kind),
            None => request,
        };
        let found = w
            .send(request.body(Bytes::from(form.clone())).unwrap())
            .await;
        assert_eq!(
            (found.status().as_u16(), text_of(&found)),
            (400, INVALID_REQUEST)
        );
    }
    w.refused(&format!("{TOKEN}?{form}"), None, "", 400, INVALID_REQUEST)
        .await;
    let query = format!("{TOKEN}?client_id={}&client_secret={}", w.machine, w.secret);
    w.refused(
        &query,
        None,
        "grant_type=client_credentials",
        400,
        INVALID_CLIENT,
    )
    .await;
}

#[tokio::test]
async fn a_machine_proves_itself_by_header_or_form() {
    let w = World::new().await;
    let encoded: String = w.secret.bytes().map(|b| format!("%{b:02X}")).collect();
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        w.machine, w.secret
    );
    let plain = "grant_type=client_credentials";
    let unpadded = w.basic().trim_end_matches('=').to_owned();
    for (authorization, form) in [
        (None, form.as_str()),
        (Some(w.basic()), plain),
        (Some(w.basic().replacen("Basic", "basic", 1)), plain),
        (Some(unpadded), plain),
        (Some(basic(&format!("{}:{encoded}", w.machine))), plain),
        // Basic wins over the form, whose secret is wrong.
        (
            Some(w.basic()),
            "grant_type=client_credentials&client_id=other&client_secret=wrong",
        ),
        // Another scheme says nothing about the client.
        (Some("Bearer x".to_owned()), form.as_str()),
    ] {
        let found = w.post(TOKEN, authorization.as_deref(), form).await;
        assert_eq!(found.status(), StatusCode::OK, "{form}");
        check_headers(&found);
        assert_eq!(
            header(&found, "content-type"),
            "application/json;charset=UTF-8"
        );
        let body = json_of(&found);
        let members: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(members, ["access_token", "expires_in", "token_type"]);
        assert_eq!(
            (&body["expires_in"], &body["token_type"]),
            (&json!(3600), &json!("Bearer"))
        );
    }
    // A character of forms in a secret, as a client encodes it and as others leave it.
    let secret = "a+b_1234567890123456789012";
    let input = json!({"UserPoolId": w.pool, "ClientId": w.machine, "ClientSecret": secret});
    w.site.call(Op::AddUserPoolClientSecret, input).await;
    for sent in [secret.to_owned(), secret.replace('+', "%2B")] {
        let by = basic(&format!("{}:{sent}", w.machine));
        let found = w.post(TOKEN, Some(&by), plain).await;
        assert_eq!(found.status(), StatusCode::OK, "{sent}");
    }
    let public = basic(&format!("{}:", w.public));
    for (authorization, form, body) in [
        (None, plain.to_owned(), INVALID_CLIENT),
        (
            None,
            format!("{plain}&client_id=unknown&client_secret=x"),
            INVALID_CLIENT,
        ),
        (
            None,
            format!("{plain}&client_id={}", w.machine),
            WRONG_SECRET,
        ),
        (
            None,
            format!("{plain}&client_id={}&client_secret=x", w.machine),
            WRONG_SECRET,
        ),
        (
            Some(basic(&format!("{}:x", w.machine))),
            form.clone(),
            WRONG_SECRET,
        ),
        (Some(basic(&w.machine)), form.clone(), INVALID_CLIENT),
        (Some("Basic".to_owned()), form.clone(), INVALID_CLIENT),
        (Some("Basic ####".to_owned()), form.clone(), INVALID_CLIENT),
        (
            Some(format!("Basic {}", STANDARD.encode([0xff, b':', 0xfe]))),
            form.clone(),
            INVALID_CLIENT,
        ),
        (Some(public), plain.to_owned(), INVALID_GRANT),
    ] {
        w.refused(TOKEN, authorization.as_deref(), &form, 400, body)
            .await;
    }
    let scope = r#"{"error":"invalid_scope"}"#;
    w.refused(
        TOKEN,
        Some(&w.basic()),
        &format!("{plain}&scope=openid"),
        400,
        scope,
    )
    .await;
    let metadata = format!("{plain}&aws_client_metadata=%5B%5D");
    w.refused(TOKEN, Some(&w.basic()), &metadata, 400, INVALID_REQUEST)
        .await;
    // Two headers are one too many.
    let request = Request::builder().method(Method::POST).uri(TOKEN);
    let request = request.header("content-type", FORM);
    let request = request
        .header("authorization", w.basic())
        .header("authorization", w.basic());
    let found = w
        .send(request.body(Bytes::from_static(plain.as_bytes())).unwrap())
        .await;
    assert_eq!(text_of(&found), INVALID_CLIENT);
}

#[tokio::test]
async fn users_refresh_and_codes_are_unknown() {
    let w = World::new().await;
    let tokens = w.sign_in().await;
    let token = tokens["RefreshToken"].as_str().unwrap();
    let form = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={token}",
        w.public
    );
    let found = w.post(TOKEN, None, &form).await;
    assert_eq!(found.status(), StatusCode::OK);
    check_headers(&found);
    let body = json_of(&found);
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["access_token", "expires_in", "id_token", "token_type"]
    );
    // `scope` and `resource` are no parameters of a refresh.
    let more = format!("{form}&scope=openid&resource=https%3A%2F%2Fapi.example");
    assert_eq!(w.post(TOKEN, None, &more).await.status(), StatusCode::OK);
    let none = r#"{"error":"invalid_request","error_description":"invalid_refresh_token"}"#;
    let bare = format!("grant_type=refresh_token&client_id={}", w.public);
    w.refused(TOKEN, None, &bare, 400, none).await;
    w.refused(TOKEN, None, &format!("{bare}&refresh_token="), 400, none)
        .await;
    w.refused(
        TOKEN,
        None,
        &format!("{bare}&refresh_token=x"),
        400,
        INVALID_GRANT,
    )
    .await;
    let other = format!("grant_type=refresh_token&refresh_token={token}");
    w.refused(TOKEN, Some(&w.basic()), &other, 400, INVALID_GRANT)
        .await;

    let code = format!("grant_type=authorization_code&client_id={}", w.public);
    w.refused(TOKEN, None, &code, 400, INVALID_REQUEST).await;
    w.refused(TOKEN, None, &format!("{code}&code=x"), 400, INVALID_REQUEST)
        .await;
    let whole = format!("{code}&code=x&redirect_uri=https%3A%2F%2Fapp.example");
    w.refused(TOKEN, None, &whole, 400, INVALID_GRANT).await;
    w.refused(
        TOKEN,
        None,
        "grant_type=authorization_code",
        400,
        INVALID_CLIENT,
    )
    .await;
}

#[tokio::test]
async fn revocation_takes_a_secret_by_header_alone() {
    let w = World::new().await;
    let tokens = w.sign_in().await;
    let token = tokens["RefreshToken"].as_str().unwrap();
    let access = tokens["AccessToken"].as_str().unwrap();
    let form = format!("client_id={}&token={token}", w.public);
    let missing =
        r#"{"error":"invalid_request","error_description":"Invalid parameter in request"}"#;
    w.refused(
        REVOKE,
        None,
        &format!("client_id={}", w.public),
        400,
        missing,
    )
    .await;
    w.refused(REVOKE, None, "token=x&token=y", 400, INVALID_REQUEST)
        .await;
    w.refused(REVOKE, None, &format!("token={token}"), 401, INVALID_CLIENT)
        .await;
    let by_form = format!("client_id={}&client_secret={}&token=x", w.machine, w.secret);
    w.refused(REVOKE, None, &by_form, 401, INVALID_CLIENT).await;
    w.refused(
        REVOKE,
        Some(&w.basic()),
        &format!("token={token}"),
        401,
        INVALID_CLIENT,
    )
    .await;
    let kind = r#"{"error":"unsupported_token_type"}"#;
    let jwt = format!("client_id={}&token={access}", w.public);
    w.refused(REVOKE, None, &jwt, 400, kind).await;
    let off = json!({
        "UserPoolId": w.pool, "ClientId": w.machine, "EnableTokenRevocation": false,
    });
    w.site.call(Op::UpdateUserPoolClient, off).await;
    let unsupported = r#"{"error":"invalid_request","error_description":"Unsupported operation"}"#;
    w.refused(REVOKE, Some(&w.basic()), "token=x", 400, unsupported)
        .await;
    for form in [
        &form,
        &form,
        &format!("client_id={}&token=garbage", w.public),
    ] {
        let found = w.post(REVOKE, None, form).await;
        assert_eq!((found.status(), text_of(&found)), (StatusCode::OK, ""));
        check_headers(&found);
    }
    let refresh = format!(
        "grant_type=refresh_token&client_id={}&refresh_token={token}",
        w.public
    );
    w.refused(TOKEN, None, &refresh, 400, INVALID_GRANT).await;
}

#[tokio::test]
async fn user_info_says_in_a_header_what_is_wrong() {
    let w = World::new().await;
    let tokens = w.sign_in().await;
    let access = format!("Bearer {}", tokens["AccessToken"].as_str().unwrap());
    let id = format!("bearer {}", tokens["IdToken"].as_str().unwrap());
    let no_openid = r#"Bearer error="invalid_token", error_description="Access token does not contain openid scope""#;
    let over = r#"Bearer error="invalid_token", error_description="Access token is expired, disabled, or deleted, or the user has globally signed out.""#;
    let bad = r#"Bearer error="invalid_request", error_description="Bad OAuth2 request at UserInfo Endpoint""#;
    for method in [Method::GET, Method::POST] {
        for (authorization, status, challenge) in [
            (&[][..], 400, bad),
            (&["Bearer"], 400, bad),
            (&["Bearer "], 400, bad),
            (&["Bearer a b"], 400, bad),
            (&["Basic eDp5"], 400, bad),
            (&[access.as_str(), access.as_str()], 400, bad),
            (&["Bearer x"], 401, over),
            (&["Bearer a.b.c"], 401, over),
            (&[access.as_str()], 401, no_openid),
            (&[id.as_str()], 401, no_openid),
        ] {
            let found = w.user_info(method.clone(), authorization).await;
            assert_eq!(found.status().as_u16(), status, "{authorization:?}");
            assert_eq!(header(&found, "www-authenticate"), challenge);
            assert_eq!(
                (text_of(&found), header(&found, "x-frame-options")),
                ("", "DENY")
            );
            check_headers(&found);
        }
    }
    // A token in the URL is not read.
    let path = format!(
        "/oauth2/userinfo?access_token={}",
        tokens["AccessToken"].as_str().unwrap()
    );
    let found = w.send(request(Method::GET, &path)).await;
    assert_eq!(found.status(), StatusCode::BAD_REQUEST);
}

//! Tests of what `dev` does for the users of a test: codes of apps, passkeys, early expiry, events.

use cognate_testkit::TestServer;
use http::{Method, StatusCode};
use serde_json::{Value, json};

struct Site {
    server: TestServer,
    pool: String,
    client: Value,
}

impl Site {
    /// A pool with passkeys and apps, and jane in it.
    async fn new() -> Self {
        let server = TestServer::dev().await.unwrap();
        let api = server.raw();
        let pool = json!({
            "PoolName": "p", "AutoVerifiedAttributes": ["email"],
            "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}},
        });
        let pool = api.ok("CreateUserPool", pool).await.unwrap();
        let pool = pool["UserPool"]["Id"].as_str().unwrap().to_owned();
        let keys = json!({
            "UserPoolId": pool, "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": {"Enabled": true},
            "WebAuthnConfiguration": {"RelyingPartyId": "login.example.com"},
        });
        api.ok("SetUserPoolMfaConfig", keys).await.unwrap();
        let client = json!({
            "UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": [
                "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
            ],
        });
        let client = api.ok("CreateUserPoolClient", client).await.unwrap();
        let jane = json!({
            "UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS",
            "UserAttributes": [
                {"Name": "email", "Value": "jane@example.com"}, {"Name": "email_verified", "Value": "true"},
            ],
        });
        api.ok("AdminCreateUser", jane).await.unwrap();
        let password = json!({
            "UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true,
        });
        api.ok("AdminSetUserPassword", password).await.unwrap();
        let client = client["UserPoolClient"]["ClientId"].clone();
        Self {
            server,
            pool,
            client,
        }
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let path = format!("/_dev/{path}");
        let http = self.server.unsigned();
        let reply = http.fetch(Method::GET, &path, &[], "").await.unwrap();
        (reply.status, reply.json())
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let (path, body) = (format!("/_dev/{path}"), body.to_string());
        let http = self.server.unsigned();
        let reply = http.fetch(Method::POST, &path, &[], &body).await.unwrap();
        (reply.status, reply.json())
    }

    async fn sign_in(&self) -> Value {
        let input = json!({
            "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
        });
        let answer = self.server.raw().ok("InitiateAuth", input).await.unwrap();
        answer["AuthenticationResult"].clone()
    }

    /// Returns what GetUser and a refresh answer to a session: nothing for success, else the text.
    async fn answers(&self, tokens: &Value) -> [String; 2] {
        let api = self.server.unsigned();
        let user = json!({"AccessToken": tokens["AccessToken"]});
        let user = api.call("GetUser", user).await.unwrap().message();
        let refresh = json!({
            "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH",
            "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]},
        });
        let refresh = api.call("InitiateAuth", refresh).await.unwrap().message();
        [user, refresh]
    }
}

fn refused(status: StatusCode, why: &str) -> (StatusCode, Value) {
    (status, json!({"error": why}))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_an_app_is_shown_with_its_life() {
    let site = Site::new().await;
    let totp = format!("totp?pool={}&username=jane", site.pool);
    let none = refused(StatusCode::NOT_FOUND, "the user has no authenticator app");
    assert_eq!(site.get(&totp).await, none);
    let nobody = format!("totp?pool={}&username=bob", site.pool);
    let why = "`pool` and `user` name no user";
    assert_eq!(site.get(&nobody).await, refused(StatusCode::NOT_FOUND, why));

    let access = &site.sign_in().await["AccessToken"].clone();
    let api = site.server.unsigned();
    let input = json!({"AccessToken": access});
    api.ok("AssociateSoftwareToken", input).await.unwrap();
    let (status, shown) = site.get(&totp).await;
    assert_eq!(status, StatusCode::OK);
    let seconds = shown["seconds"].as_i64().unwrap();
    assert!((30..=60).contains(&seconds), "{shown}");
    assert_eq!(shown["wait"], 0);
    let verify = json!({"AccessToken": access, "UserCode": shown["code"]});
    api.ok("VerifySoftwareToken", verify).await.unwrap();
    // A used code is not shown again: the next one is, once it is accepted.
    let next = site.get(&totp).await.1;
    assert_ne!(next["code"], shown["code"]);
    let waits = next["wait"].as_i64().unwrap() > 0;
    assert_eq!(next["code"].is_null(), waits);
    assert_eq!(next["seconds"] == json!(0), waits);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_in_software_signs_in() {
    let site = Site::new().await;
    let wish = json!({"client": site.client, "username": "jane"});
    let (status, made) = site.post("passkeys", wish.clone()).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert_eq!(made["rpId"], "login.example.com");
    let input = json!({"AccessToken": site.sign_in().await["AccessToken"]});
    let api = site.server.unsigned();
    let listed = api.ok("ListWebAuthnCredentials", input).await.unwrap();
    assert_eq!(
        listed["Credentials"][0]["CredentialId"],
        made["credentialId"]
    );
    for _ in 0..2 {
        let begin = json!({
            "ClientId": site.client, "AuthFlow": "USER_AUTH",
            "AuthParameters": {"USERNAME": "jane", "PREFERRED_CHALLENGE": "WEB_AUTHN"},
        });
        let asked = api.ok("InitiateAuth", begin).await.unwrap();
        let options = &asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"];
        let question = json!({"options": options});
        let (status, answer) = site.post("passkeys/answer", question).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let respond = json!({
            "ClientId": site.client, "ChallengeName": "WEB_AUTHN", "Session": asked["Session"],
            "ChallengeResponses": {"USERNAME": "jane", "CREDENTIAL": answer["credential"].to_string()},
        });
        let done = api.ok("RespondToAuthChallenge", respond).await.unwrap();
        assert!(done["AuthenticationResult"]["AccessToken"].is_string());
    }
    // A page of this server is a relying party of its own where the pool names none.
    let unnamed =
        json!({"UserPoolId": site.pool, "MfaConfiguration": "OFF", "WebAuthnConfiguration": {}});
    let unnamed = site
        .server
        .raw()
        .call("SetUserPoolMfaConfig", unnamed)
        .await;
    assert_eq!(unnamed.unwrap().status, StatusCode::OK);

    let options = json!({"challenge": "AAEC", "rpId": "login.example.com", "allowCredentials": [
        {"type": "public-key", "id": "AAAA"},
    ]});
    let why = "this server holds no passkey that the options allow";
    let none = refused(StatusCode::NOT_FOUND, why);
    assert_eq!(
        site.post("passkeys/answer", json!({"options": options}))
            .await,
        none
    );
    let example = r#"send {"options":{…}}: what CREDENTIAL_REQUEST_OPTIONS says"#;
    for options in [json!({}), json!("x"), json!({"rpId": "login.example.com"})] {
        let answer = site
            .post("passkeys/answer", json!({"options": options}))
            .await;
        assert_eq!(answer, refused(StatusCode::BAD_REQUEST, example));
    }
    for (client, name, why) in [
        (json!("x"), "jane", "there is no such client"),
        (site.client.clone(), "bob", "there is no such user"),
    ] {
        let answer = site
            .post("passkeys", json!({"client": client, "username": name}))
            .await;
        assert_eq!(answer, refused(StatusCode::NOT_FOUND, why));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_codes_expire_before_their_time() {
    let site = Site::new().await;
    let expire = async |what: &str| {
        let wish = json!({"pool": site.pool, "username": "jane", "what": what});
        site.post("expire", wish).await
    };
    let tokens = site.sign_in().await;
    let one = |n: u64| (StatusCode::OK, json!({"expired": n}));
    let (access, refresh) = ("Access Token has expired", "Refresh Token has expired");
    assert_eq!(site.answers(&tokens).await, ["", ""]);
    assert_eq!(expire("refresh-token").await, one(1));
    assert_eq!(site.answers(&tokens).await, ["", refresh]);
    let second = site.sign_in().await;
    assert_eq!(expire("session").await, one(2));
    // Only what there was by then.
    assert_eq!(expire("refresh-token").await, one(2));
    for tokens in [&tokens, &second] {
        assert_eq!(site.answers(tokens).await, [access, refresh]);
    }
    assert_eq!(site.answers(&site.sign_in().await).await, ["", ""]);

    let api = site.server.unsigned();
    let forgot = json!({"ClientId": site.client, "Username": "jane"});
    api.ok("ForgotPassword", forgot).await.unwrap();
    let code = site
        .server
        .mailbox()
        .code(&[("user", "jane")])
        .await
        .unwrap();
    assert_eq!(expire("code").await, one(1));
    assert_eq!(expire("code").await, one(0));
    let confirm = json!({
        "ClientId": site.client, "Username": "jane", "ConfirmationCode": code, "Password": "Passw0rd?",
    });
    let late = api.call("ConfirmForgotPassword", confirm).await.unwrap();
    assert_eq!(late.error(), "ExpiredCodeException");

    for (wish, status) in [
        (
            json!({"pool": site.pool, "username": "bob", "what": "code"}),
            StatusCode::NOT_FOUND,
        ),
        (
            json!({"pool": "x", "username": "jane", "what": "code"}),
            StatusCode::NOT_FOUND,
        ),
        (
            json!({"pool": site.pool, "username": "jane", "what": "all"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"pool": site.pool, "username": "jane"}),
            StatusCode::BAD_REQUEST,
        ),
        (
            json!({"pool": site.pool, "username": "jane", "what": "code", "x": 1}),
            StatusCode::BAD_REQUEST,
        ),
        (json!([]), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(site.post("expire", wish.clone()).await.0, status, "{wish}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_pool_are_listed_newest_first() {
    let site = Site::new().await;
    let events = format!("events?pool={}", site.pool);
    let listed = async |more: &str| site.get(&format!("{events}{more}")).await;
    // Rows become events about a second after their commit.
    let (status, first) = listed("&wait=10").await;
    assert_eq!(status, StatusCode::OK);
    let made = first["events"].as_array().unwrap();
    assert!(!made.is_empty());
    assert_eq!(first["cursor"], made[0]["cursor"]);
    let cursor = first["cursor"].as_str().unwrap().to_owned();
    let jane = json!({"UserPoolId": site.pool, "Username": "jane"});
    let api = site.server.raw();
    api.ok("AdminDisableUser", jane).await.unwrap();
    let mut after = cursor;
    let mut seen = Vec::new();
    while !seen.contains(&json!("AdminDisableUser")) {
        let (status, next) = listed(&format!("&after={after}&wait=10")).await;
        assert_eq!(status, StatusCode::OK);
        let found = next["events"].as_array().unwrap();
        assert!(!found.is_empty(), "not among {seen:?}");
        seen.extend(found.iter().map(|event| event["data"]["operation"].clone()));
        after = next["cursor"].as_str().unwrap().to_owned();
    }
    // Nothing came since.
    let nothing = (StatusCode::OK, json!({"events": [], "cursor": after}));
    assert_eq!(listed(&format!("&after={after}")).await, nothing);
    let (_, all) = listed("").await;
    let numbers: Vec<i64> = all["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(number)
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
    let why = "x is no cursor: events have them; or begin, or end";
    assert_eq!(
        listed("&after=x").await,
        refused(StatusCode::BAD_REQUEST, why)
    );
    let none = site.get("events?pool=x").await;
    assert_eq!(
        none,
        refused(StatusCode::NOT_FOUND, "there is no such pool")
    );
    assert_eq!(
        site.get("events?nothing=1").await.0,
        StatusCode::BAD_REQUEST
    );
}

fn number(event: &Value) -> i64 {
    let cursor = event["cursor"].as_str().unwrap();
    cursor.split_once('-').unwrap().0.parse().unwrap()
}

//! `/_dev/explain-token` and `/_dev/faults`.

use cognate_testkit::{FunctionServer, Options, Play, Raw, Reply, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-7-Battery";

async fn post(server: &TestServer, path: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/json")];
    let (raw, body) = (server.unsigned(), body.to_string());
    raw.fetch(Method::POST, path, &headers, &body)
        .await
        .unwrap()
}

async fn faults(server: &TestServer, method: Method) -> Value {
    let raw = server.unsigned();
    raw.fetch(method, "/_dev/faults", &[], "")
        .await
        .unwrap()
        .json()
}

/// Makes a pool with jane, who is in a group; returns pool id and client id.
async fn pool(raw: &Raw, functions: Value) -> (String, String) {
    let input = json!({"PoolName": "p", "LambdaConfig": functions});
    let made = raw.ok("CreateUserPool", input).await.unwrap();
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let input = json!({
        "UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS",
        "UserAttributes": [{"Name": "email", "Value": "jane@example.com"}, {"Name": "name", "Value": "Jane"}],
    });
    raw.ok("AdminCreateUser", input).await.unwrap();
    let input =
        json!({"UserPoolId": pool, "Username": "jane", "Password": PASSWORD, "Permanent": true});
    raw.ok("AdminSetUserPassword", input).await.unwrap();
    let group = json!({"UserPoolId": pool, "GroupName": "staff"});
    raw.ok("CreateGroup", group.clone()).await.unwrap();
    let mut join = group;
    join["Username"] = json!("jane");
    raw.ok("AdminAddUserToGroup", join).await.unwrap();
    let input = json!({
        "UserPoolId": pool, "ClientName": "c", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "ReadAttributes": ["email", "email_verified"],
    });
    let made = raw.ok("CreateUserPoolClient", input).await.unwrap();
    let client = made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    (pool, client)
}

async fn sign_in(raw: &Raw, client: &str) -> Reply {
    let input = json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": PASSWORD},
    });
    raw.call("InitiateAuth", input).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_explained_claim_by_claim() {
    let functions = FunctionServer::start().await.unwrap();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:claims";
    let options = Options::default().with("trigger", &format!("*=lambda:{}", functions.url()));
    let server = TestServer::start(options).await.unwrap();
    let raw = server.raw();
    let (pool, client) = pool(&raw, json!({"PreTokenGeneration": arn})).await;
    functions.always(Play::Respond(json!({
        "claimsOverrideDetails": {"claimsToAddOrOverride": {"shop": "7"}},
    })));
    let tokens = sign_in(&raw, &client).await.json()["AuthenticationResult"].clone();
    let asked = json!({"token": tokens["IdToken"]});
    let told = post(&server, "/_dev/explain-token", asked.clone())
        .await
        .json();
    assert_eq!(told["verified"], true, "{told}");
    assert_eq!(
        (&told["pool"], &told["client"]),
        (&json!(pool), &json!(client))
    );
    assert_eq!(told["claims"]["shop"], "7");
    assert_eq!(told["header"]["alg"], "RS256");
    for (name, from) in [
        ("sub", "user"),
        ("cognito:username", "user"),
        ("cognito:groups", "group"),
        ("email", "attribute"),
        ("shop", "trigger"),
        ("aud", "client"),
        ("exp", "client"),
        ("iss", "pool"),
        ("token_use", "constant"),
        ("auth_time", "sign_in"),
    ] {
        assert_eq!(told["sources"][name]["from"], from, "{name}: {told}");
    }
    let text = format!("PreTokenGeneration ({arn}) added shop.");
    assert_eq!(
        told["sources"]["shop"],
        json!({"from": "trigger", "what": text})
    );
    assert_eq!(
        told["left_out"],
        json!({"name": {"from": "client", "what": "ReadAttributes of the client does not list it."}})
    );
    let checks = |told: &Value| -> Vec<(String, bool)> {
        let checks = told["checks"].as_array().unwrap().iter();
        let of = |check: &Value| {
            let name = check["check"].as_str().unwrap().to_owned();
            (name, check["ok"].as_bool().unwrap())
        };
        checks.map(of).collect()
    };
    let all = ["form", "pool", "signature", "time", "user", "session"];
    assert_eq!(checks(&told), all.map(|name| (name.to_owned(), true)));
    let access = json!({"token": format!("Bearer {}", tokens["AccessToken"].as_str().unwrap())});
    let told = post(&server, "/_dev/explain-token", access).await.json();
    assert_eq!(told["verified"], true);
    let scope = "aws.cognito.signin.user.admin";
    assert_eq!(told["sources"]["scope"]["what"][scope]["from"], "constant");
    // Signed out, another name, altered, and no token at all.
    let jane = json!({"UserPoolId": pool, "Username": "jane"});
    raw.ok("AdminUserGlobalSignOut", jane.clone())
        .await
        .unwrap();
    let mut changed = jane;
    changed["UserAttributes"] = json!([{"Name": "email", "Value": "other@example.com"}]);
    raw.ok("AdminUpdateUserAttributes", changed).await.unwrap();
    let told = post(&server, "/_dev/explain-token", asked.clone())
        .await
        .json();
    assert_eq!(told["verified"], false);
    assert_eq!(checks(&told)[5], ("session".to_owned(), false));
    assert_eq!(told["sources"]["email"]["from"], "trigger");
    let token = tokens["IdToken"].as_str().unwrap();
    let (head, _) = token.rsplit_once('.').unwrap();
    let told = post(
        &server,
        "/_dev/explain-token",
        json!({"token": format!("{head}.AAAA")}),
    )
    .await;
    assert_eq!(checks(&told.json())[2], ("signature".to_owned(), false));
    server.advance("2h").await.unwrap();
    let told = post(&server, "/_dev/explain-token", asked).await.json();
    assert_eq!(checks(&told)[3], ("time".to_owned(), false));
    for text in ["", "a.b", "a.b.c", "e30.e30", "e30.e30.x.y"] {
        let told = post(&server, "/_dev/explain-token", json!({"token": text}))
            .await
            .json();
        assert_eq!(
            (&told["verified"], checks(&told)),
            (&json!(false), vec![("form".to_owned(), false)])
        );
    }
    let told = post(
        &server,
        "/_dev/explain-token",
        json!({"token": "e30.e30.x"}),
    )
    .await
    .json();
    assert_eq!(checks(&told)[1], ("pool".to_owned(), false));
    for body in [json!([]), json!({}), json!({"token": 5})] {
        let reply = post(&server, "/_dev/explain-token", body).await;
        assert_eq!(
            (reply.status, reply.json()),
            (
                StatusCode::BAD_REQUEST,
                json!({"error": "send {\"token\":\"ey…\"}"})
            )
        );
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_meet_the_calls_that_they_are_for() {
    let functions = FunctionServer::start().await.unwrap();
    let options = Options::default().with("trigger", &format!("*=lambda:{}", functions.url()));
    let server = TestServer::start(options).await.unwrap();
    let raw = server.raw();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:before";
    let (_, client) = pool(&raw, json!({"PreAuthentication": arn})).await;
    for wish in [
        json!({"fault": "throttle", "operation": "InitiateAuth"}),
        json!({"fault": "error", "operation": "InitiateAuth", "error": "NotAuthorizedException", "message": "No."}),
        json!({"fault": "trigger", "trigger": "PreAuthentication", "message": "Not today."}),
        json!({"fault": "delay", "operation": "InitiateAuth", "milliseconds": 5}),
    ] {
        let reply = post(&server, "/_dev/faults", wish).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    assert_eq!(
        faults(&server, Method::GET).await["faults"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    for (code, text) in [
        ("TooManyRequestsException", "Too many requests"),
        ("NotAuthorizedException", "No."),
        (
            "UserLambdaValidationException",
            "PreAuthentication failed with error Not today..",
        ),
        ("", ""),
    ] {
        let reply = sign_in(&raw, &client).await;
        assert_eq!((&*reply.error(), &*reply.message()), (code, text));
    }
    assert_eq!(faults(&server, Method::GET).await, json!({"faults": []}));
    let wish = json!({"fault": "throttle", "operation": "InitiateAuth", "times": 9});
    post(&server, "/_dev/faults", wish).await;
    assert_eq!(faults(&server, Method::DELETE).await, json!({"faults": []}));
    assert_eq!(sign_in(&raw, &client).await.status, StatusCode::OK);
    let reply = post(&server, "/_dev/faults", json!({"fault": "sender"})).await;
    assert_eq!(
        (reply.status, reply.json()),
        (
            StatusCode::BAD_REQUEST,
            json!({"error": "this server has no sender: email_senders, sms_senders"})
        )
    );
    let reply = post(&server, "/_dev/faults", json!({"fault": "fire"})).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_has_no_such_thing() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    for path in ["/_dev/explain-token", "/_dev/faults"] {
        let reply = post(&server, path, json!({"token": "x", "fault": "sender"})).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(server.state().app.settings.mode == cognate_domain::Mode::Serve);
    server.stop().await;
}

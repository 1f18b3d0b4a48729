//! What `dev` has for people who bring other tools along: paths, accounts, an authorizer, TLS of its own, hints.

use std::io::{BufRead as _, Write as _};
use std::process::Command;

use cognate_testkit::{Credentials, Options, Reply, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Reply {
    let raw = server.unsigned();
    raw.fetch(Method::GET, path, headers, "").await.unwrap()
}

/// A pool with a client and a user; the ids of pool and client, and the tokens of the user.
async fn signed_in(server: &TestServer, existence: &str) -> (String, String, Value) {
    let raw = server.raw();
    let made = raw.ok("CreateUserPool", json!({"PoolName": "p"})).await;
    let pool = made.unwrap()["UserPool"]["Id"].as_str().unwrap().to_owned();
    let input = json!({
        "UserPoolId": pool, "ClientName": "web", "PreventUserExistenceErrors": existence,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let made = raw.ok("CreateUserPoolClient", input).await.unwrap();
    let client = made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let user = json!({"UserPoolId": pool, "Username": "jane", "MessageAction": "SUPPRESS"});
    raw.ok("AdminCreateUser", user).await.unwrap();
    let group = json!({"UserPoolId": pool, "GroupName": "admins"});
    raw.ok("CreateGroup", group).await.unwrap();
    let member = json!({"UserPoolId": pool, "Username": "jane", "GroupName": "admins"});
    raw.ok("AdminAddUserToGroup", member).await.unwrap();
    let password =
        json!({"UserPoolId": pool, "Username": "jane", "Password": "Passw0rd!", "Permanent": true});
    raw.ok("AdminSetUserPassword", password).await.unwrap();
    let input = sign_in(&client, "jane", "Passw0rd!");
    let tokens = server.unsigned().ok("InitiateAuth", input).await.unwrap();
    (pool, client, tokens["AuthenticationResult"].clone())
}

fn sign_in(client: &str, name: &str, password: &str) -> Value {
    json!({"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": name, "PASSWORD": password}})
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_of_emulators_lead_here_and_keys_of_twelve_digits_are_accounts() {
    let server = TestServer::dev().await.unwrap();
    let health = get(&server, "/_localstack/health", &[]).await.json();
    assert_eq!(health["services"]["cognito-idp"], "running");
    let init = get(&server, "/_localstack/init", &[]).await.json();
    assert_eq!(init["completed"]["READY"], true);
    let (pool, client, _) = signed_in(&server, "ENABLED").await;
    for path in [
        format!("/{pool}/.well-known/jwks.json"),
        format!("/{pool}/.well-known/openid-configuration"),
        format!("/login?client_id={client}"),
    ] {
        let own = get(&server, &path, &[]).await;
        let theirs = get(&server, &format!("/_aws/cognito-idp{path}"), &[]).await;
        assert_eq!(
            (own.status, own.text()),
            (theirs.status, theirs.text()),
            "{path}"
        );
    }
    let raw = server.raw_as(Credentials::new("123456789012", "anything"));
    let seen = raw
        .ok("DescribeUserPool", json!({"UserPoolId": pool}))
        .await
        .unwrap();
    let arn = format!("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pool}");
    assert_eq!(seen["UserPool"]["Arn"], arn);
    let tagged = json!({"ResourceArn": arn, "Tags": {"a": "b"}});
    raw.ok("TagResource", tagged).await.unwrap();

    // Names that say an id, which the API's own pattern does not allow.
    let make = async |name: &str| {
        let input = json!({"UserPoolId": pool, "ClientName": name});
        let made = server
            .raw()
            .call("CreateUserPoolClient", input)
            .await
            .unwrap();
        let client = made.json()["UserPoolClient"].clone();
        (
            client["ClientId"].clone(),
            client["ClientName"].clone(),
            made.status,
        )
    };
    let made = make("_custom_id_:webone").await;
    assert_eq!(
        made,
        (json!("webone"), json!("_custom_id_:webone"), StatusCode::OK)
    );
    let made = make("ms-custom-id:webtwo").await;
    assert_eq!(made, (json!("webtwo"), json!("webtwo"), StatusCode::OK));
    assert_eq!(make("_custom_id_:webone").await.2, StatusCode::BAD_REQUEST);
    assert_eq!(make("_custom_id_:a-b").await.2, StatusCode::BAD_REQUEST);
    let input =
        json!({"UserPoolId": pool, "ClientId": "webone", "ClientName": "_custom_id_:webone"});
    let changed = server
        .raw()
        .ok("UpdateUserPoolClient", input)
        .await
        .unwrap();
    assert_eq!(
        changed["UserPoolClient"]["ClientName"],
        "_custom_id_:webone"
    );

    // None of it in production.
    let server = TestServer::start(Options::serve()).await.unwrap();
    for path in [
        "/_localstack/health",
        "/_localstack/init",
        "/_authorize",
        "/_aws/cognito-idp/login",
    ] {
        assert_eq!(
            get(&server, path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorizer_says_what_is_in_a_good_token_and_refuses_others() {
    let server = TestServer::dev().await.unwrap();
    let (pool, client, tokens) = signed_in(&server, "ENABLED").await;
    let (other, _, others) = signed_in(&server, "ENABLED").await;
    let access = tokens["AccessToken"].as_str().unwrap();
    let id = tokens["IdToken"].as_str().unwrap();
    let ask = async |query: &str, token: &str| {
        let header = format!("Bearer {token}");
        get(
            &server,
            &format!("/_authorize{query}"),
            &[("authorization", &header)],
        )
        .await
    };
    let good = ask(
        &format!("?pool={pool}&client={client}&use=access&scope=aws.cognito.signin.user.admin"),
        access,
    )
    .await;
    assert_eq!(good.status, StatusCode::OK, "{}", good.text());
    assert_eq!(good.headers["x-cognate-username"], "jane");
    assert_eq!(good.headers["x-cognate-groups"], "admins");
    let body = good.json();
    let authorizer = &body["requestContext"]["authorizer"];
    assert_eq!(authorizer["claims"]["cognito:groups"], "admins");
    assert_eq!(authorizer["jwt"]["claims"]["cognito:groups"], "[admins]");
    assert_eq!(
        authorizer["jwt"]["scopes"],
        json!(["aws.cognito.signin.user.admin"])
    );
    assert_eq!(body["principalId"], authorizer["claims"]["sub"]);
    let raw = get(&server, "/_authorize?use=id", &[("authorization", id)]).await;
    assert_eq!(
        raw.json()["requestContext"]["authorizer"]["claims"]["aud"],
        client
    );

    let mut forged = access.to_owned();
    let at = forged.len() - 20;
    let other_letter = if forged[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    forged.replace_range(at..=at, other_letter);
    for (query, token, why) in [
        (
            format!("?pool={other}"),
            access,
            "the token is of another user pool",
        ),
        (
            "?client=x".to_owned(),
            access,
            "the token was issued to another client",
        ),
        (
            "?use=id".to_owned(),
            access,
            "the token has another use than is asked for",
        ),
        (
            "?scope=x".to_owned(),
            access,
            "the token grants none of the scopes",
        ),
        (
            "?scope=x".to_owned(),
            id,
            "the token grants none of the scopes",
        ),
        (
            format!("?pool={pool}"),
            others["IdToken"].as_str().unwrap(),
            "the token is of another user pool",
        ),
        (String::new(), "nonsense", "this is no token of a user pool"),
        (
            String::new(),
            forged.as_str(),
            "no key of the pool signed the token",
        ),
    ] {
        let refused = ask(&query, token).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{query}");
        assert_eq!(
            refused.json(),
            json!({"isAuthorized": false, "message": "Unauthorized"})
        );
        assert_eq!(
            refused.headers["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
        assert_eq!(refused.headers["x-cognate-hint"], why);
    }
    assert_eq!(
        get(&server, "/_authorize", &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(ask("?what=x", access).await.status, StatusCode::BAD_REQUEST);
    server.advance("2h").await.unwrap();
    let late = ask("", access).await;
    assert_eq!(late.headers["x-cognate-hint"], "the token has expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_hints_in_dev_which_tell_no_known_user_from_an_unknown_one() {
    let server = TestServer::dev().await.unwrap();
    let (_, client, _) = signed_in(&server, "ENABLED").await;
    let raw = server.unsigned();
    let hint = |reply: &Reply| {
        let value = reply.headers.get("x-cognate-hint");
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let known = raw
        .call("InitiateAuth", sign_in(&client, "jane", "Wrong-pw-1"))
        .await
        .unwrap();
    let unknown = raw
        .call("InitiateAuth", sign_in(&client, "nobody", "Wrong-pw-1"))
        .await
        .unwrap();
    assert_eq!(
        (known.status, known.text()),
        (unknown.status, unknown.text())
    );
    let text = hint(&known).unwrap();
    assert_eq!(hint(&unknown).as_ref(), Some(&text));
    assert!(
        text.starts_with("wrong-credentials: ")
            && text.contains(&format!("[ClientId={client}] => ")),
        "{text}"
    );
    let input = json!({"ClientId": client, "AuthFlow": "USER_SRP_AUTH",
        "AuthParameters": {"USERNAME": "jane", "SRP_A": "ab"}});
    let refused = raw.call("InitiateAuth", input).await.unwrap();
    let text = hint(&refused).unwrap();
    assert!(text.starts_with("srp-flow-off: "), "{text}");
    assert!(
        text.ends_with("=> ExplicitAuthFlows of the client: ALLOW_USER_SRP_AUTH"),
        "{text}"
    );
    let unsigned = raw
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    assert!(hint(&unsigned).unwrap().starts_with("no-signature: "));
    let good = raw
        .call("InitiateAuth", sign_in(&client, "jane", "Passw0rd!"))
        .await
        .unwrap();
    assert_eq!((good.status, hint(&good)), (StatusCode::OK, None));

    let explained = Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(["explain", "srp-flow-off"])
        .env_clear()
        .output()
        .unwrap();
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert_eq!(
        explained,
        "srp-flow-off (InvalidParameterException: USER_SRP_AUTH is not enabled for the client.)\n  \
         Cause: the client may not sign in by SRP\n  \
         Setting: ExplicitAuthFlows of the client: ALLOW_USER_SRP_AUTH\n"
    );

    let server = TestServer::start(Options::serve()).await.unwrap();
    let refused = server
        .unsigned()
        .call("ListUserPools", json!({"MaxResults": 5}))
        .await
        .unwrap();
    assert_eq!(hint(&refused), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_an_authority_of_its_own_is_trusted_by_who_trusts_that() {
    let scratch = super::lifecycle::Scratch::new();
    let options = Options {
        folder: Some(scratch.0.clone()),
        ..Options::default()
    };
    let server = TestServer::start(options.with("tls", "self-signed"))
        .await
        .unwrap();
    let authority = scratch.0.join("tls/ca.pem").display().to_string();
    for host in ["localhost", "127.0.0.1"] {
        let stream = super::tls::connect_to(&server, host, &authority, b"http/1.1").await;
        stream.unwrap();
    }
    let stranger = super::tls::connect_to(&server, "localhost", "one.pem", b"http/1.1").await;
    stranger.unwrap_err();
    // Commands find it, and take its certificate and no other.
    let folder = scratch.0.display().to_string();
    let cognate = async |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cognate"));
        command
            .args(arguments)
            .args(["--data-dir", &folder])
            .env_clear();
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), errors)
    };
    let fine = (true, String::new());
    assert_eq!(cognate(&["dev", "snapshot", "a"]).await, fine);
    assert_eq!(cognate(&["triggers", "list"]).await, fine);
    let address = server.endpoint().trim_start_matches("https://").to_owned();
    let health = ["health", "--tls", "self-signed", "--listen", &address];
    assert_eq!(cognate(&health).await, fine);
    let named = format!("https://{address}");
    assert_eq!(
        cognate(&["dev", "snapshots", "--endpoint", &named]).await,
        fine
    );
    let other = super::tls::certificate("one.pem");
    std::fs::copy(other, scratch.0.join("tls/cert.pem")).unwrap();
    let (good, why) = cognate(&["dev", "snapshots"]).await;
    assert!(!good && why.contains("invalid peer certificate"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_find_a_dev_on_every_address() {
    let scratch = super::lifecycle::Scratch::new();
    let options = Options {
        folder: Some(scratch.0.clone()),
        ..Options::default()
    };
    let options = options
        .with("listen", "0.0.0.0:0")
        .with("expose_dev", "true");
    let server = TestServer::start(options).await.unwrap();
    let folder = scratch.0.display().to_string();
    let asked = tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO_BIN_EXE_cognate"))
            .args(["dev", "snapshots", "--data-dir", &folder])
            .env_clear()
            .output()
            .unwrap()
    });
    let output = asked.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let file = std::fs::read_to_string(scratch.0.join("endpoint")).unwrap();
    assert!(file.starts_with("http://127.0.0.1:"), "{file}");
    server.stop().await;
}

#[test]
fn a_dev_ends_with_the_pipe_of_who_started_it() {
    let scratch = super::lifecycle::Scratch::new();
    let mut command = super::lifecycle::program(
        &scratch.0,
        &[
            "dev",
            "--listen",
            "127.0.0.1:0",
            "--ephemeral",
            "--until-stdin-ends",
        ],
    );
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map(Result::unwrap).any(|line| line == "Ready."));
    // What is written there is no end.
    stdin.write_all(b"x\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none());
    drop(stdin);
    for _ in 0..100 {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("it goes on");
}

//! The log at its most talkative holds no password, code, token, session or secret, whatever went right or wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use cognate_crypto::hash::secret_hash;
use cognate_testkit::{Credentials, Raw};
use http::Method;
use serde_json::{Value, json};

use crate::engines;
use crate::program::{self, Program};
use crate::site::*;

/// Everything that must not be in the log, by what it is.
#[derive(Default)]
struct Secrets(BTreeMap<String, String>);

impl Secrets {
    /// Remembers a secret and returns it.
    fn keep(&mut self, what: &str, secret: impl Into<String>) -> String {
        let secret = secret.into();
        assert!(!secret.is_empty(), "{what}");
        self.0
            .insert(format!("{what} #{}", self.0.len()), secret.clone());
        secret
    }

    /// Remembers every text in an answer whose name says that it is for its reader alone.
    fn keep_all(&mut self, answer: &Value) {
        const NAMES: [&str; 7] = [
            "AccessToken",
            "IdToken",
            "RefreshToken",
            "Session",
            "SECRET_BLOCK",
            "ClientSecret",
            "SALT",
        ];
        for (name, value) in answer.as_object().into_iter().flatten() {
            match value {
                Value::String(text) if NAMES.contains(&name.as_str()) => {
                    drop(self.keep(name, text.clone()))
                }
                other => self.keep_all(other),
            }
        }
    }

    /// Returns those that are in the log, as they are or in the encodings that a log could have made of them.
    fn found(&self, log: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (what, secret) in &self.0 {
            let quoted = json!(secret).to_string();
            let bytes = format!("{:?}", secret.as_bytes());
            for form in [
                secret.as_str(),
                quoted.trim_matches('"'),
                &STANDARD_NO_PAD.encode(secret),
                &URL_SAFE_NO_PAD.encode(secret),
                bytes.trim_matches(['[', ']']),
            ] {
                if holds(log, form) {
                    found.push(format!("{what} as {form}"));
                    break;
                }
            }
        }
        found
    }
}

#[test]
fn the_search_finds_secrets_in_every_form_and_no_code_in_a_time() {
    let mut secrets = Secrets::default();
    secrets.keep("password", "Pa\"ss w0rd");
    secrets.keep("code", "123456");
    for line in [
        "x=Pa\"ss w0rd",
        r#"{"x":"Pa\"ss w0rd"}"#,
        "x=UGEic3MgdzByZA==",
        "x=[80, 97, 34, 115, 115, 32, 119, 48, 114, 100]",
        r#"{"code":"123456"}"#,
        "the code is 123456",
    ] {
        assert_eq!(secrets.found(line).len(), 1, "{line}");
    }
    for line in [
        "2026-01-01T00:00:00.123456Z",
        "id=1234567",
        "id=ab123456",
        "nothing",
    ] {
        assert_eq!(secrets.found(line), Vec::<String>::new(), "{line}");
    }
}

/// True if the log holds the text. Six digits count only if no letter, digit, point or hyphen adjoins them, because
/// the times in the log contain six digits too.
fn holds(log: &str, text: &str) -> bool {
    if text.len() != 6 {
        return log.contains(text);
    }
    log.match_indices(text).any(|(at, _)| {
        let alone =
            |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '-');
        alone(log[..at].chars().next_back()) && alone(log[at + text.len()..].chars().next())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_holds_no_secret_on_sqlite() {
    searched("logs", None, "text").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn the_log_holds_no_secret_on_postgresql() {
    let url = engines::postgres("logs").await;
    searched("logs-postgres", Some(&url), "json").await;
}

async fn searched(name: &str, database_url: Option<&str>, format: &str) {
    let folder = program::scratch(name);
    let path = folder.join("log");
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap();
    let arguments = [
        "--log-level",
        "trace",
        "--log-format",
        format,
        "--audit-reads",
    ];
    let program =
        Program::start_with(&folder, database_url, &arguments, log.try_clone().unwrap()).await;
    let mut secrets = Secrets::default();
    if let Some(url) = database_url {
        secrets.keep("sealing key", program::SEALING_KEY);
        let password = url
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@')?.0.split_once(':'));
        if let Some((_, password)) = password {
            secrets.keep("the database's password", password);
        }
    } else {
        let key = std::fs::read_to_string(folder.join(".cognate").join("sealing.key")).unwrap();
        secrets.keep("sealing key", key.trim());
    }
    users(&program, &mut secrets).await;
    access_keys(&program, &folder, database_url, log, &mut secrets).await;
    let mut trails = vec![trail(&folder, database_url)];
    program.kill();
    trails.push(trail(&folder, database_url));

    for trail in trails {
        for operation in [
            "SignUp",
            "ChangePassword",
            "ConfirmForgotPassword",
            "CreateUserPoolClient",
            "CreateIdentityProvider",
            "DescribeIdentityProvider",
            "CreateAccessKey",
        ] {
            let there = trail.contains(&format!("\"operation\":\"{operation}\""));
            assert!(there, "the trail says nothing of {operation}:\n{trail}");
        }
        assert_eq!(secrets.found(&trail), Vec::<String>::new());
        assert!(
            !trail.contains("jane@example.com") && !trail.contains("john"),
            "names and addresses would outlive their users:\n{trail}"
        );
    }
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(secrets.0.len() > 30, "{}", secrets.0.len());
    for operation in [
        "SignUp",
        "InitiateAuth",
        "RespondToAuthChallenge",
        "ConfirmForgotPassword",
        "ListUserPools",
    ] {
        assert!(
            log.contains(operation),
            "the log says nothing of {operation}:\n{log}"
        );
    }
    assert!(
        log.contains("NotAuthorizedException"),
        "the log says nothing of refusals:\n{log}"
    );
    println!("{log}");
    assert_eq!(secrets.found(&log), Vec::<String>::new());
    assert!(
        !log.contains("jane@example.com"),
        "addresses are values, not identifiers"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Returns the output of `cognate audit`.
fn trail(folder: &Path, database_url: Option<&str>) -> String {
    let output = program::command(folder, database_url)
        .arg("audit")
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the newest code for a user.
async fn code(open: &Raw, secrets: &mut Secrets, kind: &str) -> String {
    let path = format!("/_dev/messages?kind={kind}&wait=5");
    let messages = open
        .fetch(Method::GET, &path, &[], "")
        .await
        .unwrap()
        .json();
    secrets.keep(
        "body of a message",
        messages["messages"][0]["body"].as_str().unwrap(),
    );
    secrets.keep(
        &format!("code of {kind}"),
        messages["messages"][0]["code"].as_str().unwrap(),
    )
}

/// Plays a user's life, with every mistake that users and applications make.
async fn users(program: &Program, secrets: &mut Secrets) {
    let raw = Raw::new(&program.endpoint, Some(Credentials::new("test", "test")));
    let open = Raw::new(&program.endpoint, None);
    let pool = json!({ "AutoVerifiedAttributes": ["email"] });
    let Site { pool, client } = site(&raw, pool, json!({})).await;
    let first = secrets.keep("password", "Fir5t-of-all!");
    let sign_up = json!({
        "ClientId": client, "Username": "jane", "Password": first,
        "UserAttributes": [{ "Name": "email", "Value": "jane@example.com" }],
    });
    open.ok("SignUp", sign_up.clone()).await.unwrap();
    open.call("SignUp", sign_up).await.unwrap();
    let digits = code(&open, secrets, "sign_up").await;
    let confirm =
        |code: &str| json!({ "ClientId": client, "Username": "jane", "ConfirmationCode": code });
    let wrong = secrets.keep(
        "wrong code",
        if digits == "918273" {
            "918274"
        } else {
            "918273"
        },
    );
    open.call("ConfirmSignUp", confirm(&wrong)).await.unwrap();
    open.ok("ConfirmSignUp", confirm(&digits)).await.unwrap();

    let guess = secrets.keep("wrong password", "Guess3d-wrongly!");
    open.call("InitiateAuth", by_password(&client, "jane", &guess))
        .await
        .unwrap();
    open.call("InitiateAuth", by_password(&client, "nobody", &guess))
        .await
        .unwrap();
    let tokens = open
        .ok("InitiateAuth", by_password(&client, "jane", &first))
        .await
        .unwrap();
    secrets.keep_all(&tokens);
    let tokens = &tokens["AuthenticationResult"];
    for password in [&guess, &first] {
        let started = Srp::start(&open, &client, "jane").await;
        secrets.keep("SECRET_BLOCK", started.given("SECRET_BLOCK"));
        let responses = started.responses(&pool, password);
        secrets.keep(
            "SRP signature",
            responses["PASSWORD_CLAIM_SIGNATURE"].as_str().unwrap(),
        );
        let reply = open
            .call("RespondToAuthChallenge", verify(&client, responses))
            .await
            .unwrap();
        secrets.keep_all(&reply.json());
    }
    let input = initiate(
        &client,
        "REFRESH_TOKEN_AUTH",
        json!({ "REFRESH_TOKEN": tokens["RefreshToken"] }),
    );
    secrets.keep_all(&open.ok("InitiateAuth", input).await.unwrap());
    let input = json!({ "ClientId": client, "RefreshToken": tokens["RefreshToken"] });
    secrets.keep_all(&open.ok("GetTokensFromRefreshToken", input).await.unwrap());
    for token in [
        text(&tokens["AccessToken"]),
        format!("{}x", text(&tokens["AccessToken"])),
        text(&tokens["IdToken"]),
    ] {
        open.call("GetUser", json!({ "AccessToken": token }))
            .await
            .unwrap();
    }
    let second = secrets.keep("changed password", "Sec0nd-of-all!");
    for previous in [&guess, &first] {
        let input = json!({
            "AccessToken": tokens["AccessToken"], "PreviousPassword": previous, "ProposedPassword": second,
        });
        open.call("ChangePassword", input).await.unwrap();
    }
    open.ok(
        "ForgotPassword",
        json!({ "ClientId": client, "Username": "jane" }),
    )
    .await
    .unwrap();
    let digits = code(&open, secrets, "forgot_password").await;
    let third = secrets.keep("password after a reset", "Th1rd-of-all!");
    for code in [&wrong, &digits] {
        let input = json!({ "ClientId": client, "Username": "jane", "ConfirmationCode": code, "Password": third });
        open.call("ConfirmForgotPassword", input).await.unwrap();
    }

    // An identity provider with its secret.
    let secret = secrets.keep("client secret of a provider", "0f-a-pr0vider");
    let provider = json!({
        "UserPoolId": pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": { "client_id": "c", "client_secret": secret, "authorize_scopes": "openid" },
    });
    raw.ok("CreateIdentityProvider", provider).await.unwrap();
    let input = json!({ "UserPoolId": pool, "ProviderName": "Google" });
    raw.ok("DescribeIdentityProvider", input).await.unwrap();

    // An invitation, and a client with a secret.
    let made = client_of(&raw, &pool, json!({ "GenerateSecret": true })).await;
    secrets.keep_all(&made);
    let (id, secret) = (text(&made["ClientId"]), text(&made["ClientSecret"]));
    let temporary = secrets.keep("temporary password", "Temp0rary-one!");
    let input = json!({
        "UserPoolId": pool, "Username": "john", "TemporaryPassword": temporary,
        "UserAttributes": [{ "Name": "email", "Value": "john@example.com" }],
    });
    raw.ok("AdminCreateUser", input).await.unwrap();
    code(&open, secrets, "admin_create_user").await;
    let hash = secrets.keep("SECRET_HASH", secret_hash(&secret, "john", &id));
    let wrong_hash = secrets.keep("wrong SECRET_HASH", STANDARD.encode([42; 32]));
    let mut session = Value::Null;
    for hash in [&wrong_hash, &hash] {
        let parameters = json!({ "USERNAME": "john", "PASSWORD": temporary, "SECRET_HASH": hash });
        let reply = open
            .call(
                "InitiateAuth",
                initiate(&id, "USER_PASSWORD_AUTH", parameters),
            )
            .await
            .unwrap()
            .json();
        secrets.keep_all(&reply);
        session = reply["Session"].clone();
    }
    let weak = secrets.keep("weak password", "weakpassword");
    let own = secrets.keep("new password", "0wn-Password!");
    for password in [&weak, &own, &own] {
        let input = json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED", "ClientId": id, "Session": session,
            "ChallengeResponses": { "USERNAME": "john", "NEW_PASSWORD": password, "SECRET_HASH": hash },
        });
        secrets.keep_all(
            &open
                .call("RespondToAuthChallenge", input)
                .await
                .unwrap()
                .json(),
        );
    }
    for (id, secret) in [(&id, json!(secret)), (&client, Value::Null)] {
        let input =
            json!({ "ClientId": id, "ClientSecret": secret, "Token": tokens["RefreshToken"] });
        open.call("RevokeToken", input).await.unwrap();
    }
    let set = secrets.keep("password set by an administrator", "Set-by-adm1n!");
    let input =
        json!({ "UserPoolId": pool, "Username": "john", "Password": set, "Permanent": true });
    raw.ok("AdminSetUserPassword", input).await.unwrap();
    open.call(
        "GlobalSignOut",
        json!({ "AccessToken": tokens["AccessToken"] }),
    )
    .await
    .unwrap();

    // Requests that are refused before they are understood.
    let spilt = secrets.keep("password in a broken request", "Sp1lt-password!");
    let target = (
        "x-amz-target",
        "AWSCognitoIdentityProviderService.InitiateAuth",
    );
    for body in [
        format!(r#"{{"AuthParameters":{{"PASSWORD":"{spilt}"#),
        format!(
            r#"{{"AuthFlow":"{spilt}","ClientId":"a","AuthParameters":{{"PASSWORD":"{spilt}"}}}}"#
        ),
        format!(
            r#"{{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"{spilt} {spilt}","AuthParameters":["{spilt}"]}}"#
        ),
        format!(r#"["{spilt}"]"#),
    ] {
        let headers = [("content-type", "application/x-amz-json-1.1"), target];
        let reply = open
            .fetch(Method::POST, "/", &headers, &body)
            .await
            .unwrap();
        assert_eq!(reply.status, 400, "{}", reply.text());
    }
    open.fetch(
        Method::GET,
        &format!("/?password={spilt}"),
        &[("authorization", &spilt)],
        "",
    )
    .await
    .unwrap();
    open.fetch(
        Method::GET,
        &format!("/{spilt}/.well-known/jwks.json"),
        &[("cookie", &spilt)],
        "",
    )
    .await
    .unwrap();
}

/// Access keys made by the command line, used rightly and wrongly.
async fn access_keys(
    program: &Program,
    folder: &Path,
    database_url: Option<&str>,
    log: std::fs::File,
    secrets: &mut Secrets,
) {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cognito-idp:List*","Resource":"*"}]}"#;
    std::fs::write(folder.join("policy.json"), policy).unwrap();
    let mut create = program::command(folder, database_url);
    create.args([
        "access-keys",
        "create",
        "--name",
        "ci",
        "--policy",
        "policy.json",
        "--log-level",
        "trace",
    ]);
    let made = create.stderr(Stdio::from(log)).output().unwrap();
    let printed = String::from_utf8(made.stdout).unwrap();
    let value = |name: &str| {
        printed
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_else(|| panic!("{printed}"))
    };
    let (id, secret) = (value("AWS_ACCESS_KEY_ID="), value("AWS_SECRET_ACCESS_KEY="));
    secrets.keep("secret access key", secret);
    let raw = Raw::new(&program.endpoint, Some(Credentials::new(id, secret)));
    raw.ok("ListUserPools", json!({ "MaxResults": 1 }))
        .await
        .unwrap();
    let denied = raw
        .call("CreateUserPool", json!({ "PoolName": "denied" }))
        .await
        .unwrap();
    assert_eq!(denied.error(), "AccessDeniedException");
    let wrong = Raw::new(
        &program.endpoint,
        Some(Credentials::new(id, format!("{secret}x"))),
    );
    let refused = wrong
        .call("ListUserPools", json!({ "MaxResults": 1 }))
        .await
        .unwrap();
    assert_eq!(refused.error(), "InvalidSignatureException");
}

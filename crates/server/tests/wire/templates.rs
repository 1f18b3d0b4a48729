//! Terraform and CloudFormation: states as seeds, pools as templates, and plans explained.

use std::process::Command;

use cognate_testkit::TestServer;
use http::Method;
use serde_json::{Value, json};

use super::seeds::{POOL, SEED, call, cognate, complained, done, options, run, said};

/// A state in which a pool has what a seed can hold of it.
fn state() -> Value {
    let of = |kind: &str, attributes: Value| json!({"mode": "managed", "type": format!("aws_cognito_{kind}"), "name": "x", "instances": [{"attributes": attributes}]});
    json!({"version": 4, "terraform_version": "1.11.4", "resources": [
        of("user_pool", json!({"id": POOL, "name": "stated", "arn": format!("arn:aws:cognito-idp:us-east-1:111122223333:userpool/{POOL}"),
            "user_pool_tier": "PLUS", "tags_all": {"team": "a"}, "mfa_configuration": "OFF", "lambda_config": [],
            "password_policy": [{"minimum_length": 10, "require_lowercase": true, "require_uppercase": false, "require_numbers": false,
                "require_symbols": false, "temporary_password_validity_days": 7}]})),
        of("user_pool_client", json!({"id": "statedclient", "name": "web", "user_pool_id": POOL, "generate_secret": true,
            "client_secret": "abcdefghijklmnopqrstuvwxyz0123456789", "explicit_auth_flows": ["ALLOW_USER_PASSWORD_AUTH"],
            "access_token_validity": 0, "refresh_token_validity": 30})),
        of("user_group", json!({"name": "staff", "user_pool_id": POOL, "precedence": 0,
            "role_arn": "arn:aws:iam::999988887777:role/staff"})),
        of("user", json!({"username": "jane", "user_pool_id": POOL, "password": "passwordpassword", "status": "CONFIRMED",
            "sub": "11111111-2222-4333-8444-555555555555", "enabled": true, "attributes": {"email": "jane@example.com"}})),
        of("user_in_group", json!({"username": "jane", "group_name": "staff", "user_pool_id": POOL})),
        of("identity_pool", json!({"id": "us-east-1:x"})),
    ]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_terraform_keeps_its_ids_and_a_template_has_no_changes() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let file = folder.join("terraform.tfstate");
    std::fs::write(&file, state().to_string()).unwrap();
    let file = file.to_str().unwrap();
    let server = TestServer::start(options(&folder).with("seed", file))
        .await
        .unwrap();
    let client = call(
        &server,
        "DescribeUserPoolClient",
        json!({"ClientId": "statedclient"}),
    )
    .await;
    let secret = "abcdefghijklmnopqrstuvwxyz0123456789";
    assert_eq!(client["UserPoolClient"]["ClientSecret"], secret);
    let jane = call(&server, "AdminGetUser", json!({"Username": "jane"})).await;
    assert_eq!(jane["UserStatus"], "CONFIRMED");
    let group = call(&server, "GetGroup", json!({"GroupName": "staff"})).await;
    assert_eq!(
        group["Group"]["RoleArn"],
        "arn:aws:iam::999988887777:role/staff"
    );

    // As a file of its own: with secrets and without, and what is left out is said beside it.
    let all = run(&folder, &["from-terraform", file, "--with-secrets"]);
    assert!(said(&all).contains(secret) && !complained(&all).contains(secret));
    assert!(complained(&all).contains("note: aws_cognito_identity_pool.x is left out"));
    assert!(complained(&all).contains("`--account 111122223333`"));
    let written = folder.join("stated.yaml");
    let written = written.to_str().unwrap();
    done(
        &folder,
        &[
            "from-terraform",
            file,
            "--with-secrets",
            "--output",
            written,
        ],
        0,
    );
    let diff = done(&folder, &["diff", written], 0);
    assert!(diff.ends_with("no changes\n"), "{diff}");
    let plain = run(&folder, &["from-terraform", file]);
    for hidden in [secret, "passwordpassword"] {
        assert!(!said(&plain).contains(hidden) && !complained(&plain).contains(hidden));
    }
    std::fs::write(file, "{\"version\": 4,").unwrap();
    let broken = run(&folder, &["from-terraform", file]);
    assert_eq!(broken.status.code(), Some(2));
    assert!(complained(&broken).contains("the file ends too early"));

    // Out as a template, which is the pool again; and as a configuration.
    let template = folder.join("template.yaml");
    let template = template.to_str().unwrap();
    done(
        &folder,
        &[
            "export",
            POOL,
            "--format",
            "cloudformation",
            "--output",
            template,
        ],
        0,
    );
    let diff = done(&folder, &["diff", template], 0);
    assert!(diff.ends_with("no changes\n"), "{diff}");
    // A name in a template may be made for a terminal.
    let odd = folder.join("odd.json");
    let resources = json!({"Resources": {"\u{1b}[2Jx": {"Type": "AWS::Cognito::UserPool"}}});
    std::fs::write(&odd, resources.to_string()).unwrap();
    let diff = done(&folder, &["diff", odd.to_str().unwrap()], 1);
    assert!(
        diff.starts_with("note: \\u{1b}[2Jx is user pool "),
        "{diff}"
    );
    let configuration = done(&folder, &["export", POOL, "--format", "terraform"], 0);
    assert!(
        configuration.contains(&format!("  id = \"{POOL}/statedclient\"")),
        "{configuration}"
    );
    assert!(!configuration.contains(secret));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_template_can_hold_comes_back_from_one() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let file = folder.join("cognate.yaml");
    std::fs::write(&file, SEED).unwrap();
    let with_seed = options(&folder).with("seed", file.to_str().unwrap());
    let server = TestServer::start(with_seed).await.unwrap();
    let template = folder.join("out.template");
    let template = template.to_str().unwrap();
    let arguments = [
        "export",
        POOL,
        "--format",
        "cloudformation",
        "--with-secrets",
        "--output",
        template,
    ];
    done(&folder, &arguments, 0);
    let diff = done(&folder, &["diff", template], 0);
    assert!(diff.ends_with("no changes\n"), "{diff}");
    server.stop().await;
}

#[test]
fn explain_plan_says_why_and_ends_with_a_status() {
    let scratch = super::lifecycle::Scratch::new();
    let plan = scratch.0.join("plan.json");
    let explained = |document: &Value| {
        std::fs::write(&plan, document.to_string()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_cognate"))
            .args(["explain-plan", plan.to_str().unwrap()])
            .env_clear()
            .output()
            .unwrap();
        (output.status.code(), said(&output), complained(&output))
    };
    let change = |after: Value| {
        json!({"resource_changes": [{"address": "aws_cognito_user_pool.x", "type": "aws_cognito_user_pool", "change":
            {"actions": ["update"], "before": {"user_pool_tier": "ESSENTIALS"}, "after": {"user_pool_tier": after}}}]})
    };
    let (status, said, _) = explained(&change(json!(null)));
    assert_eq!(status, Some(1));
    assert_eq!(
        said,
        "aws_cognito_user_pool.x: user_pool_tier\n  \"ESSENTIALS\" becomes null\n  why: a new pool has the plan ESSENTIALS\n  \
         source: docs/service/admin.md 1.7\n  add:\n    user_pool_tier = \"ESSENTIALS\"\n\
         resources of Cognito that change: 1; differences that nobody asked for: 1, that the configuration asks for: 0\n"
    );
    let (status, said, _) = explained(&change(json!("ESSENTIALS")));
    assert_eq!((status, said.lines().count()), (Some(0), 1));
    let (status, _, complained) = explained(&json!({"version": 4, "resources": []}));
    assert_eq!(status, Some(2));
    assert!(complained.contains("this is a state"), "{complained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_seed_can_hold_is_named_in_each_language() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let file = folder.join("cognate.yaml");
    std::fs::write(&file, SEED).unwrap();
    let with_seed = options(&folder).with("seed", file.to_str().unwrap());
    let server = TestServer::start(with_seed).await.unwrap();
    // Of the seed itself nothing is left out.
    let whole = run(&folder, &["export", POOL, "--with-secrets"]);
    assert_eq!(complained(&whole), "");

    let client = json!({"ClientId": "seededserver"});
    let with = |input: Value| {
        let mut all = client.clone();
        all.as_object_mut()
            .unwrap()
            .extend(input.as_object().unwrap().clone());
        all
    };
    let links = json!({"cognito:default": "https://terms.example/"});
    let terms = json!({"TermsName": "terms-of-use", "TermsSource": "LINK", "Enforcement": "NONE", "Links": links});
    let policy = json!({"PolicyName": "p", "URLPatterns": ["https://app.example/*"]});
    let pool_sessions =
        json!({"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 3}});
    let sessions = json!({"SSOSession": {"MaxValidityMinutes": 30}});
    for (operation, input) in [
        ("CreateTerms", with(terms)),
        ("CreateCIMDPolicy", with(policy)),
        ("AddUserPoolClientSecret", client.clone()),
        ("SetUserPoolSessionConfiguration", pool_sessions),
        ("SetUserPoolClientSessionConfiguration", with(sessions)),
        (
            "UpdateUserPool",
            json!({"DcrConfiguration": {"OpenDcrEnabled": true}}),
        ),
    ] {
        call(&server, operation, input).await;
    }
    let attributes = json!([{"Name": "email", "AttributeDataType": "String", "Mutable": true}]);
    call(
        &server,
        "AddCustomAttributes",
        json!({"CustomAttributes": attributes}),
    )
    .await;
    let own = json!([{"Name": "custom:email", "Value": "not hers"}]);
    let own = json!({"Username": "jane", "UserAttributes": own});
    call(&server, "AdminUpdateUserAttributes", own).await;
    let linking = ["providers", "policy", POOL, "corp", "admin-approval"];
    let upstream = [
        "upstream",
        "set",
        POOL,
        "--user-pool",
        "us-east-1_Other",
        "--client",
        "seededweb=theirs",
    ];
    for arguments in [&linking[..], &upstream[..]] {
        let output = cognate(&folder, arguments);
        assert!(output.status.success(), "{}", complained(&output));
    }
    let (raw, path) = (server.unsigned(), format!("/{POOL}/oauth2/register"));
    let headers = [("content-type", "application/json")];
    let wanted =
        r#"{"redirect_uris": ["http://localhost/cb"], "token_endpoint_auth_method": "none"}"#;
    let registered = raw.fetch(Method::POST, &path, &headers, wanted);
    assert_eq!(registered.await.unwrap().status.as_u16(), 201);

    let left_out = [
        format!("user pool {POOL}: its terms"),
        format!("user pool {POOL}: its policies of client metadata documents"),
        format!("user pool {POOL}: its session configuration"),
        format!("user pool {POOL}: the linking policies of corp"),
        format!("user pool {POOL}: the upstream in front of which it stands"),
        format!("user pool {POOL}: the app clients that registered themselves"),
        format!(
            "user pool {POOL}: the attribute custom:email and what users have in it, since its name without the prefix is a standard \
             attribute's"
        ),
        "app client seededserver: its second secret".to_owned(),
        "app client seededserver: its session configuration".to_owned(),
    ];
    let said_beside = |format: &str| {
        let output = run(
            &folder,
            &["export", POOL, "--with-secrets", "--format", format],
        );
        (said(&output), complained(&output))
    };
    let expected: String = left_out
        .iter()
        .map(|what| format!("note: not in it: {what}\n"))
        .collect();
    for format in ["yaml", "json", "toml"] {
        let (text, beside) = said_beside(format);
        assert_eq!(beside, expected, "{format}");
        assert!(!text.contains("not hers"), "{text}");
    }
    // Who has the file alone is told, too.
    for format in ["terraform", "cloudformation"] {
        let (text, beside) = said_beside(format);
        assert!(beside.starts_with(&expected), "{beside}");
        for what in &left_out {
            assert!(text.contains(what), "{what}: {text}");
        }
        assert!(!text.contains("not hers"), "{text}");
    }
    server.stop().await;
}

//! `cognate seed` and the seed of `dev`: what is applied, that a second time changes nothing, and what comes out again.

use std::path::Path;
use std::process::{Command, Output};

use cognate_testkit::{Options, TestServer};
use http::Method;
use serde_json::{Value, json};

pub(super) const POOL: &str = "us-east-1_Seeded123";

/// A pool with something of everything that a seed can hold.
pub(super) const SEED: &str = r#"
version: 1
pools:
- id: us-east-1_Seeded123
  settings:
    PoolName: seeded
    Policies: {PasswordPolicy: {MinimumLength: 9, RequireNumbers: true, PasswordHistorySize: 2}}
    AutoVerifiedAttributes: [email]
    AliasAttributes: [email, preferred_username]
    DeletionProtection: ACTIVE
    UserPoolTags: {team: a, year: 2026}
    Schema:
    - {Name: email, Required: true, Mutable: true, AttributeDataType: String}
    - {Name: plan, AttributeDataType: String, Mutable: true, StringAttributeConstraints: {MinLength: 1, MaxLength: 20}}
    VerificationMessageTemplate: {EmailSubject: Code, EmailMessage: 'Code {####}'}
    AccountRecoverySetting: {RecoveryMechanisms: [{Name: verified_email, Priority: 1}]}
    UsernameConfiguration: {CaseSensitive: false}
    UserPoolTier: PLUS
    UserPoolAddOns: {AdvancedSecurityMode: AUDIT}
  mfa:
    MfaConfiguration: OPTIONAL
    SoftwareTokenMfaConfiguration: {Enabled: true}
  issuer: aws
  resource_servers:
  - {Identifier: https://api.example, Name: api, Scopes: [{ScopeName: read, ScopeDescription: reads}]}
  identity_providers:
  - ProviderName: corp
    ProviderType: OIDC
    ProviderDetails:
      client_id: cid
      client_secret: csecret
      attributes_request_method: GET
      oidc_issuer: https://idp.example
      authorize_scopes: openid email
      authorize_url: https://idp.example/a
      token_url: https://idp.example/t
      attributes_url: https://idp.example/u
      jwks_uri: https://idp.example/j
    AttributeMapping: {email: email}
    IdpIdentifiers: [corp.example]
  clients:
  - id: seededweb
    settings:
      ClientName: web
      ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
  - id: seededserver
    secret: abcdefghijklmnopqrstuvwxyz0123456789
    profile: standard
    settings:
      ClientName: server
      AllowedOAuthFlowsUserPoolClient: true
      AllowedOAuthFlows: [code]
      AllowedOAuthScopes: [openid, https://api.example/read]
      CallbackURLs: [https://app.example/cb]
      SupportedIdentityProviders: [COGNITO, corp]
      AccessTokenValidity: 30
      TokenValidityUnits: {AccessToken: minutes}
  domains:
  - {Domain: seeded, ManagedLoginVersion: 2}
  risk_configurations:
  - RiskExceptionConfiguration: {BlockedIPRangeList: [10.0.0.0/8]}
  - ClientId: seededweb
    CompromisedCredentialsRiskConfiguration: {EventFilter: [SIGN_IN], Actions: {EventAction: NO_ACTION}}
  ui_customizations:
  - {ClientId: ALL, CSS: '.label-customizable {font-weight: 400;}'}
  managed_login_branding:
  - {ClientId: seededserver, UseCognitoProvidedValues: true}
  groups:
  - {GroupName: admins, Description: all, Precedence: 1}
  - {GroupName: staff}
  users:
  - username: jane
    sub: 11111111-2222-4333-8444-555555555555
    password: Passw0rd!
    attributes: {email: jane@example.com, email_verified: true, custom:plan: gold}
    groups: [admins, staff]
    totp: JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP
  - {username: john, password: Passw0rd!, temporary: true, attributes: {email: john@example.com}}
  - {username: jack, enabled: false, attributes: {email: jack@example.com}}
"#;

/// Runs `cognate seed`.
pub(super) fn run(folder: &Path, arguments: &[&str]) -> Output {
    cognate(folder, &[&["seed"], arguments].concat())
}

/// Runs a command on the database of a folder, or on the server that has it open.
pub(super) fn cognate(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cognate"))
        .args(arguments)
        .args(["--data-dir", &folder.display().to_string()])
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .output()
        .unwrap()
}

pub(super) fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(super) fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command that must end with a status; standard output.
pub(super) fn done(folder: &Path, arguments: &[&str], status: i32) -> String {
    let output = run(folder, arguments);
    let text = said(&output);
    let all = format!("{arguments:?}: {text}{}", complained(&output));
    assert_eq!(output.status.code(), Some(status), "{all}");
    text
}

pub(super) async fn call(server: &TestServer, operation: &str, mut input: Value) -> Value {
    input["UserPoolId"] = json!(POOL);
    server.raw().ok(operation, input).await.unwrap()
}

/// The rows of the audit trail: every write has one.
async fn rows(server: &TestServer) -> usize {
    let request = json!({"command": "audit", "query": {}, "position": null, "lines": 500});
    let request = serde_json::from_value(request).unwrap();
    let app = &server.state().app;
    let page = cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request);
    page.await.unwrap()["lines"].as_array().unwrap().len()
}

async fn sign_in(server: &TestServer) -> Value {
    let input = json!({
        "ClientId": "seededweb", "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": "jane", "PASSWORD": "Passw0rd!"},
    });
    server.unsigned().ok("InitiateAuth", input).await.unwrap()
}

pub(super) fn options(folder: &Path) -> Options {
    Options {
        folder: Some(folder.to_owned()),
        ..Options::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_is_there_at_the_start_twice_the_same_and_comes_out_as_it_went_in() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let file = folder.join("cognate.yaml");
    std::fs::write(&file, SEED).unwrap();
    let with_seed = options(&folder).with("seed", file.to_str().unwrap());
    let server = TestServer::start(with_seed.clone()).await.unwrap();

    // Everything is there, and by the API's own word.
    let jane = call(&server, "AdminGetUser", json!({"Username": "jane"})).await;
    assert_eq!(jane["UserStatus"], "CONFIRMED");
    assert_eq!(jane["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let attributes = jane["UserAttributes"].as_array().unwrap();
    assert!(attributes.contains(&json!({"Name": "custom:plan", "Value": "gold"})));
    assert!(
        attributes
            .contains(&json!({"Name": "sub", "Value": "11111111-2222-4333-8444-555555555555"}))
    );
    let groups = call(
        &server,
        "AdminListGroupsForUser",
        json!({"Username": "jane"}),
    )
    .await;
    assert_eq!(groups["Groups"].as_array().unwrap().len(), 2);
    let john = call(&server, "AdminGetUser", json!({"Username": "john"})).await;
    assert_eq!(john["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let jack = call(&server, "AdminGetUser", json!({"Username": "jack"})).await;
    assert_eq!(jack["Enabled"], false);
    assert_eq!(
        sign_in(&server).await["ChallengeName"],
        "SOFTWARE_TOKEN_MFA"
    );
    let client = json!({"ClientId": "seededserver"});
    let client = call(&server, "DescribeUserPoolClient", client).await;
    let secret = "abcdefghijklmnopqrstuvwxyz0123456789";
    assert_eq!(client["UserPoolClient"]["ClientSecret"], secret);

    // A second time nothing changes, and nothing is written.
    let before = rows(&server).await;
    assert_eq!(done(&folder, &["apply"], 0), "no changes\n");
    assert_eq!(done(&folder, &["diff"], 0), "no changes\n");
    assert_eq!(rows(&server).await, before);

    // A member that changes is all that changes. What is not of the seed is left alone.
    call(&server, "CreateGroup", json!({"GroupName": "others"})).await;
    let changed = SEED
        .replace("Description: all", "Description: everyone")
        .replace("MinimumLength: 9", "MinimumLength: 10")
        .replace("custom:plan: gold", "custom:plan: silver")
        .replace(secret, "zyxwvutsrqponmlkjihgfedcba9876543210")
        .replacen("password: Passw0rd!", "password: Passw0rd!2", 1);
    std::fs::write(&file, &changed).unwrap();
    let expected = format!(
        "~ user pool {POOL}: Policies\n\
         ~ app client seededserver of user pool {POOL}: secret\n\
         ~ group admins of user pool {POOL}: Description\n\
         ~ user jane of user pool {POOL}: custom:plan, password\n"
    );
    let would = done(&folder, &["diff"], 1);
    assert_eq!(
        would,
        format!("{expected}0 would be created, 4 would be changed\n")
    );
    let did = done(&folder, &["apply"], 0);
    assert_eq!(did, format!("{expected}0 created, 4 changed\n"));
    assert_eq!(done(&folder, &["apply"], 0), "no changes\n");
    let pool = call(&server, "DescribeUserPool", json!({})).await;
    assert_eq!(pool["UserPool"]["DeletionProtection"], "ACTIVE");
    assert_eq!(pool["UserPool"]["UserPoolTags"]["team"], "a");
    call(&server, "GetGroup", json!({"GroupName": "others"})).await;

    // The keys of tokens are there as soon as one was signed.
    let jwks = document(&server, &format!("/{POOL}/.well-known/jwks.json")).await;
    let all = done(
        &folder,
        &["export", POOL, "--format", "json", "--with-secrets"],
        0,
    );
    let plain = done(&folder, &["export", "--format", "json"], 0);
    for secret in [
        "native:",
        "csecret",
        "PRIVATE KEY",
        "JBSWY3DP",
        "zyxwvuts",
        "Passw0rd",
    ] {
        assert!(!plain.contains(secret), "{secret}");
        let kept = secret != "Passw0rd";
        assert_eq!(all.contains(secret), kept, "{secret}");
    }
    server.stop().await;

    // Into an empty server, and out again: with secrets and without, by each language.
    for (text, secrets, format) in [(&all, true, "yaml"), (&plain, false, "toml")] {
        let other = super::lifecycle::Scratch::new();
        let copy = other.0.join("cognate.json");
        std::fs::write(&copy, text).unwrap();
        let with_seed = options(&other.0).with("seed", copy.to_str().unwrap());
        let server = TestServer::start(with_seed).await.unwrap();
        assert_eq!(done(&other.0, &["apply"], 0), "no changes\n");
        let flag: &[&str] = if secrets { &["--with-secrets"] } else { &[] };
        let arguments = [&["export", "--format", "json"][..], flag].concat();
        assert_eq!(&done(&other.0, &arguments, 0), text);
        if secrets {
            let path = format!("/{POOL}/.well-known/jwks.json");
            assert_eq!(document(&server, &path).await, jwks);
        }
        // In another language it says the same.
        server.stop().await;
        let written = other.0.join(format!("again.{format}"));
        let written = written.to_str().unwrap();
        let output = ["export", "--format", format, "--output", written];
        done(&other.0, &[&output[..], flag].concat(), 0);
        assert_eq!(done(&other.0, &["diff", written], 0), "no changes\n");
    }
}

/// Gets a document.
async fn document(server: &TestServer, path: &str) -> String {
    let raw = server.unsigned();
    let reply = raw.fetch(Method::GET, path, &[], "").await.unwrap();
    String::from_utf8(reply.body.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_seed_cannot_have_ends_the_start_with_file_line_and_member() {
    let scratch = super::lifecycle::Scratch::new();
    let folder = scratch.0.clone();
    let file = folder.join("seed.yaml");
    let file = file.to_str().unwrap();
    let pool = "pools:\n- id: us-east-1_Bad\n";
    for (text, expected) in [
        (
            format!(
                "{pool}  settings: {{PoolName: x, Policies: {{PasswordPolicy: {{MinimumLength: 2}}}}}}\n"
            ),
            "seed.yaml: line 3: user pool us-east-1_Bad: 1 validation error detected",
        ),
        (
            format!(
                "{pool}  settings: {{PoolName: x}}\n  users:\n  - username: a\n  - {{username: b, password: short}}\n"
            ),
            "seed.yaml: line 6: user b of user pool us-east-1_Bad: Password does not conform to policy: Password not long enough",
        ),
        (
            format!(
                "{pool}  settings: {{PoolName: x}}\n  groups:\n  - {{GroupName: g, Precedence: -1}}\n"
            ),
            "seed.yaml: line 5: group g of user pool us-east-1_Bad: 1 validation error detected",
        ),
        (
            "pools:\n- {id: nowhere, settings: {PoolName: x}}\n".to_owned(),
            "seed.yaml: line 2: user pool nowhere: an id of a pool is a region, an underscore, and letters and digits",
        ),
    ] {
        std::fs::write(file, text).unwrap();
        let started = TestServer::start(Options::default().with("seed", file)).await;
        let error = format!("{:#}", started.err().unwrap());
        assert!(error.contains(expected), "{error}");
    }

    // What cannot change says so.
    let server = TestServer::start(options(&folder)).await.unwrap();
    std::fs::write(file, SEED).unwrap();
    done(&folder, &["apply", file], 0);
    for (from, to, expected) in [
        (
            "AliasAttributes: [email, preferred_username]",
            "AliasAttributes: [email]",
            "AliasAttributes is not as the seed says, and cannot change once it is there",
        ),
        (
            "MaxLength: 20",
            "MaxLength: 30",
            "the attribute plan is not as the seed says",
        ),
        (
            "sub: 1111",
            "sub: 2111",
            "user jane of user pool us-east-1_Seeded123: ",
        ),
    ] {
        std::fs::write(file, SEED.replace(from, to)).unwrap();
        let refused = run(&folder, &["apply", file]);
        assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
        assert!(
            complained(&refused).contains(expected),
            "{}",
            complained(&refused)
        );
    }
    std::fs::remove_file(file).unwrap();
    let none = run(&folder, &["apply"]);
    assert!(complained(&none).contains("there is no cognate.yaml, .json or .toml here"));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_brings_the_seed_back() {
    let scratch = super::lifecycle::Scratch::new();
    let file = scratch.0.join("seed.json");
    let seed = json!({"pools": [{"id": POOL, "settings": {"PoolName": "x"},
        "users": [{"username": "jane", "attributes": {"email": "j@e.example"}}]}]});
    std::fs::write(&file, seed.to_string()).unwrap();
    let options = Options::default().with("seed", file.to_str().unwrap());
    let server = TestServer::start(options).await.unwrap();
    let sub = call(&server, "AdminGetUser", json!({"Username": "jane"})).await;
    let raw = server.unsigned();
    let reply = raw
        .fetch(Method::POST, "/_dev/reset?seed=1", &[], "")
        .await
        .unwrap();
    assert_eq!(reply.status.as_u16(), 200);
    let again = call(&server, "AdminGetUser", json!({"Username": "jane"})).await;
    assert_eq!(again["UserAttributes"], sub["UserAttributes"]);
    let reply = raw
        .fetch(Method::POST, "/_dev/reset", &[], "")
        .await
        .unwrap();
    assert_eq!(reply.status.as_u16(), 200);
    let pools = server
        .raw()
        .ok("ListUserPools", json!({"MaxResults": 5}))
        .await;
    assert_eq!(pools.unwrap()["UserPools"], json!([]));
    server.stop().await;
}

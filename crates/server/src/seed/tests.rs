//! Tests of the reader of seeds: what is taken, what is refused and where, and the schema for editors.

use serde_json::{Value, json};

use super::document::Language;
use super::file::{ClientSeed, KeysSeed, PoolSeed, Seed, UserSeed};
use super::parts::{Item, Plan};
use super::*;

fn plan(text: &str) -> Plan {
    read(text, Language::Yaml, "eu-west-1", "123456789012").unwrap()
}

fn refused(text: &str) -> String {
    let refused = read(text, Language::Yaml, "eu-west-1", "123456789012");
    refused.unwrap_err().to_string()
}

#[test]
fn a_seed_is_read_in_the_order_in_which_it_is_applied() {
    let plan = plan(
        "pools:\n- id: us-east-1_Example1\n  users:\n  - username: jane\n    attributes: {email: a@b.example, email_verified: true}\n  \
         clients:\n  - {id: web, settings: {ClientName: web, RefreshTokenValidity: '30'}}\n  \
         settings: {PoolName: first, UserPoolTags: {year: 2026}}\n",
    );
    let kinds: Vec<String> = plan
        .parts
        .iter()
        .map(|part| format!("{:?}", part.item))
        .collect();
    assert!(
        kinds[0].starts_with("Pool(")
            && kinds[1].starts_with("Client(")
            && kinds[2].starts_with("Users(")
    );
    let Item::Pool(settings) = &plan.parts[0].item else {
        panic!("a pool");
    };
    assert_eq!(settings["UserPoolTags"]["year"], json!("2026"));
    let Item::Client(client) = &plan.parts[1].item else {
        panic!("a client");
    };
    assert_eq!(client.settings["RefreshTokenValidity"], json!(30));
    let Item::Users(users) = &plan.parts[2].item else {
        panic!("users");
    };
    assert_eq!(users[0].attributes["email_verified"].0, "true");
    assert_eq!(
        (plan.line(0, 0), plan.line(1, 0), plan.line(2, 0)),
        (8, 7, 4)
    );
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_member() {
    let pool = "pools:\n- id: us-east-1_E\n";
    for (text, expected) in [
        (
            format!("{pool}  setings: {{}}\n"),
            "line 3: pools: unknown field `setings`, expected one of `id`, `settings`",
        ),
        (
            format!("{pool}  settings:\n    PoolName: x\n    Polices: {{}}\n"),
            "line 3: us-east-1_E.settings.Polices: there is no member `Polices` here",
        ),
        (
            format!("{pool}  settings: {{pool_name: x}}\n"),
            "line 3: us-east-1_E.settings.pool_name: there is no member `pool_name` here; `PoolName` is one",
        ),
        (
            format!(
                "{pool}  settings: {{PoolName: x, Policies: {{PasswordPolicy: {{Length: 3}}}}}}\n"
            ),
            "line 3: us-east-1_E.settings.Policies.PasswordPolicy.Length: there is no member `Length` here",
        ),
        (
            format!("{pool}  clients:\n  - id: a\n    settings: {{ClientSecret: x}}\n"),
            "line 4: us-east-1_E.a.settings.ClientSecret: the seed has it as `secret`",
        ),
        (
            format!("{pool}  groups:\n  - {{Description: x}}\n"),
            "line 4: us-east-1_E.groups: there is no GroupName",
        ),
        (
            format!("{pool}  users:\n  - username: [a]\n"),
            "line 4: pools.users.username: this is a list, expected a string",
        ),
        (
            format!("{pool}  users:\n  - username: a\n    password: {{x: secret}}\n"),
            "line 5: pools.users.password: this is a table, expected a string",
        ),
        (
            format!("{pool}  users:\n  - username: a\n  - username: a\n"),
            "line 5: us-east-1_E.users.a: the user is there twice",
        ),
        (
            format!("{pool}  users:\n  - {{username: a, password: x, password_hash: y}}\n"),
            "line 4: us-east-1_E.users.a: a user has a password or a password_hash",
        ),
        (
            format!("{pool}- id: us-east-1_E\n"),
            "line 3: id: the pool is there twice",
        ),
        (
            "version: 2\npools: []\n".to_owned(),
            "line 1: the version is 1",
        ),
        (
            "pools: x\n".to_owned(),
            "line 1: pools: this is a text, expected a sequence",
        ),
    ] {
        let found = refused(&text);
        assert!(found.starts_with(expected), "{found}\n{expected}");
    }
}

#[test]
fn what_is_no_seed_says_what_is_taken() {
    for text in ["Clients: {}\n", "version: 1\n", "[]\n", "\n"] {
        let found = refused(text);
        let expected = "line 1: this is no seed, since it has no pools; an answer of describe-user-pool, a template of CloudFormation \
                        and a state of Terraform are taken, too, files of emulators are not (docs/SEED.md)";
        assert_eq!(found, expected);
    }
    let state =
        json!({"version": 3, "terraform_version": "0.11.14", "resources": [], "modules": []});
    let read = read(&state.to_string(), Language::Json, "x", "y");
    let error = read.unwrap_err().to_string();
    assert!(error.starts_with("a state has version 4"), "{error}");
    // A name may be made for a terminal.
    let old = json!({"version": 4, "terraform_version": "0.11.14", "resources": [
        {"type": "aws_cognito_user_pool", "name": "\u{1b}[2J", "instances": [{"attributes_flat": {}}]}]});
    let error = state::of(&old, true).unwrap_err().to_string();
    assert!(
        error.starts_with("aws_cognito_user_pool.\\u{1b}[2J has no attributes"),
        "{error}"
    );
}

#[test]
fn answers_of_describe_are_seeds() {
    let text = json!({
        "UserPool": {"Id": "us-east-1_Abc", "Name": "old", "Arn": "x", "CreationDate": 1, "MfaConfiguration": "OPTIONAL",
            "SchemaAttributes": [{"Name": "custom:dept", "AttributeDataType": "String", "Mutable": true},
                {"Name": "custom:email", "AttributeDataType": "String"}],
            "EmailVerificationMessage": "x", "VerificationMessageTemplate": {"EmailMessage": "x"},
            "AdminCreateUserConfig": {"UnusedAccountValidityDays": 7}},
        "UserPoolClient": {"UserPoolId": "us-east-1_Abc", "ClientId": "abc", "ClientName": "web", "ClientSecret": "s",
            "LastModifiedDate": 5},
    });
    let plan = read(&text.to_string(), Language::Json, "x", "y").unwrap();
    let items: Vec<Value> = plan.parts.iter().map(|part| json!(part.item)).collect();
    let attribute = json!({"Name": "dept", "AttributeDataType": "String", "Mutable": true});
    assert_eq!(
        items,
        [
            json!({"pool": {"PoolName": "old", "Schema": [attribute],
                "VerificationMessageTemplate": {"EmailMessage": "x"}}}),
            json!({"mfa": {"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": {"Enabled": true}}}),
            json!({"client": {"id": "abc", "secret": "s", "settings": {"ClientName": "web"}}}),
        ]
    );
    // By its name a seed would declare the standard one anew.
    assert_eq!(
        plan.notes,
        [
            "user pool us-east-1_Abc: the attribute custom:email is left out: its name is a standard attribute's"
        ]
    );
}

const TEMPLATE: &str = "\
Parameters:
  Stage: {Type: String, Default: test}
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties:
      UserPoolName: !Sub '${Stage}-pool'
      MfaConfiguration: 'ON'
      EnabledMfas: [SOFTWARE_TOKEN_MFA]
      LambdaConfig: {PreSignUp: !GetAtt Hook.Arn}
      UserPoolTags: {_custom_id_: Fixed1234}
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties:
      UserPoolId: !Ref Pool
      ClientName: web
      CallbackURLs: [!Join ['', ['https://', !Ref Stage, '.example/cb']]]
      LogoutURLs: !Ref AWS::NoValue
  Door:
    Type: AWS::Cognito::UserPoolDomain
    Properties: {UserPoolId: {Ref: Pool}, Domain: shop}
  Attached:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref Pool, Username: !Ref Jane, GroupName: !Ref Admins}
  Jane:
    Type: AWS::Cognito::UserPoolUser
    Properties: {UserPoolId: !Ref Pool, Username: jane, UserAttributes: [{Name: email, Value: j@e.example}]}
  Admins:
    Type: AWS::Cognito::UserPoolGroup
    Properties: {UserPoolId: !Ref Pool, GroupName: admins, Description: !Sub 'of ${Pool.Arn}, ${!x}'}
  Identity: {Type: AWS::Cognito::IdentityPool}
  Hook: {Type: AWS::Lambda::Function}
";

#[test]
fn templates_are_seeds_with_their_references_resolved() {
    let plan = plan(TEMPLATE);
    let pool = "eu-west-1_Fixed1234";
    assert!(plan.parts.iter().all(|part| part.pool == pool));
    let items: Vec<Value> = plan.parts.iter().map(|part| json!(part.item)).collect();
    let client = items[2]["client"]["id"].as_str().unwrap().to_owned();
    assert_eq!(client.len(), 26);
    assert_eq!(
        items,
        [
            json!({"pool": {"PoolName": "test-pool",
                "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:Hook"},
                "UserPoolTags": {"_custom_id_": "Fixed1234"}}}),
            json!({"mfa": {"MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": {"Enabled": true}}}),
            json!({"client": {"id": client, "settings": {"ClientName": "web", "CallbackURLs": ["https://test.example/cb"]}}}),
            json!({"domain": {"Domain": "shop"}}),
            json!({"group": {"GroupName": "admins",
                "Description": format!("of arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{pool}, ${{x}}")}}),
            json!({"users": [{"username": "jane", "attributes": {"email": "j@e.example"}, "groups": ["admins"]}]}),
        ]
    );
    assert_eq!(
        plan.notes,
        [
            format!("Pool is user pool {pool}"),
            "Identity is left out: AWS::Cognito::IdentityPool".to_owned(),
            format!("Web is app client {client}"),
        ]
    );
}

#[test]
fn what_a_template_computes_otherwise_is_refused_by_name() {
    for (value, expected) in [
        (
            "!ImportValue x",
            "line 5: Pool.UserPoolName: Fn::ImportValue is not computed here",
        ),
        (
            "!Ref Nothing",
            "line 5: Pool.UserPoolName: there is nothing called Nothing in the template",
        ),
        (
            "!Ref Bucket",
            "line 5: Pool.UserPoolName: Ref of Bucket (AWS::S3::Bucket) has no value here",
        ),
        (
            "!GetAtt Bucket.Arn",
            "line 5: Pool.UserPoolName: Fn::GetAtt Bucket.Arn (AWS::S3::Bucket) has no value here",
        ),
        (
            "!Sub '${A'",
            "line 5: Pool.UserPoolName: Fn::Sub has ${ without an end",
        ),
    ] {
        let text = format!(
            "Resources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      UserPoolName: {value}\n  \
             Bucket: {{Type: AWS::S3::Bucket}}\n"
        );
        assert_eq!(refused(&text), expected);
    }
}

#[test]
fn a_template_that_refers_to_itself_is_refused_and_not_followed() {
    for (value, expected) in [
        (
            "!Ref Admins",
            "line 6: Admins.GroupName.Admins: GroupName of Admins refers to itself",
        ),
        (
            "!Sub 'x${Others}'",
            "line 8: Admins.GroupName.Others.Admins: GroupName of Others refers to itself",
        ),
        (
            "!GetAtt Hook.Arn",
            "line 9: Admins.GroupName.Hook: FunctionName of Hook refers to itself",
        ),
    ] {
        let text = format!(
            "Resources:\n  Pool: {{Type: AWS::Cognito::UserPool}}\n  Admins:\n    Type: AWS::Cognito::UserPoolGroup\n    Properties:\n      \
             GroupName: {value}\n      UserPoolId: !Ref Pool\n  \
             Others: {{Type: AWS::Cognito::UserPoolGroup, Properties: {{UserPoolId: !Ref Pool, GroupName: !Ref Admins}}}}\n  \
             Hook: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: !Ref Hook}}}}\n"
        );
        assert_eq!(refused(&text), expected, "{value}");
    }
    // A chain that ends, too long to be followed.
    let mut text = "Resources:\n  Pool: {Type: AWS::Cognito::UserPool}\n".to_owned();
    for at in 0..200 {
        let next = at + 1;
        text.push_str(&format!(
            "  G{at}: {{Type: AWS::Cognito::UserPoolGroup, Properties: {{UserPoolId: !Ref Pool, GroupName: !Ref G{next}}}}}\n"
        ));
    }
    text.push_str(
        "  G200: {Type: AWS::Cognito::UserPoolGroup, Properties: {UserPoolId: !Ref Pool}}\n",
    );
    let why = refused(&text);
    assert!(
        why.contains("the template has more than 128 levels, with what its references lead to"),
        "{why}"
    );
}

#[test]
fn what_a_template_multiplies_is_counted() {
    let long = "x".repeat(10_000);
    let double = "${A}".repeat(2_000);
    let more = "a, ".repeat(2_000);
    for value in [
        // A text that is substituted, and one that is joined, more often than there is room.
        format!("!Sub '{double}'"),
        format!("!Join ['{long}', [{more}a]]"),
    ] {
        let text = format!(
            "Parameters: {{A: {{Default: '{long}'}}}}\nResources:\n  Pool: {{Type: AWS::Cognito::UserPool, Properties: {{UserPoolName: {value}}}}}\n"
        );
        let why = refused(&text);
        assert!(
            why.contains("the template makes too much of what is in it"),
            "{why}"
        );
    }
    // Names that each double the one before.
    let mut text = "Resources:\n  Pool: {Type: AWS::Cognito::UserPool}\n  G0: {Type: AWS::Cognito::UserPoolGroup, Properties: {GroupName: xxxxxxxx}}\n".to_owned();
    for at in 1..24 {
        let before = at - 1;
        text.push_str(&format!(
            "  G{at}: {{Type: AWS::Cognito::UserPoolGroup, Properties: {{GroupName: !Sub '${{G{before}}}${{G{before}}}'}}}}\n"
        ));
    }
    let why = refused(&text);
    assert!(
        why.contains("the template makes too much of what is in it"),
        "{why}"
    );
}

/// The fields that a type's reader knows.
fn fields<T: serde::de::DeserializeOwned>() -> Vec<String> {
    let node = document::read("zzz: 1", Language::Yaml).unwrap();
    let Err(error) = decode::decode::<T>(&node) else {
        panic!("it takes anything");
    };
    let text = error.to_string();
    let (_, list) = text.split_once("expected ").unwrap();
    let names = list.split('`').skip(1).step_by(2);
    names.map(str::to_owned).collect()
}

#[test]
fn the_schema_for_editors_has_the_members_of_the_types() {
    let named = |members: &[(&str, &str, &str)]| {
        let names = members.iter().map(|(name, ..)| (*name).to_owned());
        names.collect::<Vec<_>>()
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    for (of_type, of_schema) in [
        (fields::<Seed>(), named(schema::SEED)),
        (fields::<PoolSeed>(), named(schema::POOL)),
        (fields::<KeysSeed>(), named(schema::KEYS)),
        (fields::<ClientSeed>(), named(schema::CLIENT)),
        (fields::<UserSeed>(), named(schema::USER)),
    ] {
        assert_eq!(sorted(of_type), sorted(of_schema));
    }
    let kept = include_str!("../../../../docs/seed.schema.json");
    let made = serde_json::to_string_pretty(&schema::schema()).unwrap() + "\n";
    assert!(kept == made, "cognate seed schema > docs/seed.schema.json");
}

#[test]
fn a_text_of_a_user_makes_no_file_unreadable() {
    let odd = "a\u{0}\u{1b}\u{7f}\u{80}\u{85}\u{9f}\u{61c}\u{200e}\u{2028}\u{2029}\u{202e}\u{2066}\u{feff}\u{fffe}\u{ffff}\n\t\u{a0}é漢😀";
    let value = json!({"pools": [{"id": "us-east-1_A", "settings": {"PoolName": odd, "UserPoolTags": {odd: "x"}}}]});
    let seed: Seed = serde_json::from_value(value.clone()).unwrap();
    let yaml = write::yaml_of(&value);
    // What YAML 1.1 takes in a file, without what it takes for the end of a line.
    let is_printable = |c: char| matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..);
    assert!(yaml.chars().all(is_printable), "{yaml:?}");
    assert_eq!(
        document::read(&yaml, Language::Yaml).unwrap().to_json(),
        value
    );
    for language in [Language::Yaml, Language::Json] {
        let text = write::write(&seed, language).unwrap();
        assert!(text.contains(
            "\\u0085\\u009f\\u061c\\u200e\\u2028\\u2029\\u202e\\u2066\\ufeff\\ufffe\\uffff"
        ));
        let node = document::read(&text, language).unwrap();
        assert_eq!(decode::decode::<Seed>(&node).unwrap(), seed, "{text}");
    }
}

#[test]
fn a_seed_is_written_as_it_is_read() {
    let seed: Seed = serde_json::from_value(json!({
        "version": 1,
        "pools": [{"id": "us-east-1_A", "settings": {"PoolName": "a: #b", "Schema": [{"Name": "x", "Mutable": true}],
            "LambdaConfig": {}, "UserPoolTags": {"on": "007", "a b": "multi\nline", "é": "true"}},
            "users": [{"username": "jane", "enabled": false, "groups": ["a", "b"], "mfa": []}]}],
    }))
    .unwrap();
    for language in [Language::Yaml, Language::Json, Language::Toml] {
        let text = write::write(&seed, language).unwrap();
        let node = document::read(&text, language).unwrap();
        assert_eq!(decode::decode::<Seed>(&node).unwrap(), seed, "{text}");
    }
}

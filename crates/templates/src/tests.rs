//! States that Terraform wrote (version 1.11.4, provider 5.100), seeds of them, and what seeds become.

use serde_json::{Map, Value, json};

use crate::terraform::Beside;
use crate::{cloudformation, reading, seeds, state, terraform};

const STATE: &str = include_str!("../tests/files/state.json");
const SHOWN: &str = include_str!("../tests/files/show.json");

fn made(text: &str, secrets: bool) -> seeds::Made {
    let document = reading::read(text.as_bytes()).unwrap();
    seeds::of(state::read(&document).unwrap(), secrets)
}

fn pool(secrets: bool) -> Value {
    made(STATE, secrets).seed["pools"][0].clone()
}

#[test]
fn a_state_and_what_is_shown_of_it_are_the_same_seed() {
    let seed = made(STATE, true);
    assert_eq!(made(SHOWN, true).seed, seed.seed);
    assert_eq!(seed.seed["version"], 1);
    let pools = seed.seed["pools"].as_array().unwrap();
    assert_eq!(pools.len(), 1);
    let pool = &pools[0];
    assert_eq!(pool["id"], "us-east-1_Full00001");
    let settings = &pool["settings"];
    assert_eq!(settings["PoolName"], "full pool");
    assert_eq!(settings["UserPoolTags"], json!({"a b": "x/y", "team": "a"}));
    assert_eq!(
        settings["Schema"][3],
        json!({"AttributeDataType": "String", "DeveloperOnlyAttribute": false, "Mutable": true, "Name": "plan",
            "Required": false, "StringAttributeConstraints": {}})
    );
    // Said once, in the template.
    assert_eq!(settings["EmailVerificationMessage"], Value::Null);
    assert_eq!(
        settings["VerificationMessageTemplate"]["EmailMessage"],
        "Code {####} ${x} \n<b>ü</b>\n"
    );
    assert_eq!(
        pool["mfa"],
        json!({
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": {"Enabled": true},
            "EmailMfaConfiguration": {"Message": "Your {####}", "Subject": "Code"},
            "SmsMfaConfiguration": {"SmsConfiguration": settings["SmsConfiguration"], "SmsAuthenticationMessage": "Auth {####}"},
            "WebAuthnConfiguration": {"RelyingPartyId": "auth.example.com", "UserVerification": "required"},
        })
    );
    assert_eq!(
        pool["domains"],
        json!([{"Domain": "fulldomain", "ManagedLoginVersion": 2}])
    );
    assert_eq!(
        pool["groups"],
        json!([{"GroupName": "admins", "Description": "all", "Precedence": 1, "RoleArn": "arn:aws:iam::999999999999:role/admin"}])
    );
    assert_eq!(
        pool["users"],
        json!([
            {"username": "jane", "sub": "c229f477-ee2b-4d61-bbbf-2df2b2c78f52", "password": "Passw0rdPassw0rd",
                "attributes": {"email": "jane@example.com", "email_verified": "true", "custom:plan": "gold"}, "groups": ["admins"]},
            {"username": "john", "sub": "e3910384-3ad1-4e6f-80e1-da392ec4eaf0", "password": "Passw0rdPassw0rd",
                "temporary": true, "enabled": false, "attributes": {"email": "john@example.com"}},
        ])
    );
    assert_eq!(
        pool["log_delivery"],
        json!({"LogConfigurations": [{"EventSource": "userNotification", "LogLevel": "ERROR",
            "CloudWatchLogsConfiguration": {"LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:x"}}]})
    );
    assert_eq!(
        pool["managed_login_branding"],
        json!([{"ClientId": "1example23456789", "UseCognitoProvidedValues": false,
            "Settings": {"components": {"form": {"borderRadius": 8.0}}},
            "Assets": [{"Bytes": "PHN2Zy8+", "Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "SVG"}]}])
    );
    assert_eq!(pool["risk_configurations"].as_array().unwrap().len(), 2);
    assert_eq!(pool["ui_customizations"].as_array().unwrap().len(), 2);
    let client = &pool["clients"][0];
    assert_eq!(client["id"], "1example23456789");
    assert_eq!(
        client["secret"],
        "examplesecretexamplesecretexamplesecretexample00001"
    );
    assert_eq!(client["settings"]["GenerateSecret"], Value::Null);
    assert_eq!(
        seed.notes,
        [
            "user pool us-east-1_Full00001 is of account 123456789012: its ARN is the same with `--account 123456789012`",
            "aws_cognito_identity_pool.other is left out: a seed has no aws_cognito_identity_pool",
        ]
    );
}

#[test]
fn without_secrets_none_is_in_the_seed_or_in_what_is_said() {
    let seed = made(STATE, false);
    let text = format!("{}{:?}", seed.seed, seed.notes);
    for secret in ["Passw0rd", "examplesecret", "topsecret"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let client = &seed.seed["pools"][0]["clients"][0];
    assert_eq!(client["settings"]["GenerateSecret"], true);
    for left_out in [
        "aws_cognito_user_pool_client.web: client_secret is left out, which is secret (--with-secrets)",
        "aws_cognito_identity_provider.corp: client_secret is left out, which is secret (--with-secrets)",
        "aws_cognito_user.jane: password is left out, which is secret (--with-secrets)",
        "aws_cognito_user.john: temporary_password is left out, which is secret (--with-secrets)",
    ] {
        assert!(
            seed.notes.contains(&left_out.to_owned()),
            "{left_out}: {:?}",
            seed.notes
        );
    }
    let document = reading::read(STATE.as_bytes()).unwrap();
    let state = format!("{:?}", state::read(&document).unwrap());
    assert!(!state.contains("Passw0rd"));
}

#[test]
fn what_is_no_state_is_refused_and_what_is_odd_in_one_is_named() {
    for (document, expected) in [
        (json!([]), "this is no state"),
        (
            json!({"version": 3, "resources": []}),
            "a state has version 4",
        ),
        (json!({"encrypted_data": "x"}), "the state is encrypted"),
        (
            json!({"planned_values": {}, "resource_changes": []}),
            "this is a plan",
        ),
        (
            json!({"version": 4, "resources": [{"type": "aws_cognito_user_pool", "name": "x", "instances": [{"attributes_flat": {}}]}]}),
            "aws_cognito_user_pool.x has no attributes",
        ),
    ] {
        let error = state::read(&document).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    let of = |kind: &str, instances: Value| json!({"mode": "managed", "type": format!("aws_cognito_{kind}"), "name": "x", "instances": instances});
    let group =
        |pool: &str| json!({"attributes": {"name": "g", "user_pool_id": pool, "precedence": 0}});
    let document = json!({"version": 4, "terraform_version": "1.9.0", "resources": [
        of("user_group", json!([group("us-east-1_A"), group("us-east-1_A"), group("")])),
        of("user_pool", json!([{"index_key": 0, "deposed": "00000001", "attributes": {"id": "us-east-1_A"}}])),
        of("user_pool_domain", json!([{"index_key": "a", "status": "tainted",
            "attributes": {"domain": "d", "user_pool_id": "us-east-1_A", "certificate_arn": "arn:x", "novel": [1]}}])),
        of("user_in_group", json!([{"attributes": {"user_pool_id": "us-east-1_A", "username": "old", "group_name": "g"}}])),
    ]});
    let made = seeds::of(state::read(&document).unwrap(), true);
    assert_eq!(
        made.seed["pools"],
        json!([{"id": "us-east-1_A", "groups": [{"GroupName": "g"}],
            "domains": [{"Domain": "d", "CustomDomainConfig": {"CertificateArn": "arn:x"}}],
            "users": [{"username": "old", "groups": ["g"]}]}])
    );
    assert_eq!(
        made.notes,
        [
            "aws_cognito_user_pool.x[0] is left out: it is to be destroyed",
            "aws_cognito_user_pool_domain.x[\"a\"] is to be made anew at the next apply",
            "aws_cognito_user_group.x is left out: another resource is the same",
            "aws_cognito_user_group.x is left out: it has no user_pool_id or no name",
            "aws_cognito_user_pool_domain.x[\"a\"]: novel is left out",
        ]
    );
}

/// The state that an apply of a configuration would leave, as far as the configuration says it.
fn applied(text: &Value) -> Value {
    let blocks = text.as_array().unwrap();
    let name = |block: &Value| {
        format!(
            "{}.{}",
            block["labels"][0].as_str().unwrap(),
            block["labels"][1].as_str().unwrap()
        )
    };
    let ids: Map<String, Value> = blocks
        .iter()
        .filter(|block| block["block"] == "import")
        .map(|block| {
            (
                block["body"]["to"]["reference"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
                block["body"]["id"].clone(),
            )
        })
        .collect();
    let resources = blocks.iter().filter(|block| block["block"] == "resource");
    let resources: Vec<Value> = resources
        .map(|block| {
            let mut attributes = block["body"].clone();
            resolve(&mut attributes, blocks, &ids);
            let id = ids.get(&name(block)).and_then(Value::as_str).unwrap_or_default();
            let id = id.rsplit('/').next().unwrap();
            attributes["id"] = json!(id);
            json!({"mode": "managed", "type": block["labels"][0], "name": block["labels"][1], "instances": [{"attributes": attributes}]})
        })
        .collect();
    json!({"version": 4, "terraform_version": "1.11.4", "resources": resources})
}

fn resolve(value: &mut Value, blocks: &[Value], ids: &Map<String, Value>) {
    if let Some(reference) = value.get("reference").and_then(Value::as_str) {
        let (address, member) = reference.rsplit_once('.').unwrap();
        let (kind, name) = address.split_once('.').unwrap_or((address, member));
        let found = blocks
            .iter()
            .find(|block| block["labels"] == json!([kind, name]));
        let mut found = match (member, found) {
            ("id", _) => ids.get(address).map_or(Value::Null, |id| {
                json!(id.as_str().unwrap().rsplit('/').next())
            }),
            (_, Some(found)) => found["body"].get(member).cloned().unwrap_or_default(),
            _ => Value::Null,
        };
        resolve(&mut found, blocks, ids);
        *value = found;
        return;
    }
    match value {
        Value::Object(members) => {
            members.remove("depends_on");
            members.remove("lifecycle");
            members
                .values_mut()
                .for_each(|value| resolve(value, blocks, ids));
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|value| resolve(value, blocks, ids)),
        _ => {}
    }
}

#[test]
fn a_configuration_that_is_applied_is_the_same_seed_again() {
    let mut seed = pool(true);
    let beside = Beside {
        brandings: [("1example23456789".to_owned(), "b".to_owned())]
            .into_iter()
            .collect(),
        ..Beside::default()
    };
    let blocks = terraform::blocks(&[seed.clone()], &beside);
    let state = applied(&blocks);
    let again = seeds::of(state::read(&state).unwrap(), true);
    let mut again = again.seed["pools"][0].clone();
    // What a configuration cannot hold.
    for client in seed["clients"].as_array_mut().unwrap() {
        client.as_object_mut().unwrap().remove("secret");
        client["settings"]["GenerateSecret"] = json!(true);
    }
    for user in seed["users"].as_array_mut().unwrap() {
        let user = user.as_object_mut().unwrap();
        for name in ["sub", "password", "temporary"] {
            user.remove(name);
        }
    }
    for branding in again["managed_login_branding"].as_array_mut().unwrap() {
        // The provider takes it beside settings from nobody, and answers it.
        branding["UseCognitoProvidedValues"] = json!(false);
    }
    for look in again["ui_customizations"].as_array_mut().unwrap() {
        if look.get("ClientId").is_none() {
            look["ClientId"] = json!("ALL");
        }
    }
    for name in seed.as_object().unwrap().keys() {
        assert_eq!(again[name], seed[name], "{name}");
    }
}

#[test]
fn a_configuration_has_no_secret_and_says_what_it_does_not_hold() {
    let made = terraform::configuration(&[pool(false)], &Beside::default());
    for line in [
        "      version = \">= 6.4\"",
        "variable \"full_pool_corp_client_secret\" {\n  type      = string\n  sensitive = true\n}",
        "    client_secret                 = var.full_pool_corp_client_secret",
        "  generate_secret                               = true",
        "  lifecycle {\n    ignore_changes = [generate_secret]\n  }",
        "import {\n  to = aws_cognito_user_pool_client.full_pool_web\n  id = \"us-east-1_Full00001/1example23456789\"\n}",
        "  id = \"us-east-1_Full00001|https://api.example\"",
        "  id = \"us-east-1_Full00001:corp\"",
        "  id = \"us-east-1_Full00001:1example23456789\"",
        "  id = \"us-east-1_Full00001,ALL\"",
        "  id = \"us-east-1_Full00001/admins\"",
        "    email_message         = <<EOT\nCode {####} $${x} \n<b>ü</b>\nEOT\n",
        "  settings = jsonencode({\n    components = {\n      form = {\n        borderRadius = 8.0\n      }\n    }\n  })",
        "# - aws_cognito_managed_login_branding.full_pool_web: the id by which it is imported\n",
        "# - memberships cannot be imported: the first apply adds them, which changes nothing\n",
    ] {
        assert!(made.text.contains(line), "{line}\n{}", made.text);
    }
    assert!(!made.text.contains("secret00001"));
    let hostile = json!({"id": "us-east-1_\"}\n", "settings": {"PoolName": "x\"\n}\nresource", "New\u{1b}": {"a": 1}},
        "groups": [{"GroupName": "${file(\"/etc/passwd\")}"}, {"GroupName": "%{ if true }"}, {"GroupName": "e\u{301}"}]});
    let made = terraform::configuration(&[hostile], &Beside::default());
    assert!(
        made.text
            .contains("  name         = \"$${file(\\\"/etc/passwd\\\")}\""),
        "{}",
        made.text
    );
    assert!(made.text.contains("  name         = \"%%{ if true }\""));
    assert!(made.text.contains("  name = \"x\\\"\\n}\\nresource\""));
    assert!(!made.text.contains('\u{1b}'));
    assert_eq!(made.warnings.len(), 2, "{:?}", made.warnings);
    assert!(made.warnings[1].ends_with("not in NFC, which Terraform makes of it"));
}

#[test]
fn brandings_say_one_of_two_and_are_imported_by_pool_and_id() {
    let branding = |client: &str, own: Value, settings: Value| json!({"ClientId": client, "UseCognitoProvidedValues": own, "Settings": settings});
    let pool = json!({"id": "us-east-1_A", "settings": {"PoolName": "p"}, "managed_login_branding": [
        branding("one", json!(false), json!({})), branding("two", json!(true), json!(null)), branding("three", json!(false), json!(null))]});
    let beside = Beside {
        brandings: [("one".to_owned(), "b".to_owned())].into_iter().collect(),
        left_out: vec!["user pool us-east-1_A: terms".to_owned()],
    };
    let made = terraform::configuration(std::slice::from_ref(&pool), &beside);
    assert_eq!(made.text.matches("  id = \"us-east-1_A,b\"\n").count(), 1);
    assert!(
        made.text
            .contains("# It does not hold:\n# - user pool us-east-1_A: terms\n"),
        "{}",
        made.text
    );
    let blocks = terraform::blocks(&[pool], &beside);
    let said: Vec<Value> = blocks
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["labels"][0] == "aws_cognito_managed_login_branding")
        .map(|block| {
            json!([
                block["body"].get("settings"),
                block["body"].get("use_cognito_provided_values")
            ])
        })
        .collect();
    assert_eq!(
        said,
        [
            json!(["{}", null]),
            json!([null, true]),
            json!([null, false])
        ]
    );
}

#[test]
fn what_second_factors_say_while_they_are_off_is_named() {
    let pool = |mfa: Value| json!({"id": "us-east-1_A", "settings": {"PoolName": "p"}, "mfa": mfa});
    let email = json!({"Message": "m {####}", "Subject": ""});
    let off = json!({"MfaConfiguration": "OFF", "EmailMfaConfiguration": email, "SoftwareTokenMfaConfiguration": {"Enabled": true}});
    let made = terraform::configuration(&[pool(off)], &Beside::default());
    let address = "aws_cognito_user_pool.p";
    assert_eq!(
        made.warnings,
        [
            format!(
                "{address}: Mfa.SoftwareTokenMfaConfiguration.Enabled, while second factors are off"
            ),
            format!("{address}: Mfa.EmailMfaConfiguration.Message, while second factors are off"),
        ]
    );
    for nothing in [
        json!({}),
        json!({"MfaConfiguration": "OFF", "EmailMfaConfiguration": {}, "SoftwareTokenMfaConfiguration": {"Enabled": false}}),
    ] {
        let made = terraform::configuration(&[pool(nothing)], &Beside::default());
        assert_eq!(made.warnings, [""; 0]);
    }
}

#[test]
fn a_name_that_no_import_takes_ends_no_plan() {
    let pool = json!({"id": "us-east-1_A", "settings": {"PoolName": "p"}, "groups": [{"GroupName": "a/b"}],
        "users": [{"username": "a/b", "groups": ["a/b"]}, {"username": "jane"}]});
    let made = terraform::configuration(&[pool], &Beside::default());
    assert_eq!(
        made.text.matches("resource \"aws_cognito_user\"").count(),
        1
    );
    assert_eq!(made.text.matches("aws_cognito_user_in_group").count(), 0);
    assert!(made.text.contains("  id = \"us-east-1_A/jane\""));
    // The provider takes the rest behind the first as the name.
    assert!(made.text.contains("  id = \"us-east-1_A/a/b\""));
    assert_eq!(
        made.warnings,
        [
            "user \"a/b\" of us-east-1_A with all memberships: the provider takes no name with a / in an import, and without one \
             the first apply would fail"
        ]
    );
}

#[test]
fn what_a_seed_has_no_place_for_is_named_wherever_it_stands() {
    let of = |kind: &str, attributes: Value| json!({"type": format!("aws_cognito_{kind}"), "name": "x", "instances": [{"attributes": attributes}]});
    let document = json!({"version": 4, "terraform_version": "1.9.0", "resources": [
        of("user_pool", json!({"id": "us-east-1_A", "name": "a", "domain": "d", "endpoint": "e",
            "admin_create_user_config": [{"allow_admin_create_user_only": true, "unused_account_validity_days": 30}],
            "lambda_config": [{"pre_sign_up": "arn:x", "novel": [{"a": 1}]}]})),
        of("managed_login_branding", json!({"client_id": "c", "user_pool_id": "us-east-1_A", "settings": "no JSON", "settings_all": "{}"})),
        of("user", json!({"username": "jane", "user_pool_id": "us-east-1_A", "password": "x", "message_action": "SUPPRESS",
            "client_metadata": {"a": "b"}, "novel": true})),
    ]});
    let made = seeds::of(state::read(&document).unwrap(), true);
    assert_eq!(
        made.seed["pools"][0]["settings"],
        json!({"PoolName": "a", "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}, "LambdaConfig": {"PreSignUp": "arn:x"}})
    );
    assert_eq!(
        made.notes,
        [
            "aws_cognito_user_pool.x: admin_create_user_config.unused_account_validity_days is left out",
            "aws_cognito_user_pool.x: lambda_config.novel is left out",
            "aws_cognito_managed_login_branding.x: settings is left out",
            "aws_cognito_user.x: client_metadata is left out",
            "aws_cognito_user.x: novel is left out",
        ]
    );
}

#[test]
fn a_template_keeps_what_it_can_and_names_the_rest() {
    let made = cloudformation::template(&[pool(true)], &["user pool x: terms".to_owned()]);
    let resources = &made.template["Resources"];
    let kinds: Vec<&str> = resources
        .as_object()
        .unwrap()
        .values()
        .map(|resource| resource["Type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.len(), 15, "{kinds:?}");
    let pool = &resources["PoolFullPool"];
    assert_eq!(
        pool["Metadata"],
        json!({"Cognate": {"Id": "us-east-1_Full00001"}})
    );
    assert_eq!(pool["Properties"]["UserPoolName"], "full pool");
    assert_eq!(
        pool["Properties"]["EnabledMfas"],
        json!(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"])
    );
    let client = &resources["PoolFullPoolClientWeb"];
    assert_eq!(
        client["Metadata"],
        json!({"Cognate": {"Id": "1example23456789"}})
    );
    assert_eq!(
        client["DependsOn"],
        json!(["PoolFullPoolProviderCorp", "PoolFullPoolServerApi"])
    );
    assert!(
        made.warnings
            .contains(&"users of us-east-1_Full00001: enabled, password, temporary".to_owned()),
        "{:?}",
        made.warnings
    );
    assert_eq!(made.warnings[0], "user pool x: terms");
    let text = made.template.to_string();
    assert!(!text.contains("examplesecret") && !text.contains("Passw0rd"));

    let hostile = json!({"id": "p", "settings": {"PoolName": "a", "UserPoolTags": {"Ref": "x"}, "SmsAuthenticationMessage": "{{resolve:ssm:x}}"},
        "identity_providers": [{"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": {"client_id": "x"}}]});
    let made = cloudformation::template(&[hostile], &[]);
    let pool = &made.template["Resources"]["PoolA"];
    assert_eq!(pool["Properties"], json!({"UserPoolName": "a"}));
    assert_eq!(
        made.template["Parameters"],
        json!({"PoolAProviderGoogleSecret": {"Type": "String", "NoEcho": true, "Description": "client_secret of Google"}})
    );
    assert_eq!(
        made.template["Metadata"]["Cognate"]["LeftOut"],
        json!(made.warnings)
    );
    assert_eq!(made.warnings.len(), 2);
}

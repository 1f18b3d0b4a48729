//! Plans: two that Terraform wrote (version 1.11.4, provider 5.100), and small ones in the form of what people report.

use serde_json::{Value, json};

use crate::plan::causes::CAUSES;
use crate::plan::{Report, explain};
use crate::reading;

fn read(text: &str) -> Report {
    explain(&reading::read(text.as_bytes()).unwrap()).unwrap()
}

/// A plan with one change in place, and what the configuration sets of the resource.
fn plan(kind: &str, before: Value, after: Value, expressions: Value) -> Value {
    let address = format!("aws_cognito_{kind}.x");
    json!({
        "format_version": "1.2",
        "resource_changes": [{"address": address, "mode": "managed", "type": format!("aws_cognito_{kind}"), "name": "x",
            "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": {}}}],
        "configuration": {"root_module": {"resources": [{"address": address, "expressions": expressions}]}},
    })
}

/// The one finding of a plan: field, whether the cause is known, and what to add.
fn only(plan: &Value) -> (String, bool, String) {
    let report = explain(plan).unwrap();
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    let finding = &report.findings[0];
    let known = finding.cause.is_some();
    (finding.field.clone(), known, finding.line.clone())
}

#[test]
fn what_providers_are_answered_with_is_found_and_ended() {
    let report = read(include_str!("../tests/files/plan_providers.json"));
    assert_eq!((report.changing, report.configured), (2, 0));
    let fields: Vec<(&str, &str)> = report
        .findings
        .iter()
        .map(|finding| (finding.address.as_str(), finding.field.as_str()))
        .collect();
    let (google, oidc) = (
        "aws_cognito_identity_provider.google",
        "aws_cognito_identity_provider.oidc",
    );
    assert_eq!(
        fields,
        [
            (google, "provider_details[\"attributes_url\"]"),
            (
                google,
                "provider_details[\"attributes_url_add_attributes\"]"
            ),
            (google, "provider_details[\"authorize_url\"]"),
            (google, "provider_details[\"oidc_issuer\"]"),
            (google, "provider_details[\"token_request_method\"]"),
            (google, "provider_details[\"token_url\"]"),
            (oidc, "attribute_mapping[\"username\"]"),
            (oidc, "provider_details[\"attributes_url_add_attributes\"]"),
        ]
    );
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.cause.is_some())
    );
    assert_eq!(
        report.findings[4].to_json(),
        json!({
            "address": google,
            "field": "provider_details[\"token_request_method\"]",
            "there": "POST",
            "planned": null,
            "replaces": false,
            "known": true,
            "why": "the service adds the addresses that it knows of Google, Facebook, Amazon and Apple, or finds by the issuer",
            "source": "hashicorp/terraform#18745; lgallard/terraform-aws-cognito-user-pool#370",
            "add": "provider_details = {\n  token_request_method = \"POST\"\n}",
        })
    );
}

#[test]
fn what_an_import_finds_is_told_apart_from_what_the_configuration_asks_for() {
    let report = read(include_str!("../tests/files/plan_imported.json"));
    assert_eq!((report.changing, report.configured), (2, 2));
    let find = |field: &str| {
        let found = report
            .findings
            .iter()
            .find(|finding| finding.field == field);
        found.unwrap_or_else(|| panic!("{field}"))
    };
    let constraints = find("schema[\"plan\"].string_attribute_constraints");
    assert_eq!(
        constraints.line,
        "schema {\n  name = \"plan\"\n\n  string_attribute_constraints {}\n}"
    );
    let secret = find("generate_secret");
    assert!(secret.replaces);
    assert_eq!(
        secret.line,
        "lifecycle {\n  ignore_changes = [generate_secret]\n}"
    );
    let recovery = find("account_recovery_setting");
    assert!(recovery.cause.is_some());
    assert!(
        recovery
            .line
            .starts_with("account_recovery_setting {\n  recovery_mechanism {\n")
    );
    // Nobody knows who set these; the configuration does not.
    let unknown = find("password_policy.password_history_size");
    assert!(
        unknown.cause.is_none()
            && unknown
                .why()
                .starts_with("it is not set in the configuration")
    );
    assert_eq!(
        unknown.line,
        "password_policy {\n  password_history_size = 2\n}"
    );
    // What another user set is no default of the service.
    assert!(find("email_configuration").cause.is_none());
    assert!(
        report
            .findings
            .iter()
            .all(|finding| finding.field != "lambda_config.post_authentication")
    );
}

#[test]
fn what_people_report_is_known() {
    let text = |name: &str| json!([{"name": {"constant_value": name}, "attribute_data_type": {"constant_value": "String"}}]);
    let email = |constraints: Value| json!({"schema": [{"name": "email", "attribute_data_type": "String", "string_attribute_constraints": constraints}]});
    for (plan, field, line) in [
        (
            // hashicorp/terraform-provider-aws#3891
            plan(
                "user_pool",
                email(json!([{"max_length": "2048", "min_length": "0"}])),
                email(json!([])),
                json!({"schema": text("email")}),
            ),
            "schema[\"email\"].string_attribute_constraints",
            "schema {\n  name = \"email\"\n\n  string_attribute_constraints {\n    max_length = \"2048\"\n    min_length = \"0\"\n  }\n}",
        ),
        (
            // hashicorp/terraform-provider-aws#35588
            plan(
                "identity_provider",
                json!({"provider_details": {"MetadataURL": "u", "ActiveEncryptionCertificate": "MII"}}),
                json!({"provider_details": {"MetadataURL": "u"}}),
                json!({"provider_details": {"constant_value": {"MetadataURL": "u"}}}),
            ),
            "provider_details[\"ActiveEncryptionCertificate\"]",
            "lifecycle {\n  ignore_changes = [provider_details[\"ActiveEncryptionCertificate\"]]\n}",
        ),
        (
            // hashicorp/terraform-provider-aws#30392
            plan(
                "user_pool_client",
                json!({"token_validity_units": [{"access_token": "hours", "id_token": "minutes", "refresh_token": "days"}]}),
                json!({"token_validity_units": [{"access_token": null, "id_token": "minutes", "refresh_token": "days"}]}),
                json!({"token_validity_units": [{"id_token": {"constant_value": "minutes"}}]}),
            ),
            "token_validity_units.access_token",
            "token_validity_units {\n  access_token = \"hours\"\n}",
        ),
        (
            // hashicorp/terraform-provider-aws#45646
            plan(
                "managed_user_pool_client",
                json!({"refresh_token_rotation": [{"feature": "DISABLED", "retry_grace_period_seconds": 0}]}),
                json!({"refresh_token_rotation": [{"feature": "DISABLED", "retry_grace_period_seconds": null}]}),
                json!({"refresh_token_rotation": [{"feature": {"constant_value": "DISABLED"}}]}),
            ),
            "refresh_token_rotation.retry_grace_period_seconds",
            "refresh_token_rotation {\n  retry_grace_period_seconds = 0\n}",
        ),
        (
            plan(
                "user_pool",
                json!({"password_policy": [{"minimum_length": 9, "temporary_password_validity_days": 7}]}),
                json!({"password_policy": [{"minimum_length": 9, "temporary_password_validity_days": 0}]}),
                json!({"password_policy": [{"minimum_length": {"constant_value": 9}}]}),
            ),
            "password_policy.temporary_password_validity_days",
            "password_policy {\n  temporary_password_validity_days = 7\n}",
        ),
        (
            plan(
                "user_pool",
                json!({"user_pool_tier": "ESSENTIALS", "tags_all": {"a": "b"}}),
                json!({"user_pool_tier": "", "tags_all": {}}),
                json!({}),
            ),
            "user_pool_tier",
            "user_pool_tier = \"ESSENTIALS\"",
        ),
        (
            plan(
                "user_pool",
                json!({"lambda_config": [{"pre_sign_up": ""}]}),
                json!({"lambda_config": []}),
                json!({}),
            ),
            "lambda_config",
            "lambda_config {}",
        ),
    ] {
        assert_eq!(only(&plan), (field.to_owned(), true, line.to_owned()));
    }
}

#[test]
fn what_the_configuration_asks_for_is_no_finding() {
    let configured = |value: Value| json!({"mfa_configuration": value});
    let change = |expressions| {
        plan(
            "user_pool",
            json!({"mfa_configuration": "OFF"}),
            json!({"mfa_configuration": "ON"}),
            expressions,
        )
    };
    for expressions in [
        configured(json!({"constant_value": "ON"})),
        configured(json!({"references": ["var.mfa"]})),
    ] {
        let report = explain(&change(expressions)).unwrap();
        assert_eq!(
            (report.changing, report.configured, report.findings.len()),
            (1, 1, 0)
        );
    }
    assert_eq!(
        only(&change(json!({}))),
        (
            "mfa_configuration".to_owned(),
            false,
            "mfa_configuration = \"OFF\"".to_owned()
        )
    );
    // In a module, and only known later.
    let mut later = change(json!({}));
    later["resource_changes"][0]["change"]["after_unknown"] = json!({"mfa_configuration": true});
    assert_eq!(explain(&later).unwrap().findings.len(), 0);
    let mut module = change(json!({}));
    module["resource_changes"][0]["address"] =
        json!("module.a[\"b.c\"].aws_cognito_user_pool.x[0]");
    module["configuration"] = json!({"root_module": {"module_calls": {"a": {"module": {"resources": [
        {"address": "aws_cognito_user_pool.x", "expressions": configured(json!({"references": ["var.mfa"]}))}]}}}}});
    assert_eq!(explain(&module).unwrap().configured, 1);
    // What is made or deleted is somebody's wish, and others' resources are theirs.
    for (kind, actions) in [
        ("user_pool", json!(["create"])),
        ("user_pool", json!(["delete"])),
        ("user_pool", json!(["no-op"])),
    ] {
        let mut other = plan(kind, json!({"name": "a"}), json!({"name": "b"}), json!({}));
        other["resource_changes"][0]["change"]["actions"] = actions;
        assert_eq!(explain(&other).unwrap().changing, 0);
    }
    // A client without a secret that is to get one.
    let wish = plan(
        "user_pool_client",
        json!({"client_secret": "", "generate_secret": null}),
        json!({"client_secret": "", "generate_secret": true}),
        json!({"generate_secret": {"constant_value": true}}),
    );
    assert_eq!(explain(&wish).unwrap().configured, 1);
}

#[test]
fn secrets_of_a_plan_are_masked() {
    let details = |secret: &str| json!({"provider_details": {"client_secret": secret, "x": "y"}, "password": secret, "note": secret});
    let mut changed = plan(
        "identity_provider",
        details("old-hunter2"),
        details("new-hunter2"),
        json!({}),
    );
    changed["resource_changes"][0]["change"]["before_sensitive"] = json!({"note": true});
    let report = explain(&changed).unwrap();
    assert_eq!(report.findings.len(), 3);
    for finding in &report.findings {
        let text = format!("{} {}", finding.to_json(), finding.line);
        assert!(!text.contains("hunter2"), "{text}");
        assert_eq!(finding.there, "(secret)");
        // What stands for it is nobody's secret.
        assert!(!finding.line.contains("(secret)"), "{}", finding.line);
    }
    let lines: Vec<&str> = report
        .findings
        .iter()
        .map(|finding| finding.line.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            "lifecycle {\n  ignore_changes = [note]\n}",
            "lifecycle {\n  ignore_changes = [password]\n}",
            "lifecycle {\n  ignore_changes = [provider_details[\"client_secret\"]]\n}",
        ]
    );
    // One among others in a table that goes as a whole.
    let whole = plan(
        "identity_provider",
        details("old-hunter2"),
        json!({"password": "old-hunter2", "note": "old-hunter2"}),
        json!({}),
    );
    let report = explain(&whole).unwrap();
    let finding = &report.findings[0];
    assert_eq!(
        finding.there,
        json!({"client_secret": "(secret)", "x": "y"})
    );
    assert_eq!(
        finding.line,
        "lifecycle {\n  ignore_changes = [provider_details]\n}"
    );
}

#[test]
fn what_is_no_plan_is_refused() {
    for (document, expected) in [
        (json!({}), "this is no plan"),
        (json!([1]), "this is no plan"),
        (json!({"version": 4, "resources": []}), "this is a state"),
        (
            json!({"format_version": "1.0", "values": {}}),
            "this is a state",
        ),
        (
            json!({"resource_changes": [], "errored": true}),
            "the plan ended with an error",
        ),
    ] {
        let error = explain(&document).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
    // What is not as it should be says nothing, and ends nothing.
    let odd = json!({"resource_changes": [1, {}, {"type": "aws_cognito_user_pool", "change": {"actions": ["update"], "before": 1, "after": [2]}}]});
    assert_eq!(explain(&odd).unwrap().findings.len(), 1);
}

#[test]
fn every_cause_has_a_source_and_what_has_to_be_there_is_json() {
    for cause in CAUSES {
        assert!(!cause.source.is_empty() && !cause.why.is_empty());
        if let Some(there) = cause.there {
            assert!(serde_json::from_str::<Value>(there).is_ok(), "{there}");
        }
    }
}

#[test]
fn what_people_set_of_a_provider_is_not_the_services() {
    let details = |details: Value| json!({"provider_details": details});
    for (name, is_known) in [
        ("authorize_scopes", false),
        ("client_id", false),
        ("IDPSignout", false),
        ("authorize_url", true),
        ("jwks_uri", true),
        ("api_version", true),
    ] {
        let change = plan(
            "identity_provider",
            details(json!({"MetadataURL": "u", name: "x"})),
            details(json!({"MetadataURL": "u"})),
            details(json!({"constant_value": {"MetadataURL": "u"}})),
        );
        let field = format!("provider_details[\"{name}\"]");
        let line = format!("provider_details = {{\n  {name} = \"x\"\n}}");
        assert_eq!(only(&change), (field, is_known, line));
    }
}

#[test]
fn a_text_of_several_lines_may_stand_anywhere() {
    let message = "a ${x}\n  b\n";
    let change = plan(
        "user_pool",
        json!({"email_verification_message": message, "verification_message_template": [{"sms_message": message}]}),
        json!({"email_verification_message": null, "verification_message_template": []}),
        json!({}),
    );
    let report = explain(&change).unwrap();
    let lines: Vec<&str> = report
        .findings
        .iter()
        .map(|finding| finding.line.as_str())
        .collect();
    assert_eq!(
        lines,
        [
            r#"email_verification_message = "a $${x}\n  b\n""#,
            "verification_message_template {\n  sms_message = \"a $${x}\\n  b\\n\"\n}",
        ]
    );
}

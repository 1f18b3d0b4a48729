//! Every rule has settings that it finds, and there are settings in which none finds anything.

use serde_json::json;

use super::cases::{CASES, Settings, hosts, urls};
use super::*;
use crate::clock::SECOND;
use crate::records::provider::Linking;

const DAY: i64 = 86_400 * SECOND;
const NOW: i64 = 20_000 * DAY;

fn sound() -> Settings {
    Settings {
        pool: json!({
            "name": "shop", "fold": 1, "tier": "PLUS", "deletion_protection": "ACTIVE", "lambda_config": {},
            "policies": {
                "PasswordPolicy": {
                    "MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true, "RequireNumbers": true,
                    "RequireSymbols": false, "TemporaryPasswordValidityDays": 7,
                },
                "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
            },
            "schema": [
                {"Name": "custom:role", "Mutable": true}, {"Name": "custom:color", "Mutable": true},
                {"Name": "custom:since", "Mutable": false},
            ],
            "auto_verified_attributes": ["email"], "username_attributes": ["email"],
            "username_configuration": {"CaseSensitive": false},
            "verification_message_template": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
            "user_attribute_update_settings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
            "mfa_configuration": "ON", "mfa_factors": {"sms": true, "software_token": {"Enabled": true}},
            "email_configuration": {"EmailSendingAccount": "DEVELOPER"},
            "admin_create_user_config": {"AllowAdminCreateUserOnly": false},
            "user_pool_add_ons": {"AdvancedSecurityMode": "ENFORCED"},
            "account_recovery_setting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        }),
        client: json!({
            "name": "web", "refresh_token_validity": 30, "auth_session_validity": 3,
            "explicit_auth_flows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "write_attributes": ["email", "name"],
            "allowed_oauth_flows": ["code"], "allowed_oauth_scopes": ["openid", "email"],
            "allowed_oauth_flows_user_pool_client": true,
            "callback_urls": ["https://shop.example/signed-in", "https://shop.example:8443/?a=1"],
            "prevent_user_existence_errors": "ENABLED", "enable_token_revocation": true,
            "enable_propagate_additional_user_context_data": false, "oidc_profile": "standard",
        }),
        secret: Some(365),
        group: None,
        provider: json!({
            "kind": "SAML", "identifiers": [],
            "details": {"RequestSigningAlgorithm": "rsa-sha256", "EncryptedResponses": "true", "IDPInit": "false"},
            "mapping": {"email": "mail", "email_verified": "mail_verified"},
        }),
    }
}

fn judged(settings: &Settings) -> Vec<Finding> {
    let provider = serde_json::from_value(settings.provider.clone()).unwrap();
    let subject = Subject {
        pool: serde_json::from_value(settings.pool.clone()).unwrap(),
        clients: vec![AppClient {
            id: "client".to_owned(),
            doc: serde_json::from_value(settings.client.clone()).unwrap(),
            secrets: settings
                .secret
                .map(|days| NOW - days * DAY)
                .into_iter()
                .collect(),
        }],
        groups: vec![Group {
            name: "crew".to_owned(),
            role: settings.group.map(str::to_owned),
        }],
        providers: vec![IdentityProvider {
            name: "Corp".to_owned(),
            doc: provider,
        }],
        now: NOW,
    };
    findings("us-east-1_AbCdEfGhI", &subject)
}

fn names(found: &[Finding]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.rule).collect()
}

#[test]
fn sound_settings_have_no_finding() {
    assert_eq!(judged(&sound()), []);
}

#[test]
fn every_rule_finds_what_it_is_for_and_nothing_else_is_found() {
    let mut shown = Vec::new();
    for (n, (change, expected)) in CASES.iter().enumerate() {
        let mut settings = sound();
        change(&mut settings);
        let found = judged(&settings);
        assert_eq!(names(&found), *expected, "case {n}: {found:?}");
        shown.extend(names(&found));
    }
    for rule in table::RULES {
        assert!(shown.contains(&rule.name), "no case for {}", rule.name);
    }
}

#[test]
fn a_finding_says_which_object_it_is_about_and_what_to_change() {
    let mut settings = sound();
    urls(&mut settings, hosts(7));
    settings.client["callback_urls"][0] = json!("https://h0.example");
    let mut found = judged(&settings);
    let hosts = found.pop().unwrap();
    let front = found.pop().unwrap();
    assert!(found.is_empty());
    let object = Object {
        kind: "client",
        id: "client".to_owned(),
        name: Some("web".to_owned()),
    };
    assert_eq!((&front.object, &hosts.object), (&object, &object));
    assert_eq!(
        (front.rule, front.severity, front.setting),
        ("callback-whole-host", Severity::Note, "CallbackURLs")
    );
    let why = "The front page of a host gets the code or the tokens, with every script on it: https://h0.example.";
    assert_eq!(front.why, why);
    assert_eq!(
        hosts.why,
        "7 hosts get codes of this client, and the weakest of them is the strength of all."
    );
}

#[test]
fn names_of_attributes_that_read_as_rights_are_told_from_others() {
    let rights = [
        "role",
        "Roles",
        "is_admin",
        "isAdmin",
        "userRole",
        "tenantId",
        "org",
        "orgId",
        "plan",
        "PLAN",
        "access-level",
        "paid",
        "emailVerified",
        "groups",
        "accountId",
    ];
    let others = [
        "color",
        "planet",
        "forgotten",
        "nickname2",
        "plane",
        "organ-pipe-size",
        "theme",
        "locale",
        "a_b",
    ];
    let written = |name: &str| {
        let mut settings = sound();
        let name = format!("custom:{name}");
        settings.pool["schema"] = json!([{"Name": name, "Mutable": true}]);
        settings.client["write_attributes"] = json!([name]);
        names(&judged(&settings))
    };
    for name in rights {
        assert_eq!(written(name), ["self-written-right"], "{name}");
    }
    for name in others {
        assert_eq!(written(name), ["self-written-custom"], "{name}");
    }
}

#[test]
fn the_document_has_a_row_for_every_rule_and_names_are_unique() {
    let document = include_str!("../../../../docs/LINT.md");
    let rows: Vec<&str> = document
        .lines()
        .skip_while(|line| !line.starts_with("| Rule |"))
        .skip(2)
        .collect();
    let expected: Vec<String> = table::RULES
        .iter()
        .map(|rule| {
            let (severity, object) = (rule.severity.name(), rule.judge.object());
            format!(
                "| `{}` | {severity} | {object} | {} | {} |",
                rule.name, rule.when, rule.setting
            )
        })
        .collect();
    assert_eq!(rows, expected);
    for rule in table::RULES {
        let fits = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(rule.name.chars().all(fits), "{}", rule.name);
        let same = table::RULES.iter().filter(|other| other.name == rule.name);
        assert_eq!(same.count(), 1, "{}", rule.name);
    }
    assert_eq!(
        Linking::VerifiedEmail.name(),
        "verified-email",
        "as the table says it"
    );
}

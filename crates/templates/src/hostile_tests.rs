//! Texts that users of a pool choose, in files of its administrators.

use serde_json::{Value, json};

use crate::terraform::Beside;
use crate::{cloudformation, seeds, state, terraform};

#[test]
fn no_text_of_a_pool_is_a_reference_or_a_function_of_a_template() {
    let reference = "{{resolve:ssm:x}}";
    let pool = json!({"id": "p", "settings": {"PoolName": "a", "UserPoolTags": {"Ref": "x", "b": reference},
            "Schema": [{"Name": "plan"}, {"Name": "x", "StringAttributeConstraints": {"Fn::Sub": "y"}}]},
        "mfa": {"MfaConfiguration": "ON", "EmailMfaConfiguration": {"Message": reference, "Subject": "s"},
            "SmsMfaConfiguration": {"SmsAuthenticationMessage": reference}},
        "resource_servers": [{"Identifier": reference, "Name": "r"}],
        "clients": [{"id": "c", "settings": {"ClientName": "c", "AllowedOAuthScopes": ["openid", format!("{reference}/read")]}}],
        "groups": [{"GroupName": reference}, {"GroupName": "g"}],
        "users": [
            {"username": "jane", "groups": ["g", reference], "attributes": {"name": reference, "email": "j@e.example"}},
            {"username": reference, "groups": ["g"]}]});
    let made = cloudformation::template(&[pool], &[]);
    assert!(!made.template["Resources"].to_string().contains("resolve:"));
    let properties: Vec<(&str, Value)> = made.template["Resources"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, resource)| {
            let mut properties = resource["Properties"].clone();
            properties.as_object_mut().unwrap().remove("UserPoolId");
            (name.as_str(), properties)
        })
        .collect();
    assert_eq!(
        properties,
        [
            (
                "PoolA",
                json!({"UserPoolName": "a", "Schema": [{"Name": "plan"}], "MfaConfiguration": "ON",
                    "EnabledMfas": ["SMS_MFA", "EMAIL_OTP"], "EmailAuthenticationSubject": "s"})
            ),
            (
                "PoolAClientC",
                json!({"ClientName": "c", "AllowedOAuthScopes": ["openid"]})
            ),
            ("PoolAGroupG", json!({"GroupName": "g"})),
            (
                "PoolAUserJane",
                json!({"Username": "jane", "MessageAction": "SUPPRESS",
                    "UserAttributes": [{"Name": "email", "Value": "j@e.example"}]})
            ),
            (
                "PoolAUserJaneInG",
                json!({"Username": {"Ref": "PoolAUserJane"}, "GroupName": {"Ref": "PoolAGroupG"}})
            ),
        ]
    );
    let why = "in which CloudFormation resolves a reference";
    for warning in [
        "PoolA: UserPoolTags, which CloudFormation takes for a function".to_owned(),
        "PoolA: Schema[1].StringAttributeConstraints, which CloudFormation takes for a function"
            .to_owned(),
        format!("PoolA: UserPoolTags.b, {why}"),
        format!("PoolA: EmailAuthenticationMessage, {why}"),
        format!("PoolA: SmsAuthenticationMessage, {why}"),
        format!("PoolAClientC: AllowedOAuthScopes[1], {why}"),
        format!("PoolAUserJane: UserAttributes[1].Value, {why}"),
        "PoolAServerR as a whole, since it has no name".to_owned(),
    ] {
        assert!(
            made.warnings.contains(&warning),
            "{warning}: {:?}",
            made.warnings
        );
    }
    let whole = made
        .warnings
        .iter()
        .filter(|warning| warning.ends_with("as a whole, since it has no name"));
    assert_eq!(whole.count(), 4, "{:?}", made.warnings);
}

#[test]
fn a_custom_attribute_with_a_standard_name_stands_for_no_standard_one() {
    let own = json!({"custom:email": "x", "custom:email_verified": "true", "custom:plan": "gold"});
    let pool = json!({"id": "us-east-1_A", "settings": {"PoolName": "p"}, "users": [{"username": "jane", "attributes": own}]});
    let beside = Beside::default();
    let blocks = terraform::blocks(std::slice::from_ref(&pool), &beside);
    let user = blocks
        .as_array()
        .unwrap()
        .iter()
        .find(|block| block["labels"][0] == "aws_cognito_user");
    assert_eq!(user.unwrap()["body"]["attributes"], json!({"plan": "gold"}));
    let address = "aws_cognito_user.p_jane";
    assert_eq!(
        terraform::configuration(&[pool], &beside).warnings,
        [
            format!("{address}: custom:email, which the provider takes for the standard attribute"),
            format!(
                "{address}: custom:email_verified, which the provider takes for the standard attribute"
            ),
        ]
    );
    let attributes = json!({"username": "jane", "user_pool_id": "us-east-1_A", "password": "x", "attributes": own});
    let state = json!({"version": 4, "resources": [
        {"type": "aws_cognito_user", "name": "x", "instances": [{"attributes": attributes}]}]});
    let made = seeds::of(state::read(&state).unwrap(), true);
    assert_eq!(
        made.seed["pools"][0]["users"][0]["attributes"],
        json!({"custom:plan": "gold"})
    );
    assert_eq!(
        made.notes,
        [
            "aws_cognito_user.x: custom:email is left out: its name is a standard attribute's",
            "aws_cognito_user.x: custom:email_verified is left out: its name is a standard attribute's",
        ]
    );
}

/// Work that grows with the square of this takes longer than a test may.
const MANY: usize = 5_000;

#[test]
fn users_whose_names_fall_together_are_told_apart_in_a_time_that_grows_with_their_number() {
    let users: Vec<Value> = (0..MANY)
        .map(|at| {
            let letter = |digit: usize| char::from_u32(0x430 + digit as u32).unwrap();
            let name: String = [at / 8_000, at / 400 % 20, at / 20 % 20, at % 20]
                .map(letter)
                .iter()
                .collect();
            json!({"username": format!("имя{name}")})
        })
        .collect();
    let pool = json!({"id": "us-east-1_A", "settings": {"PoolName": "p"}, "users": users});
    let made = terraform::configuration(std::slice::from_ref(&pool), &Beside::default());
    let last = format!("\"aws_cognito_user\" \"p_{}_{MANY}\"", "_".repeat(7));
    assert_eq!(made.text.matches(&last).count(), 1);
    let made = cloudformation::template(&[pool], &[]);
    let resources = made.template["Resources"].as_object().unwrap();
    assert_eq!(resources.len(), MANY + 1);
    assert!(resources.contains_key(&format!("PoolPUserx{MANY}")));
}

#[test]
fn memberships_find_their_users_in_a_time_that_grows_with_their_number() {
    let of = |kind: &str, attributes: Value| json!({"type": format!("aws_cognito_{kind}"), "name": "x", "instances": [{"attributes": attributes}]});
    let member = |user: &str, group: &str| {
        let attributes =
            json!({"username": user, "group_name": group, "user_pool_id": "us-east-1_A"});
        of("user_in_group", attributes)
    };
    let each = (0..MANY).map(|at| member(&format!("u{at}"), "g"));
    let one = (0..MANY).map(|at| member("u7", &format!("g{at}")));
    let resources: Vec<Value> = each.chain(one).chain([member("u3", "g")]).collect();
    let state = json!({"version": 4, "resources": resources});
    let made = seeds::of(state::read(&state).unwrap(), true);
    let users = made.seed["pools"][0]["users"].as_array().unwrap();
    assert_eq!(users.len(), MANY);
    assert_eq!(users[3], json!({"username": "u3", "groups": ["g"]}));
    assert_eq!(users[7]["groups"].as_array().unwrap().len(), MANY + 1);
}

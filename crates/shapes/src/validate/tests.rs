//! The walker against the captured messages of the service, and the limits that are our own. The rows of auth.md 1.9,
//! endpoints and the settled facts are written here by hand, beside the generated conformance test.

mod order;

use serde_json::{Map, Value, json};

use super::{Rejection, validate};
use crate::Op;

/// Returns the text of the violations of a request.
fn refused(op: Op, mut body: Value) -> String {
    match validate(op, &mut body) {
        Err(Rejection::Invalid(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Returns the text of a wrong JSON type.
fn mistyped(op: Op, mut body: Value) -> Option<String> {
    match validate(op, &mut body) {
        Err(Rejection::Serialization(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Returns a sign-up that breaks nothing, with some members replaced.
fn sign_up(changes: Value) -> Value {
    merged(
        json!({"ClientId": "client", "Username": "user", "Password": "Passw0rd!"}),
        changes,
    )
}

/// Returns a client that breaks nothing, with some members replaced.
fn client(changes: Value) -> Value {
    merged(
        json!({"UserPoolId": "us-east-1_abc", "ClientName": "client"}),
        changes,
    )
}

fn merged(mut base: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    for (key, value) in changes {
        base[&key] = value;
    }
    base
}

const PASSWORD_PATTERN: &str = r"Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$";

#[test]
fn an_empty_password_on_sign_up_breaks_length_then_pattern() {
    assert_eq!(
        refused(Op::SignUp, sign_up(json!({"Password": ""}))),
        format!(
            "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6; {PASSWORD_PATTERN}"
        )
    );
}

#[test]
fn a_password_may_have_spaces_inside_but_not_at_its_ends() {
    for operation in [Op::ConfirmForgotPassword, Op::AdminSetUserPassword] {
        let body = |password: &str| json!({"ClientId": "c", "UserPoolId": "us-east-1_a", "Username": "u", "ConfirmationCode": "1", "Password": password});
        for bad in [" Passw0rd", "Passw0rd ", "P", ""] {
            assert_eq!(
                refused(operation, body(bad)),
                format!("1 validation error detected: {PASSWORD_PATTERN}")
            );
        }
        assert_eq!(validate(operation, &mut body("Pass w0rd")), Ok(()));
    }
}

#[test]
fn both_passwords_of_a_change_have_their_own_names() {
    let body = json!({"AccessToken": "a", "PreviousPassword": " ", "ProposedPassword": "x "});
    assert_eq!(
        refused(Op::ChangePassword, body),
        r"2 validation errors detected: Value at 'previousPassword' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$; Value at 'proposedPassword' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"
    );
}

#[test]
fn a_code_of_letters_breaks_pattern_then_length_and_is_not_shown() {
    assert_eq!(
        refused(Op::VerifySoftwareToken, json!({"UserCode": "Aaaa"})),
        "2 validation errors detected: Value at 'userCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9]+; Value at 'userCode' failed to satisfy constraint: Member must have length greater than or equal to 6"
    );
}

#[test]
fn a_confirmation_code_is_shown() {
    assert_eq!(
        refused(
            Op::ConfirmSignUp,
            json!({"ClientId": "c", "Username": "u", "ConfirmationCode": "12 34"})
        ),
        r"1 validation error detected: Value '12 34' at 'confirmationCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\S]+"
    );
}

#[test]
fn an_unknown_flow_lists_the_flows_in_the_order_of_a_java_set() {
    assert_eq!(
        refused(
            Op::InitiateAuth,
            json!({"ClientId": "c", "AuthFlow": "NO_SUCH_FLOW"})
        ),
        "1 validation error detected: Value 'NO_SUCH_FLOW' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [USER_AUTH, REFRESH_TOKEN_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, REFRESH_TOKEN, USER_SRP_AUTH, CUSTOM_AUTH]"
    );
}

#[test]
fn a_malformed_pool_id_is_shown_with_its_pattern() {
    assert_eq!(
        refused(Op::DescribeUserPool, json!({"UserPoolId": "nonsense"})),
        r"1 validation error detected: Value 'nonsense' at 'userPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+"
    );
}

#[test]
fn items_of_a_list_count_from_one() {
    let body = json!({"PoolName": "p", "Schema": [{"Name": "aaaaaaaaaaaaaaaaaaaaa"}]});
    assert_eq!(
        refused(Op::CreateUserPool, body),
        "1 validation error detected: Value 'aaaaaaaaaaaaaaaaaaaaa' at 'schema.1.member.name' failed to satisfy constraint: Member must have length less than or equal to 20"
    );
}

#[test]
fn numbers_have_ranges() {
    let body = |length: i64, days: i64| json!({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": length, "TemporaryPasswordValidityDays": days}}});
    assert_eq!(
        refused(Op::CreateUserPool, body(5, 366)),
        "2 validation errors detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6; Value '366' at 'policies.passwordPolicy.temporaryPasswordValidityDays' failed to satisfy constraint: Member must have value less than or equal to 365"
    );
    assert_eq!(validate(Op::CreateUserPool, &mut body(99, 0)), Ok(()));
}

#[test]
fn too_many_attributes_are_printed_as_java_prints_them() {
    let schema: Vec<Value> = (0..51)
        .map(|i| json!({"Name": format!("c{i}"), "AttributeDataType": "String"}))
        .collect();
    let text = refused(
        Op::CreateUserPool,
        json!({"PoolName": "p", "Schema": schema}),
    );
    assert!(
        text.starts_with("1 validation error detected: Value '[SchemaAttributeType(name=c0, attributeDataType=String, developerOnlyAttribute=null, mutable=null, required=null, numberAttributeConstraints=null, stringAttributeConstraints=null), SchemaAttributeType(name=c1, "),
        "{text}"
    );
    assert!(text.ends_with(
        "stringAttributeConstraints=null)]' at 'schema' failed to satisfy constraint: Member must have length less than or equal to 50"
    ));
}

#[test]
fn too_many_texts_are_joined_by_commas() {
    let urls: Vec<String> = (0..101).map(|i| format!("https://x/cb{i}")).collect();
    assert_eq!(
        refused(
            Op::CreateUserPoolClient,
            client(json!({"CallbackURLs": urls}))
        ),
        format!(
            "1 validation error detected: Value '[{}]' at 'callbackURLs' failed to satisfy constraint: Member must have length less than or equal to 100",
            urls.join(", ")
        )
    );
}

#[test]
fn a_wrong_text_in_a_list_is_reported_on_the_list() {
    assert_eq!(
        refused(
            Op::CreateUserPoolClient,
            client(json!({"AllowedOAuthFlows": ["token"]}))
        ),
        "1 validation error detected: Value '[token]' at 'allowedOAuthFlows' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [implicit, client_credentials, code]]"
    );
    let text = refused(
        Op::CreateUserPoolClient,
        client(json!({"LogoutURLs": [""]})),
    );
    assert!(text.starts_with("1 validation error detected: Value '[]' at 'logoutURLs' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: "));
}

#[test]
fn the_invitation_template_goes_by_its_inner_name() {
    let body = json!({"PoolName": "p", "AdminCreateUserConfig": {"InviteMessageTemplate": {"SMSMessage": "short"}}});
    let text = refused(Op::CreateUserPool, body);
    assert!(
        text.contains("Value 'short' at 'adminCreateUserConfig.inviteMessage.smsMessage' failed"),
        "{text}"
    );
}

#[test]
fn a_verification_message_needs_its_placeholder() {
    let body = json!({"PoolName": "p", "EmailVerificationMessage": "Your verification code."});
    assert_eq!(
        refused(Op::CreateUserPool, body),
        r"1 validation error detected: Value 'Your verification code.' at 'emailVerificationMessage' failed to satisfy constraint: Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*\{####\}[\p{L}\p{M}\p{S}\p{N}\p{P}\s*]*"
    );
}

#[test]
fn enum_values_stand_in_the_captured_orders() {
    let data_type =
        json!({"UserPoolId": "us-east-1_a", "CustomAttributes": [{"AttributeDataType": "Text"}]});
    assert!(
        refused(Op::AddCustomAttributes, data_type)
            .ends_with("[Boolean, Number, String, DateTime]")
    );
    let verified = json!({"PoolName": "p", "AutoVerifiedAttributes": ["name"]});
    assert!(refused(Op::CreateUserPool, verified).ends_with("[phone_number, email]]"));
    let mfa = json!({"PoolName": "p", "MfaConfiguration": "MAYBE"});
    assert!(refused(Op::CreateUserPool, mfa).ends_with("[OPTIONAL, OFF, ON]"));
}

#[test]
fn secrets_inside_a_printed_structure_are_not_shown() {
    let attributes: Vec<Value> = (0..3)
        .map(|_| json!({"Name": "", "Value": "hunter2"}))
        .collect();
    let text = refused(
        Op::SignUp,
        sign_up(json!({"UserAttributes": attributes, "UserContextData": {"IpAddress": "hunter2"}})),
    );
    assert!(!text.contains("hunter2"), "{text}");
    let text = refused(
        Op::InitiateAuth,
        json!({"ClientId": "c", "AuthFlow": "x", "AuthParameters": {"PASSWORD": "hunter2".repeat(20_000)}}),
    );
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains("; Value at 'authParameters' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 131072, Member must have length greater than or equal to 0]"));
}

#[test]
fn at_most_ten_violations_are_reported() {
    let schema: Vec<Value> = (0..12).map(|_| json!({"Name": ""})).collect();
    let text = refused(
        Op::CreateUserPool,
        json!({"PoolName": "p", "Schema": schema}),
    );
    assert!(
        text.starts_with("10 validation errors detected: "),
        "{text}"
    );
    assert!(
        text.contains("schema.5.member.name") && !text.contains("schema.6.member.name"),
        "{text}"
    );
}

#[test]
fn lengths_count_characters_not_bytes() {
    let name = |text: &str| json!({"UserPoolId": "us-east-1_a", "GroupName": text});
    assert_eq!(validate(Op::GetGroup, &mut name(&"漢".repeat(128))), Ok(()));
    assert!(refused(Op::GetGroup, name(&"漢".repeat(129))).ends_with("less than or equal to 128"));
}

#[test]
fn word_characters_are_ascii_and_blanks_are_those_of_java() {
    assert!(
        refused(Op::CreateUserPool, json!({"PoolName": "é"})).contains(r"pattern: [\w\s+=,.@-]+")
    );
    let code = json!({"ClientId": "c", "Username": "u", "ConfirmationCode": "1\u{3000}2"});
    assert_eq!(validate(Op::ConfirmSignUp, &mut code.clone()), Ok(()));
}

#[test]
fn a_body_that_is_no_object_is_no_request() {
    assert_eq!(
        mistyped(Op::GetUser, json!([])),
        Some("Start of list found where not expected".into())
    );
    for body in [json!(null), json!("x"), json!(1), json!(true)] {
        assert_eq!(mistyped(Op::GetUser, body), None);
    }
}

#[test]
fn the_first_wrong_type_ends_the_request_before_any_constraint() {
    for (member, value, text) in [
        (
            "PoolName",
            json!(1),
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "PoolName",
            json!(true),
            "TRUE_VALUE can not be converted to a String",
        ),
        (
            "PoolName",
            json!(false),
            "FALSE_VALUE can not be converted to a String",
        ),
        (
            "PoolName",
            json!([]),
            "Start of list found where not expected",
        ),
        (
            "PoolName",
            json!({}),
            "Start of structure or map found where not expected.",
        ),
        ("Policies", json!("x"), "Expected null"),
        (
            "Policies",
            json!([]),
            "Start of list found where not expected",
        ),
        ("Schema", json!("x"), "Expected list or null"),
        (
            "Schema",
            json!({}),
            "Start of structure or map found where not expected.",
        ),
        ("UserPoolTags", json!("x"), "Expected map or null"),
        (
            "Policies",
            json!({"PasswordPolicy": {"MinimumLength": "8"}}),
            "STRING_VALUE can not be converted to an Integer",
        ),
        (
            "Policies",
            json!({"PasswordPolicy": {"MinimumLength": true}}),
            "TRUE_VALUE can not be converted to an Integer",
        ),
    ] {
        let mut body = json!({"MfaConfiguration": "MAYBE"});
        body[member] = value;
        assert_eq!(
            mistyped(Op::CreateUserPool, body),
            Some(text.into()),
            "{member}"
        );
    }
}

#[test]
fn fractions_are_cut_off_and_huge_numbers_stay_at_the_limit() {
    let mut body = json!({"PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 8.9}}});
    assert_eq!(validate(Op::CreateUserPool, &mut body), Ok(()));
    assert_eq!(
        body["Policies"]["PasswordPolicy"]["MinimumLength"],
        json!(8)
    );
    for huge in [json!(4_294_967_304_i64), json!(u64::MAX), json!(1e300)] {
        let text = refused(
            Op::ListUsers,
            json!({"UserPoolId": "us-east-1_a", "Limit": huge}),
        );
        assert_eq!(
            text,
            "1 validation error detected: Value '2147483647' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60"
        );
    }
}

#[test]
fn null_is_absent_and_unknown_members_are_ignored() {
    let mut body = json!({"PoolName": "p", "LambdaConfig": {"PreSignUp": null}, "UserPoolTags": {"a": null}, "NoSuchMember": [null]});
    assert_eq!(validate(Op::CreateUserPool, &mut body), Ok(()));
    assert_eq!(
        body,
        json!({"PoolName": "p", "LambdaConfig": {}, "UserPoolTags": {}, "NoSuchMember": [null]})
    );
}

#[test]
fn null_in_a_list_is_refused() {
    let text = refused(
        Op::CreateUserPool,
        json!({"PoolName": "p", "AliasAttributes": ["email", null]}),
    );
    assert_eq!(
        text,
        "1 validation error detected: Value '[email, null]' at 'aliasAttributes' failed to satisfy constraint: Member must satisfy constraint: [Member must not be null]"
    );
    let text = refused(
        Op::CreateUserPool,
        json!({"PoolName": "p", "Schema": [null]}),
    );
    assert_eq!(
        text,
        "1 validation error detected: Value null at 'schema.1.member' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn the_character_zero_is_refused_anywhere() {
    let text = "The request contains the character U+0000, which is not allowed.";
    for body in [
        json!({"ClientMetadata": {"a": "b\0"}}),
        json!({"ClientMetadata": {"a\0": "b"}}),
        json!({"NoSuchMember": {"x": ["\0"]}}),
        json!({"UserAttributes": [{"Name": "name", "Value": "\0"}]}),
    ] {
        assert_eq!(refused(Op::SignUp, sign_up(body)), text);
    }
    // Where the service has an answer of its own, that one is given.
    assert!(
        refused(Op::SignUp, sign_up(json!({"Username": "\0"})))
            .contains("'username' failed to satisfy")
    );
}

#[test]
fn a_request_that_is_too_deep_is_no_request() {
    let deep = |levels: usize| {
        let inner = (0..levels).fold(json!(1), |inner, _| Value::Array(vec![inner]));
        sign_up(json!({"NoSuchMember": inner}))
    };
    assert_eq!(validate(Op::SignUp, &mut deep(62)), Ok(()));
    assert_eq!(mistyped(Op::SignUp, deep(63)), None);
}

#[test]
fn images_are_measured_in_bytes() {
    let mut body = json!({"UserPoolId": "us-east-1_a", "ImageFile": "A".repeat(131_072 / 3 * 4)});
    assert_eq!(validate(Op::SetUICustomization, &mut body), Ok(()));
    body["ImageFile"] = json!("A".repeat(174_768));
    assert_eq!(
        refused(Op::SetUICustomization, body),
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=131076 cap=131076]' at 'imageFile' failed to satisfy constraint: Member must have length less than or equal to 131072"
    );
}

#[test]
fn every_pattern_compiles() {
    for op in Op::ALL {
        compile(op.input());
    }
}

/// Compiles every pattern below a shape and sees it refuse nothing it must accept.
fn compile(shape: &crate::table::Shape) {
    use crate::table::Kind;
    match &shape.kind {
        Kind::Structure { members, .. } => members.iter().for_each(|m| compile(m.shape)),
        Kind::List { of, .. } => compile(of),
        Kind::Map { key, value, .. } => [key, value].into_iter().for_each(|s| compile(s)),
        Kind::Text {
            pattern: Some(pattern),
            ..
        } => {
            assert!(
                pattern.compiles(),
                "{} does not compile: {}",
                shape.name,
                pattern.text
            );
        }
        _ => {}
    }
}

#[test]
fn an_empty_object_is_a_request_where_nothing_is_required() {
    let mut body = Value::Object(Map::new());
    assert!(validate(Op::VerifySoftwareToken, &mut body.clone()).is_err());
    assert_eq!(validate(Op::AssociateSoftwareToken, &mut body), Ok(()));
}

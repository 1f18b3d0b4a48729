//! Tests of the texts about absent members, and of the order of violations (settled L10, L11).

use serde_json::json;

use super::refused;
use crate::Op;

#[test]
fn an_absent_member_is_null_unless_it_is_hidden() {
    assert_eq!(
        refused(
            Op::SignUp,
            json!({"Username": "u", "Password": "Passw0rd!"})
        ),
        "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null"
    );
    for (op, body, member) in [
        (
            Op::AdminGetUser,
            json!({"UserPoolId": "us-east-1_a"}),
            "username",
        ),
        (Op::GetUser, json!({"AccessToken": null}), "accessToken"),
        (Op::VerifySoftwareToken, json!({}), "userCode"),
        (
            Op::AdminSetUserPassword,
            json!({"UserPoolId": "us-east-1_a", "Username": "u"}),
            "password",
        ),
        (
            Op::ChangePassword,
            json!({"AccessToken": "a", "PreviousPassword": "pp"}),
            "proposedPassword",
        ),
        (Op::RevokeToken, json!({"ClientId": "c"}), "token"),
    ] {
        let text = format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null"
        );
        assert_eq!(refused(op, body), text);
    }
    assert_eq!(
        refused(Op::DescribeUserPool, json!({"UserPoolId": null})),
        "1 validation error detected: Value null at 'userPoolId' failed to satisfy constraint: Member must not be null"
    );
}

#[test]
fn a_malformed_client_id_is_shown_although_the_model_calls_it_a_secret() {
    assert_eq!(
        refused(
            Op::InitiateAuth,
            json!({"ClientId": "ap-northeast-1_x", "AuthFlow": "USER_PASSWORD_AUTH"})
        ),
        r"1 validation error detected: Value 'ap-northeast-1_x' at 'clientId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+]+"
    );
}

#[test]
fn violations_stand_in_the_order_of_the_names() {
    let pattern = r"Member must satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+";
    let length = "Member must have length greater than or equal to 1";
    assert_eq!(
        refused(
            Op::SignUp,
            json!({"ClientId": "c", "Username": "", "Password": ""})
        ),
        format!(
            r"4 validation errors detected: Value at 'password' failed to satisfy constraint: Member must have length greater than or equal to 6; Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$; Value at 'username' failed to satisfy constraint: {pattern}; Value at 'username' failed to satisfy constraint: {length}"
        )
    );
    assert_eq!(
        refused(Op::AdminAddUserToGroup, json!({})),
        "3 validation errors detected: Value null at 'groupName' failed to satisfy constraint: Member must not be null; Value null at 'userPoolId' failed to satisfy constraint: Member must not be null; Value at 'username' failed to satisfy constraint: Member must not be null"
    );
    // The names of inner members as well; items of lists in their own order.
    assert_eq!(
        refused(
            Op::CreateUserPool,
            json!({"PoolName": "p", "Schema": [{"Name": "", "AttributeDataType": "X"}, {"AttributeDataType": "Y"}], "MfaConfiguration": "Z"})
        ),
        "5 validation errors detected: Value 'Z' at 'mfaConfiguration' failed to satisfy constraint: Member must satisfy enum value set: [OPTIONAL, OFF, ON]; Value 'X' at 'schema.1.member.attributeDataType' failed to satisfy constraint: Member must satisfy enum value set: [Boolean, Number, String, DateTime]; Value '' at 'schema.1.member.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+; Value '' at 'schema.1.member.name' failed to satisfy constraint: Member must have length greater than or equal to 1; Value 'Y' at 'schema.2.member.attributeDataType' failed to satisfy constraint: Member must satisfy enum value set: [Boolean, Number, String, DateTime]"
    );
}

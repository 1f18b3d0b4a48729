//! AdminCreateUser.

use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::users::{
    PASSWORD, attribute, client, email_pool, inbox, pool, sign_in, sms, user, with,
};

#[each_engine]
async fn an_administrator_invites_a_user(t: &TestApp) {
    let (pool, _) = email_pool(t).await;
    let input = json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": email("bob@example.com", true)});
    let made = t.ok("AdminCreateUser", input).await;
    let made = &made["User"];
    let sub = attribute(made, "sub").unwrap();
    assert_eq!(
        made,
        &json!({
            "Username": "bob", "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD",
            "UserCreateDate": made["UserCreateDate"], "UserLastModifiedDate": made["UserCreateDate"],
            "Attributes": [{"Name": "sub", "Value": sub}, {"Name": "email", "Value": "bob@example.com"},
                {"Name": "email_verified", "Value": "true"}]
        })
    );
    let seen = user(t, &pool, "bob").await;
    assert_eq!(
        seen,
        json!({
            "Username": "bob", "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD", "UserAttributes": made["Attributes"],
            "UserCreateDate": made["UserCreateDate"], "UserLastModifiedDate": made["UserCreateDate"]
        })
    );
    let messages = inbox(t, &pool).await;
    assert_eq!(messages.len(), 1);
    let password = messages[0]["code"].as_str().unwrap();
    assert_eq!(messages[0]["kind"], "admin_create_user");
    assert_eq!(messages[0]["subject"], "Your temporary password");
    assert_eq!(
        messages[0]["body"],
        format!("Your username is bob and temporary password is {password}. ")
    );
    for kind in [char::is_uppercase, char::is_lowercase, char::is_numeric] {
        assert!(password.chars().any(kind), "{password}");
    }
    let again = json!({"UserPoolId": pool, "Username": "bob"});
    t.refused(
        "AdminCreateUser",
        again,
        "UsernameExistsException",
        "User account already exists",
    )
    .await;
}

#[each_engine]
async fn the_temporary_password_signs_in_to_a_challenge_until_it_ends(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    t.ok("AdminCreateUser", json!({"UserPoolId": pool, "Username": "bob", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS"})).await;
    assert!(inbox(t, &pool).await.is_empty());
    let answer = sign_in(t, &client, "bob", PASSWORD).await.unwrap();
    assert_eq!(answer["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    t.advance(7 * 86_400).await;
    let refusal = sign_in(t, &client, "bob", PASSWORD).await.unwrap_err();
    assert_eq!(
        refusal,
        (
            "NotAuthorizedException".into(),
            "Temporary password has expired and must be reset by an administrator.".into()
        )
    );
    t.ok("AdminCreateUser", json!({"UserPoolId": pool, "Username": "bob", "TemporaryPassword": "An0ther!pw", "MessageAction": "RESEND"})).await;
    assert!(sign_in(t, &client, "bob", "An0ther!pw").await.is_ok());
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_err());
}

#[each_engine]
async fn resend_keeps_the_same_user_and_needs_one_who_waits(t: &TestApp) {
    let (pool, _) = email_pool(t).await;
    let input = json!({"UserPoolId": pool, "Username": "bob", "UserAttributes": email("bob@example.com", true)});
    let first = t.ok("AdminCreateUser", input).await;
    let resend =
        |name: &str| json!({"UserPoolId": pool, "Username": name, "MessageAction": "RESEND"});
    let second = t.ok("AdminCreateUser", resend("bob")).await;
    assert_eq!(second["User"]["Attributes"], first["User"]["Attributes"]);
    let messages = inbox(t, &pool).await;
    assert_eq!(messages.len(), 2);
    assert_ne!(messages[0]["code"], messages[1]["code"]);
    t.refused("AdminCreateUser", resend("nobody"), UNKNOWN.0, UNKNOWN.1)
        .await;
    t.ok(
        "AdminSetUserPassword",
        json!({"UserPoolId": pool, "Username": "bob", "Password": PASSWORD, "Permanent": true}),
    )
    .await;
    t.refused(
        "AdminCreateUser",
        resend("bob"),
        "UnsupportedUserStateException",
        "Resend not possible. bob status is not FORCE_CHANGE_PASSWORD",
    )
    .await;
}

#[each_engine]
async fn media_that_were_asked_for_are_used(t: &TestApp) {
    let pool = pool(t, sms()).await;
    let both = json!([{"Name": "email", "Value": "b@example.com"}, {"Name": "phone_number", "Value": "+15555554444"}]);
    let invite = |name: &str, attributes: Value, media: Value| {
        json!({
            "UserPoolId": pool, "Username": name, "UserAttributes": attributes, "DesiredDeliveryMediums": media
        })
    };
    t.ok(
        "AdminCreateUser",
        invite("a", both.clone(), json!(["EMAIL", "SMS"])),
    )
    .await;
    let channels: Vec<_> = inbox(t, &pool)
        .await
        .iter()
        .map(|m| m["channel"].clone())
        .collect();
    assert_eq!(channels, [json!("SMS"), json!("EMAIL")], "newest first");
    t.ok("AdminCreateUser", invite("b", both, json!([]))).await;
    assert_eq!(inbox(t, &pool).await[0]["channel"], "SMS");
    t.refused(
        "AdminCreateUser",
        invite("c", email("c@example.com", true), json!(["SMS"])),
        "InvalidParameterException",
        "User has no attribute matching desired delivery mediums",
    )
    .await;
    let silent = crate::support::users::pool(t, json!({})).await;
    let input = with(
        invite(
            "d",
            json!([{"Name": "phone_number", "Value": "+15555554444"}]),
            json!(["SMS"]),
        ),
        json!({"UserPoolId": silent}),
    );
    t.refused("AdminCreateUser", input.clone(), "InvalidParameterException",
        "Invalid phone number provided/Unable to send the message. User pool does not have SMS configuration to send messages.").await;
    t.refused(
        "AdminGetUser",
        json!({"UserPoolId": silent, "Username": "d"}),
        UNKNOWN.0,
        UNKNOWN.1,
    )
    .await;
}

#[each_engine]
async fn what_an_administrator_may_not_create(t: &TestApp) {
    let (pool, _) = email_pool(t).await;
    for (over, code, message) in [
        (
            json!({"TemporaryPassword": "short"}),
            "InvalidPasswordException",
            "Password did not conform with password policy: Password not long enough",
        ),
        (
            json!({"UserAttributes": [{"Name": "custom:x", "Value": "1"}, {"Name": "custom:y", "Value": "1"}]}),
            "InvalidParameterException",
            "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
        ),
        (
            json!({"UserAttributes": [{"Name": "sub", "Value": "x"}]}),
            "InvalidParameterException",
            "Cannot modify the non-mutable attribute sub",
        ),
        (
            json!({"UserAttributes": [{"Name": "identities", "Value": "[]"}]}),
            "InvalidParameterException",
            "Cannot modify the non-mutable attribute identities",
        ),
        (
            json!({"UserAttributes": [{"Name": "email", "Value": "x"}]}),
            "InvalidParameterException",
            "Invalid email address format.",
        ),
        (
            json!({"UserAttributes": [{"Name": "email_verified", "Value": "true"}]}),
            "InvalidParameterException",
            "Email is required to verify/un-verify an email",
        ),
        (
            json!({"UserPoolId": "us-east-1_nobody000"}),
            "ResourceNotFoundException",
            "User pool us-east-1_nobody000 does not exist.",
        ),
    ] {
        let input = with(json!({"UserPoolId": pool, "Username": "bob"}), over);
        t.refused("AdminCreateUser", input, code, message).await;
    }
}

#[each_engine]
async fn required_attributes_may_wait_for_the_first_sign_in_if_they_can_still_change(t: &TestApp) {
    let schema = json!([
        {"Name": "given_name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "birthdate", "Required": true, "Mutable": false, "AttributeDataType": "String"}
    ]);
    let pool = pool(t, json!({"Schema": schema})).await;
    let input = json!({"UserPoolId": pool, "Username": "bob"});
    t.refused(
        "AdminCreateUser",
        input.clone(),
        "InvalidParameterException",
        "Attributes did not conform to the schema: birthdate: The attribute is required\n",
    )
    .await;
    let born = |date: &str| {
        with(
            input.clone(),
            json!({"UserAttributes": [{"Name": "birthdate", "Value": date}]}),
        )
    };
    for (date, fault) in [
        ("1990", "shorter"),
        ("1990-02-3", "shorter"),
        ("1990-02-030", "longer"),
    ] {
        let text = format!(
            "Attributes did not conform to the schema: birthdate: String must be no {fault} than 10 characters\n"
        );
        t.refused(
            "AdminCreateUser",
            born(date),
            "InvalidParameterException",
            &text,
        )
        .await;
    }
    t.refused(
        "AdminCreateUser",
        born("1990-02-30"),
        "InvalidParameterException",
        "Invalid birthdate format, please use YYYY-MM-DD.",
    )
    .await;
    t.ok("AdminCreateUser", born("1990-02-28")).await;
}

#[each_engine]
async fn in_pools_with_username_attributes_the_name_is_the_sub(t: &TestApp) {
    let pool = pool(t, json!({"UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": false}})).await;
    let client = client(t, &pool, json!({})).await;
    let create = |name: &str| json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD});
    t.refused(
        "AdminCreateUser",
        create("bob"),
        "InvalidParameterException",
        "Username should be an email.",
    )
    .await;
    let made = t.ok("AdminCreateUser", create("Bob@Example.com")).await;
    let sub = attribute(&made["User"], "sub").unwrap();
    assert_eq!(made["User"]["Username"], sub);
    assert_eq!(attribute(&made["User"], "email"), Some("Bob@Example.com"));
    for name in ["bob@example.com", "BOB@EXAMPLE.COM", sub] {
        assert_eq!(user(t, &pool, name).await["Username"], sub);
    }
    t.refused(
        "AdminCreateUser",
        create("bob@example.com"),
        "UsernameExistsException",
        "An account with the given email already exists.",
    )
    .await;
    let sign_up = json!({"ClientId": client, "Username": "bob@example.com", "Password": PASSWORD});
    t.refused(
        "SignUp",
        sign_up,
        "UsernameExistsException",
        "An account with the given email already exists.",
    )
    .await;
    let differs = with(
        create("x@example.com"),
        json!({"UserAttributes": email("y@example.com", true)}),
    );
    let text = "User email should be empty or same as username, since username attribute is email.";
    t.refused(
        "AdminCreateUser",
        differs,
        "InvalidParameterException",
        text,
    )
    .await;
    let differs = json!({"ClientId": client, "Username": "x@example.com", "Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "y@example.com"}]});
    t.refused("SignUp", differs, "InvalidParameterException", text)
        .await;
    for (name, given) in [
        ("empty@example.com", ""),
        ("same@example.com", "Same@Example.com"),
    ] {
        t.ok(
            "AdminCreateUser",
            with(
                create(name),
                json!({"UserAttributes": [{"Name": "email", "Value": given}]}),
            ),
        )
        .await;
        let kept = if given.is_empty() { name } else { given };
        assert_eq!(attribute(&user(t, &pool, name).await, "email"), Some(kept));
    }
    let phones =
        crate::support::users::pool(t, json!({"UsernameAttributes": ["phone_number", "email"]}))
            .await;
    let differs = json!({"UserPoolId": phones, "Username": "+15555550100", "UserAttributes": [{"Name": "phone_number", "Value": "+15555550101"}]});
    t.refused("AdminCreateUser", differs, "InvalidParameterException",
        "User phone_number should be empty or same as username, since username attribute is phone_number.").await;
    let answer = sign_in(t, &client, "bob@example.com", PASSWORD)
        .await
        .unwrap();
    assert_eq!(answer["ChallengeName"], "NEW_PASSWORD_REQUIRED");
}

#[each_engine]
async fn username_forms_follow_the_pools_options(t: &TestApp) {
    for (settings, name, message) in [
        (
            json!({"UsernameAttributes": ["phone_number"]}),
            "a@b.co",
            "Username should be a phone number.",
        ),
        (
            json!({"UsernameAttributes": ["phone_number", "email"]}),
            "bob",
            "Username should be either an email or a phone number.",
        ),
        (
            json!({"AliasAttributes": ["email"]}),
            "a@b.co",
            "Username cannot be of email format, since user pool is configured for email alias.",
        ),
        (
            json!({"AliasAttributes": ["phone_number"]}),
            "+15555550100",
            "Username cannot be of phone number format, since user pool is configured for phone number alias.",
        ),
    ] {
        let pool = pool(t, settings).await;
        let client = client(t, &pool, json!({})).await;
        t.refused(
            "AdminCreateUser",
            json!({"UserPoolId": pool, "Username": name}),
            "InvalidParameterException",
            message,
        )
        .await;
        t.refused(
            "SignUp",
            json!({"ClientId": client, "Username": name, "Password": PASSWORD}),
            "InvalidParameterException",
            message,
        )
        .await;
    }
}

//! SignUp, ConfirmSignUp, ResendConfirmationCode.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::users::{
    PASSWORD, attribute, client, code, confirmed, email_pool, inbox, pool, sign_in, sign_up, sms,
    user, with, wrong,
};

const LIMIT: (&str, &str) = (
    "LimitExceededException",
    "Attempt limit exceeded, please try after some time.",
);
const MISMATCH: (&str, &str) = (
    "CodeMismatchException",
    "Invalid verification code provided, please try again.",
);
const EXPIRED: (&str, &str) = (
    "ExpiredCodeException",
    "Invalid code provided, please request a code again.",
);
const NOT_FOUND: (&str, &str) = (
    "UserNotFoundException",
    "Username/client id combination not found.",
);

#[each_engine]
async fn a_new_user_gets_a_code_and_confirms_with_it(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let answer = sign_up(t, &client, "bob", "bob@example.com").await;
    let sub = answer["UserSub"].as_str().unwrap();
    assert_eq!(
        answer,
        json!({
            "UserConfirmed": false, "UserSub": sub,
            "CodeDeliveryDetails": {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}
        })
    );
    let before = user(t, &pool, "bob").await;
    assert_eq!(before["UserStatus"], "UNCONFIRMED");
    assert_eq!(before["Enabled"], true);
    assert_eq!(
        before["UserAttributes"],
        json!([
            {"Name": "sub", "Value": sub}, {"Name": "email", "Value": "bob@example.com"}
        ])
    );
    let messages = inbox(t, &pool).await;
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    let digits = message["code"].as_str().unwrap();
    assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()));
    assert_eq!(
        message,
        &json!({
            "id": message["id"], "time": message["time"], "pool": pool, "user": "bob", "to": "bob@example.com",
            "channel": "EMAIL", "kind": "sign_up", "subject": "Your verification code",
            "body": format!("Your verification code is {digits}. "), "code": digits
        })
    );
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    assert_eq!(t.ok("ConfirmSignUp", confirm.clone()).await, json!({}));
    let after = user(t, &pool, "bob").await;
    assert_eq!(after["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&after, "email_verified"), Some("true"));
    t.refused(
        "ConfirmSignUp",
        confirm,
        "NotAuthorizedException",
        "User cannot be confirmed. Current status is CONFIRMED",
    )
    .await;
    assert!(sign_in(t, &client, "bob", PASSWORD).await.is_ok());
}

#[each_engine]
async fn a_pool_that_verifies_nothing_sends_nothing(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let answer = sign_up(t, &client, "bob", "bob@example.com").await;
    assert_eq!(
        answer,
        json!({"UserConfirmed": false, "UserSub": answer["UserSub"]})
    );
    assert!(inbox(t, &pool).await.is_empty());
    let resend = json!({"ClientId": client, "Username": "bob"});
    t.refused(
        "ResendConfirmationCode",
        resend,
        "NotAuthorizedException",
        "Cannot resend codes. Auto verification not turned on.",
    )
    .await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": "123456"});
    t.refused("ConfirmSignUp", confirm, EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn without_the_verified_attribute_there_is_no_code(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let answer = t
        .ok(
            "SignUp",
            json!({"ClientId": client, "Username": "bob", "Password": PASSWORD}),
        )
        .await;
    assert_eq!(answer.get("CodeDeliveryDetails"), None);
    let resend = json!({"ClientId": client, "Username": "bob"});
    t.refused(
        "ResendConfirmationCode",
        resend,
        "InvalidParameterException",
        "Cannot confirm user because email or phone_number is missing",
    )
    .await;
    assert!(inbox(t, &pool).await.is_empty());
}

#[each_engine]
async fn the_phone_wins_and_gets_a_text_message(t: &TestApp) {
    let pool = pool(
        t,
        with(
            json!({"AutoVerifiedAttributes": ["email", "phone_number"]}),
            sms(),
        ),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let attributes = json!([{"Name": "email", "Value": "b@example.com"}, {"Name": "phone_number", "Value": "+15555554444"}]);
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes});
    let answer = t.ok("SignUp", input).await;
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({"Destination": "+*******4444", "DeliveryMedium": "SMS", "AttributeName": "phone_number"})
    );
    let messages = inbox(t, &pool).await;
    assert_eq!(
        (
            messages.len(),
            &messages[0]["channel"],
            &messages[0]["subject"]
        ),
        (1, &json!("SMS"), &json!(null))
    );
    let confirm =
        json!({"ClientId": client, "Username": "bob", "ConfirmationCode": messages[0]["code"]});
    t.ok("ConfirmSignUp", confirm).await;
    let after = user(t, &pool, "bob").await;
    assert_eq!(attribute(&after, "phone_number_verified"), Some("true"));
    assert_eq!(attribute(&after, "email_verified"), None);
}

#[each_engine]
async fn names_passwords_and_attributes_are_checked(t: &TestApp) {
    let schema = json!([
        {"Name": "name", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "email", "Required": true, "Mutable": true, "AttributeDataType": "String"},
        {"Name": "tier", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "3"}}
    ]);
    let pool = pool(t, json!({"Schema": schema})).await;
    let client = client(t, &pool, json!({})).await;
    let attempt = |over: serde_json::Value| {
        with(
            json!({
                "ClientId": client, "Username": "bob", "Password": PASSWORD,
                "UserAttributes": [{"Name": "name", "Value": "Bob"}, {"Name": "email", "Value": "b@example.com"}]
            }),
            over,
        )
    };
    for (over, code, message) in [
        (
            json!({"Password": "Pass0!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password not long enough",
        ),
        (
            json!({"Password": "passw0rd!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have uppercase characters",
        ),
        (
            json!({"Password": "PASSW0RD!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have lowercase characters",
        ),
        (
            json!({"Password": "Password!"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have numeric characters",
        ),
        (
            json!({"Password": "Passw0rdd"}),
            "InvalidPasswordException",
            "Password did not conform with policy: Password must have symbol characters",
        ),
        (
            json!({"UserAttributes": []}),
            "InvalidParameterException",
            "Attributes did not conform to the schema: name.formatted: The attribute name.formatted is required\nemail: The attribute is required\n",
        ),
        (
            json!({"UserAttributes": [{"Name": "name"}]}),
            "InvalidParameterException",
            "Attribute value for name must not be null",
        ),
        (
            json!({"UserAttributes": [{"Name": "custom:x", "Value": "1"}]}),
            "InvalidParameterException",
            "Attributes did not conform to the schema: Type for attribute {custom:x} could not be determined",
        ),
        (
            json!({"UserAttributes": [{"Name": "custom:tier", "Value": "1"}]}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"UserAttributes": [{"Name": "email_verified", "Value": "true"}]}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"UserAttributes": [{"Name": "sub", "Value": "x"}]}),
            "NotAuthorizedException",
            "A client attempted to write unauthorized attribute",
        ),
        (
            json!({"UserAttributes": [{"Name": "name", "Value": "B"}, {"Name": "email", "Value": "b@"}]}),
            "InvalidParameterException",
            "Invalid email address format.",
        ),
        (
            json!({"UserAttributes": [{"Name": "phone_number", "Value": "123"}]}),
            "InvalidParameterException",
            "Invalid phone number format.",
        ),
    ] {
        t.refused("SignUp", attempt(over), code, message).await;
    }
    let writer = crate::support::users::client(
        t,
        &pool,
        json!({"WriteAttributes": ["name", "email", "custom:tier"]}),
    )
    .await;
    let tier = |value: &str| {
        attempt(json!({"ClientId": writer, "UserAttributes": [
            {"Name": "name", "Value": "Bob"}, {"Name": "email", "Value": "b@example.com"}, {"Name": "custom:tier", "Value": value}
        ]}))
    };
    t.refused(
        "SignUp",
        tier("4"),
        "InvalidParameterException",
        "Attributes did not conform to the schema: custom:tier: Number must be no more than 3\n",
    )
    .await;
    t.ok("SignUp", tier("3")).await;
    assert_eq!(
        attribute(&user(t, &pool, "bob").await, "custom:tier"),
        Some("3")
    );
}

#[each_engine]
async fn a_pool_for_administrators_lets_nobody_sign_up(t: &TestApp) {
    let pool = pool(
        t,
        json!({"AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true}}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD});
    t.refused(
        "SignUp",
        input,
        "NotAuthorizedException",
        "SignUp is not permitted for this user pool",
    )
    .await;
}

#[each_engine]
async fn clients_with_a_secret_need_its_hash(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let made = t
        .ok(
            "CreateUserPoolClient",
            json!({"UserPoolId": pool, "ClientName": "c", "GenerateSecret": true}),
        )
        .await;
    let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    let secret = made["UserPoolClient"]["ClientSecret"].as_str().unwrap();
    let missing =
        format!("Client {client} is configured with secret but SECRET_HASH was not received");
    let refusal = format!("SecretHash does not match for the client: {client}");
    let hash = cognate_crypto::hash::secret_hash(secret, "bob", client);
    let other = cognate_crypto::hash::secret_hash(secret, "rob", client);
    for (op, more) in [
        (
            "SignUp",
            json!({"Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "b@example.com"}]}),
        ),
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "123456"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "123456", "Password": PASSWORD}),
        ),
    ] {
        let input = with(json!({"ClientId": client, "Username": "bob"}), more);
        t.refused(op, input.clone(), "NotAuthorizedException", &missing)
            .await;
        t.refused(
            op,
            with(input.clone(), json!({"SecretHash": other})),
            "NotAuthorizedException",
            &refusal,
        )
        .await;
        let right = t.call(op, with(input, json!({"SecretHash": hash}))).await;
        assert_ne!(
            right.err().map(|(_, message)| message),
            Some(refusal.clone()),
            "{op}"
        );
    }
}

#[each_engine]
async fn unknown_clients_are_told_so(t: &TestApp) {
    for (op, more) in [
        ("SignUp", json!({"Password": PASSWORD})),
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "1"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "1", "Password": PASSWORD}),
        ),
    ] {
        let input = with(json!({"ClientId": "nobody", "Username": "bob"}), more);
        t.refused(
            op,
            input,
            "ResourceNotFoundException",
            "User pool client nobody does not exist.",
        )
        .await;
    }
}

#[each_engine]
async fn a_name_is_given_once_whatever_its_case_and_composition(t: &TestApp) {
    let pool = pool(
        t,
        json!({"UsernameConfiguration": {"CaseSensitive": false}}),
    )
    .await;
    let client = client(t, &pool, json!({})).await;
    sign_up(t, &client, "Zo\u{e9}", "z@example.com").await;
    for name in ["zo\u{e9}", "ZOE\u{301}", "Zo\u{e9}"] {
        let input = json!({"ClientId": client, "Username": name, "Password": PASSWORD});
        t.refused(
            "SignUp",
            input,
            "UsernameExistsException",
            "User already exists",
        )
        .await;
    }
    assert_eq!(user(t, &pool, "ZO\u{c9}").await["Username"], "Zo\u{e9}");
}

#[each_engine]
async fn case_counts_where_the_pool_says_so(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    sign_up(t, &client, "Bob", "b@example.com").await;
    sign_up(t, &client, "bob", "b@example.com").await;
    t.refused(
        "AdminGetUser",
        json!({"UserPoolId": pool, "Username": "BOB"}),
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
}

#[each_engine]
async fn of_64_sign_ups_of_one_name_at_once_one_succeeds(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let mut calls = Vec::new();
    for n in 0..64 {
        let attributes = json!([{"Name": "email", "Value": format!("u{n}@example.com")}]);
        calls.push(json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes}));
    }
    let answers = crate::support::users::all_at_once(t, "SignUp", calls).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for refusal in lost {
        assert_eq!(
            refusal,
            Err((
                "UsernameExistsException".into(),
                "User already exists".into()
            ))
        );
    }
    assert_eq!(inbox(t, &pool).await.len(), 1);
    let listed = t.ok("ListUsers", json!({"UserPoolId": pool})).await;
    assert_eq!(listed["Users"].as_array().unwrap().len(), 1);
}

#[each_engine]
async fn a_user_name_cannot_have_the_form_of_an_id(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let sub = confirmed(t, &pool, &client, "bob", "bob@example.com").await;
    for name in [
        &sub,
        &sub.to_uppercase(),
        "34c84488-e0e1-70ae-d2ee-991ad1a898c8",
        "34C84488-e0e1-70aE-d2ee-991ad1a898c8",
    ] {
        let refusal = (
            "InvalidParameterException",
            "Username cannot be of user id format.",
        );
        let input = json!({"ClientId": client, "Username": name, "Password": PASSWORD});
        t.refused("SignUp", input, refusal.0, refusal.1).await;
        let input = json!({"UserPoolId": pool, "Username": name, "MessageAction": "SUPPRESS"});
        t.refused("AdminCreateUser", input, refusal.0, refusal.1)
            .await;
    }
    assert_eq!(user(t, &pool, &sub).await["Username"], "bob");
}

#[each_engine]
async fn wrong_codes_are_refused_and_limited_to_fifteen_an_hour(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let confirm =
        |code: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code});
    for _ in 0..15 {
        t.refused(
            "ConfirmSignUp",
            confirm(wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    t.refused("ConfirmSignUp", confirm(&digits), LIMIT.0, LIMIT.1)
        .await;
    t.advance(3601).await;
    for _ in 0..5 {
        t.refused(
            "ConfirmSignUp",
            confirm(wrong(&digits)),
            MISMATCH.0,
            MISMATCH.1,
        )
        .await;
    }
    // Twenty wrong answers burn the code, whatever the hour.
    t.refused(
        "ConfirmSignUp",
        confirm(&digits),
        "TooManyFailedAttemptsException",
        "Too many failed attempts, please request a code again.",
    )
    .await;
    t.ok(
        "ResendConfirmationCode",
        json!({"ClientId": client, "Username": "bob"}),
    )
    .await;
    let fresh = code(t, &pool, "bob").await;
    t.ok("ConfirmSignUp", confirm(&fresh)).await;
}

#[each_engine]
async fn a_code_ends_after_a_day_and_with_a_newer_one(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let first = code(t, &pool, "bob").await;
    let answer = t
        .ok(
            "ResendConfirmationCode",
            json!({"ClientId": client, "Username": "bob"}),
        )
        .await;
    assert_eq!(
        answer,
        json!({"CodeDeliveryDetails": {"Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"}})
    );
    let second = code(t, &pool, "bob").await;
    assert_eq!(inbox(t, &pool).await[0]["kind"], "resend_code");
    let confirm =
        |code: &str| json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code});
    if first != second {
        t.refused("ConfirmSignUp", confirm(&first), MISMATCH.0, MISMATCH.1)
            .await;
    }
    t.advance(86_400).await;
    t.refused("ConfirmSignUp", confirm(&second), EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn codes_are_resent_five_times_an_hour_and_not_to_confirmed_users(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let resend = json!({"ClientId": client, "Username": "bob"});
    for _ in 0..5 {
        t.ok("ResendConfirmationCode", resend.clone()).await;
    }
    t.refused("ResendConfirmationCode", resend.clone(), LIMIT.0, LIMIT.1)
        .await;
    let digits = code(t, &pool, "bob").await;
    t.ok(
        "ConfirmSignUp",
        json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits}),
    )
    .await;
    t.advance(3601).await;
    t.refused(
        "ResendConfirmationCode",
        resend,
        "InvalidParameterException",
        "User is already confirmed.",
    )
    .await;
}

#[each_engine]
async fn legacy_clients_are_told_that_a_user_is_unknown_or_disabled(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    t.ok(
        "AdminDisableUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    for (op, more) in [
        ("ResendConfirmationCode", json!({})),
        ("ConfirmSignUp", json!({"ConfirmationCode": "123456"})),
        ("ForgotPassword", json!({})),
        (
            "ConfirmForgotPassword",
            json!({"ConfirmationCode": "123456", "Password": PASSWORD}),
        ),
    ] {
        let input = with(json!({"ClientId": client, "Username": "nobody"}), more);
        t.refused(op, input.clone(), NOT_FOUND.0, NOT_FOUND.1).await;
        t.refused(
            op,
            with(input, json!({"Username": "bob"})),
            "NotAuthorizedException",
            "User is disabled.",
        )
        .await;
    }
}

#[each_engine]
async fn clients_that_hide_who_exists_answer_alike(t: &TestApp) {
    let pool = pool(t, json!({"AutoVerifiedAttributes": ["email"]})).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let resend = |name: &str| json!({"ClientId": client, "Username": name});
    let shape = |v: &serde_json::Value| {
        (
            v["CodeDeliveryDetails"]["DeliveryMedium"].clone(),
            v["CodeDeliveryDetails"]["AttributeName"].clone(),
        )
    };
    let known = t.ok("ResendConfirmationCode", resend("bob")).await;
    let unknown = t.ok("ResendConfirmationCode", resend("nobody")).await;
    assert_eq!(shape(&known), shape(&unknown));
    assert_eq!(
        unknown,
        t.ok("ResendConfirmationCode", resend("nobody")).await,
        "the pretended address stays"
    );
    let typed = t
        .ok("ResendConfirmationCode", resend("someone@example.org"))
        .await;
    assert_eq!(typed["CodeDeliveryDetails"]["Destination"], "s***@e***");
    // Both have a code now, and neither is told anything by a wrong answer.
    let digits = code(t, &pool, "bob").await;
    let confirm = |name: &str| json!({"ClientId": client, "Username": name, "ConfirmationCode": wrong(&digits)});
    t.refused("ConfirmSignUp", confirm("bob"), MISMATCH.0, MISMATCH.1)
        .await;
    t.refused("ConfirmSignUp", confirm("nobody"), MISMATCH.0, MISMATCH.1)
        .await;
    t.refused(
        "ConfirmSignUp",
        confirm("never-asked"),
        EXPIRED.0,
        EXPIRED.1,
    )
    .await;
    // The limits are the same, too.
    for _ in 0..3 {
        t.ok("ResendConfirmationCode", resend("nobody")).await;
    }
    t.refused("ResendConfirmationCode", resend("nobody"), LIMIT.0, LIMIT.1)
        .await;
    assert_eq!(
        inbox(t, &pool).await.len(),
        2,
        "nobody's messages are given up"
    );
}

#[each_engine]
async fn many_answers_at_once_use_a_code_up_once(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    let answers = crate::support::users::all_at_once(t, "ConfirmSignUp", vec![confirm; 16]).await;
    assert_eq!(
        answers.iter().filter(|a| a.is_ok()).count(),
        1,
        "{answers:?}"
    );
}

#[each_engine]
async fn in_pools_with_username_attributes_one_signs_up_with_an_address_or_a_number(t: &TestApp) {
    let settings = json!({
        "UsernameAttributes": ["email", "phone_number"], "AutoVerifiedAttributes": ["email", "phone_number"]
    });
    let pool = pool(t, with(settings, sms())).await;
    let client = client(t, &pool, json!({})).await;
    for (name, medium, attribute_name, flag) in [
        ("bob@example.com", "EMAIL", "email", "email_verified"),
        (
            "+15555554444",
            "SMS",
            "phone_number",
            "phone_number_verified",
        ),
    ] {
        let input = json!({"ClientId": client, "Username": name, "Password": PASSWORD});
        let answer = t.ok("SignUp", input.clone()).await;
        assert_eq!(answer["CodeDeliveryDetails"]["DeliveryMedium"], medium);
        let sub = answer["UserSub"].as_str().unwrap();
        let before = user(t, &pool, name).await;
        assert_eq!(
            (
                before["Username"].as_str(),
                attribute(&before, attribute_name)
            ),
            (Some(sub), Some(name))
        );
        let taken = format!("An account with the given {attribute_name} already exists.");
        t.refused("SignUp", input, "UsernameExistsException", &taken)
            .await;
        let digits = code(t, &pool, name).await;
        t.ok(
            "ConfirmSignUp",
            json!({"ClientId": client, "Username": name, "ConfirmationCode": digits}),
        )
        .await;
        assert_eq!(attribute(&user(t, &pool, sub).await, flag), Some("true"));
        assert!(sign_in(t, &client, name, PASSWORD).await.is_ok());
    }
}

#[each_engine]
async fn a_code_of_a_deleted_user_is_worth_nothing_to_the_next_of_the_name(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": pool, "Username": "bob"}),
    )
    .await;
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD});
    t.ok("SignUp", input).await;
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    t.refused("ConfirmSignUp", confirm, EXPIRED.0, EXPIRED.1)
        .await;
}

#[each_engine]
async fn a_password_is_needed_where_passwords_are_the_only_factor(t: &TestApp) {
    let (_, client) = email_pool(t).await;
    let input = json!({"ClientId": client, "Username": "bob"});
    t.refused("SignUp", input, "InvalidParameterException",
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null").await;
}

#[each_engine]
async fn of_64_guesses_at_once_at_most_fifteen_are_judged(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let guess = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": wrong(&digits)});
    let mut judged = 0;
    for _ in 0..4 {
        for answer in
            crate::support::users::all_at_once(t, "ConfirmSignUp", vec![guess.clone(); 64]).await
        {
            let (code, message) = answer.unwrap_err();
            match code.as_str() {
                "CodeMismatchException" => judged += 1,
                _ => assert_eq!((code.as_str(), message.as_str()), LIMIT),
            }
        }
    }
    assert_eq!(judged, 15);
    let confirm = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": digits});
    t.refused("ConfirmSignUp", confirm, LIMIT.0, LIMIT.1).await;
}

#[each_engine]
async fn the_database_shows_neither_codes_nor_passwords(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let digits = code(t, &pool, "bob").await;
    let holds = |bytes: &[u8], secret: &str| {
        bytes
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    for (sql, column) in [
        ("SELECT sealed FROM codes", 0),
        ("SELECT sealed FROM messages", 0),
        ("SELECT credential FROM users", 0),
    ] {
        let rows = t.app.store.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows.len(), 1);
        for secret in [digits.as_str(), PASSWORD, "bob@example.com", "srp6a"] {
            assert!(
                !holds(rows[0].bytes(column).unwrap(), secret),
                "{sql}: {secret}"
            );
        }
    }
    for (sql, expected) in [("SELECT doc FROM audit", 3), ("SELECT doc FROM users", 1)] {
        let rows = t.app.store.rows(sql, vec![]).await.unwrap();
        assert_eq!(rows.len(), expected, "{sql}");
        for row in rows {
            let text = row.text(0).unwrap();
            assert!(
                !text.contains(&digits) && !text.contains(PASSWORD),
                "{text}"
            );
        }
    }
}

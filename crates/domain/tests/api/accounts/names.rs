//! Names at sign-up.

use each_engine::each_engine;
use serde_json::json;

use crate::support::TestApp;
use crate::support::users::{
    PASSWORD, attribute, client, code, confirmed, email_pool, inbox, pool, sign_in, sign_up, sms,
    user, with,
};

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

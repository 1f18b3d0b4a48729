//! What CustomMessage is told, and what becomes of its words.

use cognate_domain::app::functions::InvokeError;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::function::Function;
use crate::support::TestApp;
use crate::support::functions::answered;
use crate::support::users::{
    PASSWORD, access_token, client, code, confirmed, email_pool, inbox, pool, sign_up, sms, with,
};

const VERIFIED: &str = "Your verification code is {####}. ";

fn email() -> Value {
    json!({"AutoVerifiedAttributes": ["email"]})
}

/// Returns an event of a pool about bob.
fn event(pool: &str, source: &str, client: &str, attributes: Value, more: Value) -> Value {
    let request = json!({
        "userAttributes": attributes, "codeParameter": "{####}", "linkParameter": "{##Click Here##}",
        "usernameParameter": null,
    });
    json!({
        "version": "1", "triggerSource": format!("CustomMessage_{source}"), "region": "us-east-1",
        "userPoolId": pool, "userName": "bob",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client},
        "request": with(request, more),
        "response": {"smsMessage": null, "emailMessage": null, "emailSubject": null},
    })
}

#[each_engine]
async fn every_message_has_its_event(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let function = Function::of_pool(t, &pool, email()).await;
    let metadata = json!({"ClientMetadata": {"lang": "ja"}});
    let told = json!({"clientMetadata": {"lang": "ja"}});
    let of_client = |more: Value| with(json!({"ClientId": client, "Username": "bob"}), more);
    let of_admin = |more: Value| with(json!({"UserPoolId": pool, "Username": "bob"}), more);
    const ADMIN: &str = "CLIENT_ID_NOT_APPLICABLE";

    let attributes = json!([{"Name": "email", "Value": "bob@example.com"}]);
    let input = json!({"Password": PASSWORD, "UserAttributes": attributes});
    let made = t
        .ok("SignUp", with(of_client(input), metadata.clone()))
        .await;
    let user = |status: &str, more: Value| {
        let base = json!({
            "sub": made["UserSub"], "email": "bob@example.com", "email_verified": "false", "cognito:user_status": status,
        });
        with(base, more)
    };
    let new = user("UNCONFIRMED", json!({}));
    assert_eq!(
        function.event(),
        event(&pool, "SignUp", &client, new.clone(), told.clone())
    );
    t.ok("ResendConfirmationCode", of_client(json!({}))).await;
    assert_eq!(
        function.event(),
        event(&pool, "ResendCode", &client, new, json!({}))
    );
    let confirmation = json!({"ConfirmationCode": code(t, &pool, "bob").await});
    t.ok("ConfirmSignUp", of_client(confirmation)).await;
    let old = user("CONFIRMED", json!({"email_verified": "true"}));
    t.ok("ForgotPassword", of_client(metadata.clone())).await;
    assert_eq!(
        function.event(),
        event(&pool, "ForgotPassword", &client, old.clone(), told.clone())
    );
    let token = access_token(t, &client, "bob", PASSWORD).await;
    let by_token = |more: Value| with(json!({"AccessToken": token}), more);
    let ask = by_token(json!({"AttributeName": "email"}));
    t.ok(
        "GetUserAttributeVerificationCode",
        with(ask, metadata.clone()),
    )
    .await;
    assert_eq!(
        function.event(),
        event(&pool, "VerifyUserAttribute", &client, old, told.clone())
    );
    let other = json!({"UserAttributes": [{"Name": "email", "Value": "new@example.com"}]});
    t.ok(
        "UpdateUserAttributes",
        with(by_token(other), metadata.clone()),
    )
    .await;
    let changed = user(
        "CONFIRMED",
        json!({"email": "new@example.com", "email_verified": "false"}),
    );
    assert_eq!(
        function.event(),
        event(&pool, "UpdateUserAttribute", &client, changed, told.clone())
    );
    let other = json!({"UserAttributes": [{"Name": "email", "Value": "own@example.com"}]});
    t.ok(
        "AdminUpdateUserAttributes",
        with(of_admin(other), metadata.clone()),
    )
    .await;
    let changed = user(
        "CONFIRMED",
        json!({"email": "own@example.com", "email_verified": "false"}),
    );
    assert_eq!(
        function.event(),
        event(&pool, "UpdateUserAttribute", ADMIN, changed, told.clone())
    );
    let verified = json!({"UserAttributes": [{"Name": "email", "Value": "own@example.com"}, {"Name": "email_verified", "Value": "true"}]});
    t.ok("AdminUpdateUserAttributes", of_admin(verified)).await;
    assert_eq!(function.events().len(), 0);
    t.ok("AdminResetUserPassword", of_admin(metadata.clone()))
        .await;
    let reset = user(
        "RESET_REQUIRED",
        json!({"email": "own@example.com", "email_verified": "true"}),
    );
    assert_eq!(
        function.event(),
        event(&pool, "ForgotPassword", ADMIN, reset, told)
    );
}

#[each_engine]
async fn an_invitation_tells_the_place_of_the_name_and_is_asked_for_once(t: &TestApp) {
    let pool = pool(t, sms()).await;
    let function = Function::of_pool(t, &pool, sms()).await;
    function.says(json!({
        "emailMessage": "<b>{username}</b> {####}", "emailSubject": "Join us",
        "smsMessage": "{username}/{####}",
    }));
    let name = "<i>山田عمر👩🏽&\"'</i>";
    let attributes = json!([{"Name": "email", "Value": "y@example.com"}, {"Name": "phone_number", "Value": "+15555550100"}]);
    let input = json!({
        "UserPoolId": pool, "Username": name, "TemporaryPassword": "<Passw0rd&>",
        "DesiredDeliveryMediums": ["EMAIL", "SMS"], "UserAttributes": attributes,
        "ClientMetadata": {"a": "b"},
    });
    t.ok("AdminCreateUser", input).await;
    let event = function.event();
    assert_eq!(event["triggerSource"], "CustomMessage_AdminCreateUser");
    assert_eq!(event["request"]["usernameParameter"], "{username}");
    assert_eq!(event["request"]["codeParameter"], "{####}");
    assert_eq!(event["request"]["clientMetadata"], json!({"a": "b"}));
    let messages = inbox(t, &pool).await;
    let by = |channel: &str| messages.iter().find(|m| m["channel"] == channel).unwrap();
    assert_eq!(by("EMAIL")["subject"], "Join us");
    assert_eq!(
        by("EMAIL")["body"],
        "<b>&lt;i&gt;山田عمر👩🏽&amp;&quot;&#39;&lt;/i&gt;</b> &lt;Passw0rd&amp;&gt;"
    );
    assert_eq!(by("SMS")["body"], "<i>山田عمر👩🏽&\"'</i>/<Passw0rd&>");
    let again = json!({"UserPoolId": pool, "Username": name, "MessageAction": "RESEND"});
    t.ok("AdminCreateUser", again).await;
    assert_eq!(
        function.event()["request"]["usernameParameter"],
        "{username}"
    );
}

/// Signs somebody up and returns subject and body, with the placeholder in the code's place.
async fn sent(t: &TestApp, pool: &str, client: &str) -> (String, String) {
    let name = cognate_crypto::random::uuid_v4().replace('-', "x");
    sign_up(t, client, &name, "bob@example.com").await;
    let message = inbox(t, pool).await.remove(0);
    let code = message["code"].as_str().unwrap();
    let body = message["body"].as_str().unwrap().replace(code, "{####}");
    (message["subject"].as_str().unwrap().to_owned(), body)
}

#[each_engine]
async fn each_word_stands_for_itself_and_the_template_for_those_that_do_not_fit(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let function = Function::of_pool(t, &pool, email()).await;
    const SUBJECT: &str = "Your verification code";
    let whole = format!(
        "<p>こんにちは مرحبا 👋🏽</p>\r\n{{####}}{}",
        "é".repeat(19_000)
    );
    let (full, long) = ("s".repeat(140), "s".repeat(141));
    let fits = format!("{{####}}{}", "文".repeat(19_994));
    let over = format!("{fits}文");
    let cases = [
        (json!({}), SUBJECT, VERIFIED),
        (
            json!({"emailMessage": null, "emailSubject": null}),
            SUBJECT,
            VERIFIED,
        ),
        (
            json!({"smsMessage": "{####}", "other": 1}),
            SUBJECT,
            VERIFIED,
        ),
        (json!({"emailMessage": whole}), SUBJECT, &whole),
        (json!({"emailSubject": "件名 🎉"}), "件名 🎉", VERIFIED),
        (
            json!({"emailMessage": "{####} {####}", "emailSubject": full}),
            &full,
            "{####} {####}",
        ),
        (json!({"emailMessage": fits}), SUBJECT, &fits),
        // Passed over without a word.
        (
            json!({"emailMessage": over, "emailSubject": "Hi"}),
            "Hi",
            VERIFIED,
        ),
        (
            json!({"emailMessage": "no code", "emailSubject": "Hi"}),
            "Hi",
            VERIFIED,
        ),
        (
            json!({"emailMessage": "", "emailSubject": ""}),
            SUBJECT,
            VERIFIED,
        ),
        (
            json!({"emailMessage": "{##Click Here##}", "emailSubject": " \r\n"}),
            SUBJECT,
            VERIFIED,
        ),
        (
            json!({"emailMessage": "{username} {####}", "emailSubject": long}),
            SUBJECT,
            "{username} {####}",
        ),
        // A subject is one line.
        (
            json!({"emailSubject": "A\r\nBcc: all@example.com"}),
            "A Bcc: all@example.com",
            VERIFIED,
        ),
    ];
    for (response, subject, body) in cases {
        function.says(response.clone());
        let found = sent(t, &pool, &client).await;
        assert_eq!(
            (found.0.as_str(), found.1.as_str()),
            (subject, body),
            "{response}"
        );
    }
}

#[each_engine]
async fn text_messages_have_words_of_their_own(t: &TestApp) {
    let settings = with(sms(), json!({"AutoVerifiedAttributes": ["phone_number"]}));
    let pool = pool(t, settings.clone()).await;
    let client = client(t, &pool, json!({})).await;
    let function = Function::of_pool(t, &pool, settings).await;
    let fits = format!("{{####}}{}", "字".repeat(134));
    for (n, (word, body)) in [
        (json!("<b>{####}</b>"), "<b>{####}</b>"),
        (json!(fits), fits.as_str()),
        (json!(format!("{fits}字")), VERIFIED),
        (json!("no code"), VERIFIED),
        (Value::Null, VERIFIED),
    ]
    .into_iter()
    .enumerate()
    {
        function.says(json!({"smsMessage": word, "emailMessage": "e {####}", "emailSubject": "s"}));
        let attributes = json!([{"Name": "phone_number", "Value": "+15555550100"}]);
        let input = json!({"ClientId": client, "Username": format!("u{n}"), "Password": PASSWORD, "UserAttributes": attributes});
        t.ok("SignUp", input).await;
        let message = inbox(t, &pool).await.remove(0);
        let code = message["code"].as_str().unwrap();
        assert_eq!(message["body"], body.replace("{####}", code));
        assert_eq!(message["subject"], Value::Null);
    }
}

#[each_engine]
async fn an_invitation_without_name_or_password_is_the_templates(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let function = Function::of_pool(t, &pool, json!({})).await;
    for (n, (word, body)) in [
        (
            "{username}",
            "Your username is u0 and temporary password is Passw0rd!. ",
        ),
        (
            "{####}",
            "Your username is u1 and temporary password is Passw0rd!. ",
        ),
        ("{####}{username}", "Passw0rd!u2"),
    ]
    .into_iter()
    .enumerate()
    {
        function.says(json!({"emailMessage": word, "emailSubject": "Hi"}));
        let input = json!({
            "UserPoolId": pool, "Username": format!("u{n}"), "TemporaryPassword": PASSWORD,
            "DesiredDeliveryMediums": ["EMAIL"], "UserAttributes": [{"Name": "email", "Value": "a@example.com"}],
        });
        t.ok("AdminCreateUser", input).await;
        let message = inbox(t, &pool).await.remove(0);
        assert_eq!(
            (&message["subject"], &message["body"]),
            (&json!("Hi"), &json!(body))
        );
    }
}

/// The end of a call.
type Thrown = Box<dyn Fn() -> Result<Value, InvokeError> + Send + Sync>;

#[each_engine]
async fn a_refusal_of_the_function_leaves_nothing_behind(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let function = Function::of_pool(t, &pool, email()).await;
    const WRONG: &str = "InvalidLambdaResponseException";
    const UNEXPECTED: &str = "UnexpectedLambdaException";
    let failed = |error: InvokeError| move || Err::<Value, _>(error.clone());
    let answers: Vec<(Thrown, &str, &str)> = vec![
        (
            Box::new(failed(InvokeError::Failed("no".into()))),
            "UserLambdaValidationException",
            "CustomMessage failed with error no.",
        ),
        (
            Box::new(failed(InvokeError::NotJson)),
            WRONG,
            "Invalid lambda function output : Invalid JSON",
        ),
        (
            Box::new(failed(InvokeError::Timeout)),
            UNEXPECTED,
            "CustomMessage invocation failed due to error Socket timeout while invoking Lambda function.",
        ),
        (
            Box::new(failed(InvokeError::Refused("AccessDeniedException".into()))),
            UNEXPECTED,
            "CustomMessage invocation failed due to error AccessDeniedException.",
        ),
        (
            Box::new(failed(InvokeError::NoTarget)),
            UNEXPECTED,
            "CustomMessage invocation failed due to configuration.",
        ),
        (
            Box::new(|| Ok(json!([]))),
            WRONG,
            "Unrecognizable lambda output",
        ),
        (
            Box::new(|| Ok(json!({}))),
            WRONG,
            "Unrecognizable lambda output",
        ),
        (
            Box::new(|| Ok(json!({"response": null}))),
            WRONG,
            "Unrecognizable lambda output",
        ),
        (
            Box::new(|| Ok(json!({"response": {"smsMessage": 1}}))),
            WRONG,
            "Unrecognizable lambda output",
        ),
        (
            Box::new(|| Ok(json!({"response": {"emailMessage": ["{####}"]}}))),
            WRONG,
            "Unrecognizable lambda output",
        ),
        (
            Box::new(|| Ok(json!({"response": {"emailSubject": {}}}))),
            WRONG,
            "Unrecognizable lambda output",
        ),
        (
            Box::new(|| Ok(json!({"response": {"emailMessage": "<p>\u{a0}</p>{####}"}}))),
            "InvalidParameterException",
            "1 validation error detected: Value '<p>\u{a0}</p>{####}' at 'emailBody' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*\\{####\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*",
        ),
    ];
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "bob@example.com"}]});
    for (answer, exception, text) in answers {
        function.does(move |_| answer());
        t.refused("SignUp", input.clone(), exception, text).await;
    }
    let gone = json!({"UserPoolId": pool, "Username": "bob"});
    t.refused(
        "AdminGetUser",
        gone,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    assert!(inbox(t, &pool).await.is_empty());
}

#[each_engine]
async fn an_invitation_is_worded_for_its_own_user(t: &TestApp) {
    let (pool, client) = email_pool(t).await;
    let function = Function::of_pool(t, &pool, email()).await;
    function.does(|call| {
        let mut event = answered(call, json!({}));
        event["userName"] = "somebody".into();
        Ok(event)
    });
    let input = json!({
        "UserPoolId": pool, "Username": "ann", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{"Name": "email", "Value": "ann@example.com"}],
    });
    t.refused(
        "AdminCreateUser",
        input.clone(),
        "InvalidLambdaResponseException",
        "Invalid user name. User name in Lambda mismatches the actual username.",
    )
    .await;
    function.does(|_| Ok(json!({"response": {}})));
    t.ok("AdminCreateUser", input).await;
    confirmed(t, &pool, &client, "bob", "bob@example.com").await;
}

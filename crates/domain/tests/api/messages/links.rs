//! Sign-ups that are confirmed by link: the messages, and what a link does.

use cognate_crypto::random;
use cognate_domain::accounts::confirm_by_link::{Link, confirm_by_link};
use cognate_domain::app::functions::Trigger;
use cognate_domain::audit::About;
use cognate_domain::messages::preview;
use cognate_domain::{Caller, ClientInfo, Cx, Endpoint, Settings, run};
use each_engine::each_engine;
use serde_json::{Value, json};

use super::function::Function;
use crate::support::functions::{answered, arm};
use crate::support::users::{
    PASSWORD, attribute, client, futures_all, inbox, pool, sign_up, user, with, wrong,
};
use crate::support::{Refusal, TestApp};

/// The URL by which the tests' calls come.
const HERE: &str = "http://127.0.0.1:9229/confirmUser/?";
const HOST: &str = "127.0.0.1:9229";

fn by_link() -> Value {
    json!({
        "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
    })
}

/// Creates a pool that confirms by link and has a prefix domain, and a client of it.
async fn linked(t: &TestApp, settings: Value) -> (String, String) {
    let pool = pool(t, with(by_link(), settings)).await;
    let prefix = format!("p{}", random::uuid_v4());
    let input = json!({"UserPoolId": pool, "Domain": prefix});
    t.ok("CreateUserPoolDomain", input).await;
    let client = client(t, &pool, json!({})).await;
    (pool, client)
}

/// Opens a link on a host.
async fn open_on(
    t: &TestApp,
    host: &str,
    client: &str,
    username: &str,
    code: &str,
) -> Result<(), Refusal> {
    let (caller, from) = (Caller::Public, ClientInfo::default());
    let cx = Cx::new(&t.app, Endpoint::Account, caller, from, random::uuid_v4());
    let link = Link {
        client_id: client,
        username,
        code,
        host,
    };
    let outcome = run(&cx, About::default, || confirm_by_link(&cx, &link)).await;
    outcome.map_err(|error| (error.code.as_str().into(), error.message.into_owned()))
}

async fn open(t: &TestApp, client: &str, username: &str, code: &str) -> Result<(), Refusal> {
    open_on(t, HOST, client, username, code).await
}

/// Returns the URL and the label of the one link in the newest message, and the text around it.
async fn newest(t: &TestApp, pool: &str) -> (String, String, String) {
    let body = inbox(t, pool).await.remove(0)["body"]
        .as_str()
        .unwrap()
        .to_owned();
    let (before, rest) = body.split_once("<a href=\"").unwrap();
    let (url, rest) = rest.split_once("\">").unwrap();
    let (label, after) = rest.split_once("</a>").unwrap();
    (
        url.replace("&amp;", "&"),
        label.to_owned(),
        format!("{before}|{after}"),
    )
}

async fn newest_code(t: &TestApp, pool: &str) -> String {
    inbox(t, pool).await.remove(0)["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[each_engine]
async fn the_link_holds_client_name_and_code_and_the_label_is_the_templates(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    sign_up(t, &client, "a&b=c/é?#", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    let (url, label, around) = newest(t, &pool).await;
    assert_eq!(
        url,
        format!(
            "{HERE}client_id={client}&user_name=a%26b%3Dc%2F%C3%A9%3F%23&confirmation_code={code}"
        )
    );
    assert_eq!(label, "Verify Email");
    assert!(!around.contains(&code) && !around.contains('<'), "{around}");
    assert_eq!(
        inbox(t, &pool).await[0]["subject"],
        "Your verification link"
    );
    let again = json!({"ClientId": client, "Username": "a&b=c/é?#"});
    t.ok("ResendConfirmationCode", again.clone()).await;
    let second = newest_code(t, &pool).await;
    assert!(
        newest(t, &pool)
            .await
            .0
            .ends_with(&format!("confirmation_code={second}"))
    );

    let template = json!({
        "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailSubjectByLink": "確認\r\nBcc: x@y.example",
        "EmailMessageByLink": "<p>Go {##<b>確認する</b>##}</p>", "EmailMessage": "code {####}", "EmailSubject": "code",
    });
    let settings = with(by_link(), json!({"VerificationMessageTemplate": template}));
    t.ok(
        "UpdateUserPool",
        with(json!({"UserPoolId": pool}), settings),
    )
    .await;
    t.ok("ResendConfirmationCode", again).await;
    let (_, label, around) = newest(t, &pool).await;
    assert_eq!(
        (label.as_str(), around.as_str()),
        ("<b>確認する</b>", "<p>Go |</p>")
    );
    assert_eq!(inbox(t, &pool).await[0]["subject"], "確認 Bcc: x@y.example");
    // Everything but a sign-up has a code (admin.md 4.1).
    assert_eq!(
        open(t, &client, "a&b=c/é?#", &newest_code(t, &pool).await).await,
        Ok(())
    );
    let name = json!({"ClientId": client, "Username": "a&b=c/é?#"});
    t.ok("ForgotPassword", name).await;
    let message = inbox(t, &pool).await.remove(0);
    let code = message["code"].as_str().unwrap();
    assert_eq!(message["body"], format!("code {code}"));
    assert_eq!(message["subject"], "code");
}

#[each_engine]
async fn links_need_a_domain(t: &TestApp) {
    let pool = pool(t, by_link()).await;
    let client = client(t, &pool, json!({"PreventUserExistenceErrors": "ENABLED"})).await;
    let refusal = (
        "InvalidParameterException",
        "Cannot perform specific action because there does not exist a valid use pool domain associated with the user pool",
    );
    let attributes = json!([{"Name": "email", "Value": "b@example.com"}]);
    let input = json!({"ClientId": client, "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes});
    t.refused("SignUp", input, refusal.0, refusal.1).await;
    let gone = json!({"UserPoolId": pool, "Username": "bob"});
    t.refused(
        "AdminGetUser",
        gone,
        "UserNotFoundException",
        "User does not exist.",
    )
    .await;
    let nobody = json!({"ClientId": client, "Username": "nobody"});
    t.refused("ResendConfirmationCode", nobody, refusal.0, refusal.1)
        .await;
    assert_eq!(
        open(t, &client, "bob", "123456").await.unwrap_err().0,
        "ResourceNotFoundException"
    );
}

#[each_engine]
async fn the_function_words_links_too(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    let function = Function::of_pool(t, &pool, by_link()).await;
    for (n, (words, label, around)) in [
        ("{##Click Here##} or {####}", "Click Here", "| or CODE"),
        ("<p>{##はい##}</p>", "はい", "<p>|</p>"),
        (
            "nothing",
            "Verify Email",
            "Please click the link below to verify your email address. | ",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        function.says(json!({"emailMessage": words, "emailSubject": "Hi"}));
        sign_up(t, &client, &format!("u{n}"), "bob@example.com").await;
        assert_eq!(
            function.event()["request"]["linkParameter"],
            "{##Click Here##}"
        );
        let code = newest_code(t, &pool).await;
        let (url, found, text) = newest(t, &pool).await;
        assert!(url.starts_with(HERE) && url.ends_with(&code), "{url}");
        assert_eq!(
            (found.as_str(), text.replace(&code, "CODE").as_str()),
            (label, around)
        );
    }
    // Without a place for the link, the code is enough.
    function.says(json!({"emailMessage": "{####}"}));
    sign_up(t, &client, "u9", "bob@example.com").await;
    let message = inbox(t, &pool).await.remove(0);
    assert_eq!(message["body"], message["code"]);
    function.says(json!({"emailMessage": "{##\u{a0}##}"}));
    let attributes = json!([{"Name": "email", "Value": "b@example.com"}]);
    let input = json!({"ClientId": client, "Username": "u10", "Password": PASSWORD, "UserAttributes": attributes});
    let refusal = t.call("SignUp", input).await.unwrap_err();
    assert!(refusal.1.contains("' at 'emailBody' failed"), "{refusal:?}");
}

#[tokio::test]
async fn a_link_leads_to_the_public_url() {
    let settings = Settings {
        public_url: Some("https://id.example/x".into()),
        ..Settings::dev()
    };
    let t = TestApp::sqlite_with(settings).await;
    let (pool, client) = linked(&t, json!({})).await;
    sign_up(&t, &client, "bob", "bob@example.com").await;
    let (url, ..) = newest(&t, &pool).await;
    let start = format!("https://id.example/x/confirmUser/?client_id={client}&");
    assert!(url.starts_with(&start), "{url}");
}

#[each_engine]
async fn a_link_confirms_once_and_says_so_again(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    let function = Function::install(t);
    arm(t, &pool, &[Trigger::PostConfirmation], by_link()).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    let mismatch = open(t, &client, "bob", wrong(&code)).await.unwrap_err();
    assert_eq!(mismatch.0, "CodeMismatchException");
    assert!(function.events().is_empty());

    assert_eq!(open(t, &client, "bob", &code).await, Ok(()));
    let event = function.event();
    assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(event["callerContext"]["clientId"], client.as_str());
    let bob = user(t, &pool, "bob").await;
    assert_eq!(bob["UserStatus"], "CONFIRMED");
    assert_eq!(attribute(&bob, "email_verified"), Some("true"));

    // A second visit changes nothing; without the code nobody learns about the first.
    assert_eq!(open(t, &client, "bob", &code).await, Ok(()));
    assert_eq!(function.events().len(), 0);
    let refused = open(t, &client, "bob", wrong(&code)).await.unwrap_err();
    assert_eq!(refused.0, "CodeMismatchException");
    let used = json!({"ClientId": client, "Username": "bob", "ConfirmationCode": code});
    assert_eq!(
        t.call("ConfirmSignUp", used).await.unwrap_err().0,
        "NotAuthorizedException"
    );
    t.advance(86_401).await;
    assert_eq!(
        open(t, &client, "bob", &code).await.unwrap_err().0,
        "ExpiredCodeException"
    );
}

#[each_engine]
async fn a_link_is_good_for_a_day_its_user_and_its_pool(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    let (_, foreign) = linked(t, json!({})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    sign_up(t, &client, "ann", "ann@example.com").await;
    assert!(open(t, &client, "ann", &code).await.is_err());
    assert!(open(t, &foreign, "bob", &code).await.is_err());
    assert!(open(t, "nobodysclient", "bob", &code).await.is_err());
    assert!(open(t, &client, "nobody", &code).await.is_err());
    // Another pool's host shows nothing of this one.
    let shown = t
        .ok(
            "DescribeUserPool",
            json!({"UserPoolId": foreign_pool(t, &foreign).await}),
        )
        .await;
    let prefix = shown["UserPool"]["Domain"].as_str().unwrap();
    let host = format!("{prefix}.auth.us-east-1.amazoncognito.com:443");
    let refused = open_on(t, &host, &client, "bob", &code).await.unwrap_err();
    assert_eq!(refused.0, "ResourceNotFoundException");
    let shown = t.ok("DescribeUserPool", json!({"UserPoolId": pool})).await;
    let prefix = shown["UserPool"]["Domain"].as_str().unwrap();
    let host = format!("{prefix}.auth.us-east-1.amazoncognito.com");
    t.advance(86_390).await;
    assert_eq!(open_on(t, &host, &client, "bob", &code).await, Ok(()));
    sign_up(t, &client, "joe", "joe@example.com").await;
    let code = newest_code(t, &pool).await;
    t.advance(86_401).await;
    assert_eq!(
        open(t, &client, "joe", &code).await.unwrap_err().0,
        "ExpiredCodeException"
    );
    assert_eq!(user(t, &pool, "joe").await["UserStatus"], "UNCONFIRMED");
}

/// Returns the pool of a client of [`linked`].
async fn foreign_pool(t: &TestApp, client: &str) -> String {
    let found = t.app.cached_client(client).await;
    found
        .unwrap_or_else(|e| panic!("{e:?}"))
        .unwrap()
        .pool_id
        .clone()
}

#[each_engine]
async fn a_client_with_a_secret_needs_none_in_a_link(t: &TestApp) {
    let (pool, public) = linked(t, json!({})).await;
    let secret = client(t, &pool, json!({"GenerateSecret": true})).await;
    sign_up(t, &public, "bob", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    // The operation asks for the proof, the page does not.
    let input = json!({"ClientId": secret, "Username": "bob", "ConfirmationCode": code});
    let refused = t.call("ConfirmSignUp", input).await.unwrap_err();
    assert_eq!(refused.0, "NotAuthorizedException");
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "UNCONFIRMED");
    assert!(open(t, &secret, "bob", wrong(&code)).await.is_err());
    assert_eq!(open(t, &secret, "bob", &code).await, Ok(()));
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "CONFIRMED");
}

#[each_engine]
async fn visits_at_once_confirm_once(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    let function = Function::install(t);
    arm(t, &pool, &[Trigger::PostConfirmation], by_link()).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    let other = t.second_node().await;
    assert!(other.app.functions.set(Box::new(function.clone())).is_ok());
    let nodes = [t, &other].into_iter().cycle().take(8);
    let visits = futures_all(nodes.map(|node| open(node, &client, "bob", &code))).await;
    assert_eq!(visits, vec![Ok(()); 8]);
    function.event();
}

#[each_engine]
async fn a_function_that_fails_afterwards_does_not_undo_the_confirmation(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    let function = Function::install(t);
    arm(t, &pool, &[Trigger::PostConfirmation], by_link()).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    function.does(|_| Ok(json!(1)));
    let refused = open(t, &client, "bob", &code).await.unwrap_err();
    assert_eq!(refused.0, "InvalidLambdaResponseException");
    assert_eq!(user(t, &pool, "bob").await["UserStatus"], "CONFIRMED");
    function.does(|call| Ok(answered(call, json!({}))));
    function.events();
    assert_eq!(open(t, &client, "bob", &code).await, Ok(()));
    assert!(function.events().is_empty());
}

#[each_engine]
async fn guesses_at_links_are_bounded(t: &TestApp) {
    let (pool, client) = linked(t, json!({})).await;
    sign_up(t, &client, "bob", "bob@example.com").await;
    let code = newest_code(t, &pool).await;
    for _ in 0..15 {
        let refused = open(t, &client, "bob", wrong(&code)).await.unwrap_err();
        assert_eq!(refused.0, "CodeMismatchException");
    }
    let refused = open(t, &client, "bob", &code).await.unwrap_err();
    assert_eq!(refused.0, "LimitExceededException");
}

#[each_engine]
async fn a_preview_shows_every_text(t: &TestApp) {
    let settings = json!({
        "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_LINK", "EmailMessageByLink": "{##Yes##}", "EmailSubjectByLink": "Link",
        },
        "AdminCreateUserConfig": {"InviteMessageTemplate": {"EmailMessage": "<b>{username}</b> {####}", "EmailSubject": "Join"}},
    });
    let pool = pool(t, settings).await;
    let pool = t
        .app
        .cached_pool(&pool)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    let shown: Vec<_> = preview(&pool.unwrap())
        .into_iter()
        .map(|p| json!([p.kind, p.medium.as_str(), p.subject, p.body]))
        .collect();
    let link = "https://auth.example.com/confirmUser/?client_id=sample&amp;user_name=jane&amp;confirmation_code=123456";
    const CODE: &str = "Your verification code is 123456. ";
    const SUBJECT: &str = "Your verification code";
    assert_eq!(
        shown,
        [
            json!(["code", "EMAIL", SUBJECT, CODE]),
            json!([
                "link",
                "EMAIL",
                "Link",
                format!("<a href=\"{link}\">Yes</a>")
            ]),
            json!(["sign_in", "EMAIL", SUBJECT, CODE]),
            json!(["invitation", "EMAIL", "Join", "<b>jane</b> Passw0rd!"]),
            json!([
                "invitation_without_password",
                "EMAIL",
                "Join",
                "Your username is jane."
            ]),
            json!(["code", "SMS", null, CODE]),
            json!(["sign_in", "SMS", null, CODE]),
            json!([
                "invitation",
                "SMS",
                null,
                "Your username is jane and temporary password is Passw0rd!. "
            ]),
            json!([
                "invitation_without_password",
                "SMS",
                null,
                "Your username is jane."
            ]),
        ]
    );
}

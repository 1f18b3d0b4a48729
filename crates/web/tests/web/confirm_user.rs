//! The page of the link that confirms a sign-up.

use cognate_access::RateError;
use cognate_domain::Settings;
use cognate_domain::app::functions::{Functions, Invocation, InvokeError, Invoking};
use cognate_domain::messages::inbox::{self, InboxFilter};
use cognate_shapes::{Category, Op};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{Counted, Site, get_with, header, request, text_of, visitor};

/// A pool that confirms by link.
struct Linked {
    site: Site,
    pool: String,
    client: String,
}

impl Linked {
    async fn new() -> Self {
        let site = Site::new(Settings::dev()).await;
        let settings = json!({
            "PoolName": "site", "AutoVerifiedAttributes": ["email"],
            "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
        });
        let made = site.call(Op::CreateUserPool, settings).await;
        let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
        let domain = json!({"UserPoolId": pool, "Domain": "some-prefix", "ManagedLoginVersion": 2});
        site.call(Op::CreateUserPoolDomain, domain).await;
        let client = json!({"UserPoolId": pool, "ClientName": "app", "PreventUserExistenceErrors": "ENABLED"});
        let made = site.call(Op::CreateUserPoolClient, client).await;
        let client = made["UserPoolClient"]["ClientId"]
            .as_str()
            .unwrap()
            .to_owned();
        Self { site, pool, client }
    }

    /// Signs a user up; returns path and query of the link in the message.
    async fn link(&self, name: &str) -> String {
        let input = json!({
            "ClientId": self.client, "Username": name, "Password": "Passw0rd!",
            "UserAttributes": [{"Name": "email", "Value": "bob@example.com"}],
        });
        self.site.call(Op::SignUp, input).await;
        let all = inbox::list(&self.site.app, &InboxFilter::default()).await;
        let body = all.unwrap_or_else(|e| panic!("{e:?}")).remove(0).body;
        let (_, rest) = body.split_once("<a href=\"http://localhost:9229").unwrap();
        let (link, _) = rest.split_once('"').unwrap();
        link.replace("&amp;", "&")
    }

    async fn status(&self, name: &str) -> Value {
        let input = json!({"UserPoolId": self.pool, "Username": name});
        self.site.call(Op::AdminGetUser, input).await["UserStatus"].clone()
    }
}

const DONE: &str = "Your account is confirmed";
const REFUSED: &str = "This link cannot be used";

#[tokio::test]
async fn the_link_in_the_message_confirms_and_may_be_opened_again() {
    let linked = Linked::new().await;
    let link = linked.link("a&b=c/é?#+").await;
    // Programs that look for a page first.
    let head = linked.site.fetch(Method::HEAD, &link, None).await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    assert_eq!(linked.status("a&b=c/é?#+").await, "UNCONFIRMED");
    for _ in 0..2 {
        let page = linked.site.get(&link).await;
        assert_eq!(page.status(), StatusCode::OK);
        assert!(text_of(&page).contains(DONE), "{}", text_of(&page));
        for absent in ["a&amp;b", "é?", "bob@example.com", "confirmation_code"] {
            assert!(!text_of(&page).contains(absent), "{absent}");
        }
        assert_eq!(header(&page, "cache-control"), "no-store");
        assert_eq!(header(&page, "referrer-policy"), "no-referrer");
        assert_eq!(page.headers().get_all("referrer-policy").iter().count(), 1);
        assert_eq!(header(&page, "x-content-type-options"), "nosniff");
        assert!(header(&page, "content-security-policy").starts_with("default-src 'none'"));
        assert!(page.headers().get("set-cookie").is_none());
        let (_, styles) = text_of(&page).split_once("href=\"").unwrap();
        let (styles, _) = styles.split_once('"').unwrap();
        let styles = linked.site.get(styles).await;
        assert_eq!(styles.status(), StatusCode::OK);
        assert_eq!(linked.status("a&b=c/é?#+").await, "CONFIRMED");
    }
    let german = linked.site.get(&format!("{link}&lang=de")).await;
    assert!(text_of(&german).contains("Ihr Konto ist bestätigt"));
    assert!(text_of(&german).contains("<html lang=\"de\" dir=\"ltr\""));
    // Without the slash, as functions write it.
    let page = linked
        .site
        .get(&link.replace("/confirmUser/", "/confirmUser"))
        .await;
    assert!(text_of(&page).contains(DONE));
}

#[tokio::test]
async fn all_links_that_confirm_nothing_look_the_same() {
    let linked = Linked::new().await;
    let link = linked.link("bob").await;
    let (_, code) = link.rsplit_once('=').unwrap();
    let wrong = if code == "000000" { "111111" } else { "000000" };
    let client = &linked.client;
    let first = linked.link("jim").await;
    linked.site.get(&first).await;
    let mut seen = Vec::new();
    for query in [
        format!("client_id={client}&user_name=bob&confirmation_code={wrong}"),
        format!("client_id={client}&user_name=jim&confirmation_code={wrong}"),
        format!("client_id={client}&user_name=nobody&confirmation_code={code}"),
        format!("client_id=nobodysclient&user_name=bob&confirmation_code={code}"),
        format!(
            "client_id={client}&user_name={}&confirmation_code={code}",
            "b".repeat(129)
        ),
        format!(
            "client_id={client}&user_name=bob&confirmation_code={}",
            "1".repeat(2049)
        ),
        format!("client_id={client}&user_name=b%20o%0Ab&confirmation_code={code}"),
        format!("client_id={client}&user_name=%3Cscript%3E&confirmation_code=%22%3E%3Cb%3E"),
    ] {
        let page = linked.site.get(&format!("/confirmUser/?{query}")).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{query}");
        assert!(text_of(&page).contains(REFUSED), "{query}");
        seen.push(text_of(&page).to_owned());
    }
    // All but the one of a client that nobody knows, which has no name to show.
    let stranger = seen.remove(3);
    assert!(stranger.contains(REFUSED) && !stranger.contains("data-testid=\"app-name\"><bdi>app"));
    assert!(seen.iter().all(|page| *page == seen[0]));
    assert!(!seen[0].contains("<script") && !seen[0].contains("\"><b>"));
    assert_eq!(linked.status("bob").await, "UNCONFIRMED");
}

#[tokio::test]
async fn the_page_has_the_look_of_its_client() {
    let linked = Linked::new().await;
    let link = linked.link("bob").await;
    let look = json!({
        "UserPoolId": linked.pool, "ClientId": linked.client,
        "Settings": {"components": {"form": {"borderRadius": 3}}},
    });
    linked.site.call(Op::CreateManagedLoginBranding, look).await;
    let refused = link.replace("user_name=bob", "user_name=nobody");
    for path in [&link, &refused] {
        let page = linked.site.get(path).await;
        let sheet = format!("href=\"/branding/{}/", linked.client);
        assert!(text_of(&page).contains(&sheet), "{}", text_of(&page));
        assert!(text_of(&page).contains("data-testid=\"app-name\""));
    }
}

#[tokio::test]
async fn half_a_link_and_other_methods_are_refused() {
    let linked = Linked::new().await;
    let link = linked.link("bob").await;
    for query in [
        "",
        "client_id=c",
        "client_id=c&user_name=u",
        "client_id=c&user_name=u&confirmation_code=",
        "client_id=c&client_id=d&user_name=u&confirmation_code=1",
        "client_id=%zz&user_name=u&confirmation_code=1",
    ] {
        let page = linked.site.get(&format!("/confirmUser?{query}")).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST, "{query}");
        assert!(!text_of(&page).contains(REFUSED), "{query}");
    }
    let post = linked.site.fetch(Method::POST, &link, None).await.unwrap();
    assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(
        linked
            .site
            .fetch(Method::GET, "/confirmUser/x", None)
            .await
            .is_none()
    );
    assert_eq!(linked.status("bob").await, "UNCONFIRMED");
}

#[tokio::test]
async fn a_link_confirms_nothing_from_a_blocked_range() {
    let linked = Linked::new().await;
    let link = linked.link("bob").await;
    let mode = |mode: &str| {
        json!({
            "UserPoolId": linked.pool, "UserPoolTier": "PLUS", "AutoVerifiedAttributes": ["email"],
            "UserPoolAddOns": {"AdvancedSecurityMode": mode},
        })
    };
    linked.site.call(Op::UpdateUserPool, mode("ENFORCED")).await;
    let ranges = json!({"BlockedIPRangeList": ["0.0.0.0/0", "::/0"]});
    let risk = json!({"UserPoolId": linked.pool, "RiskExceptionConfiguration": ranges});
    linked.site.call(Op::SetRiskConfiguration, risk).await;
    linked.site.get(&link).await;
    assert_eq!(linked.status("bob").await, "UNCONFIRMED");
    // AUDIT refuses nobody.
    linked.site.call(Op::UpdateUserPool, mode("AUDIT")).await;
    linked.site.get(&link).await;
    assert_eq!(linked.status("bob").await, "CONFIRMED");
}

#[tokio::test]
async fn visits_are_counted_and_guesses_bounded() {
    let linked = Linked::new().await;
    let link = linked.link("bob").await;
    let site = &linked.site;
    site.counted.lock().unwrap().clear();
    let sent = request(
        Method::GET,
        &link.replace("user_name=bob", "user_name=nobody"),
    );
    site.send(&cognate_web::ROUTES, sent, &visitor(None))
        .await
        .unwrap();
    assert_eq!(
        *site.counted.lock().unwrap(),
        [Counted::Address, Counted::Category(Category::UserCreation)]
    );
    *site.refusal.lock().unwrap() = Some(RateError::TooMany);
    let page = site.get(&link).await;
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    *site.refusal.lock().unwrap() = None;
    let (start, code) = link.rsplit_once('=').unwrap();
    let wrong = if code == "000000" { "111111" } else { "000000" };
    for _ in 0..15 {
        let page = site.get(&format!("{start}={wrong}")).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    }
    let page = site.get(&link).await;
    assert_eq!(page.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(linked.status("bob").await, "UNCONFIRMED");
}

/// A function that always fails with markup.
struct Fails;

impl Functions for Fails {
    fn invoke<'a>(&'a self, _: &'a Invocation) -> Invoking<'a> {
        Box::pin(async { Err(InvokeError::Failed("<script>x</script>".into())) })
    }
}

#[tokio::test]
async fn the_words_of_a_function_that_fails_afterwards_are_text() {
    let linked = Linked::new().await;
    let link = linked.link("bob").await;
    assert!(linked.site.app.functions.set(Box::new(Fails)).is_ok());
    let settings = json!({
        "UserPoolId": linked.pool, "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
        "LambdaConfig": {"PostConfirmation": "arn:aws:lambda:us-east-1:000000000000:function:f"},
    });
    linked.site.call(Op::UpdateUserPool, settings).await;
    let sent = get_with(&link, "accept-language", "de");
    let page = linked.site.ask(&cognate_web::ROUTES, sent).await.unwrap();
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    let html = text_of(&page);
    assert!(
        html.contains("PostConfirmation failed with error &#60;script&#62;x"),
        "{html}"
    );
    assert!(!html.contains("<script"));
    assert_eq!(linked.status("bob").await, "CONFIRMED");
    assert!(text_of(&linked.site.get(&link).await).contains(DONE));
}

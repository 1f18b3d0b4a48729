//! The page at `/` and the inbox: what the developer sees, and that nobody else sees it.

use cognate_domain::{Mode, Settings};
use cognate_shapes::Op;
use cognate_web::ROUTES;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::site::{BASE, Site, get_with, header, request, text_of, visitor, visitor_at};

const NAME: &str = "<img src=x onerror=alert(1)>\"'";

/// A site with a pool that has a domain, two clients and a message.
async fn site(mode: Mode) -> (Site, String, String) {
    let site = Site::new(Settings {
        mode,
        public_url: (mode == Mode::Serve).then(|| "https://id.example".to_owned()),
        ..Settings::dev()
    })
    .await;
    let pool = site.pool().await;
    let domain = json!({"UserPoolId": pool, "Domain": "shop"});
    site.call(Op::CreateUserPoolDomain, domain).await;
    let client = json!({
        "UserPoolId": pool, "ClientName": "web shop", "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "AllowedOAuthFlowsUserPoolClient": true,
        "CallbackURLs": ["https://shop.example/a?b=c&d"], "SupportedIdentityProviders": ["COGNITO"],
    });
    let made = site.call(Op::CreateUserPoolClient, client).await;
    let client = made["UserPoolClient"]["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = json!({"UserPoolId": pool, "ClientName": "plain"});
    site.call(Op::CreateUserPoolClient, other).await;
    (site, pool, client)
}

/// Sends a message with a code to a user whose name is markup.
async fn write(site: &Site, pool: &str) -> Value {
    let update = json!({"UserPoolId": pool, "AutoVerifiedAttributes": ["email"]});
    site.call(Op::UpdateUserPool, update).await;
    let user = json!({
        "UserPoolId": pool, "Username": "jane", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [{"Name": "email", "Value": "jane@example.com"}],
    });
    site.call(Op::AdminCreateUser, user).await
}

#[tokio::test]
async fn the_developer_sees_pools_ways_in_and_messages() {
    let (site, pool, client) = site(Mode::Dev).await;
    write(&site, &pool).await;
    let page = site.get("/").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&page, "cache-control"), "no-store");
    let policy = header(&page, "content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"));
    let html = text_of(&page);
    for present in [
        BASE,
        "us-east-1",
        &pool,
        &client,
        "web shop",
        "http://shop.auth.us-east-1.localhost:9229/.well-known/openid-configuration",
        "No pages: OAuth is switched off",
        "jane@example.com",
        "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=http://localhost:9229",
        &format!("issuer        {BASE}/{pool}"),
    ] {
        assert!(html.contains(present), "{present} in {html}");
    }
    // The way in works as it stands in the page.
    let query = format!(
        "client_id={client}&response_type=code&redirect_uri=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc%26d"
    );
    for path in ["/oauth2/authorize", "/signup"] {
        let link = format!("{path}?{query}");
        assert!(
            html.contains(&link.replace('&', "&#38;")),
            "{link} in {html}"
        );
        let found = site.get(&link).await;
        assert!(
            !found.status().is_client_error(),
            "{link}: {}",
            text_of(&found)
        );
    }
    let (_, styles) = html.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    let styles = site.get(styles.split_once('"').unwrap().0).await;
    assert_eq!(header(&styles, "content-type"), "text/css; charset=utf-8");
    assert!(page.body().len() <= 30 << 10, "{} bytes", page.body().len());
}

#[tokio::test]
async fn an_empty_server_says_what_to_do_first() {
    let site = Site::new(Settings::dev()).await;
    let page = site.get("/").await;
    let html = text_of(&page);
    assert!(
        html.contains("aws cognito-idp create-user-pool --pool-name demo"),
        "{html}"
    );
    assert!(html.contains("none was sent yet"));
    let pool = site.pool().await;
    let page = site.get("/").await;
    let command = format!("--user-pool-id {pool} \\\n  --region us-east-1 --endpoint-url {BASE}");
    assert!(text_of(&page).contains(&command), "{}", text_of(&page));
    let inbox = site.get("/_dev/inbox").await;
    assert!(text_of(&inbox).contains("There is no message."));
}

#[tokio::test]
async fn nobody_else_learns_anything() {
    for mode in [Mode::Dev, Mode::Serve] {
        let (site, pool, client) = site(mode).await;
        write_in(&site, &pool, mode).await;
        let mut visitors = vec![
            // A foreign name that leads here, and the domain of a pool.
            visitor_at("evil.example"),
            visitor_at("shop.auth.us-east-1.amazoncognito.com"),
            visitor_at("login.shop.example:9229"),
        ];
        if mode == Mode::Serve {
            visitors.extend([visitor(Some("https://id.example")), visitor(None)]);
        } else {
            visitors.push(visitor_at("shop.localhost:9229"));
        }
        for visitor in visitors {
            let sent = request(Method::GET, "/");
            let page = site.send(&ROUTES, sent, &visitor).await.unwrap();
            assert_eq!(page.status(), StatusCode::OK);
            let html = text_of(&page);
            let words = html.replace(&visitor.host, "");
            for absent in [
                "Cognate",
                "cognito",
                "shop",
                "jane",
                "/_dev",
                "us-east-1",
                &pool,
                &client,
            ] {
                assert!(!words.contains(absent), "{absent} for {visitor:?}: {html}");
            }
            let sent = request(Method::GET, "/_dev/inbox");
            assert!(
                site.send(&ROUTES, sent, &visitor).await.is_none(),
                "{visitor:?}"
            );
        }
    }
}

async fn write_in(site: &Site, pool: &str, mode: Mode) {
    if mode == Mode::Dev {
        write(site, pool).await;
    }
}

#[tokio::test]
async fn a_foreign_page_cannot_fetch_the_page() {
    let (site, pool, _) = site(Mode::Dev).await;
    let ask = async |mode: &str, dest: &str| {
        let mut sent = get_with("/", "sec-fetch-site", "cross-site");
        let headers = sent.headers_mut();
        headers.insert("sec-fetch-mode", mode.parse().unwrap());
        headers.insert("sec-fetch-dest", dest.parse().unwrap());
        let page = site.ask(&ROUTES, sent).await.unwrap();
        assert_eq!(header(&page, "access-control-allow-origin"), "");
        text_of(&page).contains(&pool)
    };
    assert!(ask("navigate", "document").await);
    for (mode, dest) in [
        ("no-cors", "script"),
        ("cors", "empty"),
        ("navigate", "iframe"),
    ] {
        assert!(!ask(mode, dest).await, "{mode} {dest}");
    }
}

#[tokio::test]
async fn the_inbox_shows_codes_and_links_and_no_markup_of_others() {
    let site = Site::new(Settings::dev()).await;
    let settings = json!({
        "PoolName": "site", "AutoVerifiedAttributes": ["email"],
        "VerificationMessageTemplate": {
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
            "EmailMessageByLink": "<script>x</script><a href=\"javascript:alert(1)\">n</a> {##Here##}",
        },
    });
    let made = site.call(Op::CreateUserPool, settings).await;
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let domain = json!({"UserPoolId": pool, "Domain": "shop"});
    site.call(Op::CreateUserPoolDomain, domain).await;
    let client = json!({"UserPoolId": pool, "ClientName": "app"});
    let made = site.call(Op::CreateUserPoolClient, client).await;
    let client = &made["UserPoolClient"]["ClientId"];
    for (name, email) in [
        (NAME.replace(' ', ""), "bob@example.com"),
        ("jim".into(), "jim@example.com"),
    ] {
        let input = json!({
            "ClientId": client, "Username": name, "Password": "Passw0rd!",
            "UserAttributes": [{"Name": "email", "Value": email}],
        });
        site.call(Op::SignUp, input).await;
    }
    let page = site.get("/_dev/inbox").await;
    let html = text_of(&page);
    assert_eq!(header(&page, "referrer-policy"), "no-referrer");
    assert!(
        !html.contains("<script")
            && !html.contains("<imgsrc")
            && !html.contains("href=\"javascript"),
        "{html}"
    );
    assert!(html.contains("bob@example.com") && html.contains("jim@example.com"));
    let found = site.get("/_dev/inbox?user=jim").await;
    let html = text_of(&found);
    assert!(
        !html.contains("bob@example.com") && html.contains("value=\"jim\""),
        "{html}"
    );
    for query in ["?user=%3Cscript%3E", "?user=a&user=b", "?user=%zz"] {
        let found = site.get(&format!("/_dev/inbox{query}")).await;
        assert!(!text_of(&found).contains("<script"), "{query}");
    }
}

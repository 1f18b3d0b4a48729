//! `/logout`: the service's two forms, and RP-Initiated Logout 1.0.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::browser::{Browser, parameter, query};
use super::*;

const BYE: &str = "https%3A%2F%2Fapp.example%2Fbye";
const BACK: &str = "https%3A%2F%2Fapp.example%2Fcb";
/// What deletes the session's cookie.
const DELETED: &str = "cognito=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";

/// Checks an answer that leads on and ends the session.
fn leads_to(found: &Response<Bytes>, location: &str) {
    assert_eq!(
        (found.status().as_u16(), header(found, "location")),
        (302, location)
    );
    assert_eq!(header(found, "set-cookie"), DELETED);
    assert_eq!(header(found, "cache-control"), "no-store");
}

/// Checks a refusal: the page for errors, and a session that lives on.
fn is_refused(found: &Response<Bytes>, query: &str) {
    assert_eq!(found.status().as_u16(), 302, "{query}");
    let location = header(found, "location");
    assert!(location.starts_with("/error?error="), "{query}");
    assert!(
        !location.contains("evil") && !location.contains("bye"),
        "{location}"
    );
    assert!(!header(found, "set-cookie").contains("cognito="), "{query}");
}

/// Checks the page that says that the user is signed out.
fn says_signed_out(found: &Response<Bytes>) {
    assert_eq!(
        (found.status().as_u16(), header(found, "location")),
        (200, "")
    );
    assert!(
        text_of(found).contains("You are signed out"),
        "{}",
        text_of(found)
    );
    let mut cookies = found.headers().get_all("set-cookie").iter();
    assert!(cookies.any(|cookie| cookie == DELETED));
}

#[tokio::test]
async fn the_services_forms_lead_to_a_registered_url_or_to_the_sign_in() {
    let w = World::new().await;
    for client in [&w.cognito, &w.standard] {
        let bye = w
            .get(&format!("/logout?client_id={client}&logout_uri={BYE}"))
            .await;
        leads_to(&bye, "https://app.example/bye");
        // Without a state, and whatever else is there.
        let more = format!(
            "/logout?state=x&client_id={client}&logout_uri={BYE}&redirect_uri=y&response_type=code"
        );
        leads_to(&w.get(&more).await, "https://app.example/bye");
        let scheme = format!("/logout?client_id={client}&logout_uri=app%3A%2F%2Fbye");
        leads_to(&w.get(&scheme).await, "app://bye");
        let query = format!(
            "client_id={client}&redirect_uri={BACK}&response_type=code&state=a%2Bb&scope=openid+email"
        );
        leads_to(
            &w.get(&format!("/logout?{query}")).await,
            &format!("/login?{query}"),
        );
        // HEAD ends nothing.
        let head = w
            .send(request(Method::HEAD, &format!("/logout?{query}")))
            .await;
        assert_eq!(header(&head, "location"), "");
        assert_ne!(header(&head, "set-cookie"), DELETED);
    }
}

#[tokio::test]
async fn what_the_client_has_not_registered_ends_nothing() {
    let w = World::new().await;
    let other = client(
        &w.site,
        &w.pool,
        json!({"LogoutURLs": ["https://other.example/bye"]}),
    )
    .await;
    let off = json!({"AllowedOAuthFlowsUserPoolClient": false, "SupportedIdentityProviders": []});
    let off = client(&w.site, &w.pool, off).await;
    for query in [
        String::new(),
        "state=x".into(),
        format!("logout_uri={BYE}"),
        format!("redirect_uri={BACK}&response_type=code"),
        format!("client_id=unknown&logout_uri={BYE}"),
        format!("client_id=..%2F..&logout_uri={BYE}"),
        format!("client_id={}&logout_uri={BYE}", "a".repeat(4000)),
        format!("client_id={}", w.cognito),
        format!("client_id={}&redirect_uri={BACK}", w.cognito),
        format!(
            "client_id={}&redirect_uri=&logout_uri=&response_type=code",
            w.cognito
        ),
        // Another client's, another list's, and what only looks like one of the client's.
        format!("client_id={}&logout_uri={BYE}", id(&other)),
        format!("client_id={}&logout_uri={BYE}", id(&off)),
        format!("client_id={}&logout_uri={BACK}", w.cognito),
        format!(
            "client_id={}&redirect_uri={BYE}&response_type=code",
            w.cognito
        ),
        format!("client_id={}&logout_uri={BYE}%2F", w.cognito),
        format!("client_id={}&logout_uri={BYE}%3Fa%3Dc", w.cognito),
        format!("client_id={}&logout_uri={BYE}%23x", w.cognito),
        format!("client_id={}&logout_uri={BYE}&logout_uri={BYE}", w.cognito),
        format!(
            "client_id={}&logout_uri=https%3A%2F%2Fapp.example%2Fby",
            w.cognito
        ),
        format!(
            "client_id={}&logout_uri=https%3A%2F%2Fapp.example%3A443%2Fbye",
            w.cognito
        ),
        format!(
            "client_id={}&logout_uri=https%3A%2F%2Fapp.example%40evil.example%2Fbye",
            w.cognito
        ),
        format!(
            "client_id={}&logout_uri=https%3A%2F%2Fapp.example.evil.example%2Fbye",
            w.cognito
        ),
        format!(
            "client_id={}&logout_uri=HTTPS%3A%2F%2FAPP.EXAMPLE%2Fbye",
            w.cognito
        ),
        format!("client_id={}&logout_uri=%2F%2Fapp.example%2Fbye", w.cognito),
        format!(
            "client_id={}&logout_uri=https%3A%5C%5Capp.example%5Cbye",
            w.cognito
        ),
        format!(
            "client_id={}&logout_uri={BYE}%0D%0ASet-Cookie%3A%20a%3Db",
            w.cognito
        ),
        // The standard's parameters, to a client that does not have them.
        format!("client_id={}&post_logout_redirect_uri={BYE}", w.cognito),
    ] {
        is_refused(&w.get(&format!("/logout?{query}")).await, &query);
    }
}

#[tokio::test]
async fn the_client_of_another_pool_ends_nothing_on_a_pools_host() {
    let w = World::new().await;
    let elsewhere = w.site.pool().await;
    let domain = json!({"UserPoolId": elsewhere, "Domain": "elsewhere"});
    w.site.call(Op::CreateUserPoolDomain, domain).await;
    let mut visitor = crate::site::visitor(Some(crate::site::BASE));
    visitor.host = "elsewhere.auth.us-east-1.amazoncognito.com".into();
    let path = format!("/logout?client_id={}&logout_uri={BYE}", w.cognito);
    let found = w
        .site
        .send(&ROUTES, request(Method::GET, &path), &visitor)
        .await;
    is_refused(&found.unwrap(), &path);
}

#[tokio::test]
async fn an_id_token_as_a_hint_leads_back_with_the_state() {
    let w = World::new().await;
    let hint = w.sign_in(&w.standard).await;
    let hint = text(&hint["IdToken"]);
    let state = "%22%3C%26%20%2B%25";
    let query = format!("id_token_hint={hint}&post_logout_redirect_uri={BYE}");
    let with_client = format!("{query}&client_id={}", w.standard);
    for query in [&query, &with_client] {
        let found = w.get(&format!("/logout?{query}&state={state}")).await;
        leads_to(&found, &format!("https://app.example/bye?state={state}"));
        leads_to(
            &w.get(&format!("/logout?{query}")).await,
            "https://app.example/bye",
        );
    }
    let behind =
        format!("/logout?id_token_hint={hint}&post_logout_redirect_uri={BYE}%3Fa%3Db&state=s");
    leads_to(&w.get(&behind).await, "https://app.example/bye?a=b&state=s");
    // The session of the hint may be over, and so may its time.
    let out = json!({"UserPoolId": w.pool, "Username": "jane"});
    w.site.call(Op::AdminUserGlobalSignOut, out).await;
    w.site
        .app
        .advance_clock(2 * 86_400 * 1_000_000)
        .await
        .unwrap();
    leads_to(
        &w.get(&format!("/logout?{query}")).await,
        "https://app.example/bye",
    );
    // Without a place to go to, or without knowing who asks, there is a page.
    says_signed_out(&w.get(&format!("/logout?id_token_hint={hint}")).await);
    says_signed_out(&w.get(&format!("/logout?client_id={}", w.standard)).await);
    let no_hint = format!(
        "/logout?client_id={}&post_logout_redirect_uri={BYE}&state=x",
        w.standard
    );
    says_signed_out(&w.get(&no_hint).await);
}

#[tokio::test]
async fn a_hint_that_is_not_the_clients_leads_nowhere() {
    let w = World::new().await;
    let tokens = w.sign_in(&w.standard).await;
    let hint = text(&tokens["IdToken"]);
    let others = w.sign_in(&w.cognito).await;
    let parts: Vec<&str> = hint.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let client = format!("client_id={}&", w.standard);
    for (named, hint) in [
        (
            "",
            format!("{}.{}.{flipped}{}", parts[0], parts[1], &parts[2][1..]),
        ),
        ("", format!("{none}.{}.", parts[1])),
        ("", format!("{none}.{}.{}", parts[1], parts[2])),
        ("", format!("{}.{}.", parts[0], parts[1])),
        ("", "x".into()),
        ("", text(&tokens["AccessToken"]).to_owned()),
        ("", text(&others["IdToken"]).to_owned()),
        (&client, text(&others["IdToken"]).to_owned()),
        (&client, text(&tokens["RefreshToken"]).to_owned()),
        (&client, "x".into()),
    ] {
        let query = format!("{named}id_token_hint={hint}&post_logout_redirect_uri={BYE}&state=x");
        is_refused(&w.get(&format!("/logout?{query}")).await, &query);
    }
    // Another client's name beside a good hint.
    let mixed = format!(
        "client_id={}&id_token_hint={hint}&post_logout_redirect_uri={BYE}",
        w.cognito
    );
    is_refused(&w.get(&format!("/logout?{mixed}")).await, &mixed);
    for uri in [
        "https%3A%2F%2Fevil.example",
        &format!("{BYE}%3Fx"),
        BACK,
        "%2F%2Fapp.example%2Fbye",
    ] {
        let query = format!("id_token_hint={hint}&post_logout_redirect_uri={uri}");
        is_refused(&w.get(&format!("/logout?{query}")).await, &query);
    }
}

#[tokio::test]
async fn a_posted_request_comes_again_with_the_cookie() {
    let w = World::new().await;
    let found = w
        .post(
            "/logout",
            &format!("client_id={}&state=a%2Bb+c", w.standard),
        )
        .await;
    assert_eq!(found.status().as_u16(), 303);
    let again = header(&found, "location").to_owned();
    assert_eq!(
        again,
        format!("/logout?client_id={}&state=a%2Bb%20c", w.standard)
    );
    assert_eq!(header(&found, "set-cookie"), "");
    says_signed_out(&w.get(&again).await);
    let long = format!("client_id={}&state={}", w.standard, "x".repeat(9_000));
    assert_eq!(w.post("/logout", &long).await.status().as_u16(), 413);
    // The answer to the question goes no further than a page, which leads on.
    let hint = w.sign_in(&w.standard).await;
    let form = format!(
        "id_token_hint={}&post_logout_redirect_uri={BYE}&state=s&sign_out=yes",
        text(&hint["IdToken"])
    );
    let mut browser = Browser::new(&w);
    browser.jar.insert("XSRF-TOKEN".into(), "t".into());
    let found = browser.post("/logout", &form).await;
    says_signed_out(&found);
    let link = r#"href="https://app.example/bye?state=s" data-testid="link-next""#;
    assert!(text_of(&found).contains(link), "{}", text_of(&found));
}

/// True if the browser is signed in.
async fn is_signed_in(browser: &mut Browser<'_>, w: &World) -> bool {
    let none = query(&w.standard, "&prompt=none");
    let (found, _) = browser.authorize(&none).await;
    parameter(header(&found, "location"), "code").is_some()
}

#[tokio::test]
async fn a_sign_out_ends_the_session_whoever_kept_the_cookie() {
    let w = World::new().await;
    let hint = w.sign_in(&w.standard).await;
    let hint = text(&hint["IdToken"]);
    for path in [
        format!("/logout?client_id={}&logout_uri={BYE}", w.cognito),
        format!(
            "/logout?client_id={}&redirect_uri={BACK}&response_type=code",
            w.standard
        ),
        format!("/logout?id_token_hint={hint}&post_logout_redirect_uri={BYE}"),
        format!("/logout?id_token_hint={hint}"),
    ] {
        let mut browser = Browser::new(&w);
        browser.tokens("").await;
        assert!(is_signed_in(&mut browser, &w).await);
        let kept = browser.jar.clone();
        browser.get(&path).await;
        assert!(!browser.jar.contains_key("cognito"), "{path}");
        browser.jar = kept;
        assert!(!is_signed_in(&mut browser, &w).await, "{path}");
    }
}

#[tokio::test]
async fn a_request_that_is_refused_or_looked_at_ends_nothing() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    browser.tokens("").await;
    for path in [
        "/logout".to_owned(),
        format!(
            "/logout?client_id={}&logout_uri=https%3A%2F%2Fevil.example",
            w.standard
        ),
        format!("/logout?client_id={}", w.cognito),
        format!("/logout?client_id={}&id_token_hint=x", w.standard),
    ] {
        is_refused(&browser.get(&path).await, &path);
        assert!(is_signed_in(&mut browser, &w).await, "{path}");
    }
    let good = format!("/logout?client_id={}&logout_uri={BYE}", w.cognito);
    let head = Request::builder().method(Method::HEAD).uri(&good);
    let head = head.header("cookie", format!("cognito={}", browser.jar["cognito"]));
    w.send(head.body(Bytes::new()).unwrap()).await;
    assert!(is_signed_in(&mut browser, &w).await);
}

#[tokio::test]
async fn a_client_that_does_not_know_who_is_signed_in_lets_the_user_decide() {
    let w = World::new().await;
    let joe = w.sign_in_as("joe", &w.standard).await;
    let joe = text(&joe["IdToken"]);
    for query in [
        format!("client_id={}", w.standard),
        format!(
            "client_id={}&post_logout_redirect_uri={BYE}&state=s",
            w.standard
        ),
        format!("id_token_hint={joe}&post_logout_redirect_uri={BYE}&state=s"),
    ] {
        let mut browser = Browser::new(&w);
        browser.tokens("").await;
        let asked = browser.get(&format!("/logout?{query}")).await;
        assert_eq!(
            (asked.status().as_u16(), header(&asked, "location")),
            (200, "")
        );
        assert!(
            text_of(&asked).contains(r#"name="sign_out""#),
            "{}",
            text_of(&asked)
        );
        assert!(is_signed_in(&mut browser, &w).await);
        let done = browser
            .post("/logout", &format!("{query}&sign_out=yes"))
            .await;
        assert!(text_of(&done).contains("You are signed out"));
        // Only who showed a token of the client may send the user on.
        let leads_on = text_of(&done).contains("https://app.example/bye?state=s");
        assert_eq!(leads_on, query.starts_with("id_token_hint"));
        assert!(!is_signed_in(&mut browser, &w).await);
    }
}

/// Posts an answer to the question as a browser with these cookies.
async fn answer(
    w: &World,
    browser: &Browser<'_>,
    form: &str,
    headers: &[(&str, &str)],
) -> Response<Bytes> {
    let cookies: Vec<String> = browser
        .jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::builder().method(Method::POST).uri("/logout");
    let mut request = request
        .header("content-type", FORM)
        .header("cookie", cookies.join("; "));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Bytes::copy_from_slice(form.as_bytes());
    w.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn only_the_form_of_the_question_answers_it() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    browser.tokens("").await;
    // The token of the browser is new with the question, where it has none.
    browser.jar.remove("XSRF-TOKEN");
    let query = format!("client_id={}&state=s&csrf=planted&sign_out=no", w.standard);
    let asked = browser.get(&format!("/logout?{query}")).await;
    let token = browser.jar["XSRF-TOKEN"].clone();
    let html = text_of(&asked);
    assert!(
        html.contains(&format!(r#"name="csrf" value="{token}""#)),
        "{html}"
    );
    assert!(!html.contains("planted"), "{html}");
    assert!(html.contains(r#"name="state" value="s""#), "{html}");
    let form = format!("client_id={}&state=s&sign_out=yes", w.standard);
    let right = format!("{form}&csrf={token}");
    for (form, headers) in [
        (form.clone(), vec![]),
        (format!("{form}&csrf="), vec![]),
        (format!("{form}&csrf=other"), vec![]),
        (format!("{right}&_csrf=other"), vec![]),
        (right.clone(), vec![("origin", "https://evil.example")]),
        (right.clone(), vec![("origin", "null")]),
        (right.clone(), vec![("sec-fetch-site", "cross-site")]),
        (right.clone(), vec![("sec-fetch-site", "same-site")]),
        (
            right.clone(),
            vec![
                ("origin", crate::site::BASE),
                ("sec-fetch-site", "cross-site"),
            ],
        ),
    ] {
        let found = answer(&w, &browser, &form, &headers).await;
        // The user is asked once more.
        let again = format!("/logout?client_id={}&state=s", w.standard);
        assert_eq!(
            (found.status().as_u16(), header(&found, "location")),
            (303, again.as_str()),
            "{form} {headers:?}"
        );
        assert_eq!(header(&found, "set-cookie"), "");
        assert!(text_of(&browser.get(&again).await).contains(r#"name="sign_out""#));
        assert!(is_signed_in(&mut browser, &w).await, "{form} {headers:?}");
    }
    // A sibling domain may plant the cookie, and knows the field then; its browser says where the form comes from.
    let mut planted = Browser::new(&w);
    planted.jar = browser.jar.clone();
    planted.jar.insert("XSRF-TOKEN".into(), "planted".into());
    let pair = format!("{form}&csrf=planted");
    let sibling = [("origin", "https://evil.shop.example")];
    assert_eq!(answer(&w, &planted, &pair, &sibling).await.status(), 303);
    assert!(is_signed_in(&mut browser, &w).await);
    // GET answers nothing.
    browser.get(&format!("/logout?{right}")).await;
    assert!(is_signed_in(&mut browser, &w).await);
    let own = [
        ("origin", crate::site::BASE),
        ("sec-fetch-site", "same-origin"),
    ];
    says_signed_out(&answer(&w, &browser, &right, &own).await);
    assert!(!is_signed_in(&mut browser, &w).await);
}

#[tokio::test]
async fn the_question_shows_no_value_as_markup() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    browser.tokens("").await;
    let evil = "%22%27%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let query = format!("client_id={}&state={evil}&{evil}={evil}", w.standard);
    let asked = browser.get(&format!("/logout?{query}")).await;
    let html = text_of(&asked);
    assert!(html.contains(r#"name="sign_out""#), "{html}");
    assert!(
        !html.contains("<script>alert") && !html.contains("\"'>"),
        "{html}"
    );
}

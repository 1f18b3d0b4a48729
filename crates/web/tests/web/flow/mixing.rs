//! Two sign-ins in one browser, cookies of other sign-ins, steps that are sent again.

use cognate_shapes::Op;
use http::StatusCode;
use serde_json::json;

use super::*;

/// Lets jane have a temporary password, so that a sign-in has two steps.
async fn two_steps(pages: &Pages) {
    let temporary = json!({"Password": "Temp0rary!", "Permanent": false});
    pages
        .admin(Op::AdminSetUserPassword, "jane", temporary)
        .await;
}

const FIRST: [(&str, &str); 2] = [("username", "jane"), ("password", "Temp0rary!")];
const SECOND: [(&str, &str); 2] = [
    ("new_password", "An0ther-1!"),
    ("confirm_password", "An0ther-1!"),
];

/// Says that a step found no sign-in to go on with.
async fn finds_nothing(browser: &mut Browser<'_>, query: &str) {
    let answer = browser
        .post(&format!("/resetPassword?{query}"), &SECOND)
        .await;
    assert_eq!(
        answer.status(),
        StatusCode::SEE_OTHER,
        "{}",
        text_of(&answer)
    );
    let page = browser.get(header(&answer, "location")).await;
    assert!(is_over(text_of(&page)), "{}", text_of(&page));
    assert!(!browser.cookies.contains_key("cognito"));
}

#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let pages = Pages::new(2).await;
    pages.user("joe").await;
    two_steps(&pages).await;
    let (one, two) = (format!("{}1", pages.query()), format!("{}2", pages.query()));
    let mut browser = pages.browser();
    browser.step(&format!("/login?{one}"), &FIRST).await;
    browser.get(&format!("/login?{two}")).await;
    let wrong = [("username", "joe"), ("password", "nonsense")];
    let (_, html) = browser.step(&format!("/login?{two}"), &wrong).await;
    assert!(html.contains("joe") && !html.contains("jane"));
    let page = browser.get(&format!("/resetPassword?{one}")).await;
    assert!(text_of(&page).contains("new_password"));
    let answer = browser
        .post(&format!("/resetPassword?{one}"), &SECOND)
        .await;
    assert!(
        header(&answer, "location").starts_with(CALLBACK),
        "{}",
        text_of(&answer)
    );
    // A change of the language is the same sign-in.
    two_steps(&pages).await;
    let mut browser = pages.browser();
    browser.step(&format!("/login?{one}"), &FIRST).await;
    let answer = browser
        .post(&format!("/resetPassword?{one}&lang=de"), &SECOND)
        .await;
    assert!(header(&answer, "location").starts_with(CALLBACK));
}

#[tokio::test]
async fn the_cookie_of_another_sign_in_client_pool_or_host_does_not_open() {
    let pages = Pages::new(2).await;
    two_steps(&pages).await;
    let query = pages.query();
    let other_query = format!("{query}2");
    let other_client = another_client(&pages.site, &pages.pool, json!({})).await;
    let other_pool = {
        let input = json!({"PoolName": "other"});
        let made = pages.site.call(Op::CreateUserPool, input).await;
        made["UserPool"]["Id"].as_str().unwrap().to_owned()
    };
    let strange_client = another_client(&pages.site, &other_pool, json!({})).await;
    let mut browser = pages.browser();
    browser.step(&format!("/login?{query}"), &FIRST).await;
    let (_, sealed) = browser.state();
    for target in [
        other_query,
        query_of(&other_client),
        query_of(&strange_client),
    ] {
        // The name that the other sign-in's cookie has.
        let mut thief = pages.browser();
        thief
            .post(&format!("/signup?{target}"), &[("username", "x")])
            .await;
        let (name, _) = thief.state();
        thief.cookies.insert(name, sealed.clone());
        finds_nothing(&mut thief, &target).await;
    }
    let mut elsewhere = pages.browser();
    elsewhere.cookies = browser.cookies.clone();
    elsewhere.visitor.host = "other.localhost".into();
    finds_nothing(&mut elsewhere, &query).await;
    // Altered.
    let (name, _) = browser.state();
    for bad in [
        "",
        ".",
        "0.AAAA",
        "zz",
        &sealed[1..],
        &format!("{sealed}A"),
        &format!("0{sealed}"),
    ] {
        let mut forger = pages.browser();
        forger.cookies.insert(name.clone(), bad.to_owned());
        finds_nothing(&mut forger, &query).await;
    }
    let answer = browser
        .post(&format!("/resetPassword?{query}"), &SECOND)
        .await;
    code_of(&answer);
}

#[tokio::test]
async fn a_step_that_is_sent_again_does_nothing() {
    let pages = Pages::new(2).await;
    two_steps(&pages).await;
    let query = pages.query();
    let mut browser = pages.browser();
    browser.step(&format!("/login?{query}"), &FIRST).await;
    let before = browser.cookies.clone();
    code_of(
        &browser
            .post(&format!("/resetPassword?{query}"), &SECOND)
            .await,
    );
    let mut replayed = pages.browser();
    replayed.cookies = before;
    let again = [
        ("new_password", "St0len-1!"),
        ("confirm_password", "St0len-1!"),
    ];
    let answer = replayed
        .post(&format!("/resetPassword?{query}"), &again)
        .await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let page = replayed.get(header(&answer, "location")).await;
    assert!(is_over(text_of(&page)), "{}", text_of(&page));
    assert!(!replayed.cookies.contains_key("cognito"));
}

#[tokio::test]
async fn four_sign_ins_are_kept_and_the_oldest_goes() {
    let pages = Pages::new(2).await;
    let mut browser = pages.browser();
    let wrong = [("username", "jane"), ("password", "nonsense")];
    let mut names = Vec::new();
    for number in 0..6 {
        let query = format!("{}{number}", pages.query());
        let before: Vec<_> = browser.cookies.keys().cloned().collect();
        browser.post(&format!("/login?{query}"), &wrong).await;
        names.extend(
            browser
                .cookies
                .keys()
                .filter(|n| !before.contains(n) && n.starts_with("page-"))
                .cloned(),
        );
        let second = cognate_domain::clock::SECOND;
        pages
            .site
            .app
            .advance_clock(second)
            .await
            .unwrap_or_else(|e| panic!("{e:?}"));
    }
    let kept: Vec<_> = browser
        .cookies
        .keys()
        .filter(|n| n.starts_with("page-"))
        .cloned()
        .collect();
    assert_eq!((names.len(), kept.len()), (6, 4));
    assert!(names[2..].iter().all(|name| kept.contains(name)));
    let longest = browser.cookies.values().map(String::len).max().unwrap();
    assert!(longest < 3_800, "{longest}");
}

#[tokio::test]
async fn a_long_name_fits_or_the_sign_in_begins_again() {
    let pages = Pages::new(2).await;
    let name = "漢".repeat(128);
    pages.user_named(&name).await;
    let temporary = json!({"Password": "Temp0rary!", "Permanent": false});
    pages
        .admin(Op::AdminSetUserPassword, &name, temporary)
        .await;
    let query = pages.query();
    let mut browser = pages.browser();
    let fields = [("username", name.as_str()), ("password", "Temp0rary!")];
    let (path, _) = browser.step(&format!("/login?{query}"), &fields).await;
    assert_eq!(path, "/resetPassword");
    code_of(
        &browser
            .post(&format!("/resetPassword?{query}"), &SECOND)
            .await,
    );
    // Nobody has such a name; the page still answers.
    let endless = "x".repeat(9_000);
    let fields = [("username", endless.as_str()), ("password", "nonsense")];
    let answer = browser
        .post(&format!("/login?{query}&prompt=login"), &fields)
        .await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_double_click_leads_to_the_client_and_an_old_session_does_not() {
    let pages = Pages::new(2).await;
    two_steps(&pages).await;
    let query = pages.query();
    let mut browser = pages.browser();
    browser.step(&format!("/login?{query}"), &FIRST).await;
    let before = browser.cookies.clone();
    code_of(
        &browser
            .post(&format!("/resetPassword?{query}"), &SECOND)
            .await,
    );
    let session = browser.cookies["cognito"].clone();
    // The second click left before the answer to the first one came.
    browser.cookies = before;
    let answer = browser
        .post(&format!("/resetPassword?{query}"), &SECOND)
        .await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let page = header(&answer, "location").to_owned();
    browser.cookies.insert("cognito".into(), session);
    code_of(&browser.get(&page).await);
    let second = cognate_domain::clock::SECOND;
    pages
        .site
        .app
        .advance_clock(61 * second)
        .await
        .unwrap_or_else(|e| panic!("{e:?}"));
    let late = browser.get(&format!("/mfa?{query}")).await;
    assert!(is_over(text_of(&late)), "{}", text_of(&late));
}

//! `response_mode=form_post` (OAuth 2.0 Form Post Response Mode).

use super::browser::{Browser, parameter, query};
use super::*;

/// Returns the value of a hidden field.
fn field(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\""))?;
    Some(rest.split('"').next()?.to_owned())
}

#[tokio::test]
async fn the_answer_is_a_form_for_the_callback() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    let (found, asked) = browser
        .authorize(&query(
            &w.standard,
            "&response_mode=form_post&state=%22%3Cx",
        ))
        .await;
    assert!(asked);
    assert_eq!(
        (found.status().as_u16(), header(&found, "location")),
        (200, "")
    );
    let page = text_of(&found);
    assert!(page.contains("action=\"https://app.example/cb\""), "{page}");
    assert_eq!(field(page, "state").as_deref(), Some("&#34;&#60;x"));
    let code = field(page, "code").unwrap();
    let policy = header(&found, "content-security-policy");
    assert!(policy.contains("form-action 'self' https:"), "{policy}");
    assert!(policy.contains("script-src 'self'"), "{policy}");
    assert_eq!(header(&found, "cache-control"), "no-store");
    // It posts itself, and has a button where no script runs.
    assert!(page.contains("<button type=\"submit\">"));
    let (_, script) = page.split_once("<script src=\"").unwrap();
    let script = w.get(script.split('"').next().unwrap()).await;
    assert_eq!(text_of(&script).trim(), "document.forms[0].submit();");
    let tokens = w.redeem(&w.standard, &code).await;
    assert_eq!(tokens.status(), 200);
}

#[tokio::test]
async fn refusals_are_posted_too() {
    let w = World::new().await;
    let mut browser = Browser::new(&w);
    for (more, error) in [
        (
            "&response_mode=form_post&prompt=none&state=s",
            "login_required",
        ),
        (
            "&response_mode=form_post&max_age=x&state=s",
            "invalid_request",
        ),
    ] {
        let (found, _) = browser.authorize(&query(&w.standard, more)).await;
        assert_eq!(found.status(), 200);
        assert_eq!(field(text_of(&found), "error").as_deref(), Some(error));
        assert_eq!(field(text_of(&found), "state").as_deref(), Some("s"));
    }
    // The service has no such mode.
    let (found, _) = browser
        .authorize(&query(&w.cognito, "&response_mode=form_post"))
        .await;
    assert!(parameter(header(&found, "location"), "code").is_some());
}

//! AdminUpdateAuthEventFeedback and UpdateAuthEventFeedback.

use cognate_domain::messages::risk_notice::{feedback_links, feedback_token};
use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;

async fn token(t: &TestApp, s: &Site, user_id: &str, event_id: &Value) -> String {
    let pool = t.app.cached_pool(&s.pool).await.unwrap().unwrap();
    let event_id = event_id.as_str().unwrap();
    feedback_token(&cx(t), &pool, &s.client, user_id, event_id).unwrap()
}

fn by_admin(pool: &str, name: &str, event: &Value, value: &str) -> Value {
    json!({"UserPoolId": pool, "Username": name, "EventId": event, "FeedbackValue": value})
}

fn by_token(pool: &str, name: &str, event: &Value, token: &str) -> Value {
    with(
        by_admin(pool, name, event, "Invalid"),
        json!({"FeedbackToken": token}),
    )
}

#[each_engine]
async fn an_administrator_says_what_an_event_was(t: &TestApp) {
    let (s, _) = watched(t, 2).await;
    let op = "AdminUpdateAuthEventFeedback";
    let before = events(t, &s.pool, "jane").await;
    let id = &before[1]["EventId"];
    for value in ["Valid", "Invalid", "Invalid"] {
        assert_eq!(
            t.ok(op, by_admin(&s.pool, "jane", id, value)).await,
            json!({})
        );
        let listed = events(t, &s.pool, "jane").await;
        let feedback = &listed[1]["EventFeedback"];
        assert!(feedback["FeedbackDate"].is_number());
        let expected = json!({"FeedbackValue": value, "Provider": "Admin", "FeedbackDate": feedback["FeedbackDate"]});
        assert_eq!(*feedback, expected);
        // Nothing else has changed.
        let mut same = listed.clone();
        same[1].as_object_mut().unwrap().remove("EventFeedback");
        assert_eq!(same, before);
    }
    user(t, &s.pool, "john").await;
    let gone = json!("0193f000-0000-7000-8000-000000000000");
    let old = json!("0193f000-0000-4000-8000-000000000000");
    for (name, event, refusal) in [
        ("nobody", id, NO_USER),
        ("john", id, NO_EVENT),
        ("jane", &gone, NO_EVENT),
        ("jane", &old, NO_EVENT),
    ] {
        refuse(t, op, by_admin(&s.pool, name, event, "Valid"), refusal).await;
    }
    let text = no_pool("us-east-1_nobody000");
    let unknown = by_admin("us-east-1_nobody000", "jane", id, "Valid");
    refuse(t, op, unknown, ("ResourceNotFoundException", &text)).await;
    let (code, _) = t
        .call(op, by_admin(&s.pool, "jane", id, "Maybe"))
        .await
        .unwrap_err();
    assert_eq!(code, "InvalidParameterException");
    set_mode(t, &s.pool, "OFF").await;
    refuse(t, op, by_admin(&s.pool, "jane", id, "Valid"), OFF).await;
}

#[each_engine]
async fn a_token_is_good_for_one_event_and_either_answer(t: &TestApp) {
    let (s, jane) = watched(t, 2).await;
    let op = "UpdateAuthEventFeedback";
    let listed = events(t, &s.pool, "jane").await;
    let (id, other) = (&listed[0]["EventId"], &listed[1]["EventId"]);
    let token = token(t, &s, &jane, id).await;
    let input = by_token(&s.pool, "jane", id, &token);
    assert_eq!(t.ok(op, input.clone()).await, json!({}));
    let given = events(t, &s.pool, "jane").await[0]["EventFeedback"].clone();
    let expected = json!({"FeedbackValue": "Invalid", "Provider": "User", "FeedbackDate": given["FeedbackDate"]});
    assert_eq!(given, expected);
    // Again: nothing happens, and nothing is written.
    t.advance(60).await;
    let rows = async || {
        let sql = "SELECT COUNT(*) FROM audit WHERE pool_id = ?1";
        let rows = t.app.store.rows(sql, params![&s.pool]).await.unwrap();
        rows[0].int(0).unwrap()
    };
    let written = rows().await;
    t.ok(op, input.clone()).await;
    assert_eq!(rows().await, written);
    assert_eq!(
        events(t, &s.pool, "jane").await[0]["EventFeedback"],
        expected
    );
    // The other answer, by the user's id.
    let valid = with(
        by_token(&s.pool, &jane, id, &token),
        json!({"FeedbackValue": "Valid"}),
    );
    t.ok(op, valid).await;
    assert_eq!(rows().await, written + 1);
    let now = events(t, &s.pool, "jane").await[0]["EventFeedback"].clone();
    assert_eq!(now["FeedbackValue"], "Valid");

    user(t, &s.pool, "john").await;
    let elsewhere = site(t).await;
    user(t, &elsewhere.pool, "jane").await;
    set_mode(t, &elsewhere.pool, "AUDIT").await;
    let altered = match token.strip_suffix('A') {
        Some(rest) => format!("{rest}Q"),
        None => format!("{}A", &token[..token.len() - 1]),
    };
    let long = "A".repeat(9_000);
    for input in [
        by_token(&s.pool, "jane", other, &token),
        by_token(&s.pool, "john", id, &token),
        by_token(&s.pool, "nobody", id, &token),
        by_token(&elsewhere.pool, "jane", id, &token),
        by_token(&s.pool, "jane", id, &altered),
        by_token(&s.pool, "jane", id, "AAAA"),
        by_token(&s.pool, "nobody", id, "AAAA"),
        by_token(&s.pool, "jane", id, &long),
    ] {
        refuse(t, op, input, BAD_TOKEN).await;
    }
    let text = no_pool("us-east-1_nobody000");
    let unknown = by_token("us-east-1_nobody000", "jane", id, &token);
    refuse(t, op, unknown, ("ResourceNotFoundException", &text)).await;
    // Seven days, all but a minute.
    t.advance(7 * 86_400 - 120).await;
    t.ok(op, input.clone()).await;
    t.advance(120).await;
    let old = ("NotAuthorizedException", "Feedback token has expired.");
    refuse(t, op, input, old).await;
}

#[each_engine]
async fn a_token_outlives_neither_user_nor_event_nor_add_on(t: &TestApp) {
    let (s, jane) = watched(t, 1).await;
    let op = "UpdateAuthEventFeedback";
    let id = events(t, &s.pool, "jane").await[0]["EventId"].clone();
    let token = token(t, &s, &jane, &id).await;
    let input = by_token(&s.pool, "jane", &id, &token);
    set_mode(t, &s.pool, "OFF").await;
    refuse(t, op, input.clone(), OFF).await;
    set_mode(t, &s.pool, "AUDIT").await;
    let sql = "DELETE FROM auth_events WHERE user_id = ?1";
    let batch = cognate_store::Batch::new().run(sql, params![&jane]);
    t.app.store.commit(batch).await.unwrap();
    refuse(t, op, input.clone(), NO_EVENT).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    refuse(t, op, input.clone(), NO_USER).await;
    // Another one of that name.
    user(t, &s.pool, "jane").await;
    refuse(t, op, input, NO_USER).await;
}

#[each_engine]
async fn links_lead_to_the_pages_of_the_pool(t: &TestApp) {
    let (s, jane) = watched(t, 1).await;
    let id = events(t, &s.pool, "jane").await[0]["EventId"].clone();
    let id = id.as_str().unwrap();
    let pool = t.app.cached_pool(&s.pool).await.unwrap().unwrap();
    let links = feedback_links(&cx(t), &pool, &s.client, &jane, id).await;
    let links = links.unwrap();
    let page = format!(
        "http://127.0.0.1:9229/feedback?pool={}&token={}",
        s.pool, links.token
    );
    assert_eq!(links.valid, format!("{page}&value=valid"));
    assert_eq!(links.invalid, format!("{page}&value=invalid"));
    for char in links.token.chars() {
        assert!(char.is_ascii_alphanumeric() || "-_".contains(char));
    }
    assert!(!links.token.contains(&jane));
}

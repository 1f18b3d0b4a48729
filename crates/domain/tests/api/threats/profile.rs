//! What is known of users: a row that only this program writes, and that goes with its user.

use each_engine::each_engine;
use serde_json::json;

use super::*;

/// Returns what is known of the one user of a pool.
pub async fn read(t: &TestApp, s: &Site) -> Value {
    let sql = "SELECT doc FROM risk_profiles WHERE pool_id = ?1";
    let rows = t
        .app
        .store
        .rows(sql, params![&s.pool].to_vec())
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    serde_json::from_str(rows[0].text(0).unwrap()).unwrap()
}

#[each_engine]
async fn it_holds_marks_and_no_addresses(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    let doc = read(t, &s).await;
    assert_eq!(doc["n"], 4);
    assert_eq!(doc["w"].as_array().unwrap().len(), 1);
    let text = doc.to_string();
    for word in ["192.0.2", "Chrome", "Germany", "DE", "64496"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[each_engine]
async fn a_row_that_somebody_else_wrote_is_refused(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    let sql = "UPDATE risk_profiles SET doc = '{\"n\":0}' WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![&s.pool]);
    t.app.store.commit(batch).await.unwrap();
    let answer = t
        .call("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(answer.unwrap_err().0, "InternalErrorException");
}

#[each_engine]
async fn it_goes_with_its_user(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    read(t, &s).await;
    t.ok(
        "AdminDeleteUser",
        json!({"UserPoolId": s.pool, "Username": "jane"}),
    )
    .await;
    let rows = t
        .app
        .store
        .rows("SELECT 1 FROM risk_profiles", vec![])
        .await;
    assert!(rows.unwrap().is_empty());
}

#[each_engine]
async fn a_suspicious_place_becomes_the_users_own_after_a_day(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    let away = t.from(AWAY.0, AWAY.1);
    let score = async || {
        away.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
        last_event(t, &s).await["risk"]["score"].clone()
    };
    assert_eq!(score().await, 130);
    // The second time it is no journey, and as new as before.
    assert_eq!(score().await, 85);
    t.advance(86_401).await;
    assert_eq!(score().await, json!(null));
}

#[each_engine]
async fn what_is_said_of_an_event_changes_later_judgements(t: &TestApp) {
    let s = guarded(t, "AUDIT").await;
    let away = t.from(AWAY.0, AWAY.1);
    let again = async || {
        t.advance(100_000).await;
        away.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await;
        last_event(t, &s).await["risk"].clone()
    };
    let say = async |value: &str| {
        let sql = "SELECT event_id FROM auth_events WHERE pool_id = ?1 ORDER BY at DESC, event_id DESC LIMIT 1";
        let rows = t
            .app
            .store
            .rows(sql, params![&s.pool].to_vec())
            .await
            .unwrap();
        let input = json!({
            "UserPoolId": s.pool, "Username": "jane", "EventId": rows[0].text(0).unwrap(), "FeedbackValue": value,
        });
        t.ok("AdminUpdateAuthEventFeedback", input).await;
    };
    let first = again().await;
    assert_eq!(first["level"], "High");
    say("Invalid").await;
    let disowned = again().await;
    let reasons = disowned["reasons"].as_array().unwrap();
    assert!(
        reasons.contains(&json!("Disowned")) && reasons.contains(&json!("NewNetwork")),
        "{disowned}"
    );
    assert!(disowned["score"].as_i64() > Some(85), "{disowned}");
    // The owner is who they were.
    settle(t, &s, 1).await;
    assert!(risk(&last_event(t, &s).await).get("level").is_none());
    away.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    say("Valid").await;
    assert!(again().await.get("level").is_none());
}

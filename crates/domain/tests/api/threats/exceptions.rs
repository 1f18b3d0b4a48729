//! Addresses that are always refused, and those that are never judged.

use each_engine::each_engine;
use serde_json::json;

use super::*;

#[each_engine]
async fn a_blocked_range_is_refused_whatever_the_password_is(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    let home = t.from(HOME.0, HOME.1);
    let tokens = crate::support::signin::sign_in(&home, &s.client, "jane").await;
    let blocked = json!({"exceptions": {"blocked": ["192.0.2.0/24"], "skipped": ["192.0.2.0/24"]}});
    configure(t, &s, blocked).await;
    for (name, password) in [
        ("jane", PASSWORD),
        ("jane", "Wrong-1234"),
        ("nobody", PASSWORD),
    ] {
        assert_refused(
            home.call("InitiateAuth", by_password(&s.client, name, password))
                .await,
        );
        let start = crate::support::signin::Srp::start(&home, &s.client, name).await;
        let (code, text) = REFUSED;
        assert_eq!(start.err(), Some((code.to_owned(), text.to_owned())));
        let forgot = json!({"ClientId": s.client, "Username": name});
        assert_refused(home.call("ForgotPassword", forgot).await);
    }
    let sign_up = json!({"ClientId": s.client, "Username": "new", "Password": PASSWORD});
    assert_refused(home.call("SignUp", sign_up).await);
    // Nothing counted towards the lockout, and others are let in.
    let away = t.from(AWAY.0, AWAY.1);
    away.ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    // A session goes on.
    let refresh = json!({
        "ClientId": s.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": tokens["RefreshToken"]},
    });
    home.ok("InitiateAuth", refresh).await;
    let refused: Vec<_> = events(t, &s)
        .await
        .into_iter()
        .filter(|event| event["risk"]["reasons"] == json!(["BlockedRange"]))
        .collect();
    // One a minute for each of the two names; the minute may have changed once.
    assert!((2..=4).contains(&refused.len()), "{refused:?}");
    assert_eq!(refused[0]["risk"]["decision"], "Block");
    // Each start counts: three names, with the password and by SRP.
    let metrics = t.app.metrics_text();
    for line in [
        "cognate_risk_total{metric=\"OverrideBlock\"} 6",
        "cognate_risk_decisions_total{decision=\"Block\"} 6",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
}

#[each_engine]
async fn an_answer_from_a_blocked_range_is_refused_too(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    let away = t.from(AWAY.0, AWAY.1);
    let started = crate::support::signin::Srp::start(&t.from(HOME.0, HOME.1), &s.client, "jane")
        .await
        .unwrap();
    configure(
        t,
        &s,
        json!({"exceptions": {"blocked": ["203.0.113.0/24"]}}),
    )
    .await;
    let proof = crate::support::signin::verify(&s.client, started.responses(&s.pool, PASSWORD));
    assert_refused(away.call("RespondToAuthChallenge", proof.clone()).await);
    let home = t.from(HOME.0, HOME.1);
    home.ok("RespondToAuthChallenge", proof).await;
}

#[each_engine]
async fn audit_and_off_refuse_no_range(t: &TestApp) {
    for mode in ["AUDIT", "OFF"] {
        let s = guarded(t, mode).await;
        configure(t, &s, json!({"exceptions": {"blocked": ["0.0.0.0/0"]}})).await;
        settle(t, &s, 1).await;
    }
}

#[each_engine]
async fn a_skipped_range_is_not_judged(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    let skipped = json!({"exceptions": {"skipped": ["203.0.113.0/24"]}});
    configure(t, &s, with(always("BLOCK"), skipped)).await;
    t.from(AWAY.0, AWAY.1)
        .ok("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
        .await;
    assert_eq!(
        risk(&last_event(t, &s).await),
        json!({"decision": "NoRisk"})
    );
    // Only that range: the program is the user's own by now, so that this is another one.
    let other = t.from("198.51.100.1", "curl/8.0");
    assert_refused(
        other
            .call("InitiateAuth", by_password(&s.client, "jane", PASSWORD))
            .await,
    );
}

#[each_engine]
async fn a_client_with_a_configuration_of_its_own_has_nothing_of_the_pools(t: &TestApp) {
    let s = guarded(t, "ENFORCED").await;
    configure(t, &s, json!({"exceptions": {"blocked": ["0.0.0.0/0"]}})).await;
    let sql = "SELECT doc FROM clients WHERE client_id = ?1";
    let rows = t
        .app
        .store
        .rows(sql, params![&s.client].to_vec())
        .await
        .unwrap();
    let mut doc: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    doc["risk_configuration"] = json!({"modified": 1});
    let sql = "UPDATE clients SET doc = ?2, mac = NULL, ver = ver + 1 WHERE client_id = ?1";
    let batch = Batch::new().run(sql, params![&s.client, doc.to_string()]);
    t.app.store.commit(batch).await.unwrap();
    t.sign(&s.pool).await;
    t.app.cache.forget(&s.pool, Some(&s.client));
    settle(t, &s, 1).await;
}

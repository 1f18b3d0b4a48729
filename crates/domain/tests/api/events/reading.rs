//! Events of the trail, in order, from a cursor on.

use cognate_domain::audit::Entry;
use cognate_domain::jobs::audit_retention::AuditRetention;
use cognate_store::Batch;
use cognate_store::tables::audit;
use each_engine::each_engine;

use super::*;

#[each_engine]
async fn changes_are_events_in_order_and_nothing_else_is(t: &TestApp) {
    let (own, other) = (pool(t).await, pool(t).await);
    let jane = create(t, &own, "jane").await;
    create(t, &other, "joe").await;
    t.ok(
        "AdminGetUser",
        json!({"UserPoolId": own, "Username": "jane"}),
    )
    .await;
    let disable = json!({"UserPoolId": own, "Username": "jane"});
    t.ok("AdminDisableUser", disable).await;
    // Nothing is an event before it is linked.
    assert_eq!(events(t, &own, 0, 10).await, [] as [Value; 0]);
    link(t).await;
    let all = events(t, &own, 0, 10).await;
    assert_eq!(
        kinds(&all),
        [
            "cognate.pool.created",
            "cognate.user.created",
            "cognate.user.disabled"
        ]
    );
    let mut event = all[1].clone();
    for (name, length) in [("id", 36), ("time", 27)] {
        let value = event.as_object_mut().unwrap().remove(name).unwrap();
        assert!(
            value.as_str().unwrap().len() <= length && !value.as_str().unwrap().is_empty(),
            "{value}"
        );
    }
    let request = event["data"].as_object_mut().unwrap().remove("requestId");
    assert_eq!(request.unwrap().as_str().unwrap().len(), 36);
    let cursor = event.as_object_mut().unwrap().remove("cursor").unwrap();
    assert!(cursor.as_str().unwrap().starts_with("3-"), "{cursor}");
    assert_eq!(
        event,
        json!({
            "specversion": "1.0", "type": "cognate.user.created", "subject": jane,
            "source": format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{own}"),
            "datacontenttype": "application/json", "data": {"operation": "AdminCreateUser", "caller": "test"},
        })
    );
    // No name, and no address.
    assert!(
        !all.iter()
            .any(|event| event.to_string().contains("jane")
                || event.to_string().contains("127.0.0.1"))
    );
}

#[each_engine]
async fn a_cursor_reads_on_from_where_it_was_whatever_the_portions(t: &TestApp) {
    let pool = pool(t).await;
    let other = super::pool(t).await;
    for n in 0..30 {
        create(t, &pool, &format!("u{n}")).await;
        create(t, &other, &format!("u{n}")).await;
        if n % 7 == 0 {
            link(t).await;
        }
    }
    link(t).await;
    let all = events(t, &pool, 0, 1_000).await;
    assert_eq!(all.len(), 31);
    for most in [1, 2, 7, 30] {
        assert_eq!(events(t, &pool, 0, most).await, all, "{most}");
    }
    for n in [0, 13, 30] {
        let cursor = all[n]["cursor"].as_str().unwrap();
        let place = reader(t, &pool).place(cursor).await.unwrap().unwrap();
        assert_eq!(events(t, &pool, place, 3).await, all[n + 1..], "{n}");
    }
    let end = reader(t, &pool).place("end").await.unwrap().unwrap();
    assert_eq!(events(t, &pool, end, 3).await, [] as [Value; 0]);
    assert_eq!(reader(t, &pool).place("begin").await.unwrap(), Ok(0));
}

#[each_engine]
async fn cursors_that_lead_nowhere_are_refused(t: &TestApp) {
    let pool = pool(t).await;
    create(t, &pool, "jane").await;
    link(t).await;
    let all = events(t, &pool, 0, 10).await;
    let cursor = all[1]["cursor"].as_str().unwrap().to_owned();
    for (text, says) in [
        ("", "is no cursor"),
        ("2", "is no cursor"),
        ("-2-00000000", "is no cursor"),
        ("0-00000000", "is no cursor"),
        ("x-00000000", "is no cursor"),
        ("2-00000000", "of another history"),
        ("3-00000000", "behind the end"),
        ("9223372036854775807-00000000", "behind the end"),
    ] {
        let refused = reader(t, &pool).place(text).await.unwrap().unwrap_err();
        assert!(refused.contains(says), "{text}: {refused}");
    }
    t.advance(91 * 86_400).await;
    create(t, &pool, "joe").await;
    link(t).await;
    turn::<AuditRetention>(&t.app, "one").await.unwrap();
    let refused = reader(t, &pool).place(&cursor).await.unwrap().unwrap_err();
    assert!(refused.contains("removed by the retention"), "{refused}");
    // From the beginning of what is left.
    assert_eq!(
        kinds(&events(t, &pool, 0, 10).await),
        ["cognate.user.created"]
    );
    // Who goes on from a place that is gone is told.
    let portion = reader(t, &pool).portion(1, 10).await.unwrap();
    assert!(portion.gap && portion.events.len() == 1);
}

#[each_engine]
async fn what_was_made_up_changed_refused_or_came_back_is_no_event(t: &TestApp) {
    let pool = pool(t).await;
    create(t, &pool, "jane").await;
    link(t).await;
    let (now, store) = (t.app.clock.service(), &t.app.store);
    let made_up = "INSERT INTO audit (pool_id, at, audit_id, doc, row_mac) \
                   SELECT pool_id, at + 1, 'made up', doc, row_mac FROM audit WHERE pool_id = ?1 LIMIT 1";
    let batch = Batch::new().run(made_up, cognate_store::params![&pool]);
    let doc = json!({"operation": "AdminDeleteUser", "result": "ok"}).to_string();
    let batch = audit::restore(batch, &pool, now - 1, "came back", &doc);
    let refused = Entry {
        operation: "AdminDeleteUser",
        result: "AccessDeniedException",
        ..Entry::default()
    };
    store
        .commit(refused.append(batch, &pool, now))
        .await
        .unwrap();
    link(t).await;
    assert_eq!(head(t).await, 5);
    let all = events(t, &pool, 0, 10).await;
    assert_eq!(
        kinds(&all),
        ["cognate.pool.created", "cognate.user.created"]
    );
    // Nor one that was changed after it was linked.
    let change = "UPDATE audit SET doc = '{\"operation\":\"AdminDeleteUser\",\"result\":\"ok\"}' WHERE link = 1";
    store
        .commit(Batch::new().run(change, cognate_store::params![]))
        .await
        .unwrap();
    assert_eq!(events(t, &pool, 0, 10).await, [] as [Value; 0]);
}

//! Files that somebody made to hurt: each row is judged alone, and the others count.

use cognate_domain::moving::apply::Wishes;
use cognate_domain::moving::apply::ledger::Outcome;
use cognate_moving::formats::Format;
use each_engine::each_engine;
use serde_json::json;

use super::*;
use crate::support::TestApp;

const SUB: &str = "84c8a4d8-1011-40ae-92ee-991ad1a898";

/// The sub, the name and the attributes of a user.
type Shown<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A list of users as the service shows them.
fn users(list: &[Shown<'_>]) -> String {
    let users = list.iter().map(|(sub, name, attributes)| {
        let mut all = vec![json!({"Name": "sub", "Value": sub})];
        let attributes = attributes.iter();
        all.extend(attributes.map(|(name, value)| json!({"Name": name, "Value": value})));
        json!({"Username": name, "Attributes": all, "UserStatus": "CONFIRMED"})
    });
    json!({"Users": users.collect::<Vec<_>>()}).to_string()
}

#[each_engine]
async fn rows_that_take_what_is_anothers_are_refused_also_in_a_dry_run(t: &TestApp) {
    let settings = json!({
        "AliasAttributes": ["email", "preferred_username"], "UsernameConfiguration": {"CaseSensitive": false},
    });
    let s = site_with(t, settings, json!({})).await;
    let sub = |n: &str| format!("{SUB}{n}");
    let verified = |mail: &'static str| [("email", mail), ("email_verified", "true")];
    let (one, two) = (verified("a@example.com"), verified("A@EXAMPLE.com"));
    let preferred = [("preferred_username", "JANE")];
    let id = [("preferred_username", "84c8a4d8-1011-40ae-92ee-991ad1a89801")];
    let subs: Vec<String> = ["01", "02", "03", "04", "05", "06", "07", "08"]
        .map(sub)
        .to_vec();
    let text = users(&[
        (&subs[0], "jane", &one),
        // Names that fold together.
        (&subs[1], "JANE", &[]),
        // The address of another user.
        (&subs[2], "bob", &two),
        // The name of another kind.
        (&subs[3], "carl", &preferred),
        // The sub of another user.
        (&subs[0], "dora", &[]),
        // A name of the form of an id, also as an alias.
        (&subs[4], &subs[0], &[]),
        (&subs[5], "emil", &id),
        // The same row again.
        (&subs[0], "jane", &one),
        (&subs[6], "good", &[]),
    ]);
    let expected = [
        Outcome::Created,
        Outcome::Refused,
        Outcome::Refused,
        Outcome::Refused,
        Outcome::Differs,
        Outcome::Refused,
        Outcome::Refused,
        Outcome::Unchanged,
        Outcome::Created,
    ];
    let dry = Wishes {
        dry_run: true,
        ..Wishes::default()
    };
    let before = stored(t).await;
    for portion in [1, 2, 300] {
        let planned = import_by(t, &s.pool, &options(Format::Cognito), &dry, &text, portion).await;
        assert_eq!(outcomes(&planned), expected, "{planned:?}");
    }
    assert_eq!(stored(t).await, before);
    let done = import(t, &s.pool, &options(Format::Cognito), &text).await;
    assert_eq!(outcomes(&done), expected);
    // Read again, row by row: the one with another user's sub is refused for what it is.
    let again = import_by(
        t,
        &s.pool,
        &options(Format::Cognito),
        &Wishes::default(),
        &text,
        1,
    )
    .await;
    assert_eq!(
        again[4].reason.as_deref(),
        Some("the sub is another user's")
    );
    let created = again.iter().filter(|row| row.outcome == Outcome::Created);
    assert_eq!(created.count(), 0);
}

#[each_engine]
async fn values_that_no_user_may_have_are_refused_with_a_reason_and_without_themselves(
    t: &TestApp,
) {
    let s = target(t).await;
    let long = "x".repeat(3_000);
    let rows = [
        json!({"sub": format!("{SUB}01"), "username": "a\u{0007}b", "attributes": {}}),
        json!({"sub": format!("{SUB}02"), "username": "zero\u{200b}width", "attributes": {}}),
        json!({"sub": format!("{SUB}03"), "username": "n".repeat(129), "attributes": {}}),
        json!({"sub": format!("{SUB}04"), "username": "d", "attributes": {"name": long}}),
        json!({"sub": format!("{SUB}05"), "username": "e", "attributes": {"name": "a\u{0000}b"}}),
        json!({"sub": format!("{SUB}06"), "username": "f", "attributes": {"nothing": "x"}}),
        json!({"sub": format!("{SUB}07"), "username": "g", "attributes": {"email": "no address"}}),
        json!({"sub": "../../etc/passwd", "username": "h", "attributes": {}}),
        json!({"sub": format!("{SUB}08").to_uppercase(), "username": "i", "attributes": {}}),
        json!({"sub": format!("{SUB}09"), "username": "j", "attributes": {}, "status": "ROOT"}),
        json!({"sub": format!("{SUB}0a"), "username": "k", "attributes": {}, "password": {"imported": "s3cr3t"}}),
        json!({"sub": format!("{SUB}0b"), "username": "l", "attributes": {}, "password": {"native": "s3cr3t"}}),
        json!({"sub": format!("{SUB}0c"), "username": "m", "attributes": {}, "totp": {"secret": "s3cr3t"}}),
        json!({"sub": format!("{SUB}0d"), "username": "o", "attributes": {}, "passkeys": [{"credential_id": "AA", "rp_id": "x", "public_key": "AA"}]}),
        json!({"sub": format!("{SUB}0e"), "username": "p", "attributes": {}, "groups": (0..101).map(|n| n.to_string()).collect::<Vec<_>>()}),
        json!({"sub": format!("{SUB}0f"), "username": "q", "attributes": {"identities": "[{}]", "sub": "x"}, "created": i64::MAX}),
        json!({"sub": format!("{SUB}10"), "username": "r", "attributes": {}, "status": "EXTERNAL_PROVIDER"}),
    ];
    let header = json!({"header": {"format": "cognate-users", "version": 1, "pool_id": s.pool}});
    let end = json!({"end": {"users": rows.len()}});
    let lines = std::iter::once(header)
        .chain(rows.iter().map(|row| json!({"user": row})))
        .chain([end]);
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    let done = import(t, &s.pool, &options(Format::Jsonl), &text).await;
    for row in &done {
        let expected = match row.name.as_str() {
            // What is the service's own is left out.
            "q" => Outcome::Created,
            _ => Outcome::Refused,
        };
        assert_eq!(row.outcome, expected, "{row:?}");
        let shown = format!("{:?}{:?}", row.reason, row.notes);
        assert!(!shown.contains("s3cr3t") && shown.len() < 1_000, "{row:?}");
    }
    let q = json!({"UserPoolId": s.pool, "Username": "q"});
    let q = t.ok("AdminGetUser", q).await;
    assert_eq!(q["UserAttributes"].as_array().unwrap().len(), 1);
}

#[each_engine]
async fn huge_cells_deep_values_and_doubled_names_spoil_no_other_row(t: &TestApp) {
    let s = site(t).await;
    let huge = "x".repeat(10 << 20);
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let text = format!(
        "[{{\"id\":\"1\",\"profile\":{{\"login\":\"{huge}\"}}}},\n{{\"id\":\"2\",\"profile\":{deep}}},\n\
         {{\"id\":\"3\",\"id\":\"4\",\"profile\":{{\"login\":\"x\"}}}},\n{{\"id\":\"5\",\"profile\":{{\"login\":\"good\"}}}}]"
    );
    let done = import(t, &s.pool, &options(Format::Okta), &text).await;
    let refused = done.iter().filter(|row| row.outcome == Outcome::Refused);
    assert_eq!(refused.map(|row| row.line).collect::<Vec<_>>(), [1, 2, 3]);
    let good = done
        .iter()
        .find(|row| row.outcome == Outcome::Created)
        .unwrap();
    assert_eq!((good.line, good.name.as_str()), (4, "good"));
    let table = format!("id,username,email\n1,{huge},a@b.co\n2,\"x\ny\",a@b.co\n3,fine,c@d.co\n");
    let done = import(t, &s.pool, &options(Format::Django), &table).await;
    let fine = done.iter().filter(|row| row.outcome == Outcome::Created);
    assert_eq!(
        fine.map(|row| row.name.as_str()).collect::<Vec<_>>(),
        ["fine"]
    );
}

#[each_engine]
async fn two_imports_at_once_make_each_user_once(t: &TestApp) {
    let s = target(t).await;
    let rows: Vec<String> = (0..30)
        .map(|n| format!("{n},u{n},u{n}@example.com\n"))
        .collect();
    let text = format!("id,username,email\n{}", rows.concat());
    let options = options(Format::Django);
    let wishes = Wishes::default();
    let (one, two) = tokio::join!(
        import_by(t, &s.pool, &options, &wishes, &text, 4),
        import_by(t, &s.pool, &options, &wishes, &text, 4),
    );
    let created = one
        .iter()
        .chain(&two)
        .filter(|row| row.outcome == Outcome::Created);
    assert_eq!(created.count(), 30);
    let again = import(t, &s.pool, &options, &text).await;
    assert!(again.iter().all(|row| row.outcome == Outcome::Unchanged));
}

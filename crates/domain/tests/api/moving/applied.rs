//! What an import does to users who are there, and to credentials of this program's own.

use cognate_crypto::credential::Credential;
use cognate_crypto::webauthn::client::{Authenticator, Statement};
use cognate_domain::moving::apply::Wishes;
use cognate_domain::moving::apply::ledger::Outcome;
use cognate_moving::formats::Format;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::passkeys::{self, Page, RP, b64};

const SUB: &str = "84c8a4d8-1011-40ae-92ee-991ad1a898c1";

/// A file of this program's own for users of a pool.
fn jsonl(pool: &str, users: &[Value]) -> String {
    let header = json!({"header": {"format": "cognate-users", "version": 1, "pool_id": pool, "secrets": true}});
    let end = json!({"end": {"groups": 0, "users": users.len()}});
    let users = users.iter().map(|user| json!({"user": user}));
    let lines = std::iter::once(header).chain(users).chain([end]);
    lines.map(|line| format!("{line}\n")).collect()
}

fn native(suffix: &str, name: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let credential = Credential::for_password(suffix, name, PASSWORD);
    STANDARD.encode(credential.to_bytes().expose())
}

#[each_engine]
async fn native_passwords_work_where_srp_allows_it_and_are_refused_elsewhere(t: &TestApp) {
    let s = site(t).await;
    let suffix = s.pool.split_once('_').unwrap().1;
    let jane = json!({
        "sub": SUB, "username": "jane", "status": "CONFIRMED", "attributes": {},
        "password": {"native": native(suffix, "jane")},
    });
    let file = jsonl(&s.pool, &[jane]);
    let done = import(t, &s.pool, &options(Format::Jsonl), &file).await;
    assert_eq!(outcomes(&done), [Outcome::Created]);
    by_srp(t, &s, "jane", PASSWORD).await;
    sign_in(t, &s.client, "jane").await;
    let again = import(t, &s.pool, &options(Format::Jsonl), &file).await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged]);
    // Another region is no other pool for SRP; another id is.
    let elsewhere = site(t).await;
    let done = import(t, &elsewhere.pool, &options(Format::Jsonl), &file).await;
    assert_eq!(outcomes(&done), [Outcome::Refused]);
    assert!(done[0].reason.as_ref().unwrap().contains(&s.pool));
    let drop = Wishes {
        drop_unusable: true,
        ..Wishes::default()
    };
    let done = import_by(
        t,
        &elsewhere.pool,
        &options(Format::Jsonl),
        &drop,
        &file,
        300,
    )
    .await;
    assert_eq!(outcomes(&done), [Outcome::Created]);
    let name = json!({"UserPoolId": elsewhere.pool, "Username": "jane"});
    assert_eq!(
        t.ok("AdminGetUser", name).await["UserStatus"],
        "RESET_REQUIRED"
    );
}

#[each_engine]
async fn passkeys_come_along_with_the_handle_of_the_system_they_were_made_in(t: &TestApp) {
    let s = passkeys::passkey_site(t, json!({})).await;
    let mut device = Authenticator::es256(RP);
    let passkey = json!({
        "credential_id": b64(&device.credential_id), "rp_id": RP, "public_key": b64(device.public_key()),
        "sign_count": 0, "name": "key", "backup_unknown": true, "user_handle": b64("old handle"),
    });
    let jane = json!({"sub": SUB, "username": "jane", "attributes": {}, "passkeys": [passkey]});
    let file = jsonl("", &[jane]);
    let done = import(t, &s.pool, &options(Format::Jsonl), &file).await;
    assert_eq!(outcomes(&done), [Outcome::Created]);
    for (handle, good) in [
        (Some("old handle"), true),
        (None, true),
        (Some("another"), false),
    ] {
        let asked = passkeys::asked(t, &s.client, "jane").await;
        let mut credential = Page::default().get(&asked.options, &mut device);
        if let Some(handle) = handle {
            credential["response"]["userHandle"] = json!(b64(handle));
        }
        let answer = passkeys::answer(t, &s, &asked, &credential).await;
        assert_eq!(answer.is_ok(), good, "{handle:?}");
    }
    // The same key for somebody else is refused.
    let other = json!({"sub": "84c8a4d8-1011-40ae-92ee-991ad1a898c2", "username": "bob", "attributes": {}, "passkeys": [passkey]});
    let done = import(t, &s.pool, &options(Format::Jsonl), &jsonl("", &[other])).await;
    assert_eq!(
        done[0].reason.as_deref(),
        Some("a passkey is another user's")
    );
    let _ = Statement::None;
}

#[each_engine]
async fn differences_are_told_and_taken_over_only_when_asked(t: &TestApp) {
    let s = site(t).await;
    let header = "id,username,email,first_name,password,is_active\n";
    let row = |name: &str, active: &str| {
        format!(
            "{header}7,jane,jane@example.com,{name},$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0,{active}\n"
        )
    };
    let options = options(Format::Django);
    let done = import(t, &s.pool, &options, &row("Jane", "t")).await;
    assert_eq!(outcomes(&done), [Outcome::Created]);
    let before = stored(t).await;
    let done = import(t, &s.pool, &options, &row("Joan", "f")).await;
    assert_eq!(outcomes(&done), [Outcome::Differs]);
    assert_eq!(
        done[0].reason.as_deref(),
        Some("differs in given_name, enabled")
    );
    assert_eq!(stored(t).await, before);
    let update = Wishes {
        update: true,
        ..Wishes::default()
    };
    let planned = Wishes {
        dry_run: true,
        ..update.clone()
    };
    let plan = import_by(t, &s.pool, &options, &planned, &row("Joan", "f"), 300).await;
    assert_eq!(stored(t).await, before);
    let done = import_by(t, &s.pool, &options, &update, &row("Joan", "f"), 300).await;
    assert_eq!(told(&plan), told(&done));
    assert_eq!(outcomes(&done), [Outcome::Updated]);
    let name = json!({"UserPoolId": s.pool, "Username": "jane"});
    let jane = t.ok("AdminGetUser", name.clone()).await;
    assert_eq!(jane["Enabled"], false);
    t.ok("AdminEnableUser", name).await;
    comes_in(t, &s, "jane", "test12345").await;
}

#[each_engine]
async fn one_row_that_is_in_the_way_keeps_no_other_out(t: &TestApp) {
    let s = target(t).await;
    // Taken by a user of the pool's own.
    let taken = json!([{"Name": "email", "Value": "d2@example.com"}, {"Name": "email_verified", "Value": "true"}]);
    user_with(t, &s.pool, "here", taken).await;
    let mut options = options(Format::Django);
    options.assume_verified = true;
    let rows: Vec<String> = (0..5)
        .map(|n| format!("{n},d{n},d{n}@example.com,Dee\n"))
        .collect();
    let text = format!("id,username,email,first_name\n{}", rows.concat());
    let done = import_by(t, &s.pool, &options, &Wishes::default(), &text, 3).await;
    let mut expected = [Outcome::Created; 5];
    expected[2] = Outcome::Refused;
    assert_eq!(outcomes(&done), expected);
    assert_eq!(
        (done[2].line, done[2].reason.as_deref()),
        (
            4,
            Some("the e-mail address is another user's name to sign in with"),
        )
    );
    // One audit row for each portion, with the users who came into being.
    let audit = t
        .app
        .store
        .rows(
            "SELECT doc FROM audit WHERE doc LIKE '%ImportUsers%'",
            Vec::new(),
        )
        .await
        .unwrap();
    let born: Vec<usize> = audit
        .iter()
        .map(|row| {
            let doc: Value = serde_json::from_str(row.text(0).unwrap()).unwrap();
            doc["born"].as_array().unwrap().len()
        })
        .collect();
    let mut sorted = born.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [2, 2]);
}

#[each_engine]
async fn an_import_that_was_cut_off_goes_on_by_running_again(t: &TestApp) {
    let s = target(t).await;
    let rows: Vec<String> = (0..40)
        .map(|n| {
            format!(
                "{n},u{n},u{n}@example.com,{},staff\n",
                if n % 2 == 0 { "a" } else { "b" }
            )
        })
        .collect();
    let header = "id,username,email,first_name,groups\n";
    let mut options = options(Format::Django);
    options.map.push("groups=groups".parse().unwrap());
    // As much as was read before the end of the process.
    let begun = format!("{header}{}", rows[..17].concat());
    import_by(t, &s.pool, &options, &Wishes::default(), &begun, 5).await;
    let whole = format!("{header}{}", rows.concat());
    let done = import_by(t, &s.pool, &options, &Wishes::default(), &whole, 7).await;
    let unchanged = done.iter().filter(|row| row.outcome == Outcome::Unchanged);
    let created = done.iter().filter(|row| row.outcome == Outcome::Created);
    assert_eq!((unchanged.count(), created.count()), (17, 23));
    let members = json!({"UserPoolId": s.pool, "GroupName": "staff", "Limit": 60});
    let members = t.ok("ListUsersInGroup", members).await;
    assert_eq!(members["Users"].as_array().unwrap().len(), 40);
    let described = t
        .ok("DescribeUserPool", json!({"UserPoolId": s.pool}))
        .await;
    assert_eq!(described["UserPool"]["EstimatedNumberOfUsers"], 40);
}

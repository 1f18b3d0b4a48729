//! A backup of a server that goes on working.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{Archive, Empty, On, cell_text};
use crate::site::*;

async fn writes_do_not_tear_it(on: On, name: &str) {
    let there = Empty::on(on, name).await;
    let server = there.start().await;
    let site = site(
        &server.raw(),
        json!({ "AliasAttributes": ["email"] }),
        json!({}),
    )
    .await;
    let group = json!({ "UserPoolId": site.pool, "GroupName": "g" });
    server.raw().ok("CreateGroup", group).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    // Users come with a name, an address and a group, change their address, and go.
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let (raw, stop, pool) = (server.raw(), stop.clone(), site.pool.clone());
            tokio::spawn(async move {
                let mut made = 0;
                while !stop.load(Ordering::Relaxed) {
                    let name = format!("u{writer}-{made}");
                    let mail = |n| json!([{ "Name": "email", "Value": format!("{name}.{n}@example.com") }, { "Name": "email_verified", "Value": "true" }]);
                    user(&raw, &pool, &name, mail(0)).await;
                    let of = json!({ "UserPoolId": pool, "Username": name });
                    raw.ok("AdminAddUserToGroup", with(of.clone(), &json!({ "GroupName": "g" }))).await.unwrap();
                    let update = with(of.clone(), &json!({ "UserAttributes": mail(1) }));
                    raw.ok("AdminUpdateUserAttributes", update).await.unwrap();
                    if made % 2 == 0 {
                        raw.ok("AdminDeleteUser", of).await.unwrap();
                    }
                    made += 1;
                }
                made
            })
        })
        .collect();
    let mut archives = Vec::new();
    for _ in 0..8 {
        archives.push(Archive::of(&server, &[]).await);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        assert!(writer.await.unwrap() > 3);
    }
    let mut sizes = BTreeSet::new();
    for archive in &archives {
        agree(archive);
        sizes.insert(archive.rows("users").len());
    }
    assert!(sizes.len() > 1, "nothing was written meanwhile: {sizes:?}");
    archives.last().unwrap().verify().await.unwrap();
    server.stop().await;
    there.forget();
}

/// A user has its name and its address among the logins, its searched attributes, and is a member if it is there for long;
/// nothing of a user is there without it, and the counters say how many there are.
fn agree(archive: &Archive) {
    let mut logins: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in archive.rows("logins") {
        let (name, kind, user) = (cell_text(&row[1]), cell_text(&row[2]), cell_text(&row[3]));
        logins
            .entry(user.to_owned())
            .or_default()
            .push(format!("{kind} {name}"));
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in archive.rows("user_attrs") {
        let (attr, value, user) = (cell_text(&row[1]), cell_text(&row[2]), cell_text(&row[3]));
        found
            .entry(user.to_owned())
            .or_default()
            .push(format!("{attr} {value}"));
    }
    let users = archive.rows("users");
    let ids: BTreeSet<_> = users
        .iter()
        .map(|row| cell_text(&row[1]).to_owned())
        .collect();
    assert_eq!(logins.keys().cloned().collect::<BTreeSet<_>>(), ids);
    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), ids);
    for row in &users {
        let (id, name, doc) = (cell_text(&row[1]), cell_text(&row[2]), cell_text(&row[5]));
        let all = &logins[id];
        assert!(all.contains(&format!("username {name}")), "{all:?}");
        let mail = all.iter().find_map(|login| login.strip_prefix("email "));
        let mail = mail.unwrap_or_else(|| panic!("{name} has no address: {all:?}"));
        assert!(doc.contains(mail), "{doc} is not of {mail}");
        assert!(
            found[id].contains(&format!("email {mail}")),
            "{:?}",
            found[id]
        );
    }
    let counted: i64 = archive
        .rows("user_counts")
        .iter()
        .map(|row| match row[2] {
            cognate_moving::archive::Cell::Int(n) => n,
            _ => panic!("no number"),
        })
        .sum();
    assert_eq!(counted, i64::try_from(users.len()).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_do_not_tear_a_backup_on_sqlite() {
    writes_do_not_tear_it(On::Sqlite, "live-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn writes_do_not_tear_a_backup_on_postgresql() {
    writes_do_not_tear_it(On::Postgres, "live-p").await;
}

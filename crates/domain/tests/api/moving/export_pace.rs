//! Exports of many users while others write.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cognate_crypto::random;
use cognate_domain::records::pool::Pool;
use cognate_domain::records::user::{self, User};
use cognate_moving::export::Format;
use cognate_shapes::UserStatusType;
use cognate_store::Batch;
use each_engine::each_engine;
use serde_json::json;

use super::exporting::*;
use crate::support::TestApp;
use crate::support::users::pool;

const STABLE: usize = 5_000;

fn new_user(pool: &Pool, id: String, at: i64) -> User {
    let attributes = BTreeMap::from([("name".to_owned(), format!("n{id}"))]);
    let name = format!("u-{id}");
    User::new(pool, id, &name, attributes, UserStatusType::Confirmed, at)
}

async fn create(t: &TestApp, pool: &Pool, users: &[User]) {
    for portion in users.chunks(250) {
        let batch = portion.iter().fold(Batch::new(), |batch, new| {
            user::create(batch, pool, new).unwrap()
        });
        t.app.store.commit(batch).await.unwrap();
    }
}

#[each_engine]
async fn a_file_is_of_one_moment_while_others_write(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let pool = t.app.cached_pool(&id).await.unwrap().unwrap();
    let now = t.app.clock.service();
    let some = |n: usize| -> Vec<User> {
        (0..n)
            .map(|_| new_user(&pool, random::uuid_v4(), now))
            .collect()
    };
    let (mut stable, passing) = (some(STABLE), some(500));
    stable.sort_by(|a, b| a.id.cmp(&b.id));
    let left: Vec<_> = passing.iter().rev().map(|user| user.id.clone()).collect();
    create(t, &pool, &stable).await;
    create(t, &pool, &passing).await;

    let stop = Arc::new(AtomicBool::new(false));
    // One who comes, goes, changes and joins, as fast as the database lets them.
    let writer = {
        let (app, pool, stop) = (t.app.clone(), pool.clone(), stop.clone());
        let (changed, mut leaving) = (stable.clone(), passing);
        tokio::spawn(async move {
            let mut writes = 0_usize;
            let mut came = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let new = new_user(&pool, random::uuid_v4(), now);
                let batch = user::create(Batch::new(), &pool, &new).unwrap();
                app.store.commit(batch).await.unwrap();
                came.push(new.id);
                if let Some(user) = leaving.pop() {
                    let before = User::by_id(&app.store, &pool, &user.id)
                        .await
                        .unwrap()
                        .unwrap();
                    let batch = user::delete(Batch::new(), &pool, &before, now);
                    app.store.commit(batch).await.unwrap();
                }
                // The first and the last user in one commit: the file has both as they were before it, or after.
                let mut batch = Batch::new();
                for user in [&changed[0], &changed[changed.len() - 1]] {
                    let before = User::by_id(&app.store, &pool, &user.id).await;
                    let before = before.unwrap().unwrap();
                    let mut after = before.clone();
                    let value = format!("written {writes} times");
                    after.doc.attributes.insert("name".to_owned(), value);
                    batch = user::save(batch, &pool, &before, &after).unwrap();
                }
                app.store.commit(batch).await.unwrap();
                writes += 1;
            }
            (writes, came, leaving)
        })
    };
    let (text, tally) = secret(t, ask(&id, Format::Jsonl, &[])).await;
    stop.store(true, Ordering::Relaxed);
    let (writes, came, staying) = writer.await.unwrap();
    assert!(writes > 2, "{writes}");
    let file = lines(&text);
    let mut times: HashMap<&str, usize> = HashMap::new();
    for user in &file.users {
        *times.entry(user.sub.as_deref().unwrap()).or_default() += 1;
    }
    assert!(times.values().all(|n| *n == 1));
    for user in &stable {
        assert_eq!(times.get(user.id.as_str()), Some(&1));
    }
    let ends = [&stable[0], &stable[STABLE - 1]].map(|user| {
        let found = file.users.iter();
        let mut found = found.filter(|one| one.sub.as_deref() == Some(&user.id));
        found.next().unwrap().attributes["name"].clone()
    });
    assert_eq!(ends[0].contains("written"), ends[1].contains("written"));
    if ends[0].contains("written") {
        assert_eq!(ends[0], ends[1]);
    }
    // Of those who came some first ones, of those who left all but some first ones, and as many.
    let is_there = |id: &String| times.contains_key(id.as_str());
    let there = came.iter().take_while(|id| is_there(id)).count();
    assert!(!came[there..].iter().any(is_there), "of {}", came.len());
    let gone = left.iter().take_while(|id| !is_there(id)).count();
    assert!(left[gone..].iter().all(is_there));
    assert!(gone + staying.len() <= left.len());
    // One comes, then one goes.
    assert!(
        gone == left.len() || there.abs_diff(gone) <= 1,
        "{there} {gone}"
    );
    assert_eq!(tally.users, u64::try_from(file.users.len()).unwrap());
    assert_eq!(file.end.users, tally.users);
}

#[each_engine]
async fn what_is_made_after_the_begin_is_not_in_it(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let pool = t.app.cached_pool(&id).await.unwrap().unwrap();
    let now = t.app.clock.service();
    let users: Vec<_> = (0..450)
        .map(|_| new_user(&pool, random::uuid_v4(), now))
        .collect();
    create(t, &pool, &users).await;
    let last = users.iter().max_by(|a, b| a.id.cmp(&b.id)).unwrap();

    let mut export = begin(t, &ask(&id, Format::Jsonl, &[])).await.unwrap();
    let mut file = Vec::new();
    // The groups, of which there are none, and the first users.
    for _ in 0..2 {
        file.extend(export.next().await.unwrap().unwrap());
    }
    for name in ["late", "unused"] {
        let group = json!({"UserPoolId": id, "GroupName": name});
        t.ok("CreateGroup", group).await;
    }
    let member = json!({"UserPoolId": id, "GroupName": "late", "Username": last.username});
    t.ok("AdminAddUserToGroup", member).await;
    while let Some(piece) = export.next().await.unwrap() {
        file.extend(piece);
    }
    let file = lines(std::str::from_utf8(&file).unwrap());
    assert!(file.user(&last.username).groups.is_empty());
    assert!(file.groups.is_empty());
    let ids: HashSet<_> = file.users.iter().map(|user| user.sub.clone()).collect();
    assert_eq!(ids.len(), 450);
    assert_eq!((file.end.users, file.end.groups), (450, 0));
}

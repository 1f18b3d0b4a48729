//! Exports of users, and imports of files of other systems, from their bytes to sign-ins.

mod applied;
mod export;
mod export_contents;
mod export_pace;
mod exporting;
mod hostile;
mod round_trip;
mod sources;

use cognate_crypto::imported::Bounds;
use cognate_domain::moving::apply::ledger::{Done, Ledger, Outcome};
use cognate_domain::moving::apply::{Entry, Given, MOST_ROWS, Wishes, apply};
use cognate_moving::formats::{self, Format, Item, Options};
use serde_json::json;

use crate::support::TestApp;
use crate::support::signin::*;

/// Returns options that take every hash.
fn options(format: Format) -> Options {
    Options {
        bounds: Bounds::WIDE,
        ..Options::new(format)
    }
}

/// Reads a file and applies it as the command does, in portions of so many rows.
async fn import_by(
    t: &TestApp,
    pool: &str,
    options: &Options,
    wishes: &Wishes,
    text: &str,
    portion: usize,
) -> Vec<Done> {
    let mut wishes = wishes.clone();
    let mut done = Vec::new();
    let mut rows = Vec::new();
    let mut input = text.as_bytes();
    formats::read(&mut input, options, &mut |row| {
        match row.item {
            Ok(Item::Header(header)) => wishes.from_pool = Some(header.pool_id),
            Ok(Item::Group(group)) => rows.push((row.line, Entry::Group(group))),
            Ok(Item::User(user)) => rows.push((row.line, Entry::User(user))),
            Ok(Item::Passed(_)) => {}
            Err(why) => done.push(Done::refused(row.line, "", why)),
        }
        true
    })
    .unwrap();
    let mut ledger = Ledger::default();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part = rows.by_ref().take(portion);
        let part = part.map(|(line, entry)| Given { line, entry }).collect();
        let now = t.app.clock.service();
        let applied = apply(&t.app.store, &t.app.root, now, pool, &wishes, part);
        for mut row in applied.await.unwrap() {
            if wishes.dry_run {
                ledger.settle(&mut row);
            }
            done.push(row);
        }
    }
    t.app.cache.forget(pool, None);
    done
}

async fn import(t: &TestApp, pool: &str, options: &Options, text: &str) -> Vec<Done> {
    import_by(t, pool, options, &Wishes::default(), text, MOST_ROWS).await
}

/// Returns what became of each row.
fn outcomes(done: &[Done]) -> Vec<Outcome> {
    done.iter().map(|row| row.outcome).collect()
}

/// Returns line, outcome and reason of each row, for comparisons.
fn told(done: &[Done]) -> Vec<(u64, Outcome, Option<String>, Vec<String>)> {
    let told = done.iter();
    told.map(|row| (row.line, row.outcome, row.reason.clone(), row.notes.clone()))
        .collect()
}

/// Everything that an import may write, as it is stored.
async fn stored(t: &TestApp) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT pool_id || user_id || username || status || doc, credential FROM users ORDER BY pool_id, user_id",
        "SELECT pool_id || name || kind || user_id, NULL FROM logins ORDER BY pool_id, name",
        "SELECT pool_id || attr || value || user_id, NULL FROM user_attrs ORDER BY pool_id, attr, value, user_id",
        "SELECT pool_id || name || group_id, NULL FROM user_groups ORDER BY pool_id, name",
        "SELECT pool_id || group_id || user_id, NULL FROM group_members ORDER BY pool_id, group_id, user_id",
        "SELECT pool_id || user_id, seed FROM software_tokens ORDER BY pool_id, user_id",
        "SELECT pool_id || credential_id || user_id || doc, public_key FROM passkeys ORDER BY pool_id, credential_id",
        "SELECT pool_id || link_key || user_id, NULL FROM provider_links ORDER BY pool_id, link_key",
        "SELECT pool_id || doc, NULL FROM pools ORDER BY pool_id",
        "SELECT pool_id || doc, NULL FROM audit ORDER BY pool_id, at, audit_id",
    ] {
        for row in t.app.store.rows(sql, Vec::new()).await.unwrap() {
            let bytes = row.opt_bytes(1).unwrap().map(<[u8]>::to_vec);
            all.push(format!("{} {bytes:?}", row.text(0).unwrap()));
        }
    }
    all
}

/// Signs in with a password, refuses another before, and signs in by SRP after: the hash was replaced.
async fn comes_in(t: &TestApp, s: &Site, name: &str, password: &str) {
    let wrong = by_password(&s.client, name, "Wrong-1");
    assert_eq!(t.call("InitiateAuth", wrong).await, Err(refusal(WRONG)));
    let right = by_password(&s.client, name, password);
    let answer = t.ok("InitiateAuth", right).await;
    assert!(
        answer["AuthenticationResult"].is_object(),
        "{name}: {answer}"
    );
    by_srp(t, s, name, password).await;
}

async fn by_srp(t: &TestApp, s: &Site, name: &str, password: &str) {
    let started = Srp::start(t, &s.client, name).await.unwrap();
    let proof = verify(&s.client, started.responses(&s.pool, password));
    let answer = t.ok("RespondToAuthChallenge", proof).await;
    assert!(
        answer["AuthenticationResult"].is_object(),
        "{name}: {answer}"
    );
}

/// A pool whose users sign in by name or by e-mail address, with an attribute of its own.
async fn target(t: &TestApp) -> Site {
    let settings = json!({
        "AliasAttributes": ["email"],
        "Schema": [
            {"Name": "plan", "AttributeDataType": "String", "Mutable": true},
            {"Name": "dept", "AttributeDataType": "String", "Mutable": true},
        ],
    });
    site_with(t, settings, json!({})).await
}

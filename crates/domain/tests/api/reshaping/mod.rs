//! `cognate pool plan-change`: plans, decisions, changes, and the way back.

mod attributes;
mod blocked;
mod hostile;
mod names;
mod race;
mod undo;

use std::collections::BTreeMap;

use cognate_domain::Fault;
use cognate_domain::reshaping::{self, change::Ground};
use cognate_store::params;
use serde_json::{Value, json};

use crate::support::TestApp;

pub fn ground(t: &TestApp) -> Ground<'_> {
    Ground {
        store: &t.app.store,
        root: &t.app.root,
        now: t.app.clock.service(),
        lease: 0,
    }
}

pub fn told<T>(done: Result<T, Fault>) -> Result<T, String> {
    done.map_err(|fault| match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "stale".to_owned(),
        Fault::Internal(detail) => format!("internal: {detail}"),
    })
}

/// Does what is to do, and lets this node see it at once.
pub async fn drive(t: &TestApp, pool: &str) -> Value {
    told(reshaping::drive(ground(t), pool).await).unwrap();
    t.app.cache.forget(pool, None);
    status(t, pool).await
}

pub async fn status(t: &TestApp, pool: &str) -> Value {
    told(reshaping::status(ground(t), pool, None, 0).await).unwrap()
}

pub async fn planned(t: &TestApp, pool: &str, words: &[&str]) -> Value {
    let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
    let id = told(reshaping::plan(ground(t), pool, &words).await).unwrap();
    let status = drive(t, pool).await;
    assert_eq!(status["plan"], json!(id));
    assert_eq!(status["state"], "planned", "{status}");
    status
}

/// Returns the text of a decision file.
pub fn file(plan: &Value, decisions: &[(&str, Value)]) -> String {
    let decisions: BTreeMap<_, _> = decisions.iter().cloned().collect();
    json!({"plan": plan["plan"], "hash": plan["hash"], "decisions": decisions}).to_string()
}

pub async fn try_apply(
    t: &TestApp,
    pool: &str,
    plan: &Value,
    file: Option<&str>,
) -> Result<(), String> {
    let id = plan["plan"].as_str().unwrap();
    told(reshaping::apply(ground(t), pool, id, file).await)
}

/// Applies a plan with the same kind of decision for each conflict.
pub async fn applied(t: &TestApp, pool: &str, plan: &Value, decisions: &[(&str, Value)]) -> Value {
    let text = file(plan, decisions);
    try_apply(t, pool, plan, Some(&text)).await.unwrap();
    let status = drive(t, pool).await;
    assert_eq!(status["state"], "applied", "{status}");
    status
}

pub async fn undone(t: &TestApp, pool: &str, plan: &Value) -> Value {
    let id = plan["plan"].as_str().unwrap();
    told(reshaping::undo(ground(t), pool, id).await).unwrap();
    let status = drive(t, pool).await;
    assert_eq!(status["state"], "undone", "{status}");
    status
}

pub async fn finished(t: &TestApp, pool: &str, plan: &Value) -> Value {
    let id = plan["plan"].as_str().unwrap();
    told(reshaping::finish(ground(t), pool, id).await).unwrap();
    let status = drive(t, pool).await;
    assert_eq!(status["state"], "finished", "{status}");
    status
}

/// Returns the kinds of the conflicts of a plan, with what they are about.
pub fn kinds(plan: &Value) -> Vec<(String, String)> {
    let list = plan["conflicts"].as_array().unwrap().iter();
    list.map(|conflict| {
        let about = conflict.get("attribute").or_else(|| conflict.get("name"));
        let about = about.and_then(Value::as_str).unwrap_or_default();
        (
            conflict["kind"].as_str().unwrap().to_owned(),
            about.to_owned(),
        )
    })
    .collect()
}

pub fn only<'a>(plan: &'a Value, kind: &str) -> &'a Value {
    let list: Vec<_> = plan["conflicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["kind"] == kind)
        .collect();
    assert_eq!(list.len(), 1, "{kind}: {plan}");
    list[0]
}

pub fn id(conflict: &Value) -> &str {
    conflict["id"].as_str().unwrap()
}

const ROWS: [&str; 4] = [
    "SELECT user_id, username, status, enabled, doc, credential, modified FROM users WHERE pool_id = ?1 ORDER BY user_id",
    "SELECT name, kind, user_id FROM logins WHERE pool_id = ?1 ORDER BY name",
    "SELECT attr, value, user_id FROM user_attrs WHERE pool_id = ?1 ORDER BY attr, value, user_id",
    "SELECT group_id, user_id FROM group_members WHERE pool_id = ?1 ORDER BY group_id, user_id",
];

/// Returns the rows of a pool's users.
pub async fn rows(t: &TestApp, pool: &str) -> Vec<String> {
    let mut all = Vec::new();
    for sql in ROWS {
        for row in t.app.store.rows(sql, params![pool]).await.unwrap() {
            all.push(format!("{row:?}"));
        }
    }
    all
}

/// Returns the names of a pool with their users, without the marks of spaces, in one space only.
pub async fn logins(t: &TestApp, pool: &str) -> Vec<(String, String)> {
    let rows = t.app.store.rows(ROWS[1], params![pool]).await.unwrap();
    let list = rows.iter().map(|row| {
        let name = row
            .text(0)
            .unwrap()
            .rsplit('\u{1}')
            .next()
            .unwrap()
            .to_owned();
        (name, row.text(2).unwrap().to_owned())
    });
    list.collect()
}

/// Returns the number of audit rows of the command about users.
pub async fn audited(t: &TestApp, pool: &str, sub: &str) -> usize {
    let sql = "SELECT doc FROM audit WHERE pool_id = ?1";
    let rows = t.app.store.rows(sql, params![pool]).await.unwrap();
    let about = |doc: &str| doc.contains("\"PlanChange\"") && doc.contains(sub);
    rows.iter()
        .filter(|row| about(row.text(0).unwrap()))
        .count()
}

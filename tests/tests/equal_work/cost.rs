//! The cost of a call and its answer, in forms that can be compared.

use std::collections::BTreeSet;

use cognate_testkit::{Reply, TestServer};
use serde_json::{Value, json};

/// Reads the client that a request names and its pool into the cache now: on a busy machine they would be read again in the
/// middle of a call whose reads are counted.
pub async fn hold(server: &TestServer, input: &Value) {
    let app = &server.state().app;
    let id = input["ClientId"].as_str().unwrap();
    let client = app.cached_client(id).await.unwrap().unwrap();
    app.cache.forget(&client.pool_id, Some(id));
    app.cached_client(id).await.unwrap();
    app.cached_pool(&client.pool_id).await.unwrap();
}

/// The cost of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub fixed_base: u64,
    pub variable_base: u64,
    pub reads: u64,
    pub commits: u64,
    pub statements: u64,
    pub trips: u64,
    pub messages: i64,
}

impl Cost {
    fn least(self, other: Self) -> Self {
        Self {
            fixed_base: self.fixed_base.min(other.fixed_base),
            variable_base: self.variable_base.min(other.variable_base),
            reads: self.reads.min(other.reads),
            commits: self.commits.min(other.commits),
            statements: self.statements.min(other.statements),
            trips: self.trips.min(other.trips),
            messages: self.messages.min(other.messages),
        }
    }
}

/// One call of a script: its name, its cost and its answer.
pub struct Step {
    pub name: String,
    pub cost: Cost,
    pub shape: Shape,
}

/// The parts of an answer that must be the same for a user and for an unknown name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    status: u16,
    headers: BTreeSet<String>,
    /// Errors whole; of a success the names and types, and the lengths of texts that have one length.
    body: Value,
}

impl Shape {
    pub fn of(reply: &Reply) -> Self {
        let body = reply.json();
        let body = if reply.status == 200 {
            skeleton("", &body)
        } else {
            body
        };
        let headers = reply
            .headers
            .keys()
            .map(|name| name.as_str().to_owned())
            .collect();
        Self {
            status: reply.status.as_u16(),
            headers,
            body,
        }
    }
}

fn skeleton(name: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), skeleton(name, value)));
            Value::Object(members.collect())
        }
        // A user name is a text of any length, a number can have leading zeros; these two differ in length by nature.
        // SECRET_BLOCK holds both, so only its size in kilobytes is compared.
        Value::String(_) if ["USERNAME", "USER_ID_FOR_SRP", "SRP_B", "SALT"].contains(&name) => {
            json!("text")
        }
        Value::String(text) if name == "SECRET_BLOCK" => json!(text.len() / 1024),
        Value::String(text) if name == "Destination" => json!([mask(text)]),
        Value::String(text) if text.len() < 40 => json!(text),
        Value::String(text) => json!(text.len()),
        other => other.clone(),
    }
}

/// Returns a masked address with its letters and digits made equal.
fn mask(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_alphabetic() {
                'a'
            } else if c.is_numeric() {
                '0'
            } else {
                c
            }
        })
        .collect()
}

/// Returns the least cost of each step over the runs of one script. The shapes must not vary from run to run.
fn summary(runs: Vec<Vec<Step>>) -> Vec<Step> {
    let mut runs = runs.into_iter();
    let mut first = runs.next().unwrap();
    for run in runs {
        assert_eq!(run.len(), first.len());
        for (step, again) in first.iter_mut().zip(run) {
            assert_eq!((&step.name, &step.shape), (&again.name, &again.shape));
            step.cost = step.cost.least(again.cost);
        }
    }
    first
}

/// Checks that each step of both scripts had the same cost and shape.
pub fn compare(about: &str, known: Vec<Vec<Step>>, unknown: Vec<Vec<Step>>) {
    for (known, unknown) in summary(known).into_iter().zip(summary(unknown)) {
        println!("{about}: {}: {:?}", known.name, known.cost);
        assert_eq!(known.name, unknown.name);
        assert_eq!(known.cost, unknown.cost, "{about}: {}", known.name);
        assert_eq!(known.shape, unknown.shape, "{about}: {}", known.name);
    }
}

//! What a plan of Terraform or OpenTofu (`show -json PLAN`) wants to change of Cognito without the configuration having
//! changed: the field, what the service made of it, and the line that ends it.

pub mod causes;
mod configuration;
pub mod differences;
mod matching;

use serde_json::{Map, Value, json};

use crate::hcl::{Body, Expression};
use causes::{Cause, Remedy};
use configuration::Configured;
use differences::{Difference, Step};

/// What is said of a plan.
#[derive(Debug, Default)]
pub struct Report {
    /// The resources of Cognito that change in place or are made anew.
    pub changing: usize,
    /// What changes and is not set in the configuration, or is a known cause.
    pub findings: Vec<Finding>,
    /// How many differences the configuration asks for.
    pub configured: usize,
}

/// A difference that no change of the configuration made.
#[derive(Debug)]
pub struct Finding {
    /// The resource.
    pub address: String,
    /// The field.
    pub field: String,
    /// What is there; secrets are masked.
    pub there: Value,
    /// What the plan makes of it.
    pub planned: Value,
    /// True if the resource is destroyed for it and made anew.
    pub replaces: bool,
    /// Why, if it is known.
    pub cause: Option<&'static Cause>,
    /// What to add to the resource in the configuration.
    pub line: String,
}

impl Finding {
    /// Returns the finding as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "address": self.address,
            "field": self.field,
            "there": self.there,
            "planned": self.planned,
            "replaces": self.replaces,
            "known": self.cause.is_some(),
            "why": self.why(),
            "source": self.cause.map(|cause| cause.source),
            "add": self.line,
        })
    }

    /// Says why.
    pub fn why(&self) -> &'static str {
        self.cause.map_or(
            "it is not set in the configuration: it was set elsewhere, or is a default that is not known here",
            |cause| cause.why,
        )
    }
}

/// What stands for a secret.
const MASK: &str = "(secret)";
/// The members that are secret, whatever the plan says.
const SECRETS: [&str; 5] = [
    "client_secret",
    "private_key",
    "password",
    "temporary_password",
    "secret",
];

/// Reads a plan.
///
/// # Errors
/// A text for a person: what it is instead.
pub fn explain(document: &Value) -> Result<Report, String> {
    let has = |name| document.get(name).is_some();
    if !has("resource_changes") && !has("planned_values") {
        let what = match has("resources") || has("values") {
            true => {
                "this is a state: give a plan (`terraform plan -out=PLAN`, then `terraform show -json PLAN`)"
            }
            false => {
                "this is no plan: `terraform plan -out=PLAN`, then `terraform show -json PLAN`"
            }
        };
        return Err(what.to_owned());
    }
    if document.get("errored") == Some(&json!(true)) {
        return Err("the plan ended with an error and is not complete".to_owned());
    }
    let changes = document.get("resource_changes").and_then(Value::as_array);
    let mut report = Report::default();
    for change in changes.into_iter().flatten() {
        of_resource(document, change, &mut report);
    }
    Ok(report)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn of_resource(document: &Value, resource: &Value, report: &mut Report) {
    let kind = text(resource, "type").strip_prefix("aws_cognito_");
    let (Some(kind), Some(change)) = (kind, resource.get("change")) else {
        return;
    };
    let actions = change.get("actions").and_then(Value::as_array);
    let does =
        |name: &str| actions.is_some_and(|actions| actions.iter().any(|action| action == name));
    let replaces = does("create") && does("delete");
    if text(resource, "mode") == "data" || !(does("update") || replaces) {
        return;
    }
    report.changing += 1;
    let address = text(resource, "address");
    let nothing = Value::Null;
    let member = |name: &str| change.get(name).unwrap_or(&nothing);
    let (before, after) = (member("before"), member("after"));
    let found = differences::between(before, after, member("after_unknown"));
    let configured = Configured::of(document, address);
    for difference in found {
        let cause = matching::find(kind, &difference, before);
        // Without a cause false and 0 are what the provider keeps in the place of nothing.
        let same = matching::is_zero(&difference.there) && matching::is_zero(&difference.planned);
        if cause.is_none() && same {
            continue;
        }
        if cause.is_none() && configured.has(&difference.path) {
            report.configured += 1;
            continue;
        }
        let secret = differences::is_marked(&difference.path, member("before_sensitive"))
            || differences::is_marked(&difference.path, member("after_sensitive"))
            || difference
                .path
                .iter()
                .any(|step| SECRETS.contains(&step.name()));
        let field = differences::shown(&difference.path);
        let there = masked(&difference.there, secret);
        let line = match secret || holds_secret(&there) {
            // What stands for it would be the secret itself after the next apply.
            true => ignored(&difference),
            false => line(&difference, cause),
        };
        report.findings.push(Finding {
            address: address.to_owned(),
            replaces: replaces && is_replaced(member("replace_paths"), &difference.path),
            field,
            there,
            planned: masked(&difference.planned, secret),
            cause,
            line,
        });
    }
}

/// True if the plan names the path, or what it is in, among those for which the resource is made anew.
fn is_replaced(paths: &Value, path: &[Step]) -> bool {
    let names = |place: &Value| place.as_str() == path.first().map(Step::name);
    let paths = paths.as_array();
    paths.is_some_and(|paths| paths.iter().any(|place| place.get(0).is_some_and(names)))
}

fn masked(value: &Value, secret: bool) -> Value {
    match value {
        Value::Null => Value::Null,
        _ if secret => MASK.into(),
        Value::Object(members) => {
            let masked = members.iter().map(|(name, value)| {
                let value = masked(value, SECRETS.contains(&name.as_str()));
                (name.clone(), value)
            });
            Value::Object(masked.collect())
        }
        Value::Array(items) => items.iter().map(|item| masked(item, false)).collect(),
        other => other.clone(),
    }
}

/// True if a value has a secret in it by the names of its members.
fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            (SECRETS.contains(&name.as_str()) && !value.is_null()) || holds_secret(value)
        }),
        Value::Array(items) => items.iter().any(holds_secret),
        _ => false,
    }
}

/// Returns the lines by which a difference is ignored.
fn ignored(difference: &Difference) -> String {
    let root = difference.path.first().map(Step::name).unwrap_or_default();
    let place = match difference.path.get(1) {
        Some(Step::Name(key)) if differences::is_table(root) => {
            format!("{root}[{}]", crate::hcl::quoted(key))
        }
        _ => root.to_owned(),
    };
    format!("lifecycle {{\n  ignore_changes = [{place}]\n}}")
}

/// Returns what to add to the configuration.
fn line(difference: &Difference, cause: Option<&'static Cause>) -> String {
    match cause.map(|cause| cause.remedy) {
        Some(Remedy::Ignore) => ignored(difference),
        Some(Remedy::Say(line)) => line.to_owned(),
        Some(Remedy::Keep) | None => {
            let mut body = Body::default();
            write(&difference.path, &difference.there, &mut body);
            body.lines().trim_end().to_owned()
        }
    }
}

/// Writes what is there at a path as configuration.
fn write(path: &[Step], value: &Value, out: &mut Body) {
    let Some((step, rest)) = path.split_first() else {
        return;
    };
    let name = step.name();
    match step {
        // The item of a list of blocks, which the block around it says.
        Step::Item(label) => {
            if let Some((key, text)) = label {
                out.text(key, text);
            }
            match rest.is_empty() {
                true => items(value, out),
                false => write(rest, value, out),
            }
        }
        Step::Name(_) if matches!(rest.first(), Some(Step::Item(_))) => {
            let mut inner = Body::default();
            write(rest, value, &mut inner);
            out.block(name, &[], inner);
        }
        Step::Name(_) if rest.is_empty() => one(name, value, out),
        // The member of a table.
        Step::Name(_) => {
            let mut table = Map::new();
            let names: Vec<&str> = rest.iter().map(Step::name).collect();
            table.insert(names.join("."), value.clone());
            out.set(name, Expression::Value(table.into()));
        }
    }
}

fn one(name: &str, value: &Value, out: &mut Body) {
    match value {
        Value::Array(blocks) if !blocks.is_empty() && blocks.iter().all(Value::is_object) => {
            for block in blocks {
                let mut inner = Body::default();
                items(block, &mut inner);
                out.block(name, &[], inner);
            }
        }
        value => out.set(name, Expression::Value(value.clone())),
    }
}

/// Writes the members of a block that say something.
fn items(block: &Value, out: &mut Body) {
    let members = block.as_object().into_iter().flatten();
    let is_block = |value: &Value| {
        value
            .as_array()
            .is_some_and(|items| items.iter().any(Value::is_object))
    };
    let members: Vec<_> = members
        .filter(|(_, value)| !differences::is_nothing(value))
        .collect();
    for blocks in [false, true] {
        for (name, value) in members
            .iter()
            .filter(|(_, value)| is_block(value) == blocks)
        {
            one(name, value, out);
        }
    }
}

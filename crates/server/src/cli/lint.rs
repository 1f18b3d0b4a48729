//! `cognate lint`: what is dangerous or surprising in the settings of a pool (docs/LINT.md).

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_domain::lint::{Severity, table};
use serde_json::{Value, json};

use super::{FOUND, Reach, format_of_findings, say, text};
use crate::admin::Request;
use crate::settings::config::Config;

/// The status where the command could not run.
pub(super) const NOT_RUN: u8 = 2;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let pool = Arg::new("pool")
        .value_name("POOL")
        .required(true)
        .help("Pool id");
    let deny = Arg::new("deny")
        .long("deny")
        .value_name("SEVERITY")
        .value_parser(["warning", "error"])
        .default_value("error")
        .help("The least severity that makes the command fail");
    let allow = Arg::new("allow")
        .long("allow")
        .value_name("RULE")
        .action(ArgAction::Append)
        .help("Leave a rule out; may be given several times");
    Command::new("lint")
        .about("Say what is dangerous or surprising in the settings of a pool")
        .args([pool, format_of_findings(), deny, allow])
}

/// Runs the command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let allowed: Vec<&str> = matches
        .get_many::<String>("allow")
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if let Some(unknown) = allowed.iter().find(|name| table::rule(name).is_none()) {
        bail!("there is no rule {unknown:?}");
    }
    let pool = text(matches, "pool");
    let mut reach = Reach::new(config)?;
    let found = findings(&mut reach, &pool).await;
    reach.close().await;
    let mut found = found?;
    found.retain(|finding| !allowed.contains(&member(finding, "rule")));
    match text(matches, "format").as_str() {
        "json" => say(&serde_json::to_string_pretty(
            &json!({"pool": pool, "findings": found}),
        )?)?,
        _ => {
            for finding in &found {
                say(&line(finding))?;
            }
        }
    }
    // Those at or above it count.
    let bound = severity(&text(matches, "deny"))?;
    for finding in &found {
        if severity(member(finding, "severity"))? >= bound {
            return Ok(ExitCode::from(FOUND));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn findings(reach: &mut Reach, pool: &str) -> anyhow::Result<Vec<Value>> {
    let mut found = Vec::new();
    loop {
        let request = Request::Lint {
            pool: pool.to_owned(),
            from: found.len(),
        };
        let answer = reach.ask(request).await?;
        let part = answer.get("findings").and_then(Value::as_array);
        let part = part.context("the answer is not understood")?;
        let total = answer.get("total").and_then(Value::as_u64);
        let total = usize::try_from(total.unwrap_or_default())?;
        found.extend(part.iter().cloned());
        if part.is_empty() || found.len() >= total {
            return Ok(found);
        }
    }
}

fn severity(name: &str) -> anyhow::Result<Severity> {
    let mut all = Severity::ALL.into_iter();
    all.find(|severity| severity.name() == name)
        .with_context(|| format!("the severity {name} is not known"))
}

fn member<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Returns a finding as a line. What people chose as names is escaped: it may be made for a terminal.
fn line(finding: &Value) -> String {
    let object = finding.get("object").cloned().unwrap_or_default();
    let (kind, id) = (member(&object, "kind"), member(&object, "id"));
    let which = match object.get("name").and_then(Value::as_str) {
        Some(name) => format!("{name:?} ({id})"),
        None => format!("{id:?}"),
    };
    let why: String = member(finding, "why")
        .chars()
        .flat_map(|c| match c.is_control() {
            true => c.escape_debug().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect();
    format!(
        "{} {} {kind} {which}: {why} => {}",
        member(finding, "severity"),
        member(finding, "rule"),
        member(finding, "setting"),
    )
}

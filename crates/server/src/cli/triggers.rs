//! `cognate triggers`: the calls of functions that a running `dev` recorded.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use http::Method;
use serde_json::Value;

use super::dev::{Endpoint, ask};
use super::{say, text};
use crate::settings::config::Config;
use crate::time_text::rfc3339;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let id = Arg::new("id").required(true).help("Number of the call");
    Command::new("triggers")
        .about("Look at the calls of functions that a running dev recorded")
        .subcommand_required(true)
        .subcommand(Command::new("list").about("List the calls, the newest first"))
        .subcommand(
            Command::new("replay")
                .about("Call a function again with a recorded event and show what it answers")
                .arg(id),
        )
}

/// Asks the server that has the data folder, or without one the one that listens where the settings say.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("list", _)) => {
            let answer = ask(&Endpoint::of(config, None)?, Method::GET, "/_dev/triggers").await?;
            let calls = answer.get("triggers").and_then(Value::as_array);
            for call in calls.into_iter().flatten() {
                say(&line(call))?;
            }
            Ok(())
        }
        Some(("replay", sub)) => {
            let id: u64 = text(sub, "id")
                .parse()
                .context("ID is a number of `list`")?;
            let path = format!("/_dev/triggers/{id}/replay");
            let call = ask(&Endpoint::of(config, None)?, Method::POST, &path).await?;
            say(&line(&call))?;
            let result = call.get("output").or_else(|| call.get("error"));
            say(&format!("{:#}", result.unwrap_or(&Value::Null)))
        }
        _ => bail!("unknown command"),
    }
}

/// Returns a call on one line, without its event.
fn line(call: &Value) -> String {
    let member = |name: &str| match call.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    };
    let time = call.get("time").and_then(Value::as_i64).unwrap_or_default();
    format!(
        "{}\t{}\t{}\t{}\t{}\t{} ms\t{}\t{}",
        member("id"),
        rfc3339(time.saturating_mul(1_000_000)),
        member("source"),
        member("outcome"),
        member("target"),
        member("milliseconds"),
        member("pool"),
        member("arn"),
    )
}

//! `cognate pool plan-change`: what Cognito calls immutable, changed with a plan, decisions and a way back.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_domain::reshaping::wish::WORDS;
use serde_json::{Value, json};

use super::{Reach, say, text};
use crate::admin::Request;
use crate::admin::pool_change::Step;
use crate::settings::config::Config;

/// The longest decision file, in bytes.
const LONGEST_FILE: u64 = 800_000;
/// The time between two looks at a change that a server works on.
const LOOK: Duration = Duration::from_millis(300);

/// Returns the grammar.
pub(super) fn command() -> Command {
    let pool = Arg::new("pool")
        .value_name("POOL")
        .required(true)
        .help("Pool id");
    let plan = || {
        Arg::new("plan")
            .value_name("PLAN")
            .required(true)
            .help("Id that `plan` printed")
    };
    let json = || {
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print JSON")
    };
    let set = Arg::new("set")
        .long("set")
        .value_name("NAME=VALUE")
        .required(true)
        .action(ArgAction::Append)
        .help(format!(
            "A setting as it is to be; repeat it for more: {WORDS}"
        ));
    let decisions = Arg::new("decisions")
        .long("decisions")
        .value_name("FILE")
        .help("JSON file that decides every conflict of the plan");
    let sub = |name: &'static str, about: &'static str| Command::new(name).about(about);
    Command::new("plan-change")
        .about("Change aliases, username attributes, case and attributes of a pool while users sign in")
        .arg(pool)
        .subcommand_required(true)
        .subcommand(
            sub("plan", "Say what stands against a change; nothing is changed")
                .args([set, json()]),
        )
        .subcommand(
            sub("apply", "Carry out a plan; it can be undone until it is finished")
                .args([plan(), decisions, json()]),
        )
        .subcommand(
            sub("undo", "Bring the earlier settings, names and users back").args([plan(), json()]),
        )
        .subcommand(
            sub("finish", "Delete what an undo would need; the change is for good")
                .args([plan(), json()]),
        )
        .subcommand(
            sub("status", "Show how far a change is").args([
                Arg::new("plan")
                    .value_name("PLAN")
                    .help("Id of a plan; else the latest"),
                json(),
            ]),
        )
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let mut reach = Reach::new(config)?;
    let done = steps(&mut reach, matches).await;
    reach.close().await;
    done
}

async fn steps(reach: &mut Reach, matches: &ArgMatches) -> anyhow::Result<()> {
    let pool = text(matches, "pool");
    let (name, sub) = matches.subcommand().context("unknown command")?;
    let plan = || text(sub, "plan");
    let (step, expected) = match name {
        "plan" => {
            let set = sub.get_many::<String>("set").into_iter().flatten();
            let set = set.cloned().collect();
            (Step::Plan { set }, "planned")
        }
        "apply" => {
            let decisions = match sub.get_one::<String>("decisions") {
                Some(file) => Some(read(file)?),
                None => None,
            };
            let plan = plan();
            (Step::Apply { plan, decisions }, "applied")
        }
        "undo" => (Step::Undo { plan: plan() }, "undone"),
        "finish" => (Step::Finish { plan: plan() }, "finished"),
        "status" => {
            let plan = sub.get_one::<String>("plan").cloned();
            let status = status(reach, &pool, plan.as_deref()).await?;
            return show(sub, &status);
        }
        _ => bail!("unknown command"),
    };
    let answer = ask(reach, &pool, step).await?;
    let plan = answer
        .get("plan")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let status = wait(reach, &pool, plan).await?;
    show(sub, &status)?;
    let state = member(&status, "state");
    if state != expected {
        bail!("the change is {state}");
    }
    Ok(())
}

fn read(file: &str) -> anyhow::Result<String> {
    let length = std::fs::metadata(file)
        .with_context(|| format!("cannot read {file}"))?
        .len();
    if length > LONGEST_FILE {
        bail!("{file} is longer than {LONGEST_FILE} bytes");
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))
}

async fn ask(reach: &mut Reach, pool: &str, step: Step) -> anyhow::Result<Value> {
    let pool = pool.to_owned();
    reach.ask(Request::PoolChange { pool, step }).await
}

/// Waits until nothing moves: a server does the work, or this program where it has opened the database itself.
async fn wait(reach: &mut Reach, pool: &str, plan: &str) -> anyhow::Result<Value> {
    loop {
        let found = status(reach, pool, Some(plan)).await?;
        if found.get("moves") != Some(&json!(true)) {
            return Ok(found);
        }
        if reach.opened.is_some() {
            ask(reach, pool, Step::Drive).await?;
        } else {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Returns all that there is to say of a change.
async fn status(reach: &mut Reach, pool: &str, plan: Option<&str>) -> anyhow::Result<Value> {
    let mut whole: Option<Value> = None;
    loop {
        let known = |whole: &Value| {
            whole
                .get("conflicts")
                .and_then(Value::as_array)
                .map_or(0, Vec::len)
        };
        let from = whole.as_ref().map_or(0, known);
        let plan = plan.map(str::to_owned);
        let part = ask(reach, pool, Step::Status { plan, from }).await?;
        let news = part
            .get("conflicts")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let count = part
            .get("conflict_count")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        let last = news.is_empty();
        let found = match whole.take() {
            None => part,
            Some(mut found) => {
                if let Some(list) = found.get_mut("conflicts").and_then(Value::as_array_mut) {
                    list.extend(news);
                }
                found
            }
        };
        if last || known(&found) >= usize::try_from(count).unwrap_or(usize::MAX) {
            return Ok(found);
        }
        whole = Some(found);
    }
}

fn member<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn show(sub: &ArgMatches, status: &Value) -> anyhow::Result<()> {
    if sub.get_flag("json") {
        return say(&serde_json::to_string_pretty(status)?);
    }
    let number = |name: &str| status.get(name).and_then(Value::as_u64).unwrap_or_default();
    say(&format!("plan\t{}", member(status, "plan")))?;
    say(&format!("state\t{}", member(status, "state")))?;
    say(&format!("hash\t{}", member(status, "hash")))?;
    say(&format!(
        "users\t{} read, {} done, {} changed, {} not restored whole",
        number("users"),
        number("done"),
        number("changed_users"),
        number("not_restored")
    ))?;
    if let Some(why) = status.get("blocked").and_then(Value::as_str) {
        say(&format!("blocked\t{why}"))?;
    }
    let list = |name: &str| {
        status
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    for note in list("notes") {
        say(&format!("note\t{}", note.as_str().unwrap_or_default()))?;
    }
    for conflict in list("conflicts") {
        // What users chose is escaped: it may be made for a terminal.
        say(&format!("conflict\t{conflict}"))?;
    }
    if status.get("too_many") == Some(&json!(true)) {
        say("more names collide than are listed")?;
    }
    Ok(())
}

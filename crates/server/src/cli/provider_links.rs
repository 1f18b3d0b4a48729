//! `cognate providers policy` and `cognate providers links`: links between users of providers and users of a pool's own.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::{Reach, ask, say, text};
use crate::admin::Request;
use crate::settings::config::Config;
use crate::time_text::rfc3339;

fn pool() -> Arg {
    Arg::new("pool")
        .value_name("POOL")
        .required(true)
        .help("Pool id")
}

fn id() -> Arg {
    Arg::new("id")
        .value_name("ID")
        .required(true)
        .help("Id of a line of `list`")
}

/// Returns the grammar of `policy`.
pub(super) fn policy_command() -> Command {
    let provider = Arg::new("provider")
        .value_name("PROVIDER")
        .required(true)
        .help("Name of the provider");
    let policy = Arg::new("policy")
        .value_name("POLICY")
        .value_parser(["never", "verified-email", "admin-approval"])
        .help(
            "never: a user of its own, as at the service; verified-email: whoever proves to have an account with the \
             address is linked; admin-approval: an administrator decides",
        );
    Command::new("policy")
        .about("Show or choose what a first sign-in does about users who have an account already")
        .args([pool(), provider, policy])
}

/// Returns the grammar of `links`.
pub(super) fn links_command() -> Command {
    let user = Arg::new("user")
        .long("user")
        .value_name("NAME")
        .help("User to link to; else the one with the address, verified");
    Command::new("links")
        .about("List and decide first sign-ins that wait for an administrator")
        .arg(pool())
        .subcommand(Command::new("list").about("List them as JSON lines, the oldest first"))
        .subcommand(
            Command::new("approve")
                .about("Let an identity sign in as a user of the pool")
                .args([id(), user]),
        )
        .subcommand(
            Command::new("deny")
                .about("Give an identity a user of its own")
                .arg(id()),
        )
}

/// Runs `policy`.
pub(super) async fn policy(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let (pool, provider) = (text(matches, "pool"), text(matches, "provider"));
    let request = match matches.get_one::<String>("policy") {
        Some(policy) => Request::SetLinkingPolicy {
            pool,
            provider,
            policy: policy.clone(),
        },
        None => Request::LinkingPolicy { pool, provider },
    };
    let answer = ask(config, request).await?;
    let member = |name| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    say(&format!("{}\t{}", member("provider"), member("policy")))
}

/// Runs `links`.
pub(super) async fn links(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let pool = text(matches, "pool");
    let (request, done) = match matches.subcommand() {
        None | Some(("list", _)) => return list(config, &pool).await,
        Some(("approve", sub)) => {
            let user = sub.get_one::<String>("user").cloned();
            let id = text(sub, "id");
            (Request::ApproveLink { pool, id, user }, "approved")
        }
        Some(("deny", sub)) => {
            let id = text(sub, "id");
            (Request::DenyLink { pool, id }, "denied")
        }
        _ => bail!("unknown command"),
    };
    let answer = ask(config, request).await?;
    let member = |name| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    say(format!("{}\t{done}\t{}", member("id"), member("user")).trim_end())
}

async fn list(config: &Config, pool: &str) -> anyhow::Result<()> {
    let mut reach = Reach::new(config)?;
    let listed = pages(&mut reach, pool).await;
    reach.close().await;
    listed
}

async fn pages(reach: &mut Reach, pool: &str) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let request = Request::LinkRequests {
            pool: pool.to_owned(),
            after: after.take(),
        };
        let lines = reach.ask(request).await?;
        let lines = lines.as_array().context("the answer is not understood")?;
        let Some(last) = lines.last() else {
            return Ok(());
        };
        let id = last.get("id").and_then(Value::as_str).unwrap_or_default();
        after = Some((created(last), id.to_owned()));
        for line in lines {
            // What a provider said is escaped: it may be made for a terminal.
            say(&shown(line).to_string())?;
        }
    }
}

fn created(line: &Value) -> i64 {
    line.get("created")
        .and_then(Value::as_i64)
        .unwrap_or_default()
}

/// Returns a line with its time as text.
fn shown(line: &Value) -> Value {
    let mut shown = line.clone();
    if let Some(members) = shown.as_object_mut() {
        members.insert("created".to_owned(), json!(rfc3339(created(line))));
    }
    shown
}

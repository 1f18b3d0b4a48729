//! `cognate consents`: the clients that a user let in although nobody vouches for them.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::{ask, say, text};
use crate::admin::Request;
use crate::admin::consents::Of;
use crate::settings::config::Config;
use crate::time_text::rfc3339;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let named = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).value_name(value).required(true).help(help)
    };
    let pool = || named("pool", "POOL", "Pool id");
    let user = || named("user", "USER", "The user's sub, or a name to sign in with");
    let client = named("client", "CLIENT", "Client id, or the URL of its document");
    Command::new("consents")
        .about("Manage which clients a user let in although nobody vouches for them")
        .subcommand_required(true)
        .subcommand(
            Command::new("list")
                .about("List them as JSON lines")
                .args([pool(), user()]),
        )
        .subcommand(
            Command::new("withdraw")
                .about("Take a client out: its sessions with the user end, and the user is asked again")
                .args([pool(), user(), client]),
        )
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let of = |sub| Of {
        pool: text(sub, "pool"),
        user: text(sub, "user"),
    };
    match matches.subcommand() {
        Some(("list", sub)) => {
            let lines = ask(config, Request::ListConsents(of(sub))).await?;
            let lines = lines.as_array().context("the answer is not understood")?;
            // What a client says of itself is escaped: it may be made for a terminal.
            lines
                .iter()
                .try_for_each(|line| say(&shown(line).to_string()))
        }
        Some(("withdraw", sub)) => {
            let request = Request::WithdrawConsent {
                of: of(sub),
                client: text(sub, "client"),
            };
            say(&ask(config, request).await?.to_string())
        }
        _ => bail!("unknown command"),
    }
}

/// Returns a line with its times as text.
fn shown(line: &Value) -> Value {
    let mut shown = line.clone();
    for name in ["created", "modified"] {
        let at = line.get(name).and_then(Value::as_i64).unwrap_or_default();
        if let Some(members) = shown.as_object_mut() {
            members.insert(name.to_owned(), json!(rfc3339(at)));
        }
    }
    shown
}

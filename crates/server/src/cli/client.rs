//! `cognate client`: what a client has beyond the API.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use super::{ask, say, text};
use crate::admin::Request;
use crate::settings::config::Config;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let client = || {
        Arg::new("client")
            .value_name("CLIENT_ID")
            .required(true)
            .help("Client id")
    };
    let profile = Arg::new("profile")
        .value_name("PROFILE")
        .required(true)
        .value_parser(["standard", "cognito"])
        .help("standard: as OpenID Connect demands; cognito: as the service does it");
    let pool = Arg::new("pool")
        .long("pool")
        .value_name("POOL")
        .required(true)
        .help("Pool id");
    Command::new("client")
        .about("Manage app clients beyond the API")
        .subcommand_required(true)
        .subcommand(create_command("Make an app client with an id of choice").arg(pool))
        .subcommand(
            Command::new("set-profile")
                .about("Choose how the OAuth endpoints behave towards a client")
                .arg(client())
                .arg(profile),
        )
        .subcommand(
            Command::new("profile")
                .about("Show how the OAuth endpoints behave towards a client")
                .arg(client()),
        )
}

/// Returns the grammar of `create`, of pools and of clients.
pub(super) fn create_command(about: &'static str) -> Command {
    let id = Arg::new("id")
        .long("id")
        .value_name("ID")
        .required(true)
        .help("The id");
    let file = Arg::new("settings")
        .value_name("FILE")
        .required(true)
        .help("JSON file with the input of CreateUserPool or CreateUserPoolClient");
    Command::new("create").about(about).arg(id).arg(file)
}

/// Runs `pool create`.
pub(super) async fn create_pool(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let sub = matches
        .subcommand_matches("create")
        .context("unknown command")?;
    let (id, settings) = (text(sub, "id"), read(sub)?);
    let made = ask(config, Request::CreatePool { id, settings }).await?;
    say(&serde_json::to_string_pretty(&made)?)
}

fn read(matches: &ArgMatches) -> anyhow::Result<String> {
    let file = text(matches, "settings");
    std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let request = match matches.subcommand() {
        Some(("create", sub)) => {
            let request = Request::CreateClient {
                pool: text(sub, "pool"),
                id: text(sub, "id"),
                settings: read(sub)?,
            };
            return say(&serde_json::to_string_pretty(&ask(config, request).await?)?);
        }
        Some(("set-profile", sub)) => Request::SetProfile {
            client: text(sub, "client"),
            profile: text(sub, "profile"),
        },
        Some(("profile", sub)) => Request::Profile {
            client: text(sub, "client"),
        },
        _ => bail!("unknown command"),
    };
    let answer = ask(config, request).await?;
    let member = |name| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    say(&format!("{}\t{}", member("client"), member("profile")))
}

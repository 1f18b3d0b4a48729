//! `cognate client`: what a client has beyond the API.

use anyhow::bail;
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
    Command::new("client")
        .about("Manage app clients beyond the API")
        .subcommand_required(true)
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

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let request = match matches.subcommand() {
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

//! `cognate access-keys`: who may call IAM operations.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_access::keys::Change;

use super::{ask, banner, say, text};
use crate::admin::Request;
use crate::settings::config::Config;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let sub = |name: &'static str, about: &'static str| Command::new(name).about(about);
    let id = || Arg::new("id").required(true).help("Access key id");
    sub("access-keys", "Manage who may call IAM operations")
        .subcommand_required(true)
        .subcommand(
            sub("create", "Make an access key and show its secret once")
                .arg(
                    Arg::new("name")
                        .long("name")
                        .required(true)
                        .help("Name in ARNs"),
                )
                .arg(
                    Arg::new("policy")
                        .long("policy")
                        .value_name("FILE")
                        .help("IAM policy document (JSON)"),
                )
                .arg(
                    Arg::new("root")
                        .long("root")
                        .action(ArgAction::SetTrue)
                        .conflicts_with("policy")
                        .help("Make a key that may do everything"),
                ),
        )
        .subcommand(sub("list", "List the access keys"))
        .subcommand(sub("disable", "Refuse an access key from now on").arg(id()))
        .subcommand(sub("enable", "Accept a disabled access key again").arg(id()))
        .subcommand(sub("delete", "Delete an access key").arg(id()))
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let change = |sub: &ArgMatches, change| Request::ChangeKey {
        id: text(sub, "id"),
        change,
    };
    let request = match matches.subcommand() {
        Some(("create", sub)) => {
            let policy = match sub.get_one::<String>("policy") {
                Some(file) => Some(
                    std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?,
                ),
                None if sub.get_flag("root") => None,
                None => bail!(
                    "give the key a policy with --policy FILE, or make it a root key with --root"
                ),
            };
            Request::CreateKey {
                name: text(sub, "name"),
                policy,
            }
        }
        Some(("list", _)) => Request::ListKeys,
        Some(("disable", sub)) => change(sub, Change::Disable),
        Some(("enable", sub)) => change(sub, Change::Enable),
        Some(("delete", sub)) => change(sub, Change::Delete),
        _ => bail!("unknown command"),
    };
    let answer = ask(config, request).await?;
    say(&banner::keys(&answer))
}

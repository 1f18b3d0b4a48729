//! `cognate client`: what a client has beyond the API.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde::Deserialize;
use serde_json::Value;

use super::{Reach, ask, say, text};
use crate::admin::Request;
use crate::admin::clients::Wanted;
use crate::settings::config::Config;
use crate::time_text::rfc3339;

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
    let dynamic = Arg::new("dynamic")
        .long("dynamic")
        .required(true)
        .action(ArgAction::SetTrue)
        .help("Those that registered themselves");
    let listed = Arg::new("pool")
        .value_name("POOL")
        .required(true)
        .help("Pool id");
    Command::new("client")
        .visible_alias("clients")
        .about("Manage app clients beyond the API")
        .subcommand_required(true)
        .subcommand(
            Command::new("list")
                .about("List the app clients of a pool that registered themselves, and count them")
                .arg(listed)
                .arg(dynamic),
        )
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
        Some(("list", sub)) => return list(config, text(sub, "pool")).await,
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

/// A client as the server lists it.
#[derive(Deserialize)]
struct Listed {
    client: String,
    kind: String,
    managed: bool,
    used: bool,
    created: i64,
    name: String,
}

/// Prints the clients that registered themselves, a page at a time, and how many there are.
async fn list(config: &Config, pool: String) -> anyhow::Result<()> {
    let mut reach = Reach::new(config)?;
    let outcome = print(&mut reach, pool).await;
    reach.close().await;
    outcome
}

async fn print(reach: &mut Reach, pool: String) -> anyhow::Result<()> {
    let (mut all, mut open, mut unused) = (0_u64, 0_u64, 0_u64);
    let mut after = String::new();
    loop {
        let pool = pool.clone();
        let request = Request::ListDynamicClients(Wanted { pool, after });
        let answer = reach.ask(request).await?;
        let page: Vec<Listed> =
            serde_json::from_value(answer).context("the server's answer is not understood")?;
        for one in &page {
            all += 1;
            open += u64::from(one.kind == "open");
            unused += u64::from(!one.used);
            let state = match (one.managed, one.used) {
                (true, _) => "managed",
                (false, true) => "used",
                (false, false) => "unused",
            };
            let Listed {
                client, kind, name, ..
            } = one;
            let created = rfc3339(one.created);
            say(&format!("{client}\t{kind}\t{state}\t{created}\t{name}"))?;
        }
        match page.into_iter().next_back() {
            Some(last) => after = last.client,
            None => break,
        }
    }
    say(&format!(
        "{all} clients, {open} of them registered without a token, {unused} never used"
    ))
}

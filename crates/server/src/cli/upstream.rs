//! `cognate upstream`: puts a pool in front of a pool of another server, shows how far its users have come, and ends it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use clap::{ArgMatches, Command, FromArgMatches as _, Subcommand, ValueEnum};
use cognate_domain::records::upstream::Flow;
use cognate_domain::upstream::settings::{BUDGET, Wanted};
use serde_json::Value;

use super::{ask, say};
use crate::admin::Request;
use crate::settings::config::Config;

/// The commands.
#[derive(Debug, Subcommand)]
enum Upstream {
    /// Put a pool in front of a pool of another server, or change how
    Set(Box<Set>),
    /// Show the other pool, and how many users have moved, are active, and were never seen
    Status {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
    },
    /// Ask the other pool no more; users stay as they are
    End {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
    },
}

#[derive(Debug, clap::Args)]
struct Set {
    /// Pool id
    #[arg(value_name = "POOL")]
    pool: String,
    /// Id of the pool there
    #[arg(long, value_name = "POOL_ID")]
    user_pool: String,
    /// Client here and client there; may be given several times
    #[arg(long = "client", value_name = "OURS=THEIRS", required = true)]
    clients: Vec<String>,
    /// File with the secrets of clients there, one a line: THEIRS=SECRET
    #[arg(long, value_name = "FILE")]
    secrets: Option<String>,
    /// Where its API answers, if it is not the service itself
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// `iss` of its tokens, if that is not the endpoint and the pool id
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// File with an access key there, one line: ID=SECRET
    #[arg(long, value_name = "FILE")]
    access_key_file: Option<String>,
    /// How passwords are proven there
    #[arg(long, value_enum, default_value = "srp")]
    flow: How,
    /// Group into which its word may put users; `*` for all without an IAM role; may be given several times
    #[arg(long = "group", value_name = "NAME")]
    groups: Vec<String>,
    /// Sign-ins in a second that this server asks it about
    #[arg(long, value_name = "N", default_value_t = BUDGET)]
    budget: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum How {
    /// By SRP: the password stays here
    Srp,
    /// By `USER_PASSWORD_AUTH`
    Password,
}

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let command = Command::new("upstream")
        .about("Put a pool in front of a pool of another server, whose users move as they sign in")
        .subcommand_required(true);
    Upstream::augment_subcommands(command)
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match Upstream::from_arg_matches(matches)? {
        Upstream::Set(set) => {
            let pool = set.pool.clone();
            let wanted = Box::new(wanted(*set)?);
            say(&shown(
                &ask(config, Request::SetUpstream { pool, wanted }).await?,
            )?)
        }
        Upstream::Status { pool } => {
            let answer = ask(config, Request::Upstream { pool }).await?;
            match answer {
                Value::Null => say("the user pool has no upstream"),
                answer => say(&shown(&answer)?),
            }
        }
        Upstream::End { pool } => {
            let answer = ask(config, Request::EndUpstream { pool }).await?;
            let count = |name: &str| answer.get(name).and_then(Value::as_i64).unwrap_or_default();
            let left = count("active") + count("unseen");
            say(&format!(
                "the upstream is asked no more; {} users have their passwords here, {left} must reset theirs",
                count("moved")
            ))
        }
    }
}

fn wanted(set: Set) -> anyhow::Result<Wanted> {
    let clients = set.clients.iter().map(|pair| parted(pair));
    let secrets = match &set.secrets {
        Some(file) => lines(file)?,
        None => BTreeMap::new(),
    };
    let access_key = match &set.access_key_file {
        Some(file) => lines(file)?.into_iter().next(),
        None => None,
    };
    if set.access_key_file.is_some() && access_key.is_none() {
        bail!("the file of the access key has no line ID=SECRET");
    }
    Ok(Wanted {
        user_pool: set.user_pool,
        endpoint: set.endpoint,
        issuer: set.issuer,
        clients: clients.collect::<anyhow::Result<_>>()?,
        secrets,
        access_key,
        flow: match set.flow {
            How::Srp => Flow::Srp,
            How::Password => Flow::Password,
        },
        groups: set.groups,
        budget: set.budget,
    })
}

fn parted(pair: &str) -> anyhow::Result<(String, String)> {
    let (left, right) = pair
        .split_once('=')
        .context("a pair NAME=VALUE is expected")?;
    Ok((left.trim().to_owned(), right.trim().to_owned()))
}

fn lines(file: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(parted).collect()
}

fn shown(answer: &Value) -> anyhow::Result<String> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    let flag = |name: &str| {
        answer
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or_default()
    };
    let count = |name: &str| answer.get(name).and_then(Value::as_i64).unwrap_or_default();
    let mut out = String::new();
    writeln!(out, "pool there\t{}", text("user_pool"))?;
    writeln!(out, "endpoint\t{}", text("endpoint"))?;
    writeln!(out, "issuer\t{}", text("issuer"))?;
    let clients = answer.get("clients").and_then(Value::as_object);
    for (ours, theirs) in clients.into_iter().flatten() {
        writeln!(
            out,
            "client\t{ours}\t{}",
            theirs.as_str().unwrap_or_default()
        )?;
    }
    let groups = answer.get("groups").and_then(Value::as_array);
    for group in groups.into_iter().flatten() {
        writeln!(out, "group\t{}", group.as_str().unwrap_or_default())?;
    }
    let relayed = match flag("relays_srp") {
        true => "relayed",
        false => {
            "not relayed: the ids of the pools differ behind the underscore, so that applications must send the password itself"
        }
    };
    writeln!(out, "SRP\t{relayed}")?;
    let key = if flag("access_key") { "yes" } else { "no" };
    writeln!(out, "access key\t{key}")?;
    writeln!(out, "moved\t{}", count("moved"))?;
    writeln!(out, "active\t{}", count("active"))?;
    write!(out, "never seen\t{}", count("unseen"))?;
    Ok(out)
}

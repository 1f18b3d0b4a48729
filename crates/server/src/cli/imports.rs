//! `cognate imports`: import jobs and their users.

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use serde_json::Value;

use super::{Reach, say, text};
use crate::admin::Request;
use crate::settings::config::Config;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    Command::new("imports")
        .about("Look at imports of users")
        .subcommand_required(true)
        .subcommand(
            Command::new("log")
                .about("Print what became of each row of an import job")
                .arg(
                    Arg::new("job")
                        .value_name("JOB")
                        .required(true)
                        .help("Job id"),
                ),
        )
        .subcommand(
            Command::new("status")
                .about("Print, as JSON lines, how many users still have the password hash of another system, and the jobs")
                .arg(
                    Arg::new("pool")
                        .value_name("POOL")
                        .help("Pool id; else all pools that have had such users"),
                ),
        )
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let mut reach = Reach::new(config)?;
    let done = match matches.subcommand() {
        Some(("log", sub)) => log(&mut reach, &text(sub, "job")).await,
        Some(("status", sub)) => status(&mut reach, sub.get_one::<String>("pool")).await,
        _ => bail!("unknown command"),
    };
    reach.close().await;
    done
}

async fn log(reach: &mut Reach, job: &str) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let request = Request::ImportLog {
            job: job.to_owned(),
            after,
        };
        let part = reach.ask(request).await?;
        if part.is_null() {
            return Ok(());
        }
        let last = part.get("last").and_then(Value::as_i64);
        after = last.context("the answer is not understood")?;
        let lines = part.get("lines").and_then(Value::as_array);
        for line in lines.into_iter().flatten() {
            say(line.as_str().unwrap_or_default())?;
        }
    }
}

async fn status(reach: &mut Reach, pool: Option<&String>) -> anyhow::Result<()> {
    let pools = match pool {
        Some(pool) => vec![pool.clone()],
        None => {
            let listed = reach.ask(Request::ImportStatus { pool: None }).await?;
            serde_json::from_value(listed).context("the answer is not understood")?
        }
    };
    for pool in pools {
        let request = Request::ImportStatus { pool: Some(pool) };
        say(&reach.ask(request).await?.to_string())?;
    }
    Ok(())
}

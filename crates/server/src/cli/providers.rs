//! `cognate providers`: the identity providers of a pool, what one of them lacks, and what they have beyond the API.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use clap::{ArgMatches, Command, FromArgMatches as _, Subcommand};
use cognate_domain::oauth::provider::diagnosis::LONGEST_ANSWER;
use cognate_domain::oauth::provider::diagnosis::report::{Report, Step, Verdict};
use cognate_domain::{App, Mode};
use serde::Deserialize;
use serde_json::Value;

use super::{Reach, provider_links, say};
use crate::admin::{Request, providers};
use crate::database::database_identity;
use crate::settings::config::Config;
use crate::settings::domain;
use crate::start::OpenDatabase;
use crate::time_text::rfc3339;

/// The commands.
#[derive(Debug, Subcommand)]
enum Providers {
    /// List the identity providers of a pool
    List {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
    },
    /// Say step by step what a provider's settings, documents, keys and answers lack
    Test {
        /// Pool id
        #[arg(value_name = "POOL")]
        pool: String,
        /// Name of the provider in the pool
        #[arg(value_name = "PROVIDER")]
        provider: String,
        /// Check an answer of the provider too: SAMLResponse in base64, or an ID token
        #[arg(long, value_name = "FILE")]
        answer: Option<String>,
        /// URL of this server as browsers know it, where there is neither public_url nor a domain of the pool
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Print the report as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let command = Command::new("providers")
        .about("Look at the identity providers of a pool")
        .subcommand_required(true);
    Providers::augment_subcommands(command)
        .subcommand(provider_links::policy_command())
        .subcommand(provider_links::links_command())
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("policy", sub)) => return provider_links::policy(config, sub).await,
        Some(("links", sub)) => return provider_links::links(config, sub).await,
        _ => {}
    }
    let mut reach = Reach::new(config)?;
    let outcome = match Providers::from_arg_matches(matches)? {
        Providers::List { pool } => list(&mut reach, pool).await,
        Providers::Test {
            pool,
            provider,
            answer,
            url,
            json,
        } => {
            let request = Request::TestProvider {
                pool,
                provider,
                answer: answer.as_deref().map(read).transpose()?,
                url,
            };
            test(&mut reach, config, request, json).await
        }
    };
    reach.close().await;
    outcome
}

/// A provider as the server lists it.
#[derive(Deserialize)]
struct Listed {
    name: String,
    kind: String,
    ends: Option<i64>,
    modified: i64,
}

async fn list(reach: &mut Reach, pool: String) -> anyhow::Result<()> {
    let answer = reach.ask(Request::ListProviders { pool }).await?;
    let listed: Vec<Listed> =
        serde_json::from_value(answer).context("the server's answer is not understood")?;
    let mut out = String::new();
    for one in &listed {
        let changed = rfc3339(one.modified);
        let ends = one.ends.map_or_else(String::new, |end| {
            format!(
                "\tcertificate ends {}",
                rfc3339(end.saturating_mul(1_000_000))
            )
        });
        writeln!(out, "{}\t{}\tchanged {changed}{ends}", one.name, one.kind)?;
    }
    match listed.is_empty() {
        true => Ok(()),
        false => say(out.trim_end()),
    }
}

/// Reads an answer that somebody kept.
fn read(file: &str) -> anyhow::Result<String> {
    let about = || format!("cannot read {file}");
    let length = std::fs::metadata(file).with_context(about)?.len();
    if usize::try_from(length)? > LONGEST_ANSWER {
        bail!("{file} is longer than any answer that a sign-in takes");
    }
    std::fs::read_to_string(file).with_context(about)
}

async fn test(
    reach: &mut Reach,
    config: &Config,
    request: Request,
    json: bool,
) -> anyhow::Result<()> {
    let answer = match reach.served(&request).await? {
        Some(answer) => answer,
        None => here(reach, config, request).await?,
    };
    let report: Report =
        serde_json::from_value(answer).context("the server's answer is not understood")?;
    match json {
        true => say(&serde_json::to_string_pretty(&report)?)?,
        false => say(&shown(&report))?,
    }
    match report.failures() {
        0 => Ok(()),
        1 => bail!("one step fails"),
        several => bail!("{several} steps fail"),
    }
}

/// Tests a provider in this program, where no server can be asked.
async fn here(reach: &mut Reach, config: &Config, request: Request) -> anyhow::Result<Value> {
    let Request::TestProvider {
        pool,
        provider,
        answer,
        url,
    } = request
    else {
        bail!("unknown command");
    };
    let OpenDatabase { store, root } = reach.opened.take().context("no database is open")?;
    let mode = database_identity::mode(&store).await?;
    let settings = domain::read(mode.unwrap_or(Mode::Serve), config)?;
    let app = App::open(settings, store, root).await;
    let app = app.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let urls: Vec<String> = url.into_iter().collect();
    let outcome = providers::test(&app, &pool, &provider, answer.as_deref(), &urls).await;
    app.store.close().await;
    outcome.map_err(anyhow::Error::msg)
}

/// Returns a report, a line for each step.
fn shown(report: &Report) -> String {
    let lines = report.steps.iter().map(line);
    lines.collect::<Vec<_>>().join("\n")
}

fn line(step: &Step) -> String {
    let verdict = match step.verdict {
        Verdict::Ok => "ok",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    };
    let change = step.change.as_ref();
    let change = change.map_or_else(String::new, |change| format!(" => {change}"));
    format!("{verdict:<4} {}: {}{change}", step.step, step.says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_line() {
        let step = |verdict, change: Option<&str>| Step {
            step: "issuer".to_owned(),
            verdict,
            says: "said".to_owned(),
            change: change.map(str::to_owned),
        };
        let report = Report {
            pool: "p".to_owned(),
            provider: "Corp".to_owned(),
            kind: "OIDC".to_owned(),
            steps: vec![
                step(Verdict::Ok, None),
                step(Verdict::Warn, Some("look")),
                step(Verdict::Fail, Some("change it")),
            ],
        };
        assert_eq!(
            shown(&report),
            "ok   issuer: said\nwarn issuer: said => look\nFAIL issuer: said => change it"
        );
        assert_eq!(report.failures(), 1);
    }
}

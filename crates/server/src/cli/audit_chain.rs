//! `cognate audit head` and `cognate audit verify`: whether the audit trail is what was written.

use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use cognate_domain::audit::chain::Head;
use cognate_domain::audit::verify::{Finding, Kind, Page, Seen};
use serde_json::json;

use super::{Reach, Unable, say};
use crate::admin::Request;
use crate::settings::config::Config;
use crate::time_text;

/// Heads of a file that are compared.
const MOST: usize = 2_000;

/// Returns the grammar of `head`.
pub(super) fn head_command() -> Command {
    Command::new("head")
        .about("Show the end of the trail's chain, to be kept where this server cannot write")
}

/// Returns the grammar of `verify`.
pub(super) fn verify_command() -> Command {
    Command::new("verify")
        .about("Check every row of the trail; exit 0 if all is as it was written, 1 if not, 2 if it cannot be told")
        .args([
            Arg::new("pool")
                .long("pool")
                .value_name("ID")
                .help("The rows of this pool alone, and all of the chain"),
            Arg::new("head")
                .long("head")
                .value_name("FILE")
                .help("Ends of the chain that `cognate audit head` printed, a line each: finds a trail that was cut off"),
        ])
}

/// Prints the end of the chain.
pub(super) async fn head(config: &Config) -> anyhow::Result<()> {
    say(&serde_json::to_string(
        &super::ask(config, Request::AuditHead).await?,
    )?)
}

/// Prints what is wrong, a line each, and at last what was looked at.
pub(super) async fn verify(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let seen = match walk(config, matches).await {
        Ok(seen) => seen,
        Err(error) => return Err(Unable(error).into()),
    };
    match seen.findings {
        0 => Ok(()),
        n => bail!("the audit trail is not what was written: {n} findings"),
    }
}

async fn walk(config: &Config, matches: &ArgMatches) -> anyhow::Result<Seen> {
    let pool = matches.get_one::<String>("pool").cloned();
    let heads = match matches.get_one::<String>("head") {
        Some(file) => heads(Path::new(file))?,
        None => Vec::new(),
    };
    let mut reach = Reach::new(config)?;
    let outcome = pages(&mut reach, pool, &heads).await;
    reach.close().await;
    let seen = outcome?;
    if seen.findings == 0 && !heads.is_empty() && seen.heads == 0 {
        bail!(
            "none of the kept ends can be compared: the retention has removed what they are about"
        );
    }
    Ok(seen)
}

async fn pages(reach: &mut Reach, pool: Option<String>, heads: &[Head]) -> anyhow::Result<Seen> {
    let mut position = None;
    loop {
        let request = Request::AuditVerify {
            pool: pool.clone(),
            heads: heads.to_vec(),
            position: position.take(),
        };
        let page: Page = serde_json::from_value(reach.ask(request).await?)
            .context("the server's answer is not understood")?;
        for finding in &page.findings {
            say(&line(finding)?)?;
        }
        position = page.next;
        if position.is_none() {
            let summary = json!({"seen": page.seen, "anchor": page.anchor.map(|anchor| json!({
                "number": anchor.next - 1, "hash": anchor.hash, "older": anchor.older})), "head": page.head});
            say(&summary.to_string())?;
            return Ok(page.seen);
        }
    }
}

/// Returns the line of a finding.
fn line(finding: &Finding) -> anyhow::Result<String> {
    let mut line = serde_json::to_value(finding)?;
    if let (Some(members), Some(at)) = (line.as_object_mut(), finding.at) {
        members.insert("at".to_owned(), time_text::rfc3339(at).into());
    }
    if let Some(members) = line.as_object_mut() {
        members.insert("says".to_owned(), says(finding.found).into());
    }
    Ok(line.to_string())
}

fn says(found: Kind) -> &'static str {
    match found {
        Kind::Changed => "the row is not what was written",
        Kind::Removed => "the row was linked and is not there",
        Kind::Inserted => "this program did not write the row",
        Kind::Moved => "the row is not in the link that it says it is in",
        Kind::PutBack => "the row came an hour or more after its time",
        Kind::LinkChanged => "the link is not what was written, or does not follow the one before",
        Kind::LinksRemoved => "the links of these numbers are not there",
        Kind::NoAnchor => "where the chain begins is not said, or not by this program",
        Kind::OtherHead => "the chain has another hash at the number that was kept",
        Kind::CutOff => "the chain ends before the number that was kept",
    }
}

/// Reads ends of the chain: JSON lines with `number` and `hash`, the newest of them.
fn heads(file: &Path) -> anyhow::Result<Vec<Head>> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let heads: Result<Vec<Head>, _> = lines.map(serde_json::from_str).collect();
    let mut heads = heads.with_context(|| {
        format!(
            "{}: a line is not one that `cognate audit head` prints",
            file.display()
        )
    })?;
    anyhow::ensure!(!heads.is_empty(), "{} has no line", file.display());
    Ok(heads.split_off(heads.len().saturating_sub(MOST)))
}

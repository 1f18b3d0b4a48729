//! `cognate messages`: the delivery log as JSON lines, the texts of a pool, and a message that tries the senders of a pool.

use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use cognate_domain::messages::log::Line;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Reach, say, text};
use crate::admin::Request;
use crate::settings::config::Config;
use crate::time_text::rfc3339;

/// The time for which a test message is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(200);
/// Lines of one question to the server.
const PAGE: i64 = 500;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let pool = || arg("pool", "ID", "Pool").required(true);
    Command::new("messages")
        .about("Look at messages to users and try their senders")
        .subcommand_required(true)
        .subcommand(
            Command::new("list")
                .about("List what became of messages as JSON lines, the newest first")
                .args([
                    pool(),
                    arg(
                        "user",
                        "NAME",
                        "User by the immutable id, user name or alias",
                    ),
                    arg("limit", "N", "Lines at most").value_parser(clap::value_parser!(usize)),
                ]),
        )
        .subcommand(
            Command::new("preview")
                .about("Show every text of a pool's templates with sample values")
                .args([
                    Arg::new("pool")
                        .value_name("POOL")
                        .required(true)
                        .help("Pool"),
                    arg(
                        "html",
                        "FOLDER",
                        "Write the HTML of each e-mail into a file of this folder too",
                    ),
                ]),
        )
        .subcommand(
            Command::new("test")
                .about("Send one message through the pool's sender and print the receipt")
                .args([
                    pool(),
                    arg("to", "ADDRESS", "E-mail address or phone number").required(true),
                ]),
        )
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let mut reach = Reach::new(config)?;
    let outcome = match matches.subcommand() {
        Some(("list", sub)) => list(&mut reach, sub).await,
        Some(("preview", sub)) => preview(&mut reach, sub).await,
        Some(("test", sub)) => test(&mut reach, sub).await,
        _ => bail!("unknown command"),
    };
    reach.close().await;
    outcome
}

async fn list(reach: &mut Reach, matches: &ArgMatches) -> anyhow::Result<()> {
    let mut left = match matches.get_one::<usize>("limit") {
        Some(limit) => i64::try_from(*limit)?,
        None => i64::MAX,
    };
    let mut before = None;
    while left > 0 {
        let request = Request::Messages {
            pool: text(matches, "pool"),
            user: matches.get_one::<String>("user").cloned(),
            before: before.take(),
            lines: left.min(PAGE),
        };
        let lines: Vec<Line> = serde_json::from_value(reach.ask(request).await?)
            .context("the server's answer is not understood")?;
        let Some(last) = lines.last() else { break };
        before = Some(last.id.clone());
        left = left.saturating_sub(i64::try_from(lines.len())?);
        match print(&lines) {
            Ok(()) => {}
            // The reader closed its end, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn print(lines: &[Line]) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in lines {
        writeln!(out, "{}", shown(line))?;
    }
    out.flush()
}

/// Returns a line with its times as text.
fn shown(line: &Line) -> Value {
    json!({
        "id": line.id,
        "accepted": rfc3339(line.accepted),
        "user": line.user,
        "state": line.state,
        "kind": line.kind,
        "medium": line.medium,
        "to": line.to,
        "attempts": line.attempts,
        "outcome": line.outcome,
        "tried": line.tried.map(rfc3339),
        "next": line.next.map(rfc3339),
    })
}

/// A text as the server renders it.
#[derive(Deserialize)]
struct Sample {
    kind: String,
    medium: String,
    subject: Option<String>,
    body: String,
}

async fn preview(reach: &mut Reach, matches: &ArgMatches) -> anyhow::Result<()> {
    let request = Request::PreviewMessages {
        pool: text(matches, "pool"),
    };
    let samples: Vec<Sample> = serde_json::from_value(reach.ask(request).await?)
        .context("the server's answer is not understood")?;
    if let Some(folder) = matches.get_one::<String>("html") {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {folder}"))?;
        for sample in samples.iter().filter(|sample| sample.subject.is_some()) {
            let path = Path::new(folder).join(format!("{}.html", sample.kind));
            let page = format!("<!doctype html><meta charset=\"utf-8\">{}", sample.body);
            std::fs::write(&path, page)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    let mut out = String::new();
    for sample in &samples {
        let Sample { kind, medium, .. } = sample;
        out.push_str(&format!("== {medium} {kind}\n"));
        let words = match &sample.subject {
            Some(subject) => {
                out.push_str(&format!("Subject: {subject}\n\n"));
                cognate_courier::plain(&sample.body)
            }
            None => sample.body.clone(),
        };
        out.push_str(&format!("{}\n\n", words.trim_end()));
    }
    say(out.trim_end())
}

async fn test(reach: &mut Reach, matches: &ArgMatches) -> anyhow::Result<()> {
    let pool = text(matches, "pool");
    let to = text(matches, "to");
    // Without a message that nobody would send: the pool is there, and so is a server.
    let request = Request::Messages {
        pool: pool.clone(),
        user: None,
        before: None,
        lines: 0,
    };
    reach.ask(request).await?;
    if reach.is_alone() {
        bail!("no server runs on this database, and only a running server sends messages");
    }
    let request = Request::TestMessage {
        pool: pool.clone(),
        to: to.clone(),
    };
    let answer = reach.ask(request).await?;
    let id = answer
        .get("id")
        .and_then(Value::as_str)
        .context("the message has no id")?
        .to_owned();
    let begun = Instant::now();
    loop {
        let request = Request::Message {
            pool: pool.clone(),
            id: id.clone(),
        };
        let line: Line = serde_json::from_value(reach.ask(request).await?)
            .context("the server's answer is not understood")?;
        match line.state.as_str() {
            "sent" => return say(&format!("{to}: {}", line.outcome)),
            "dead" => bail!("{to}: {}", line.outcome),
            "waiting" if line.attempts > 0 => {
                bail!("{to}: {}; it is tried again for ten minutes", line.outcome)
            }
            _ if begun.elapsed() > PATIENCE => {
                bail!("{to}: not sent within a minute; only a running server sends messages")
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
    }
}

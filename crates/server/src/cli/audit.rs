//! `cognate audit`: the audit trail as JSON lines.

use std::io::{BufWriter, ErrorKind, Write as _};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgMatches, Command};
use cognate_domain::Endpoint;
use cognate_domain::jobs::{client_secrets, log_delivery, unused_clients};
use cognate_domain::oauth::provider::diagnosis;
use cognate_domain::oauth::{exchange, withdrawal};
use cognate_shapes::Op;

use super::{Reach, audit_chain, find};
use crate::admin::Request;
use crate::audit::{Page, Query, When, refusals};
use crate::settings::config::Config;

/// The commands in the trail besides the operations of the API.
const COMMANDS: &[&str] = &[
    "CreateAccessKey",
    "EnableAccessKey",
    "DisableAccessKey",
    "DeleteAccessKey",
    "SetIssuer",
    "RotateSealingKey",
    "CreateBackup",
    "RestoreBackup",
    "RestoreUserPool",
    "TestMessage",
    "ImportUsers",
    "ExportUsers",
    "PlanChange",
    "SetUpstream",
    "EndUpstream",
    "SetEventWebhook",
    "EndEventWebhook",
    "ReplayEvents",
    "EventWebhookFails",
    "ExportSeed",
    "SetSigningKeys",
    diagnosis::COMMAND,
    log_delivery::BROKEN,
    log_delivery::WELL,
    log_delivery::DROPPED,
    unused_clients::NAME,
    exchange::NAME,
    withdrawal::NAME,
    client_secrets::ROTATED,
    client_secrets::BROKEN,
    client_secrets::WELL,
    refusals::REPORT_NAME,
];

/// The endpoints of pools in the trail.
const ENDPOINTS: [Endpoint; 10] = [
    Endpoint::SignIn,
    Endpoint::Account,
    Endpoint::Token,
    Endpoint::TokenExchange,
    Endpoint::Revoke,
    Endpoint::Federation,
    Endpoint::Feedback,
    Endpoint::Registration,
    Endpoint::RegistrationChange,
    Endpoint::RegistrationEnd,
];

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("audit")
        .about("List the audit trail as JSON lines, the newest first")
        .subcommand(find::command())
        .subcommand(audit_chain::head_command())
        .subcommand(audit_chain::verify_command())
        .args([
            arg(
                "since",
                "TIME",
                "Not before: 2026-11-21T12:30:00Z, or 24h for so long ago",
            ),
            arg("until", "TIME", "Before: as for --since"),
            arg("operation", "NAME", "Operation, such as AdminCreateUser"),
            arg("pool", "ID", "Pool"),
            arg("user", "SUB", "User by the immutable id"),
            arg("caller", "KEY", "Access key id of the caller"),
            arg(
                "result",
                "RESULT",
                "ok, refused, or the name of an exception",
            ),
            arg(
                "request",
                "ID",
                "The id of the request: the number that an error page refers to",
            ),
            arg("limit", "N", "Lines at most").value_parser(clap::value_parser!(usize)),
        ])
}

/// Prints the listing, a page at a time.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("find", sub)) => return find::run(config, sub).await,
        Some(("head", _)) => return audit_chain::head(config).await,
        Some(("verify", sub)) => return audit_chain::verify(config, sub).await,
        _ => {}
    }
    let query = query(matches)?;
    let mut left = matches
        .get_one::<usize>("limit")
        .copied()
        .unwrap_or(usize::MAX);
    let mut reach = Reach::new(config)?;
    let mut position = None;
    let outcome = loop {
        let request = Request::Audit {
            query: query.clone(),
            position: position.take(),
            lines: left,
        };
        let page = match reach.ask(request).await {
            Ok(answer) => serde_json::from_value::<Page>(answer)
                .context("the server's answer is not understood"),
            Err(error) => Err(error),
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => break Err(error),
        };
        left = left.saturating_sub(page.lines.len());
        match print(&page.lines) {
            Ok(()) => {}
            // The reader closed its end, as `head` does.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break Ok(()),
            Err(error) => break Err(error.into()),
        }
        position = page.next;
        if position.is_none() || left == 0 {
            break Ok(());
        }
    };
    reach.close().await;
    outcome
}

fn query(matches: &ArgMatches) -> anyhow::Result<Query> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let when = |name: &str| {
        let Some(text) = text(name) else {
            return Ok(None);
        };
        let when = When::parse(&text);
        when.map(Some).with_context(|| {
            format!("--{name} {text}: give a time such as 2026-11-21T12:30:00Z, or 90s, 5m, 24h, 31d for so long ago")
        })
    };
    let operation = text("operation");
    if let Some(name) = &operation
        && Op::from_name(name).is_none()
        && !COMMANDS.contains(&name.as_str())
        && ENDPOINTS.iter().all(|endpoint| endpoint.name() != name)
    {
        bail!(
            "there is no operation {name}; commands are {}; endpoints are {}",
            COMMANDS.join(", "),
            ENDPOINTS.map(Endpoint::name).join(", ")
        );
    }
    Ok(Query {
        since: when("since")?,
        until: when("until")?,
        operation,
        pool: text("pool"),
        user: text("user"),
        caller: text("caller"),
        result: text("result"),
        request: text("request"),
    })
}

fn print(lines: &[String]) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in lines {
        writeln!(out, "{line}")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use cognate_domain::events::types;

    use super::*;

    fn read(arguments: &[&str]) -> anyhow::Result<Query> {
        let line = ["audit"].iter().chain(arguments);
        query(&command().try_get_matches_from(line)?)
    }

    #[test]
    fn filters_are_read() {
        let all = [
            "--since",
            "24h",
            "--until",
            "1970-01-01T00:00:02Z",
            "--operation",
            "ListUsers",
            "--pool",
            "p",
            "--user",
            "u",
            "--caller",
            "k",
            "--result",
            "refused",
            "--request",
            "r",
            "--limit",
            "5",
        ];
        let text = |text: &str| Some(text.to_owned());
        let expected = Query {
            since: Some(When::Ago(86_400_000_000)),
            until: Some(When::At(2_000_000)),
            operation: text("ListUsers"),
            pool: text("p"),
            user: text("u"),
            caller: text("k"),
            result: text("refused"),
            request: text("r"),
        };
        assert_eq!(read(&all).unwrap(), expected);
        assert_eq!(read(&[]).unwrap(), Query::default());
        assert!(read(&["--operation", "DisableAccessKey"]).is_ok());
        assert!(read(&["--operation", "SignInPage"]).is_ok());
    }

    #[test]
    fn every_command_is_an_event_or_none_on_purpose() {
        for name in COMMANDS {
            let is_event = types::of(name).is_some();
            assert_ne!(is_event, types::NONE.contains(name), "{name}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            ["--since", "yesterday"],
            ["--until", "2026-13-01T00:00:00Z"],
            ["--operation", "ListUser"],
            ["--limit", "-1"],
            ["--limit", "x"],
        ] {
            assert!(read(&arguments).is_err(), "{arguments:?}");
        }
    }
}

//! `cognate dev snapshot`, `restore` and `reset`: what tests ask a running `dev`, for shells; and what goes with
//! `--impersonate` besides the settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_outbound::{Limits, Outbound, Reach};
use http::{Method, Request, StatusCode};
use serde_json::Value;

use super::{say, text};
use crate::impersonation::{self, hosts_file};
use crate::settings::config::Config;
use crate::settings::data_dir::ENDPOINT_FILE;
use crate::settings::{DEFAULT_LISTEN, DEV_FOLDER};

/// A replay lasts as long as the tries of its function.
const LIMITS: Limits = Limits {
    total: Duration::from_secs(600),
    connect: Duration::from_secs(5),
    bytes: 128 << 20,
    content_type: None,
};

/// Adds the commands to the one that runs the server.
pub(super) fn commands(dev: Command) -> Command {
    let name = || {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help("Name of the snapshot: letters, digits, - and _")
    };
    let endpoint = || {
        Arg::new("endpoint")
            .long("endpoint")
            .value_name("URL")
            .help("The server to ask; without it the one of the data folder")
    };
    let sub = |name, about| Command::new(name).about(about).arg(endpoint());
    let switch = |name, help| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    let hosts = Arg::new("hosts-file")
        .long("hosts-file")
        .value_name("FILE")
        .default_value(hosts_file::PATH)
        .help("The file that --write-hosts and --undo change");
    dev.args([
        switch(
            "write-hosts",
            "With --impersonate: lead the hosts to this server in the hosts file",
        ),
        switch(
            "undo",
            "With --impersonate: take that out again, and delete the authority; runs no server",
        ),
        hosts,
    ])
    .subcommand(
        sub(
            "snapshot",
            "Keep the running server as it is now under a name",
        )
        .arg(name()),
    )
    .subcommand(sub("restore", "Take the running server back to a snapshot").arg(name()))
    .subcommand(sub("snapshots", "List the snapshots"))
    .subcommand(sub("reset", "Empty the running server"))
}

/// Runs one of the commands; false if there is none, which means to run the server.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<bool> {
    if matches.get_flag("undo") {
        undo(config, matches)?;
        return Ok(true);
    }
    let Some((command, sub)) = matches.subcommand() else {
        return Ok(false);
    };
    let endpoint = match sub.get_one::<String>("endpoint") {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => endpoint(config)?,
    };
    let ask = async |method, path: &str| ask(&endpoint, method, path).await;
    match command {
        "snapshots" => {
            let answer = ask(Method::GET, "/_dev/snapshots").await?;
            let found = answer.get("snapshots").and_then(Value::as_array);
            for snapshot in found.into_iter().flatten() {
                say(&line(snapshot))?;
            }
        }
        "snapshot" => {
            let path = format!("/_dev/snapshots/{}", name(sub)?);
            say(&line(&ask(Method::POST, &path).await?))?;
        }
        "restore" => {
            let path = format!("/_dev/snapshots/{}/restore", name(sub)?);
            ask(Method::POST, &path).await?;
        }
        "reset" => {
            ask(Method::POST, "/_dev/reset").await?;
        }
        _ => bail!("unknown command"),
    }
    Ok(true)
}

/// Returns the hosts file that is to lead clients to this server; None where nobody asks for that.
pub(super) fn hosts_to_write(
    config: &Config,
    matches: &ArgMatches,
) -> anyhow::Result<Option<PathBuf>> {
    if !matches.get_flag("write-hosts") {
        return Ok(None);
    }
    if config.one("impersonate").is_none() {
        bail!("--write-hosts goes with --impersonate REGION");
    }
    Ok(Some(text(matches, "hosts-file").into()))
}

/// Takes out of the hosts file what `--write-hosts` put in, and deletes the authority.
fn undo(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let region = config.one("impersonate");
    let region = region.context("--undo goes with --impersonate REGION")?;
    let path = PathBuf::from(text(matches, "hosts-file"));
    let shown = path.display();
    let changed = hosts_file::change(&path, |text| hosts_file::without(text, region))
        .with_context(|| format!("cannot take the hosts out of {shown}"))?;
    say(&match changed {
        true => format!("{shown} is as it was before"),
        false => format!("{shown} has no lines for {region}"),
    })?;
    let data = Path::new(config.one("data_dir").unwrap_or(DEV_FOLDER));
    let folder = impersonation::folder(data);
    let folder = folder.display();
    say(&match impersonation::delete(data)? {
        true => format!("the authority in {folder} is deleted"),
        false => format!("there is no authority in {folder}"),
    })?;
    say(
        "in shells with the variables: unset NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE AWS_CA_BUNDLE SSL_CERT_FILE",
    )
}

/// Returns the name of a snapshot, which becomes a part of a path.
fn name(matches: &ArgMatches) -> anyhow::Result<String> {
    let name = text(matches, "name");
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if name.is_empty() || !name.bytes().all(plain) {
        bail!("a name has letters, digits, - and _ alone");
    }
    Ok(name)
}

fn line(snapshot: &Value) -> String {
    let member = |name: &str| match snapshot.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".to_owned(),
    };
    format!(
        "{}\t{}\t{}",
        member("name"),
        member("bytes"),
        member("made")
    )
}

/// Returns the URL of the server that has the data folder, or, without one, of where the settings say.
pub(super) fn endpoint(config: &Config) -> anyhow::Result<String> {
    let folder = config.one("data_dir").unwrap_or(DEV_FOLDER);
    let file = Path::new(folder).join(ENDPOINT_FILE);
    match std::fs::read_to_string(&file) {
        Ok(url) => Ok(url.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(listening(config)),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Returns the URL of the server that listens where the settings say.
pub(super) fn listening(config: &Config) -> String {
    let address = config.many("listen").first();
    let address = address.map_or(DEFAULT_LISTEN, String::as_str);
    let scheme = match config.one("tls_cert") {
        Some(_) => "https",
        None => "http",
    };
    format!("{scheme}://{address}")
}

/// Asks a running `dev`.
pub(super) async fn ask(endpoint: &str, method: Method, path: &str) -> anyhow::Result<Value> {
    let request = Request::builder()
        .method(method)
        .uri(format!("{endpoint}{path}"))
        .body(Bytes::new())?;
    let answer = Outbound::reaching(Reach::PlainHttp)
        .send(request, LIMITS)
        .await;
    let answer = answer.with_context(|| {
        format!("no dev server answers on {endpoint}: start one, or name its address")
    })?;
    let document: Option<Value> = serde_json::from_slice(answer.body()).ok();
    match (answer.status(), document) {
        (StatusCode::OK, Some(document)) => Ok(document),
        (_, Some(document)) if document.get("error").is_some() => {
            let why = document.get("error").and_then(Value::as_str);
            bail!("{}", why.unwrap_or_default())
        }
        (status, _) => bail!("what listens on {endpoint} is no dev server: it answers {status}"),
    }
}

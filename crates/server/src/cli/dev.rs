//! `cognate dev snapshot`, `restore`, `reset` and `worlds`: what tests ask a running `dev`, for shells; and what goes with
//! `--impersonate` besides the settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use cognate_outbound::{Limits, Outbound, Reach};
use http::{Method, Request, StatusCode};
use serde_json::Value;

use super::door::{Bounds, Door};
use super::{say, text};
use crate::http::dev::names;
use crate::impersonation::{self, Deleted, hosts_file};
use crate::settings::DEV_FOLDER;
use crate::settings::config::Config;

/// A replay lasts as long as the tries of its function.
const BOUNDS: Bounds = Bounds {
    total: Duration::from_secs(600),
    bytes: 128 << 20,
};

/// Adds the commands to the one that runs the server.
pub(super) fn commands(dev: Command) -> Command {
    let named = |what: &'static str| {
        Arg::new("name")
            .value_name("NAME")
            .required(true)
            .help(what)
    };
    let name = || named("Name of the snapshot: letters, digits, - and _");
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
        .requires("changes-hosts")
        .help("The file that --write-hosts and --undo change (default /etc/hosts)");
    let changes = ArgGroup::new("changes-hosts").args(["write-hosts", "undo"]);
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
    .group(changes)
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
    .subcommand(
        Command::new("worlds")
            .about(
                "The worlds of the running server: states beside each other, for tests in parallel",
            )
            .arg(endpoint().global(true))
            .subcommand_required(true)
            .subcommand(Command::new("list").about("List the worlds"))
            .subcommand(
                Command::new("delete")
                    .about("Delete a world with everything in it")
                    .arg(named("Name of the world")),
            ),
    )
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
    let named = sub.get_one::<String>("endpoint").map(String::as_str);
    let endpoint = Endpoint::of(config, named)?;
    let ask = async |method, path: &str| ask(&endpoint, method, path).await;
    match command {
        "snapshots" => {
            let answer = ask(Method::GET, "/_dev/snapshots").await?;
            let found = answer.get("snapshots").and_then(Value::as_array);
            for snapshot in found.into_iter().flatten() {
                say(&line(snapshot))?;
            }
        }
        "worlds" => match sub.subcommand() {
            Some(("delete", sub)) => {
                let path = format!("/_dev/worlds/{}", name(sub)?);
                ask(Method::DELETE, &path).await?;
            }
            _ => {
                let answer = ask(Method::GET, "/_dev/worlds").await?;
                let found = answer.get("worlds").and_then(Value::as_array);
                for world in found.into_iter().flatten() {
                    say(&line(world))?;
                }
            }
        },
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
    Ok(Some(hosts_path(matches)))
}

/// Returns the path of the hosts file.
fn hosts_path(matches: &ArgMatches) -> PathBuf {
    let named = matches.get_one::<String>("hosts-file");
    PathBuf::from(named.map_or(hosts_file::PATH, String::as_str))
}

/// Takes out of the hosts file what `--write-hosts` put in, and deletes the authority.
fn undo(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let region = config.one("impersonate");
    let region = region.context("--undo goes with --impersonate REGION")?;
    let path = hosts_path(matches);
    let shown = path.display();
    let changed = hosts_file::change(&path, |text| hosts_file::without(text, region));
    let changed = changed.map_err(|error| {
        let with_sudo = if hosts_file::is_denied(&error) {
            " (run this with sudo)"
        } else {
            ""
        };
        error.context(format!("cannot take the hosts out of {shown}{with_sudo}"))
    });
    let data = Path::new(config.one("data_dir").unwrap_or(DEV_FOLDER));
    // The authority goes whatever became of the hosts file.
    let deleted = impersonation::delete(data, region);
    let deleted = deleted.context("the authority is not wholly deleted");
    match &changed {
        Ok(true) => say(&format!("{shown} has its lines for {region} no longer"))?,
        Ok(false) => say(&format!("{shown} has no lines for {region}"))?,
        Err(_) => {}
    }
    let folder = impersonation::folder(data);
    let folder = folder.display();
    match &deleted {
        Ok(Deleted::All) => say(&format!("the authority in {folder} is deleted"))?,
        Ok(Deleted::Others) => say(&format!(
            "the authority in {folder} is deleted; the folder has other things in it, and stays"
        ))?,
        Ok(Deleted::None) => say(&format!("there is no authority in {folder}"))?,
        Ok(Deleted::Not(other)) => say(&format!(
            "the authority in {folder} is for {other} and stays: cognate dev --impersonate {other} --undo deletes it"
        ))?,
        Err(_) => {}
    }
    match (changed, deleted) {
        (Err(hosts), Err(authority)) => bail!("{hosts:#}; {authority:#}"),
        (changed, deleted) => (changed?, deleted.map(drop)?),
    };
    say(
        "in shells with the variables: unset NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE AWS_CA_BUNDLE SSL_CERT_FILE",
    )?;
    let back = impersonation::redirect_undone(config.one("impersonate_listen"));
    say(&format!("if https was led to another port: {back}"))
}

/// Returns the name of a snapshot or world, which becomes a part of a path.
fn name(matches: &ArgMatches) -> anyhow::Result<String> {
    let name = text(matches, "name");
    match names::is_one(&name) {
        true => Ok(name),
        false => bail!("{}", names::FORM),
    }
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

/// Where a running `dev` is asked.
pub(super) enum Endpoint {
    /// On this machine.
    Own(Door),
    /// At a URL that somebody named.
    Named(String),
}

impl Endpoint {
    /// Returns the one that is named, or without one that of the data folder.
    pub(super) fn of(config: &Config, named: Option<&str>) -> anyhow::Result<Self> {
        let Some(url) = named else {
            return Door::of_dev(config).map(Self::Own);
        };
        // Another machine is asked by the name that it is called by.
        let here = |door: &Door| door.address().ip().is_loopback();
        Ok(match Door::of_url(config, url)?.filter(here) {
            Some(door) => Self::Own(door),
            None => Self::Named(url.trim_end_matches('/').to_owned()),
        })
    }
}

/// Asks a running `dev`.
pub(super) async fn ask(at: &Endpoint, method: Method, path: &str) -> anyhow::Result<Value> {
    let (endpoint, answer) = match at {
        Endpoint::Own(door) => (door.url(), door.ask(method, path, BOUNDS).await),
        Endpoint::Named(url) => (url.clone(), elsewhere(url, method, path).await),
    };
    let answer = answer.with_context(|| {
        format!("no dev server answers on {endpoint}: start one, or name its address")
    })?;
    let (status, body) = answer;
    let document: Option<Value> = serde_json::from_slice(&body).ok();
    match (status, document) {
        (StatusCode::OK, Some(document)) => Ok(document),
        (_, Some(document)) if document.get("error").is_some() => {
            let why = document.get("error").and_then(Value::as_str);
            bail!("{}", why.unwrap_or_default())
        }
        (status, _) => bail!("what listens on {endpoint} is no dev server: it answers {status}"),
    }
}

async fn elsewhere(
    endpoint: &str,
    method: Method,
    path: &str,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let limits = Limits {
        total: BOUNDS.total,
        connect: Duration::from_secs(5),
        bytes: BOUNDS.bytes,
        content_type: None,
    };
    let request = Request::builder()
        .method(method)
        .uri(format!("{endpoint}{path}"))
        .body(Bytes::new())?;
    let outbound = Outbound::reaching(Reach::PlainHttp);
    let answer = outbound.send(request, limits).await?;
    Ok((answer.status(), answer.into_body()))
}

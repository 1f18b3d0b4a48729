//! `cognate backup`: archives of a server or of pools.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{ArgMatches, Command, FromArgMatches as _, Subcommand};
use cognate_access::commands;
use cognate_crypto::age::Identity;
use cognate_crypto::secret::Secret;
use cognate_domain::Mode;
use cognate_domain::clock::Clock;
use serde_json::Value;

use super::{Reach, say};
use crate::admin::{Request, backups as admin};
use crate::database::backup::restore::{self, Opened};
use crate::database::backup::run::{self, Settings, Source};
use crate::database::backup::target::Target;
use crate::database::sealing;
use crate::settings::config::Config;
use crate::settings::{Database, backups};
use crate::start;
use crate::time_text::rfc3339;

/// The commands.
#[derive(Debug, Subcommand)]
enum Backup {
    /// Write an encrypted archive of the server, or of pools, while it serves
    Create {
        /// Folder or s3://bucket/prefix; otherwise backup_target
        #[arg(long, value_name = "PLACE")]
        to: Option<String>,
        /// Who can read it, age1…; may be repeated; otherwise backup_recipients
        #[arg(long, value_name = "RECIPIENT")]
        recipient: Vec<String>,
        /// Id of a pool that it holds, instead of the whole server; may be repeated
        #[arg(long, value_name = "ID")]
        pool: Vec<String>,
    },
    /// Restore an archive into a scratch database and sign a user in there
    Verify {
        /// File or s3://bucket/name
        archive: String,
        /// File with the identity that opens it
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// SHA-256 that the archive must have
        #[arg(long, value_name = "HEX")]
        sha256: Option<String>,
    },
    /// List the archives of a place
    List {
        /// Folder or s3://bucket/prefix; otherwise backup_target
        place: Option<String>,
    },
    /// Restore a server into an empty database, or pools into one that is in use
    Restore {
        /// File or s3://bucket/name
        archive: String,
        /// File with the identity that opens it
        #[arg(long, value_name = "FILE")]
        identity: PathBuf,
        /// Id of a pool of the archive to bring back; may be repeated
        #[arg(long, value_name = "ID")]
        pool: Vec<String>,
        /// SHA-256 that the archive must have
        #[arg(long, value_name = "HEX")]
        sha256: Option<String>,
    },
    /// Make an identity that opens archives, and print its recipient
    Key {
        /// File of the identity
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let command = Command::new("backup")
        .about("Back up a server or pools, and restore them")
        .subcommand_required(true);
    Backup::augment_subcommands(command)
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let settings = backups::read(config)?;
    match Backup::from_arg_matches(matches)? {
        Backup::Create {
            to,
            recipient,
            pool,
        } => {
            let target = to.or_else(|| settings.target.clone());
            let request = Request::Backup {
                target: target.map(|place| absolute(&place)).transpose()?,
                recipients: recipient,
                pools: pool,
            };
            let made: run::Made = serde_json::from_value(ask(config, &settings, request).await?)?;
            say(&format!(
                "{}\n{} bytes, {} rows, SHA-256 {}",
                made.archive, made.bytes, made.rows, made.sha256
            ))
        }
        Backup::Verify {
            archive,
            identity,
            sha256,
        } => verify(&source(&archive, &identity, &settings)?, sha256.as_deref()).await,
        Backup::List { place } => {
            let place = place.as_deref().or(settings.target.as_deref());
            let place =
                place.context("say which place: a folder, s3://bucket/prefix, or backup_target")?;
            let target = Target::parse(place, &settings.s3)?;
            for item in target.list().await? {
                say(&format!(
                    "{}  {:>14}  {}",
                    rfc3339(item.written),
                    item.bytes,
                    target.whole_name(&item.name)
                ))?;
            }
            Ok(())
        }
        Backup::Restore {
            archive,
            identity,
            pool,
            sha256,
        } => {
            let source = source(&archive, &identity, &settings)?;
            let opened = source.open().await?;
            if opened.header.pools.is_none() && pool.is_empty() {
                if let Some(wanted) = sha256 {
                    source.check_hash(&wanted).await?;
                }
                return whole(config, opened).await;
            }
            drop(opened);
            let request = Request::RestorePools {
                archive: absolute(&archive)?,
                identity: std::path::absolute(&identity)?.display().to_string(),
                pools: pool,
                sha256,
            };
            let answer = ask(config, &settings, request).await?;
            let pools = answer.get("pools").and_then(Value::as_array);
            for pool in pools.into_iter().flatten().filter_map(Value::as_str) {
                say(&format!("{pool} is back"))?;
            }
            Ok(())
        }
        Backup::Key { out } => key(&out),
    }
}

/// Returns the place or the archive as another program of this machine finds it.
fn absolute(place: &str) -> anyhow::Result<String> {
    if place.starts_with("s3://") {
        return Ok(place.to_owned());
    }
    Ok(std::path::absolute(place)?.display().to_string())
}

fn source(archive: &str, identity: &Path, settings: &Settings) -> anyhow::Result<Source> {
    let (target, name) = Target::of_archive(archive, &settings.s3)?;
    let identities = run::identities(identity)?;
    Ok(Source {
        target,
        name,
        identities,
    })
}

/// Lets the server that has the database run the command, or runs it here.
async fn ask(config: &Config, settings: &Settings, request: Request) -> anyhow::Result<Value> {
    let mut reach = Reach::new(config)?;
    let answer = match reach.served(&request).await {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => match &reach.opened {
            Some(opened) => admin::perform(&opened.store, &opened.root, settings, request).await,
            None => Err(anyhow::anyhow!("no database is open")),
        },
        Err(error) => Err(error),
    };
    reach.close().await;
    answer
}

async fn verify(source: &Source, sha256: Option<&str>) -> anyhow::Result<()> {
    if let Some(wanted) = sha256 {
        source.check_hash(wanted).await?;
    }
    let verified = run::verify(source).await?;
    for tally in &verified.manifest.tables {
        if tally.rows > 0 {
            say(&format!("{:>12}  {}", tally.rows, tally.table))?;
        }
    }
    for pool in &verified.pools {
        say(&format!("a new user signs in to {pool}"))?;
    }
    say("the archive is whole")
}

/// Restores a server into an empty database, which the settings name as for the server itself.
async fn whole(config: &Config, opened: Opened) -> anyhow::Result<()> {
    let mode = match opened.header.mode.as_str() {
        "dev" => Mode::Dev,
        "serve" => Mode::Serve,
        other => bail!("the archive is of a server of the mode {other:?}"),
    };
    let database = Database::new(Some(mode), config)?;
    let store = start::open_store(&database).await?;
    let restored = async {
        let root = sealing::for_restore(&database.key, &store).await?;
        let now = commands::service_time(&store, Clock::default().wall()).await?;
        restore::whole(opened, &store, &root, now).await
    };
    let restored = restored.await;
    store.close().await;
    let rows = restored?.manifest.rows();
    say(&format!("{rows} rows are restored"))
}

/// Writes a new identity into a file that only its owner can read.
fn key(out: &Path) -> anyhow::Result<()> {
    let identity = Identity::generate();
    let text = format!(
        "# recipient: {}\n{}\n",
        identity.recipient(),
        identity.to_text().expose()
    );
    let text = Secret::new(text);
    let shown = || format!("cannot write {}", out.display());
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(out)
        .with_context(shown)?;
    file.write_all(text.expose().as_bytes())
        .with_context(shown)?;
    file.sync_all().with_context(shown)?;
    say(&identity.recipient().to_string())
}

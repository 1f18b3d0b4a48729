//! `cognate sealing-key`: the key that opens the database.

use std::path::Path;

use anyhow::bail;
use clap::{Arg, ArgMatches, Command};
use cognate_crypto::seal::RootKey;

use super::{say, text};
use crate::database::{rotate, sealing};
use crate::settings::Database;
use crate::settings::config::Config;
use crate::start::{self, OpenDatabase};

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let sub = |name: &'static str, about: &'static str| Command::new(name).about(about);
    sub("sealing-key", "Manage the key that opens the database")
        .subcommand_required(true)
        .subcommand(sub("generate", "Print a new sealing key"))
        .subcommand(sub("check", "Check the sealing key against the database"))
        .subcommand(
            sub(
                "rotate",
                "Move the database to another sealing key; no server may run meanwhile",
            )
            .arg(
                Arg::new("new")
                    .long("new-key-file")
                    .required(true)
                    .value_name("FILE")
                    .help("File of the new key; made when it is missing"),
            ),
        )
}

/// Runs a command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("generate", _)) => say(RootKey::generate().to_base64().expose()),
        Some(("check", _)) => {
            let OpenDatabase { store, root } =
                start::open_existing(&Database::new(None, config)?).await?;
            store.close().await;
            say(&format!(
                "the sealing key opens this database (check value {})",
                root.check_value()
            ))
        }
        Some(("rotate", sub)) => rotate_key(config, Path::new(&text(sub, "new"))).await,
        _ => bail!("unknown command"),
    }
}

async fn rotate_key(config: &Config, new_file: &Path) -> anyhow::Result<()> {
    let database = Database::new(None, config)?;
    let old = sealing::given(&database.key)?;
    let store = start::open_store(&database).await?;
    let made = !new_file.exists();
    if made {
        sealing::write(new_file, &RootKey::generate())?;
    }
    let now = cognate_domain::clock::Clock::default().wall();
    let offset = cognate_domain::records::meta::clock_offset(&store).await;
    let now = now + offset.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let outcome = rotate::rotate(&store, &old, &sealing::read(new_file)?, now).await;
    store.close().await;
    let rotated = outcome?;
    say(&format!(
        "{} pools and {} access keys are sealed by the key in {} now; the old key opens nothing any more",
        rotated.pools,
        rotated.access_keys,
        new_file.display()
    ))
}

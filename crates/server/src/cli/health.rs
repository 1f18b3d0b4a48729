//! `cognate health`: asks the server of these settings whether it can do its work, for containers that have no other program.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Command;
use http::{Method, StatusCode};

use super::door::{Bounds, Door};
use super::say;
use crate::settings::config::Config;

/// The time that the server has for its answer, and the most bytes of that; `/health/ready` has one line.
const BOUNDS: Bounds = Bounds {
    total: Duration::from_secs(5),
    bytes: 4096,
};

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    Command::new("health").about("Ask the server with these settings whether it can do its work")
}

/// Runs the command.
///
/// # Errors
/// No answer within five seconds, an answer other than 200, and a certificate other than the configured one.
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let door = Door::of_settings(config)?;
    let asked = door.ask(Method::GET, "/health/ready", BOUNDS).await;
    let (status, body) = asked.with_context(|| format!("{} does not answer", door.address()))?;
    let line = String::from_utf8_lossy(&body).trim().to_owned();
    let address = door.address();
    ensure!(
        status == StatusCode::OK,
        "{address} does not answer: {status}: {line}"
    );
    say(&line)
}

//! `cognate explain`: what a hint of `dev` means (docs/DEV.md), and what stands behind the number of a request.

use anyhow::bail;
use clap::{Arg, ArgMatches, Command};

use super::{find, say, text};
use crate::hints;
use crate::settings::config::Config;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let code = Arg::new("code").value_name("CODE").help(
        "Code of a hint, the name of an exception or of an error of OAuth, or the number of a request; without it all codes",
    );
    Command::new("explain")
        .about("Say why something is refused, and which setting decides")
        .arg(code)
}

/// Runs the command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let code = text(matches, "code");
    if find::is_reference(&code) {
        return find::explain(config, &code).await;
    }
    if code.is_empty() {
        return say(&hints::all().join("\n"));
    }
    let found = hints::explained(&code);
    if found.is_empty() {
        bail!("nothing is known of {code:?}; cognate explain lists all codes");
    }
    say(&found.join("\n\n"))
}

//! `cognate explain`: what a hint of `dev` means (docs/DEV.md).

use anyhow::bail;
use clap::{Arg, ArgMatches, Command};

use super::{say, text};
use crate::hints;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let code = Arg::new("code").value_name("CODE").help(
        "Code of a hint, or the name of an exception or of an error of OAuth; without it all codes",
    );
    Command::new("explain")
        .about("Say why something is refused, and which setting decides")
        .arg(code)
}

/// Runs the command.
pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let code = text(matches, "code");
    if code.is_empty() {
        return say(&hints::all().join("\n"));
    }
    let found = hints::explained(&code);
    if found.is_empty() {
        bail!("nothing is known of {code:?}; cognate explain lists all codes");
    }
    say(&found.join("\n\n"))
}

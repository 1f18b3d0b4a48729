//! Documents of Terraform that a command is given, and what it says beside its result.

use std::io::{IsTerminal as _, Read as _, Write as _};

use anyhow::Context as _;
use cognate_templates::reading::{self, MOST_BYTES};
use serde_json::Value;

/// Reads a document of JSON: a file, or standard input for `-`. What is larger than it may be is not read to its end.
///
/// # Errors
/// What is wrong, with the name; never with what stands there.
pub(super) fn read(name: &str) -> anyhow::Result<Value> {
    let most = MOST_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = match name {
        "-" => {
            let input = std::io::stdin().lock();
            if input.is_terminal() {
                anyhow::bail!(
                    "standard input is a terminal: give the output of `terraform show -json`"
                );
            }
            input.take(most).read_to_end(&mut bytes)
        }
        name => {
            let file = std::fs::File::open(name).with_context(|| format!("cannot read {name}"))?;
            file.take(most).read_to_end(&mut bytes)
        }
    };
    read.with_context(|| format!("cannot read {name}"))?;
    reading::read(&bytes).map_err(|error| anyhow::anyhow!("{name}: {error}"))
}

/// Says what a person should know, beside the result: on standard error, without what is made for a terminal.
///
/// # Errors
/// Faults of the terminal.
pub(super) fn notes(notes: &[String]) -> anyhow::Result<()> {
    let mut out = std::io::stderr().lock();
    for note in notes {
        let note: String = note.chars().filter(|c| !c.is_control()).collect();
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

//! The file of an import, read on a thread of its own: what others wrote is parsed beside the async threads, and no more of
//! it is held than a few rows.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use cognate_crypto::age::{self, Identity};
use cognate_moving::formats::{self, FileError, Row};
use tokio::sync::mpsc;

use super::options;
use crate::cli::text;

/// The rows that may wait to be applied.
const WAITING: usize = 256;
/// How encrypted files begin.
const AGE: &[u8] = b"age-encryption.org/";

/// A file that is being read.
pub(super) struct Source {
    /// Its rows.
    pub(super) rows: mpsc::Receiver<Row>,
    thread: JoinHandle<Result<(), FileError>>,
}

impl Source {
    /// Tells how reading ended; to be asked after the last row.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        drop(self.rows);
        match self.thread.join() {
            Ok(outcome) => Ok(outcome?),
            Err(_) => bail!("reading the file failed"),
        }
    }
}

/// Opens the file and begins to read.
pub(super) fn open(matches: &ArgMatches) -> anyhow::Result<Source> {
    let options = options::read(matches)?;
    let path = text(matches, "file");
    let mut input: Box<dyn BufRead + Send> = if path == "-" {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(&path).with_context(|| format!("cannot open {path}"))?;
        Box::new(BufReader::with_capacity(1 << 16, file))
    };
    let identity = matches.get_one::<String>("identity");
    let encrypted = input.fill_buf()?.starts_with(AGE);
    match (encrypted, identity) {
        (true, Some(identity)) => {
            let opened = age::open(
                &identities(identity)?,
                Box::new(input) as Box<dyn Read + Send>,
            )?;
            input = Box::new(BufReader::with_capacity(1 << 16, opened));
        }
        (true, None) => bail!("{path} is encrypted: give the key that opens it with --identity"),
        (false, Some(_)) => bail!("{path} is not encrypted, although --identity was given"),
        (false, None) => {}
    }
    let (sender, rows) = mpsc::channel(WAITING);
    let thread = std::thread::Builder::new()
        .name("import".to_owned())
        .spawn(move || {
            formats::read(&mut *input, &options, &mut |row| {
                sender.blocking_send(row).is_ok()
            })
        })?;
    Ok(Source { rows, thread })
}

/// Reads the keys of a file as `age-keygen` writes it.
fn identities(path: &str) -> anyhow::Result<Vec<Identity>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let lines = text.lines().map(str::trim);
    let keys = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys: Result<Vec<_>, _> = keys.map(Identity::parse).collect();
    let keys = keys.with_context(|| format!("{path} is no file of age identities"))?;
    if keys.is_empty() {
        bail!("{path} has no key");
    }
    Ok(keys)
}

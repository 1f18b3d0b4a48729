//! `cognate breached`: the list of passwords that were in the hands of others (docs/BREACHED.md).

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_crypto::hash::sha1;
use cognate_crypto::secret::SecretString;
use cognate_moving::breached::import::{Source, import as written};
use cognate_moving::breached::list::List;

use super::whole_file::WholeFile;
use super::{say, text};
use crate::settings::config::Config;

/// The longest password that is read, in bytes.
const LONGEST: u64 = 4096;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let file = || {
        Arg::new("file")
            .long("file")
            .value_name("FILE")
            .help("The compact file; that of the setting breached_passwords without it")
    };
    Command::new("breached")
        .about("Manage the list of passwords that were in the hands of others")
        .subcommand_required(true)
        .subcommand(
            Command::new("import")
                .about("Write the compact file from a published list of SHA-1 hashes")
                .args([
                    Arg::new("source")
                        .value_name("FILE|FOLDER")
                        .required(true)
                        .help(
                            "Lines HASH:COUNT, - for standard input, or a folder with a file SUFFIX:COUNT for each five digits",
                        ),
                    Arg::new("min-count")
                        .long("min-count")
                        .value_name("N")
                        .default_value("1")
                        .value_parser(clap::value_parser!(u64))
                        .help("Leave out passwords that were seen less often"),
                    file(),
                ]),
        )
        .subcommand(
            Command::new("status").about("Say what the list has").args([
                file(),
                Arg::new("verify")
                    .long("verify")
                    .action(ArgAction::SetTrue)
                    .help("Read all of it and compare its checksum"),
            ]),
        )
        .subcommand(
            Command::new("check")
                .about("Read a password, one line of standard input, and say whether the list has it")
                .arg(file()),
        )
}

/// Runs a command.
pub(super) fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let (name, sub) = matches.subcommand().context("unknown command")?;
    let file = sub.get_one::<String>("file").map(String::as_str);
    let file = file.or_else(|| config.one("breached_passwords"));
    let file = PathBuf::from(
        file.context("name the file with --file or by the setting breached_passwords")?,
    );
    match name {
        "import" => import(sub, &file),
        "status" => status(&file, sub.get_flag("verify")),
        "check" => check(&file),
        _ => bail!("unknown command"),
    }
}

fn import(matches: &ArgMatches, file: &Path) -> anyhow::Result<()> {
    let name = text(matches, "source");
    let least = matches.get_one::<u64>("min-count").copied().unwrap_or(1);
    let path = Path::new(&name);
    let shown = || format!("cannot read {name}");
    let source = if name == "-" {
        Source::Lines(
            Box::new(BufReader::new(io::stdin().lock())),
            "standard input",
        )
    } else if fs::metadata(path).with_context(shown)?.is_dir() {
        Source::Folder(path)
    } else {
        let lines = File::open(path).with_context(shown)?;
        Source::Lines(Box::new(BufReader::with_capacity(1 << 20, lines)), &name)
    };
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    // Everybody may read what is published, and the server is perhaps another user.
    let mut to = WholeFile::readable(file)?;
    let buffer = BufWriter::with_capacity(1 << 20, &mut to);
    let done = written(source, buffer, folder.unwrap_or(Path::new(".")), least)?;
    to.finish()?;
    say(&format!(
        "read\t{} lines of {} files",
        done.lines, done.files
    ))?;
    say(&format!(
        "left out\t{} seen less often than asked for",
        done.rare
    ))?;
    say(&format!(
        "written\t{} hashes to {}",
        done.entries,
        file.display()
    ))
}

fn open(file: &Path) -> anyhow::Result<List> {
    List::open(file).with_context(|| format!("cannot use {}", file.display()))
}

fn status(file: &Path, verify: bool) -> anyhow::Result<()> {
    let list = open(file)?;
    let bytes = fs::metadata(file)?.len();
    say(&format!("file\t{}", file.display()))?;
    say(&format!("hashes\t{}", list.entries()))?;
    say(&format!("least count\t{}", list.min_count()))?;
    say(&format!("bytes\t{bytes}"))?;
    if verify {
        list.verify()
            .with_context(|| format!("cannot use {}", file.display()))?;
        say("checksum\tright")?;
    }
    Ok(())
}

fn check(file: &Path) -> anyhow::Result<()> {
    let list = open(file)?;
    let input = io::stdin().lock();
    if input.is_terminal() {
        let mut out = io::stderr().lock();
        write!(out, "Password (it is shown): ")?;
        out.flush()?;
    }
    let password = read(input)?;
    let found = list.has(&sha1(password.expose().as_bytes()))?;
    say(match found {
        true => "found",
        false => "not found",
    })
}

/// Reads a line, without its end.
fn read(input: impl BufRead) -> anyhow::Result<SecretString> {
    let mut line = String::new();
    let mut input = input.take(LONGEST);
    input
        .read_line(&mut line)
        .context("the password is no text")?;
    let line = SecretString::new(line);
    if input.limit() == 0 {
        bail!("the password is longer than {LONGEST} bytes");
    }
    let password = line.expose().trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("a password is expected on standard input");
    }
    Ok(SecretString::new(password.to_owned()))
}

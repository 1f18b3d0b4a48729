//! `cognate age`: keys for encrypted files, and opening such files where the tool `age` is not at hand.

use std::fs::{self, File};
use std::io::{self, BufReader, IsTerminal as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_crypto::age::{self, Identity};
use cognate_crypto::secret::Secret;
use cognate_domain::clock::Clock;

use super::whole_file::WholeFile;
use super::{say, text};
use crate::time_text;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("age")
        .about("Make keys for encrypted files, and open such files")
        .subcommand_required(true)
        .subcommand(
            Command::new("keygen")
                .about(
                    "Make a key: the file opens what is encrypted to the recipient that is printed",
                )
                .arg(arg(
                    "out",
                    "FILE",
                    "The file of the key; without it the key is printed",
                )),
        )
        .subcommand(
            Command::new("decrypt")
                .about("Open an encrypted file")
                .args([
                    Arg::new("file")
                        .value_name("FILE")
                        .required(true)
                        .help("The encrypted file"),
                    arg(
                        "identity",
                        "FILE",
                        "A file of keys, as keygen makes it; may be given several times",
                    )
                    .required(true)
                    .action(ArgAction::Append),
                    arg("out", "FILE", "The opened file; - is standard output").required(true),
                ]),
        )
}

/// Runs a command.
pub(super) fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    match matches.subcommand() {
        Some(("keygen", sub)) => keygen(sub.get_one::<String>("out").map(String::as_str)),
        Some(("decrypt", sub)) => decrypt(sub),
        _ => bail!("unknown command"),
    }
}

fn keygen(out: Option<&str>) -> anyhow::Result<()> {
    let key = Identity::generate();
    let recipient = key.recipient();
    // The form of `age-keygen`.
    let text = Secret::new(format!(
        "# created: {}\n# public key: {recipient}\n{}\n",
        time_text::rfc3339(Clock::default().wall()),
        key.to_text().expose()
    ));
    let Some(out) = out else {
        return say(text.expose().trim_end());
    };
    // A key that is replaced takes every file with it.
    if fs::symlink_metadata(out).is_ok() {
        bail!("{out} is there already");
    }
    let mut file = WholeFile::create(Path::new(out))?;
    file.write_all(text.expose().as_bytes())?;
    file.finish()?;
    say(&format!("Public key: {recipient}"))
}

/// Reads the keys of a file: one a line, besides comments.
///
/// # Errors
/// If it cannot be read, has no key, or has something else.
pub(super) fn identities(path: &str) -> anyhow::Result<Vec<Identity>> {
    let shown = || format!("cannot read {path}");
    let text = Secret::new(fs::read_to_string(path).with_context(shown)?);
    if fs::metadata(path).with_context(shown)?.mode() & 0o077 != 0 {
        tracing::warn!(
            path,
            "other users of this machine can read the key: chmod 600 it"
        );
    }
    let lines = text.expose().lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keys = lines.map(Identity::parse).collect::<Result<Vec<_>, _>>();
    let keys = keys.with_context(|| path.to_owned())?;
    if keys.is_empty() {
        bail!("{path} has no key");
    }
    Ok(keys)
}

fn decrypt(matches: &ArgMatches) -> anyhow::Result<()> {
    let mut keys = Vec::new();
    for path in matches.get_many::<String>("identity").into_iter().flatten() {
        keys.extend(identities(path)?);
    }
    let (path, out) = (text(matches, "file"), text(matches, "out"));
    let file = File::open(&path).with_context(|| format!("cannot read {path}"))?;
    let mut opened = age::open(&keys, BufReader::new(file)).with_context(|| path.clone())?;
    if out != "-" {
        let mut file = WholeFile::create(Path::new(&out))?;
        io::copy(&mut opened, &mut file).with_context(|| path.clone())?;
        return file.finish();
    }
    let mut standard = io::stdout().lock();
    if standard.is_terminal() {
        tracing::warn!("what is printed may be secret");
    }
    io::copy(&mut opened, &mut standard).with_context(|| path.clone())?;
    Ok(standard.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_keys_has_comments_and_keys_and_nothing_else() {
        let path = std::env::temp_dir().join(format!(
            "cognate-keys-{}",
            cognate_crypto::random::uuid_v4()
        ));
        let path = path.to_str().unwrap();
        let read = |text: &str| {
            fs::write(path, text).unwrap();
            identities(path).map(|keys| keys.iter().map(Identity::recipient).collect::<Vec<_>>())
        };
        let (one, two) = (Identity::generate(), Identity::generate());
        let both = format!(
            "# created\n{}\n\n  {}  \n",
            one.to_text().expose(),
            two.to_text().expose()
        );
        assert!(read(&both).unwrap() == [one.recipient(), two.recipient()]);
        assert_eq!(
            read("# none\n").unwrap_err().to_string(),
            format!("{path} has no key")
        );
        assert!(read(&one.recipient().to_string()).is_err());
        fs::remove_file(path).unwrap();
        assert!(identities(path).is_err());
    }
}

//! `cognate export`: the users of a pool as a file.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_crypto::age::Recipient;
use cognate_domain::clock::Clock;
use cognate_moving::export::{Format, Secrets, Tally};

use super::whole_file::WholeFile;
use super::{Reach, Signals, text};
use crate::admin::Request;
use crate::admin::export::{self, Pieces};
use crate::settings::config::Config;
use crate::start;

/// Returns the grammar of the command.
pub(super) fn command() -> Command {
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("export")
        .about("Write the users of a pool into a file, with their secrets if it is encrypted to somebody")
        .args([
            Arg::new("pool").value_name("POOL").required(true).help("Pool"),
            arg("format", "FORMAT", "jsonl (everything), csv (for import jobs), scim or keycloak")
                .required(true)
                .value_parser(Format::ALL.map(Format::name)),
            arg("out", "FILE", "The file (default POOL.FORMAT, with .age when encrypted); - is standard output"),
            arg("recipient", "KEY", "Encrypt to this key, age1…; may be given several times")
                .action(ArgAction::Append),
            arg("recipients-file", "FILE", "Encrypt to the keys in a file, one a line")
                .action(ArgAction::Append),
            arg("hashes", "ALGORITHM", "Give csv a column of the password hashes of one kind that users still have from elsewhere: BCRYPT, SCRYPT, ARGON2ID or PBKDF2_SHA256"),
        ])
}

/// Runs the command.
pub(super) async fn run(config: &Config, matches: &ArgMatches) -> anyhow::Result<()> {
    let signals = Signals::new()?;
    let mut reach = Reach::new(config)?;
    let outcome = tokio::select! {
        outcome = write(&mut reach, matches) => outcome,
        () = signals.wait() => Err(anyhow::anyhow!("interrupted: there is no file")),
    };
    reach.close().await;
    outcome
}

/// What the file is written to.
enum Output {
    File(Box<WholeFile>),
    Standard,
}

impl Output {
    fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => file.write_all(piece),
            Self::Standard => io::stdout().lock().write_all(piece),
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::File(file) => file.finish(),
            Self::Standard => Ok(io::stdout().lock().flush()?),
        }
    }
}

async fn write(reach: &mut Reach, matches: &ArgMatches) -> anyhow::Result<()> {
    let (pool, format) = (text(matches, "pool"), text(matches, "format"));
    let format = Format::named(&format).context("unknown format")?;
    let recipients = recipients(matches)?;
    let encrypted = if recipients.is_empty() { "" } else { ".age" };
    let out = matches.get_one::<String>("out").cloned();
    let out = out.unwrap_or_else(|| format!("{pool}.{}{encrypted}", format.extension()));
    let standard = out == "-";
    if standard && !recipients.is_empty() && io::stdout().is_terminal() {
        bail!(
            "an encrypted file is nothing to look at: write it to a file or into another program"
        );
    }
    let request = Request::Export {
        pool,
        format: format.name().to_owned(),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        hashes: matches.get_one::<String>("hashes").cloned(),
    };
    let mut pieces = pieces(reach, &request).await?;
    let mut output = if standard {
        Output::Standard
    } else {
        Output::File(Box::new(WholeFile::create(Path::new(&out))?))
    };
    while let Some(piece) = pieces.next().await? {
        output
            .write(&piece)
            .with_context(|| format!("cannot write {out}"))?;
    }
    output.finish()?;
    let name = if standard { "the file" } else { &out };
    let report = report(name, format, recipients.len(), &pieces.tally()?);
    // Standard output may be the file.
    let mut to: Box<dyn io::Write> = if standard {
        Box::new(io::stderr().lock())
    } else {
        Box::new(io::stdout().lock())
    };
    for line in report {
        writeln!(to, "{line}")?;
    }
    Ok(())
}

/// Lets the server that has the database make the file, or makes it here if there is none.
async fn pieces(reach: &mut Reach, request: &Request) -> anyhow::Result<Pieces> {
    if let Some(folder) = &reach.database.folder
        && let Some(pieces) = Pieces::served(folder.path(), request).await?
    {
        return Ok(pieces);
    }
    let opened = start::open_existing(&reach.database).await?;
    let opened = reach.opened.insert(opened);
    let now = Clock::default().wall();
    let export = export::begin(&opened.store, &opened.root, now, request).await;
    Ok(Pieces::Own(Box::new(export.map_err(anyhow::Error::msg)?)))
}

/// Returns the keys that were given, each once.
fn recipients(matches: &ArgMatches) -> anyhow::Result<Vec<Recipient>> {
    let mut all: Vec<Recipient> = Vec::new();
    let mut add = |text: &str| -> anyhow::Result<()> {
        let key = Recipient::parse(text).with_context(|| format!("{text:?}"))?;
        if !all.contains(&key) {
            all.push(key);
        }
        Ok(())
    };
    for text in matches
        .get_many::<String>("recipient")
        .into_iter()
        .flatten()
    {
        add(text)?;
    }
    for file in matches
        .get_many::<String>("recipients-file")
        .into_iter()
        .flatten()
    {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        let mut found = false;
        for line in text.lines().map(str::trim) {
            if !line.is_empty() && !line.starts_with('#') {
                add(line).with_context(|| file.clone())?;
                found = true;
            }
        }
        // Without a key the file would come out unencrypted, which nobody means who names such a file.
        if !found {
            bail!("{file} has no key of a recipient");
        }
    }
    Ok(all)
}

/// Returns what is in the file and what is not, line by line.
fn report(file: &str, format: Format, recipients: usize, tally: &Tally) -> Vec<String> {
    let mut lines = Vec::new();
    let encrypted = match recipients {
        0 => "it is not encrypted and has no secrets".to_owned(),
        1 => "it is encrypted to one recipient".to_owned(),
        n => format!("it is encrypted to {n} recipients"),
    };
    let users = counted(tally.users, "user", "users");
    let groups = match format {
        Format::Jsonl | Format::Keycloak => {
            format!(" and {}", counted(tally.groups, "group", "groups"))
        }
        Format::Csv | Format::Scim => String::new(),
    };
    lines.push(format!("{file} has {users}{groups}; {encrypted}"));
    if tally.secrets.sum() > 0 {
        lines.push(format!("secrets in it: {}", listed(tally.secrets)));
    }
    if tally.omitted.sum() > 0 {
        let why = match format {
            Format::Jsonl | Format::Keycloak if recipients == 0 => {
                "; with --recipient they are in the file"
            }
            Format::Jsonl => "",
            Format::Csv | Format::Scim | Format::Keycloak => "; the format has no place for them",
        };
        lines.push(format!("secrets left out: {}{why}", listed(tally.omitted)));
    }
    if tally.verifiers > 0 {
        let verifiers = counted(
            tally.verifiers,
            "password is an SRP verifier",
            "passwords are SRP verifiers",
        );
        let limit = if format == Format::Jsonl && recipients > 0 {
            "of use to another server of this kind alone"
        } else {
            "of use to another server of this kind alone, by jsonl: elsewhere new passwords are set"
        };
        lines.push(format!("{verifiers}, {limit}"));
    }
    let mut left_out = |n: u64, one: &str, several: &str| {
        if n > 0 {
            lines.push(format!("left out: {}", counted(n, one, several)));
        }
    };
    left_out(tally.omitted_passkeys, "passkey", "passkeys");
    left_out(
        tally.omitted_links,
        "link to an identity provider",
        "links to identity providers",
    );
    left_out(
        tally.disabled_left_out,
        "disabled user, whom an import job would enable",
        "disabled users, whom an import job would enable",
    );
    left_out(
        tally.federated_left_out,
        "user of an identity provider, of whom an import job would make one with a password",
        "users of identity providers, of whom an import job would make ones with passwords",
    );
    lines
}

fn counted(n: u64, one: &str, several: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { several })
}

fn listed(secrets: Secrets) -> String {
    let kinds = [
        (secrets.passwords, "password", "passwords"),
        (
            secrets.former_passwords,
            "former password",
            "former passwords",
        ),
        (
            secrets.apps,
            "seed of an authenticator app",
            "seeds of authenticator apps",
        ),
    ];
    let there = kinds.into_iter().filter(|(n, ..)| *n > 0);
    let there: Vec<_> = there.map(|(n, one, more)| counted(n, one, more)).collect();
    there.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(passwords: u64, former_passwords: u64, apps: u64) -> Secrets {
        Secrets {
            passwords,
            former_passwords,
            apps,
        }
    }

    #[test]
    fn a_whole_file_says_who_reads_it_and_where_its_passwords_count() {
        let tally = Tally {
            groups: 1,
            users: 2,
            secrets: secrets(2, 1, 0),
            verifiers: 2,
            ..Tally::default()
        };
        assert_eq!(
            report("f", Format::Jsonl, 1, &tally),
            [
                "f has 2 users and 1 group; it is encrypted to one recipient",
                "secrets in it: 2 passwords, 1 former password",
                "2 passwords are SRP verifiers, of use to another server of this kind alone",
            ]
        );
    }

    #[test]
    fn what_is_left_out_is_said() {
        let tally = Tally {
            users: 1,
            omitted: secrets(1, 0, 2),
            verifiers: 1,
            ..Tally::default()
        };
        assert_eq!(
            report("f", Format::Jsonl, 0, &tally),
            [
                "f has 1 user and 0 groups; it is not encrypted and has no secrets",
                "secrets left out: 1 password, 2 seeds of authenticator apps; with --recipient they are in the file",
                "1 password is an SRP verifier, of use to another server of this kind alone, by jsonl: elsewhere new passwords \
                 are set",
            ]
        );
        let tally = Tally {
            users: 7,
            omitted: secrets(1, 0, 0),
            omitted_passkeys: 1,
            omitted_links: 2,
            disabled_left_out: 1,
            federated_left_out: 3,
            ..Tally::default()
        };
        assert_eq!(
            report("the file", Format::Csv, 2, &tally),
            [
                "the file has 7 users; it is encrypted to 2 recipients",
                "secrets left out: 1 password; the format has no place for them",
                "left out: 1 passkey",
                "left out: 2 links to identity providers",
                "left out: 1 disabled user, whom an import job would enable",
                "left out: 3 users of identity providers, of whom an import job would make ones with passwords",
            ]
        );
    }

    #[test]
    fn a_file_without_secrets_says_nothing_of_them() {
        assert_eq!(
            report("f", Format::Scim, 0, &Tally::default()),
            ["f has 0 users; it is not encrypted and has no secrets"]
        );
    }
}

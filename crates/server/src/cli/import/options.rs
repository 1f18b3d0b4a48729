//! The grammar of `cognate import`, and its options as the reader of files takes them.

use std::path::Path;

use anyhow::{Context as _, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Arg, ArgAction, ArgMatches, Command};
use cognate_crypto::imported::{Bounds, FirebaseProject};
use cognate_moving::formats::{Format, Mapping, Options};

/// Returns the grammar of the command.
pub(in crate::cli) fn command() -> Command {
    let place = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).value_name(value).required(true).help(help)
    };
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let many = |name: &'static str, value: &'static str, help: &'static str| {
        arg(name, value, help).action(ArgAction::Append)
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    let formats = Format::ALL.map(Format::name);
    Command::new("import")
        .about("Bring users from a file into a pool; running it again changes nothing that is right already")
        .args([
            place("pool", "POOL", "Pool id"),
            place("file", "FILE", "File of users; - for the standard input"),
            arg("from", "FORMAT", "The system that wrote the file")
                .required(true)
                .value_parser(formats),
            flag("dry-run", "Only say what would happen, row by row"),
            flag("update", "Change users who are there and differ; else they are left alone"),
            flag("quiet", "Print only rows that are refused, differ or have notes"),
            many("map", "COLUMN=ATTRIBUTE", "Place a column or member, such as profile.dept=custom:dept; also onto id, username, hash, active, created, groups, totp"),
            arg("hash-column", "COLUMN", "The column of the password hash"),
            many("provider", "NAME=POOLNAME", "The pool's name of a provider of the source"),
            arg("source", "NAME", "Name of the source, by which ids that are no UUIDs become one"),
            arg("firebase-config", "FILE", "Hash parameters of the Firebase project, as its console shows them"),
            many("max-cost", "KIND=NUMBER", "Highest cost of a hash: bcrypt, argon2-memory (KiB), argon2-passes, argon2-lanes, scrypt-memory (MiB), scrypt-parallel, pbkdf2; or the word wide"),
            flag("allow-weak-hashes", "Take hashes that can be guessed against fast: MD5, SHA, phpass"),
            flag("drop-unusable-passwords", "Bring users whose password does not fit without one"),
            flag("assume-verified", "Addresses and numbers are verified where the file does not say"),
            flag("allow-incomplete", "Users may lack required attributes"),
            flag("keep-status", "Users without a password keep the status of the file"),
            flag("roles-as-groups", "Roles of a realm become groups too"),
            arg("rp-id", "DOMAIN", "The relying party of the passkeys in the file"),
            arg("identity", "FILE", "age identity that opens the file"),
        ])
}

/// Returns how the file is read.
pub(super) fn read(matches: &ArgMatches) -> anyhow::Result<Options> {
    let one = |name: &str| matches.get_one::<String>(name);
    let many = |name: &str| matches.get_many::<String>(name).into_iter().flatten();
    let format = one("from").and_then(|name| name.parse().ok());
    let format = format.context("unknown format")?;
    let mut options = Options::new(format);
    if let Some(source) = one("source") {
        options.source.clone_from(source);
    }
    for text in many("map") {
        let mapping: Result<Mapping, _> = text.parse();
        options.map.push(mapping.map_err(anyhow::Error::msg)?);
    }
    if let Some(column) = one("hash-column") {
        options.map.push(Mapping {
            from: column.clone(),
            to: "hash".to_owned(),
        });
    }
    for text in many("provider") {
        let (from, to) = text
            .split_once('=')
            .context("a provider is NAME=POOLNAME")?;
        options.providers.insert(from.to_owned(), to.to_owned());
    }
    options.bounds = bounds(many("max-cost"))?;
    if matches.get_flag("allow-weak-hashes") {
        options.bounds = options.bounds.with_weak();
    }
    options.drop_bad_hashes = matches.get_flag("drop-unusable-passwords");
    options.assume_verified = matches.get_flag("assume-verified");
    options.roles_as_groups = matches.get_flag("roles-as-groups");
    options.rp_id = one("rp-id").cloned();
    options.firebase = one("firebase-config")
        .map(|file| firebase(Path::new(file)))
        .transpose()?;
    Ok(options)
}

/// Reads costs, none of which is above the widest that are possible.
fn bounds<'a>(given: impl Iterator<Item = &'a String>) -> anyhow::Result<Bounds> {
    let mut bounds = Bounds::CSV;
    let wide = Bounds::WIDE;
    for text in given {
        if text == "wide" {
            bounds = Bounds {
                weak: bounds.weak,
                ..wide
            };
            continue;
        }
        let (kind, number) = text.split_once('=').context("a cost is KIND=NUMBER")?;
        let number: u32 = number.parse().context("a cost is KIND=NUMBER")?;
        let (place, most) = match kind {
            "bcrypt" => (&mut bounds.bcrypt_cost, wide.bcrypt_cost),
            "argon2-memory" => (&mut bounds.argon2_memory_kib, wide.argon2_memory_kib),
            "argon2-passes" => (&mut bounds.argon2_passes, wide.argon2_passes),
            "argon2-lanes" => (&mut bounds.argon2_lanes, wide.argon2_lanes),
            "scrypt-parallel" => (&mut bounds.scrypt_parallel, wide.scrypt_parallel),
            "pbkdf2" => (&mut bounds.pbkdf2_rounds, wide.pbkdf2_rounds),
            "scrypt-memory" => {
                // N of 2^n takes a little more than 2^n blocks.
                let bytes = u64::from(number).saturating_add(1) << 20;
                if bytes > wide.scrypt_memory {
                    bail!(
                        "{kind} is at most {}",
                        (wide.scrypt_memory >> 20).saturating_sub(1)
                    );
                }
                bounds.scrypt_memory = bytes;
                continue;
            }
            _ => bail!("{kind} is no kind of cost"),
        };
        if number > most {
            bail!("{kind} is at most {most}");
        }
        *place = number;
    }
    Ok(bounds)
}

/// Reads what the console of Firebase shows: names and values, whatever stands between them. A file, so that the key is on
/// no command line.
fn firebase(file: &Path) -> anyhow::Result<FirebaseProject> {
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    let value = |name: &str| -> anyhow::Result<String> {
        let (_, rest) = text
            .split_once(name)
            .with_context(|| format!("{} has no {name}", file.display()))?;
        let between = |c: char| matches!(c, '"' | '\'' | ':' | '=') || c.is_whitespace();
        let rest = rest.trim_start_matches(between);
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
        Ok(rest.chars().take_while(|c| part(*c)).collect())
    };
    let bytes = |name: &str| -> anyhow::Result<Vec<u8>> {
        let text = value(name)?.replace('-', "+").replace('_', "/");
        let decoded = STANDARD.decode(text);
        decoded.map_err(|_| anyhow::anyhow!("{name} is no base64"))
    };
    let number = |name: &str| -> anyhow::Result<u8> {
        let number = value(name)?.parse();
        number.map_err(|_| anyhow::anyhow!("{name} is no number"))
    };
    Ok(FirebaseProject {
        signer_key: bytes("base64_signer_key")?,
        separator: bytes("base64_salt_separator")?,
        rounds: u32::from(number("rounds")?),
        mem_cost: number("mem_cost")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_those_of_jobs_unless_told_otherwise_and_never_above_the_widest() {
        let of = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            bounds(texts.iter())
        };
        assert_eq!(of(&[]).unwrap(), Bounds::CSV);
        let wide = of(&["wide"]).unwrap();
        assert_eq!(
            wide,
            Bounds {
                weak: false,
                ..Bounds::WIDE
            }
        );
        let some = of(&["bcrypt=13", "scrypt-memory=128", "pbkdf2=1000000"]).unwrap();
        assert_eq!((some.bcrypt_cost, some.pbkdf2_rounds), (13, 1_000_000));
        assert_eq!(some.scrypt_memory, Bounds::WIDE.scrypt_memory);
        for bad in [
            "bcrypt=15",
            "scrypt-memory=129",
            "x=1",
            "bcrypt",
            "bcrypt=-1",
        ] {
            assert!(of(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_parameters_of_a_project_are_read_as_the_console_shows_them() {
        let file = std::env::temp_dir().join(format!("firebase-{}", std::process::id()));
        for text in [
            "hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: ABEiMw==,\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}",
            r#"{"base64_signer_key":"ABEiMw==","base64_salt_separator":"Bw==","rounds":8,"mem_cost":"14"}"#,
        ] {
            std::fs::write(&file, text).unwrap();
            let project = firebase(&file).unwrap();
            assert_eq!(project.signer_key, [0, 0x11, 0x22, 0x33]);
            assert_eq!(project.separator, [7]);
            assert_eq!((project.rounds, project.mem_cost), (8, 14));
        }
        std::fs::write(&file, "rounds: 8").unwrap();
        assert!(firebase(&file).is_err());
        std::fs::remove_file(&file).unwrap();
    }
}

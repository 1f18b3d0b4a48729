//! `csv`: a file for an import job of the service (docs/service/moving.md 1).
//!
//! An import job makes users with dates, ids and groups of their own, and everybody sets a new password; only hashes that
//! are still as they came may go along.

use std::io::{self, Write};

use cognate_crypto::imported::{Bounds, ImportedHash};
use cognate_crypto::secret::SecretString;
use zeroize::Zeroizing;

use crate::export::{PoolFacts, PoolMfa, Secrets, Taken};
use crate::record::{PasswordRecord, UserRecord};

/// The column of the user name.
pub const USERNAME: &str = "cognito:username";
/// The column that says whether a user has a second factor.
pub const MFA_ENABLED: &str = "cognito:mfa_enabled";
/// The column of hashes, which `GetCSVHeader` does not list.
pub const PASSWORD_HASH: &str = "password_hash";

/// Returns the header that `GetCSVHeader` gives for a schema (moving.md 1.1).
pub fn header(schema: &[String]) -> Vec<String> {
    let imported = |name: &&String| !matches!(name.as_str(), "sub" | "identities");
    let mut columns: Vec<String> = schema.iter().filter(imported).cloned().collect();
    columns.push(MFA_ENABLED.to_owned());
    columns.push(USERNAME.to_owned());
    columns
}

fn columns(facts: &PoolFacts) -> Vec<String> {
    let mut columns = header(&facts.schema);
    if facts.hashes.is_some() {
        columns.push(PASSWORD_HASH.to_owned());
    }
    columns
}

pub(super) fn begin(facts: &PoolFacts, out: &mut impl Write) -> io::Result<()> {
    let header: Vec<_> = columns(facts).iter().map(|name| escaped(name)).collect();
    writeln!(out, "{}", header.join(","))
}

pub(super) fn user(
    facts: &PoolFacts,
    user: &UserRecord,
    out: &mut impl Write,
) -> io::Result<Taken> {
    let hash = hash(facts, user);
    let mut row = Zeroizing::new(String::new());
    for (at, column) in columns(facts).iter().enumerate() {
        if at > 0 {
            row.push(',');
        }
        match column.as_str() {
            USERNAME => row.push_str(&escaped(facts.sign_in_name(user))),
            MFA_ENABLED => row.push_str(mfa(facts, user)),
            PASSWORD_HASH => {
                if let Some(hash) = &hash {
                    row.push_str(&Zeroizing::new(escaped(hash.expose())));
                }
            }
            name => row.push_str(&attribute(name, user)),
        }
    }
    row.push('\n');
    out.write_all(row.as_bytes())?;
    Ok(Taken {
        secrets: Secrets {
            passwords: u64::from(hash.is_some()),
            ..Secrets::default()
        },
        ..Taken::default()
    })
}

/// Returns the hash for the job, if the user has one of its kind within its bounds.
fn hash(facts: &PoolFacts, user: &UserRecord) -> Option<SecretString> {
    let Some(PasswordRecord::Imported(text)) = &user.password else {
        return None;
    };
    let hash = ImportedHash::read(text, &Bounds::CSV).ok()?;
    let (kind, text) = hash.for_job()?;
    (Some(kind) == facts.hashes).then_some(text)
}

fn attribute(name: &str, user: &UserRecord) -> String {
    let value = user.attributes.get(name).map(String::as_str);
    match (name, value) {
        ("email_verified" | "phone_number_verified", value) => {
            value.unwrap_or("false").to_ascii_uppercase()
        }
        ("birthdate", Some(value)) => birthdate(value).unwrap_or_else(|| escaped(value)),
        (_, Some(value)) => escaped(value),
        (_, None) => String::new(),
    }
}

/// `YYYY-MM-DD` as `mm/dd/yyyy`.
fn birthdate(value: &str) -> Option<String> {
    let mut parts = value.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    let sound = parts.next().is_none() && digits(year, 4) && digits(month, 2) && digits(day, 2);
    sound.then(|| format!("{month}/{day}/{year}"))
}

fn mfa(facts: &PoolFacts, user: &UserRecord) -> &'static str {
    let mfa = user.mfa.as_ref();
    let on = mfa.is_some_and(|mfa| mfa.sms || mfa.email || mfa.software_token);
    match facts.mfa {
        PoolMfa::On => "true",
        PoolMfa::Optional if on => "true",
        PoolMfa::Off | PoolMfa::Optional => "false",
    }
}

/// Writes a value so that it stays one cell of one row. The form has no way to write a line break: one in a value becomes a
/// blank, or whoever set the value would write rows of their own.
fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            ',' => out.push_str("\\,"),
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
            other => out.push(other),
        }
    }
    // A backslash at the end would escape the comma behind it.
    if out.ends_with('\\') {
        out.push(' ');
    }
    out
}

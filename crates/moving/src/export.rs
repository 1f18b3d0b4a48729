//! Writing users into files: the formats of `cognate export`.
//!
//! | module | format |
//! |---|---|
//! | [`jsonl`] | the lines of [`crate::record`]: everything |
//! | [`csv`] | what an import job of the service takes |
//! | [`scim`] | a `ListResponse` of users (RFC 7643, RFC 7644) |
//! | [`keycloak`] | `users[]` as Keycloak imports them |
//!
//! A [`Writer`] writes user by user and keeps none. It counts what a format cannot hold, so that the command can say it.

pub mod csv;
pub mod jsonl;
pub mod keycloak;
pub mod scim;

use std::io::{self, Write};

use cognate_crypto::imported::JobHash;
use serde::{Deserialize, Serialize};

use crate::record::{GroupRecord, UserRecord};

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// This program's own.
    Jsonl,
    /// For import jobs.
    Csv,
    /// SCIM 2.0.
    Scim,
    /// Keycloak.
    Keycloak,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Jsonl, Self::Csv, Self::Scim, Self::Keycloak];

    /// The name as people type it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Scim => "scim",
            Self::Keycloak => "keycloak",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How the names of its files end.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Scim => "scim.json",
            Self::Keycloak => "keycloak.json",
        }
    }
}

/// `MfaConfiguration` of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolMfa {
    /// Nobody has a second factor.
    Off,
    /// Everybody has one.
    On,
    /// Users choose.
    Optional,
}

/// What the formats need to know of the pool.
#[derive(Clone, Debug)]
pub struct PoolFacts {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The attributes that users sign in with in place of a user name: `email`, `phone_number`. None where they have user
    /// names of their own.
    pub username_attributes: Vec<String>,
    /// The names of its schema in its own order, as [`csv::header`] makes a header of them.
    pub schema: Vec<String>,
    /// Second factors.
    pub mfa: PoolMfa,
    /// When the export was made, in microseconds since 1970.
    pub taken: i64,
    /// True if the records have their secrets.
    pub secrets: bool,
    /// The one kind of password hash that a file for an import job gets, if it gets any.
    pub hashes: Option<JobHash>,
}

impl PoolFacts {
    /// Returns the name that a user signs in with: in pools where that is an address, the first one that the user has.
    #[must_use]
    pub fn sign_in_name<'a>(&self, user: &'a UserRecord) -> &'a str {
        let mut names = self.username_attributes.iter();
        let name = names.find_map(|name| user.attributes.get(name));
        name.filter(|name| !name.is_empty())
            .unwrap_or(&user.username)
    }
}

/// The secrets that a user has, whether or not the record has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Passwords.
    pub passwords: u64,
    /// Former passwords.
    pub former_passwords: u64,
    /// Seeds of authenticator apps.
    pub apps: u64,
}

impl Secrets {
    /// Returns the number of all.
    #[must_use]
    pub const fn sum(self) -> u64 {
        self.passwords
            .saturating_add(self.former_passwords)
            .saturating_add(self.apps)
    }

    const fn add(&mut self, more: Self) {
        self.passwords = self.passwords.saturating_add(more.passwords);
        self.former_passwords = self.former_passwords.saturating_add(more.former_passwords);
        self.apps = self.apps.saturating_add(more.apps);
    }

    const fn without(self, less: Self) -> Self {
        Self {
            passwords: self.passwords.saturating_sub(less.passwords),
            former_passwords: self.former_passwords.saturating_sub(less.former_passwords),
            apps: self.apps.saturating_sub(less.apps),
        }
    }
}

/// What was written, and what was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Groups in the file.
    pub groups: u64,
    /// Users in the file.
    pub users: u64,
    /// Users whom the format would have changed into others: disabled ones in a file for an import job, which would enable
    /// them.
    pub disabled_left_out: u64,
    /// The same of users who came from an identity provider, of whom an import job would make users with passwords.
    pub federated_left_out: u64,
    /// Secrets in the file.
    pub secrets: Secrets,
    /// Secrets that are not in it.
    pub omitted: Secrets,
    /// Passwords among all of them that are SRP verifiers.
    pub verifiers: u64,
    /// Passkeys in the file.
    pub passkeys: u64,
    /// Passkeys that the format has no place for.
    pub omitted_passkeys: u64,
    /// Links to identity providers that the format has no place for.
    pub omitted_links: u64,
}

/// A user to be written.
#[derive(Debug)]
pub struct Exported {
    /// The user, with the secrets if [`PoolFacts::secrets`] says so.
    pub record: UserRecord,
    /// The secrets that the user has.
    pub has: Secrets,
    /// True if the password is an SRP verifier.
    pub verifier: bool,
}

/// What a format took of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    secrets: Secrets,
    passkeys: usize,
    links: usize,
}

/// Writes a file. It is complete only after [`Writer::finish`].
pub struct Writer<W: Write> {
    format: Format,
    facts: PoolFacts,
    tally: Tally,
    /// Groups that come after the users, in the one format where they do.
    groups: Vec<GroupRecord>,
    out: W,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// Those of the output.
    pub fn begin(format: Format, facts: PoolFacts, mut out: W) -> io::Result<Self> {
        match format {
            Format::Jsonl => jsonl::begin(&facts, &mut out),
            Format::Csv => csv::begin(&facts, &mut out),
            Format::Scim => scim::begin(&mut out),
            Format::Keycloak => keycloak::begin(&facts, &mut out),
        }?;
        Ok(Self {
            format,
            facts,
            tally: Tally::default(),
            groups: Vec::new(),
            out,
        })
    }

    /// Writes a group, before the users that are in it.
    ///
    /// # Errors
    /// Those of the output.
    pub fn group(&mut self, group: GroupRecord) -> io::Result<()> {
        match self.format {
            Format::Jsonl => jsonl::group(&group, &mut self.out)?,
            Format::Keycloak => self.groups.push(group),
            // Neither has a place for groups besides those of the users.
            Format::Csv | Format::Scim => return Ok(()),
        }
        self.tally.groups = self.tally.groups.saturating_add(1);
        Ok(())
    }

    /// Writes a user and wipes the record.
    ///
    /// # Errors
    /// Those of the output.
    pub fn user(&mut self, mut user: Exported) -> io::Result<()> {
        let written = self.written(&user);
        user.record.wipe();
        written
    }

    fn written(&mut self, user: &Exported) -> io::Result<()> {
        let Exported {
            record,
            has,
            verifier,
        } = user;
        let tally = &mut self.tally;
        tally.verifiers = tally.verifiers.saturating_add(u64::from(*verifier));
        if self.format == Format::Csv {
            if record.enabled == Some(false) {
                tally.disabled_left_out = tally.disabled_left_out.saturating_add(1);
                tally.omitted.add(*has);
                return Ok(());
            }
            if record.links.iter().any(|link| link.primary) {
                tally.federated_left_out = tally.federated_left_out.saturating_add(1);
                tally.omitted.add(*has);
                return Ok(());
            }
        }
        let first = tally.users == 0;
        let out = &mut self.out;
        let taken = match self.format {
            Format::Jsonl => jsonl::user(record, out),
            Format::Csv => csv::user(&self.facts, record, out),
            Format::Scim => scim::user(&self.facts, record, first, out),
            Format::Keycloak => keycloak::user(&self.facts, record, first, out),
        }?;
        tally.users = tally.users.saturating_add(1);
        tally.secrets.add(taken.secrets);
        tally.omitted.add(has.without(taken.secrets));
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let rest = |all: usize, taken: usize| count(all.saturating_sub(taken));
        let add = |sum: &mut u64, n: u64| *sum = sum.saturating_add(n);
        add(&mut tally.passkeys, count(taken.passkeys));
        add(
            &mut tally.omitted_passkeys,
            rest(record.passkeys.len(), taken.passkeys),
        );
        add(
            &mut tally.omitted_links,
            rest(record.links.len(), taken.links),
        );
        Ok(())
    }

    /// Returns what the file is about.
    pub const fn facts(&self) -> &PoolFacts {
        &self.facts
    }

    /// Returns what the file is written to, to take away what is there already.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Returns the counts so far.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Writes the end and returns what the file was written to.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<(W, Tally)> {
        match self.format {
            Format::Jsonl => jsonl::end(&self.tally, &mut self.out),
            Format::Csv => Ok(()),
            Format::Scim => scim::end(&self.tally, &mut self.out),
            Format::Keycloak => keycloak::end(&self.groups, &mut self.out),
        }?;
        Ok((self.out, self.tally))
    }
}

/// Returns the secrets of a record that a format takes whole.
fn all_secrets(record: &UserRecord) -> Secrets {
    Secrets {
        passwords: u64::from(record.password.is_some()),
        former_passwords: u64::try_from(record.password_history.len()).unwrap_or(u64::MAX),
        apps: u64::from(record.totp.is_some()),
    }
}

#[cfg(test)]
mod tests;

//! Reading the files of other systems as [`UserRecord`]s: record by record, each within bounds, none kept.
//!
//! | module | what it reads |
//! |---|---|
//! | `cognito` | what the AWS CLI and backup tools write of a user pool |
//! | `keycloak`, `auth0`, `firebase`, `okta`, `kratos`, `supabase`, `scim` | what these systems export |
//! | `table` | tables of Django and other frameworks, in CSV or JSON, with names of columns as options |
//! | `jsonl` | what this program writes |
//! | `draft` | what all of them do with a record |
//! | `node`, `split`, `delimited`, `when`, `input` | JSON, CSV, times |
//!
//! What is refused is told by row and reason. No reason has a secret or a value of the file in it. Sources of the forms:
//! docs/service/moving.md 2.2.

mod auth0;
mod cognito;
mod delimited;
mod draft;
mod firebase;
mod input;
mod jsonl;
mod keycloak;
mod kratos;
mod node;
mod okta;
mod passkey;
mod scim;
mod split;
mod supabase;
mod table;
#[cfg(test)]
mod tests;
mod when;

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read as _};
use std::str::FromStr;

use cognate_crypto::imported::{Bounds, FirebaseProject};

use crate::record::{GroupRecord, Header, UserRecord};
use delimited::Table;
use draft::Draft;
use node::Node;
use split::Splitter;

/// A system whose files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `ListUsers` and backup tools.
    Cognito,
    /// A realm or its users.
    Keycloak,
    /// Profiles, password hashes, files for a bulk import.
    Auth0,
    /// `firebase auth:export`, JSON or CSV.
    Firebase,
    /// Users of the Users API.
    Okta,
    /// Identities.
    Kratos,
    /// Rows of `auth.users`, JSON or CSV.
    Supabase,
    /// A table of Django or another framework, JSON or CSV.
    Django,
    /// Users of SCIM 2.0.
    Scim,
    /// This program's own.
    Jsonl,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Cognito,
        Self::Keycloak,
        Self::Auth0,
        Self::Firebase,
        Self::Okta,
        Self::Kratos,
        Self::Supabase,
        Self::Django,
        Self::Scim,
        Self::Jsonl,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cognito => "cognito",
            Self::Keycloak => "keycloak",
            Self::Auth0 => "auth0",
            Self::Firebase => "firebase",
            Self::Okta => "okta",
            Self::Kratos => "kratos",
            Self::Supabase => "supabase",
            Self::Django => "django",
            Self::Scim => "scim",
            Self::Jsonl => "jsonl",
        }
    }

    /// The member of an object that may hold the records.
    const fn member(self) -> &'static str {
        match self {
            Self::Cognito => "Users",
            Self::Scim => "Resources",
            Self::Kratos => "identities",
            _ => "users",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.name() == text).ok_or(())
    }
}

/// A column or member of the source, and what it becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The column, or the names of members with dots between them.
    pub from: String,
    /// An attribute of the pool, or one of [`TARGETS`].
    pub to: String,
}

/// What a column can become besides an attribute: the source's own name of the user, the user name, the password hash,
/// whether the user is active, the time of creation, groups, the seed of an authenticator app in base32.
pub const TARGETS: [&str; 7] = [
    "id", "username", "hash", "active", "created", "groups", "totp",
];

impl FromStr for Mapping {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok(Self {
                from: from.to_owned(),
                to: to.to_owned(),
            }),
            _ => Err("a mapping is COLUMN=ATTRIBUTE"),
        }
    }
}

/// How a file is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its format.
    pub format: Format,
    /// A name of the source. Ids that are no UUIDs become one by it: the same each time.
    pub source: String,
    /// Columns and members that the format does not place.
    pub map: Vec<Mapping>,
    /// What password hashes may cost.
    pub bounds: Bounds,
    /// The parameters of a Firebase project.
    pub firebase: Option<FirebaseProject>,
    /// Addresses and numbers count as verified where the source does not say.
    pub assume_verified: bool,
    /// A user whose hash is refused comes without a password.
    pub drop_bad_hashes: bool,
    /// Roles of the source become groups too.
    pub roles_as_groups: bool,
    /// The relying party of the passkeys, where the source does not say it.
    pub rp_id: Option<String>,
    /// The source's names of identity providers, and those in the pool.
    pub providers: BTreeMap<String, String>,
}

impl Options {
    /// Returns the options of a file without any.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            source: format.name().to_owned(),
            map: Vec::new(),
            bounds: Bounds::CSV,
            firebase: None,
            assume_verified: false,
            drop_bad_hashes: false,
            roles_as_groups: false,
            rp_id: None,
            providers: BTreeMap::new(),
        }
    }
}

/// Something that a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// What the file is; the first one of `jsonl`.
    Header(Header),
    /// A group.
    Group(GroupRecord),
    /// A user.
    User(Box<UserRecord>),
    /// A record that is no user of the kind that signs in, and why.
    Passed(&'static str),
}

/// A row or record of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// The line on which it begins.
    pub line: u64,
    /// What it is, or why it is refused.
    pub item: Result<Item, String>,
    /// What of it was left out or needs attention.
    pub notes: Vec<String>,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system's word.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It ends in the middle.
    #[error("the file was cut: its end is missing")]
    Cut,
    /// Its structure is broken.
    #[error("line {0}: the structure of the file is broken here")]
    Malformed(u64),
    /// The first row of a table.
    #[error("the first row must name the columns, each once")]
    Header,
    /// A version of `jsonl`.
    #[error("the file is of another format, or of a newer version than this program knows")]
    Version,
}

/// Reads a file and gives each row to `sink`, until `sink` returns false.
///
/// # Errors
/// [`FileError`]; what was read before counts.
pub fn read(
    input: &mut dyn BufRead,
    options: &Options,
    sink: &mut dyn FnMut(Row) -> bool,
) -> Result<(), FileError> {
    let reader = match options.format {
        Format::Jsonl => return jsonl::read(input, sink),
        Format::Cognito => cognito::user,
        Format::Keycloak => keycloak::user,
        Format::Auth0 => auth0::user,
        Format::Firebase => firebase::user,
        Format::Okta => okta::user,
        Format::Kratos => kratos::user,
        Format::Supabase => supabase::user,
        Format::Django => table::user,
        Format::Scim => scim::user,
    };
    let mut pass = |line: u64, node: Result<Node, &'static str>| {
        let mut draft = Draft::new(options);
        let item = node
            .map_err(str::to_owned)
            .and_then(|node| reader(&mut draft, &node));
        let notes = draft.notes;
        sink(Row { line, item, notes })
    };
    let (head, is_json) = beginning(input)?;
    let input: &mut dyn BufRead = &mut io::Cursor::new(head).chain(input);
    if is_json {
        let mut splitter = Splitter::new(input, options.format.member());
        while let Some(element) = splitter.next()? {
            let node = element.bytes.and_then(|bytes| Node::parse(&bytes));
            if !pass(element.line, node) {
                break;
            }
        }
        return Ok(());
    }
    let mut table = match options.format {
        Format::Firebase => Table::without_header(input, firebase::columns()),
        _ => Table::new(input)?,
    };
    while let Some((line, node)) = table.next()? {
        if !pass(line, node) {
            break;
        }
    }
    Ok(())
}

/// The blanks that a table may begin with at most.
const MOST_BLANKS: usize = 4 << 10;
/// A byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Takes the beginning of a file, as far as it says whether the file is JSON: tables begin with a name or a number. However few
/// bytes come at a time, it is the same.
fn beginning(input: &mut dyn BufRead) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    while head.len() < MOST_BLANKS {
        let Some(byte) = input.fill_buf()?.first().copied() else {
            break;
        };
        input.consume(1);
        head.push(byte);
        let is_mark = MARK.starts_with(&head);
        if !is_mark && !byte.is_ascii_whitespace() {
            return Ok((head, matches!(byte, b'{' | b'[' | 0x1e)));
        }
    }
    Ok((head, true))
}

//! The bodies of the fuzz targets for files of users: CSV of import jobs, and what other systems export. Each edits a right file
//! as its bytes say, or takes them as the file, and reads it in one piece and in many. They panic if that gives other rows,
//! if a bound is not kept, or if a reason shows a value. They run under cargo-fuzz, and in the tests of crates/moving.

use std::io::{self, BufRead, Read};

use cognate_moving::csv::{Header, Line, Lines, MOST_CHARS, MOST_ROWS, USERNAME};
use cognate_moving::formats::{Format, Item, Options, Row, read};

/// A right file for import jobs.
const CSV: &str = "\u{FEFF}cognito:username,email,email_verified,name,cognito:mfa_enabled,password_hash\r\n\
    jane,jane@example.com,TRUE,Doe\\, Jane,FALSE,$2a$10$abcdefghijklmnopqrstuv\r\n\
    joe,,false,\"Joe\",true,$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA\n\
    zoë, zoe@example.com ,TRUE,,,\n";

/// Right files of each format. `jsonl` is in the text, since tools make it.
const FILES: [(Format, &str); 13] = [
    (
        Format::Cognito,
        include_str!("../crates/moving/tests/files/cognito.json"),
    ),
    (
        Format::Keycloak,
        include_str!("../crates/moving/tests/files/keycloak.json"),
    ),
    (
        Format::Auth0,
        include_str!("../crates/moving/tests/files/auth0.json"),
    ),
    (
        Format::Auth0,
        include_str!("../crates/moving/tests/files/auth0_hashes.jsonl"),
    ),
    (
        Format::Firebase,
        include_str!("../crates/moving/tests/files/firebase.json"),
    ),
    (
        Format::Firebase,
        include_str!("../crates/moving/tests/files/firebase.csv"),
    ),
    (
        Format::Okta,
        include_str!("../crates/moving/tests/files/okta.json"),
    ),
    (
        Format::Kratos,
        include_str!("../crates/moving/tests/files/kratos.json"),
    ),
    (
        Format::Supabase,
        include_str!("../crates/moving/tests/files/supabase.csv"),
    ),
    (
        Format::Django,
        include_str!("../crates/moving/tests/files/django.csv"),
    ),
    (
        Format::Django,
        include_str!("../crates/moving/tests/files/django.json"),
    ),
    (
        Format::Scim,
        include_str!("../crates/moving/tests/files/scim.json"),
    ),
    (
        Format::Jsonl,
        "{\"format\":\"cognate-users\",\"version\":1}\n{\"t\":\"user\",\"username\":\"jane\"}\n",
    ),
];

/// What means something in such a file.
const WORDS: [&str; 24] = [
    "\"",
    "\\",
    ",",
    "\n",
    "\r\n",
    "{",
    "}",
    "[",
    "]",
    ":",
    "null",
    "\\u0000",
    "\\ud800",
    "1e999",
    "-0",
    "\u{FEFF}",
    "\0",
    "\"\"",
    "\\,",
    "$2a$31$",
    "\"id\":",
    "{\"users\":[",
    "]}",
    "\u{2028}",
];
/// The bytes of a piece.
const SIZES: [usize; 8] = [1, 2, 3, 5, 7, 16, 64, 4_096];
/// What is repeated at most, so that a case stays short.
const MOST_REPEATED: usize = 600 << 10;

/// Bytes that are read as decisions; zeros behind their end.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> usize {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                usize::from(*first)
            }
            None => 0,
        }
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        let (high, low) = (self.byte(), self.byte());
        (high << 8 | low) % end.max(1)
    }
}

/// Returns a file: the rest of the bytes, or a right one with some edits.
fn file(choices: &mut Choices<'_>, right: &str) -> Vec<u8> {
    let edits = choices.byte() % 8;
    if edits == 7 {
        return std::mem::take(&mut choices.0).to_vec();
    }
    let mut file = right.as_bytes().to_vec();
    for _ in 0..edits {
        let at = choices.below(file.len() + 1);
        let length = choices.byte().min(file.len() - at);
        match choices.byte() % 6 {
            0 => drop(file.drain(at..at + length)),
            1 => {
                let piece = file[at..at + length].to_vec();
                let to = choices.below(file.len() + 1);
                file.splice(to..to, piece);
            }
            2 => {
                let word = WORDS[choices.byte() % WORDS.len()];
                file.splice(at..at, word.bytes());
            }
            3 if at < file.len() => file[at] = u8::try_from(choices.byte()).unwrap_or(0),
            4 => file.truncate(at),
            _ => {
                // A piece again and again: what a reader must not hold as a whole.
                let piece = file[at..at + length.min(32)].to_vec();
                let times = (choices.below(MOST_REPEATED)) / piece.len().max(1);
                file.splice(at..at, piece.repeat(times));
            }
        }
    }
    file
}

/// A file that comes in pieces.
struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let piece = self.fill_buf()?;
        let n = piece.len().min(to.len());
        to[..n].copy_from_slice(&piece[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&self.rest[..self.size.min(self.rest.len())])
    }

    fn consume(&mut self, n: usize) {
        self.rest = &self.rest[n..];
    }
}

fn lines(file: &[u8], size: usize) -> Vec<Line> {
    let mut lines = Lines::default();
    let mut found = Vec::new();
    for piece in file.chunks(size) {
        lines.feed(piece);
        while let Some(line) = lines.next(false) {
            found.push(line);
        }
    }
    found.extend(std::iter::from_fn(|| lines.next(true)));
    let (bytes, number) = lines.place();
    assert_eq!((bytes, number), (file.len() as u64, found.len() as u64));
    found
}

/// CSV of import jobs. True if a row was read.
pub fn csv(data: &[u8]) -> bool {
    let mut choices = Choices(data);
    let size = SIZES[choices.byte() % SIZES.len()];
    let file = file(&mut choices, CSV);
    let whole = lines(&file, file.len().max(1));
    assert_eq!(lines(&file, size), whole, "pieces of {size}");
    let mut header = None;
    let mut rows = 0;
    for (line, number) in whole.into_iter().zip(1..) {
        assert!(line.number == number && number <= MOST_ROWS);
        let Ok(text) = line.text else { continue };
        assert!(text.chars().count() <= MOST_CHARS && !text.contains(['\n', '\0']));
        let Some(header) = &header else {
            let known = |name: &str| ["email", "email_verified", "name"].contains(&name);
            match Header::read(&text, known) {
                Ok(read) => header = Some(read),
                // No name of a column is in the reason: it may be somebody's data.
                Err(bad) => assert!(bad.to_string().len() < 60),
            }
            continue;
        };
        let Ok(cells) = header.row(&text) else {
            continue;
        };
        rows += 1;
        assert!(cells.len() <= header.columns().len() && header.has(USERNAME));
        for (column, value) in cells {
            assert!(header.has(column) && !value.is_empty() && value.trim() == value);
            assert!(value.len() <= text.len());
        }
    }
    rows > 0
}

/// What reading gives: all rows, and how it ended.
fn rows(mut input: Pieces<'_>, options: &Options) -> (Vec<Row>, Option<String>) {
    let mut all = Vec::new();
    let ended = read(&mut input, options, &mut |row| {
        all.push(row);
        true
    });
    (all, ended.err().map(|error| error.to_string()))
}

/// The files of other systems. True if a user was read.
pub fn formats(data: &[u8]) -> bool {
    let mut choices = Choices(data);
    let (format, right) = FILES[choices.byte() % FILES.len()];
    let size = SIZES[choices.byte() % SIZES.len()];
    let mut options = Options::new(format);
    let flags = choices.byte();
    options.assume_verified = flags & 1 == 1;
    options.drop_bad_hashes = flags & 2 == 2;
    options.roles_as_groups = flags & 4 == 4;
    options.rp_id = (flags & 8 == 8).then(|| "example.com".to_owned());
    let file = file(&mut choices, right);
    let one = Pieces {
        rest: &file,
        size: file.len(),
    };
    let (whole, ended) = rows(one, &options);
    let many = Pieces { rest: &file, size };
    let (again, ended_again) = rows(many, &options);
    assert_eq!(ended, ended_again, "pieces of {size}");
    assert_eq!(whole.len(), again.len(), "pieces of {size}");
    // A row has at least a byte of the file, and none is above its bound by much.
    assert!(whole.len() <= file.len());
    let (mut users, mut last) = (0, 0);
    for (one, other) in whole.iter().zip(&again) {
        assert_eq!(
            (one.line, &one.item, &one.notes),
            (other.line, &other.item, &other.notes)
        );
        assert!(one.line >= last, "lines go on");
        last = one.line;
        match &one.item {
            Ok(Item::User(user)) => {
                users += 1;
                assert!(user.username.len() <= 256 << 10);
            }
            Ok(_) => {}
            Err(why) => assert!(why.len() < 300, "{why}"),
        }
        assert!(one.notes.iter().all(|note| note.len() < 300));
    }
    users > 0
}

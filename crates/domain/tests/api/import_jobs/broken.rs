//! Hundreds of broken files: each row has a reason, nothing of a row is told, and the server stays well.

use std::fmt::Write as _;

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::imports::*;
use crate::support::users::with;

/// A text in the values of files, which no answer and no log may have.
const SECRET: &str = "zzSecretzz";
const HEADER: &str = "cognito:username,email,email_verified,name,password_hash";

/// A file and the settings of its job.
struct Broken {
    family: &'static str,
    bytes: Vec<u8>,
    settings: Value,
}

#[derive(Default)]
struct Files {
    all: Vec<Broken>,
    names: usize,
}

impl Files {
    fn add(&mut self, family: &'static str, bytes: impl Into<Vec<u8>>) {
        let (bytes, settings) = (bytes.into(), json!({}));
        self.all.push(Broken {
            family,
            bytes,
            settings,
        });
    }

    /// Returns a user name that no row had before.
    fn name(&mut self) -> String {
        self.names += 1;
        format!("{SECRET}{}", self.names)
    }

    /// Adds a file of a good row, this one and another good one.
    fn row(&mut self, family: &'static str, row: &[u8]) {
        let (before, after) = (self.name(), self.name());
        let mut file = format!("{HEADER}\n{before},{before}@b.co,true,x,\n").into_bytes();
        file.extend_from_slice(row);
        file.extend_from_slice(format!("\n{after},{after}@b.co,true,x,").as_bytes());
        self.add(family, file);
    }

    /// Adds a file with this header.
    fn header(&mut self, family: &'static str, header: &[u8]) {
        let name = self.name();
        let mut file = header.to_vec();
        file.extend_from_slice(format!("\n{name},{name}@b.co,true,x,\n").as_bytes());
        self.add(family, file);
    }
}

/// A small generator without chance: the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

fn encodings(files: &mut Files) {
    for part in [
        &b"J\xF6rg"[..],
        b"\xC3\x28",
        b"\xE2\x82",
        b"\xF0\x9F\x98",
        b"\xC0\xAF",
        b"\xED\xA0\x80",
        b"\xF8\x88\x80\x80\x80",
        b"\xFF",
        b"\xFE\xFF",
        b"\x80",
    ] {
        for place in 0..5 {
            let name = files.name();
            let mut cells: Vec<Vec<u8>> = [name.as_str(), &format!("{name}@b.co"), "true", "x", ""]
                .map(|cell| cell.as_bytes().to_vec())
                .to_vec();
            cells[place].extend_from_slice(part);
            files.row("encoding of a row", &cells.join(&b','));
        }
        let mut header = HEADER.as_bytes().to_vec();
        header.extend_from_slice(part);
        files.header("encoding of the header", &header);
    }
    let text = format!("{HEADER}\n{SECRET},a@b.co,true,x,\n");
    for big in [false, true] {
        files.add("UTF-16", utf16(&text, big));
        files.add("UTF-16 with a mark", utf16(&format!("\u{FEFF}{text}"), big));
    }
    for mark in [
        "\u{FEFF}",
        "\u{FEFF}\u{FEFF}",
        "\u{200B}",
        "\u{FFFE}",
        " \u{FEFF}",
    ] {
        files.header("marks", format!("{mark}{HEADER}").as_bytes());
        let name = files.name();
        files.row("marks", format!("{mark}{name},a@b.co,true,x,").as_bytes());
    }
}

fn quotes_and_ends(files: &mut Files) {
    for quoted in [
        "\"N\"",
        "\"N",
        "N\"",
        "\"\"N\"\"",
        "'N'",
        "\"N,\"",
        "\"a\nN\"",
        "`N`",
        "“N”",
        "N\\",
        "\\N",
        "\\\\,N",
        "\\,N",
    ] {
        let name = files.name();
        let cell = quoted.replace('N', &name);
        files.row(
            "quotes in names",
            format!("{cell},{name}@b.co,true,x,").as_bytes(),
        );
        files.row(
            "quotes in addresses",
            format!("{name},{cell}@b.co,true,x,").as_bytes(),
        );
        files.row(
            "quotes in flags",
            format!("{name},{name}@b.co,{cell},x,").as_bytes(),
        );
        files.header(
            "quotes in the header",
            HEADER
                .replace("email,", &format!("{},", quoted.replace('N', "email")))
                .as_bytes(),
        );
    }
    for end in [
        "\r", "\n\r", "\r\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}", "\n\n\n",
        "\r\n\r\n",
    ] {
        let (one, two) = (files.name(), files.name());
        let file =
            format!("{HEADER}{end}{one},{one}@b.co,true,x,{end}{two},{two}@b.co,true,x,{end}");
        files.add("ends of lines", file);
    }
    for separator in [";", "\t", "|", ", ", " ,", "\u{1f}", "，"] {
        let (header, name) = (HEADER.replace(',', separator), files.name());
        files.header("separators", header.as_bytes());
        files.row(
            "separators",
            format!("{name},{name}@b.co,true,x,")
                .replace(',', separator)
                .as_bytes(),
        );
    }
}

fn columns(files: &mut Files) {
    let standard = [
        "address",
        "birthdate",
        "family_name",
        "gender",
        "locale",
        "nickname",
        "phone_number",
        "picture",
        "profile",
        "zoneinfo",
    ];
    for column in standard {
        files.header(
            "doubled columns",
            format!("{HEADER},{column},{column}").as_bytes(),
        );
        files.header(
            "misspelt columns",
            format!("{HEADER},{}", column.to_uppercase()).as_bytes(),
        );
        files.header("misspelt columns", format!("{HEADER},{column}s").as_bytes());
    }
    for column in HEADER.split(',') {
        files.header("doubled columns", format!("{HEADER},{column}").as_bytes());
        files.header("missing columns", HEADER.replace(column, "").as_bytes());
    }
    for column in [
        "sub",
        "identities",
        "cognito:groups",
        "custom:none",
        "password",
        "",
        SECRET,
        "=1+1",
        "*",
        "__proto__",
    ] {
        files.header("unknown columns", format!("{HEADER},{column}").as_bytes());
    }
    for header in [
        "",
        ",",
        ",,,,",
        "cognito:username",
        "email",
        "\0",
        " ",
        "\t",
        SECRET,
    ] {
        files.header("no header", header.as_bytes());
    }
    files.add("nothing", "");
    files.add("nothing", "\n");
    files.add("nothing", HEADER);
    for count in (0..20).chain([100, 15_999, 16_001, 100_000]) {
        files.row("numbers of values", ",".repeat(count).as_bytes());
    }
    files.header("numbers of values", ",".repeat(100_000).as_bytes());
    files.header("long headers", "x".repeat(16_001).as_bytes());
}

fn values(files: &mut Files) {
    for formula in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|' /C calc'!A0",
        "=HYPERLINK(\"http://x\")",
        "\t=1",
        "%0A=1",
        "<script>",
        "{{7*7}}",
        "${x}",
        "../../x",
        "'; DROP TABLE users; --",
        "a\u{0}",
    ] {
        let name = files.name();
        files.row(
            "formulas in names",
            format!("{formula},{name}@b.co,true,x,").as_bytes(),
        );
        files.row(
            "formulas in addresses",
            format!("{name},{formula},true,x,").as_bytes(),
        );
        files.row(
            "formulas in values",
            format!("{name},{name}@b.co,true,{formula},").as_bytes(),
        );
    }
    for place in 0..12 {
        let mut row = format!("{},a@b.co,true,x,", files.name()).into_bytes();
        row.insert(place * 2, 0);
        files.row("NUL", &row);
        files.header("NUL", &{
            let mut header = HEADER.as_bytes().to_vec();
            header.insert(place * 4, 0);
            header
        });
    }
    let huge = "x".repeat(10 << 20);
    let name = files.name();
    files.row(
        "huge values",
        format!("{name},{name}@b.co,true,{huge},").as_bytes(),
    );
    files.row("huge values", huge.as_bytes());
    files.header("huge headers", huge.as_bytes());
    files.add("huge values", format!("{HEADER}\n{huge}"));
    files.row("huge values", "\0".repeat(1 << 20).as_bytes());
    for address in [
        "",
        "@",
        "a@",
        "@b.co",
        "a@b",
        "a b@c.de",
        "a@b.co\u{200b}",
        "a@@b.co",
        "mailto:a@b.co",
        "a@b.co a@b.co",
    ] {
        let name = files.name();
        files.row("addresses", format!("{name},{address},true,x,").as_bytes());
    }
}

fn hashes(files: &mut Files) {
    for algorithm in ["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"] {
        for hash in [
            "x",
            "$",
            "$$$$$$",
            "$2b$",
            "$2b$31$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
            "$2z$10$CtA.Rcu/szzn9U00wpUjOuN3vrgJRZycv4aOzcP3GzqzO8UDPEFq6",
            "1$1$1$1$1",
            "18446744073709551616$8$1$00$00",
            "$argon2id$v=19$m=4294967296\\,t=1\\,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=8\\,t=0\\,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAA",
            "$argon2d$v=19$m=8\\,t=1\\,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAA",
            "$pbkdf2-sha256$0$AAAA$AAAA",
            "$pbkdf2-sha256$99999999999$AAAA$AAAA",
            "$pbkdf2-sha512$1000$AAAA$AAAAAAAAAAAAAAAAAAAA",
            "{SSHA}AAAA",
            "pbkdf2_sha256$1$a$AAAA",
        ] {
            let name = files.name();
            files.row(
                "hashes",
                format!("{name},{name}@b.co,true,x,{hash}").as_bytes(),
            );
            if let Some(last) = files.all.last_mut() {
                last.settings = json!({"PasswordHashingAlgorithm": algorithm});
            }
        }
    }
}

fn chances(files: &mut Files) {
    let mut numbers = Numbers(0x0123_4567_89AB_CDEF);
    let good = format!("{HEADER}\n{SECRET},a@b.co,true,x,\n{SECRET}2,b@b.co,true,x,\n");
    for cut in (0..good.len()).step_by(7) {
        files.add("cut files", good.as_bytes().get(..cut).unwrap());
    }
    for _ in 0..40 {
        let mut bytes = good.clone().into_bytes();
        for _ in 0..3 {
            let at = numbers.below(bytes.len());
            bytes[at] ^= u8::try_from(1 + numbers.below(255)).unwrap();
        }
        files.add("changed bytes", bytes);
        let length = 1 + numbers.below(2_000);
        let noise: Vec<u8> = (0..length)
            .map(|_| u8::try_from(numbers.below(256)).unwrap())
            .collect();
        files.add("noise", noise.clone());
        files.row("rows of noise", &noise);
    }
}

/// Returns the numbers of the lines besides the first that are not blank: rows, each of which has an outcome.
fn rows(file: &[u8]) -> Vec<usize> {
    let lines = file.split(|byte| *byte == b'\n');
    let blank = |line: &[u8]| std::str::from_utf8(line).is_ok_and(|text| text.trim().is_empty());
    let numbered = (1..).zip(lines).skip(1);
    numbered
        .filter(|(_, line)| !blank(line))
        .map(|(number, _)| number)
        .collect()
}

async fn check(t: &TestApp, pool: &str, file: &Broken) {
    let start = String::from_utf8_lossy(file.bytes.get(..60).unwrap_or(&file.bytes)).into_owned();
    let told = format!("{}: {start:?}", file.family);
    let job = import(t, pool, &file.bytes, file.settings.clone()).await;
    let (status, message, [imported, skipped, failed]) = outcome(&job);
    assert!(
        ["Succeeded", "Failed"].contains(&status.as_str()),
        "{told}: {job}"
    );
    assert!(
        !message.is_empty() && !message.contains(SECRET),
        "{told}: {message}"
    );
    let lines = log(t, &job).await;
    let counted = usize::try_from(imported + skipped + failed).unwrap();
    assert_eq!(lines.len(), counted, "{told}");
    let mut numbers = Vec::new();
    for line in &lines {
        assert!(!line.contains(SECRET), "{told}: {line}");
        let (begin, reason) = line.split_once(" - ").unwrap();
        assert!(!reason.is_empty() && reason.len() < 500, "{told}: {line}");
        let number = begin.rsplit(' ').next().unwrap();
        numbers.push(number.parse::<usize>().unwrap());
    }
    if lines.is_empty() {
        // The reason of all rows, or there are none.
        assert!(
            status == "Failed" || rows(&file.bytes).is_empty(),
            "{told}: {message}"
        );
    } else {
        assert_eq!(numbers, rows(&file.bytes), "{told}");
    }
    assert_eq!(pieces(t).await, 0, "{told}");
}

/// Imports the files of some families, and then a good one, into one pool after the other.
async fn check_all(t: &TestApp, make: &[fn(&mut Files)]) {
    let mut files = Files::default();
    for make in make {
        make(&mut files);
    }
    for part in files.all.chunks(100) {
        let pool = verifying(t, json!({})).await;
        for file in part {
            check(t, &pool, file).await;
        }
    }
    let pool = verifying(t, json!({})).await;
    let mut good = String::from("cognito:username,email,email_verified\n");
    for n in 0..100 {
        writeln!(good, "u{n},u{n}@b.co,true").unwrap();
    }
    let job = import(t, &pool, good.as_bytes(), json!({})).await;
    assert_eq!(outcome(&job), succeeded(100, 0, 0));
    let of_pool = json!({"UserPoolId": pool});
    let user = json!({"Username": "after", "MessageAction": "SUPPRESS"});
    t.ok("AdminCreateUser", with(of_pool, user)).await;
}

#[test]
fn there_are_five_hundred_broken_files() {
    let mut files = Files::default();
    for make in [encodings, quotes_and_ends, columns, values, hashes, chances] {
        make(&mut files);
    }
    let families: std::collections::BTreeSet<_> =
        files.all.iter().map(|file| file.family).collect();
    assert!(
        files.all.len() >= 500 && families.len() >= 25,
        "{} {families:?}",
        files.all.len()
    );
}

#[each_engine]
async fn files_in_broken_encodings_leave_reasons_and_a_server_that_is_well(t: &TestApp) {
    check_all(t, &[encodings]).await;
}

#[each_engine]
async fn files_with_quotes_and_odd_ends_leave_reasons_and_a_server_that_is_well(t: &TestApp) {
    check_all(t, &[quotes_and_ends]).await;
}

#[each_engine]
async fn files_with_broken_columns_leave_reasons_and_a_server_that_is_well(t: &TestApp) {
    check_all(t, &[columns]).await;
}

#[each_engine]
async fn files_with_hostile_values_leave_reasons_and_a_server_that_is_well(t: &TestApp) {
    check_all(t, &[values, hashes]).await;
}

#[each_engine]
async fn files_of_noise_leave_reasons_and_a_server_that_is_well(t: &TestApp) {
    check_all(t, &[chances]).await;
}

#[each_engine]
async fn a_file_with_too_many_rows_imports_none(t: &TestApp) {
    let pool = verifying(t, json!({})).await;
    let mut file = b"cognito:username,email,email_verified\n".to_vec();
    file.extend_from_slice(&b"u,u@b.co,true\n".repeat(500_001));
    let job = import(t, &pool, &file, json!({})).await;
    let (status, message, counts) = outcome(&job);
    assert_eq!((status.as_str(), counts), ("Failed", [0, 0, 0]));
    assert_eq!(message, "The file has more than 500000 rows.");
}

//! Files are read row by row, whatever is in them.

use super::*;

/// Returns all rows of a file that comes in pieces of `size` bytes.
fn rows(file: &[u8], size: usize) -> Vec<Line> {
    let mut lines = Lines::default();
    let mut found = Vec::new();
    for piece in file.chunks(size) {
        lines.feed(piece);
        while let Some(line) = lines.next(false) {
            found.push(line);
        }
        assert!(lines.held.len() <= 4 * MOST_CHARS + 4 + size);
    }
    found.extend(std::iter::from_fn(|| lines.next(true)));
    let length = u64::try_from(file.len()).unwrap();
    assert_eq!(lines.place(), (length, u64::try_from(found.len()).unwrap()));
    found
}

fn texts(file: &[u8]) -> Vec<Result<String, BadRow>> {
    let whole = rows(file, file.len().max(1));
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(rows(file, size), whole, "pieces of {size}");
    }
    for (line, number) in whole.iter().zip(1..) {
        assert_eq!(line.number, number);
    }
    whole.into_iter().map(|line| line.text).collect()
}

fn good(text: &str) -> Result<String, BadRow> {
    Ok(text.to_owned())
}

#[test]
fn rows_end_with_either_end_of_line_and_a_mark_before_them_is_dropped() {
    assert_eq!(texts(b""), []);
    assert_eq!(texts(b"a,b\nc,d"), [good("a,b"), good("c,d")]);
    assert_eq!(texts(b"a,b\r\nc,d\r\n"), [good("a,b"), good("c,d")]);
    assert_eq!(texts(b"\xEF\xBB\xBFa\nb\n"), [good("a"), good("b")]);
    let later = "a\n\u{FEFF}b".as_bytes();
    assert_eq!(texts(later), [good("a"), good("\u{FEFF}b")]);
    assert_eq!(texts(b"\n\n"), [good(""), good("")]);
    assert_eq!(texts(b"a\rb\n"), [good("a\rb")]);
}

#[test]
fn a_row_that_cannot_be_read_leaves_the_others() {
    let file = b"a\n\xFF\xFEb\nc\0d\ne\n";
    let bad = [good("a"), Err(BadRow::NotUtf8), Err(BadRow::Nul), good("e")];
    assert_eq!(texts(file), bad);
}

#[test]
fn rows_are_measured_in_characters_and_never_held_whole() {
    let most = "ä".repeat(MOST_CHARS);
    let file = format!("{most}\n{most}x\nb");
    let found = [Ok(most), Err(BadRow::TooLong), good("b")];
    assert_eq!(texts(file.as_bytes()), found);
    // What a part of which was dropped would have been is not asked.
    let mut bad = vec![0xFF; 5 * MOST_CHARS];
    bad.extend_from_slice(b"\nafter");
    assert_eq!(texts(&bad), [Err(BadRow::TooLong), good("after")]);
    let mut huge = vec![b'x'; 10 << 20];
    huge.extend_from_slice(b"\nafter");
    for size in [1 << 10, 256 << 10] {
        let found: Vec<_> = rows(&huge, size)
            .into_iter()
            .map(|line| line.text)
            .collect();
        assert_eq!(found, [Err(BadRow::TooLong), good("after")]);
    }
}

#[test]
fn reading_goes_on_where_a_row_begins() {
    let file = b"\xEF\xBB\xBFone\r\ntwo\n\nfour";
    let mut first = Lines::default();
    first.feed(file);
    while let Some(line) = first.next(true) {
        let (offset, lines) = first.place();
        let mut second = Lines::at(offset, lines);
        second.feed(file.get(usize::try_from(offset).unwrap()..).unwrap());
        let expected = match line.number {
            1 => good("two"),
            2 => good(""),
            3 => good("four"),
            _ => {
                assert_eq!(second.next(true), None);
                continue;
            }
        };
        let next = second.next(true).unwrap();
        assert_eq!((next.number, next.text), (line.number + 1, expected));
    }
}

#[test]
fn values_are_trimmed_and_have_escaped_commas_and_literal_quotes() {
    assert_eq!(cells(""), [""]);
    assert_eq!(cells("a,,b,"), ["a", "", "b", ""]);
    assert_eq!(cells(" a\t, b "), ["a", "b"]);
    assert_eq!(
        cells(r"1 Main St\, Springfield,b"),
        ["1 Main St, Springfield", "b"]
    );
    assert_eq!(cells(r"a\b\\,c\"), [r"a\b\,c\"]);
    assert_eq!(cells("\"a,b\""), ["\"a", "b\""]);
    assert_eq!(cells("=cmd|' /C calc'!A0,+1"), ["=cmd|' /C calc'!A0", "+1"]);
}

fn known(name: &str) -> bool {
    ["email", "name", "custom:id"].contains(&name)
}

#[test]
fn headers_have_known_columns_once() {
    let read = |row: &str| Header::read(row, known);
    let header =
        read(" cognito:username ,custom:id,email,cognito:mfa_enabled,password_hash").unwrap();
    assert!(header.has("email") && header.has(PASSWORD_HASH) && !header.has("name"));
    assert_eq!(header, Header::of(header.columns().to_vec()));
    for (row, bad) in [
        ("", BadHeader::Unknown(1)),
        ("cognito:username,Email", BadHeader::Unknown(2)),
        ("cognito:username,email,sub", BadHeader::Unknown(3)),
        ("cognito:username,\"email\"", BadHeader::Unknown(2)),
        ("cognito:username;email", BadHeader::Unknown(1)),
        ("cognito:username,email,", BadHeader::Unknown(3)),
        ("email,cognito:username, email", BadHeader::Twice(3)),
        ("cognito:username,cognito:username", BadHeader::Twice(2)),
        ("email,name", BadHeader::NoUsername),
    ] {
        assert_eq!(read(row), Err(bad), "{row}");
    }
}

#[test]
fn rows_have_the_columns_of_their_header() {
    let header = Header::read("cognito:username,email,name", known).unwrap();
    let row = header.row(r"jane,,Doe\, Jane").unwrap();
    assert_eq!(
        row,
        [
            (USERNAME, "jane".to_owned()),
            ("name", "Doe, Jane".to_owned())
        ]
    );
    for row in ["jane", "jane,a", "jane,a,b,c", "jane,a,b,"] {
        assert_eq!(header.row(row), Err(BadRow::Columns), "{row}");
    }
}

#[test]
fn a_hash_of_argon2_may_have_bare_commas_where_nothing_else_can_be_meant() {
    const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$ko/G5o1ms+ML08P95sQ8DA$AkVb";
    let escaped = HASH.replace(',', r"\,");
    let header = Header::read("cognito:username,password_hash,email", known).unwrap();
    for row in [
        format!("jane,{HASH},a@b.co"),
        format!("jane,{escaped},a@b.co"),
    ] {
        let row = header.row(&row).unwrap();
        assert_eq!(row.get(1), Some(&(PASSWORD_HASH, HASH.to_owned())));
        assert_eq!(row.get(2), Some(&("email", "a@b.co".to_owned())));
    }
    for row in [
        format!("jane,{HASH}"),
        format!("jane,{HASH},a@b.co,x"),
        "jane,$argon2id$,x,y,z".to_owned(),
        "jane,a,b,c,d".to_owned(),
    ] {
        assert_eq!(header.row(&row), Err(BadRow::Columns), "{row}");
    }
    let without = Header::read("cognito:username,email,name", known).unwrap();
    assert_eq!(without.row(&format!("jane,{HASH},x")), Err(BadRow::Columns));
}

//! What an archive is read as, and everything that may be wrong with one.

use super::*;
use cognate_crypto::age::{self, Identity};
use std::io::Write as _;

fn header() -> Header {
    Header {
        engine: "sqlite".into(),
        mode: "serve".into(),
        taken: 7,
        ..Header::new("0.1.0", 31, None)
    }
}

fn cells(n: i64) -> Vec<Cell> {
    let bytes = n.to_be_bytes().to_vec();
    vec![
        Cell::Text(format!("user \"{n}\"")),
        Cell::Int(n),
        Cell::Null,
        Cell::Bytes(bytes),
    ]
}

fn begun(identity: &Identity) -> Writer<Vec<u8>> {
    Writer::begin(&[identity.recipient()], &header(), Vec::new()).unwrap()
}

fn archive(identity: &Identity, rows: i64) -> Vec<u8> {
    let mut writer = begun(identity);
    writer.table("users", &["a", "b", "c", "d"]).unwrap();
    for n in 0..rows {
        writer.row(&cells(n)).unwrap();
    }
    writer.table("empty", &["a"]).unwrap();
    writer.finish().unwrap().0
}

fn read(identity: &Identity, file: &[u8]) -> std::result::Result<Vec<Line>, ArchiveError> {
    let identities = std::slice::from_ref(identity);
    let (found, mut reader) = Reader::open(identities, file)?;
    assert_eq!(found, header());
    let mut lines = Vec::new();
    loop {
        let line = reader.next_line()?;
        let ended = matches!(line, Line::End(_));
        lines.push(line);
        if ended {
            return Ok(lines);
        }
    }
}

/// Returns a file whose frame holds these bytes.
fn of_bytes(identity: &Identity, parts: &[&[u8]]) -> Vec<u8> {
    let sealing = age::seal(&[identity.recipient()], Vec::new()).unwrap();
    let mut encoder = zstd::Encoder::new(sealing, 1).unwrap();
    for part in parts {
        encoder.write_all(part).unwrap();
    }
    encoder.finish().unwrap().finish().unwrap()
}

fn first_line() -> Vec<u8> {
    let mut line = serde_json::to_vec(&header()).unwrap();
    line.push(b'\n');
    line
}

#[test]
fn what_was_written_is_read() {
    let identity = Identity::generate();
    let lines = read(&identity, &archive(&identity, 3)).unwrap();
    let table = |name: &str, columns: &[&str]| {
        Line::Table(TableLine {
            table: name.into(),
            columns: columns.iter().map(|&c| c.to_owned()).collect(),
        })
    };
    let rows = (0..3).map(|n| Line::Row(cells(n)));
    let mut wanted = vec![table("users", &["a", "b", "c", "d"])];
    wanted.extend(rows);
    wanted.push(table("empty", &["a"]));
    let (Some(Line::End(manifest)), rest) = (lines.last(), &lines[..lines.len() - 1]) else {
        panic!("no manifest")
    };
    assert_eq!(rest, wanted);
    assert_eq!(manifest.rows(), 3);
    let counts: Vec<_> = manifest
        .tables
        .iter()
        .map(|t| (&*t.table, t.rows))
        .collect();
    assert_eq!(counts, [("users", 3), ("empty", 0)]);
}

#[test]
fn every_flipped_bit_is_found() {
    let identity = Identity::generate();
    // Several chunks of 64 KiB of rows that do not compress.
    let mut writer = begun(&identity);
    writer.table("users", &["a"]).unwrap();
    for _ in 0..900 {
        let noise: [u8; 256] = cognate_crypto::random::bytes();
        writer.row(&[Cell::Bytes(noise.to_vec())]).unwrap();
    }
    let file = writer.finish().unwrap().0;
    assert!(file.len() > 3 * 65_536, "{}", file.len());
    read(&identity, &file).unwrap();
    // All of the text in front and of the end, and places all over the chunks.
    let far = (400..file.len()).step_by(file.len() / 300);
    let places = (0..400).chain(far).chain(file.len() - 64..file.len());
    let mut tried = 0;
    for place in places {
        let mut changed = file.clone();
        changed[place] ^= 1 << (place % 8);
        read(&identity, &changed).expect_err(&format!("bit at {place}"));
        tried += 1;
    }
    assert!(tried > 700, "{tried}");
}

#[test]
fn a_cut_file_is_refused_wherever_it_was_cut() {
    let identity = Identity::generate();
    let file = archive(&identity, 2_000);
    for length in (0..file.len()).step_by(97).chain([file.len() - 1]) {
        read(&identity, &file[..length]).expect_err(&format!("cut at {length}"));
    }
    let longer = [&*file, b"x"].concat();
    read(&identity, &longer).expect_err("longer");
}

#[test]
fn others_cannot_read() {
    let file = archive(&Identity::generate(), 1);
    let refused = read(&Identity::generate(), &file).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the file was encrypted to other recipients"
    );
}

#[test]
fn archives_of_newer_programs_and_other_files_are_refused() {
    let identity = Identity::generate();
    let newer = b"{\"format\":\"cognate-backup\",\"version\":2,\"more\":{}}\n";
    let refused = read(&identity, &of_bytes(&identity, &[newer])).unwrap_err();
    assert!(matches!(refused, ArchiveError::Newer(2)), "{refused}");
    for other in [
        &b"{\"format\":\"other\",\"version\":1}\n"[..],
        b"\n",
        b"{}\n",
    ] {
        let refused = read(&identity, &of_bytes(&identity, &[other])).unwrap_err();
        assert!(matches!(refused, ArchiveError::Format), "{refused}");
    }
    let sealing = age::seal(&[identity.recipient()], Vec::new()).unwrap();
    let empty = sealing.finish().unwrap();
    read(&identity, &empty).expect_err("nothing inside");
}

#[test]
fn a_manifest_that_lies_is_found() {
    let identity = Identity::generate();
    let lies: [fn(&mut Manifest); 6] = [
        |manifest| manifest.tables[0].rows += 1,
        |manifest| manifest.tables[0].sha256 = "00".repeat(32),
        |manifest| manifest.sha256 = "00".repeat(32),
        |manifest| manifest.complete = false,
        |manifest| manifest.tables.clear(),
        |manifest| manifest.tables[0].table = "clients".into(),
    ];
    for lie in lies {
        let mut writer = begun(&identity);
        writer.table("users", &["a"]).unwrap();
        writer.row(&[Cell::Int(1)]).unwrap();
        let refused = read(&identity, &writer.finish_lying(lie).unwrap()).unwrap_err();
        assert!(matches!(refused, ArchiveError::Manifest), "{refused}");
    }
}

#[test]
fn lines_that_do_not_belong_are_refused() {
    let identity = Identity::generate();
    let table = b"{\"table\":\"users\",\"columns\":[\"a\"]}\n";
    let first = first_line();
    let cases: [&[&[u8]]; 12] = [
        &[b"[1]\n"],
        &[table, b"[1,2]\n"],
        &[table, b"[]\n"],
        &[table, b"[1.5]\n"],
        &[table, b"[true]\n"],
        &[table, b"[{\"b\":\"AA==\",\"c\":\"\"}]\n"],
        &[table, b"[{\"b\":\"AA=\"}]\n"],
        &[table, b"[99999999999999999999]\n"],
        &[table, table],
        &[b"{\"table\":\"users\",\"columns\":[],\"x\":1}\n"],
        &[table, b"[1]\n"],
        &[b"nothing\n"],
    ];
    for case in cases {
        let parts: Vec<&[u8]> = [&[&*first][..], case].concat();
        read(&identity, &of_bytes(&identity, &parts)).expect_err(&format!("{case:?}"));
    }
}

#[test]
fn nothing_follows_the_manifest() {
    let identity = Identity::generate();
    let sealing = age::seal(&[identity.recipient()], Vec::new()).unwrap();
    let mut encoder = zstd::Encoder::new(sealing, 1).unwrap();
    let first = first_line();
    encoder.write_all(&first).unwrap();
    let manifest = Ledger::new(&first).manifest();
    let line = serde_json::to_vec(&ManifestLine { manifest }).unwrap();
    encoder.write_all(&line).unwrap();
    encoder.write_all(b"\n").unwrap();
    let mut more = encoder.finish().unwrap();
    // A second frame.
    more.write_all(&zstd::encode_all(&b"[1]\n"[..], 1).unwrap())
        .unwrap();
    let refused = read(&identity, &more.finish().unwrap()).unwrap_err();
    assert!(matches!(refused, ArchiveError::Trailing), "{refused}");
}

#[test]
fn what_grows_beyond_all_measure_is_not_kept() {
    let identity = Identity::generate();
    let first = first_line();
    // A line of 64 MiB is not read to its end.
    let long = vec![b'['; 64 << 20];
    let refused = read(&identity, &of_bytes(&identity, &[&first, &long])).unwrap_err();
    assert!(matches!(refused, ArchiveError::Long(2)), "{refused}");
    // Hundreds of megabytes of equal rows, from some tens of kilobytes.
    let table = b"{\"table\":\"users\",\"columns\":[\"a\"]}\n";
    let row = [&b"[\""[..], &[b'x'; 1 << 16], b"\"]\n"].concat();
    let rows = row.repeat(64);
    let mut parts: Vec<&[u8]> = vec![&first, table];
    parts.extend(std::iter::repeat_n(&*rows, 60));
    let bomb = of_bytes(&identity, &parts);
    let refused = read(&identity, &bomb).unwrap_err();
    assert!(
        matches!(refused, ArchiveError::Bomb),
        "{refused} {}",
        bomb.len()
    );
}

#[test]
fn a_frame_that_asks_for_much_memory_is_refused() {
    let identity = Identity::generate();
    let sealing = age::seal(&[identity.recipient()], Vec::new()).unwrap();
    let mut encoder = zstd::Encoder::new(sealing, 1).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(&first_line()).unwrap();
    encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
    let file = encoder.finish().unwrap().finish().unwrap();
    read(&identity, &file).expect_err("128 MiB of window");
}

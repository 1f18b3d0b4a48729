//! Every form of list is read or refused with the place, and what a lookup finds is what was in the list.

use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use cognate_crypto::hash::sha1;
use cognate_crypto::random;
use proptest::prelude::*;

use super::import::{ImportError, Source, Summary, import, import_within};
use super::list::List;
use super::sort::Bounds;

/// A folder that is deleted at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("cognate-breached-{}", random::uuid_v4()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    fn list(&self) -> PathBuf {
        self.0.join(".list")
    }

    fn names(&self) -> usize {
        fs::read_dir(&self.0).unwrap().count()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn hash(password: &str) -> String {
    hex::encode_upper(sha1(password.as_bytes()))
}

fn has(list: &List, password: &str) -> bool {
    list.has(&sha1(password.as_bytes())).unwrap()
}

fn imported(text: &str, min_count: u64) -> Result<(Summary, List), ImportError> {
    let folder = Folder::new();
    let path = folder.list();
    let file = fs::File::create(&path).unwrap();
    let source = Source::Lines(Box::new(text.as_bytes()), "list.txt");
    let summary = import(source, file, &folder.0, min_count)?;
    let list = List::open(&path).unwrap();
    list.verify().unwrap();
    Ok((summary, list))
}

fn refused(text: &str) -> String {
    imported(text, 1).unwrap_err().to_string()
}

#[test]
fn sha1_is_that_of_the_published_lists() {
    assert_eq!(hash("password"), "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
}

#[test]
fn lines_come_in_any_order_case_and_ending() {
    let (a, b, c) = (hash("a"), hash("b").to_lowercase(), hash("c"));
    let huge = "9".repeat(60);
    let text = format!(
        "{c}:{huge}\r\n{a}:1\n{b}:2   \r\n{a}:3\n{}:0",
        hash("filler")
    );
    let (summary, list) = imported(&text, 0).unwrap();
    let expected = Summary {
        files: 1,
        lines: 5,
        rare: 1,
        entries: 3,
    };
    assert_eq!(summary, expected);
    assert_eq!((list.entries(), list.min_count()), (3, 1));
    for (password, there) in [
        ("a", true),
        ("b", true),
        ("c", true),
        ("d", false),
        ("filler", false),
    ] {
        assert_eq!(has(&list, password), there, "{password}");
    }
}

#[test]
fn the_least_count_leaves_rare_passwords_out() {
    let text = format!(
        "{}:9\n{}:10\n{}:18446744073709551616",
        hash("a"),
        hash("b"),
        hash("c")
    );
    let (summary, list) = imported(&text, 10).unwrap();
    assert_eq!(
        (summary.rare, summary.entries, list.min_count()),
        (1, 2, 10)
    );
    assert!(!has(&list, "a") && has(&list, "b") && has(&list, "c"));
    let (_, none) = imported(&text, u64::MAX).unwrap();
    assert!(
        !has(&none, "a") && has(&none, "c"),
        "a count beyond all numbers is the greatest"
    );
}

#[test]
fn a_line_that_is_none_is_refused_with_its_number() {
    let good = format!("{}:1\n", hash("a"));
    let expected = "list.txt, line 2: 40 hexadecimal digits, a colon and a count are expected";
    let digits = &hash("b")[1..];
    for bad in [
        "\n".to_owned(),
        "\r\n".to_owned(),
        "x\n".to_owned(),
        format!("{}\n", hash("b")),
        format!("{}:\n", hash("b")),
        format!("{}:x\n", hash("b")),
        format!("{}:-1\n", hash("b")),
        format!("{} :1\n", hash("b")),
        format!(" {}:1\n", hash("b")),
        format!("{digits}:1\n"),
        format!("g{digits}:1\n"),
        format!("0{}:1\n", hash("b")),
        format!("\u{feff}{}:1\n", hash("b")),
        // Of NTLM.
        format!("{}:1\n", &hash("b")[..32]),
        format!("{}:1{}\n", hash("b"), "0".repeat(1000)),
    ] {
        assert_eq!(refused(&format!("{good}{bad}{good}")), expected, "{bad:?}");
    }
    assert_eq!(refused(""), "list.txt has no line");
}

#[test]
fn a_folder_has_a_file_for_each_prefix() {
    let folder = Folder::new();
    let (a, b) = (hash("a"), hash("b"));
    folder.put(&a[..5], &format!("{}:3\r\n", &a[5..]));
    let name = format!("{}.txt", b[..5].to_lowercase());
    folder.put(
        &name,
        &format!("{}:1\n{}:0", b[5..].to_lowercase(), &a[5..]),
    );
    folder.put(".DS_Store", "x");
    let read = |folder: &Folder| {
        let file = fs::File::create(folder.list()).unwrap();
        import(Source::Folder(&folder.0), file, &folder.0, 1)
    };
    let summary = read(&folder).unwrap();
    let expected = Summary {
        files: 2,
        lines: 3,
        rare: 1,
        entries: 2,
    };
    assert_eq!(summary, expected);
    let list = List::open(&folder.list()).unwrap();
    assert!(has(&list, "a") && has(&list, "b") && !has(&list, "c"));

    let path = |name: &str| folder.0.join(name).display().to_string();
    let says = |name: &str, text: &str, expected: String| {
        folder.put(name, text);
        assert_eq!(read(&folder).unwrap_err().to_string(), expected);
        fs::remove_file(folder.0.join(name)).unwrap();
    };
    let broken = "line 1: 35 hexadecimal digits, a colon and a count are expected";
    says(
        "00000",
        &format!("{a}:1"),
        format!("{}, {broken}", path("00000")),
    );
    says("00000", "", format!("{} has no line", path("00000")));
    let no_name = "is no file of a prefix: its name should be five hexadecimal digits";
    for name in ["README", "0000", "000000", "0000G", "00000.gz"] {
        says(name, "x", format!("{} {no_name}", path(name)));
    }
    let twice = format!("{}.txt", &a[..5]);
    says(&twice, "x", format!("{} is there twice", path(&twice)));
    let empty = Folder::new();
    let error = import(Source::Folder(&empty.0), Vec::new(), &empty.0, 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} has no line", empty.0.display())
    );
}

fn write(folder: &Folder) -> (PathBuf, Vec<u8>) {
    let path = folder.list();
    let text = format!("{}:1\n{}:1\n", hash("a"), hash("b"));
    let source = Source::Lines(Box::new(text.as_bytes()), "list.txt");
    import(source, fs::File::create(&path).unwrap(), &folder.0, 1).unwrap();
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

fn is_broken<T>(outcome: std::io::Result<T>) -> bool {
    outcome.is_err_and(|error| error.kind() == ErrorKind::InvalidData)
}

#[test]
fn a_file_that_is_not_whole_is_no_list() {
    let folder = Folder::new();
    let (path, bytes) = write(&folder);
    assert_eq!(bytes.len(), 16 + 2 * 8 + ((1 << 16) + 1) * 8 + 108);
    let put = |bytes: &[u8]| fs::write(&path, bytes).unwrap();
    for length in [0, 15, 16, 107, bytes.len() - 1] {
        put(&bytes[..length]);
        assert!(is_broken(List::open(&path)), "{length}");
    }
    put(&[&bytes[..], b"x"].concat());
    assert!(is_broken(List::open(&path)));
    // One byte of the numbers at the end, and of the words at both.
    let end = bytes.len();
    for at in [
        0,
        end - 1,
        end - 44 + 3,
        end - 44 + 7,
        end - 44 + 15,
        end - 44 + 8,
    ] {
        let mut other = bytes.clone();
        other[at] ^= 1;
        put(&other);
        assert!(is_broken(List::open(&path)), "{at} of {end}");
    }
    // One of the entries and of the index shows when the whole is read.
    for at in [16, 40, 5000] {
        let mut other = bytes.clone();
        other[at] ^= 1;
        put(&other);
        assert!(is_broken(List::open(&path).unwrap().verify()), "{at}");
    }
}

#[test]
fn an_index_that_cannot_be_right_is_an_error_and_reads_nothing_large() {
    let folder = Folder::new();
    let (path, bytes) = write(&folder);
    let prefix = usize::from(u16::from_be_bytes([sha1(b"a")[0], sha1(b"a")[1]]));
    let at = 16 + 2 * 8 + prefix * 8;
    for (from, to) in [(0_u64, 3), (2, 1), (0, u64::MAX), (u64::MAX, u64::MAX)] {
        let mut other = bytes.clone();
        other[at..at + 8].copy_from_slice(&from.to_be_bytes());
        other[at + 8..at + 16].copy_from_slice(&to.to_be_bytes());
        fs::write(&path, &other).unwrap();
        let found = List::open(&path).unwrap().has(&sha1(b"a"));
        assert!(is_broken(found), "{from} {to}");
    }
}

#[test]
fn hashes_that_all_begin_the_same_are_refused() {
    let folder = Folder::new();
    let mut text = Vec::new();
    for n in 0..=(1 << 14) {
        writeln!(text, "00000{n:035x}:1").unwrap();
    }
    let source = Source::Lines(Box::new(text.as_slice()), "list.txt");
    // Their first ten bytes, which are kept, are the same.
    let summary = import(source, Vec::new(), &folder.0, 1).unwrap();
    assert_eq!(summary.entries, 1);
    text.clear();
    for n in 0..=(1 << 14) {
        writeln!(text, "00000{n:015x}{:020x}:1", 0).unwrap();
    }
    let source = Source::Lines(Box::new(text.as_slice()), "list.txt");
    let error = import(source, Vec::new(), &folder.0, 1).unwrap_err();
    let expected =
        "the list: too many hashes begin with the same digits: these are no hashes of SHA-1";
    assert_eq!(error.to_string(), expected);
}

/// Imports with so little memory that everything goes over the disk.
fn small(text: &str, bounds: Bounds) -> (u64, List, Folder) {
    let folder = Folder::new();
    let path = folder.list();
    let source = Source::Lines(Box::new(text.as_bytes()), "list.txt");
    let file = fs::File::create(&path).unwrap();
    let summary = import_within(source, file, &folder.0, 1, bounds).unwrap();
    assert_eq!(folder.names(), 1, "nothing but the list is left");
    (summary.entries, List::open(&path).unwrap(), folder)
}

#[test]
fn a_sorted_list_larger_than_the_memory_is_one_piece() {
    let mut all: Vec<String> = (0..500)
        .map(|n| format!("{}:1\n", hash(&n.to_string())))
        .collect();
    all.sort_unstable();
    let (entries, list, _folder) = small(&all.concat(), Bounds { keys: 7, runs: 1 });
    assert_eq!(entries, 500);
    assert!((0..500).all(|n| has(&list, &n.to_string())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn a_lookup_finds_what_a_set_finds(
        listed in proptest::collection::vec(0_u32..400, 1..300),
        asked in proptest::collection::vec(0_u32..400, 1..50),
        keys in 1_usize..40,
        runs in 1_usize..5,
    ) {
        // Neighbours in the order of hashes too: they differ in the last byte that is kept.
        let made = |n: u32| {
            let mut hash = sha1((n / 4).to_string().as_bytes());
            hash[9] = (n % 4) as u8;
            hash
        };
        let set: BTreeSet<[u8; 20]> = listed.iter().map(|n| made(*n)).collect();
        let lines: Vec<String> = listed.iter().map(|n| format!("{}:1\n", hex::encode(made(*n)))).collect();
        let (entries, list, _folder) = small(&lines.concat(), Bounds { keys, runs });
        prop_assert_eq!(entries, set.len() as u64);
        list.verify().unwrap();
        for n in asked.into_iter().chain(listed) {
            prop_assert_eq!(list.has(&made(n)).unwrap(), set.contains(&made(n)));
        }
    }
}

#[test]
fn the_longer_prefixes_of_large_lists_are_found() {
    // The same file with both lengths of prefixes cannot be made small; what they share is the arithmetic.
    let key = [0xab, 0xcd, 0xef, 0x01, 2, 3, 4, 5, 6, 7];
    assert_eq!(
        super::list::parts(&key, 16),
        (0xabcd, [0xef, 0x01, 2, 3, 4, 5, 6, 7])
    );
    assert_eq!(
        super::list::parts(&key, 20),
        (0xabcde, [0xef, 0x01, 2, 3, 4, 5, 6, 7])
    );
    assert!(List::open(Path::new("/dev/null")).is_err());
}

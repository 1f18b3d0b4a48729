//! docs/errors.tsv: for each error that the model lists for an operation with code, the test that shows it, or why it
//! cannot arise here.
//!
//! The first column names an operation, or all of them (`*`), or all that need a signature (`sigv4`) or none
//! (`public`); a row of one operation counts before the others. The third says `test MODULE::NAME`, for a test of this
//! program, `test wire::MODULE::NAME` or `test it::MODULE::NAME`, for one of the server, or `why …`.

use std::collections::BTreeMap;
use std::path::Path;

use cognate_domain::dispatch::NOT_BUILT;
use cognate_shapes::{Auth, Op};

const TABLE: &str = include_str!("../../../../../docs/errors.tsv");

/// Operations whose rows are not all written yet. This list may only shrink.
const IN_WORK: &[&str] = &[];

fn rows() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let mut rows = BTreeMap::new();
    let mut last = ("", "");
    for line in TABLE.lines().skip(1) {
        let cells: Vec<_> = line.split('\t').collect();
        let [who, error, shown] = cells[..] else {
            panic!("three columns are wanted: {line}")
        };
        assert!(last < (who, error), "not in order, or twice: {line}");
        last = (who, error);
        rows.insert(last, shown);
    }
    rows
}

fn class(op: Op) -> &'static str {
    match op.auth() {
        Auth::Public => "public",
        _ => "sigv4",
    }
}

fn short(error: cognate_shapes::ErrorCode) -> &'static str {
    error.as_str().trim_end_matches("Exception")
}

fn built() -> impl Iterator<Item = Op> {
    Op::ALL.iter().copied().filter(|op| !NOT_BUILT.contains(op))
}

#[test]
fn every_error_of_every_operation_is_shown_or_explained() {
    let rows = rows();
    let mut missing = Vec::new();
    for op in built() {
        let lacks = op
            .errors()
            .iter()
            .map(|error| short(*error))
            .filter(|error| {
                [op.name(), class(op), "*"]
                    .into_iter()
                    .all(|who| !rows.contains_key(&(who, *error)))
            });
        let lacks: Vec<_> = lacks.collect();
        match IN_WORK.contains(&op.name()) {
            true => assert!(!lacks.is_empty(), "{} is in work no more", op.name()),
            false => missing.extend(
                lacks
                    .into_iter()
                    .map(|error| format!("{}\t{error}", op.name())),
            ),
        }
    }
    assert!(
        missing.is_empty(),
        "docs/errors.tsv lacks\n{}",
        missing.join("\n")
    );
}

#[test]
fn every_row_is_of_an_error_that_the_model_lists() {
    for (who, error) in rows().into_keys() {
        let known = Op::ALL.iter().any(|op| {
            (who == "*" || who == class(*op) || who == op.name())
                && op.errors().iter().any(|listed| short(*listed) == error)
        });
        assert!(known, "{who}\t{error}");
    }
}

#[test]
fn every_test_that_a_row_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut sources = BTreeMap::new();
    for ((who, error), shown) in rows() {
        let named = match (shown.strip_prefix("test "), shown.strip_prefix("why ")) {
            (Some(named), None) => named,
            (None, Some(why)) if why.len() > 20 => continue,
            _ => panic!("{who}\t{error}: {shown}"),
        };
        let (folder, named) = [
            ("it::", "tests/tests/it"),
            ("wire::", "crates/server/tests/wire"),
            ("", "crates/domain/tests/api"),
        ]
        .into_iter()
        .find_map(|(prefix, folder)| Some((folder, named.strip_prefix(prefix)?)))
        .unwrap();
        let (module, test) = named.rsplit_once("::").unwrap();
        let file = root
            .join(folder)
            .join(format!("{}.rs", module.replace("::", "/")));
        let source = sources
            .entry(file.clone())
            .or_insert_with(|| std::fs::read_to_string(&file).unwrap_or_default());
        assert!(
            source.contains(&format!("fn {test}(")),
            "{who}\t{error}: no test {test} in {}",
            file.display()
        );
    }
}

//! The order of folders and crates on small trees, and on the project itself.

use super::*;

fn order(names: &str) -> Vec<(usize, String)> {
    let names = names.split_whitespace();
    names
        .map(|name| (1, format!("{name}   What it is.")))
        .collect()
}

fn found(names: &str, files: &[(&str, &str)]) -> Vec<String> {
    let sources = files
        .iter()
        .map(|(file, text)| ((*file).to_owned(), (*text).to_owned()))
        .collect();
    check_folders(&order(names), &sources)
        .into_iter()
        .map(|(file, line, rule)| format!("{}:{line}: {rule}", file.display()))
        .collect()
}

const LOW: (&str, &str) = ("low.rs", "//! Low.\n");

#[test]
fn a_folder_imports_what_stands_above_it() {
    let high = ("high/a.rs", "use crate::low::{self, Thing};\n");
    assert!(found("low high", &[LOW, high]).is_empty());
}

#[test]
fn an_import_against_the_order_fails_with_file_and_line() {
    let rule = "`high` stands below `low` in docs/ARCHITECTURE.md, so `low` must not import it";
    let high = ("high/mod.rs", "//! High.\n");
    for (text, line) in [
        ("use std::fmt;\nuse crate::high::Thing;\n", 2),
        (
            "use crate::{\n    low_too,\n    high::{A, B as C},\n};\n",
            3,
        ),
        ("\n\nfn f() { crate::high::f::<u8>() }\n", 3),
    ] {
        let mut got = found("low high", &[("low.rs", text), high]);
        got.dedup();
        assert!(!got.is_empty(), "{text}");
        for fault in got {
            assert_eq!(fault, format!("{SOURCES}/low.rs:{line}: {rule}"), "{text}");
        }
    }
}

#[test]
fn a_name_of_the_crate_leads_to_its_folder() {
    let files = [
        (
            "lib.rs",
            "pub mod low;\npub use high::inner::{Cx, Other};\n",
        ),
        ("low.rs", "use crate::{Cx};\n"),
        ("high/inner.rs", ""),
    ];
    assert_eq!(found("low high", &files).len(), 1);
}

#[test]
fn comments_and_tests_do_not_count() {
    let text = "/// [`crate::high::Thing`]\nfn f() {} // crate::high\n\n#[cfg(test)]\nmod tests {\n    use crate::high::f;\n}\n";
    assert!(found("low high", &[("low.rs", text), ("high.rs", "")]).is_empty());
    let behind = format!("{text}use crate::high::f;\n");
    assert_eq!(
        found("low high", &[("low.rs", &behind), ("high.rs", "")]).len(),
        1
    );
}

#[test]
fn a_ring_inside_a_folder_fails() {
    let files = [
        ("low/a.rs", "use crate::low::b::B;\n"),
        ("low/b.rs", "use super::c;\n"),
        ("low/c.rs", "\nuse crate::low::a::{A};\n"),
        ("low/d.rs", "use crate::low::a::A;\n"),
        ("low/mod.rs", "pub mod a;\npub mod b;\nfn f() { a::f() }\n"),
    ];
    assert_eq!(
        found("low", &files),
        [format!(
            "{SOURCES}/low/a.rs:1: a ring of imports: low/a.rs → low/b.rs → low/c.rs → low/a.rs"
        )]
    );
    assert!(found("low", files.get(..2).unwrap()).is_empty());
}

#[test]
fn a_folder_that_the_list_does_not_name_fails() {
    let files = [LOW, ("new.rs", "use crate::low::Thing;\n")];
    let got = found("low", &files);
    assert_eq!(
        got,
        ["docs/ARCHITECTURE.md:1: `new` is missing from the list of folders"]
    );
}

#[test]
fn crates_have_the_arrows_of_the_list() {
    let arrows = |text: &str| list(&format!("x\n```crates\n{text}\n```\n"), "crates").unwrap();
    let manifest = |ours: &str| {
        let text = format!(
            "[package]\n\n[dependencies]\n{ours}serde.workspace = true\n\n[dev-dependencies]\ncognate-kit.workspace = true\n"
        );
        let names = [("a", text), ("b", "[dependencies]\n".to_owned())];
        names
            .map(|(name, text)| (name.to_owned(), text))
            .into_iter()
            .collect()
    };
    let found = |list: &str, ours: &str| -> Vec<String> {
        check_crates(&arrows(list), &manifest(ours))
            .into_iter()
            .map(|(file, line, rule)| format!("{}:{line}: {rule}", file.display()))
            .collect()
    };
    let b = "cognate-b.workspace = true\n";
    assert!(found("a → b\nb", b).is_empty());
    assert_eq!(
        found("a\nb", b),
        ["crates/a/Cargo.toml:4: docs/ARCHITECTURE.md has no arrow a → b"]
    );
    assert_eq!(
        found("a → b\nb", ""),
        ["docs/ARCHITECTURE.md:3: `a` does not depend on `b`"]
    );
    assert_eq!(
        found("a → b", b),
        ["crates/b/Cargo.toml:1: `b` is missing from the list of crates in docs/ARCHITECTURE.md"]
    );
    assert_eq!(
        found("a → b\nb\nc", b),
        ["docs/ARCHITECTURE.md:5: there is no crate `c`"]
    );
}

#[test]
fn the_project_is_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    assert_eq!(faults(root).unwrap(), []);
}

//! docs/operations.tsv names every operation once, with the facts of the model.

use std::path::Path;

use cognate_shapes::{Auth, Category, Op};

#[test]
fn the_table_of_operations_has_a_true_row_for_each() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.tsv");
    let table = std::fs::read_to_string(path).unwrap();
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("operation\tfolder\tauth\tcategory\tstatus\tpending members")
    );
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), Op::ALL.len());
    for (row, op) in rows.iter().zip(Op::ALL) {
        let [name, folder, auth, category, status, pending] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert_eq!(*name, op.name());
        assert!(!folder.is_empty() && *folder != "?", "{name} has no folder");
        let expected = match op.auth() {
            Auth::SigV4 => "sigv4",
            Auth::Public => "public",
            Auth::SigV4OrClient => "sigv4-or-client",
        };
        assert_eq!(*auth, expected, "{name}");
        let expected = if op.category() == Category::Unlisted {
            "-"
        } else {
            op.category().as_str()
        };
        assert_eq!(*category, expected, "{name}");
        assert!(matches!(*status, "done" | "501"), "{name}: {status}");
        assert_eq!(
            *status == "501",
            *pending == "*",
            "{name}: every member is pending exactly while there is no code"
        );
    }
}

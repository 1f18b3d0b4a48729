//! docs/CONFIG.md names every setting and nothing that is none.

use cognate_server::settings::config::keys;

#[test]
fn the_document_has_a_row_for_every_setting() {
    let document = include_str!("../../../docs/CONFIG.md");
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    for key in keys() {
        let row = rows
            .iter()
            .find(|row| row.starts_with(&format!("| `{}` |", key.name)));
        let row = row.unwrap_or_else(|| panic!("{} is missing", key.name));
        assert!(row.contains(key.help), "{row} does not say: {}", key.help);
        assert_eq!(row.contains(", secret |"), key.secret, "{row}");
    }
    assert_eq!(rows.len(), keys().count());
}

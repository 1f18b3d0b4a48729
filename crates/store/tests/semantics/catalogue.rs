//! Every statement of the catalogue is one that both engines understand.

use cognate_store::Store;
use rusqlite::Connection;

use crate::engines::{Folder, postgres, postgres_url, sqlite};

/// The files of `src/tables`.
fn sources() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The string literals of a source that are statements, with continued lines joined. Those put together by macros (the
/// first part is a verb alone) are left to the tests of their users.
pub(crate) fn statements(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = source.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '/' && characters.peek() == Some(&'/') {
            characters.by_ref().find(|c| *c == '\n');
        }
        if character != '"' {
            continue;
        }
        let mut text = String::new();
        while let Some(character) = characters.next() {
            match character {
                '"' => break,
                // The only escape in statements: the end of a line that goes on.
                '\\' => {
                    while characters.peek().is_some_and(|c| c.is_whitespace()) {
                        characters.next();
                    }
                }
                other => text.push(other),
            }
        }
        let verbs = ["SELECT ", "INSERT ", "UPDATE ", "DELETE "];
        let is_whole = text.trim_end().contains(' ');
        if is_whole && verbs.iter().any(|verb| text.starts_with(verb)) {
            found.push(text);
        }
    }
    found
}

fn catalogue() -> Vec<(String, String)> {
    let all: Vec<_> = sources()
        .into_iter()
        .flat_map(|(file, source)| {
            let statements = statements(&source);
            statements
                .into_iter()
                .map(move |statement| (file.clone(), statement))
        })
        .collect();
    assert!(all.len() > 30, "the catalogue was not found");
    all
}

#[tokio::test]
async fn sqlite_prepares_every_statement() {
    let folder = Folder::new();
    let store: Store = sqlite(&folder).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    let refused: Vec<_> = catalogue()
        .into_iter()
        .filter_map(|(file, sql)| {
            connection
                .prepare(&sql)
                .err()
                .map(|error| format!("{file}: {error}: {sql}"))
        })
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    drop(connection);
    store.close().await;
}

#[tokio::test]
async fn postgres_prepares_every_statement() {
    let Some(url) = postgres_url().await else {
        return;
    };
    let store = postgres(&url).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let mut refused = Vec::new();
    for (file, sql) in catalogue() {
        let mut forms = vec![sql.replace('?', "$")];
        // Guards are locked.
        if sql.starts_with("SELECT 1 ") {
            forms.push(format!("{} FOR SHARE", sql.replace('?', "$")));
        }
        for form in forms {
            if let Err(error) = client.prepare(&form).await {
                let reason = error
                    .as_db_error()
                    .map_or(error.to_string(), |report| report.message().to_owned());
                refused.push(format!("{file}: {reason}: {form}"));
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    store.close().await;
}

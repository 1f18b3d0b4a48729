//! Every statement of the catalogue is one that both engines understand.

use cognate_store::tables::catalogue::statements as statements_of_tables;
use cognate_store::tables::{
    attempts, codes, groups, passkeys, sessions, software_tokens, users, whole_users,
};
use cognate_store::{Store, forms_on_postgres};
use rusqlite::Connection;

use crate::engines::{Folder, postgres, postgres_url, sqlite};

/// Returns the files of `src/tables`.
fn sources() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Returns the string literals of a source that are statements, with continued lines joined. Those put together by
/// macros (the first part is a verb alone) are left to the tests of their users; those that are made of the catalogue
/// follow it.
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
        let is_whole = text.trim_end().contains(' ') && !has_place_to_fill(&text);
        if is_whole && verbs.iter().any(|verb| text.starts_with(verb)) {
            found.push(text);
        }
    }
    found
}

/// True for the text of a `format!`, that is, if it contains a name in braces.
fn has_place_to_fill(text: &str) -> bool {
    text.split('{')
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Returns all statements with their origin: the literals of the sources, and what is made of the catalogue of tables.
fn catalogue() -> Vec<(String, String)> {
    let made = statements_of_tables()
        .into_iter()
        .map(|statement| ("catalogue".to_owned(), statement.to_owned()));
    let all: Vec<_> = sources()
        .into_iter()
        .flat_map(|(file, source)| {
            let statements = statements(&source);
            statements
                .into_iter()
                .map(move |statement| (file.clone(), statement))
        })
        .chain(made)
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

/// A sign-in and a token must cost the same in a pool of ten users and of a million. A column that an index does not
/// hold is enough for SQLite to read a whole pool instead.
#[tokio::test]
async fn what_a_sign_in_or_a_token_reads_is_found_by_more_than_the_pool() {
    let folder = Folder::new();
    let store: Store = sqlite(&folder).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    for (sql, _) in [
        groups::of_user("", ""),
        users::by_id("", ""),
        users::by_login("", ""),
        sessions::live("", "", "", 0),
        sessions::spent("", ""),
        attempts::of_subject("", ""),
        attempts::of_sign_in("", "", ""),
        codes::of("", "", ""),
        codes::to_judge("", "", "", "", 0),
        passkeys::of_user("", ""),
        software_tokens::of_user("", ""),
    ] {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let unbound = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(!steps.is_empty(), "{sql}");
        for step in steps {
            let by_pool_alone = step.ends_with("(pool_id=?)");
            assert!(!step.starts_with("SCAN") && !by_pool_alone, "{sql}: {step}");
        }
    }
    store.close().await;
}

/// A sweep that reads a table, or sorts it, would hold up the one writer for as long as the table is large.
#[tokio::test]
async fn what_has_expired_is_found_in_the_order_of_an_index_on_sqlite() {
    let folder = Folder::new();
    let store: Store = sqlite(&folder).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    // Those with a bucket alone are for engines with several writers.
    let sweeps = statements_of_tables().into_iter().filter(|sql| {
        let of_time = sql.ends_with(" LIMIT ?2)");
        let of_state = sql.contains(" WHERE state = ") && sql.ends_with(" LIMIT ?3)");
        let of_ids = sql.starts_with("DELETE FROM batches ");
        sql.starts_with("DELETE FROM ") && (of_time || of_state || of_ids)
    });
    let sweeps: std::collections::BTreeSet<_> = sweeps.collect();
    assert_eq!(sweeps.len(), 19, "{sweeps:#?}");
    for sql in sweeps {
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let unbound = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let searches = steps.iter().filter(|step| step.starts_with("SEARCH "));
        assert_eq!(searches.count(), 2, "{sql}: {steps:?}");
        for step in &steps {
            let slow = step.starts_with("SCAN ") || step.contains("TEMP B-TREE");
            assert!(!slow, "{sql}: {step}");
        }
    }
    store.close().await;
}

/// A portion of users costs what its users have, however large the pool is.
#[tokio::test]
async fn what_hangs_on_a_portion_of_users_is_found_by_the_user() {
    let folder = Folder::new();
    let store: Store = sqlite(&folder).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    let (sql, _) = whole_users::query("", "", 1);
    let mut plan = connection
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .unwrap();
    let unbound = vec![rusqlite::types::Null; plan.parameter_count()];
    let steps: Vec<String> = plan
        .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let searches = steps.iter().filter(|step| step.starts_with("SEARCH"));
    assert!(searches.count() >= 8, "{steps:?}");
    for step in &steps {
        // `u` is the portion itself.
        let scans = step.starts_with("SCAN") && step != "SCAN u";
        assert!(!scans && !step.ends_with("(pool_id=?)"), "{step}");
    }
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
        for form in forms_on_postgres(&sql) {
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

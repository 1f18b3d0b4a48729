//! The catalogue says what the migrations say.

use std::collections::BTreeMap;

use super::*;

/// A column of a migration.
#[derive(Debug, PartialEq, Eq)]
struct Column {
    name: String,
    /// `KEY`, `INT`, `DOC` or `BYTES`.
    kind: String,
}

/// A table as the migrations make it.
#[derive(Default)]
struct Schema {
    columns: Vec<Column>,
    key: Vec<String>,
}

/// Returns all tables of the migrations by name.
fn schemas() -> BTreeMap<String, Schema> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut tables = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let lines = text
            .lines()
            .map(|line| line.split_once("--").map_or(line, |(code, _)| code));
        let code = lines.collect::<Vec<_>>().join(" ");
        for statement in code.split(';').map(str::trim) {
            apply(&mut tables, statement);
        }
    }
    tables
}

fn apply(tables: &mut BTreeMap<String, Schema>, statement: &str) {
    if let Some(rest) = statement.strip_prefix("CREATE TABLE ") {
        let (name, rest) = rest.split_once(" (").unwrap();
        let (body, _) = rest.rsplit_once(')').unwrap();
        let (columns, key) = match body.split_once("PRIMARY KEY (") {
            Some((columns, key)) => (columns, key.split(')').next().unwrap()),
            None => (body, ""),
        };
        let mut schema = Schema {
            columns: Vec::new(),
            key: key.split(", ").map(str::to_owned).collect(),
        };
        for column in columns.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            let column_name = column.split(' ').next().unwrap().to_owned();
            if column.ends_with("PRIMARY KEY") {
                schema.key = vec![column_name];
            }
            schema.columns.push(column_of(column));
        }
        assert!(tables.insert(name.to_owned(), schema).is_none(), "{name}");
    } else if let Some(rest) = statement.strip_prefix("ALTER TABLE ") {
        let (name, column) = rest.split_once(" ADD COLUMN ").unwrap();
        tables
            .get_mut(name)
            .unwrap()
            .columns
            .push(column_of(column));
    } else {
        let without_columns = [
            "CREATE INDEX",
            "CREATE UNIQUE INDEX",
            "DELETE FROM",
            "DROP INDEX",
            // How that engine keeps rows, and not what rows there are.
            "SQLITE ",
            "UPDATE",
        ];
        let known = without_columns
            .iter()
            .any(|verb| statement.starts_with(verb));
        assert!(
            statement.is_empty() || known,
            "a new kind of statement: {statement}"
        );
    }
}

fn column_of(text: &str) -> Column {
    let mut words = text.split(' ');
    Column {
        name: words.next().unwrap().to_owned(),
        kind: words.next().unwrap().to_owned(),
    }
}

/// True if the table has a column of that name.
fn has(table: &Table, column: &str) -> bool {
    table.key.iter().chain(table.columns).any(|c| *c == column)
}

#[test]
fn every_table_and_column_of_the_migrations_is_in_the_catalogue() {
    let mut schemas = schemas();
    for table in CATALOGUE {
        let name = table.name;
        let schema = schemas.remove(name).expect(name);
        assert_eq!(schema.key, table.key, "key of {name}");
        let columns: Vec<_> = schema
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|column| !table.key.contains(column))
            .collect();
        assert_eq!(columns, table.columns, "columns of {name}");
    }
    let left: Vec<_> = schemas.into_keys().collect();
    assert!(left.is_empty(), "not in the catalogue: {left:?}");
}

#[test]
fn what_has_the_id_of_a_pool_belongs_to_one_and_is_purged_by_it() {
    for table in CATALOGUE {
        let name = table.name;
        let in_pool = table.scope != Scope::Global;
        assert_eq!(has(table, "pool_id"), in_pool, "{name}");
        // Deleted with the pool, except for the row that says so and the trail.
        let stays = !in_pool || ["pools", "audit"].contains(&name);
        assert_eq!(table.purge == Purge::Never, stays, "{name}");
        assert!(table.reset || !in_pool, "{name}");
        if table.purge == Purge::Portions {
            assert_eq!(table.key.first(), Some(&"pool_id"), "{name}");
        }
    }
}

#[test]
fn what_names_a_user_belongs_to_one() {
    for table in CATALOGUE {
        let name = table.name;
        match table.scope {
            Scope::User(column) => assert!(has(table, column), "{name}"),
            Scope::Pool | Scope::Global => {
                assert!(!has(table, "user_id") && !has(table, "subject"), "{name}");
            }
        }
    }
}

#[test]
fn a_table_is_purged_with_one_that_has_the_same_key_and_goes_later() {
    for (place, table) in CATALOGUE.iter().enumerate() {
        if let Purge::With(owner) = table.purge {
            let name = table.name;
            let at = CATALOGUE.iter().position(|other| other.name == owner);
            assert!(at > Some(place), "{name}");
            let owner = Table::named(owner).unwrap();
            assert_eq!(owner.key_in_pool(), table.key_in_pool(), "{name}");
            assert_eq!(table.key.len(), 1, "{name}");
        }
    }
}

#[test]
fn what_has_a_bucket_expires() {
    for table in CATALOGUE {
        let name = table.name;
        let column = match table.expiry {
            Expiry::At(column) | Expiry::InState(column, _) => Some(column),
            Expiry::Never | Expiry::ByKey | Expiry::Retention(_) => None,
        };
        assert_eq!(has(table, "bucket"), column.is_some(), "{name}");
        assert!(
            column.is_some() || !has(table, "expires"),
            "{name} expires never"
        );
        assert!(column.is_none_or(|column| has(table, column)), "{name}");
        if let Expiry::Retention(column) = table.expiry {
            assert!(table.key.contains(&column), "{name}");
        }
        assert!(
            table.expiry != Expiry::ByKey || table.key.len() == 1,
            "{name}"
        );
    }
}

#[test]
fn binary_columns_are_sealed_or_public() {
    let public = [
        ("passkeys", "public_key"),
        ("ui_customizations", "image"),
        ("login_assets", "image"),
        ("before_images", "public"),
        ("before_images", "row_mac"),
        ("audit", "row_mac"),
        ("audit_links", "entries"),
        ("audit_links", "hash"),
        ("audit_links", "link_mac"),
        // A digest of a sealed credential.
        ("upstream_users", "mark"),
    ];
    for (name, schema) in schemas() {
        let table = Table::named(&name).expect(&name);
        let binary: Vec<_> = schema
            .columns
            .iter()
            .filter(|column| column.kind == "BYTES" && column.name != "mac")
            .map(|column| column.name.as_str())
            .filter(|column| !public.contains(&(name.as_str(), column)))
            .collect();
        let sealed: Vec<_> = table.sealed.iter().map(|sealed| sealed.column).collect();
        assert_eq!(binary, sealed, "{name}");
        for sealed in table.sealed {
            let of_pool = sealed.by == SealedBy::PoolKey;
            // The key of a pool is the one thing of a pool that the pool's key cannot seal.
            let expected = table.scope != Scope::Global && name != "pools";
            assert_eq!(of_pool, expected, "{name}");
        }
    }
}

#[test]
fn what_has_a_mac_says_what_is_signed() {
    for table in CATALOGUE {
        let name = table.name;
        assert_eq!(has(table, "mac"), table.signed.is_some(), "{name}");
        for column in table.signed.unwrap_or_default() {
            assert!(table.columns.contains(column), "{name}.{column}");
        }
        // Sealed secrets cannot be put into another row in any case; these are replaced without a new MAC.
        let unsigned = [
            ("devices", "pending"),
            ("devices", "browser"),
            ("software_tokens", "pending"),
        ];
        if let Some(signed) = table.signed.filter(|_| name != "pools") {
            for sealed in table.sealed {
                let listed = signed.contains(&sealed.column);
                let expected = !unsigned.contains(&(name, sealed.column));
                assert_eq!(listed, expected, "{name}.{}", sealed.column);
            }
        }
    }
}

#[test]
fn derived_rows_come_from_primary_ones() {
    for table in CATALOGUE {
        if let Origin::Derived(from) = table.origin {
            assert!(!from.is_empty());
            for source in from {
                let source = Table::named(source).unwrap();
                assert_eq!(source.origin, Origin::Primary, "{}", table.name);
            }
        }
    }
}

/// The rows' `signed` lists have as many columns as the catalogue; the test of the signing at the start compares
/// contents.
#[test]
fn the_lists_of_what_is_signed_are_as_long_as_the_catalogue_says() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tables");
    let mut lists = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let source = std::fs::read_to_string(path).unwrap();
        for list in source.split("signed!(").skip(1) {
            let (list, _) = list.split_once(")\n").unwrap();
            let Some((name, columns)) = list.split_once(": ") else {
                continue;
            };
            let name = name.trim().trim_matches('"');
            let table = Table::named(name).expect(name);
            let columns = columns.split(',').filter(|c| !c.trim().is_empty()).count();
            let key = table.key_in_pool().len().max(1);
            assert_eq!(columns, key + table.signed.unwrap().len(), "{name}");
            lists += 1;
        }
    }
    let signed = CATALOGUE.iter().filter(|table| table.signed.is_some());
    assert_eq!(lists, signed.count());
}

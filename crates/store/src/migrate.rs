//! Migrations: one SQL text for both engines, with placeholders for each engine's own types.

use crate::{MigrateMode, OpenError};

/// The generation of this program: it grows when a migration makes databases unreadable for older programs, and a
/// database asks for the generation of its most demanding migration.
pub const PROGRAM_GENERATION: i64 = 7;

/// A step of the schema.
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    /// The oldest program generation that can work with the database afterwards.
    pub(crate) min_program: i64,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "0001_foundation",
        min_program: 1,
        sql: include_str!("../migrations/0001_foundation.sql"),
    },
    Migration {
        number: 2,
        name: "0002_groups",
        min_program: 1,
        sql: include_str!("../migrations/0002_groups.sql"),
    },
    Migration {
        number: 3,
        name: "0003_resource_servers",
        min_program: 1,
        sql: include_str!("../migrations/0003_resource_servers.sql"),
    },
    Migration {
        number: 4,
        name: "0004_terms",
        min_program: 1,
        sql: include_str!("../migrations/0004_terms.sql"),
    },
    Migration {
        number: 5,
        name: "0005_branding",
        min_program: 1,
        sql: include_str!("../migrations/0005_branding.sql"),
    },
    Migration {
        number: 6,
        name: "0006_domains",
        min_program: 1,
        sql: include_str!("../migrations/0006_domains.sql"),
    },
    Migration {
        number: 7,
        name: "0007_identity_providers",
        min_program: 1,
        sql: include_str!("../migrations/0007_identity_providers.sql"),
    },
    Migration {
        number: 8,
        name: "0008_software_tokens",
        min_program: 1,
        sql: include_str!("../migrations/0008_software_tokens.sql"),
    },
    Migration {
        number: 9,
        name: "0009_custom_auth",
        min_program: 1,
        sql: include_str!("../migrations/0009_custom_auth.sql"),
    },
    Migration {
        number: 10,
        name: "0010_passkeys",
        min_program: 1,
        sql: include_str!("../migrations/0010_passkeys.sql"),
    },
    Migration {
        number: 11,
        name: "0011_devices",
        min_program: 1,
        sql: include_str!("../migrations/0011_devices.sql"),
    },
    Migration {
        number: 12,
        name: "0012_session_settings",
        min_program: 1,
        sql: include_str!("../migrations/0012_session_settings.sql"),
    },
    Migration {
        number: 13,
        name: "0013_audit",
        min_program: 1,
        sql: include_str!("../migrations/0013_audit.sql"),
    },
    Migration {
        number: 14,
        name: "0014_codes",
        min_program: 1,
        sql: include_str!("../migrations/0014_codes.sql"),
    },
    // Older programs neither sign rows nor open the keys of pools whose rows are signed.
    Migration {
        number: 17,
        name: "0017_macs",
        min_program: 2,
        sql: include_str!("../migrations/0017_macs.sql"),
    },
    Migration {
        number: 18,
        name: "0018_outbox",
        min_program: 2,
        sql: include_str!("../migrations/0018_outbox.sql"),
    },
    // Older programs forget what a session was granted when they renew its tokens.
    Migration {
        number: 19,
        name: "0019_oauth",
        min_program: 3,
        sql: include_str!("../migrations/0019_oauth.sql"),
    },
    Migration {
        number: 20,
        name: "0020_standard",
        min_program: 2,
        sql: include_str!("../migrations/0020_standard.sql"),
    },
    // Older programs sign requests of devices without their users.
    Migration {
        number: 21,
        name: "0021_device_users",
        min_program: 4,
        sql: include_str!("../migrations/0021_device_users.sql"),
    },
    Migration {
        number: 22,
        name: "0022_browsers",
        min_program: 2,
        sql: include_str!("../migrations/0022_browsers.sql"),
    },
    Migration {
        number: 23,
        name: "0023_providers",
        min_program: 2,
        sql: include_str!("../migrations/0023_providers.sql"),
    },
    Migration {
        number: 24,
        name: "0024_provider_sessions",
        min_program: 2,
        sql: include_str!("../migrations/0024_provider_sessions.sql"),
    },
    Migration {
        number: 26,
        name: "0026_linking",
        min_program: 2,
        sql: include_str!("../migrations/0026_linking.sql"),
    },
    Migration {
        number: 27,
        name: "0027_domains_of_addresses",
        min_program: 2,
        sql: include_str!("../migrations/0027_domains_of_addresses.sql"),
    },
    Migration {
        number: 28,
        name: "0028_user_imports",
        min_program: 2,
        sql: include_str!("../migrations/0028_user_imports.sql"),
    },
    // Older programs keep no image of what they change, and change users while a recovery runs.
    Migration {
        number: 30,
        name: "0030_recovery",
        min_program: 5,
        sql: include_str!("../migrations/0030_recovery.sql"),
    },
    Migration {
        number: 32,
        name: "0032_pool_changes",
        // An older program would write users by the rules from before a change.
        min_program: 5,
        sql: include_str!("../migrations/0032_pool_changes.sql"),
    },
    Migration {
        number: 33,
        name: "0033_upstreams",
        min_program: 2,
        sql: include_str!("../migrations/0033_upstreams.sql"),
    },
    Migration {
        number: 34,
        name: "0034_risk",
        min_program: 2,
        sql: include_str!("../migrations/0034_risk.sql"),
    },
    Migration {
        number: 35,
        name: "0035_risk_profiles",
        min_program: 2,
        sql: include_str!("../migrations/0035_risk_profiles.sql"),
    },
    Migration {
        number: 36,
        name: "0036_log_records",
        min_program: 2,
        sql: include_str!("../migrations/0036_log_records.sql"),
    },
    // Older programs append rows to the audit trail that are not signed.
    Migration {
        number: 37,
        name: "0037_audit_chain",
        min_program: 6,
        sql: include_str!("../migrations/0037_audit_chain.sql"),
    },
    Migration {
        number: 39,
        name: "0039_client_metadata",
        min_program: 1,
        sql: include_str!("../migrations/0039_client_metadata.sql"),
    },
    Migration {
        number: 40,
        name: "0040_consents",
        min_program: 1,
        sql: include_str!("../migrations/0040_consents.sql"),
    },
    // Older programs would forget what a client registered when somebody changes its settings.
    Migration {
        number: 41,
        name: "0041_dynamic_clients",
        min_program: 7,
        sql: include_str!("../migrations/0041_dynamic_clients.sql"),
    },
    Migration {
        number: 42,
        name: "0042_idle_clients",
        min_program: 1,
        sql: include_str!("../migrations/0042_idle_clients.sql"),
    },
    Migration {
        number: 43,
        name: "0043_issuer_hosts",
        min_program: 1,
        sql: include_str!("../migrations/0043_issuer_hosts.sql"),
    },
    Migration {
        number: 44,
        name: "0044_fewer_pages",
        min_program: 1,
        sql: include_str!("../migrations/0044_fewer_pages.sql"),
    },
];

/// Returns the number of the newest migration of this program.
#[must_use]
pub fn newest_migration() -> i64 {
    let numbers = MIGRATIONS.iter().map(|migration| migration.number);
    numbers.max().unwrap_or(0)
}

/// The engine whose names of types a migration is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Selects the applied migrations: number and oldest program of each.
pub(crate) const APPLIED: &str = "SELECT number, min_program FROM migrations ORDER BY number";
/// Selects the time of a migration, in microseconds.
pub(crate) const APPLIED_AT: &str = "SELECT at FROM migrations WHERE number = ?1";
/// Records a migration: number, name, oldest program, microseconds.
pub(crate) const RECORD: &str =
    "INSERT INTO migrations (number, name, min_program, at) VALUES (?1, ?2, ?3, ?4)";

/// Creates the table of applied migrations if it is not there.
pub(crate) fn version_table(dialect: Dialect) -> String {
    translate(
        "CREATE TABLE IF NOT EXISTS migrations (number INT PRIMARY KEY, name KEY NOT NULL, min_program INT NOT NULL, at INT NOT NULL)",
        dialect,
    )
}

/// Returns the migrations that a database with these rows still needs.
pub(crate) fn missing(
    applied: &[(i64, i64)],
    mode: MigrateMode,
) -> Result<Vec<&'static Migration>, OpenError> {
    let needed = applied
        .iter()
        .map(|(_, min_program)| *min_program)
        .max()
        .unwrap_or(0);
    if needed > PROGRAM_GENERATION {
        return Err(OpenError::TooNew {
            needed,
            program: PROGRAM_GENERATION,
        });
    }
    let missing: Vec<_> = MIGRATIONS
        .iter()
        .filter(|migration| {
            applied
                .iter()
                .all(|(number, _)| *number != migration.number)
        })
        .collect();
    if mode == MigrateMode::Check && !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|migration| migration.name).collect();
        return Err(OpenError::NeedsMigration(names.join(", ")));
    }
    Ok(missing)
}

impl Migration {
    /// Returns the statements in the engine's words.
    pub(crate) fn statements(&self, dialect: Dialect) -> Vec<String> {
        let without_comments: String = self
            .sql
            .lines()
            .map(|line| line.split_once("--").map_or(line, |(code, _)| code))
            .fold(String::new(), |all, line| all + line + "\n");
        without_comments
            .split(';')
            .map(str::trim)
            .filter(|statement| !statement.is_empty())
            .filter_map(
                |statement| match (statement.strip_prefix("SQLITE "), dialect) {
                    (None, _) => Some(translate(statement, dialect)),
                    (Some(statement), Dialect::Sqlite) => Some(translate(statement, dialect)),
                    (Some(_), Dialect::Postgres) => None,
                },
            )
            .collect()
    }

    pub(crate) fn failed(&self, reason: &dyn std::fmt::Display) -> OpenError {
        OpenError::Migration {
            name: self.name,
            reason: reason.to_string(),
        }
    }
}

/// Replaces the words for column kinds. `KEY` is a kind unless PRIMARY precedes it. On SQLite every table is
/// STRICT, and NARROW ones have no row id besides their key.
fn translate(statement: &str, dialect: Dialect) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut narrow = false;
    let mut previous = "";
    for word in split_words(statement) {
        let replaced = match (word, dialect) {
            ("KEY", _) if previous == "PRIMARY" => "KEY",
            ("KEY", Dialect::Sqlite) | ("DOC", _) => "TEXT",
            // Without it the order of text and the range of a prefix depend on the server's language.
            ("KEY", Dialect::Postgres) => "TEXT COLLATE \"C\"",
            ("INT", Dialect::Sqlite) => "INTEGER",
            ("INT", Dialect::Postgres) => "BIGINT",
            ("BYTES", Dialect::Sqlite) => "BLOB",
            ("BYTES", Dialect::Postgres) => "BYTEA",
            ("NARROW", _) => {
                narrow = true;
                ""
            }
            // SQLite would take NULL in a text primary key.
            ("PRIMARY", Dialect::Sqlite) if previous == "KEY" => "NOT NULL PRIMARY",
            (other, _) => other,
        };
        words.push(replaced.to_owned());
        if !word.trim().is_empty() {
            previous = word;
        }
    }
    let text = words.concat().trim().to_owned();
    match dialect {
        Dialect::Sqlite if text.starts_with("CREATE TABLE") && narrow => {
            text + " STRICT, WITHOUT ROWID"
        }
        Dialect::Sqlite if text.starts_with("CREATE TABLE") => text + " STRICT",
        _ => text,
    }
}

/// Returns the words and the text between them, in order.
fn split_words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = rest
            .find(|c: char| is_word(c) != is_word(first))
            .unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_become_the_engine_s_types() {
        let table =
            "CREATE TABLE t (a KEY PRIMARY KEY, b INT NOT NULL, key_id DOC, c BYTES) NARROW";
        assert_eq!(
            translate(table, Dialect::Sqlite),
            "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY, b INTEGER NOT NULL, key_id TEXT, c BLOB) STRICT, WITHOUT ROWID"
        );
        assert_eq!(
            translate(table, Dialect::Postgres),
            "CREATE TABLE t (a TEXT COLLATE \"C\" PRIMARY KEY, b BIGINT NOT NULL, key_id TEXT, c BYTEA)"
        );
        assert_eq!(
            translate(
                "CREATE TABLE t (a KEY NOT NULL, PRIMARY KEY (a))",
                Dialect::Sqlite
            ),
            "CREATE TABLE t (a TEXT NOT NULL, PRIMARY KEY (a)) STRICT"
        );
    }

    #[test]
    fn a_statement_for_sqlite_is_for_no_other_engine() {
        let migration = Migration {
            number: 1,
            name: "one",
            min_program: 1,
            sql: "SQLITE DROP INDEX a; -- of b\nCREATE INDEX a ON b (c);",
        };
        let both = "CREATE INDEX a ON b (c)".to_owned();
        assert_eq!(
            migration.statements(Dialect::Sqlite),
            ["DROP INDEX a".to_owned(), both.clone()]
        );
        assert_eq!(migration.statements(Dialect::Postgres), [both]);
    }

    #[test]
    fn a_database_of_a_newer_generation_is_refused() {
        let refused = missing(&[(1, 1), (9, PROGRAM_GENERATION + 1)], MigrateMode::Auto);
        assert!(
            matches!(refused, Err(OpenError::TooNew { needed, .. }) if needed == PROGRAM_GENERATION + 1)
        );
    }

    #[test]
    fn a_migration_of_a_newer_program_that_asks_for_nothing_is_accepted() {
        let mut applied: Vec<_> = MIGRATIONS
            .iter()
            .map(|migration| (migration.number, migration.min_program))
            .collect();
        applied.push((9_999, PROGRAM_GENERATION));
        assert!(missing(&applied, MigrateMode::Check).unwrap().is_empty());
    }

    #[test]
    fn numbers_and_names_of_migrations_agree() {
        for migration in MIGRATIONS {
            assert!(
                migration
                    .name
                    .starts_with(&format!("{:04}_", migration.number))
            );
            assert!(migration.min_program <= PROGRAM_GENERATION);
        }
    }
}

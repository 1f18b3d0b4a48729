//! Migrations on PostgreSQL, one node at a time by a lease row, and schemas to hold several stores in one database.

use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::pipeline::placeholders;
use super::pool::Pool;
use super::target::Target;
use super::value;
use crate::migrate::{self, Dialect, Migration};
use crate::{MigrateMode, OpenError, StoreError, clock};

/// The time for which the lease is valid, and the time for which a node waits for it.
const LEASE_SECONDS: i64 = 60;
const WAIT: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(200);

/// The database's clock decides, whatever the nodes' say. An advisory lock would belong to a session, and a pooler in
/// transaction mode has none.
const TAKE: &str = "UPDATE migration_lease SET owner = $1, until = clock_timestamp() + make_interval(secs => $2) \
     WHERE id = 1 AND until < clock_timestamp()";
const GIVE_BACK: &str =
    "UPDATE migration_lease SET until = to_timestamp(0) WHERE id = 1 AND owner = $1";
/// Inside the transaction of migrations: holds the row, and fails when the lease has passed on.
const STILL_OURS: &str = "SELECT 1 FROM migration_lease WHERE id = 1 AND owner = $1 FOR UPDATE";

pub(super) async fn bring_up_to_date(
    pool: &Pool,
    mode: MigrateMode,
    owner: &str,
) -> Result<(), OpenError> {
    let leased = pool.get().await?;
    let client = &leased.connection.client;
    let applied = applied(client).await?;
    if !migrate::missing(&applied, mode)?.is_empty() {
        migrate_all(client, mode, owner).await?;
    }
    leased.keep();
    Ok(())
}

/// Reads what was applied; nothing in a new database.
async fn applied(client: &Client) -> Result<Vec<(i64, i64)>, OpenError> {
    let exists = "SELECT 1 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE c.relname = 'migrations' AND n.nspname = current_schema()";
    if client
        .query_typed(exists, &[])
        .await
        .map_err(failed)?
        .is_empty()
    {
        return Ok(Vec::new());
    }
    let rows = client
        .query_typed(migrate::APPLIED, &[])
        .await
        .map_err(failed)?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, _>>()
        .map_err(failed)
}

async fn migrate_all(client: &Client, mode: MigrateMode, owner: &str) -> Result<(), OpenError> {
    make_lease(client).await?;
    take_lease(client, owner).await?;
    let migrated = async {
        // Another node may have done it while we waited.
        let applied = applied(client).await?;
        let missing = migrate::missing(&applied, mode)?;
        // An empty schema is made in one transaction. Rows that are there are changed one migration at a time, so that
        // a start that is interrupted keeps what it has done.
        let at_once = if applied.is_empty() { missing.len() } else { 1 };
        for migrations in missing.chunks(at_once.max(1)) {
            run(client, migrations, owner).await?;
        }
        Ok(())
    }
    .await;
    let given_back = client
        .execute_typed(GIVE_BACK, &[(&owner, Type::TEXT)])
        .await;
    migrated.and(given_back.map(drop).map_err(failed))
}

/// Creates the lease row and the version table. Two nodes that create a table at once make one of them fail in the
/// catalogue, even with IF NOT EXISTS, so a failure is tried again.
async fn make_lease(client: &Client) -> Result<(), OpenError> {
    let mut tries = 0;
    loop {
        let made = client
            .batch_execute(&format!(
                "CREATE TABLE IF NOT EXISTS migration_lease (id BIGINT PRIMARY KEY, owner TEXT NOT NULL, until TIMESTAMPTZ NOT NULL); \
                 INSERT INTO migration_lease VALUES (1, '', to_timestamp(0)) ON CONFLICT (id) DO NOTHING; {}",
                migrate::version_table(Dialect::Postgres)
            ))
            .await;
        match made {
            Ok(()) => return Ok(()),
            Err(error) if tries >= 20 => return Err(failed(error)),
            Err(error) => {
                tries += 1;
                tracing::debug!(%error, "another node prepares the database");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn take_lease(client: &Client, owner: &str) -> Result<(), OpenError> {
    let began = Instant::now();
    let seconds = LEASE_SECONDS as f64;
    loop {
        let taken = client
            .execute_typed(TAKE, &[(&owner, Type::TEXT), (&seconds, Type::FLOAT8)])
            .await
            .map_err(failed)?;
        if taken == 1 {
            return Ok(());
        }
        if began.elapsed() > WAIT {
            let text = "another node holds the migration lease".to_owned();
            return Err(StoreError::Unavailable(text).into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Runs migrations in one transaction. An error names the one that failed.
async fn run(client: &Client, migrations: &[&Migration], owner: &str) -> Result<(), OpenError> {
    let Some(mut current) = migrations.first().copied() else {
        return Ok(());
    };
    let done = async {
        client.batch_execute("BEGIN").await?;
        let ours = client
            .query_typed(STILL_OURS, &[(&owner, Type::TEXT)])
            .await?;
        if ours.is_empty() {
            return Ok(false);
        }
        for migration in migrations {
            current = migration;
            apply(client, migration).await?;
        }
        client.batch_execute("COMMIT").await?;
        Ok::<_, tokio_postgres::Error>(true)
    }
    .await;
    let reason = match done {
        Ok(true) => return Ok(()),
        Ok(false) => "the lease has passed to another node".to_owned(),
        Err(error) => value::store_error(&error).to_string(),
    };
    if let Err(error) = client.batch_execute("ROLLBACK").await {
        tracing::debug!(%error, "the migrations' transaction ended with its connection");
    }
    Err(current.failed(&reason))
}

/// Runs the statements of a migration and records it, inside a transaction.
async fn apply(client: &Client, migration: &Migration) -> Result<(), tokio_postgres::Error> {
    let statements = migration.statements(Dialect::Postgres);
    client.batch_execute(&statements.join(";")).await?;
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] = [
        (&migration.number, Type::INT8),
        (&migration.name, Type::TEXT),
        (&migration.min_program, Type::INT8),
        (&clock::wall_micros(), Type::INT8),
    ];
    client
        .execute_typed(&placeholders(migrate::RECORD).0, &parameters)
        .await
        .map(drop)
}

fn failed(error: tokio_postgres::Error) -> OpenError {
    value::store_error(&error).into()
}

/// Makes a schema (lower-case letters, digits and `_`) in the database if it is not there, and returns the connection
/// string that works in it. Not for poolers in transaction mode, which take no `options`.
///
/// # Errors
/// [`OpenError`]: a malformed name or connection string, or a database that cannot be reached.
pub async fn prepare_schema(url: &str, name: &str) -> Result<String, OpenError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        return Err(OpenError::Options(format!(
            "{name:?} is no name for a schema"
        )));
    }
    let pool = Pool::new(Target::parse(url)?, 1);
    let leased = pool.get().await?;
    let client = &leased.connection.client;
    // Two at once can collide in the catalogue; the schema is there then.
    if let Err(error) = client
        .batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {name}"))
        .await
        && error.code() != Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION)
    {
        return Err(failed(error));
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    Ok(format!("{url}{separator}options=-csearch_path%3D{name}"))
}

//! The databases of PostgreSQL, one for each size, made and asked by `psql`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::seed::psql;

/// The database that every server has.
const COMMON: &str = "postgres";

/// The database of a size.
pub struct Database {
    /// How it is reached.
    pub url: String,
    /// Its name.
    pub name: String,
    /// How [`COMMON`] is reached on the same server.
    common: String,
}

impl Database {
    /// Returns that of a size: `postgres://…/NAME` is for `NAME_1000` where there are a thousand users.
    ///
    /// # Errors
    /// When the URL names no database, or one whose name would have to be quoted.
    pub fn of(url: &str, users: u64) -> Result<Self> {
        let (base, query) = match url.split_once('?') {
            Some((base, query)) => (base, format!("?{query}")),
            None => (url, String::new()),
        };
        let named = base.split_once("://").and_then(|(scheme, rest)| {
            let (server, name) = rest.split_once('/')?;
            Some((format!("{scheme}://{server}"), name))
        });
        let Some((server, base)) = named.filter(|(_, name)| is_plain(name)) else {
            bail!(
                "--database-url is postgres://…/NAME, a name of small letters, digits and _: sizes have databases NAME_1000 and so on"
            );
        };
        let name = format!("{base}_{users}");
        Ok(Self {
            url: format!("{server}/{name}{query}"),
            common: format!("{server}/{COMMON}{query}"),
            name,
        })
    }

    /// True if the server has it.
    pub fn exists(&self) -> Result<bool> {
        let sql = format!("SELECT 1 FROM pg_database WHERE datname = '{}'", self.name);
        Ok(psql(&self.common, &sql)? == "1")
    }

    /// Creates it.
    pub fn create(&self) -> Result<()> {
        let made = psql(&self.common, &format!("CREATE DATABASE {}", self.name));
        made.map(drop)
            .with_context(|| format!("give the user the right, or `createdb {}`", self.name))
    }

    /// Removes it, and who is still connected.
    pub fn remove(&self) -> Result<()> {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        psql(&self.common, &sql).map(drop)
    }

    /// Returns the bytes that its files have.
    pub fn bytes(&self) -> Result<u64> {
        let sql = format!("SELECT pg_database_size('{}')", self.name);
        Ok(psql(&self.common, &sql)?.parse()?)
    }

    /// Makes it what a database at rest is: what was filled is known to the planner, and nothing of it is left to autovacuum.
    pub fn settle(&self) -> Result<()> {
        psql(&self.url, "VACUUM (ANALYZE)").map(drop)
    }

    /// Returns the folder of the server's files; None where it is another machine's, or the user may not know it.
    pub fn folder(&self) -> Option<PathBuf> {
        let said = psql(&self.common, "SHOW data_directory").ok()?;
        let folder = PathBuf::from(said);
        folder.is_dir().then_some(folder)
    }
}

/// True for a name that needs no quotes.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(plain) && name.starts_with(|c: char| !c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_size_has_a_database_beside_the_one_that_is_named() {
        let of = |url| Database::of(url, 1_000).unwrap();
        let plain = of("postgres://u:p@127.0.0.1:5598/scale");
        assert_eq!(plain.name, "scale_1000");
        assert_eq!(plain.url, "postgres://u:p@127.0.0.1:5598/scale_1000");
        assert_eq!(plain.common, "postgres://u:p@127.0.0.1:5598/postgres");
        let asked = of("postgres://u@h/scale?connect_timeout=3");
        assert_eq!(asked.url, "postgres://u@h/scale_1000?connect_timeout=3");
        assert_eq!(asked.common, "postgres://u@h/postgres?connect_timeout=3");
    }

    #[test]
    fn a_url_without_a_plain_name_is_refused() {
        for url in [
            "postgres://u@h",
            "postgres://u@h/",
            "postgres://u@h/?x=y",
            "postgres://u@h/Scale",
            "postgres://u@h/7",
            "postgres://u@h/a'b",
            "scale",
        ] {
            let refused = Database::of(url, 1_000).err().map(|e| e.to_string());
            assert!(
                refused.is_some_and(|text| text.starts_with("--database-url is postgres://")),
                "{url}"
            );
        }
    }
}

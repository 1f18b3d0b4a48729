//! The sealing key: reading it, and making it for a new database (design decision 4).

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use cognate_crypto::seal::RootKey;
use cognate_crypto::secret::Secret;
use cognate_store::Store;
use cognate_store::tables::copies;

use crate::database::database_identity;
use crate::settings::KeySource;

/// Loads the key of an open database. A new SQLite database may get a new key file; one that has data never does.
pub async fn load(source: &KeySource, store: &Store) -> anyhow::Result<RootKey> {
    let key = match source {
        KeySource::Text(text) => parse(text.expose())?,
        KeySource::File { path, may_create } => {
            if path.exists() {
                read(path)?
            } else if *may_create && !database_identity::has_key(store).await? {
                let key = RootKey::generate();
                write(path, &key)?;
                tracing::info!(path = %path.display(), "made a sealing key; without it the database cannot be read");
                key
            } else {
                bail!(
                    "the sealing key {} is missing, and the database cannot be read without it",
                    path.display()
                );
            }
        }
    };
    database_identity::check_key(store, &key).await?;
    Ok(key)
}

/// Returns the key for a database into which a server is restored: the one that the source has, or a new one if it may make
/// one and the database is empty.
pub async fn for_restore(source: &KeySource, store: &Store) -> anyhow::Result<RootKey> {
    match source {
        KeySource::File { path, may_create } if !path.exists() => {
            if !*may_create || copies::filled(store).await?.is_some() {
                bail!("the sealing key {} is missing", path.display());
            }
            let key = RootKey::generate();
            write(path, &key)?;
            tracing::info!(path = %path.display(), "made a sealing key; without it the database cannot be read");
            Ok(key)
        }
        source => given(source),
    }
}

/// Reads the key that a source holds now, without a database to compare it with.
pub fn given(source: &KeySource) -> anyhow::Result<RootKey> {
    match source {
        KeySource::Text(text) => parse(text.expose()),
        KeySource::File { path, .. } => read(path),
    }
}

fn parse(text: &str) -> anyhow::Result<RootKey> {
    RootKey::from_base64(text.trim())
        .ok()
        .context("a sealing key is 32 bytes in base64; `cognate sealing-key generate` makes one")
}

/// Reads a key file.
pub fn read(path: &Path) -> anyhow::Result<RootKey> {
    let shown = || format!("cannot read the sealing key {}", path.display());
    let text = Secret::new(std::fs::read_to_string(path).with_context(shown)?);
    let mode = std::fs::metadata(path).with_context(shown)?.mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "other users of this machine can read the sealing key: chmod 600 it");
    }
    parse(text.expose()).with_context(shown)
}

/// Writes a new key file that only its owner can read. An existing file is never replaced.
pub fn write(path: &Path, key: &RootKey) -> anyhow::Result<()> {
    let shown = || format!("cannot write the sealing key {}", path.display());
    if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)
            .with_context(shown)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(shown)?;
    let text = Secret::new(format!("{}\n", key.to_base64().expose()));
    file.write_all(text.expose().as_bytes())
        .with_context(shown)?;
    // Without this, a power cut could lose the key, and with it the database.
    file.sync_all().with_context(shown)
}

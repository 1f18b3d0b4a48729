//! The work of the commands and of the schedule, with places and names.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context as _;
use cognate_crypto::age::{Identity, Recipient};
use cognate_crypto::hash::Sha256;
use cognate_crypto::seal::RootKey;
use cognate_crypto::secret::Secret;
use cognate_domain::audit;
use cognate_store::{Batch, Store};
use serde::{Deserialize, Serialize};

use super::create::{self, Order};
use super::restore::{self, Opened, Restored};
use super::target::{self, Sink, Target};
use super::{later, s3, verify};

/// The settings of backups.
#[derive(Debug, Default)]
pub struct Settings {
    /// Where archives go unless a command says otherwise.
    pub target: Option<String>,
    /// Who can read archives unless a command says otherwise.
    pub recipients: Vec<Recipient>,
    /// Microseconds between two backups that are made by themselves; None for never.
    pub every: Option<i64>,
    /// Of these, so many are kept.
    pub keep: usize,
    /// The settings of buckets.
    pub s3: s3::Settings,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The whole name of the archive.
    pub archive: String,
    /// Its size.
    pub bytes: u64,
    /// The rows in it.
    pub rows: u64,
    /// Of the file, in hexadecimal.
    pub sha256: String,
}

/// Counts and hashes what goes into an archive.
struct Hashed {
    sink: Box<dyn Sink>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(bytes)?;
        self.hash.update(bytes.get(..written).unwrap_or_default());
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// The kind of an archive, which its name has.
fn kind(order: &Order) -> &'static str {
    match order.pools {
        Some(_) => "pool",
        None => "server",
    }
}

/// Writes an archive into a place and records it in the audit trail.
///
/// # Errors
/// See [`create::write`]; those of the place. Nothing of the archive is there then.
pub async fn create(
    store: &Store,
    root: &RootKey,
    order: Order,
    target: &Target,
    scheduled: bool,
) -> anyhow::Result<Made> {
    if let Some(pools) = &order.pools {
        create::check_pools(store, pools).await?;
    }
    anyhow::ensure!(
        !order.recipients.is_empty(),
        "a backup is encrypted: name a recipient (`cognate backup key` makes one)"
    );
    let (now, pools) = (order.now, order.pools.clone());
    let began = Instant::now();
    let name = match scheduled {
        true => target::new_name("auto", now),
        false => target::new_name(kind(&order), now),
    };
    let place = target.clone();
    let into = name.clone();
    let sink = tokio::task::spawn_blocking(move || place.create(&into)).await??;
    let out = Hashed {
        sink,
        hash: Sha256::default(),
        bytes: 0,
    };
    let (out, manifest) = create::write(store, root, order, out).await?;
    let Hashed { sink, hash, bytes } = out;
    tokio::task::spawn_blocking(move || sink.commit())
        .await?
        .context("the archive could not be completed")?;
    let done = audit::command("CreateBackup", Some(&name));
    let ended = later(now, began);
    let pools = pools.unwrap_or_else(|| vec![String::new()]);
    let batch = pools
        .iter()
        .fold(Batch::new(), |batch, pool| done.append(batch, pool, ended));
    store.commit(batch).await?;
    Ok(Made {
        archive: target.whole_name(&name),
        bytes,
        rows: manifest.rows(),
        sha256: hash.finish_hex(),
    })
}

/// Reads identities from a file: a line each, and comments after `#`, as `age-keygen` writes them.
///
/// # Errors
/// A file that cannot be read, or has a line that is none.
pub fn identities(path: &Path) -> anyhow::Result<Arc<Vec<Identity>>> {
    let shown = || format!("cannot read the identity {}", path.display());
    let text = Secret::new(std::fs::read_to_string(path).with_context(shown)?);
    let lines = text.expose().lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all: Result<Vec<_>, _> = lines.map(Identity::parse).collect();
    let all = all.with_context(shown)?;
    anyhow::ensure!(!all.is_empty(), "{} has no identity", path.display());
    Ok(Arc::new(all))
}

/// An archive and what opens it.
pub struct Source {
    /// Its place.
    pub target: Target,
    /// Its name there.
    pub name: String,
    /// Who opens it.
    pub identities: Arc<Vec<Identity>>,
}

/// The hash of what is read, which is that of the file once all of it was.
type Seen = Arc<Mutex<Sha256>>;

/// Hashes what is read of an archive.
struct Watched {
    input: Box<dyn io::Read + Send>,
    seen: Seen,
}

impl io::Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.update(out.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl Source {
    /// Opens the archive and reads its first line. `Seen`: what its bytes are, as far as they were read.
    ///
    /// # Errors
    /// See [`restore::open`].
    pub async fn open(&self) -> anyhow::Result<Opened> {
        let (target, name) = (self.target.clone(), self.name.clone());
        let input = tokio::task::spawn_blocking(move || target.open(&name)).await??;
        let opened = restore::open(input, Arc::clone(&self.identities)).await;
        opened.with_context(|| self.target.whole_name(&self.name))
    }

    /// Compares the whole file with a hash, before anything of it is believed.
    ///
    /// # Errors
    /// Another hash; a file that cannot be read.
    pub async fn check_hash(&self, wanted: &str) -> anyhow::Result<()> {
        let (target, name) = (self.target.clone(), self.name.clone());
        let hashing = move || {
            let seen = Seen::default();
            let mut input = Watched {
                input: target.open(&name)?,
                seen: Arc::clone(&seen),
            };
            io::copy(&mut input, &mut io::sink())?;
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            anyhow::Ok(seen.clone().finish_hex())
        };
        let found = tokio::task::spawn_blocking(hashing).await??;
        anyhow::ensure!(
            found.eq_ignore_ascii_case(wanted.trim()),
            "the archive has the SHA-256 {found}, not the one that is wanted"
        );
        Ok(())
    }
}

/// Restores pools of an archive into a database that is in use.
///
/// # Errors
/// See [`restore::pools`].
pub async fn restore_pools(
    source: &Source,
    store: &Store,
    root: &RootKey,
    wanted: Vec<String>,
    now: i64,
) -> anyhow::Result<Restored> {
    restore::pools(source.open().await?, store, root, wanted, now).await
}

/// Proves an archive; see [`verify::run`].
///
/// # Errors
/// A text that says what does not hold.
pub async fn verify(source: &Source) -> anyhow::Result<verify::Verified> {
    verify::run(source.open().await?).await
}

/// Deletes the archives of the schedule but the newest `keep`; returns how many.
///
/// # Errors
/// Those of the place.
pub async fn retain(target: &Target, keep: usize) -> anyhow::Result<usize> {
    let items = target.list().await?;
    // By time, for that is what their names have first.
    let scheduled: Vec<_> = items
        .iter()
        .filter(|item| target::is_scheduled(&item.name))
        .collect();
    let old = scheduled.len().saturating_sub(keep.max(1));
    for item in scheduled.iter().take(old) {
        target.delete(&item.name).await?;
    }
    Ok(old)
}

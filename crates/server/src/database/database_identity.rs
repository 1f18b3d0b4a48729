//! The identity of a database: whether `dev` or `serve` made it, and which sealing key opens it.

use anyhow::{Context as _, bail};
use cognate_access::keys;
use cognate_crypto::seal::RootKey;
use cognate_domain::Mode;
use cognate_domain::records::mac;
use cognate_domain::records::trail::{self, TrailKey};
use cognate_store::tables::{copies, meta};
use cognate_store::{Batch, CommitError, Store};

/// The name of the mode that made the database.
pub const MODE: &str = "mode";
const KEY_CHECK: &str = "sealing_key_check";
const ROTATING: &str = "sealing_key_rotating";
const SIGNED: &str = "rows_signed";
/// The values that a snapshot and the database that it replaces must have in common.
pub const SAME: &[&str] = &[MODE, KEY_CHECK];
/// The restore that is under way; empty when it is done. Rows of this table are never deleted.
const RESTORING: &str = "restoring";
/// The check value of a database that is half restored, so that programs that know no restore refuse it too.
const HALF: &str = "a restore is under way";

fn name(mode: Mode) -> &'static str {
    match mode {
        Mode::Dev => "dev",
        Mode::Serve => "serve",
    }
}

/// Writes the mode into a new database, and refuses a database of the other mode: the root key of `dev` is public, so
/// neither may its data reach production nor may it open production's data.
pub async fn check_mode(store: &Store, mode: Mode) -> anyhow::Result<()> {
    let stamped = first(store, MODE, name(mode)).await?;
    if stamped != name(mode) {
        bail!(
            "this database was made by `cognate {stamped}`; `cognate {}` refuses it",
            name(mode)
        );
    }
    Ok(())
}

/// Returns the mode that made the database; None for one that no server has used.
pub async fn mode(store: &Store) -> anyhow::Result<Option<Mode>> {
    let stamped = meta::get(store, MODE).await?;
    let mut all = [Mode::Dev, Mode::Serve].into_iter();
    Ok(all.find(|mode| stamped.as_deref() == Some(name(*mode))))
}

/// True if the database has a sealing key already.
pub async fn has_key(store: &Store) -> anyhow::Result<bool> {
    Ok(meta::get(store, KEY_CHECK).await?.is_some())
}

/// True for a named value that belongs to one database and its sealing key, so that no archive carries it.
pub fn is_own(name: &str) -> bool {
    [KEY_CHECK, ROTATING, SIGNED, RESTORING].contains(&name)
}

/// The named values by which a database shows that it is between two states, with the texts for it.
const BETWEEN: [(&str, &str); 2] = [
    (
        ROTATING,
        "a rotation of the sealing key was interrupted: run `cognate sealing-key rotate` again to finish it",
    ),
    (
        RESTORING,
        "a restore into this database did not come to its end: run `cognate backup restore` again",
    ),
];

/// Refuses named values of a database that is between two states.
pub fn check_settled<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> anyhow::Result<()> {
    for (name, value) in named {
        let between = BETWEEN.iter().find(|(known, _)| *known == name);
        if let Some((_, text)) = between.filter(|_| !value.is_empty()) {
            bail!("{text}");
        }
    }
    Ok(())
}

/// Refuses a database into which a restore did not come to its end. Nothing of it may be served.
pub async fn refuse_half_restored(store: &Store) -> anyhow::Result<()> {
    let found = meta::get(store, RESTORING).await?;
    check_settled(found.iter().map(|value| (RESTORING, value.as_str())))
}

/// Begins the restore `id` into an empty database, or into one whose restore did not come to its end: what that left is
/// deleted. From here on no server starts on the database until [`end_restore`].
///
/// # Errors
/// For a database that has rows.
pub async fn begin_restore(store: &Store, id: &str) -> anyhow::Result<()> {
    let under_way = meta::get(store, RESTORING).await?;
    let again = under_way.is_some_and(|id| !id.is_empty());
    if !again && let Some(table) = copies::filled(store).await? {
        bail!(
            "the database is not empty ({table} has rows), and a server's backup goes into an empty one"
        );
    }
    let batch = meta::overwrite(Batch::new(), RESTORING, id);
    store
        .commit(meta::overwrite(batch, KEY_CHECK, HALF))
        .await?;
    if again {
        copies::empty(store, &restoring(id)).await?;
    }
    Ok(())
}

/// Returns what each batch of the restore `id` requires: that no other one has begun.
pub fn restoring(id: &str) -> Batch {
    copies::require_named(Batch::new(), RESTORING, id)
}

/// Ends the restore `id` in one batch with the statements of `batch`: the database belongs to the sealing key.
pub async fn end_restore(
    batch: Batch,
    store: &Store,
    root: &RootKey,
    id: &str,
) -> anyhow::Result<()> {
    let batch = restoring(id).extend(batch);
    let batch = meta::overwrite(batch, KEY_CHECK, &root.check_value());
    let batch = meta::overwrite(batch, SIGNED, &root.signed_mark());
    store.commit(meta::overwrite(batch, RESTORING, "")).await?;
    Ok(())
}

/// Ties a new database to the sealing key, and refuses another key than the one it is tied to.
pub async fn check_key(store: &Store, key: &RootKey) -> anyhow::Result<()> {
    let rotating = meta::get(store, ROTATING).await?;
    check_settled(rotating.iter().map(|value| (ROTATING, value.as_str())))?;
    if first(store, KEY_CHECK, &key.check_value()).await? != key.check_value() {
        bail!("the sealing key is not the one of this database");
    }
    Ok(())
}

/// Signs the rows of older programs (docs/decisions/009), once in the life of a database; afterwards no row without a MAC
/// is believed. It must run before anything else reads rows of pools or access keys.
pub async fn sign_old_rows(store: &Store, root: &RootKey) -> anyhow::Result<()> {
    // Before anything is recorded.
    let trail = trail::prepare(store, root).await;
    trail.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let mark = root.signed_mark();
    match meta::get(store, SIGNED).await? {
        Some(found) if found == mark => return Ok(()),
        Some(_) => {
            bail!("the mark by which this database says that its rows are signed is not its own")
        }
        None => {}
    }
    let pools = mac::sign_old_pools(store, root).await;
    let pools = pools.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let access_keys = keys::bind_old(store, root).await?;
    if pools > 0 || access_keys > 0 {
        tracing::warn!(
            pools,
            access_keys,
            "signed the rows of a database of an older program; this happens once"
        );
    }
    first(store, SIGNED, &mark).await?;
    Ok(())
}

/// Begins a rotation, or continues the same one. No server starts on the database until it is finished.
pub async fn begin_rotation(store: &Store, old: &RootKey, new: &RootKey) -> anyhow::Result<()> {
    refuse_half_restored(store).await?;
    let current = meta::get(store, KEY_CHECK)
        .await?
        .context("this database has no sealing key yet")?;
    if current != old.check_value() {
        bail!("the sealing key is not the one of this database");
    }
    // An empty value means that there is no rotation, since rows of this table are never deleted.
    let under_way = meta::get(store, ROTATING).await?;
    match under_way.as_deref() {
        None | Some("") => {
            let batch = meta::put(
                Batch::new(),
                ROTATING,
                under_way.as_deref(),
                &new.check_value(),
            );
            store.commit(batch).await?;
            Ok(())
        }
        Some(target) if target == new.check_value() => Ok(()),
        Some(_) => bail!("a rotation to another key was interrupted: run it again with that key"),
    }
}

/// Ends a rotation in one batch with the statements of `batch`: the new key is the database's.
pub async fn end_rotation(
    batch: Batch,
    store: &Store,
    old: &RootKey,
    new: &RootKey,
) -> anyhow::Result<()> {
    let batch = meta::put(
        batch,
        KEY_CHECK,
        Some(&old.check_value()),
        &new.check_value(),
    );
    let batch = meta::put(batch, SIGNED, Some(&old.signed_mark()), &new.signed_mark());
    // The trail keeps its key, so that its rows and its chain stay what they are.
    let wrapped = meta::get(store, trail::KEY).await?;
    let wrapped = wrapped.context("the key of the audit trail is missing")?;
    let opened = TrailKey::open(old, &wrapped);
    let (key, settled) = opened.map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let batch = meta::put(
        batch,
        trail::KEY,
        Some(&wrapped),
        &key.wrapped(new, settled),
    );
    store
        .commit(meta::put(batch, ROTATING, Some(&new.check_value()), ""))
        .await?;
    Ok(())
}

/// Returns the value of a name, after setting it to `value` if there is none yet. Of two nodes that start at once, one
/// wins.
async fn first(store: &Store, name: &str, value: &str) -> anyhow::Result<String> {
    if let Some(found) = meta::get(store, name).await? {
        return Ok(found);
    }
    match store
        .commit(meta::put(Batch::new(), name, None, value))
        .await
    {
        Ok(_) => Ok(value.to_owned()),
        Err(CommitError::Conflict(_)) => meta::get(store, name)
            .await?
            .context("the database lost a value"),
        Err(error) => Err(error.into()),
    }
}

//! The way back, and the end: earlier settings in one commit and earlier users in portions; or the deletion of what an
//! undo would need.

use std::time::Duration;

use cognate_store::tables::{groups, pool_changes, users as table};
use cognate_store::{Batch, CommitError};

use crate::errors::{Fault, Result};
use crate::records::name_rules::NameRules;
use crate::records::pool::Pool;
use crate::records::user::{self, User};
use crate::reshaping::change::{Change, Ground, State, commit};
use crate::reshaping::forward::{record, reshape, settle};
use crate::reshaping::image::Image;
use crate::reshaping::related;
use crate::reshaping::wish::laid_over;
use crate::users::deletion;

/// Names that one batch deletes.
const NAMES: i64 = 250;

/// Does the next portion of an undo.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn undo(ground: Ground<'_>, pool: &Pool, mut change: Change) -> Result<()> {
    if !change.progress.settled {
        return go_back(ground, pool, change).await;
    }
    let kept = pool_changes::kept(ground.store, &pool.id, &change.progress.after, 1).await?;
    if let Some(row) = kept.into_iter().next() {
        let image = Image::open(pool, &row.user_id, &row.sealed)?;
        return restore(ground, pool, change, &row.user_id, &image).await;
    }
    wait(ground, &change).await;
    if let Some((_, new)) = change.progress.spaces
        && delete_names(ground, pool, new).await?
    {
        return Ok(());
    }
    change.state = State::Undone;
    let batch = record(
        Batch::new(),
        ground,
        pool,
        None,
        &format!("{} is undone", change.id),
    );
    settle(ground, change.advance(batch, pool, ground.now)?).await
}

/// Gives the pool its earlier settings, by which alone users are written from then on.
async fn go_back(ground: Ground<'_>, pool: &Pool, mut change: Change) -> Result<()> {
    let own = pool
        .doc
        .reshaping
        .as_ref()
        .filter(|own| own.plan == change.id);
    let mut batch = Batch::new();
    if let Some(reshaping) = own {
        let mut doc = pool.doc.clone();
        doc.shape += 1;
        doc.reshaping = None;
        if reshaping.done {
            let earlier = change.progress.earlier.clone().unwrap_or_default();
            doc.alias_attributes = earlier.alias_attributes;
            doc.username_attributes = earlier.username_attributes;
            doc.username_configuration = earlier.username_configuration;
            if let Some((old, _)) = change.progress.spaces {
                doc.space = old;
            }
            doc.schema = laid_over(&doc.schema, &earlier.entries, &[]);
            for (at, entry) in earlier.removed {
                let at = at.min(doc.schema.len());
                if doc.schema.iter().all(|own| own.name != entry.name) {
                    doc.schema.insert(at, entry);
                }
            }
        }
        batch = reshape(batch, pool, &doc, ground.now)?;
        let cleared = &change.progress.cleared;
        batch = related::put_back(batch, ground.store, pool, cleared, ground.now).await?;
    }
    change.progress.settled = true;
    change.progress.settled_at = ground.now;
    change.progress.after = String::new();
    let batch = record(
        batch,
        ground,
        pool,
        None,
        &format!("{} is taken back", change.id),
    );
    settle(ground, change.advance(batch, pool, ground.now)?).await
}

/// Brings a user back. A name that somebody else has taken since stays theirs: then the user gets the rest.
async fn restore(
    ground: Ground<'_>,
    pool: &Pool,
    change: Change,
    user_id: &str,
    image: &Image,
) -> Result<()> {
    let Some(user) = User::by_id(ground.store, pool, user_id).await? else {
        let mut change = change;
        user_id.clone_into(&mut change.progress.after);
        let batch = pool_changes::forget(Batch::new(), &pool.id, user_id);
        return settle(ground, change.advance(batch, pool, ground.now)?).await;
    };
    let whole = image.take_back(&user)?;
    let done = put_back(ground, pool, &change, (&user, &whole), image, true).await?;
    let Err(label) = done else {
        return Ok(());
    };
    if !user::is_taken(label) {
        return Ok(());
    }
    let mut part = whole.clone();
    part.username.clone_from(&user.username);
    if part.username != whole.username {
        part.credential.clone_from(&user.credential);
        part.status = user.status;
    }
    for name in [
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "preferred_username",
    ] {
        match user.doc.attributes.get(name) {
            Some(value) => part.doc.attributes.insert(name.to_owned(), value.clone()),
            None => part.doc.attributes.remove(name),
        };
    }
    put_back(ground, pool, &change, (&user, &part), image, false)
        .await?
        .or(Ok(()))
}

async fn put_back(
    ground: Ground<'_>,
    pool: &Pool,
    change: &Change,
    (user, restored): (&User, &User),
    image: &Image,
    whole: bool,
) -> Result<std::result::Result<(), cognate_store::Label>> {
    let mut change = change.clone();
    let mut batch = Batch::new();
    if user.username != restored.username {
        batch = table::rename(batch, &pool.id, &user.id, user.ver, &restored.username);
    }
    batch = user::save_all(batch, pool, &[(user, restored)])?;
    if image.merged_into.is_some() && whole {
        batch = user::give_names(batch, pool, restored);
    }
    for group_id in &image.joined {
        batch = groups::leave(batch, &pool.id, group_id, &user.id);
    }
    batch = pool_changes::forget(batch, &pool.id, &user.id);
    let what = format!(
        "{} is taken back{}",
        change.id,
        if whole { "" } else { " in part" }
    );
    batch = record(batch, ground, pool, Some(&user.id), &what);
    change.progress.after.clone_from(&user.id);
    change.progress.changed = change.progress.changed.saturating_sub(1);
    change.progress.kept += u64::from(!whole);
    commit(ground.store, change.advance(batch, pool, ground.now)?).await
}

/// Does the next portion of the end: the other rules hold no longer, and what an undo would need goes.
///
/// # Errors
/// As [`undo`].
pub async fn finish(ground: Ground<'_>, pool: &Pool, mut change: Change) -> Result<()> {
    if !change.progress.settled {
        let mut batch = Batch::new();
        if pool
            .doc
            .reshaping
            .as_ref()
            .is_some_and(|own| own.plan == change.id)
        {
            let mut doc = pool.doc.clone();
            doc.shape += 1;
            doc.reshaping = None;
            batch = reshape(batch, pool, &doc, ground.now)?;
        }
        change.progress.settled = true;
        change.progress.settled_at = ground.now;
        change.progress.after = String::new();
        let batch = record(
            batch,
            ground,
            pool,
            None,
            &format!("{} is for good", change.id),
        );
        return settle(ground, change.advance(batch, pool, ground.now)?).await;
    }
    wait(ground, &change).await;
    if let Some((old, _)) = change.progress.spaces
        && delete_names(ground, pool, old).await?
    {
        return Ok(());
    }
    let kept = pool_changes::kept(ground.store, &pool.id, "", 50).await?;
    if !kept.is_empty() {
        let mut batch = Batch::new();
        for row in kept {
            let image = Image::open(pool, &row.user_id, &row.sealed)?;
            if image.merged_into.is_some()
                && let Some(user) = User::by_id(ground.store, pool, &row.user_id).await?
                && !user.enabled
            {
                batch.append(deletion::writes(pool, &user, ground.now));
                batch = record(batch, ground, pool, Some(&user.id), &change.id);
            }
            batch = pool_changes::forget(batch, &pool.id, &row.user_id);
        }
        return settle(ground, batch).await;
    }
    change.state = State::Finished;
    settle(ground, change.advance(Batch::new(), pool, ground.now)?).await
}

/// Waits until no node goes on with the settings from before, by which it finds users under names that will be deleted.
async fn wait(ground: Ground<'_>, change: &Change) {
    let passed = ground.now.saturating_sub(change.progress.settled_at).max(0);
    let left = u64::try_from(ground.lease.saturating_sub(passed)).unwrap_or(0);
    tokio::time::sleep(Duration::from_micros(left)).await;
}

/// Deletes names of a space; false if there were none.
async fn delete_names(ground: Ground<'_>, pool: &Pool, space: i64) -> Result<bool> {
    if space == pool.doc.space {
        return Err(Fault::Internal(format!(
            "the names of {} are in use",
            pool.id
        )));
    }
    let rules = NameRules {
        space,
        ..pool.names()
    };
    let (from, below) = rules.bounds();
    let batch = match space {
        0 => table::delete_names_outside(Batch::new(), &pool.id, &from, &below, NAMES),
        _ => table::delete_names_between(Batch::new(), &pool.id, &from, &below, NAMES),
    };
    match ground.store.commit(batch).await {
        Ok(outcome) => Ok(outcome.rows.first().is_some_and(|rows| !rows.is_empty())),
        Err(CommitError::Conflict(_)) => Ok(true),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

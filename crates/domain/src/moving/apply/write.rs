//! The batches of a portion: all of its users at once, and one by one where one of them is in the way.

use cognate_store::tables::provider_links::LINK_EXISTS;
use cognate_store::tables::{groups, guards, passkeys};
use cognate_store::{Batch, CommitError, Label, Store};

use super::COMMAND;
use super::existing::{Plan, source};
use super::groups::{MOST_OF_USER, paused};
use super::ledger::{Done, Outcome, taken_text};
use super::target::Target;
use crate::audit::{self, Entry};
use crate::errors::{Fault, Result};
use crate::records::group;
use crate::records::pool::Pool;
use crate::records::user::{self, ID_TAKEN, USER_STALE, User};
use crate::signin::mfa::software_token;

/// A row that is written.
pub(super) struct Work {
    /// The place of its outcome.
    pub(super) at: usize,
    pub(super) target: Box<Target>,
    pub(super) plan: Plan,
}

impl Work {
    fn user(&self) -> &User {
        &self.target.user
    }

    fn add(&self, batch: Batch, pool: &Pool, now: i64) -> Result<Batch> {
        let (target, id) = (&self.target, &self.user().id);
        let mut batch = match &self.plan.change {
            None => user::create(batch, pool, self.user())?,
            Some((before, after)) => {
                let mut after = after.clone();
                after.modified = now;
                user::save(batch, pool, before, &after)?
            }
        };
        let most = i64::try_from(MOST_OF_USER).unwrap_or(i64::MAX);
        for group in &self.plan.groups {
            let mac = group::membership(pool, group, id);
            batch = groups::join(batch, &pool.id, group, id, most, mac);
        }
        if let (true, Some((seed, last_step))) = (self.plan.seed, &target.seed) {
            batch = software_token::bring(pool, id, seed, *last_step, batch);
        }
        for row in self
            .plan
            .passkeys
            .iter()
            .filter_map(|at| target.passkeys.get(*at))
        {
            batch = passkeys::insert(batch, &pool.id, id, row);
        }
        for link in self
            .plan
            .links
            .iter()
            .filter_map(|at| target.links.get(*at))
        {
            batch = guards::require_provider_exists(batch, &pool.id, &link.provider.id);
            batch = source(link).insert(batch, pool, id, link.created);
        }
        Ok(batch)
    }
}

/// Writes the rows of a portion.
pub(super) async fn commit(
    store: &Store,
    pool: &Pool,
    now: i64,
    work: &[Work],
    done: &mut [Done],
) -> Result<()> {
    if work.is_empty() || together(store, pool, now, work).await?.is_none() {
        return Ok(());
    }
    for one in work {
        let conflict = together(store, pool, now, std::slice::from_ref(one)).await?;
        if let (Some(label), Some(row)) = (conflict, done.get_mut(one.at)) {
            if label == guards::POOL_PAUSED {
                return Err(paused(store, pool).await?);
            }
            row.outcome = Outcome::Refused;
            row.reason = Some(text(label).to_owned());
        }
    }
    Ok(())
}

/// Writes rows in one batch. Returns the requirement that was not met, if there is one; then nothing is written.
async fn together(store: &Store, pool: &Pool, now: i64, work: &[Work]) -> Result<Option<Label>> {
    // In one order, so that two imports do not wait for each other.
    let mut rows: Vec<&Work> = work.iter().collect();
    rows.sort_by(|a, b| a.user().id.cmp(&b.user().id));
    let mut batch = Batch::new();
    for one in &rows {
        batch = one.add(batch, pool, now)?;
    }
    let is_new = |one: &&&Work| one.plan.change.is_none();
    let id = |one: &&Work| one.user().id.clone();
    let born: Vec<String> = rows.iter().filter(is_new).map(id).collect();
    let mut changed = rows.iter().filter(|one| !is_new(one)).map(id);
    let detail = changed.by_ref().collect::<Vec<_>>().join(" ");
    let entry = Entry {
        born: &born,
        ..audit::command(
            COMMAND,
            Some(&detail)
                .filter(|ids| !ids.is_empty())
                .map(String::as_str),
        )
    };
    match store.commit(entry.append(batch, &pool.id, now)).await {
        Ok(_) => Ok(None),
        Err(CommitError::Conflict(label)) => Ok(Some(label)),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// Returns the reason for a requirement that was not met: somebody else changed something since it was read.
fn text(label: Label) -> &'static str {
    if let Some(kind) = user::taken_alias(label) {
        return taken_text(kind);
    }
    match label {
        user::USERNAME_TAKEN => taken_text("username"),
        ID_TAKEN => "the sub is or was another user's",
        USER_STALE => "the user was changed at the same time; run again",
        passkeys::PASSKEY_EXISTS => "a passkey is another user's",
        passkeys::PASSKEYS_FULL => "the user has as many passkeys as a user may have",
        LINK_EXISTS => "an identity is linked to another user",
        groups::NOT_JOINED => "the user is in as many groups as a user may be in",
        groups::GROUP_GONE => "a group was deleted at the same time; run again",
        _ => "something that the user needs was changed at the same time; run again",
    }
}

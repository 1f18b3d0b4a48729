//! The preview: which rows have changed since the target, and what a recovery would do to them. Its cost follows the number
//! of changes and not that of users.

use std::collections::{BTreeMap, BTreeSet};

use cognate_shapes::RestoreStatusType;
use cognate_store::tables::audit as trail;
use cognate_store::tables::before_images::{self, Entity, Place};
use cognate_store::tables::recoveries::{self, RecoveryRow};
use cognate_store::tables::recovery_items::{ItemRow, Of};
use cognate_store::tables::restoring;
use cognate_store::{Batch, CommitError};
use serde::Deserialize;

use crate::app::App;
use crate::clock::MINUTE;
use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::recovery::{Counts, moved};
use crate::recovery::decision::decide;
use crate::recovery::{ends, known};

/// Rows of a portion.
const PORTION: i64 = 1_000;
/// Items of a portion that are decided.
const DECIDED: i64 = 500;

/// How far a preview has come. A new one begins at the beginning, which changes nothing that is noted.
#[derive(Default)]
pub enum Progress {
    /// Nothing is done.
    #[default]
    Begun,
    /// Images are read up to a place.
    Images(Place),
    /// The audit trail is read back to a place.
    Births(trail::Place),
    /// Items are decided: of which kind, as an index, and up to which key.
    Items(usize, String),
}

/// Does a portion of a preview. True if the preview is at its end, or the recovery no longer asks for one.
///
/// # Errors
/// The store's.
pub async fn portion(
    app: &App,
    pool: &Pool,
    row: &RecoveryRow,
    progress: &mut Progress,
) -> Result<bool> {
    let (pool_id, restore_id) = (&pool.id, &row.restore_id);
    let of = Of {
        pool_id,
        restore_id,
    };
    let guard = || {
        let status = RestoreStatusType::PreviewGenerating.as_str();
        recoveries::require_status(Batch::new(), pool_id, restore_id, status)
    };
    let batch = match progress {
        Progress::Begun => {
            *progress = Progress::Images(Place::before(row.target.saturating_add(1)));
            return Ok(false);
        }
        Progress::Images(after) => {
            let page = before_images::page(&app.store, pool_id, after, PORTION).await?;
            let Some(last) = page.last() else {
                // Nobody has been created since the pool was paused, by the clock of any node.
                let now = app.clock.service().saturating_add(MINUTE);
                *progress = Progress::Births(trail::Place::at(now));
                return Ok(false);
            };
            *after = last.clone();
            noted(of, guard(), page)
        }
        Progress::Births(before) => {
            let since = row.target.saturating_add(1);
            let limit = u32::try_from(PORTION).unwrap_or(u32::MAX);
            let page = trail::newest(&app.store, Some(pool_id), since, before, limit).await?;
            let Some(last) = page.last() else {
                *progress = Progress::Items(0, String::new());
                return Ok(false);
            };
            *before = trail::Place::of(last);
            // A row that somebody made up could have a user deleted.
            let written = page.iter().try_for_each(|row| app.trail.require(row));
            if let Err(fault) = written {
                return fail(app, pool, row, &fault).await;
            }
            let born = born(app, pool, row.target, &page).await?;
            born.into_iter().fold(guard(), |batch, id| {
                of.put(batch, Entity::User, &ItemRow::born(id))
            })
        }
        Progress::Items(kind, after) => {
            let Some(entity) = Entity::ALL.get(*kind).copied() else {
                return finish(app, pool, row, of).await;
            };
            let page = of.page(&app.store, entity, after, DECIDED).await?;
            let Some(last) = page.last().map(|item| item.row_key.clone()) else {
                *progress = Progress::Items(*kind + 1, String::new());
                return Ok(false);
            };
            let mut rows = known::read(&app.store, of, entity, page).await?;
            let mut batch = guard();
            for known in &mut rows {
                let decision = match decide(pool, row.target, entity, known) {
                    Ok(decision) => decision,
                    Err(fault) => return fail(app, pool, row, &fault).await,
                };
                let key = &known.item.row_key;
                batch = of.decide(batch, entity, key, decision.action.number());
                if let Some(user_id) = decision.touches {
                    batch = of.touch(batch, &user_id);
                }
            }
            *after = last;
            batch
        }
    };
    match app.store.commit(batch).await {
        Ok(_) => Ok(false),
        // Somebody has cancelled it, or another node is at the end.
        Err(CommitError::Conflict(_)) => Ok(true),
        Err(other) => Err(Fault::Internal(format!("commit: {other}"))),
    }
}

/// Notes a page of images: of each row the oldest and the newest.
fn noted(of: Of<'_>, batch: Batch, page: Vec<Place>) -> Batch {
    let mut items: BTreeMap<(Entity, String), ItemRow> = BTreeMap::new();
    for place in page {
        let Some(entity) = Entity::parse(&place.entity) else {
            continue;
        };
        let key = (entity, place.row_key.clone());
        let item = items.entry(key).or_insert_with(|| ItemRow {
            row_key: place.row_key.clone(),
            first_at: place.at,
            first_ver: place.ver,
            first_there: place.there,
            last_at: 0,
            last_ver: -1,
        });
        if (place.ver, place.at) < (item.first_ver, item.first_at) {
            (item.first_ver, item.first_at) = (place.ver, place.at);
            item.first_there = place.there;
        }
        if place.there && (place.ver, place.at) > (item.last_ver, item.last_at) {
            (item.last_ver, item.last_at) = (place.ver, place.at);
        }
    }
    items.iter().fold(batch, |batch, ((entity, _), item)| {
        of.put(batch, *entity, item)
    })
}

/// The users that a row of the audit trail names.
#[derive(Deserialize)]
struct Named {
    user: Option<String>,
    #[serde(default)]
    born: Vec<String>,
}

/// Returns the users of a page of the audit trail who came after the target. Every batch that creates a user names the user
/// there; `created` of one that an import has created may be older, so that an import says so.
async fn born(
    app: &App,
    pool: &Pool,
    target: i64,
    page: &[trail::AuditRow],
) -> Result<BTreeSet<String>> {
    let (mut born, mut named) = (BTreeSet::new(), BTreeSet::new());
    for row in page {
        let Ok(doc) = serde_json::from_str::<Named>(&row.doc) else {
            continue;
        };
        named.extend(doc.user);
        born.extend(doc.born);
    }
    let queries: Vec<_> = named
        .iter()
        .map(|id| restoring::user_created(&pool.id, id))
        .collect();
    let answers = app.store.read(&queries).await?;
    for (id, rows) in named.into_iter().zip(answers) {
        if let Some(row) = rows.first()
            && row.int(0)? > target
        {
            born.insert(id);
        }
    }
    Ok(born)
}

/// The kinds of the API, with what stands for them here.
const KINDS: [(&str, Entity); 4] = [
    ("Users", Entity::User),
    ("Groups", Entity::Group),
    ("User MFAs", Entity::Token),
    ("Passkeys", Entity::Passkey),
];

async fn finish(app: &App, pool: &Pool, row: &RecoveryRow, of: Of<'_>) -> Result<bool> {
    let numbers = of.counts(&app.store).await?;
    let number = |entity: Entity, action: i64| {
        let mut found = numbers.iter();
        let found = found.find(|(name, what, _)| name == entity.as_str() && *what == action);
        found.map_or(0, |(_, _, n)| *n)
    };
    let counts = KINDS.map(|(name, entity)| Counts {
        entity: name.to_owned(),
        create: number(entity, 1),
        update: number(entity, 2),
        delete: number(entity, 3),
    });
    let to = RestoreStatusType::PreviewGenerated;
    let mut after = moved(pool, row, to, app.clock.service());
    after.counts = Some(serde_json::to_string(&counts)?);
    let batch = recoveries::update(Batch::new(), &pool.id, &after);
    // Where something has changed since it was read, the next portion sees what.
    ends::commit(app, pool, batch).await
}

/// Ends a recovery that meets a row which no program of ours wrote: it would not be what it was.
async fn fail(app: &App, pool: &Pool, row: &RecoveryRow, fault: &Fault) -> Result<bool> {
    tracing::error!(
        pool = pool.id,
        recovery = row.restore_id,
        ?fault,
        "the preview of a recovery failed"
    );
    let (to, now) = (
        RestoreStatusType::PreviewGenerationFailed,
        app.clock.service(),
    );
    let batch = ends::end(Batch::new(), pool, row, to, now);
    let batch = ends::record(batch, pool, row, "PointInTimeRecoveryFailed", now);
    // Where something has changed since it was read, the next portion sees what.
    ends::commit(app, pool, batch).await
}

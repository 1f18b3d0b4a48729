//! Changes of what Cognito calls immutable: aliases, username attributes, case, and the attributes of the schema
//! (moving.md 7, decision 017).
//!
//! A plan says what stands against a change; a decision file says what to do about it; then the change is applied while
//! users sign in, sign up and change. `cognate pool plan-change` is the way in, `jobs/pool_change.rs` does the work.

mod back;
pub mod change;
pub mod conflict;
mod decide;
mod forward;
mod image;
mod related;
mod scan;
pub mod wish;

use std::collections::BTreeMap;
use std::time::Instant;

use cognate_crypto::{hash, random};
use cognate_store::tables::pool_changes as table;
use cognate_store::{Batch, Label};
use serde_json::{Value, json};

use crate::errors::{Fault, Result};
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::reshaping::change::{Change, ChangeDoc, Ground, State, active, commit, settings_of};
use crate::reshaping::conflict::{Decision, DecisionFile, SHOWN};
use crate::reshaping::scan::Scan;
use crate::reshaping::wish::{Target, Wish, refused};
use crate::users::attributes;

/// Somebody else was faster.
const MOVED: Label = table::MOVED;

/// Begins a plan: the users are read in the background, or by [`drive`]. Returns its id.
///
/// # Errors
/// A refusal of what no pool can be, and while another change of the pool is under way.
pub async fn plan(ground: Ground<'_>, pool_id: &str, words: &[String]) -> Result<String> {
    let pool = active(ground, pool_id).await?;
    let wish = Wish::parse(words)?;
    wish.target(&pool, 0)?;
    free(ground, &pool).await?;
    let doc = ChangeDoc {
        wish,
        settings: settings_of(&pool)?,
        ..ChangeDoc::default()
    };
    let mut id = hex::encode(random::bytes::<16>());
    id.truncate(16);
    let change = Change::new(id.clone(), doc, ground.now);
    let mut batch = Batch::new();
    for state in [State::Planning, State::Planned, State::Stale] {
        batch = table::forget_in(batch, &pool.id, state.name());
    }
    let batch = change.insert(batch, &pool, ground.now)?;
    done(commit(ground.store, batch).await?)?;
    Ok(id)
}

/// Refuses while a change of the pool is under way.
async fn free(ground: Ground<'_>, pool: &Pool) -> Result<()> {
    let latest = Change::latest(ground.store, pool).await?;
    match latest.filter(|change| change.state.holds_pool()) {
        Some(change) => Err(refused(format!(
            "the change {} is {}; undo or finish it first",
            change.id,
            change.state.name()
        ))),
        None if pool.doc.reshaping.is_some() => {
            Err(Fault::Internal("a change without a plan".into()))
        }
        None => Ok(()),
    }
}

fn done(outcome: std::result::Result<(), Label>) -> Result<()> {
    outcome.map_err(|label| match label {
        MOVED => refused("somebody else has changed the plan; look at its status"),
        _ => Fault::Stale,
    })
}

/// Starts a planned change with the decisions of a file.
///
/// # Errors
/// A refusal of a plan that is out of date or not ready, and of decisions that do not decide exactly its conflicts.
pub async fn apply(
    ground: Ground<'_>,
    pool_id: &str,
    plan: &str,
    file: Option<&str>,
) -> Result<()> {
    let pool = active(ground, pool_id).await?;
    let mut change = Change::find(ground.store, &pool, plan).await?;
    if change.state != State::Planned {
        let state = change.state.name();
        return Err(refused(format!(
            "the change {plan} is {state}; only a plan can be applied"
        )));
    }
    free(ground, &pool).await?;
    if change.doc.too_many {
        return Err(refused(
            "more names collide than a plan lists; resolve some of them and plan again",
        ));
    }
    if settings_of(&pool)? != change.doc.settings {
        return Err(refused(
            "the settings of the pool have changed since the plan was made; plan again",
        ));
    }
    let decisions = match file {
        Some(text) => {
            let file: DecisionFile = serde_json::from_str(text).map_err(|error| {
                refused(format!("the decision file is not understood: {error}"))
            })?;
            if file.plan != change.id {
                return Err(refused(format!(
                    "the decision file is for the plan {:?}",
                    file.plan
                )));
            }
            if file.hash != change.doc.hash {
                return Err(refused(
                    "the decision file is for another state of the pool; its hash differs",
                ));
            }
            file.decisions
        }
        None => BTreeMap::new(),
    };
    conflict::check(&change.doc.conflicts, &decisions)?;
    let target = change.doc.wish.target(&pool, pool.doc.shape + 1)?;
    values(ground, &pool, &target, &change, &decisions).await?;
    table::other_work(ground.store, &pool.id)
        .await?
        .map_or(Ok(()), |what| {
            Err(refused(format!("{what} of the pool is under way")))
        })?;
    change.doc.decisions = decisions;
    change.state = State::Checking;
    let what = format!("{plan} is applied");
    let batch = forward::record(Batch::new(), ground, &pool, None, &what);
    done(commit(ground.store, change.update(batch, &pool, ground.now)?).await?)
}

/// Refuses values that the pool could not have, and names that are not free.
async fn values(
    ground: Ground<'_>,
    pool: &Pool,
    target: &Target,
    change: &Change,
    decisions: &BTreeMap<String, Decision>,
) -> Result<()> {
    let hypothetical = Pool {
        doc: target.doc.clone(),
        ..pool.clone()
    };
    for conflict in &change.doc.conflicts {
        match decisions.get(&conflict.id) {
            Some(Decision::Fill(value)) => {
                let name = conflict.attribute.as_deref().unwrap_or_default();
                let mut filled = BTreeMap::from([(name.to_owned(), value.clone())]);
                let unfit = !attributes::faults(&hypothetical, &mut filled, |_| false).is_empty()
                    || attributes::check_formats(&hypothetical, &filled).is_err()
                    || attributes::check_birthdate(&filled).is_err();
                if unfit || value.is_empty() {
                    return Err(refused(format!(
                        "conflict {}: no value of {name}",
                        conflict.id
                    )));
                }
                let rules = hypothetical.names();
                let is_name = rules
                    .username_attributes
                    .iter()
                    .any(|each| each.as_str() == name)
                    || (name == "preferred_username"
                        && rules.aliases.iter().any(|each| each.as_str() == name));
                if is_name && conflict.count > 1 {
                    return Err(refused(format!(
                        "conflict {}: users sign in with {name}, which no two can share",
                        conflict.id
                    )));
                }
            }
            Some(Decision::Rename(names)) => {
                for name in names.values() {
                    attributes::check_username(&hypothetical, name)?;
                    if User::find(ground.store, pool, name).await?.is_some() {
                        return Err(refused(format!("the name {name:?} is taken")));
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes a change back, which nobody has finished.
///
/// # Errors
/// A refusal in another state.
pub async fn undo(ground: Ground<'_>, pool_id: &str, plan: &str) -> Result<()> {
    let states = [
        State::Checking,
        State::Applying,
        State::Blocked,
        State::Applied,
    ];
    turn(ground, pool_id, plan, &states, State::Undoing).await
}

/// Ends a change, which cannot be taken back from then on.
///
/// # Errors
/// A refusal in another state.
pub async fn finish(ground: Ground<'_>, pool_id: &str, plan: &str) -> Result<()> {
    turn(ground, pool_id, plan, &[State::Applied], State::Finishing).await
}

async fn turn(
    ground: Ground<'_>,
    pool_id: &str,
    plan: &str,
    from: &[State],
    to: State,
) -> Result<()> {
    for _ in 0..16 {
        let pool = active(ground, pool_id).await?;
        let mut change = Change::find(ground.store, &pool, plan).await?;
        if !from.contains(&change.state) {
            let state = change.state.name();
            return Err(refused(format!("the change {plan} is {state}")));
        }
        change.state = to;
        change.progress.settled = false;
        change.progress.after = String::new();
        let what = format!("{plan} is {}", to.name());
        let batch = forward::record(Batch::new(), ground, &pool, None, &what);
        let batch = change.advance(batch, &pool, ground.now)?;
        // A portion that ends now is waited for.
        if commit(ground.store, batch).await?.is_ok() {
            return Ok(());
        }
    }
    Err(Fault::Stale)
}

/// The conflicts of one answer of [`status`].
pub const CONFLICTS: usize = 20;

/// Returns what there is to say of a change, None for the latest, with [`CONFLICTS`] of its conflicts from a place on.
///
/// # Errors
/// A refusal without one.
pub async fn status(
    ground: Ground<'_>,
    pool_id: &str,
    plan: Option<&str>,
    from: usize,
) -> Result<Value> {
    let pool = active(ground, pool_id).await?;
    let change = match plan {
        Some(plan) => Change::find(ground.store, &pool, plan).await?,
        None => Change::latest(ground.store, &pool)
            .await?
            .ok_or_else(|| refused(format!("the pool {pool_id} has no plan")))?,
    };
    let doc = &change.doc;
    Ok(json!({
        "pool": pool.id,
        "plan": change.id,
        "state": change.state.name(),
        "moves": change.state.moves(),
        "set": doc.wish,
        "hash": doc.hash,
        "users": doc.users,
        "conflicts": doc.conflicts.iter().skip(from).take(CONFLICTS).collect::<Vec<_>>(),
        "conflict_count": doc.conflicts.len(),
        "too_many": doc.too_many,
        "notes": doc.notes.iter().take(SHOWN).collect::<Vec<_>>(),
        "done": change.progress.done,
        "changed_users": change.progress.changed,
        "not_restored": change.progress.kept,
        "blocked": doc.blocked,
        "created": change.created(),
    }))
}

/// What a worker remembers between two steps of one change.
#[derive(Default)]
pub struct Memory {
    scan: Option<(String, State, Box<Scan>)>,
    alone: bool,
}

/// Takes the latest change of a pool a step further. False if nothing is to do. Steps of several workers at once do no
/// harm: each is one commit that requires what it has read.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn step(ground: Ground<'_>, pool_id: &str, memory: &mut Memory) -> Result<bool> {
    let Some(pool) = Pool::load(ground.store, ground.root, pool_id).await? else {
        return Ok(false);
    };
    let Some(change) = Change::latest(ground.store, &pool).await? else {
        return Ok(false);
    };
    match change.state {
        State::Planning | State::Checking => look(ground, &pool, change, memory).await?,
        State::Applying => forward::portion(ground, &pool, change, &mut memory.alone).await?,
        State::Undoing => back::undo(ground, &pool, change).await?,
        State::Finishing => back::finish(ground, &pool, change).await?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Steps until nothing is to do.
///
/// # Errors
/// As [`step`].
pub async fn drive(ground: Ground<'_>, pool_id: &str) -> Result<()> {
    let (mut memory, begun) = (Memory::default(), Instant::now());
    loop {
        let passed = i64::try_from(begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = ground.now.saturating_add(passed);
        if !step(Ground { now, ..ground }, pool_id, &mut memory).await? {
            return Ok(());
        }
    }
}

/// Reads a page of users for a plan, or for its check before it is applied.
async fn look(
    ground: Ground<'_>,
    pool: &Pool,
    mut change: Change,
    memory: &mut Memory,
) -> Result<()> {
    // The pool may have become another one since: then the plan is good for nothing.
    let same = settings_of(pool)? == change.doc.settings;
    let target = if same {
        change.doc.wish.target(pool, pool.doc.shape + 1).ok()
    } else {
        None
    };
    let Some(target) = target else {
        change.state = State::Stale;
        change.doc.blocked = Some("the settings of the pool have changed".to_owned());
        return forward::settle(ground, change.update(Batch::new(), pool, ground.now)?).await;
    };
    let known = memory.scan.take();
    let known = known.filter(|(id, state, _)| *id == change.id && *state == change.state);
    let mut scan = known.map_or_else(Box::default, |(_, _, scan)| scan);
    let Some(found) = scan.portion(ground, pool, &target).await? else {
        memory.scan = Some((change.id, change.state, scan));
        return Ok(());
    };
    let ids: Vec<&str> = found
        .conflicts
        .iter()
        .map(|each| each.id.as_str())
        .collect();
    let judged = serde_json::to_vec(&(&pool.id, &change.doc.settings, &change.doc.wish, &ids))?;
    let mut hash = hash::sha256_hex(&judged);
    hash.truncate(32);
    if change.state == State::Planning {
        change.state = State::Planned;
        change.doc.hash = hash;
        change.doc.conflicts = found.conflicts;
        change.doc.too_many = found.too_many;
        change.doc.notes = found.notes;
        change.doc.users = found.users;
        return forward::settle(ground, change.update(Batch::new(), pool, ground.now)?).await;
    }
    if hash == change.doc.hash {
        return forward::begin(ground, pool, change).await;
    }
    change.state = State::Stale;
    let why = "other conflicts are there than when the plan was made; plan again";
    change.doc.blocked = Some(why.to_owned());
    forward::settle(ground, change.update(Batch::new(), pool, ground.now)?).await
}

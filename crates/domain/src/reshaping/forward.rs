//! The way forward: both sets of rules hold, the users get their new names in portions, the pool gets its new settings in
//! one commit.

use cognate_shapes::SchemaAttributeType;
use cognate_store::tables::{groups, guards, pool_changes, pools, users as table};
use cognate_store::{Batch, Label};

use crate::audit::{DONE, Entry, command};
use crate::errors::{Fault, Result};
use crate::records::group;
use crate::records::name_rules::{self, NameRules, Reshaping};
use crate::records::pool::{Pool, PoolDoc, RecoverySince};
use crate::records::user::{self, Name, User};
use crate::reshaping::change::{Change, Earlier, Ground, State, commit, settings_of};
use crate::reshaping::decide::{Decided, Decider};
use crate::reshaping::image::Image;
use crate::reshaping::related;
use crate::reshaping::wish::Target;
use crate::tokens::revoke;

/// The name in the audit trail.
pub const COMMAND: &str = "PlanChange";
/// The users of a portion.
const PAGE: i64 = 100;
/// The most groups of a user (admin.md 7.2).
const GROUPS: i64 = 100;
/// A name is another user's, whatever the kind.
const TAKEN: Label = Label("pool_change_name_taken");

/// Replaces the settings of a pool and the number of its rules. No recovery goes back behind this moment: the users of
/// before were written by other rules.
///
/// # Errors
/// None in practice: texts always serialise.
pub fn reshape(batch: Batch, pool: &Pool, doc: &PoolDoc, now: i64) -> Result<Batch> {
    let mut doc = doc.clone();
    doc.recovery = Some(RecoverySince::begun(doc.tier, now));
    let text = serde_json::to_string(&doc)?;
    let mac = pool.mac_with(&text)?;
    Ok(pools::reshape(
        batch,
        &pool.id,
        pool.ver,
        (&text, doc.shape),
        mac,
        now,
    ))
}

/// Adds a row to the audit trail: about a user, or about the pool.
pub fn record(
    batch: Batch,
    ground: Ground<'_>,
    pool: &Pool,
    user: Option<&str>,
    what: &str,
) -> Batch {
    let entry = Entry {
        user,
        result: DONE,
        ..command(COMMAND, Some(what))
    };
    entry.append(batch, &pool.id, ground.now)
}

/// Begins: from this commit on every batch that writes a user obeys both sets of rules.
///
/// # Errors
/// The store's; a change that somebody else took further is left to the next turn.
pub async fn begin(ground: Ground<'_>, pool: &Pool, mut change: Change) -> Result<()> {
    if settings_of(pool)? != change.doc.settings || pool.doc.reshaping.is_some() {
        change.state = State::Stale;
        change.doc.blocked = Some("the settings of the pool have changed".to_owned());
        let batch = change.update(Batch::new(), pool, ground.now)?;
        return settle(ground, batch).await;
    }
    let shape = pool.doc.shape + 1;
    let target = change.doc.wish.target(pool, shape)?;
    let mut doc = pool.doc.clone();
    doc.shape = shape;
    doc.reshaping = Some(Reshaping {
        plan: change.id.clone(),
        done: false,
        names: target.names.clone(),
        schema: target.entries.clone(),
        without: target.without.clone(),
    });
    change.state = State::Applying;
    change.progress.earlier = Some(earlier(pool, &target));
    change.progress.spaces = target.names.is_some().then_some((pool.doc.space, shape));
    change.progress.after = String::new();
    let batch = reshape(Batch::new(), pool, &doc, ground.now)?;
    let batch = pool_changes::require_no_other_work(batch, &pool.id);
    let batch = record(batch, ground, pool, None, &format!("{} begins", change.id));
    match commit(ground.store, change.update(batch, pool, ground.now)?).await? {
        Err(pool_changes::OTHER_WORK) => {
            change.state = State::Stale;
            let why = "an import or a recovery of the pool is under way";
            change.doc.blocked = Some(why.to_owned());
            settle(ground, change.update(Batch::new(), pool, ground.now)?).await
        }
        _ => Ok(()),
    }
}

/// Commits; whoever was faster wins.
pub(super) async fn settle(ground: Ground<'_>, batch: Batch) -> Result<()> {
    commit(ground.store, batch).await?.map_or(Ok(()), Ok)
}

fn earlier(pool: &Pool, target: &Target) -> Earlier {
    let doc = &pool.doc;
    let own = |name: &Option<String>| doc.schema.iter().find(|entry| entry.name == *name);
    let entries = target.entries.iter().filter_map(|entry| own(&entry.name));
    let gone = |entry: &SchemaAttributeType| {
        let name = entry.name.as_ref();
        name.is_some_and(|name| target.without.contains(name))
    };
    let removed = doc
        .schema
        .iter()
        .enumerate()
        .filter(|(_, entry)| gone(entry));
    Earlier {
        alias_attributes: doc.alias_attributes.clone(),
        username_attributes: doc.username_attributes.clone(),
        username_configuration: doc.username_configuration.clone(),
        entries: entries.cloned().collect(),
        removed: removed.map(|(at, entry)| (at, entry.clone())).collect(),
    }
}

/// Carries out the next portion of users; the last one gives the pool its new settings.
///
/// # Errors
/// The store's; an internal fault for a row that is not signed.
pub async fn portion(
    ground: Ground<'_>,
    pool: &Pool,
    change: Change,
    alone: &mut bool,
) -> Result<()> {
    let Some(reshaping) = pool
        .doc
        .reshaping
        .as_ref()
        .filter(|own| own.plan == change.id)
    else {
        return Err(Fault::Internal(format!(
            "{} has no change under way",
            pool.id
        )));
    };
    let space = change.progress.spaces.map_or(0, |(_, new)| new);
    let target = change.doc.wish.target(pool, space)?;
    let limit = if *alone { 1 } else { PAGE };
    let page = table::page(&pool.id, &change.progress.after, limit);
    let mut list = Vec::new();
    for mut row in ground.store.all(page).await? {
        list.push(User::from_row(pool, &mut row)?);
    }
    if list.is_empty() {
        return flip(ground, pool, change, &target).await;
    }
    let decider = Decider::new(&change.doc.conflicts, &change.doc.decisions);
    // Who is moved or merged goes alone.
    let heavy = list.iter().position(|user| decider.names(&user.id));
    match heavy {
        Some(0) => list.truncate(1),
        Some(at) => list.truncate(at),
        None => {}
    }
    let mut next = change.clone();
    let mut decided = Vec::new();
    for user in &list {
        match decider.decide(&target, user) {
            Ok(one) => decided.push(one),
            Err(why) => return block(ground, pool, change, why).await,
        }
    }
    if let [one] = decided.as_slice()
        && let Some(into) = &one.merged_into
    {
        let Some(to) = User::by_id(ground.store, pool, into).await? else {
            let why = format!("the user {into}, into whom another is merged, is gone");
            return block(ground, pool, change, why).await;
        };
        let user = list.first().unwrap_or(&one.after);
        return merge(
            ground,
            pool,
            next,
            (user, one),
            to,
            reshaping.names.as_ref(),
        )
        .await;
    }
    let mut batch = write(ground, pool, &mut next, &list, &decided)?;
    if let Some(rules) = &reshaping.names {
        for one in &decided {
            batch = fill(batch, pool, rules, one);
        }
    }
    if let Some(last) = list.last() {
        next.progress.after.clone_from(&last.id);
    }
    next.progress.done += u64::try_from(list.len()).unwrap_or(0);
    let batch = next.advance(batch, pool, ground.now)?;
    let done = commit(ground.store, batch).await?;
    judge(ground, pool, change, (done, &list), alone).await
}

/// Finds out what a conflict means.
async fn judge(
    ground: Ground<'_>,
    pool: &Pool,
    change: Change,
    (done, list): (std::result::Result<(), Label>, &[User]),
    alone: &mut bool,
) -> Result<()> {
    let is_name = |label: Label| label == TAKEN || user::is_taken(label);
    match done {
        Ok(()) => *alone = false,
        Err(label) if is_name(label) && list.len() > 1 => *alone = true,
        Err(label) if is_name(label) => {
            let who = list.first().map_or("", |user| user.id.as_str());
            let why =
                format!("user {who}: a name of theirs is another user's since the plan was made");
            return block(ground, pool, change, why).await;
        }
        // A row was changed since it was read: the next turn reads it again.
        Err(_) => {}
    }
    Ok(())
}

/// Writes what decisions change of users who stay by themselves, and requires that the others are as they were read. The
/// rows are locked before any name is taken.
fn write(
    ground: Ground<'_>,
    pool: &Pool,
    change: &mut Change,
    list: &[User],
    decided: &[Decided],
) -> Result<Batch> {
    let mut batch = guards::require_pool_shape(Batch::new(), &pool.id, pool.doc.shape);
    let mut changes = Vec::new();
    let mut afters = Vec::new();
    for (before, one) in list.iter().zip(decided) {
        if is_same(before, &one.after) {
            batch = guards::require_user_unchanged(batch, &pool.id, &before.id, before.ver);
        } else {
            let mut after = one.after.clone();
            after.modified = ground.now;
            afters.push((before, after));
        }
    }
    for (before, after) in &afters {
        if before.username != after.username {
            batch = table::rename(batch, &pool.id, &before.id, before.ver, &after.username);
            batch = revoke::everything_of_user(batch, &pool.id, &before.id);
        }
        changes.push((*before, after));
    }
    batch = user::save_all(batch, pool, &changes)?;
    for (before, after) in &changes {
        batch = Image::new(before, after).keep(batch, pool, &before.id)?;
        batch = record(batch, ground, pool, Some(&before.id), &change.id);
        change.progress.changed += 1;
    }
    for (before, one) in list.iter().zip(decided) {
        if is_same(before, &one.after) && !one.loses.is_empty() {
            batch = record(batch, ground, pool, Some(&before.id), &change.id);
            change.progress.changed += 1;
        }
    }
    Ok(batch)
}

fn is_same(before: &User, after: &User) -> bool {
    before.doc == after.doc
        && before.username == after.username
        && before.status == after.status
        && before.enabled == after.enabled
        && before.credential == after.credential
}

/// Gives a user the names of the new rules, but for those that decisions take.
fn fill(mut batch: Batch, pool: &Pool, rules: &NameRules, one: &Decided) -> Batch {
    let id = &one.after.id;
    for (key, kind) in one.after.names_by(rules) {
        let folded = name_rules::folded(&key);
        if one.loses.contains(folded) {
            continue;
        }
        let gives_way = matches!(kind, Name::Email | Name::PhoneNumber);
        if gives_way {
            let preferred = Name::PreferredUsername.as_str();
            batch = table::delete_login_of_others(batch, &pool.id, id, &key, preferred);
        }
        batch = table::fill_login(batch, &pool.id, id, (&key, folded), kind.as_str(), TAKEN);
    }
    batch
}

/// Gives the belongings of a user to another: the attributes that the other lacks, and the groups. The user keeps no name
/// and cannot sign in, and is deleted when the change is finished.
async fn merge(
    ground: Ground<'_>,
    pool: &Pool,
    mut change: Change,
    (user, decided): (&User, &Decided),
    to: User,
    rules: Option<&NameRules>,
) -> Result<()> {
    let before = change.clone();
    let mut after = to.clone();
    for (name, value) in &user.doc.attributes {
        let is_contact = name.starts_with("email") || name.starts_with("phone_number");
        if !is_contact && !matches!(name.as_str(), "preferred_username" | "identities") {
            let own = &mut after.doc.attributes;
            own.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    after.modified = ground.now;
    let mut gone = decided.after.clone();
    gone.modified = ground.now;
    let rows = ground
        .store
        .all(groups::of_user(&pool.id, &user.id))
        .await?;
    let theirs = group::of_user(pool, &user.id, rows)?;
    let rows = ground.store.all(groups::of_user(&pool.id, &to.id)).await?;
    let own = group::of_user(pool, &to.id, rows)?;
    let news = theirs
        .iter()
        .filter(|group| own.iter().all(|other| other.group_id != group.group_id));
    let news: Vec<String> = news.map(|group| group.group_id.clone()).collect();

    let mut batch = user::save_all(Batch::new(), pool, &[(user, &gone), (&to, &after)])?;
    batch = table::delete_logins(batch, &pool.id, &user.id);
    batch = revoke::everything_of_user(batch, &pool.id, &user.id);
    for group_id in &news {
        let mac = group::membership(pool, group_id, &to.id);
        batch = groups::join(batch, &pool.id, group_id, &to.id, GROUPS, mac);
    }
    let kept = pool_changes::kept_one(ground.store, &pool.id, &to.id).await?;
    let mut image = match kept {
        Some(row) => {
            batch = pool_changes::forget(batch, &pool.id, &to.id);
            Image::open(pool, &to.id, &row.sealed)?.then(&after)
        }
        None => Image::new(&to, &after),
    };
    image.joined.extend(news);
    batch = image.keep(batch, pool, &to.id)?;
    let mut image = Image::new(user, &gone);
    image.merged_into = Some(to.id.clone());
    batch = image.keep(batch, pool, &user.id)?;
    batch = record(batch, ground, pool, Some(&user.id), &change.id);
    batch = record(batch, ground, pool, Some(&to.id), &change.id);
    // The other may be done already: a filled name is filled once more.
    if let Some(rules) = rules {
        let one = Decided {
            after,
            loses: std::collections::BTreeSet::new(),
            merged_into: None,
        };
        if to.id < user.id {
            batch = fill(batch, pool, rules, &one);
        }
    }
    change.progress.after.clone_from(&user.id);
    change.progress.done += 1;
    change.progress.changed += 2;
    let batch = change.advance(batch, pool, ground.now)?;
    let done = commit(ground.store, batch).await?;
    judge(
        ground,
        pool,
        before,
        (done, std::slice::from_ref(user)),
        &mut false,
    )
    .await
}

async fn block(ground: Ground<'_>, pool: &Pool, mut change: Change, why: String) -> Result<()> {
    change.state = State::Blocked;
    change.doc.blocked = Some(why);
    let batch = record(
        Batch::new(),
        ground,
        pool,
        None,
        &format!("{} is blocked", change.id),
    );
    settle(ground, change.update(batch, pool, ground.now)?).await
}

/// Gives the pool its new settings. Every user has the new names by now: those who were there got them in a portion, those
/// who came since brought them along.
async fn flip(ground: Ground<'_>, pool: &Pool, mut change: Change, target: &Target) -> Result<()> {
    let mut doc = target.doc.clone();
    doc.shape = pool.doc.shape + 1;
    if let Some((_, new)) = change.progress.spaces {
        doc.space = new;
    }
    let earlier = change.progress.earlier.clone().unwrap_or_default();
    doc.reshaping = Some(Reshaping {
        plan: change.id.clone(),
        done: true,
        names: target.names.as_ref().map(|_| pool.names()),
        schema: earlier.entries,
        without: Vec::new(),
    });
    let decider = Decider::new(&change.doc.conflicts, &change.doc.decisions);
    let mappings = [target.without.clone(), decider.mappings()].concat();
    let batch = reshape(Batch::new(), pool, &doc, ground.now)?;
    let lists = (target.without.as_slice(), mappings.as_slice());
    let (batch, cleared) = related::clear(batch, ground.store, pool, lists, ground.now).await?;
    change.progress.cleared = cleared;
    change.state = State::Applied;
    let batch = record(
        batch,
        ground,
        pool,
        None,
        &format!("{} takes effect", change.id),
    );
    settle(ground, change.advance(batch, pool, ground.now)?).await
}

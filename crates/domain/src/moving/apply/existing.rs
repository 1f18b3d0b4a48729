//! What of a portion is there already, and how it differs from the records.

use std::collections::BTreeSet;

use cognate_store::tables::groups as group_rows;
use cognate_store::tables::passkeys as passkey_rows;
use cognate_store::tables::users as rows;
use cognate_store::{Query, Store};

use super::Wishes;
use super::groups::Groups;
use super::ledger::{Outcome, kind, taken_text};
use super::target::Target;
use crate::errors::Result;
use crate::records::group;
use crate::records::pool::Pool;
use crate::records::user::User;
use crate::resources::providers::links::{self, Source};
use crate::signin::mfa::software_token::TokenRow;

/// The queries that are read at once.
const QUERIES: usize = 512;

/// What is there of a record's user.
#[derive(Default)]
pub(super) struct Known {
    user: Option<User>,
    buried: bool,
    /// The kind of a name that another user has.
    taken: Option<String>,
    /// Ids of the user's groups.
    groups: BTreeSet<String>,
    /// True if the record's authenticator app is the user's.
    has_seed: bool,
    /// By passkey of the record: the user who has it.
    passkeys: Vec<Option<String>>,
    /// By link of the record: the user who has it.
    links: Vec<Option<String>>,
}

/// What is to be done for a row.
#[derive(Default)]
pub(super) struct Plan {
    /// The user as it was read and as it is to be; None for a new one.
    pub(super) change: Option<(User, User)>,
    /// Ids of groups to join.
    pub(super) groups: Vec<String>,
    pub(super) seed: bool,
    /// Places in the record's lists.
    pub(super) passkeys: Vec<usize>,
    pub(super) links: Vec<usize>,
}

/// The judgement of a row.
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    pub(super) reason: Option<String>,
    pub(super) notes: Vec<String>,
    pub(super) plan: Plan,
}

/// Reads what is there of each user.
pub(super) async fn read(store: &Store, pool: &Pool, users: &[&Target]) -> Result<Vec<Known>> {
    let mut queries: Vec<Query> = Vec::new();
    let mut names = Vec::with_capacity(users.len());
    for target in users {
        let id = &target.user.id;
        let logins = target.user.logins(pool);
        queries.push(rows::by_id(&pool.id, id));
        queries.push(rows::buried(&pool.id, id));
        queries.extend(
            logins
                .iter()
                .map(|(name, _)| rows::by_login(&pool.id, name)),
        );
        names.push(logins);
    }
    let mut answers = Vec::with_capacity(queries.len());
    for part in queries.chunks(QUERIES) {
        answers.extend(store.read(part).await?);
    }
    let mut answers = answers.into_iter().map(|rows| rows.into_iter().next());
    let mut found = Vec::with_capacity(users.len());
    for (target, logins) in users.iter().zip(names) {
        let mut known = Known::default();
        let row = answers.next().flatten();
        known.user = row
            .map(|mut row| User::from_row(pool, &mut row))
            .transpose()?;
        known.buried = answers.next().flatten().is_some();
        for (name, of) in logins {
            if let Some(mut row) = answers.next().flatten() {
                let owner = User::of_login(pool, &name, &mut row)?;
                if owner.id != target.user.id && known.taken.is_none() {
                    known.taken = Some(kind(of));
                }
            }
        }
        more(store, pool, target, &mut known).await?;
        found.push(known);
    }
    Ok(found)
}

/// Reads what hangs on a user, as far as the record says anything of it.
async fn more(store: &Store, pool: &Pool, target: &Target, known: &mut Known) -> Result<()> {
    let id = &target.user.id;
    for row in &target.passkeys {
        let owner = passkey_rows::owner(&pool.id, &row.credential_id);
        let owner = store.first(owner).await?;
        let owner = owner
            .map(|row| row.text(0).map(str::to_owned))
            .transpose()?;
        known.passkeys.push(owner);
    }
    for link in &target.links {
        let key = links::key(&link.attribute, &link.value);
        let owner = links::owner(store, pool, &link.provider, &key).await?;
        known.links.push(owner);
    }
    if known.user.is_none() {
        return Ok(());
    }
    if !target.groups.is_empty() {
        let rows = store.all(group_rows::of_user(&pool.id, id)).await?;
        let groups = group::of_user(pool, id, rows)?;
        known.groups = groups.into_iter().map(|group| group.group_id).collect();
    }
    if let Some((seed, _)) = &target.seed {
        let token = TokenRow::read(store, pool, id).await?;
        known.has_seed = token.has(pool, id, seed)?;
    }
    Ok(())
}

/// Judges a row.
pub(super) fn judge(
    pool: &Pool,
    wishes: &Wishes,
    groups: &Groups,
    target: &Target,
    known: Known,
) -> Result<Judged> {
    let id = &target.user.id;
    let mut judged = Judged {
        outcome: Outcome::Refused,
        reason: None,
        notes: Vec::new(),
        plan: Plan::default(),
    };
    let plan = &mut judged.plan;
    for name in &target.groups {
        match groups.id(name) {
            Ok(group) if known.groups.contains(group) => {}
            Ok(group) => plan.groups.push(group.to_owned()),
            Err(why) => judged.notes.push(format!("a group was left out: {why}")),
        }
    }
    let mut reason = None;
    for (at, owner) in known.passkeys.iter().enumerate() {
        match owner {
            Some(owner) if owner == id => {}
            Some(_) => reason = Some("a passkey is another user's"),
            None => plan.passkeys.push(at),
        }
    }
    for (at, owner) in known.links.iter().enumerate() {
        match owner {
            Some(owner) if owner == id => {}
            Some(_) => reason = Some("an identity is linked to another user"),
            None => plan.links.push(at),
        }
    }
    plan.seed = target.seed.is_some() && !known.has_seed;
    let Some(before) = known.user else {
        let reason = match (&known.taken, known.buried) {
            (_, true) => Some("the sub was that of a user who was deleted"),
            (Some(kind), _) => Some(taken_text(kind)),
            _ => reason,
        };
        judged.reason = reason.map(str::to_owned);
        if reason.is_none() {
            judged.outcome = Outcome::Created;
        }
        return Ok(judged);
    };
    if before.username != target.user.username {
        judged.reason = Some("the sub is another user's".to_owned());
        return Ok(judged);
    }
    let differs = differences(pool, target, &before, plan)?;
    if differs.is_empty() {
        judged.outcome = Outcome::Unchanged;
        return Ok(judged);
    }
    if let Some(reason) = reason.or(known.taken.as_deref().map(taken_text)) {
        judged.reason = Some(reason.to_owned());
        return Ok(judged);
    }
    let differs = format!("differs in {}", differs.join(", "));
    judged.reason = Some(differs);
    if wishes.update {
        judged.outcome = Outcome::Updated;
        let after = merged(pool, target, &before)?;
        judged.plan.change = Some((before, after));
    } else {
        judged.outcome = Outcome::Differs;
        judged.plan = Plan::default();
    }
    Ok(judged)
}

/// Names what the record says and the user is not. What the record does not say is no difference.
fn differences(pool: &Pool, target: &Target, before: &User, plan: &Plan) -> Result<Vec<String>> {
    let to_be = &target.user;
    let mut found: Vec<String> = own_attributes(to_be)
        .filter(|(name, value)| before.attribute(name) != Some(value))
        .map(|(name, _)| name.clone())
        .collect();
    let mut add = |differs: bool, name: &str| {
        if differs {
            found.push(name.to_owned());
        }
    };
    let status = target.says_status && !has_come_back(pool, target, before)?;
    add(status && before.status != to_be.status, "status");
    add(
        target.says_enabled && before.enabled != to_be.enabled,
        "enabled",
    );
    add(new_password(pool, target, before)?, "password");
    let (own, given) = (&before.doc.mfa, &to_be.doc.mfa);
    let same = own.sms == given.sms
        && own.email == given.email
        && own.software_token == given.software_token
        && own.web_authn == given.web_authn
        && own.preferred == given.preferred;
    add(target.says_mfa && !same, "second factors");
    add(plan.seed, "authenticator app");
    add(!plan.passkeys.is_empty(), "passkeys");
    add(!plan.links.is_empty(), "links");
    add(!plan.groups.is_empty(), "groups");
    Ok(found)
}

fn own_attributes(user: &User) -> impl Iterator<Item = (&String, &str)> {
    let all = user.doc.attributes.iter();
    all.filter(|(name, _)| name.as_str() != "identities")
        .map(|(name, value)| (name, value.as_str()))
}

/// True if the record has a password that is to replace the user's. The hash of another system never replaces a native
/// credential: its user has come back since.
fn new_password(pool: &Pool, target: &Target, before: &User) -> Result<bool> {
    let Some(given) = &target.credential else {
        return Ok(false);
    };
    let Some(own) = before.open_credential(pool)? else {
        return Ok(true);
    };
    if has_come_back(pool, target, before)? {
        return Ok(false);
    }
    Ok(!given.to_bytes().matches(own.to_bytes().expose()))
}

/// True if the record has the hash of another system and the user a native credential: since the import the user has signed
/// in or set a password. What the record says of password and status is out of date.
fn has_come_back(pool: &Pool, target: &Target, before: &User) -> Result<bool> {
    let is_hash = target.credential.as_ref();
    if is_hash.is_none_or(|given| given.srp().is_some()) {
        return Ok(false);
    }
    let own = before.open_credential(pool)?;
    Ok(own.is_some_and(|own| own.srp().is_some()))
}

/// Returns the user with what the record says.
fn merged(pool: &Pool, target: &Target, before: &User) -> Result<User> {
    let to_be = &target.user;
    let mut after = before.clone();
    for (name, value) in own_attributes(to_be) {
        let attributes = &mut after.doc.attributes;
        attributes.insert(name.clone(), value.to_owned());
    }
    if new_password(pool, target, before)? {
        after.credential.clone_from(&to_be.credential);
        after.doc.history.clone_from(&to_be.doc.history);
        after.status = to_be.status;
    }
    if target.says_status && !has_come_back(pool, target, before)? {
        after.status = to_be.status;
    }
    after.doc.temporary_until = match after.status {
        cognate_shapes::UserStatusType::ForceChangePassword => {
            to_be.doc.temporary_until.or(before.doc.temporary_until)
        }
        _ => None,
    };
    if target.says_enabled {
        after.enabled = to_be.enabled;
    }
    if target.says_mfa || target.seed.is_some() {
        let (own, given) = (&before.doc.mfa, &to_be.doc.mfa);
        let mut mfa = if target.says_mfa {
            given.clone()
        } else {
            own.clone()
        };
        let named = if target.seed.is_some() { given } else { own };
        mfa.software_token_registered = named.software_token_registered;
        mfa.software_token_name
            .clone_from(&named.software_token_name);
        after.doc.mfa = mfa;
    }
    for link in &target.links {
        let shown = links::is_own(&after, &link.provider, &link.value)?;
        if !shown {
            links::show(&mut after, &link.provider, &link.value, link.created)?;
        }
    }
    Ok(after)
}

/// Returns the source of a link.
pub(super) fn source(link: &super::target::Link) -> Source<'_> {
    Source {
        provider: &link.provider,
        attribute: &link.attribute,
        value: &link.value,
    }
}

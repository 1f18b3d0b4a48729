//! Finding what stands against a change: all users of a pool, page by page, then its clients and providers.
//!
//! Names that several users would have are found in two rounds, so that memory does not grow with the length of names:
//! the first keeps a number of 64 bits for each name, the second the users whose numbers occur twice.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use cognate_crypto::hash;
use cognate_shapes::{AliasAttributeType, UsernameAttributeType};
use cognate_store::tables::users;

use crate::errors::Result;
use crate::facts::names;
use crate::records::name_rules::{self, NameRules};
use crate::records::pool::Pool;
use crate::records::schema;
use crate::records::user::{Name, User};
use crate::reshaping::change::Ground;
use crate::reshaping::conflict::{CLAIMS, Claim, Conflict, Kind, MOST, SHOWN};
use crate::reshaping::related;
use crate::reshaping::wish::Target;
use crate::users::attributes;

/// The users of a page.
const PAGE: i64 = 250;

/// What was found.
#[derive(Default)]
pub struct Findings {
    /// The conflicts, in a stable order.
    pub conflicts: Vec<Conflict>,
    /// True if there are more names that several users would have than are listed.
    pub too_many: bool,
    /// What needs no decision.
    pub notes: Vec<String>,
    /// Users that were read.
    pub users: u64,
}

/// A scan that is under way.
#[derive(Default)]
pub struct Scan {
    round: Round,
    after: String,
    users: u64,
    hasher: RandomState,
    seen: Vec<u64>,
    twice: HashSet<u64>,
    claims: BTreeMap<String, Vec<Claim>>,
    too_many: bool,
    groups: BTreeMap<(Kind, String), Group>,
    notes: BTreeMap<&'static str, u64>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Round {
    #[default]
    First,
    Second,
    Rest,
}

/// The users of a conflict that is about many.
#[derive(Default)]
struct Group {
    count: u64,
    users: Vec<Claim>,
    digest: [u8; 32],
}

impl Scan {
    /// Reads a page. Returns what was found after the last.
    ///
    /// # Errors
    /// The store's; an internal fault for a row that is not signed.
    pub async fn portion(
        &mut self,
        ground: Ground<'_>,
        pool: &Pool,
        target: &Target,
    ) -> Result<Option<Findings>> {
        if self.round == Round::Rest {
            return Ok(Some(self.conclude(ground, pool, target).await?));
        }
        let rows = ground
            .store
            .all(users::page(&pool.id, &self.after, PAGE))
            .await?;
        let full = rows.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        for mut row in rows {
            let user = User::from_row(pool, &mut row)?;
            match self.round {
                Round::First => self.judge(ground, pool, target, &user).await?,
                Round::Second => self.claim(target, &user),
                Round::Rest => {}
            }
            self.after = user.id;
        }
        if !full {
            self.after.clear();
            self.turn();
        }
        Ok(None)
    }

    /// Goes to the next round.
    fn turn(&mut self) {
        if self.round == Round::First {
            self.seen.sort_unstable();
            let pairs = self.seen.iter().zip(self.seen.iter().skip(1));
            self.twice = pairs.filter(|(a, b)| a == b).map(|(a, _)| *a).collect();
            self.seen = Vec::new();
        }
        self.round = match self.round {
            Round::First if !self.twice.is_empty() => Round::Second,
            _ => Round::Rest,
        };
    }

    async fn judge(
        &mut self,
        ground: Ground<'_>,
        pool: &Pool,
        target: &Target,
        user: &User,
    ) -> Result<()> {
        self.users += 1;
        for (kind, attribute) in of_values(target, user) {
            self.group(kind, &attribute, user, "");
        }
        let Some(rules) = &target.names else {
            return Ok(());
        };
        for (kind, by) in of_names(pool, target, rules, user) {
            self.group(kind, by, user, by);
        }
        for (note, holds) in notes_of(pool, rules, user) {
            *self.notes.entry(note).or_default() += u64::from(holds);
        }
        for (key, kind) in user.names_by(rules) {
            self.seen.push(self.hasher.hash_one(&key));
            let folded = name_rules::folded(&key);
            if folded != user.id && users::looks_like_id(folded) {
                let query = users::by_id(&pool.id, folded);
                if ground.store.first(query).await?.is_some() {
                    self.group(Kind::NameIsSub, folded, user, kind.as_str());
                }
            }
        }
        Ok(())
    }

    fn group(&mut self, kind: Kind, about: &str, user: &User, by: &str) {
        let group = self.groups.entry((kind, about.to_owned())).or_default();
        group.count += 1;
        group.digest = hash::sha256_of(&[&group.digest, user.id.as_bytes()]);
        if group.users.len() < SHOWN {
            group.users.push(claim(user, by));
        }
    }

    fn claim(&mut self, target: &Target, user: &User) {
        let Some(rules) = &target.names else {
            return;
        };
        for (key, kind) in user.names_by(rules) {
            if !self.twice.contains(&self.hasher.hash_one(&key)) {
                continue;
            }
            let full = self.claims.len() >= 2 * MOST && !self.claims.contains_key(&key);
            let claims = (!full).then(|| self.claims.entry(key).or_default());
            match claims.filter(|claims| claims.len() < CLAIMS) {
                Some(claims) => claims.push(claim(user, kind.as_str())),
                None => self.too_many = true,
            }
        }
    }

    async fn conclude(
        &mut self,
        ground: Ground<'_>,
        pool: &Pool,
        target: &Target,
    ) -> Result<Findings> {
        let mut conflicts = Vec::new();
        for (key, mut claims) in std::mem::take(&mut self.claims) {
            claims.sort();
            claims.dedup_by(|a, b| a.sub == b.sub);
            if claims.len() < 2 {
                continue;
            }
            let folded = name_rules::folded(&key).to_owned();
            conflicts.push(shared(target, folded, claims));
        }
        self.too_many |= conflicts.len() > MOST;
        conflicts.truncate(MOST);
        for ((kind, about), group) in std::mem::take(&mut self.groups) {
            conflicts.push(of_group(kind, about, group));
        }
        conflicts.extend(related::conflicts(ground.store, pool, target).await?);
        let mut notes: Vec<String> = std::mem::take(&mut self.notes)
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(note, count)| format!("{count} {note}"))
            .collect();
        notes.extend(related::notes(ground.store, pool, target).await?);
        Ok(Findings {
            conflicts,
            too_many: self.too_many,
            notes,
            users: self.users,
        })
    }
}

fn claim(user: &User, by: &str) -> Claim {
    Claim {
        sub: user.id.clone(),
        username: user.username.clone(),
        by: by.to_owned(),
        of_provider: user.is_of_provider(),
    }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn shared(target: &Target, folded: String, claims: Vec<Claim>) -> Conflict {
    let mut decisions = vec!["keep"];
    let of_provider = claims.iter().any(|claim| claim.of_provider);
    if !of_provider {
        decisions.push("merge-into");
    }
    let by_name = claims
        .iter()
        .filter(|claim| claim.by == Name::Username.as_str());
    let by_name = by_name.count();
    if by_name > 0 && !of_provider && claims.len() - by_name < 2 && !has_username_attributes(target)
    {
        decisions.push("rename");
    }
    if by_name < 2 {
        decisions.push("clear");
    }
    let members: Vec<_> = claims
        .iter()
        .map(|claim| format!("{}{};", claim.sub, claim.by))
        .collect();
    let mut conflict = Conflict {
        id: String::new(),
        kind: Kind::NameShared,
        attribute: None,
        name: Some(folded),
        count: u64::try_from(claims.len()).unwrap_or(u64::MAX),
        users: claims,
        others: Vec::new(),
        decisions: words(&decisions),
    };
    conflict.identify(members.concat().as_bytes());
    conflict
}

fn of_group(kind: Kind, about: String, group: Group) -> Conflict {
    let decisions: &[&str] = match kind {
        Kind::NameIsSub => &["clear", "rename"],
        Kind::NameOfAliasForm => &["exempt", "rename"],
        Kind::ValueMissing => &["fill", "exempt"],
        Kind::ValueUnfit => &["clear", "exempt"],
        Kind::ValueLost => &["clear"],
        _ => &["exempt"],
    };
    let named = kind == Kind::NameIsSub;
    let mut conflict = Conflict {
        id: String::new(),
        kind,
        attribute: (!named && !about.is_empty()).then(|| about.clone()),
        name: named.then_some(about),
        count: group.count,
        users: group.users,
        others: Vec::new(),
        decisions: words(decisions),
    };
    conflict.identify(&group.digest);
    conflict
}

fn has_username_attributes(target: &Target) -> bool {
    let list = target.doc.username_attributes.as_deref();
    list.is_some_and(|list| !list.is_empty())
}

/// Returns the conflicts of a user's values: kind and attribute.
pub fn of_values(target: &Target, user: &User) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    for name in &target.without {
        if user.attribute(name).is_some() {
            found.push((Kind::ValueLost, name.clone()));
        }
    }
    for entry in &target.entries {
        let name = entry.name.as_deref().unwrap_or_default();
        match user.attribute(name).filter(|value| !value.is_empty()) {
            Some(value) if attributes::unfit(entry, value) => {
                found.push((Kind::ValueUnfit, name.to_owned()));
            }
            None if schema::is_required(entry) => found.push((Kind::ValueMissing, name.to_owned())),
            _ => {}
        }
    }
    found
}

/// Returns the conflicts of a user's names, except with other users: kind, and by what.
fn of_names(
    pool: &Pool,
    target: &Target,
    rules: &NameRules,
    user: &User,
) -> Vec<(Kind, &'static str)> {
    let mut found = Vec::new();
    let newly = |alias| rules.aliases.contains(&alias) && !pool.names().aliases.contains(&alias);
    let form = (newly(AliasAttributeType::Email) && names::is_email(&user.username))
        || (newly(AliasAttributeType::PhoneNumber) && names::is_phone_number(&user.username));
    if form {
        found.push((Kind::NameOfAliasForm, ""));
    }
    let before = user.names_by(&pool.names());
    let after = user.names_by(rules);
    if before.len() > 1 && after.len() == 1 && names::looks_like_id(&user.username) {
        found.push((Kind::NameUnknown, ""));
    }
    if pool
        .doc
        .username_attributes
        .as_ref()
        .is_none_or(Vec::is_empty)
        && has_username_attributes(target)
        && !user.is_of_provider()
        && target
            .doc
            .username_attributes
            .iter()
            .flatten()
            .all(|attribute| {
                let name = match attribute {
                    UsernameAttributeType::Email => "email",
                    UsernameAttributeType::PhoneNumber => "phone_number",
                };
                user.attribute(name).is_none_or(str::is_empty)
            })
    {
        found.push((Kind::NoSignInName, ""));
    }
    found
}

/// Returns what is counted of users and needs no decision.
fn notes_of(pool: &Pool, rules: &NameRules, user: &User) -> [(&'static str, bool); 4] {
    let own = pool.names();
    let newly = |alias| rules.aliases.contains(&alias) && !own.aliases.contains(&alias);
    let waits =
        |alias, name: &str| newly(alias) && user.attribute(name).is_some() && !user.verified(name);
    let lost = user.names_by(&own).len() > user.names_by(rules).len();
    [
        (
            "users are not found by their e-mail address until it is verified",
            waits(AliasAttributeType::Email, "email"),
        ),
        (
            "users are not found by their phone number until it is verified",
            waits(AliasAttributeType::PhoneNumber, "phone_number"),
        ),
        ("users are found under fewer names than before", lost),
        (
            "users are spelled with capitals and may have typed small letters until now",
            !own.case_sensitive
                && rules.case_sensitive
                && names::fold_case(&user.username) != names::nfc(&user.username),
        ),
    ]
}

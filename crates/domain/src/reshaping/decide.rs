//! What decisions make of one user.

use std::collections::{BTreeMap, BTreeSet};

use cognate_shapes::{UserStatusType, UsernameAttributeType};

use crate::records::name_rules::NameRules;
use crate::records::user::{Name, User};
use crate::reshaping::conflict::{Conflict, Decision, Kind};
use crate::reshaping::scan;
use crate::reshaping::wish::Target;

/// Something that a decision does to one user.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    /// The user loses a name, folded.
    Lose(String),
    /// The user gets another user name.
    Rename(String),
    /// The user's belongings go to another.
    Merge(String),
}

/// The decisions about a pool's users.
#[derive(Default)]
pub struct Decider {
    acts: BTreeMap<String, Vec<Act>>,
    groups: BTreeMap<(Kind, String), Decision>,
}

/// A user as decided.
pub struct Decided {
    /// The user after it.
    pub after: User,
    /// Folded names that the user does not get.
    pub loses: BTreeSet<String>,
    /// The user to whom the belongings go.
    pub merged_into: Option<String>,
}

impl Decider {
    /// Returns the decisions, which were checked.
    #[must_use]
    pub fn new(conflicts: &[Conflict], decisions: &BTreeMap<String, Decision>) -> Self {
        let mut decider = Self::default();
        for conflict in conflicts {
            let Some(decision) = decisions.get(&conflict.id) else {
                continue;
            };
            match conflict.kind {
                Kind::NameShared | Kind::NameIsSub => decider.add(conflict, decision),
                kind => {
                    if let Decision::Rename(names) = decision {
                        decider.rename(names);
                    }
                    let about = conflict.attribute.clone().unwrap_or_default();
                    decider.groups.insert((kind, about), decision.clone());
                }
            }
        }
        decider
    }

    fn rename(&mut self, names: &BTreeMap<String, String>) {
        for (sub, name) in names {
            let acts = self.acts.entry(sub.clone()).or_default();
            acts.push(Act::Rename(name.clone()));
        }
    }

    fn add(&mut self, conflict: &Conflict, decision: &Decision) {
        let folded = conflict.name.clone().unwrap_or_default();
        let mut act = |sub: &str, act: Act| {
            self.acts.entry(sub.to_owned()).or_default().push(act);
        };
        for claim in &conflict.users {
            match decision {
                Decision::Keep(sub) if *sub != claim.sub => {
                    act(&claim.sub, Act::Lose(folded.clone()));
                }
                Decision::MergeInto(sub) if *sub != claim.sub => {
                    act(&claim.sub, Act::Merge(sub.clone()));
                }
                Decision::Clear
                    if claim.by != Name::Username.as_str() || conflict.kind == Kind::NameIsSub =>
                {
                    act(&claim.sub, Act::Lose(folded.clone()));
                }
                _ => {}
            }
        }
        if let Decision::Rename(names) = decision {
            self.rename(names);
        }
    }

    /// Returns what becomes of a user.
    ///
    /// # Errors
    /// What nobody has decided about the user, in words.
    pub fn decide(&self, target: &Target, user: &User) -> Result<Decided, String> {
        let mut decided = Decided {
            after: user.clone(),
            loses: BTreeSet::new(),
            merged_into: None,
        };
        for (kind, attribute) in scan::of_values(target, user) {
            match self.groups.get(&(kind, attribute.clone())) {
                Some(Decision::Fill(value)) => {
                    let attributes = &mut decided.after.doc.attributes;
                    attributes.insert(attribute, value.clone());
                }
                Some(Decision::Clear) => remove(&mut decided.after, &attribute),
                Some(_) => {}
                None => {
                    return Err(format!(
                        "user {}: the value of {attribute} was not as it is when the plan was made",
                        user.id
                    ));
                }
            }
        }
        for act in self.acts.get(&user.id).into_iter().flatten() {
            match act {
                Act::Lose(folded) => {
                    if let Some(rules) = &target.names {
                        lose(&mut decided.after, rules, folded);
                    }
                    decided.loses.insert(folded.clone());
                }
                Act::Rename(name) => rename(&mut decided.after, name),
                Act::Merge(into) => decided.merged_into = Some(into.clone()),
            }
        }
        if decided.merged_into.is_some() {
            decided.after.enabled = false;
        }
        Ok(decided)
    }

    /// True if decisions name a user of this `sub`.
    #[must_use]
    pub fn names(&self, sub: &str) -> bool {
        self.acts.contains_key(sub)
    }

    /// The attributes that providers no longer bring.
    #[must_use]
    pub fn mappings(&self) -> Vec<String> {
        let cleared = self.groups.iter().filter(|((kind, _), decision)| {
            *kind == Kind::ProviderBrings && **decision == Decision::Clear
        });
        cleared
            .map(|((_, attribute), _)| attribute.clone())
            .collect()
    }
}

fn remove(user: &mut User, attribute: &str) {
    let attributes = &mut user.doc.attributes;
    attributes.remove(attribute);
    match attribute {
        "email" => drop(attributes.remove("email_verified")),
        "phone_number" => drop(attributes.remove("phone_number_verified")),
        _ => {}
    }
    user.doc.pending.remove(attribute);
}

/// Takes a name from a user, so that the user's own row says so where it can: an alias is no longer verified, as when
/// another user verifies it; a preferred user name and what users sign in with are no longer there.
fn lose(user: &mut User, rules: &NameRules, folded: &str) {
    for kind in [Name::Email, Name::PhoneNumber, Name::PreferredUsername] {
        let attribute = kind.as_str();
        let is_it = user
            .attribute(attribute)
            .is_some_and(|value| rules.fold(value) == folded);
        if !is_it {
            continue;
        }
        let signs_in = rules.username_attributes.iter().any(|each| match each {
            UsernameAttributeType::Email => kind == Name::Email,
            UsernameAttributeType::PhoneNumber => kind == Name::PhoneNumber,
        });
        match kind {
            Name::PreferredUsername => remove(user, attribute),
            _ if signs_in => remove(user, attribute),
            _ => {
                let flag = format!("{attribute}_verified");
                user.doc.attributes.insert(flag, "false".to_owned());
            }
        }
    }
}

/// Gives a user another name. A password is bound to the name, so the user needs a new one.
fn rename(user: &mut User, name: &str) {
    name.clone_into(&mut user.username);
    user.credential = None;
    user.doc.history = Vec::new();
    user.doc.temporary_until = None;
    if user.status == UserStatusType::Confirmed {
        user.status = UserStatusType::ResetRequired;
    }
}

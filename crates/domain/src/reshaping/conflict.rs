//! What stands against a change, and what an administrator decides about it.

use std::collections::{BTreeMap, BTreeSet};

use cognate_crypto::hash;
use serde::{Deserialize, Serialize};

use crate::errors::Result;
use crate::reshaping::wish::refused;

/// The users that are named of a conflict that is about many.
pub const SHOWN: usize = 100;
/// The conflicts of one plan.
pub const MOST: usize = 1_000;
/// The users who may claim one name.
pub const CLAIMS: usize = 20;

/// The kind of a conflict (moving.md 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Several users would be found under one name.
    NameShared,
    /// A user's name would be the `sub` of another.
    NameIsSub,
    /// User names have the form of an alias of the pool, which new ones may not have.
    NameOfAliasForm,
    /// Users would be found under their user name alone, which is a UUID.
    NameUnknown,
    /// Users have no value of what users are to sign in with.
    NoSignInName,
    /// Users have no value of what every user must have.
    ValueMissing,
    /// Values do not fit the type or the limits.
    ValueUnfit,
    /// Users have values of an attribute that goes.
    ValueLost,
    /// App clients cannot write what every user must have.
    ClientCannotWrite,
    /// App clients name an attribute that goes, or may write what can no longer change.
    ClientUses,
    /// Identity providers bring an attribute that goes, or that can no longer change.
    ProviderBrings,
    /// Identity providers do not bring what every user must have.
    ProviderLacks,
}

/// A way out of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It stays as it is.
    Exempt,
    /// The values go: those of users, or the entries of clients and providers.
    Clear,
    /// The user of this `sub` has the name; the others lose it.
    Keep(String),
    /// The users of these `sub`s get these user names.
    Rename(BTreeMap<String, String>),
    /// The user of this `sub` gets what the others have, who are deleted at the end.
    MergeInto(String),
    /// Every user concerned gets this value.
    Fill(String),
}

impl Decision {
    /// Returns the word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Exempt => "exempt",
            Self::Clear => "clear",
            Self::Keep(_) => "keep",
            Self::Rename(_) => "rename",
            Self::MergeInto(_) => "merge-into",
            Self::Fill(_) => "fill",
        }
    }
}

/// The claim of a user to a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    /// The `sub`.
    pub sub: String,
    /// The user name.
    pub username: String,
    /// What the name is of the user: `username`, or the name of an attribute.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// True for a user of an identity provider, whose name the provider gives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_provider: bool,
}

/// A conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The same as long as the conflict is the same.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The attribute that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// The name that it is about, as the pool would compare it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many users, clients or providers it concerns.
    pub count: u64,
    /// The users, or the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Claim>,
    /// The clients or providers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// The words of the decisions that are possible.
    pub decisions: Vec<String>,
}

impl Conflict {
    /// Makes the id out of what the conflict is; `members`: a digest of all whom it concerns.
    pub fn identify(&mut self, members: &[u8]) {
        let attribute = self.attribute.as_deref().unwrap_or_default();
        let name = self.name.as_deref().unwrap_or_default();
        let kind = format!("{:?}", self.kind);
        let count = self.count.to_string();
        let mut parts: Vec<&[u8]> = Vec::new();
        let lengths = [kind.len(), attribute.len(), name.len()].map(|n| format!("{n}:"));
        for (length, text) in lengths.iter().zip([kind.as_str(), attribute, name]) {
            parts.push(length.as_bytes());
            parts.push(text.as_bytes());
        }
        parts.push(count.as_bytes());
        parts.push(members);
        let mut id = hex::encode(hash::sha256_of(&parts));
        id.truncate(16);
        self.id = id;
    }
}

/// A decision file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionFile {
    /// The plan whose conflicts are decided.
    pub plan: String,
    /// The hash of what was judged, as the plan shows it.
    pub hash: String,
    /// Conflict to decision.
    #[serde(default)]
    pub decisions: BTreeMap<String, Decision>,
}

/// Refuses decisions that do not decide exactly these conflicts.
///
/// # Errors
/// A refusal that names the first that is wrong.
pub fn check(conflicts: &[Conflict], decisions: &BTreeMap<String, Decision>) -> Result<()> {
    let known: BTreeSet<&str> = conflicts.iter().map(|each| each.id.as_str()).collect();
    if let Some(id) = decisions.keys().find(|id| !known.contains(id.as_str())) {
        return Err(refused(format!("the plan has no conflict {id:?}")));
    }
    // A user whom one conflict takes away or renames cannot be decided about in another.
    let mut moved = BTreeSet::new();
    let mut named = BTreeSet::new();
    for conflict in conflicts {
        let id = &conflict.id;
        let decision = decisions
            .get(id)
            .ok_or_else(|| refused(format!("conflict {id} is not decided")))?;
        if !conflict
            .decisions
            .iter()
            .any(|word| word == decision.word())
        {
            let word = decision.word();
            return Err(refused(format!(
                "conflict {id} cannot be decided by {word}"
            )));
        }
        let subs: BTreeSet<&str> = conflict
            .users
            .iter()
            .map(|user| user.sub.as_str())
            .collect();
        let is_theirs = |sub: &str| match subs.contains(sub) {
            true => Ok(()),
            false => Err(refused(format!(
                "conflict {id} is not about the user {sub:?}"
            ))),
        };
        match decision {
            Decision::Keep(sub) => is_theirs(sub)?,
            Decision::MergeInto(sub) => {
                is_theirs(sub)?;
                for other in subs.iter().filter(|other| *other != sub) {
                    if !moved.insert((*other).to_owned()) {
                        return Err(refused(format!("{other} is merged or renamed twice")));
                    }
                }
            }
            Decision::Rename(names) => {
                if names.is_empty() {
                    return Err(refused(format!("conflict {id} renames nobody")));
                }
                let provided = |claim: &&Claim| claim.of_provider && names.contains_key(&claim.sub);
                if conflict.users.iter().any(|claim| provided(&claim)) {
                    return Err(refused(format!(
                        "conflict {id}: a provider names its users"
                    )));
                }
                for (sub, name) in names {
                    is_theirs(sub)?;
                    if !moved.insert(sub.clone()) {
                        return Err(refused(format!("{sub} is merged or renamed twice")));
                    }
                    if !named.insert(name.clone()) {
                        return Err(refused(format!("two users are to be called {name:?}")));
                    }
                }
                left_over(conflict, names)?;
            }
            Decision::Exempt | Decision::Clear | Decision::Fill(_) => {}
        }
    }
    for (id, decision) in decisions {
        if let Decision::MergeInto(sub) = decision
            && moved.contains(sub)
        {
            return Err(refused(format!(
                "conflict {id}: {sub} is merged or renamed itself"
            )));
        }
    }
    Ok(())
}

/// Refuses renames after which several users still have one name.
fn left_over(conflict: &Conflict, names: &BTreeMap<String, String>) -> Result<()> {
    let renamed = |claim: &&Claim| claim.by == "username" && names.contains_key(&claim.sub);
    if conflict.kind != Kind::NameShared {
        return Ok(());
    }
    let left = conflict.users.iter().filter(|claim| !renamed(claim));
    if left.count() > 1 {
        return Err(refused(format!(
            "conflict {}: more than one user would still have the name",
            conflict.id
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(subs: &[&str]) -> Conflict {
        let claim = |sub: &&str| Claim {
            sub: (*sub).to_owned(),
            username: (*sub).to_owned(),
            by: "username".to_owned(),
            of_provider: false,
        };
        let mut conflict = Conflict {
            id: String::new(),
            kind: Kind::NameShared,
            attribute: None,
            name: Some("n".to_owned()),
            count: 2,
            users: subs.iter().map(claim).collect(),
            others: Vec::new(),
            decisions: ["keep", "rename", "merge-into"].map(str::to_owned).to_vec(),
        };
        conflict.identify(subs.join(" ").as_bytes());
        conflict
    }

    fn told(conflicts: &[Conflict], decisions: &[(&Conflict, Decision)]) -> bool {
        let decisions = decisions
            .iter()
            .map(|(conflict, decision)| (conflict.id.clone(), decision.clone()));
        check(conflicts, &decisions.collect()).is_ok()
    }

    fn rename(pairs: &[(&str, &str)]) -> Decision {
        let pairs = pairs
            .iter()
            .map(|(sub, name)| ((*sub).to_owned(), (*name).to_owned()));
        Decision::Rename(pairs.collect())
    }

    #[test]
    fn decisions_are_about_these_conflicts_and_their_users() {
        let (one, two) = (shared(&["a", "b"]), shared(&["c", "d", "e"]));
        let both = [one.clone(), two.clone()];
        let keep = |sub: &str| Decision::Keep(sub.to_owned());
        assert!(told(&both, &[(&one, keep("a")), (&two, keep("d"))]));
        assert!(told(
            &both,
            &[(&one, keep("a")), (&two, rename(&[("c", "x"), ("d", "y")]))]
        ));
        // One that is missing, of another user, of another conflict, not possible.
        assert!(!told(&both, &[(&one, keep("a"))]));
        assert!(!told(&both, &[(&one, keep("a")), (&two, keep("a"))]));
        assert!(!told(&both[..1], &[(&one, keep("a")), (&two, keep("d"))]));
        assert!(!told(&both, &[(&one, keep("a")), (&two, Decision::Exempt)]));
        // Two users with one name, before or after.
        assert!(!told(
            &both,
            &[(&one, keep("a")), (&two, rename(&[("c", "x")]))]
        ));
        assert!(!told(
            &both,
            &[(&one, keep("a")), (&two, rename(&[("c", "x"), ("d", "x")]))]
        ));
        assert!(!told(&both, &[(&one, keep("a")), (&two, rename(&[]))]));
    }

    #[test]
    fn nobody_is_merged_twice_or_into_one_who_goes() {
        let (one, two) = (shared(&["a", "b"]), shared(&["b", "c"]));
        let both = [one.clone(), two.clone()];
        let merge = |sub: &str| Decision::MergeInto(sub.to_owned());
        assert!(told(&both, &[(&one, merge("b")), (&two, merge("b"))]));
        assert!(!told(&both, &[(&one, merge("a")), (&two, merge("b"))]));
        assert!(!told(&both, &[(&one, merge("a")), (&two, merge("c"))]));
    }
}

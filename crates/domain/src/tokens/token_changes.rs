//! The changes that PreTokenGeneration makes to tokens, read from the function's answer once and held to the rules
//! (admin.md 3.3): which claims may change at all, what wins, how many changes there may be.
//!
//! What decides something here may not be changed: [`crate::tokens::presented`] reads claims of tokens, and none of
//! those can be added, replaced or left out by a function.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::app::response::Response;
use crate::errors::{Result, triggers};
use crate::tokens::groups::GroupClaims;

/// How many changes of claims and scopes one answer may hold (admin.md 7.2).
pub const MAX_CHANGES: usize = 5_000;

/// Claims that stay as they are in both tokens. `act` and, in ID tokens, `event_id` are on no list of the service: they
/// say who acts for the user and to which session a token belongs.
const FIXED: [&str; 16] = [
    "acr",
    "act",
    "amr",
    "at_hash",
    "auth_time",
    "azp",
    "event_id",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "sub",
    "token_use",
];
/// Further claims that stay as they are in ID tokens.
const FIXED_IN_ID: [&str; 2] = ["aud", "identities"];
/// Further claims that stay as they are in access tokens. The scope changes by its own lists.
const FIXED_IN_ACCESS: [&str; 5] = ["client_id", "device_key", "scope", "username", "version"];
/// Claims of groups. They change by `groupOverrideDetails`, and may be suppressed.
const OF_GROUPS: [&str; 3] = ["cognito:groups", "cognito:roles", "cognito:preferred_role"];

/// The form of an answer, by the version of the function that the pool names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// V1_0: texts in the ID token, and groups.
    First,
    /// V2_0 and V3_0: values of every type in both tokens, groups, scopes.
    Later,
}

/// The rules of one answer besides its form.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The form.
    pub form: Form,
    /// The client that the tokens are issued to: the only audience that a function may give an access token.
    pub client_id: &'a str,
    /// True if scopes may be added.
    pub widens: bool,
}

/// The changes to the tokens of one grant.
#[derive(Clone)]
pub struct TokenChanges(Option<Box<Changes>>);

#[derive(Clone)]
struct Changes {
    id: ClaimChanges,
    access: ClaimChanges,
    /// The groups in place of the user's own; None to keep those.
    groups: Option<GroupClaims>,
    scopes_to_add: Vec<String>,
    scopes_to_suppress: BTreeSet<String>,
}

impl TokenChanges {
    /// No changes. Only [`crate::tokens::pre_token`] says when there are none.
    pub(super) const NONE: Self = Self(None);

    /// Reads an answer.
    ///
    /// # Errors
    /// InvalidLambdaResponseException for members of the wrong type, texts that are no scopes, too many changes.
    pub fn read(answer: &Response, rules: Rules<'_>) -> Result<Self> {
        let name = match rules.form {
            Form::First => "claimsOverrideDetails",
            Form::Later => "claimsAndScopeOverrideDetails",
        };
        let Some(details) = object(answer.value(name))? else {
            return Ok(Self::NONE);
        };
        let mut changes = Changes {
            id: ClaimChanges::NONE,
            access: ClaimChanges::NONE,
            groups: groups(details)?,
            scopes_to_add: Vec::new(),
            scopes_to_suppress: BTreeSet::new(),
        };
        let mut count = Count(0);
        match rules.form {
            Form::First => changes.id = ClaimChanges::read(details, &rules, Token::Id, &mut count)?,
            Form::Later => {
                if let Some(id) = object(details.get("idTokenGeneration"))? {
                    changes.id = ClaimChanges::read(id, &rules, Token::Id, &mut count)?;
                }
                if let Some(access) = object(details.get("accessTokenGeneration"))? {
                    changes.access = ClaimChanges::read(access, &rules, Token::Access, &mut count)?;
                    changes.read_scopes(access, &rules, &mut count)?;
                }
            }
        }
        Ok(Self(Some(Box::new(changes))))
    }

    /// Returns the changes to the claims of the ID token.
    pub fn id(&self) -> &ClaimChanges {
        self.0.as_ref().map_or(&NO_CLAIMS, |changes| &changes.id)
    }

    /// Returns the changes to the claims of the access token, but for its scope.
    pub fn access(&self) -> &ClaimChanges {
        self.0
            .as_ref()
            .map_or(&NO_CLAIMS, |changes| &changes.access)
    }

    /// Returns the groups that the tokens of a user name, who is in `own`.
    pub fn groups<'a>(&'a self, own: &'a GroupClaims) -> &'a GroupClaims {
        let changes = self.0.as_ref();
        changes
            .and_then(|changes| changes.groups.as_ref())
            .unwrap_or(own)
    }

    /// Returns the scopes of the access token, where `granted` would be in it.
    pub fn scopes<'g, 's>(&'s self, granted: &'g [&'s str]) -> Cow<'g, [&'s str]> {
        let Some(changes) = &self.0 else {
            return Cow::Borrowed(granted);
        };
        let mut seen = BTreeSet::new();
        let added = changes.scopes_to_add.iter().map(String::as_str);
        let all = granted.iter().copied().chain(added);
        let kept = all.filter(|scope| !changes.scopes_to_suppress.contains(*scope));
        Cow::Owned(kept.filter(|scope| seen.insert(*scope)).collect())
    }
}

impl Changes {
    fn read_scopes(
        &mut self,
        access: &Map<String, Value>,
        rules: &Rules<'_>,
        count: &mut Count,
    ) -> Result<()> {
        let to_add = texts(access.get("scopesToAdd"))?;
        let to_suppress = texts(access.get("scopesToSuppress"))?;
        count.add(to_add.len().saturating_add(to_suppress.len()))?;
        // A text with a space would be two scopes.
        if !to_add.iter().all(|scope| is_scope(scope)) {
            return Err(triggers::unrecognizable().into());
        }
        if rules.widens {
            self.scopes_to_add = to_add;
        }
        self.scopes_to_suppress = to_suppress.into_iter().collect();
        Ok(())
    }
}

/// True if a text is one scope (RFC 6749 section 3.3).
fn is_scope(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    !text.is_empty() && text.bytes().all(allowed)
}

/// The changes to the claims of one token.
#[derive(Clone)]
pub struct ClaimChanges {
    add: BTreeMap<String, Value>,
    suppress: BTreeSet<String>,
}

static NO_CLAIMS: ClaimChanges = ClaimChanges::NONE;

impl ClaimChanges {
    const NONE: Self = Self {
        add: BTreeMap::new(),
        suppress: BTreeSet::new(),
    };

    fn read(
        details: &Map<String, Value>,
        rules: &Rules<'_>,
        token: Token,
        count: &mut Count,
    ) -> Result<Self> {
        let empty = Map::new();
        let to_add = object(details.get("claimsToAddOrOverride"))?.unwrap_or(&empty);
        let to_suppress = texts(details.get("claimsToSuppress"))?;
        count.add(to_add.len().saturating_add(to_suppress.len()))?;
        let mut changes = Self::NONE;
        changes.suppress = to_suppress
            .into_iter()
            .filter(|name| token.may_suppress(name))
            .collect();
        for (name, value) in to_add {
            // A value that is null is as none.
            if value.is_null() {
                continue;
            }
            if rules.form == Form::First && !value.is_string() {
                return Err(triggers::unrecognizable().into());
            }
            let may = match (token, name.as_str()) {
                (Token::Access, "aud") => value.as_str() == Some(rules.client_id),
                _ => token.may_add(name),
            };
            if may && !changes.suppress.contains(name) {
                changes.add.insert(name.clone(), value.clone());
            }
        }
        Ok(changes)
    }

    /// True if the token's own value of a claim is left out: it is suppressed, or another value takes its place.
    pub fn replaces(&self, name: &str) -> bool {
        self.suppress.contains(name) || self.add.contains_key(name)
    }

    /// Returns the claims that are added or take the place of others, by name.
    pub fn added(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.add.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// A kind of token, as far as it decides which claims may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Id,
    Access,
}

impl Token {
    /// True if a function may add or replace a claim.
    fn may_add(self, name: &str) -> bool {
        let fixed: &[&str] = match self {
            Self::Id => &FIXED_IN_ID,
            Self::Access => &FIXED_IN_ACCESS,
        };
        let is_ours = name.starts_with("cognito:") || name.starts_with("dev:");
        !is_ours && !FIXED.contains(&name) && !fixed.contains(&name)
    }

    /// True if a function may leave a claim out. The audience of an access token narrows it and stays.
    fn may_suppress(self, name: &str) -> bool {
        self.may_add(name) || OF_GROUPS.contains(&name)
    }
}

/// The number of changes so far.
struct Count(usize);

impl Count {
    fn add(&mut self, changes: usize) -> Result<()> {
        self.0 = self.0.saturating_add(changes);
        if self.0 > MAX_CHANGES {
            return Err(triggers::unrecognizable().into());
        }
        Ok(())
    }
}

/// Returns the groups that an answer puts in the place of the user's own: none where the member is null or empty. None
/// if the member is absent.
fn groups(details: &Map<String, Value>) -> Result<Option<GroupClaims>> {
    let Some(value) = details.get("groupOverrideDetails") else {
        return Ok(None);
    };
    let Some(group) = object(Some(value))? else {
        return Ok(Some(GroupClaims::default()));
    };
    let preferred_role = match group.get("preferredRole") {
        None | Some(Value::Null) => None,
        Some(Value::String(role)) => Some(role.clone()),
        Some(_) => return Err(triggers::unrecognizable().into()),
    };
    Ok(Some(GroupClaims {
        groups: texts(group.get("groupsToOverride"))?,
        roles: texts(group.get("iamRolesToOverride"))?,
        preferred_role,
    }))
}

/// Returns an object; None if it is absent or null.
fn object(value: Option<&Value>) -> Result<Option<&Map<String, Value>>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(triggers::unrecognizable().into()),
    }
}

/// Returns a list of texts; none if it is absent or null.
fn texts(value: Option<&Value>) -> Result<Vec<String>> {
    let list = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(triggers::unrecognizable().into()),
    };
    list.iter()
        .map(|item| match item {
            Value::String(text) => Ok(text.clone()),
            _ => Err(triggers::unrecognizable().into()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RULES: Rules<'static> = Rules {
        form: Form::Later,
        client_id: "client",
        widens: true,
    };

    fn read(rules: Rules<'_>, details: Value) -> Option<TokenChanges> {
        let name = match rules.form {
            Form::First => "claimsOverrideDetails",
            Form::Later => "claimsAndScopeOverrideDetails",
        };
        let answer = Response::read(json!({"response": {name: details}})).ok()?;
        TokenChanges::read(&answer, rules).ok()
    }

    fn access(details: Value) -> Option<TokenChanges> {
        read(RULES, json!({"accessTokenGeneration": details}))
    }

    fn names(changes: &ClaimChanges) -> Vec<&str> {
        changes.added().map(|(name, _)| name).collect()
    }

    #[test]
    fn what_decides_something_can_neither_be_added_nor_suppressed() {
        let fixed = FIXED.iter().chain(&FIXED_IN_ACCESS).chain(&FIXED_IN_ID);
        let all: Vec<&str> = fixed
            .copied()
            .chain(["cognito:username", "cognito:groups", "cognito:x", "dev:x"])
            .collect();
        let add: Map<String, Value> = all
            .iter()
            .map(|name| ((*name).to_owned(), json!("x")))
            .collect();
        let part = json!({"claimsToAddOrOverride": add, "claimsToSuppress": all});
        let both = json!({"idTokenGeneration": part, "accessTokenGeneration": part});
        let changes = read(RULES, both).unwrap();
        assert!(names(changes.id()).is_empty() && names(changes.access()).is_empty());
        let added = json!({"idTokenGeneration": {"claimsToAddOrOverride": add},
            "accessTokenGeneration": {"claimsToAddOrOverride": add}});
        let changes = read(RULES, added).unwrap();
        assert_eq!(
            names(changes.id()),
            ["client_id", "device_key", "scope", "username", "version"]
        );
        assert_eq!(names(changes.access()), ["identities"]);
        for name in FIXED {
            assert!(!changes.id().replaces(name) && !changes.access().replaces(name));
        }
    }

    #[test]
    fn suppression_wins_for_claims_and_scopes() {
        let changes = access(json!({
            "claimsToAddOrOverride": {"a": 1, "b": [true, {"c": null}], "n": null}, "claimsToSuppress": ["a"],
            "scopesToAdd": ["x", "y", "y", "old"], "scopesToSuppress": ["x", "gone"],
        }))
        .unwrap();
        assert_eq!(names(changes.access()), ["b"]);
        assert!(changes.access().replaces("a") && !changes.access().replaces("n"));
        assert_eq!(*changes.scopes(&["old", "gone"]), ["old", "y"]);
        let narrow = Rules {
            widens: false,
            ..RULES
        };
        let details =
            json!({"accessTokenGeneration": {"scopesToAdd": ["x"], "scopesToSuppress": ["gone"]}});
        let changes = read(narrow, details).unwrap();
        assert_eq!(*changes.scopes(&["old", "gone"]), ["old"]);
    }

    #[test]
    fn the_audience_of_an_access_token_is_the_client_or_stays() {
        for (aud, kept) in [
            (json!("client"), true),
            (json!("other"), false),
            (json!(["client"]), false),
        ] {
            let changes = access(json!({"claimsToAddOrOverride": {"aud": aud}})).unwrap();
            assert_eq!(names(changes.access()).contains(&"aud"), kept, "{aud}");
        }
    }

    #[test]
    fn groups_are_kept_replaced_or_suppressed() {
        let own = GroupClaims {
            groups: vec!["own".into()],
            ..GroupClaims::default()
        };
        let of = |details| read(RULES, details).map(|changes| changes.groups(&own).clone());
        assert_eq!(of(json!({})), Some(own.clone()));
        for none in [json!(null), json!({}), json!({"groupsToOverride": null})] {
            let details = json!({"groupOverrideDetails": none});
            assert_eq!(of(details), Some(GroupClaims::default()));
        }
        let given =
            json!({"groupsToOverride": ["g"], "iamRolesToOverride": ["r"], "preferredRole": "r"});
        let groups = of(json!({"groupOverrideDetails": given})).unwrap();
        assert_eq!(
            (groups.groups, groups.roles, groups.preferred_role),
            (vec!["g".into()], vec!["r".into()], Some("r".into()))
        );
    }

    #[test]
    fn other_shapes_are_refused() {
        for details in [
            json!("x"),
            json!([]),
            json!({"accessTokenGeneration": []}),
            json!({"idTokenGeneration": "x"}),
            json!({"idTokenGeneration": {"claimsToAddOrOverride": []}}),
            json!({"idTokenGeneration": {"claimsToSuppress": "email"}}),
            json!({"idTokenGeneration": {"claimsToSuppress": [1]}}),
            json!({"accessTokenGeneration": {"scopesToAdd": "x"}}),
            json!({"accessTokenGeneration": {"scopesToAdd": ["x aws.cognito.signin.user.admin"]}}),
            json!({"accessTokenGeneration": {"scopesToAdd": [""]}}),
            json!({"accessTokenGeneration": {"scopesToAdd": ["x\n"]}}),
            json!({"accessTokenGeneration": {"scopesToSuppress": [null]}}),
            json!({"groupOverrideDetails": []}),
            json!({"groupOverrideDetails": {"groupsToOverride": "g"}}),
            json!({"groupOverrideDetails": {"preferredRole": ["r"]}}),
        ] {
            assert!(read(RULES, details.clone()).is_none(), "{details}");
        }
        let first = Rules {
            form: Form::First,
            ..RULES
        };
        for value in [json!(1), json!(true), json!(["a"]), json!({"a": "b"})] {
            let details = json!({"claimsToAddOrOverride": {"a": value}});
            assert!(read(first, details).is_none(), "{value}");
        }
    }

    #[test]
    fn changes_are_counted_over_both_tokens() {
        let list = |n: usize| (0..n).map(|n| format!("c{n}")).collect::<Vec<_>>();
        let all = |more: usize| {
            json!({
                "idTokenGeneration": {"claimsToSuppress": list(2_000)},
                "accessTokenGeneration": {"claimsToSuppress": list(2_000), "scopesToAdd": list(more)},
            })
        };
        assert!(read(RULES, all(1_000)).is_some());
        assert!(read(RULES, all(1_001)).is_none());
    }
}

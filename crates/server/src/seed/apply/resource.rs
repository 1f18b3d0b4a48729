//! What a pool consists of besides its users: found, compared, made or changed.

use cognate_shapes::Op;
use serde_json::Value;

use super::call::Call;
use super::{Change, Outcome, Refused};
use crate::seed::file::Input;
use crate::seed::known;

/// A kind of resource: the operations on it.
pub struct Kind {
    /// What people call it.
    pub name: &'static str,
    /// The member that names one.
    pub key: &'static str,
    /// Shows one.
    pub get: Op,
    /// The member of the answer that has it.
    pub answer: &'static str,
    /// Makes one.
    pub create: Op,
    /// Changes one.
    pub update: Op,
}

/// Applies the input of the operation that makes a resource.
pub async fn apply(call: Call<'_>, kind: &Kind, wanted: &Input) -> Result<Change, Refused> {
    let name = wanted.get(kind.key).and_then(Value::as_str);
    let name = name.unwrap_or_default();
    let what = format!("{} {name} of user pool {}", kind.name, call.pool);
    let refused = |why: String| Refused::of(&what, why);
    if call.only_look && !call.is_there().await.map_err(refused)? {
        return Ok(Change::of(what, Outcome::Created));
    }
    let mut key = Input::new();
    key.insert(kind.key.to_owned(), name.into());
    let found = call.find(kind.get, key.clone()).await.map_err(refused)?;
    let found = found.and_then(|mut answer| answer.get_mut(kind.answer).map(Value::take));
    // A domain that nobody has is an empty answer.
    let found = found.filter(|found| found.get(kind.key).is_some());
    let Some(found) = found else {
        let made = call.write(kind.create, wanted.clone(), None).await;
        made.map_err(refused)?;
        return Ok(Change::of(what, Outcome::Created));
    };
    let owner = found.get("UserPoolId").and_then(Value::as_str);
    if owner.is_some_and(|owner| owner != call.pool) {
        return Err(refused("it is another user pool's".to_owned()));
    }
    let members = differing(wanted, &found);
    if members.is_empty() {
        return Ok(Change::by(what, members));
    }
    let mut input = changed(kind.update, wanted, &found, &members).map_err(refused)?;
    input.insert(kind.key.to_owned(), name.into());
    call.write(kind.update, input, None)
        .await
        .map_err(refused)?;
    Ok(Change::by(what, members))
}

/// Names the members that are not as wanted.
pub fn differing(wanted: &Input, found: &Value) -> Vec<String> {
    wanted
        .iter()
        .filter(|(name, value)| !same(value, found.get(name.as_str()).unwrap_or(&Value::Null)))
        .map(|(name, _)| name.clone())
        .collect()
}

/// True if what is there has all that is wanted. What is wanted may say less, and nothing says as much as an empty value.
pub fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Null, _) => true,
        (Value::Object(wanted), Value::Object(found)) => wanted
            .iter()
            .all(|(name, value)| same(value, found.get(name).unwrap_or(&Value::Null))),
        (Value::Object(wanted), Value::Null) => {
            wanted.values().all(|value| same(value, &Value::Null))
        }
        // The service keeps no order of what it takes as a set.
        (Value::Array(wanted), Value::Array(found)) => {
            let has = |value| found.iter().any(|found| same(value, found));
            wanted.len() == found.len() && wanted.iter().all(has)
        }
        (Value::Array(wanted), Value::Null) => wanted.is_empty(),
        (Value::String(wanted), Value::Null) => wanted.is_empty(),
        (Value::String(wanted), Value::Number(found)) => *wanted == found.to_string(),
        (Value::Number(wanted), Value::String(found)) => *found == wanted.to_string(),
        (Value::String(wanted), Value::Bool(found)) => *wanted == found.to_string(),
        (Value::Bool(wanted), Value::String(found)) => *found == wanted.to_string(),
        (Value::Number(wanted), Value::Number(found)) => wanted.as_f64() == found.as_f64(),
        (wanted, found) => wanted == found,
    }
}

/// Returns the input of the operation that changes what is there into what is wanted: it sends what is there again, since
/// operations put back what they are not sent.
///
/// # Errors
/// A member that cannot change.
pub fn changed(
    update: Op,
    wanted: &Input,
    found: &Value,
    differing: &[String],
) -> Result<Input, String> {
    let takes = |name: &str| known::member(update.input(), name).is_some();
    if let Some(fixed) = differing.iter().find(|name| !takes(name)) {
        return Err(format!(
            "{fixed} is not as the seed says, and cannot change once it is there"
        ));
    }
    let mut input = Input::new();
    if let Value::Object(found) = found {
        for (name, value) in found.iter().filter(|(name, _)| takes(name)) {
            input.insert(name.clone(), value.clone());
        }
    }
    for (name, value) in wanted.iter().filter(|(name, _)| takes(name)) {
        merge(input.entry(name.clone()).or_insert(Value::Null), value);
    }
    Ok(input)
}

/// Puts what is wanted over what is there. Lists are wanted as a whole.
fn merge(there: &mut Value, wanted: &Value) {
    match (there, wanted) {
        (_, Value::Null) => {}
        (Value::Object(there), Value::Object(wanted)) => {
            for (name, value) in wanted {
                merge(there.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (there, wanted) => *there = wanted.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_less_is_the_same_and_sets_have_no_order() {
        let found = json!({"a": {"b": 1, "c": 2}, "l": ["x", "y"], "n": "5"});
        for wanted in [
            json!({"a": {"b": 1}}),
            json!({"l": ["y", "x"]}),
            json!({"n": 5, "gone": null, "none": [], "empty": "", "deep": {"x": []}}),
        ] {
            assert!(same(&wanted, &found), "{wanted}");
        }
        for wanted in [
            json!({"a": {"b": 2}}),
            json!({"l": ["x"]}),
            json!({"l": ["x", "z"]}),
            json!({"n": true}),
        ] {
            assert!(!same(&wanted, &found), "{wanted}");
        }
    }

    #[test]
    fn a_change_sends_again_what_is_there() {
        let Value::Object(wanted) = json!({"GroupName": "g", "Description": "new"}) else {
            panic!("a table");
        };
        let found =
            json!({"GroupName": "g", "Description": "old", "Precedence": 3, "CreationDate": 1});
        let members = differing(&wanted, &found);
        assert_eq!(members, ["Description"]);
        let input = changed(Op::UpdateGroup, &wanted, &found, &members).unwrap();
        assert_eq!(
            Value::Object(input),
            json!({"GroupName": "g", "Description": "new", "Precedence": 3})
        );
        let fixed = vec!["CreationDate".to_owned()];
        let refused = changed(Op::UpdateGroup, &wanted, &found, &fixed);
        assert_eq!(
            refused.unwrap_err(),
            "CreationDate is not as the seed says, and cannot change once it is there"
        );
    }
}

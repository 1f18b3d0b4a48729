//! The members of the API's inputs, by which a misspelt one is found. The API itself ignores what it does not know.

use cognate_shapes::Op;
use cognate_shapes::table::{Kind, Shape};
use serde_json::Value;

use super::SeedError;
use super::file::Input;

/// Members that the seed itself says.
const ELSEWHERE: [&str; 3] = ["UserPoolId", "ClientSecret", "ClientId"];

/// True for a member of an input that the seed itself says. What belongs to a client names it.
pub(super) fn is_elsewhere(op: Op, name: &str) -> bool {
    let of_client = matches!(
        op,
        Op::SetRiskConfiguration | Op::SetUICustomization | Op::CreateManagedLoginBranding
    );
    ELSEWHERE.contains(&name) && !(of_client && name == "ClientId")
}

/// Refuses a member that the operation does not have, and gives texts, numbers and switches the form that the API has for
/// them: people write `MinLength: 5` where it wants a text.
///
/// # Errors
/// Its name, within the members that lead there.
pub fn fit(op: Op, input: &mut Input) -> Result<(), SeedError> {
    for (name, value) in input {
        if is_elsewhere(op, name) {
            let text = match name.as_str() {
                "ClientSecret" => "the seed has it as `secret`",
                _ => "the seed has it as `id`",
            };
            return Err(SeedError::of(text).within(name));
        }
        let shape = member(op.input(), name);
        let shape = shape.ok_or_else(|| unknown(op.input(), name).within(name))?;
        walk(shape, value).map_err(|error| error.within(name))?;
    }
    Ok(())
}

/// Returns the shape of a member.
pub fn member(shape: &Shape, name: &str) -> Option<&'static Shape> {
    match &shape.kind {
        Kind::Structure { members, .. } => members
            .iter()
            .find(|member| member.wire == name)
            .map(|member| member.shape),
        _ => None,
    }
}

/// Returns the error for a member that a structure has not: with the name that was meant, if one differs by case alone.
fn unknown(shape: &Shape, name: &str) -> SeedError {
    let Kind::Structure { members, .. } = &shape.kind else {
        return SeedError::of(&format!("there is no member `{name}` here"));
    };
    let meant = members
        .iter()
        .map(|member| member.wire)
        .find(|wire| wire.eq_ignore_ascii_case(&name.replace(['_', '-'], "")));
    SeedError::of(&match meant {
        Some(meant) => format!("there is no member `{name}` here; `{meant}` is one"),
        None => format!("there is no member `{name}` here"),
    })
}

fn walk(shape: &'static Shape, value: &mut Value) -> Result<(), SeedError> {
    match (&shape.kind, value) {
        (Kind::Structure { .. }, Value::Object(members)) => {
            for (name, value) in members {
                let inner = member(shape, name);
                let inner = inner.ok_or_else(|| unknown(shape, name).within(name))?;
                walk(inner, value).map_err(|error| error.within(name))?;
            }
        }
        (Kind::List { of, .. }, Value::Array(items)) => {
            for (at, item) in items.iter_mut().enumerate() {
                walk(of, item).map_err(|error| error.within(&at.to_string()))?;
            }
        }
        (Kind::Map { value: of, .. }, Value::Object(members)) => {
            for (name, item) in members {
                walk(of, item).map_err(|error| error.within(name))?;
            }
        }
        (Kind::Text { .. }, value @ (Value::Bool(_) | Value::Number(_))) => {
            *value = Value::String(value.to_string());
        }
        (Kind::Boolean, value) => match value.as_str() {
            Some("true") => *value = Value::Bool(true),
            Some("false") => *value = Value::Bool(false),
            _ => {}
        },
        (Kind::Integer { .. }, value) => {
            if let Some(number) = value.as_str().and_then(|text| text.parse::<i64>().ok()) {
                *value = number.into();
            }
        }
        // Other types are the API's to judge.
        _ => {}
    }
    Ok(())
}

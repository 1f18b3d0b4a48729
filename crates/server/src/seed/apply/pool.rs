//! A pool and its second factors.

use cognate_domain::Mode;
use cognate_domain::resources::chosen;
use cognate_shapes::Op;
use serde_json::Value;

use super::call::Call;
use super::resource::{changed, differing, same};
use super::{Change, Outcome, Refused};
use crate::seed::file::Input;

/// Two spellings of the same: what is there of one must not contradict what is wanted of the other.
const LEGACY: [&str; 3] = [
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "SmsVerificationMessage",
];
const TEMPLATE: &str = "VerificationMessageTemplate";

/// Applies the input of CreateUserPool.
pub async fn apply(call: Call<'_>, wanted: &Input) -> Result<Change, Refused> {
    let what = format!("user pool {}", call.pool);
    let refused = |why: String| Refused::of(&what, why);
    let fits = cognate_domain::ids::is_pool_id(call.pool);
    if !fits {
        return Err(refused(crate::admin::creation::POOL_ID.to_owned()));
    }
    let found = call.find(Op::DescribeUserPool, Input::new()).await;
    let Some(answer) = found.map_err(refused)? else {
        let kept = Some(("pool id", call.pool));
        let made = call.write(Op::CreateUserPool, wanted.clone(), kept).await;
        made.map_err(refused)?;
        return Ok(Change::of(what, Outcome::Created));
    };
    let mut found = answer.get("UserPool").cloned().unwrap_or_default();
    as_sent(&mut found);
    let mut wanted = wanted.clone();
    if call.app.settings.mode == Mode::Dev
        && let Some(Value::Object(tags)) = wanted.get_mut("UserPoolTags")
    {
        // Obeyed when the pool was made, and not kept.
        tags.retain(|name, _| !chosen::is_stripped(name));
    }
    let schema = wanted.remove("Schema");
    let attributes = match &schema {
        Some(schema) => new_attributes(schema, &found).map_err(refused)?,
        None => Vec::new(),
    };
    let mut members = differing(&wanted, &found);
    if !members.is_empty() {
        let mut there = found.clone();
        settle_twins(&wanted, &mut there);
        let input = changed(Op::UpdateUserPool, &wanted, &there, &members).map_err(refused)?;
        call.write(Op::UpdateUserPool, input, None)
            .await
            .map_err(refused)?;
    }
    if !attributes.is_empty() {
        let mut input = Input::new();
        input.insert("CustomAttributes".to_owned(), attributes.into());
        call.write(Op::AddCustomAttributes, input, None)
            .await
            .map_err(refused)?;
        members.push("Schema".to_owned());
    }
    Ok(Change::by(what, members))
}

/// Turns the answer of Describe into the form of an input.
fn as_sent(found: &mut Value) {
    let Value::Object(members) = found else {
        return;
    };
    if let Some(name) = members.remove("Name") {
        members.insert("PoolName".to_owned(), name);
    }
    // Shown from the password policy, and refused beside it.
    if let Some(Value::Object(config)) = members.get_mut("AdminCreateUserConfig") {
        config.remove("UnusedAccountValidityDays");
    }
}

/// Takes away what is there in the other spelling of what is wanted, and what stays if it is not sent.
fn settle_twins(wanted: &Input, there: &mut Value) {
    let Value::Object(there) = there else {
        return;
    };
    // Kept as it is where it is not sent, and judged by itself where it is.
    there.remove("MfaConfiguration");
    let legacy = LEGACY.iter().any(|name| wanted.contains_key(*name));
    if wanted.contains_key(TEMPLATE) || !legacy {
        for name in LEGACY {
            there.remove(name);
        }
        return;
    }
    if let Some(Value::Object(template)) = there.get_mut(TEMPLATE) {
        for (member, name) in [
            ("EmailMessage", LEGACY[0]),
            ("EmailSubject", LEGACY[1]),
            ("SmsMessage", LEGACY[2]),
        ] {
            if wanted.contains_key(name) {
                template.remove(member);
            }
        }
    }
}

/// Returns the attributes that the pool does not have yet.
///
/// # Errors
/// An attribute that is there and differs, or a standard one.
fn new_attributes(schema: &Value, found: &Value) -> Result<Vec<Value>, String> {
    let there = found.get("SchemaAttributes").and_then(Value::as_array);
    let there = there.map(Vec::as_slice).unwrap_or_default();
    let mut new = Vec::new();
    for wanted in schema.as_array().map(Vec::as_slice).unwrap_or_default() {
        let name = wanted.get("Name").and_then(Value::as_str);
        let name = name.unwrap_or_default();
        let names = [
            name.to_owned(),
            format!("custom:{name}"),
            format!("dev:custom:{name}"),
        ];
        let is_it = |there: &&Value| {
            let there = there.get("Name").and_then(Value::as_str);
            there.is_some_and(|there| names.iter().any(|name| name == there))
        };
        let Some(there) = there.iter().find(is_it) else {
            new.push(wanted.clone());
            continue;
        };
        let mut wanted = wanted.clone();
        if let Value::Object(members) = &mut wanted {
            members.remove("Name");
        }
        if !same(&wanted, there) {
            return Err(format!(
                "the attribute {name} is not as the seed says, and cannot change once it is there (cognate pool plan-change)"
            ));
        }
    }
    Ok(new)
}

/// Applies the input of SetUserPoolMfaConfig.
pub async fn mfa(call: Call<'_>, wanted: &Input) -> Result<Change, Refused> {
    let what = format!("second factors of user pool {}", call.pool);
    let refused = |why: String| Refused::of(&what, why);
    if call.only_look && !call.is_there().await.map_err(refused)? {
        return Ok(Change::of(what, Outcome::Created));
    }
    let found = call.find(Op::GetUserPoolMfaConfig, Input::new()).await;
    let found = found.map_err(refused)?.unwrap_or_default();
    let members = differing(wanted, &found);
    if !members.is_empty() {
        let op = Op::SetUserPoolMfaConfig;
        let input = changed(op, wanted, &found, &members).map_err(refused)?;
        call.write(op, input, None).await.map_err(refused)?;
    }
    Ok(Change::by(what, members))
}

//! PreSignUp: the pool's function that may refuse a new user, and confirm and verify one who signs up (admin.md 3.3).

use std::collections::BTreeMap;

use cognate_shapes::{AttributeType, UserStatusType};
use serde_json::{Map, Value};

use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::response::Response;
use crate::cx::Cx;
use crate::errors::{Result, users as errors};
use crate::facts::contact::Contact;
use crate::messages::Origin;
use crate::records::pool::Pool;
use crate::records::user::User;

/// Texts by name that a caller sends along for this function alone (ValidationData).
pub type ValidationData = BTreeMap<String, String>;

/// Returns ValidationData of a request. A name without a value is left out; of two values the last counts.
pub fn validation_data(list: Option<Vec<AttributeType>>) -> ValidationData {
    let list = list.unwrap_or_default().into_iter();
    list.filter_map(|each| Some((each.name, each.value?)))
        .collect()
}

/// Asks the function about a user who signs up, and obeys it: `user` is CONFIRMED and verified as it says. Returns
/// whether it answered that the user is confirmed.
///
/// # Errors
/// The refusals of the function; InvalidLambdaResponseException for an address that is to be verified and is not there,
/// or whose user is not confirmed at once; those of [`Cx::trigger`].
pub async fn at_sign_up(
    cx: &Cx<'_>,
    pool: &Pool,
    origin: Origin<'_>,
    user: &mut User,
    validation: &ValidationData,
) -> Result<bool> {
    let event = event("PreSignUp_SignUp", origin, user, validation);
    let (answer, _) = cx.trigger(None, pool, &user.id, &event).await?;
    match answer {
        Some(answer) => obey(&answer, user),
        None => Ok(false),
    }
}

/// Asks the function about a user whom an administrator adds, or another function brings. It can refuse, and nothing
/// else of its answer counts.
///
/// # Errors
/// The refusals of the function; those of [`Cx::trigger`].
pub async fn at_creation(
    cx: &Cx<'_>,
    pool: &Pool,
    origin: Origin<'_>,
    user: &User,
    validation: &ValidationData,
) -> Result<()> {
    allows(
        cx,
        pool,
        "PreSignUp_AdminCreateUser",
        origin,
        user,
        validation,
    )
    .await
}

/// Asks the function about a user who comes through an identity provider for the first time. It can refuse, and nothing
/// else of its answer counts: the provider vouches for the user.
///
/// # Errors
/// The refusals of the function; those of [`Cx::trigger`].
pub async fn of_external(
    cx: &Cx<'_>,
    pool: &Pool,
    origin: Origin<'_>,
    user: &User,
    validation: &ValidationData,
) -> Result<()> {
    allows(
        cx,
        pool,
        "PreSignUp_ExternalProvider",
        origin,
        user,
        validation,
    )
    .await
}

/// Asks the function about a user whom somebody vouches for: all that it can do is refuse.
async fn allows(
    cx: &Cx<'_>,
    pool: &Pool,
    source: &'static str,
    origin: Origin<'_>,
    user: &User,
    validation: &ValidationData,
) -> Result<()> {
    let event = event(source, origin, user, validation);
    cx.trigger(None, pool, &user.id, &event).await?;
    Ok(())
}

/// Returns the event. The user does not exist yet: neither `sub` nor the state is among the attributes (admin.md 3.3).
fn event(
    source: &'static str,
    origin: Origin<'_>,
    user: &User,
    validation: &ValidationData,
) -> Event {
    let texts = |map: &BTreeMap<String, String>| -> Map<String, Value> {
        map.iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect()
    };
    let validation = match validation.is_empty() {
        true => Value::Null,
        false => texts(validation).into(),
    };
    Event::new(Trigger::PreSignUp, source, origin.client_id, &user.username)
        .with("userAttributes", texts(&user.doc.attributes))
        .with("validationData", validation)
        .with_texts("clientMetadata", origin.metadata)
        .expecting("autoConfirmUser", false)
        .expecting("autoVerifyEmail", false)
        .expecting("autoVerifyPhone", false)
}

fn obey(answer: &Response, user: &mut User) -> Result<bool> {
    let confirmed = answer.flag("autoConfirmUser")?;
    let mut verified = Vec::new();
    for (flag, contact) in [
        ("autoVerifyEmail", Contact::Email),
        ("autoVerifyPhone", Contact::PhoneNumber),
    ] {
        if answer.flag(flag)? {
            verified.push(contact);
        }
    }
    if !verified.is_empty() && !confirmed {
        return Err(errors::verified_unconfirmed().into());
    }
    for contact in verified {
        let value = user.attribute(contact.attribute());
        if value.is_none_or(str::is_empty) {
            return Err(errors::nothing_to_auto_verify(contact.attribute()).into());
        }
        let flag = contact.flag().to_owned();
        user.doc.attributes.insert(flag, "true".to_owned());
    }
    if confirmed {
        user.status = UserStatusType::Confirmed;
    }
    Ok(confirmed)
}

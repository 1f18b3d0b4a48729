//! Second factors and users of a template.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::seed::file::{Input, Plain, PoolSeed, UserSeed};

/// Takes what a template says of second factors out of the properties of a pool.
pub(super) fn mfa(input: &mut Input) -> Option<Input> {
    let mut mfa = Input::new();
    let enabled = input.remove("EnabledMfas");
    let has = |name: &str| {
        let list = enabled.as_ref().and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|item| item == name))
    };
    if let Some(wanted) = input.remove("MfaConfiguration")
        && wanted != "OFF"
    {
        mfa.insert("MfaConfiguration".to_owned(), wanted);
    }
    if has("SOFTWARE_TOKEN_MFA") {
        let app = json!({"Enabled": true});
        mfa.insert("SoftwareTokenMfaConfiguration".to_owned(), app);
    }
    if has("SMS_MFA") {
        let mut sms = Input::new();
        if let Some(configuration) = input.get("SmsConfiguration") {
            sms.insert("SmsConfiguration".to_owned(), configuration.clone());
        }
        if let Some(text) = input.get("SmsAuthenticationMessage") {
            sms.insert("SmsAuthenticationMessage".to_owned(), text.clone());
        }
        mfa.insert("SmsMfaConfiguration".to_owned(), sms.into());
    }
    let mut email = Input::new();
    for (name, member) in [
        ("EmailAuthenticationMessage", "Message"),
        ("EmailAuthenticationSubject", "Subject"),
    ] {
        if let Some(text) = input.remove(name) {
            email.insert(member.to_owned(), text);
        }
    }
    if has("EMAIL_OTP") || !email.is_empty() {
        mfa.insert("EmailMfaConfiguration".to_owned(), email.into());
    }
    let mut passkeys = Input::new();
    for (name, member) in [
        ("WebAuthnRelyingPartyID", "RelyingPartyId"),
        ("WebAuthnUserVerification", "UserVerification"),
        ("WebAuthnFactorConfiguration", "FactorConfiguration"),
    ] {
        if let Some(value) = input.remove(name) {
            passkeys.insert(member.to_owned(), value);
        }
    }
    if !passkeys.is_empty() {
        mfa.insert("WebAuthnConfiguration".to_owned(), passkeys.into());
    }
    (!mfa.is_empty()).then_some(mfa)
}

/// Returns a user without groups.
pub(super) fn user(input: &Input) -> UserSeed {
    let attributes = input.get("UserAttributes").and_then(Value::as_array);
    let text = |item: &Value, name: &str| {
        let value = item.get(name).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    let name = input.get("Username").and_then(Value::as_str);
    UserSeed {
        username: name.unwrap_or_default().to_owned(),
        attributes: attributes
            .into_iter()
            .flatten()
            .map(|item| (text(item, "Name"), Plain(text(item, "Value"))))
            .collect(),
        ..UserSeed::default()
    }
}

/// Puts users into groups: the id of a pool, the name of a user, that of a group. One who is no user of the template is one of the
/// pool.
pub(super) fn attach(
    pools: &mut BTreeMap<String, PoolSeed>,
    attached: Vec<(String, String, String)>,
) {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for (id, pool) in pools.iter() {
        for (at, user) in pool.users.iter().enumerate() {
            let place = (id.clone(), user.username.clone());
            places.entry(place).or_insert(at);
        }
    }
    for (owner, name, group) in attached {
        let Some(pool) = pools.get_mut(&owner) else {
            continue;
        };
        let next = pool.users.len();
        let at = *places.entry((owner, name.clone())).or_insert(next);
        if at == next {
            pool.users.push(UserSeed {
                username: name,
                ..UserSeed::default()
            });
        }
        if let Some(user) = pool.users.get_mut(at) {
            user.groups.push(group);
        }
    }
}

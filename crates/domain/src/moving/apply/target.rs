//! From a record to the user that is to be: everything that can be judged without reading the pool's users.

use std::collections::BTreeMap;
use std::sync::Arc;

use cognate_crypto::credential::Credential;
use cognate_crypto::hash::sha256_hex;
use cognate_crypto::totp::Seed;
use cognate_moving::record::{LinkRecord, MfaRecord, UserRecord};
use cognate_shapes::{Op, UserStatusType, UsernameAttributeType, validate};
use cognate_store::tables::passkeys::PasskeyRow;
use cognate_store::tables::users::looks_like_id;
use serde_json::json;

use super::Wishes;
use super::groups::MOST_OF_USER;
use super::ledger::{Claims, kind};
use super::secrets::{passkeys, password, refused, seed};
use crate::clock::DAY;
use crate::errors::{self, Result};
use crate::facts::contact::Contact;
use crate::facts::factor::MfaFactor;
use crate::facts::names;
use crate::federation::profile;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::provider::Provider;
use crate::records::schema;
use crate::records::user::User;
use crate::resources::providers::links::{self, SUBJECT};
use crate::signin::first_factors;
use crate::users::attributes::{self, Given, Writer};

/// Identities that may be linked to a user (admin.md 7.2).
const MOST_LINKS: usize = 5;

/// A user as the record describes them.
pub(super) struct Target {
    /// The user; `ver` is 0.
    pub(super) user: User,
    /// The name for reports.
    pub(super) shown: String,
    /// The password, opened.
    pub(super) credential: Option<Credential>,
    /// The authenticator app, and the newest step that was used of it.
    pub(super) seed: Option<(Seed, i64)>,
    pub(super) passkeys: Vec<PasskeyRow>,
    pub(super) links: Vec<Link>,
    pub(super) groups: Vec<String>,
    /// True if the record says the status, and not only the password does.
    pub(super) says_status: bool,
    /// True if the record says whether the user is enabled.
    pub(super) says_enabled: bool,
    /// True if the record says which factors are on.
    pub(super) says_mfa: bool,
    pub(super) notes: Vec<String>,
    record: String,
}

/// A link to be.
pub(super) struct Link {
    pub(super) provider: Arc<Provider>,
    pub(super) attribute: String,
    pub(super) value: String,
    pub(super) created: i64,
}

impl Target {
    /// Returns what the user takes of the pool.
    pub(super) fn claims(&self, pool: &Pool) -> Claims {
        let digest = |text: &str| {
            let mut digest = sha256_hex(text.as_bytes());
            digest.truncate(32);
            digest
        };
        let logins = self.user.logins(pool).into_iter();
        Claims {
            id: self.user.id.clone(),
            record: self.record.clone(),
            names: logins.map(|(name, of)| (kind(of), digest(&name))).collect(),
        }
    }
}

/// Returns the user of a record.
///
/// # Errors
/// The reason why it is refused.
pub(super) fn build(
    pool: &Pool,
    wishes: &Wishes,
    providers: &BTreeMap<String, Arc<Provider>>,
    record: UserRecord,
    now: i64,
) -> Result<Target> {
    let digest = sha256_hex(&serde_json::to_vec(&record)?);
    let sub = record.sub.clone().unwrap_or_default();
    if !looks_like_id(&sub) {
        return Err(refused("the sub has not the form of one").into());
    }
    let status = status(&record)?;
    let external = status == Some(UserStatusType::ExternalProvider);
    let mut notes = Vec::new();
    let links = links_of(&record.links, providers, external, now, &mut notes)?;
    let mut user = match external {
        true => of_provider(pool, &record, &links, now)?,
        false => own(pool, wishes, &record, status, &mut notes, now)?,
    };
    user.enabled = record.enabled.unwrap_or(true);
    let created = |at: Option<i64>| at.filter(|at| (0..=now).contains(at));
    user.created = created(record.created).unwrap_or(now);
    user.modified = created(record.modified).unwrap_or(user.created);
    for (name, value) in &record.pending {
        let contact = Contact::of_attribute(name);
        let contact = contact.filter(|contact| contact.fits(value));
        let contact = contact.ok_or_else(|| refused("a value that waits fits no attribute"))?;
        let pending = &mut user.doc.pending;
        pending.insert(contact.attribute().to_owned(), value.clone());
    }
    for link in &links {
        let own = external && is_own(pool, &user, link);
        match own {
            true => links::show_own(&mut user, &link.provider, &link.value, link.created)?,
            false => links::show(&mut user, &link.provider, &link.value, link.created)?,
        }
    }
    let seed = seed(pool, &record, &mut user)?;
    let credential = password(pool, wishes, &record, &mut user, &mut notes)?;
    if let Some(credential) = &credential {
        user.credential = Some(User::seal_credential(pool, &user.id, credential));
    }
    settle_status(pool, wishes, &record, status, &mut user, now);
    second_factors(pool, record.mfa.as_ref(), &mut user, &mut notes);
    Ok(Target {
        passkeys: passkeys(pool, &user.id, &record.passkeys, now)?,
        shown: shown(&record, &user),
        credential,
        seed,
        links,
        groups: groups(record.groups)?,
        says_status: status.is_some(),
        says_enabled: record.enabled.is_some(),
        says_mfa: record.mfa.is_some(),
        notes,
        record: digest,
        user,
    })
}

/// Returns the name by which people know the user.
fn shown(record: &UserRecord, user: &User) -> String {
    if record.username == user.id {
        user.attribute("email").unwrap_or(&user.id).to_owned()
    } else {
        record.username.clone()
    }
}

fn status(record: &UserRecord) -> Result<Option<UserStatusType>> {
    let Some(text) = record.status.as_deref() else {
        return Ok(None);
    };
    use UserStatusType as S;
    match UserStatusType::parse(text) {
        // Whoever has lost a password to others sets a new one.
        Some(S::Compromised) => Ok(Some(S::ResetRequired)),
        Some(
            known @ (S::Unconfirmed
            | S::Confirmed
            | S::ResetRequired
            | S::ForceChangePassword
            | S::ExternalProvider),
        ) => Ok(Some(known)),
        _ => Err(refused("the status is none that can be taken").into()),
    }
}

/// Returns the attributes of a record that are not the service's own.
fn given(record: &UserRecord) -> BTreeMap<String, String> {
    let all = record.attributes.iter();
    all.filter(|(name, _)| !schema::is_of_service(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Checks lengths and characters as the API does for AdminCreateUser.
fn check_form(pool: &Pool, username: &str, attributes: &BTreeMap<String, String>) -> Result<()> {
    let list = attributes
        .iter()
        .map(|(name, value)| json!({"Name": name, "Value": value}));
    let mut input = json!({
        "UserPoolId": pool.id, "Username": username, "UserAttributes": list.collect::<Vec<_>>(),
    });
    match validate::validate(Op::AdminCreateUser, &mut input) {
        Ok(()) => Ok(()),
        Err(validate::Rejection::Invalid(text)) => Err(refused(text).into()),
        Err(validate::Rejection::Serialization(_)) => {
            Err(refused("a value is of another type").into())
        }
    }
}

/// Returns a user of the pool's own.
fn own(
    pool: &Pool,
    wishes: &Wishes,
    record: &UserRecord,
    status: Option<UserStatusType>,
    notes: &mut Vec<String>,
    now: i64,
) -> Result<User> {
    let attributes = given(record);
    let name = name_of(pool, record, &attributes, notes)?;
    check_form(pool, &name, &attributes)?;
    let given: Given = attributes.into_iter().map(|(k, v)| (k, Some(v))).collect();
    let attributes = attributes::validate_new(pool, Writer::Admin, &name, given)?;
    let sub = record.sub.clone().unwrap_or_default();
    let status = status.unwrap_or(UserStatusType::Confirmed);
    let user = User::new(pool, sub, &name, attributes, status, now);
    let from_here = wishes.from_pool.as_deref() == Some(&pool.id);
    // What a user lacks who has yet to choose a password is asked for then.
    let later = wishes.incomplete || from_here || status == UserStatusType::ForceChangePassword;
    let missing: Vec<_> = schema::required(&pool.doc.schema)
        .filter(|name| !later && user.attribute(name).is_none_or(str::is_empty))
        .map(errors::users::attribute_required)
        .collect();
    if !missing.is_empty() {
        return Err(errors::users::not_conforming(&missing).into());
    }
    Ok(user)
}

/// Returns the name that the user gets, or signs in with where that is an attribute.
fn name_of(
    pool: &Pool,
    record: &UserRecord,
    attributes: &BTreeMap<String, String>,
    notes: &mut Vec<String>,
) -> Result<String> {
    let name = record.username.as_str();
    let refusal = match attributes::check_username(pool, name) {
        Ok(()) => return Ok(name.to_owned()),
        Err(refusal) => refusal,
    };
    if pool.has_username_attributes() {
        let kinds = pool.doc.username_attributes.iter().flatten();
        let mut values = kinds.filter_map(|kind| {
            attributes.get(match kind {
                UsernameAttributeType::Email => "email",
                UsernameAttributeType::PhoneNumber => "phone_number",
            })
        });
        return values.next().cloned().ok_or(refusal);
    }
    if Some(name) == record.sub.as_deref() {
        return Ok(name.to_owned());
    }
    // Systems without user names have addresses in their place, which are aliases here.
    let address = Contact::ALL.into_iter().find(|contact| {
        let value = attributes.get(contact.attribute());
        let verified = attributes.get(contact.flag()).map(String::as_str);
        value.is_some_and(|value| pool.fold(value) == pool.fold(name)) && verified == Some("true")
    });
    match address {
        Some(contact) => {
            let what = contact.attribute();
            notes.push(format!(
                "the user name is the sub; the {what} is the name to sign in with"
            ));
            Ok(record.sub.clone().unwrap_or_default())
        }
        None => Err(refusal),
    }
}

/// Returns a user who comes through a provider.
fn of_provider(pool: &Pool, record: &UserRecord, links: &[Link], now: i64) -> Result<User> {
    let mut attributes = given(record);
    let name = record.username.clone();
    if name.is_empty() || name.chars().count() > 128 || names::has_unseen(&name) {
        return Err(refused("the user name is none that a provider's user can have").into());
    }
    check_form(pool, "id", &attributes)?;
    let unknown = attributes
        .keys()
        .find(|name| schema::find(pool, name).is_none());
    if let Some(unknown) = unknown {
        return Err(errors::users::attribute_type_unknown(unknown).into());
    }
    attributes.retain(|_, value| !value.is_empty());
    attributes::check_formats(pool, &attributes)?;
    let items = attributes::faults(pool, &mut attributes, |_| false);
    if !items.is_empty() {
        return Err(errors::users::not_conforming(&items).into());
    }
    attributes::check_birthdate(&attributes)?;
    let sub = record.sub.clone().unwrap_or_default();
    let status = UserStatusType::ExternalProvider;
    let mut user = User::new(pool, sub, &name, attributes, status, now);
    user.username = name;
    if !links.iter().any(|link| is_own(pool, &user, link)) {
        return Err(refused("no identity of the record gives the user this name").into());
    }
    Ok(user)
}

/// True if a link is the identity by which the user came into being.
fn is_own(pool: &Pool, user: &User, link: &Link) -> bool {
    let name = profile::username(pool, &link.provider, &link.value);
    name.is_ok_and(|name| pool.fold(&name) == pool.fold(&user.username))
}

fn links_of(
    records: &[LinkRecord],
    providers: &BTreeMap<String, Arc<Provider>>,
    external: bool,
    now: i64,
    notes: &mut Vec<String>,
) -> Result<Vec<Link>> {
    let mut found: Vec<Link> = Vec::new();
    for record in records {
        let Some(provider) = providers.get(&record.provider) else {
            if external {
                return Err(refused("the pool has no provider of the user's").into());
            }
            notes.push("a link was left out: the pool has no such provider".to_owned());
            continue;
        };
        let attribute = record.attribute.as_deref().unwrap_or(SUBJECT);
        links::check_attribute(provider, attribute)?;
        let length = record.value.chars().count();
        if !(1..=2_048).contains(&length) || names::has_unseen(&record.value) {
            return Err(refused("an identity has no usable value").into());
        }
        let same = |link: &Link| {
            link.provider.id == provider.id
                && link.attribute == attribute
                && link.value == record.value
        };
        if found.iter().any(same) {
            continue;
        }
        found.push(Link {
            provider: provider.clone(),
            attribute: attribute.to_owned(),
            value: record.value.clone(),
            created: record.created.unwrap_or(now).clamp(0, now.max(0)),
        });
    }
    if found.len() > MOST_LINKS {
        return Err(refused("the user has more identities than a user may have").into());
    }
    Ok(found)
}

/// A user without a password and without another way in has to set one (moving.md 1.6).
fn settle_status(
    pool: &Pool,
    wishes: &Wishes,
    record: &UserRecord,
    given: Option<UserStatusType>,
    user: &mut User,
    now: i64,
) {
    use UserStatusType as S;
    if user.credential.is_none()
        && !(wishes.keep_status && given.is_some())
        && matches!(user.status, S::Confirmed | S::ForceChangePassword)
    {
        let has_way = !first_factors::of(pool, user, !record.passkeys.is_empty()).is_empty();
        user.status = if has_way {
            S::Confirmed
        } else {
            S::ResetRequired
        };
    }
    if user.status == S::ForceChangePassword {
        let length = pool.temporary_password_days().saturating_mul(DAY);
        let until = record.temporary_until.unwrap_or(now.saturating_add(length));
        user.doc.temporary_until = Some(until);
    }
}

fn second_factors(
    pool: &Pool,
    given: Option<&MfaRecord>,
    user: &mut User,
    notes: &mut Vec<String>,
) {
    let Some(given) = given else {
        return;
    };
    for (factor, on) in [
        (MfaFactor::Sms, given.sms),
        (MfaFactor::Email, given.email),
        (MfaFactor::SoftwareToken, given.software_token),
    ] {
        if on && mfa::is_set_up(user, factor) {
            user.doc.mfa.set(factor, true);
            if !mfa::is_offered(pool, factor) {
                let name = factor.as_str();
                notes.push(format!(
                    "the pool does not offer {name}, which the user has turned on"
                ));
            }
        }
    }
    user.doc.mfa.web_authn = given.web_authn;
    let preferred = given.preferred.as_deref().and_then(MfaFactor::parse);
    user.doc.mfa.preferred = preferred.filter(|factor| user.doc.mfa.has(*factor));
}

fn groups(mut given: Vec<String>) -> Result<Vec<String>> {
    given.sort_unstable();
    given.dedup();
    if given.len() > MOST_OF_USER {
        return Err(refused("the user is in more groups than a user may be in").into());
    }
    Ok(given)
}

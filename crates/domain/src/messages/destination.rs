//! The destination of a message, and how much of it an answer tells (auth.md 2.6, 2.13, admin.md 4.4).

use cognate_shapes::{
    AccountRecoverySettingType, CodeDeliveryDetailsType, DeliveryMediumType,
    RecoveryOptionNameType, UserPoolMfaType, VerifiedAttributeType,
};

use crate::facts::contact::Contact;
use crate::records::mfa;
use crate::records::pool::Pool;
use crate::records::user::User;

/// An address or a number.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    /// The attribute.
    pub contact: Contact,
    /// Its value.
    pub value: String,
}

impl Destination {
    /// Returns the value of a user's attribute; None without one.
    pub fn of(user: &User, contact: Contact) -> Option<Self> {
        let value = user
            .attribute(contact.attribute())
            .filter(|value| !value.is_empty())?;
        Some(Self {
            contact,
            value: value.to_owned(),
        })
    }

    /// Returns the decoy destination of an unknown name: the name itself if it could be one, else one that is always
    /// the same for that name.
    pub fn pretend(pool: &Pool, contacts: &[Contact], name: &str) -> Option<Self> {
        if let Some(contact) = contacts.iter().find(|contact| contact.fits(name)) {
            return Some(Self {
                contact: *contact,
                value: name.to_owned(),
            });
        }
        let preferred = [Contact::Email, Contact::PhoneNumber]
            .into_iter()
            .find(|c| contacts.contains(c))?;
        let seed = pool
            .key
            .mac("destinations of unknown names", pool.fold(name).as_bytes());
        let letter = |byte: u8| char::from(b'a' + byte % 26);
        let value = match (preferred, seed) {
            (Contact::Email, [a, b, ..]) => format!("{}@{}.com", letter(a), letter(b)),
            (Contact::PhoneNumber, [a, b, ..]) => {
                format!(
                    "+1555555{:04}",
                    u32::from(u16::from_be_bytes([a, b])) % 10_000
                )
            }
        };
        Some(Self {
            contact: preferred,
            value,
        })
    }

    /// E-mail or text message.
    pub fn medium(&self) -> DeliveryMediumType {
        match self.contact {
            Contact::Email => DeliveryMediumType::Email,
            Contact::PhoneNumber => DeliveryMediumType::Sms,
        }
    }

    /// Returns the description of it in an answer.
    pub fn delivery(&self) -> Delivery {
        Delivery {
            to: match self.contact {
                Contact::Email => mask_email(&self.value),
                Contact::PhoneNumber => mask_phone_number(&self.value),
            },
            medium: self.medium(),
            contact: self.contact,
        }
    }
}

/// The destination of a code that was sent, as an answer tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The address or number, most of it hidden.
    pub to: String,
    /// E-mail or text message.
    pub medium: DeliveryMediumType,
    /// The attribute whose value it is.
    pub contact: Contact,
}

impl From<Delivery> for CodeDeliveryDetailsType {
    fn from(delivery: Delivery) -> Self {
        Self {
            destination: Some(delivery.to),
            delivery_medium: Some(delivery.medium),
            attribute_name: Some(delivery.contact.attribute().to_owned()),
        }
    }
}

/// `f***@e***`: the first characters of both parts.
fn mask_email(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let first = |part: &str| part.chars().next().map(String::from).unwrap_or_default();
    format!("{}***@{}***", first(local), first(domain))
}

/// `+*******4444`: the last four digits.
fn mask_phone_number(number: &str) -> String {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let hidden = digits.chars().count().saturating_sub(4);
    let shown: String = digits.chars().skip(hidden).collect();
    format!("+{}{shown}", "*".repeat(hidden))
}

/// Returns the contacts that the pool verifies by itself, in the order in which one is chosen: phone wins
/// (admin.md 4.4).
pub fn auto_verified(pool: &Pool) -> Vec<Contact> {
    let list = pool
        .doc
        .auto_verified_attributes
        .as_deref()
        .unwrap_or_default();
    [
        (VerifiedAttributeType::PhoneNumber, Contact::PhoneNumber),
        (VerifiedAttributeType::Email, Contact::Email),
    ]
    .into_iter()
    .filter_map(|(name, contact)| list.contains(&name).then_some(contact))
    .collect()
}

/// Returns the contacts by which a forgotten password may be replaced, the preferred one first; None = by the
/// administrator only (auth.md 2.13). The phone is passed over in pools that cannot send text messages.
pub fn recovery(pool: &Pool) -> Option<Vec<Contact>> {
    let order = match mechanisms(pool.doc.account_recovery_setting.as_ref()) {
        None => vec![Contact::PhoneNumber, Contact::Email],
        Some(names) if names.contains(&RecoveryOptionNameType::AdminOnly) => return None,
        Some(names) => names.into_iter().filter_map(contact_of).collect(),
    };
    let can_text = pool.doc.sms_configuration.is_some();
    Some(
        order
            .into_iter()
            .filter(|contact| can_text || *contact != Contact::PhoneNumber)
            .collect(),
    )
}

/// Returns the contact that the pool asks for first when a password is forgotten; None = the administrator
/// (auth.md 2.13, 4.2).
pub fn primary_recovery(pool: &Pool) -> Option<Contact> {
    match mechanisms(pool.doc.account_recovery_setting.as_ref()) {
        None => Some(Contact::PhoneNumber),
        Some(names) => names.into_iter().next().and_then(contact_of),
    }
}

/// Returns the destination of a code for a new password: the first of `contacts` (of [`recovery`]) that is verified and
/// is not the user's second factor, which would then be the only one.
pub fn reach(pool: &Pool, user: &User, contacts: &[Contact]) -> Option<Destination> {
    let has_mfa = pool.doc.mfa_configuration != UserPoolMfaType::Off;
    contacts
        .iter()
        .filter(|contact| user.verified(contact.attribute()))
        .filter(|contact| !(has_mfa && mfa::may_be_asked_first(user, contact.factor())))
        .find_map(|contact| Destination::of(user, *contact))
}

fn mechanisms(setting: Option<&AccountRecoverySettingType>) -> Option<Vec<RecoveryOptionNameType>> {
    let mut options = setting?
        .recovery_mechanisms
        .clone()
        .filter(|list| !list.is_empty())?;
    options.sort_by_key(|option| option.priority);
    Some(options.into_iter().map(|option| option.name).collect())
}

fn contact_of(name: RecoveryOptionNameType) -> Option<Contact> {
    match name {
        RecoveryOptionNameType::VerifiedEmail => Some(Contact::Email),
        RecoveryOptionNameType::VerifiedPhoneNumber => Some(Contact::PhoneNumber),
        RecoveryOptionNameType::AdminOnly => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_show_first_letters_and_last_digits() {
        let shown = |contact: Contact, value: &str| {
            let value = value.to_owned();
            Destination { contact, value }.delivery().to
        };
        let email = |value: &str| shown(Contact::Email, value);
        let phone = |value: &str| shown(Contact::PhoneNumber, value);
        assert_eq!(email("fixture@example.com"), "f***@e***");
        assert_eq!(email("é@ü.de"), "é***@ü***");
        assert_eq!(phone("+15555554444"), "+*******4444");
        assert_eq!(phone("+123"), "+123");
    }
}

//! The address that a provider gives, and its word about it.

use serde_json::{Map, Value};

use crate::facts::contact::Contact;
use crate::facts::names;
use crate::records::provider::Provider;

/// An address by a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The address.
    pub address: String,
    /// True if the provider says that it is the user's.
    pub verified: bool,
}

/// Returns the address among the claims: one text, in the form of an address, from the claim that the provider's mapping
/// takes it from. The word about it counts if it is mapped too, or if both are the claims of OpenID Connect; a word of
/// another origin than the address is about something else.
#[must_use]
pub fn said(provider: &Provider, claims: &Map<String, Value>) -> Option<Said> {
    let mapping = &provider.doc.mapping;
    let claim = mapping.get(Contact::Email.attribute())?;
    let address = claims.get(claim)?.as_str()?.trim();
    if !names::is_email(address) || names::has_unseen(address) {
        return None;
    }
    let flag = match mapping.get(Contact::Email.flag()) {
        Some(flag) => Some(flag.as_str()),
        None => (claim == Contact::Email.attribute()).then_some(Contact::Email.flag()),
    };
    let word = flag.and_then(|flag| claims.get(flag));
    Some(Said {
        address: address.to_owned(),
        verified: match word {
            Some(Value::Bool(word)) => *word,
            Some(Value::String(word)) => word == "true",
            _ => false,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::mapping::tests::provider;
    use serde_json::json;

    #[test]
    fn a_word_counts_for_the_address_that_it_comes_with() {
        let plain: &[_] = &[("email", "email")];
        let both: &[_] = &[("email", "mail"), ("email_verified", "mail_ok")];
        let other: &[_] = &[("email", "upn")];
        let (yes, no) = (Some(true), Some(false));
        for (mapping, claims, verified) in [
            (
                plain,
                json!({"email": "a@x.example", "email_verified": true}),
                yes,
            ),
            (
                plain,
                json!({"email": " a@x.example ", "email_verified": "true"}),
                yes,
            ),
            (
                plain,
                json!({"email": "a@x.example", "email_verified": "TRUE"}),
                no,
            ),
            (
                plain,
                json!({"email": "a@x.example", "email_verified": 1}),
                no,
            ),
            (
                plain,
                json!({"email": "a@x.example", "email_verified": ["true"]}),
                no,
            ),
            (plain, json!({"email": "a@x.example"}), no),
            (both, json!({"mail": "a@x.example", "mail_ok": "true"}), yes),
            (
                both,
                json!({"mail": "a@x.example", "email_verified": true}),
                no,
            ),
            // The standard word is about the standard claim.
            (
                other,
                json!({"upn": "a@x.example", "email": "b@x.example", "email_verified": true}),
                no,
            ),
            (
                plain,
                json!({"email": ["a@x.example"], "email_verified": true}),
                None,
            ),
            (
                plain,
                json!({"email": "nobody", "email_verified": true}),
                None,
            ),
            (plain, json!({"email_verified": true}), None),
            (
                &[],
                json!({"email": "a@x.example", "email_verified": true}),
                None,
            ),
        ] {
            let map = claims.as_object().cloned().unwrap_or_default();
            let found = said(&provider(mapping), &map);
            assert_eq!(
                found.as_ref().map(|said| said.verified),
                verified,
                "{claims}"
            );
            assert!(
                found.is_none_or(|said| said.address == "a@x.example"),
                "{claims}"
            );
        }
    }
}

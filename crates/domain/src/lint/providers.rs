//! Rules about identity providers.

use cognate_shapes::IdentityProviderTypeType;

use crate::lint::subject::{IdentityProvider, Subject};
use crate::records::provider::Linking;

fn detail<'a>(provider: &'a IdentityProvider, name: &str) -> Option<&'a str> {
    let value = provider.doc.details.get(name).map(String::as_str);
    value.filter(|value| !value.is_empty())
}

fn is_on(provider: &IdentityProvider, name: &str) -> bool {
    detail(provider, name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn is_saml(provider: &IdentityProvider) -> bool {
    provider.doc.kind == IdentityProviderTypeType::Saml
}

pub(super) fn provider_address_unverified(
    _: &Subject,
    provider: &IdentityProvider,
) -> Option<String> {
    let mapped = |name: &str| provider.doc.mapping.contains_key(name);
    let pairs = [
        ("email", "email_verified"),
        ("phone_number", "phone_number_verified"),
    ];
    let without = pairs
        .iter()
        .filter(|(value, word)| mapped(value) && !mapped(word));
    let without: Vec<&str> = without.map(|(value, _)| *value).collect();
    (!without.is_empty()).then(|| {
        let without = without.join(" and ");
        format!("The provider's {without} is taken without its word whether it is the user's: an application that trusts it lets in whoever gave a foreign one there.")
    })
}

pub(super) fn linked_by_attribute(_: &Subject, provider: &IdentityProvider) -> Option<String> {
    let by: Vec<&str> = provider.doc.linked_by.iter().map(String::as_str).collect();
    (!by.is_empty()).then(|| {
        let by = by.join(", ");
        format!("Users were linked by {by}: whoever gets the provider to say that value signs in as them.")
    })
}

pub(super) fn linking_without_word(_: &Subject, provider: &IdentityProvider) -> Option<String> {
    let mapping = &provider.doc.mapping;
    let claim = mapping.get("email").map(String::as_str);
    let word = mapping.contains_key("email_verified") || claim == Some("email");
    let acts = claim.is_some() && word;
    (provider.doc.linking == Linking::VerifiedEmail && !acts).then(|| {
        "The policy verified-email never acts, since the mapping takes no address together with the provider's word about it."
            .to_owned()
    })
}

pub(super) fn saml_requests_unsigned(_: &Subject, provider: &IdentityProvider) -> Option<String> {
    (is_saml(provider) && detail(provider, "RequestSigningAlgorithm").is_none()).then(|| {
        "The provider cannot tell whether a request for a sign-in comes from the pool.".to_owned()
    })
}

pub(super) fn saml_assertions_readable(_: &Subject, provider: &IdentityProvider) -> Option<String> {
    (is_saml(provider) && !is_on(provider, "EncryptedResponses")).then(|| {
        "Assertions pass through the user's browser in plain text, with every attribute in them.".to_owned()
    })
}

pub(super) fn saml_begun_elsewhere(_: &Subject, provider: &IdentityProvider) -> Option<String> {
    (is_saml(provider) && is_on(provider, "IDPInit")).then(|| {
        "The pool takes assertions that it did not ask for, so that a stolen or foreign one signs a browser in.".to_owned()
    })
}

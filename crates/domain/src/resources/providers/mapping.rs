//! Attribute mappings: the claim from which each attribute of a user is taken (endpoints.md 4.1, 4.2).

use std::collections::BTreeMap;

use cognate_shapes::IdentityProviderTypeType;

use crate::errors::{Result, providers as texts};
use crate::records::pool::Pool;
use crate::records::schema;

/// The entry for the name of the user, which is no attribute.
const USERNAME: &str = "username";
/// Attributes that the service sets itself.
const RESERVED: [&str; 2] = ["sub", "identities"];

/// Returns the claim that names the user to the pool. It is fixed but for SAML, where it is the NameID whatever is
/// mapped: a provider whose users choose their own value of another claim could otherwise let them become each other.
fn subject(kind: IdentityProviderTypeType) -> Option<&'static str> {
    use IdentityProviderTypeType as K;
    match kind {
        K::Facebook => Some("id"),
        K::LoginWithAmazon => Some("user_id"),
        K::Google | K::SignInWithApple | K::Oidc => Some("sub"),
        K::Saml => None,
    }
}

/// Returns the mapping as it is kept.
///
/// # Errors
/// Settled D14 for attributes that the pool does not have, that cannot be set, and for another subject.
pub fn complete(
    pool: &Pool,
    kind: IdentityProviderTypeType,
    given: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>> {
    let known = |name: &str| !RESERVED.contains(&name) && schema::find(pool, name).is_some();
    let fits = |name: &str, claim: &str| match (name, subject(kind)) {
        (_, _) if claim.is_empty() => false,
        (USERNAME, Some(subject)) => claim == subject,
        (USERNAME, None) => true,
        (name, _) => known(name),
    };
    let misfits = given.iter().filter(|(name, claim)| !fits(name, claim));
    let misfits: Vec<&str> = misfits.map(|(name, _)| name.as_str()).collect();
    if !misfits.is_empty() {
        return Err(texts::invalid_mapping(&misfits).into());
    }
    let mut mapping = given;
    if let Some(subject) = subject(kind) {
        mapping.insert(USERNAME.to_owned(), subject.to_owned());
    }
    Ok(mapping)
}

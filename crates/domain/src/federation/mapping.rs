//! From claims to wishes: the values that a provider's mapping takes out of what the provider said (endpoints.md 4.2).

use std::collections::BTreeMap;

use cognate_federation::attributes;
use serde_json::{Map, Value};

use crate::records::provider::Provider;

/// The entry of a mapping for the name of the user, which is no attribute.
const USERNAME: &str = "username";
/// The names in a mapping that mean tokens; a claim of such a name is not one.
const TOKENS: [&str; 3] = ["access_token", "id_token", "refresh_token"];

/// Mapped attributes by name: a value, or None to clear the attribute. What the provider did not say is not there, and the
/// attribute stays as it is.
pub type Wishes = BTreeMap<String, Option<String>>;

/// Returns the names of the claims that a mapping takes, for the call for them.
pub fn claims(provider: &Provider) -> Vec<&str> {
    entries(provider)
        .map(|(_, claim)| claim)
        .filter(|claim| !TOKENS.contains(claim))
        .collect()
}

/// Returns the wishes. `claims`: everything that the provider said of the user, the claims of the ID token before those of
/// userInfo, or what a function of the pool put in their place. `tokens`: the answer of the token endpoint, empty for SAML.
/// A blank value clears, and null says nothing.
pub fn wishes(
    provider: &Provider,
    claims: &Map<String, Value>,
    tokens: &Map<String, Value>,
) -> Wishes {
    let wish = |(attribute, claim): (&str, &str)| {
        let said = match TOKENS.contains(&claim) {
            true => tokens.get(claim),
            false => claims.get(claim),
        };
        let text = attributes::text(said.filter(|value| !value.is_null())?);
        let value = (!text.trim().is_empty()).then_some(text);
        Some((attribute.to_owned(), value))
    };
    entries(provider).filter_map(wish).collect()
}

fn entries(provider: &Provider) -> impl Iterator<Item = (&str, &str)> {
    let mapping = provider.doc.mapping.iter();
    mapping
        .map(|(attribute, claim)| (attribute.as_str(), claim.as_str()))
        .filter(|(attribute, _)| *attribute != USERNAME)
}

#[cfg(test)]
pub(in crate::federation) mod tests {
    use super::*;
    use crate::records::provider::{Linking, ProviderDoc};
    use cognate_shapes::IdentityProviderTypeType;
    use serde_json::json;
    use std::collections::BTreeSet;

    /// A provider with this mapping.
    pub(in crate::federation) fn provider(mapping: &[(&str, &str)]) -> Provider {
        let mapping = mapping.iter();
        Provider {
            id: "provider-1".into(),
            name: "MyIdP".into(),
            doc: ProviderDoc {
                kind: IdentityProviderTypeType::Oidc,
                details: BTreeMap::new(),
                mapping: mapping
                    .map(|(name, claim)| ((*name).into(), (*claim).into()))
                    .collect(),
                identifiers: Vec::new(),
                acr: None,
                metadata: None,
                discovered: None,
                linked_by: BTreeSet::new(),
                linking: Linking::Never,
            },
            secrets: BTreeMap::new(),
            created: 0,
            modified: 0,
            ver: 1,
        }
    }

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_mapping_takes_what_was_said() {
        let provider = provider(&[
            ("username", "sub"),
            ("email", "mail"),
            ("name", "displayName"),
            ("nickname", "nick"),
            ("custom:groups", "groups"),
            ("custom:token", "access_token"),
            ("custom:refresh", "refresh_token"),
            ("gender", "gender"),
            ("locale", "locale"),
        ]);
        let said = map(json!({
            "sub": "1", "mail": "jane@example.com", "displayName": "", "nick": " \t", "groups": ["a", "b c"],
            "access_token": "a claim", "gender": null, "unmapped": "x", "email": "other@example.com",
        }));
        let tokens = map(json!({"access_token": "A", "id_token": "I", "mail": "no"}));
        let value = |text: &str| Some(text.to_owned());
        let expected: Wishes = [
            ("email", value("jane@example.com")),
            ("name", None),
            ("nickname", None),
            ("custom:groups", value("[a,b+c]")),
            ("custom:token", value("A")),
        ]
        .into_iter()
        .map(|(name, wish)| (name.to_owned(), wish))
        .collect();
        assert_eq!(wishes(&provider, &said, &tokens), expected);
        let asked = claims(&provider);
        assert!(
            asked.contains(&"mail") && !asked.contains(&"access_token") && !asked.contains(&"sub")
        );
    }
}

//! Identifiers of identity providers (IdpIdentifiers; endpoints.md 1.3, 3.2): other names by which requests name them, and
//! the domains of the addresses whose owners sign in there.

use cognate_store::tables::identity_providers as table;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::records::provider::Provider;

/// The most bytes that are looked for; identifiers have 40 characters.
const LONGEST: usize = 160;
/// The most bytes of an address (RFC 5321 sections 4.5.3.1.1 and 4.5.3.1.2).
const LONGEST_ADDRESS: usize = 320;

/// A provider that was found by an identifier.
pub struct Found {
    /// Its name in the pool.
    pub provider: String,
    /// The identifier in its own case.
    pub identifier: String,
}

/// Returns the one of a client's providers that an identifier means: the one that has it to the letter, else the only one
/// that has it in another case, since domains have none. `names`: those that the client offers.
///
/// # Errors
/// The store's, and an internal fault for a row that does not open.
pub async fn find(
    cx: &Cx<'_>,
    pool: &Pool,
    names: &[String],
    identifier: &str,
) -> Result<Option<Found>> {
    if identifier.len() > LONGEST {
        return Ok(None);
    }
    let lower = identifier.to_ascii_lowercase();
    let mut found: Vec<Found> = Vec::new();
    for row in table::by_domain(&cx.store, &pool.id, &lower).await? {
        let provider = Provider::open(pool, row)?;
        let own = provider.identifier_like(pool, identifier)?.to_owned();
        let is_new = found.iter().all(|known| known.provider != provider.name);
        if is_new && names.contains(&provider.name) {
            found.push(Found {
                provider: provider.name,
                identifier: own,
            });
        }
    }
    let same = found
        .iter()
        .position(|known| known.identifier == identifier);
    Ok(match (same, found.len()) {
        (Some(at), _) => Some(found.swap_remove(at)),
        (None, 1) => found.pop(),
        (None, _) => None,
    })
}

/// Returns the domain of an e-mail address; None for what is no address.
pub fn domain_of(address: &str) -> Option<&str> {
    let address = address.trim();
    let (local, domain) = address.rsplit_once('@')?;
    let fits = address.len() <= LONGEST_ADDRESS && !local.is_empty() && is_domain(domain);
    fits.then_some(domain)
}

/// True for a provider that is found by the domain of an address.
pub(super) fn has_domain(provider: &Provider) -> bool {
    provider.doc.identifiers.iter().any(|own| is_domain(own))
}

/// True for what can follow the @ of an address.
fn is_domain(text: &str) -> bool {
    let mut labels = text.split('.');
    let fits =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    text.contains('.') && labels.all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_last_at_is_the_domain() {
        for (address, domain) in [
            ("jane@corp.example", "corp.example"),
            (" jane@Corp.Example ", "Corp.Example"),
            ("\"a@b.example\"@corp.example", "corp.example"),
            ("jane@m\u{fc}nchen.example", "m\u{fc}nchen.example"),
        ] {
            assert_eq!(domain_of(address), Some(domain), "{address}");
        }
        let long = format!("{}@corp.example", "x".repeat(320));
        for address in [
            "",
            "jane",
            "@corp.example",
            "jane@",
            "jane@corp",
            "jane@corp.",
            "jane@.example",
            "jane@corp..example",
            "jane@corp .example",
            "jane@corp.example@",
            "jane@[192.0.2.1]",
            &long,
        ] {
            assert_eq!(domain_of(address), None, "{address}");
        }
    }
}

//! Documents that identity providers publish, fetched by the one outbound client.

use std::time::Duration;

use cognate_outbound::{Limits, Outbound};

pub use cognate_outbound::OutboundError;

/// Bounds of a metadata or discovery document: five seconds, one mebibyte.
const DOCUMENT: Limits = Limits {
    total: Duration::from_secs(5),
    connect: Duration::from_secs(5),
    bytes: 1 << 20,
    // Providers serve metadata under several media types, and some under none.
    content_type: None,
};

/// Fetches a document.
///
/// # Errors
/// [`OutboundError`].
pub async fn document(client: &Outbound, url: &str) -> Result<Vec<u8>, OutboundError> {
    client.get(url, DOCUMENT).await.map(Vec::from)
}

//! The version of a pool's pages: managed login or the classic look.

use cognate_domain::records::domain::{DomainDoc, preferred_of};
use cognate_domain::records::pool::Pool;
use cognate_domain::{App, Fault};
use cognate_shapes::UserPoolTierType;

use crate::views::frame::Version;

/// The number of managed login.
const MANAGED: i64 = 2;

/// Returns the version of a pool's pages: that of its domain. A pool without one has the newest that its plan allows.
pub(super) async fn version(app: &App, pool: &Pool) -> Result<Version, Fault> {
    Ok(match preferred_of(&app.store, pool).await? {
        Some(row) => {
            let doc: DomainDoc = serde_json::from_str(&row.doc)?;
            version_of(doc.managed_login_version)
        }
        None if pool.doc.tier == UserPoolTierType::Lite => Version::Classic,
        None => Version::Managed,
    })
}

/// Returns the version by its number (ManagedLoginVersion).
pub(super) fn version_of(number: i64) -> Version {
    match number {
        MANAGED => Version::Managed,
        _ => Version::Classic,
    }
}

//! Branding of managed login and of the classic pages: styles, images, style sheets.

pub mod assets;
pub mod css;
pub mod image;
pub mod look;
pub mod settings;
pub mod style;

use cognate_shapes::{Timestamp, UICustomizationType};
use cognate_store::tables::ui_customizations::CustomizationRow;
use time::OffsetDateTime;

use crate::clock::SECOND;
use crate::cx::Cx;
use crate::errors::{self, Fault, Result};
use crate::records::domain;
use crate::records::pool::Pool;

/// Returns the host under which the pool's pages are, the custom domain before the prefix; the pages are styled only in
/// a pool that has one.
pub(crate) async fn host(cx: &Cx<'_>, pool: &Pool) -> Result<String> {
    let host = domain::host_of(&cx.store, cx.settings.domain_base(), pool).await?;
    Ok(host.ok_or_else(errors::branding::no_domain)?)
}

/// Returns a customization as Get and Set show it.
pub(crate) fn customization(
    pool: &Pool,
    host: &str,
    row: CustomizationRow,
) -> Result<UICustomizationType> {
    let version = version(row.modified)?;
    let image = row.image_kind.map(|kind| {
        format!(
            "https://{host}/{}/{version}/assets/images/image.{kind}",
            row.client_id
        )
    });
    Ok(UICustomizationType {
        user_pool_id: Some(pool.id.clone()),
        client_id: Some(row.client_id),
        image_url: image,
        css: row.css,
        css_version: Some(version),
        last_modified_date: Some(Timestamp(row.modified)),
        creation_date: Some(Timestamp(row.created)),
    })
}

/// Returns the time as `yyyyMMddHHmmss` (endpoints.md 3.4).
pub(crate) fn version(micros: i64) -> Result<String> {
    let at = OffsetDateTime::from_unix_timestamp(micros.div_euclid(SECOND))
        .map_err(|error| Fault::Internal(format!("an instant: {error}")))?;
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    let (hour, minute, second) = at.to_hms();
    Ok(format!(
        "{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"
    ))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_version_is_the_instant_to_the_second() {
        assert_eq!(
            super::version(1_737_075_551_999_999).unwrap(),
            "20250117005911"
        );
    }
}

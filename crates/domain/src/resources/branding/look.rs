//! What the pages of a client look like, as they need it: one round trip to the database for a page.

use cognate_store::Store;
use cognate_store::tables::login_styles;
pub use cognate_store::tables::login_styles::{AssetInfo, AssetKey};
use cognate_store::tables::terms;
use cognate_store::tables::ui_customizations::{self, CustomizationRow};
use serde_json::{Map, Value};

use crate::errors::Result;
use crate::resources::branding::style::StyleDoc;
use crate::resources::branding::{css, settings, version};
use crate::resources::terms::{self as documents, TermsLinks};

/// The style of managed login that a client has.
#[derive(Clone, Debug)]
pub struct LoginStyle {
    /// Its id.
    pub id: String,
    /// Grows with every change of the style or its images.
    pub ver: i64,
    /// The settings that its owner has sent.
    pub settings: Map<String, Value>,
    /// The images that it has.
    pub images: Vec<AssetInfo>,
}

impl LoginStyle {
    /// Returns the settings laid over the service's defaults.
    pub fn merged(&self) -> Value {
        settings::merged(self.settings.clone())
    }
}

/// The look of a client on managed login.
#[derive(Clone, Debug, Default)]
pub struct ManagedLook {
    /// The style, if the client has one.
    pub style: Option<LoginStyle>,
    /// The links to terms of use and privacy policy, if the client has both documents.
    pub terms: Option<TermsLinks>,
}

/// Returns the look of a client on managed login, with links in the language of an RFC 5646 tag.
///
/// # Errors
/// Faults.
pub async fn managed(
    store: &Store,
    pool_id: &str,
    client_id: &str,
    language: &str,
) -> Result<ManagedLook> {
    let [style, images] = login_styles::look_queries(pool_id, client_id);
    let queries = [style, images, terms::all_of_client(pool_id, client_id)];
    let mut answers = store.read(&queries).await?.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let (style, images, documents) = (next(), next(), next());
    let style = match login_styles::look(style, images)? {
        None => None,
        Some((row, images)) => {
            let doc: StyleDoc = serde_json::from_str(&row.doc)?;
            Some(LoginStyle {
                id: row.style_id,
                ver: row.ver,
                settings: doc.settings,
                images,
            })
        }
    };
    let terms = documents::links(terms::documents(documents)?, language)?;
    Ok(ManagedLook { style, terms })
}

/// Returns an image of a style.
///
/// # Errors
/// Faults.
pub async fn image(
    store: &Store,
    pool_id: &str,
    style: &LoginStyle,
    key: &AssetKey,
) -> Result<Option<Vec<u8>>> {
    Ok(login_styles::image(store, pool_id, &style.id, key).await?)
}

/// The customization of the classic pages that applies to a client (SetUICustomization).
#[derive(Clone, Debug)]
pub struct ClassicLook {
    row: CustomizationRow,
    /// The time of the last change, as it stands in URLs.
    pub version: String,
}

impl ClassicLook {
    /// True if there is a style sheet.
    pub fn has_css(&self) -> bool {
        self.row
            .css
            .as_deref()
            .is_some_and(|css| !css.trim().is_empty())
    }

    /// Returns the style sheet as pages have it: nothing unless it passes the checks of today, and without addresses of
    /// elsewhere.
    pub fn css(&self) -> String {
        let css = self.row.css.as_deref().unwrap_or("");
        match css::check(css) {
            Ok(()) => css::harmless(css),
            Err(_) => String::new(),
        }
    }

    /// Returns `png` or `jpeg` if there is a logo.
    pub fn image_kind(&self) -> Option<&str> {
        self.row.image_kind.as_deref()
    }

    /// Returns the instant of the last change, in microseconds.
    pub fn modified(&self) -> i64 {
        self.row.modified
    }
}

/// Returns the customization that applies to a client: its own, else that for all clients of the pool.
///
/// # Errors
/// Faults.
pub async fn classic(store: &Store, pool_id: &str, client_id: &str) -> Result<Option<ClassicLook>> {
    let row = ui_customizations::in_force(store, pool_id, client_id).await?;
    row.map(|row| {
        let version = version(row.modified)?;
        Ok(ClassicLook { row, version })
    })
    .transpose()
}

/// Returns the logo of a customization.
///
/// # Errors
/// Faults.
pub async fn logo(store: &Store, pool_id: &str, look: &ClassicLook) -> Result<Option<Vec<u8>>> {
    Ok(ui_customizations::image(store, pool_id, &look.row.client_id).await?)
}

//! The look of a client's pages, as its owner has set it (pages.md 3.1, endpoints.md 3.4).
//!
//! | module | contents |
//! |---|---|
//! | [`brand`] | what templates need: logos, pictures, orders, addresses of sheets |
//! | [`settings`] | the settings of a style, laid over the service's defaults |
//! | [`properties`] | which setting is which property of the style sheet of all pages |
//! | [`colour`], [`contrast`] | colours, which lies on which, and texts that would be seen badly |
//! | [`sheet`] | the style sheet of a look |
//! | [`images`] | the addresses of images |
//! | [`look`] | from a style to what templates need |
//! | [`cache`] | looks that were made before |
//! | [`serve`] | the routes of sheets and images |
//! | [`preview`] | all pages of a look in one file |

mod brand;
mod cache;
pub mod colour;
pub mod contrast;
mod images;
mod look;
pub mod preview;
mod properties;
mod serve;
pub mod settings;
mod sheet;

use cognate_domain::resources::branding::look as stored;
use cognate_domain::resources::terms::TermsLinks;
use cognate_domain::{App, Fault, Mode};

pub use brand::{Band, Brand, Classic, Favicon, FormLogo, Logo, Method, Picture, Place, Scheme};
pub use images::content_type;
pub use look::{classic, image_paths, managed, style_sheet};
pub(crate) use serve::{CLASSIC_LOGO, CLASSIC_SHEET, IMAGE, SHEET};

use crate::locale::Locale;
use crate::views::frame::Version;

/// The look of a client's pages, and the links that they show.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The look.
    pub brand: Brand,
    /// The links to terms of use and privacy policy; None unless the client has both documents, or on classic pages.
    pub terms: Option<TermsLinks>,
    /// True if the client has no style on managed login and the server is as strict as the service: the page says
    /// [`UNAVAILABLE`] instead of what it would show.
    pub refused: bool,
}

/// The heading and the sentence of a page whose client has no style, where the server is strict (endpoints.md 3.7).
pub const UNAVAILABLE: (&str, &str) = (
    "Login pages unavailable",
    "Please contact an administrator.",
);

/// Reads the look of a client: one round trip to the database.
///
/// # Errors
/// Faults.
pub async fn load(
    app: &App,
    pool_id: &str,
    client_id: &str,
    version: Version,
    locale: Locale,
) -> Result<Shown, Fault> {
    if version == Version::Classic {
        let look = stored::classic(&app.store, pool_id, client_id).await?;
        let brand = look.map(|look| classic(client_id, &look));
        return Ok(Shown {
            brand: brand.unwrap_or_default(),
            ..Shown::default()
        });
    }
    let found = stored::managed(&app.store, pool_id, client_id, locale.tag()).await?;
    let brand = match &found.style {
        Some(style) => cache::look(pool_id, client_id, style).brand.clone(),
        None => {
            without_style(app, client_id);
            Brand {
                unstyled: app.settings.mode == Mode::Dev,
                ..Brand::default()
            }
        }
    };
    Ok(Shown {
        refused: found.style.is_none() && app.settings.strict_branding,
        brand,
        terms: found.terms,
    })
}

/// Warns of a client without a style, once for each client and at most for a bounded number of them.
fn without_style(app: &App, client_id: &str) {
    if app.settings.mode == Mode::Serve && serve::is_new(client_id) {
        tracing::warn!(
            client_id,
            "a client on managed login has no style: its pages have the default look; \
             CreateManagedLoginBranding gives it one"
        );
    }
}

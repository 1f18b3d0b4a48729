//! From the style of a client to what templates need of it.

use cognate_domain::resources::branding::look::{ClassicLook, LoginStyle};
use serde_json::Value;

use crate::branding::brand::{
    Band, Brand, Classic, Favicon, FormLogo, Logo, Method, Place, Scheme,
};
use crate::branding::images::Images;
use crate::branding::settings::Settings;
use crate::branding::sheet;
use crate::views::screen::FactorKind;

/// The steps that have pictures.
const GRAPHICS: [(&str, FactorKind); 5] = [
    ("EMAIL_GRAPHIC", FactorKind::Email),
    ("SMS_GRAPHIC", FactorKind::Sms),
    ("AUTH_APP_GRAPHIC", FactorKind::App),
    ("PASSWORD_GRAPHIC", FactorKind::Password),
    ("PASSKEY_GRAPHIC", FactorKind::Passkey),
];

/// Returns the scheme of a style.
pub(crate) fn scheme(settings: &Settings) -> Scheme {
    match settings.word("/categories/global/colorSchemeMode") {
        "DARK" => Scheme::Dark,
        "DYNAMIC" => Scheme::Dynamic,
        _ => Scheme::Light,
    }
}

/// Returns what templates need of a style (pages.md 3.1).
pub fn managed(client_id: &str, style: &LoginStyle) -> Brand {
    let settings = Settings::new(style);
    let scheme = scheme(&settings);
    let images = Images::new(client_id, style, scheme);
    let css = sheet::of(&settings, &images);
    let band = |part: &str, logo: &'static str| {
        let on = settings.is_on(&format!("/categories/global/{part}/enabled"));
        on.then(|| {
            let base = format!("/components/{part}/logo");
            let shown = settings.is_on(&format!("{base}/enabled"));
            let picture = images.picture(logo, "").filter(|_| shown);
            Band {
                logo: picture.map(|picture| Logo {
                    picture,
                    place: place(settings.word(&format!("{base}/location"))),
                }),
            }
        })
    };
    let form_logo = settings.is_on("/components/form/logo/enabled");
    let form_logo = images.picture("FORM_LOGO", "").filter(|_| form_logo);
    Brand {
        sheet: (!css.is_empty()).then(|| sheet::path(client_id, &css)),
        scheme,
        header: band("pageHeader", "PAGE_HEADER_LOGO"),
        footer: band("pageFooter", "PAGE_FOOTER_LOGO"),
        form_logo: form_logo.map(|picture| FormLogo {
            picture,
            place: place(settings.word("/components/form/logo/location")),
            inside: settings.word("/components/form/logo/formInclusion") != "OUT",
            above: settings.word("/components/form/logo/position") != "BOTTOM",
        }),
        show_graphics: settings.is_on("/categories/form/displayGraphics"),
        graphics: GRAPHICS
            .into_iter()
            .filter_map(|(category, kind)| Some((kind, images.picture(category, "")?)))
            .collect(),
        language_menu: settings.is_on("/categories/form/languageSelector/enabled"),
        methods: methods(settings.get("/categories/auth/authMethodOrder")),
        domain_search: settings.word("/categories/auth/federation/interfaceStyle") != "BUTTON_LIST",
        provider_order: names(settings.get("/categories/auth/federation/order")),
        provider_icons: settings.is_on("/componentClasses/idpButtons/icons/enabled"),
        icons: images
            .resources("IDP_BUTTON_ICON")
            .into_iter()
            .filter_map(|name| {
                let picture = images.picture("IDP_BUTTON_ICON", name)?;
                Some((name.to_owned(), picture))
            })
            .collect(),
        country_list: settings.word("/components/phoneNumberSelector/displayType") != "TEXT",
        favicons: favicons(&settings, &images),
        unstyled: false,
        classic: Classic::default(),
    }
}

/// Returns the style sheet of a style; empty if it would change nothing.
pub fn style_sheet(client_id: &str, style: &LoginStyle) -> String {
    let settings = Settings::new(style);
    let images = Images::new(client_id, style, scheme(&settings));
    sheet::of(&settings, &images)
}

/// Returns the paths of the images of a style, in their order.
pub fn image_paths(client_id: &str, style: &LoginStyle) -> Vec<String> {
    let images = Images::new(client_id, style, Scheme::Light);
    style
        .images
        .iter()
        .map(|image| images.path(image))
        .collect()
}

/// Returns what templates need of a customization of the classic pages. The paths are those of endpoints.md 3.4, with
/// the client whose page it is.
pub fn classic(client_id: &str, look: &ClassicLook) -> Brand {
    let version = &look.version;
    let path = |rest: &str| format!("/{client_id}/{version}/assets/{rest}");
    let logo = look.image_kind().map(|kind| {
        let ending = if kind == "png" { "png" } else { "jpg" };
        path(&format!("images/image.{ending}"))
    });
    Brand {
        classic: Classic {
            sheet: look.has_css().then(|| path("CSS/custom-css.css")),
            logo,
        },
        ..Brand::default()
    }
}

fn place(word: &str) -> Place {
    match word {
        "START" => Place::Start,
        "END" => Place::End,
        _ => Place::Center,
    }
}

/// Reads the order of the groups: lists in a list, each with entries of a type. A group that is not named comes last.
fn methods(order: Option<&Value>) -> Vec<Method> {
    let mut found = Vec::new();
    let entries = order.and_then(Value::as_array).into_iter().flatten();
    let entries = entries.flat_map(|entry| match entry {
        Value::Array(list) => list.iter().collect::<Vec<_>>(),
        one => vec![one],
    });
    let named = entries.filter_map(|entry| match entry.get("type")?.as_str()? {
        "FEDERATED" => Some(Method::Federated),
        "USERNAME_PASSWORD" => Some(Method::Local),
        _ => None,
    });
    for method in named.chain([Method::Federated, Method::Local]) {
        if !found.contains(&method) {
            found.push(method);
        }
    }
    found
}

fn names(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|name| Some(name.as_str()?.to_owned()))
        .collect()
}

fn favicons(settings: &Settings, images: &Images<'_>) -> Vec<Favicon> {
    let enabled = names(settings.get("/components/favicon/enabledTypes"));
    let mut found = Vec::new();
    for (kind, category, content_type) in [
        ("ICO", "FAVICON_ICO", "image/x-icon"),
        ("SVG", "FAVICON_SVG", "image/svg+xml"),
    ] {
        if !enabled.iter().any(|name| name == kind) {
            continue;
        }
        found.extend(images.of(category, "").map(|image| Favicon {
            href: images.path(image),
            content_type,
            media: match image.key.color_mode.as_str() {
                "LIGHT" => Some("(prefers-color-scheme: light)"),
                "DARK" => Some("(prefers-color-scheme: dark)"),
                _ => None,
            },
        }));
    }
    found
}

//! What templates need of a look.

use crate::views::screen::{FactorKind, ProviderButton};

/// The choice between light and dark pages (`colorSchemeMode`, endpoints.md 3.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// Light, whatever the browser prefers.
    Light,
    /// Dark, whatever the browser prefers.
    Dark,
    /// The one that the browser prefers.
    #[default]
    Dynamic,
}

impl Scheme {
    /// Returns the content of `<meta name="color-scheme">`.
    pub fn meta(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Dynamic => "light dark",
        }
    }
}

/// The place of a logo in its line, in the direction of writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Where lines begin.
    Start,
    /// In the middle.
    #[default]
    Center,
    /// Where lines end.
    End,
}

impl Place {
    /// Returns `start`, `center` or `end`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Center => "center",
            Self::End => "end",
        }
    }
}

/// An image, and the one that takes its place on dark pages. The paths are of this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The path of the image.
    pub src: String,
    /// The path of the image on dark pages, if it is another one and the browser is to choose.
    pub dark: Option<String>,
}

/// A logo in a band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// The image; its `alt` is the name of the client.
    pub picture: Picture,
    /// Its place in the band.
    pub place: Place,
}

/// The logo of the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormLogo {
    /// The image; its `alt` is the name of the client.
    pub picture: Picture,
    /// Its place in its line.
    pub place: Place,
    /// True if it stands in the card, false if outside of it.
    pub inside: bool,
    /// True if it stands above, false if below.
    pub above: bool,
}

/// The band at the top or the bottom of a page. Its colours and its picture are in the style sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// The logo.
    pub logo: Option<Logo>,
}

/// A way to sign in, as a group on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The buttons of identity providers, or the search for one.
    Federated,
    /// The form of the pool's own users.
    Local,
}

/// A link to an icon for the browser's tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Favicon {
    /// Its path.
    pub href: String,
    /// Its content type.
    pub content_type: &'static str,
    /// The media query under which it counts.
    pub media: Option<&'static str>,
}

/// The look of the classic pages (SetUICustomization, endpoints.md 3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classic {
    /// The path of the owner's style sheet.
    pub sheet: Option<String>,
    /// The path of the logo.
    pub logo: Option<String>,
}

/// The look of a client's pages. [`Brand::default`] is the look of a client that has none of its own: the service's
/// defaults, light or dark as the browser prefers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// The path of the style sheet of the client's look, to be linked behind that of all pages; None where the defaults
    /// apply. It sets colours, radii, spacing, the place of the card, and background images.
    pub sheet: Option<String>,
    /// Light or dark.
    pub scheme: Scheme,
    /// The band at the top.
    pub header: Option<Band>,
    /// The band at the bottom. Without it the links at the foot of the page have no band.
    pub footer: Option<Band>,
    /// The logo of the card.
    pub form_logo: Option<FormLogo>,
    /// True if steps have pictures: those of [`graphic`](Self::graphic), else the program's own.
    pub show_graphics: bool,
    /// The owner's pictures for steps.
    pub graphics: Vec<(FactorKind, Picture)>,
    /// True if the menu of languages is on top of the card; else it is at the foot of the page.
    pub language_menu: bool,
    /// The groups of the sign-in page in their order.
    pub methods: Vec<Method>,
    /// True if a provider is found by the domain of an e-mail address instead of a list of buttons.
    pub domain_search: bool,
    /// The names of providers in the order of their buttons; those that are missing come last.
    pub provider_order: Vec<String>,
    /// True if the buttons of providers have icons: those of [`icon`](Self::icon), else the program's own.
    pub provider_icons: bool,
    /// The owner's icons by the name of the provider.
    pub icons: Vec<(String, Picture)>,
    /// True if a phone number is asked for with a list of countries; else in a plain field.
    pub country_list: bool,
    /// The icons for the browser's tab.
    pub favicons: Vec<Favicon>,
    /// True if the page says that the client has no style: the real service would show no page at all.
    pub unstyled: bool,
    /// The look of the classic pages.
    pub classic: Classic,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            sheet: None,
            scheme: Scheme::Dynamic,
            header: None,
            footer: None,
            form_logo: None,
            show_graphics: true,
            graphics: Vec::new(),
            language_menu: false,
            methods: vec![Method::Federated, Method::Local],
            domain_search: false,
            provider_order: Vec::new(),
            provider_icons: true,
            icons: Vec::new(),
            country_list: false,
            favicons: Vec::new(),
            unstyled: false,
            classic: Classic::default(),
        }
    }
}

impl Brand {
    /// Returns the owner's picture for the step of a factor; None where pictures are off or there is none.
    pub fn graphic(&self, kind: FactorKind) -> Option<&Picture> {
        let mut all = self.graphics.iter();
        all.find(|(of, _)| *of == kind && self.show_graphics)
            .map(|(_, picture)| picture)
    }

    /// Returns the owner's icon for a provider; None where icons are off or there is none.
    pub fn icon(&self, provider: &str) -> Option<&Picture> {
        let mut all = self.icons.iter();
        all.find(|(of, _)| of == provider && self.provider_icons)
            .map(|(_, picture)| picture)
    }

    /// Puts the buttons of providers in the owner's order.
    pub fn sort(&self, providers: &mut [&ProviderButton]) {
        let place = |button: &&ProviderButton| {
            let mut names = self.provider_order.iter();
            names
                .position(|name| *name == button.name)
                .unwrap_or(usize::MAX)
        };
        providers.sort_by_key(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::screen::ProviderKind;

    #[test]
    fn providers_stand_in_the_owners_order_and_the_others_behind_them() {
        let brand = Brand {
            provider_order: vec!["Corp".into(), "Google".into()],
            ..Brand::default()
        };
        let buttons = ["Other", "Google", "Another", "Corp"].map(|name| ProviderButton {
            name: name.into(),
            kind: ProviderKind::Oidc,
            href: String::new(),
            by_domain: false,
        });
        let mut buttons: Vec<&ProviderButton> = buttons.iter().collect();
        brand.sort(&mut buttons);
        let names: Vec<&str> = buttons.iter().map(|b| b.name.as_str()).collect();
        assert_eq!(names, ["Corp", "Google", "Other", "Another"]);
    }

    #[test]
    fn pictures_that_are_off_are_not_found() {
        let picture = Picture {
            src: "/x.png".into(),
            dark: None,
        };
        let mut brand = Brand {
            graphics: vec![(FactorKind::App, picture.clone())],
            icons: vec![("Corp".into(), picture)],
            ..Brand::default()
        };
        assert!(brand.graphic(FactorKind::App).is_some() && brand.icon("Corp").is_some());
        assert!(brand.graphic(FactorKind::Email).is_none() && brand.icon("Other").is_none());
        brand.show_graphics = false;
        brand.provider_icons = false;
        assert!(brand.graphic(FactorKind::App).is_none() && brand.icon("Corp").is_none());
    }
}

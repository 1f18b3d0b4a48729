//! The addresses of a style's images, and their content types.

use std::fmt::Write;

use cognate_crypto::hash::sha256_hex;
use cognate_domain::resources::branding::look::{AssetInfo, LoginStyle};

use crate::branding::brand::{Picture, Scheme};

/// Returns the part of the addresses of a style's images that changes with each change of it.
pub(crate) fn stamp(style: &LoginStyle) -> String {
    let text = format!("{} {}", style.id, style.ver);
    sha256_hex(text.as_bytes()).chars().take(16).collect()
}

/// Returns the name of an image's file: a name of a provider in it is written in hexadecimal digits.
pub(crate) fn file_name(image: &AssetInfo) -> String {
    let category = image.key.category.to_ascii_lowercase().replace('_', "-");
    let mut name = format!("{category}.{}", image.key.color_mode.to_ascii_lowercase());
    if !image.key.resource.is_empty() {
        name.push('.');
        for byte in image.key.resource.bytes() {
            let _ = write!(name, "{byte:02x}");
        }
    }
    format!("{name}.{}", image.extension.to_ascii_lowercase())
}

/// Returns the content type of a kind of file. Drawings were checked as UTF-8, which is said so that browsers do not read
/// them in the encoding that a file claims to have (RFC 7303 section 3.2).
pub fn content_type(extension: &str) -> &'static str {
    match extension {
        "ICO" => "image/x-icon",
        "JPEG" => "image/jpeg",
        "PNG" => "image/png",
        "SVG" => "image/svg+xml;charset=utf-8",
        "WEBP" => "image/webp",
        _ => "application/octet-stream",
    }
}

/// The images of a style, by what they are for.
pub(crate) struct Images<'a> {
    client_id: &'a str,
    style: &'a LoginStyle,
    stamp: String,
    scheme: Scheme,
}

impl<'a> Images<'a> {
    /// Creates the images of the style of a client whose pages are light or dark.
    pub(crate) fn new(client_id: &'a str, style: &'a LoginStyle, scheme: Scheme) -> Self {
        Self {
            client_id,
            style,
            stamp: stamp(style),
            scheme,
        }
    }

    /// Returns the path of an image.
    pub(crate) fn path(&self, image: &AssetInfo) -> String {
        let (client_id, stamp) = (self.client_id, &self.stamp);
        format!("/branding/{client_id}/{stamp}/{}", file_name(image))
    }

    /// Returns all images of a category and of a provider.
    pub(crate) fn of(
        &self,
        category: &'a str,
        resource: &'a str,
    ) -> impl Iterator<Item = &'a AssetInfo> {
        let images = self.style.images.iter();
        images.filter(move |i| i.key.category == category && i.key.resource == resource)
    }

    /// Returns the names of the providers that have icons.
    pub(crate) fn resources(&self, category: &str) -> Vec<&'a str> {
        let images = self.style.images.iter();
        let images = images.filter(|i| i.key.category == category);
        let mut names: Vec<&str> = images.map(|i| i.key.resource.as_str()).collect();
        names.retain(|name| !name.is_empty());
        names.dedup();
        names
    }

    /// Returns the image for light and for dark pages. One that is for both comes after those that are for one.
    pub(crate) fn picture(&self, category: &'a str, resource: &'a str) -> Option<Picture> {
        let find = |mode: &str| {
            let mut all = self.of(category, resource);
            all.find(|i| i.key.color_mode == mode).map(|i| self.path(i))
        };
        let both = find("DYNAMIC");
        let light = find("LIGHT").or_else(|| both.clone());
        let dark = find("DARK").or(both);
        let (src, dark) = match self.scheme {
            Scheme::Light => (light.or(dark)?, None),
            Scheme::Dark => (dark.or(light)?, None),
            Scheme::Dynamic => match (light, dark) {
                (Some(light), Some(dark)) if light != dark => (light, Some(dark)),
                (light, dark) => (light.or(dark)?, None),
            },
        };
        Some(Picture { src, dark })
    }
}

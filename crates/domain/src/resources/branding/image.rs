//! Checks of uploaded images: pictures by how the files begin, drawings by their contents.

use std::borrow::Cow;

use cognate_federation::xml;
use cognate_shapes::AssetExtensionType;

use crate::errors::{ApiError, branding};

/// The largest logo of the classic pages, in bytes (endpoints.md 3.4).
const MAX_LOGO: usize = 100 << 10;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const JPEG: &[u8] = b"\xff\xd8\xff";
const ICO: &[u8] = b"\0\0\x01\0";

const SVG: &str = "http://www.w3.org/2000/svg";
/// Elements that draw, and nothing that runs, plays, links or embeds.
const DRAWING: [&str; 57] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "filter",
    "font",
    "font-face",
    "g",
    "glyph",
    "hkern",
    "line",
    "linearGradient",
    "marker",
    "mask",
    "metadata",
    "missing-glyph",
    "path",
    "pattern",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "style",
    "svg",
    "switch",
    "symbol",
    "text",
    "textPath",
    "title",
    "tspan",
    "use",
];

/// Returns `png` or `jpeg`.
///
/// # Errors
/// InvalidParameterException for another kind of file, or one that is too large.
pub fn logo_kind(bytes: &[u8]) -> Result<&'static str, ApiError> {
    if bytes.len() > MAX_LOGO {
        return Err(branding::too_large());
    }
    if bytes.starts_with(PNG) {
        Ok("png")
    } else if bytes.starts_with(JPEG) {
        Ok("jpeg")
    } else {
        Err(branding::image_kind())
    }
}

/// Returns why the file is not what its extension says, or not harmless; None if it is both.
pub fn fault(extension: AssetExtensionType, bytes: &[u8]) -> Option<Cow<'static, str>> {
    let right = match extension {
        AssetExtensionType::Png => bytes.starts_with(PNG),
        AssetExtensionType::Jpeg => bytes.starts_with(JPEG),
        AssetExtensionType::Ico => bytes.starts_with(ICO),
        AssetExtensionType::Webp => {
            bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice())
        }
        AssetExtensionType::Svg => match std::str::from_utf8(bytes) {
            Ok(text) => return drawing_fault(text),
            Err(_) => false,
        },
    };
    (!right).then(|| branding::WRONG_CONTENT.into())
}

/// Returns why a file is not an SVG drawing without scripts, links, foreign content, or anything from elsewhere; None
/// if it is.
fn drawing_fault(text: &str) -> Option<Cow<'static, str>> {
    let wrong = || Some(Cow::Borrowed(branding::WRONG_CONTENT));
    if claims_other_encoding(text) {
        return wrong();
    }
    let Ok(document) = xml::parse(text, xml::DRAWING) else {
        return wrong();
    };
    if document.root_element().tag_name().name() != "svg" {
        return wrong();
    }
    for node in document.descendants() {
        let name = node.tag_name();
        let known = DRAWING.contains(&name.name()) && name.namespace() == Some(SVG);
        if node.is_pi() || (node.is_element() && !known) {
            return wrong();
        }
        let live: Vec<&str> = node
            .attributes()
            .filter(|a| !is_inert(a.name(), a.value()))
            .map(|a| a.name())
            .collect();
        if !live.is_empty() {
            return Some(branding::attributes_not_allowed(name.name(), &live).into());
        }
    }
    None
}

/// True if the declaration of a text names another encoding than UTF-8, in which a browser would read other elements than
/// were checked here. Letters of ASCII alone are the same in every encoding that browsers take from a declaration.
fn claims_other_encoding(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}');
    let Some((declaration, _)) = start
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
    else {
        return false;
    };
    let plain: String = declaration
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            if c == '\'' {
                '"'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let mut named = plain.split("encoding").skip(1);
    !text.is_ascii() && named.any(|rest| !rest.starts_with("=\"utf-8\""))
}

/// True if an attribute neither runs anything nor names anything outside of the drawing.
fn is_inert(name: &str, value: &str) -> bool {
    let event = name
        .get(..2)
        .is_some_and(|on| on.eq_ignore_ascii_case("on"));
    let link = matches!(name, "href" | "src");
    !event && (!link || value.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(inside: &str) -> String {
        format!(r#"<svg xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink">{inside}</svg>"#)
    }

    #[test]
    fn files_are_what_they_begin_with() {
        let webp = b"RIFF\x10\0\0\0WEBPVP8 ";
        for (extension, bytes) in [
            (AssetExtensionType::Png, PNG),
            (AssetExtensionType::Jpeg, JPEG),
            (AssetExtensionType::Ico, ICO),
            (AssetExtensionType::Webp, webp.as_slice()),
            (AssetExtensionType::Svg, drawing("").as_bytes()),
        ] {
            assert_eq!(fault(extension, bytes), None, "{extension:?}");
            assert!(fault(extension, b"").is_some(), "{extension:?}");
            for other in [PNG, JPEG, ICO, webp, b"<p/>"] {
                assert!(
                    other == bytes || fault(extension, other).is_some(),
                    "{extension:?}"
                );
            }
        }
    }

    #[test]
    fn a_drawing_is_read_in_the_encoding_in_which_it_was_checked() {
        // In Shift_JIS the last byte of the letter takes a bracket with it, and the script is outside of the data.
        let hidden =
            "<title><![CDATA[\u{3043}]]></title><!-- ]]></title><script/><![CDATA[ --><!-- ]]> -->";
        for (declared, inside, fits) in [
            ("encoding='Shift_JIS'", hidden, false),
            (" ENCODING = \"gb18030\"", "<title>\u{e9}</title>", false),
            (
                "encoding='utf-8' encoding='big5'",
                "<title>\u{e9}</title>",
                false,
            ),
            ("encoding=\"UTF-8\"", "<title>\u{e9}</title>", true),
            (
                "encoding='iso-8859-1' standalone='no'",
                "<path d='M0 0'/>",
                true,
            ),
            ("", "<title>\u{e9}</title>", true),
        ] {
            let text = format!("<?xml version='1.0' {declared}?>{}", drawing(inside));
            assert_eq!(drawing_fault(&text).is_none(), fits, "{declared}");
        }
    }

    #[test]
    fn drawings_draw_and_do_nothing_else() {
        for good in [
            "<title>x</title><g fill='red'><path d='M0 0'/></g>",
            "<defs><linearGradient id='a'><stop offset='0'/></linearGradient></defs><use xlink:href='#a'/>",
        ] {
            assert_eq!(drawing_fault(&drawing(good)), None, "{good}");
        }
        for bad in [
            "<script>alert(1)</script>",
            "<path onload='alert(1)'/>",
            "<path ONLOAD='alert(1)'/>",
            "<a href='https://evil.example'/>",
            "<use href='https://evil.example#x'/>",
            "<use xlink:href='javascript:alert(1)'/>",
            "<image href='#x'/>",
            "<foreignObject/>",
            "<animate attributeName='href'/>",
            "<script xmlns='http://www.w3.org/1999/xhtml'/>",
            "<title><iframe xmlns='http://www.w3.org/1999/xhtml'/></title>",
        ] {
            assert!(drawing_fault(&drawing(bad)).is_some(), "{bad}");
        }
        for bad in [
            "<svg/>".to_owned(),
            format!("<!DOCTYPE svg>{}", drawing("")),
            format!("<?xml-stylesheet href='x'?>{}", drawing("")),
            "no drawing".to_owned(),
        ] {
            assert!(drawing_fault(&bad).is_some(), "{bad}");
        }
    }
}

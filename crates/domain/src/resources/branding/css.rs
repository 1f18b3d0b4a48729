//! The style sheets of the classic pages: rules for a fixed list of classes and nothing else (endpoints.md 3.4).
//!
//! A sheet that is accepted here becomes part of pages where people type their passwords. So this is not a reader of
//! CSS at large, which mends what is broken in ways that are easily misjudged, but of a part of it that can only be
//! read in one way: no escapes, no at-rules, no blocks in blocks, every bracket and quote closed.

use crate::errors::{ApiError, branding};

/// The largest style sheet, in bytes.
const MAX: usize = 3 << 10;

/// White space in style sheets (CSS Syntax section 4.2, of what is let through here).
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The selectors and rules that may begin a block.
const SELECTORS: [&str; 18] = [
    ".background-customizable",
    ".banner-customizable",
    ".errorMessage-customizable",
    ".idpButton-customizable",
    ".idpButton-customizable:hover",
    ".idpDescription-customizable",
    ".inputField-customizable",
    ".inputField-customizable:focus",
    ".label-customizable",
    ".legalText-customizable",
    ".logo-customizable",
    ".passwordCheck-notValid-customizable",
    ".passwordCheck-valid-customizable",
    ".redirect-customizable",
    ".socialButton-customizable",
    ".submitButton-customizable",
    ".submitButton-customizable:hover",
    ".textDescription-customizable",
];

/// Refuses a style sheet that says more than how the classes look.
///
/// # Errors
/// InvalidParameterException.
pub fn check(css: &str) -> Result<(), ApiError> {
    if css.len() > MAX {
        return Err(branding::too_large());
    }
    // `<` could end the element that contains the sheet; a backslash writes any character as another.
    let odd = |c: char| c == '<' || c == '\\' || (c.is_control() && !"\t\n\r".contains(c));
    if css.contains(odd) {
        return Err(branding::invalid_css());
    }
    let mut rest = skip_space(css)?;
    while !rest.is_empty() {
        let (selectors, block) = rest.split_once('{').ok_or_else(branding::invalid_css)?;
        for selector in selectors.split(',').map(|text| text.trim_matches(SPACE)) {
            if selector.starts_with('@') {
                return Err(branding::invalid_css());
            }
            if !SELECTORS.contains(&selector) {
                return Err(branding::class_not_allowed(selector));
            }
        }
        rest = skip_space(skip_block(block)?)?;
    }
    Ok(())
}

/// Functions of CSS beside `url()` that fetch what a string names.
const FETCHING: [&str; 5] = ["image-set", "image", "src", "cross-fade", "element"];

/// Returns a sheet that [`check`] accepted as pages may have it: addresses of elsewhere are taken out, so that no other
/// host learns who opens a page. What remains are pictures in the sheet itself (`data:image/…`).
pub fn harmless(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(next) = rest.chars().next() {
        let behind = match next {
            '/' if rest.starts_with("/*") => rest.get(2..).and_then(|text| behind(text, "*/").ok()),
            '"' => rest.get(1..).and_then(|text| skip_string(text, "\"").ok()),
            '\'' => rest.get(1..).and_then(|text| skip_string(text, "'").ok()),
            _ => None,
        };
        if let Some(behind) = behind {
            let token = rest.len() - behind.len();
            out.push_str(rest.get(..token).unwrap_or(""));
            rest = behind;
            continue;
        }
        if let Some(inside) = address(rest)
            && let Ok(behind) = skip_address(inside)
        {
            let token = rest.get(..rest.len() - behind.len()).unwrap_or("");
            out.push_str(if is_own(inside) { token } else { "none" });
            rest = behind;
            continue;
        }
        let name = rest
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .next();
        let name = name.unwrap_or("");
        if name.is_empty() {
            out.push(next);
            rest = rest.get(next.len_utf8()..).unwrap_or("");
            continue;
        }
        let after = rest.get(name.len()..).unwrap_or("");
        let fetches = after.starts_with('(') && FETCHING.contains(&plain(name).as_str());
        // A function that does not exist makes browsers drop the declaration.
        out.push_str(if fetches { "blocked" } else { name });
        rest = after;
    }
    out
}

/// Returns the name of a function in lower case without the prefix of a browser (`-webkit-`).
fn plain(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let rest = name.strip_prefix('-').and_then(|rest| rest.split_once('-'));
    rest.map_or(name.clone(), |(_, rest)| rest.to_owned())
}

/// True if what stands behind `url(` is a picture in the sheet itself.
fn is_own(inside: &str) -> bool {
    let start = inside
        .trim_start_matches(SPACE)
        .trim_start_matches(['"', '\'']);
    let start = start.trim_start_matches(SPACE).get(..11);
    start.is_some_and(|start| start.eq_ignore_ascii_case("data:image/"))
}

/// Returns the text behind white space and comments.
fn skip_space(mut text: &str) -> Result<&str, ApiError> {
    loop {
        text = text.trim_start_matches(SPACE);
        match text.strip_prefix("/*") {
            Some(comment) => text = behind(comment, "*/")?,
            None => return Ok(text),
        }
    }
}

/// Returns the text behind the closing brace of a block whose declarations `text` begins with.
fn skip_block(mut text: &str) -> Result<&str, ApiError> {
    let mut open = 0_usize;
    loop {
        if let Some(comment) = text.strip_prefix("/*") {
            text = behind(comment, "*/")?;
            continue;
        }
        if let Some(address) = address(text) {
            text = skip_address(address)?;
            continue;
        }
        let mut chars = text.chars();
        let next = chars.next().ok_or_else(branding::invalid_css)?;
        text = chars.as_str();
        match next {
            '}' if open == 0 => return Ok(text),
            '{' | '}' | '@' | '[' | ']' => return Err(branding::invalid_css()),
            '(' => open += 1,
            ')' => open = open.checked_sub(1).ok_or_else(branding::invalid_css)?,
            '"' => text = skip_string(text, "\"")?,
            '\'' => text = skip_string(text, "'")?,
            _ => {}
        }
    }
}

/// Returns the text behind `url(`, in which other rules hold than elsewhere.
fn address(text: &str) -> Option<&str> {
    let start = text.get(..4)?;
    start
        .eq_ignore_ascii_case("url(")
        .then(|| text.get(4..))
        .flatten()
}

/// Returns the text behind the bracket of an address without quotes, or its opening quote.
fn skip_address(text: &str) -> Result<&str, ApiError> {
    let text = text.trim_start_matches(SPACE);
    for quote in ["\"", "'"] {
        if let Some(string) = text.strip_prefix(quote) {
            let end = skip_string(string, quote)?.trim_start_matches(SPACE);
            return end.strip_prefix(')').ok_or_else(branding::invalid_css);
        }
    }
    let (address, rest) = text.split_once(')').ok_or_else(branding::invalid_css)?;
    let odd = |c: char| c.is_whitespace() || "\"'(){}@*".contains(c);
    if address.trim_end_matches(SPACE).contains(odd) {
        return Err(branding::invalid_css());
    }
    Ok(rest)
}

/// Returns the text behind the closing quote; a string ends on its own line.
fn skip_string<'a>(text: &'a str, quote: &str) -> Result<&'a str, ApiError> {
    let (string, rest) = text.split_once(quote).ok_or_else(branding::invalid_css)?;
    if string.contains(['\n', '\r']) {
        return Err(branding::invalid_css());
    }
    Ok(rest)
}

fn behind<'a>(text: &'a str, end: &str) -> Result<&'a str, ApiError> {
    let (_, rest) = text.split_once(end).ok_or_else(branding::invalid_css)?;
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_for_the_listed_classes_pass() {
        for good in [
            "",
            " \n/* nothing */ ",
            ".logo-customizable {\n\tmax-width: 60%;\n\tmax-height: 30%;\n}",
            ".submitButton-customizable:hover{color:#fff}.inputField-customizable:focus{outline:0}",
            ".label-customizable, .legalText-customizable{}",
            ".banner-customizable{background:linear-gradient(to right, rgb(1,2,3), red); content: '}{@'}",
            ".background-customizable{background-image:url(https://a.example/x.png?a=b)}",
            ".background-customizable{background-image:URL( 'https://a.example/{x}.png' ) ; /* } */ }",
        ] {
            assert!(check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn other_selectors_are_named() {
        for (css, selector) in [
            ("body{}", "body"),
            (".logo-customizable{} .other{}", ".other"),
            (
                ".logo-customizable .banner-customizable{}",
                ".logo-customizable .banner-customizable",
            ),
            (".logo-customizable, p{}", "p"),
            (".logo-customizable:hover{}", ".logo-customizable:hover"),
            (".logo-customizable,{}", ""),
            (".logo-customizable/**/{}", ".logo-customizable/**/"),
            ("\u{a0}.logo-customizable{}", "\u{a0}.logo-customizable"),
            ("{}", ""),
        ] {
            let text = format!("The CSS class {selector} is not in the list of allowed classes.");
            assert_eq!(check(css).unwrap_err().message, text, "{css}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in [
            "@import 'x';",
            "@media print { .logo-customizable{} }",
            "@supports (x:y) {}",
            ".logo-customizable{",
            ".logo-customizable",
            "/* open",
            ".logo-customizable{@page}",
            ".logo-customizable{ .x{} }",
            ".logo-customizable{ a: (} body{ b: ) }",
            ".logo-customizable{ a: [} body{ b: ] }",
            ".logo-customizable{ a: ) }",
            ".logo-customizable{ a: \"x\n} body{ \" }",
            ".logo-customizable{ a: url(/* )} body{} /* */) }",
            ".logo-customizable{ a: url(x\"y) }",
            ".logo-customizable{ a: url(x y) }",
            ".logo-customizable{ a: url('x' y) }",
            ".logo-customizable{ a: \\7d }",
            ".logo-customizable{ a: b }</style><script>",
            ".logo-customizable{ a: b\u{c} }",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert_eq!(
            check(&" ".repeat(MAX + 1)).unwrap_err().message,
            "request parameters too large"
        );
    }

    #[test]
    fn a_page_asks_no_other_host() {
        let own = "url(data:image/png;base64,iVBORw0KGgo=)";
        for (sheet, seen) in [
            ("", ""),
            ("a:b", "a:b"),
            (own, own),
            (
                "URL( 'data:image/png;base64,eA==' )",
                "URL( 'data:image/png;base64,eA==' )",
            ),
            ("a:url(https://evil.example/x)", "a:none"),
            ("a:Url( \"//evil.example/)\" ) b", "a:none b"),
            ("a:url(/login)", "a:none"),
            ("a:url(data:text/html,x)", "a:none"),
            ("a:image-set('https://e/' 1x)", "a:blocked('https://e/' 1x)"),
            ("a:-webkit-image-set(url(x) 1x)", "a:blocked(none 1x)"),
            (
                "a:-WebKit-Image-Set('/logout' 1x)",
                "a:blocked('/logout' 1x)",
            ),
            ("a:-MOZ-image-set('//e' 1x)", "a:blocked('//e' 1x)"),
            ("a:-x-gradient(red)", "a:-x-gradient(red)"),
            ("a:src('https://e/')", "a:blocked('https://e/')"),
            (
                "content:'url(x) }' /* url(y) */",
                "content:'url(x) }' /* url(y) */",
            ),
            (
                "a:linear-gradient(red, blue)",
                "a:linear-gradient(red, blue)",
            ),
            ("é:ü", "é:ü"),
        ] {
            let block = |text: &str| format!(".logo-customizable{{{text}}}");
            assert!(check(&block(sheet)).is_ok(), "{sheet}");
            assert_eq!(harmless(&block(sheet)), block(seen));
            assert!(check(&harmless(&block(sheet))).is_ok(), "{sheet}");
        }
    }
}

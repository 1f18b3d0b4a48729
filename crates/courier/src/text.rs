//! The plain text of an HTML body, for readers without HTML: tags dropped, links kept as `label (url)`.

/// Elements whose content is not text.
const HIDDEN: [&str; 4] = ["head", "script", "style", "title"];
/// Elements that begin and end a line.
const BLOCKS: [&str; 22] = [
    "address",
    "article",
    "blockquote",
    "body",
    "center",
    "div",
    "dl",
    "footer",
    "form",
    "h4",
    "h5",
    "h6",
    "header",
    "html",
    "li",
    "main",
    "ol",
    "section",
    "table",
    "tbody",
    "tr",
    "ul",
];
/// Elements with an empty line before and after them.
const PARAGRAPHS: [&str; 5] = ["p", "h1", "h2", "h3", "pre"];

/// Returns the plain text of an HTML body. Reads any text in linear time and never fails.
pub fn plain(html: &str) -> String {
    let mut out = Writer::default();
    let mut link: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.text(before);
        if let Some(after) = from.strip_prefix("<!--") {
            rest = after.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some((tag, after)) = tag(from) else {
            out.text("<");
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        rest = after;
        let name = tag.name.as_str();
        if HIDDEN.contains(&name) && !tag.closes {
            rest = skip(rest, name);
        } else if name == "a" {
            if let Some((url, start)) = link.take() {
                out.link(&url, start);
            }
            link = href(tag.attributes).map(|url| (url, out.text.len()));
        } else if name == "br" {
            out.line();
        } else if name == "hr" || PARAGRAPHS.contains(&name) {
            out.paragraph();
        } else if name == "td" || name == "th" {
            out.text(" ");
        } else if BLOCKS.contains(&name) {
            out.block();
            if name == "li" && !tag.closes {
                out.text("- ");
            }
        }
    }
    out.text(rest);
    if let Some((url, start)) = link {
        out.link(&url, start);
    }
    out.text.trim().to_owned()
}

struct Tag<'a> {
    name: String,
    closes: bool,
    attributes: &'a str,
}

/// Reads a tag and returns it with what follows; None if this `<` begins none.
fn tag(from: &str) -> Option<(Tag<'_>, &str)> {
    let inside = from.strip_prefix('<')?;
    let closes = inside.starts_with('/');
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let markup = |c: char| c.is_ascii_alphabetic() || matches!(c, '!' | '?');
    if !inside.starts_with(markup) {
        return None;
    }
    let mut quote = None;
    let end = inside.find(|c: char| match (quote, c) {
        (None, '>') => true,
        (None, '"' | '\'') => {
            quote = Some(c);
            false
        }
        (Some(open), c) => {
            if open == c {
                quote = None;
            }
            false
        }
        _ => false,
    });
    // A quote that is never closed is a mistake of the template: the tag ends at the first bracket.
    let end = end.or_else(|| inside.find('>')).unwrap_or(inside.len());
    let (tag, after) = inside.split_at(end);
    let name = tag
        .find(|c: char| c.is_whitespace() || c == '/')
        .map_or(tag, |at| tag.split_at(at).0);
    let attributes = tag.strip_prefix(name).unwrap_or_default();
    let tag = Tag {
        name: name.to_ascii_lowercase(),
        closes,
        attributes,
    };
    Some((tag, after.strip_prefix('>').unwrap_or(after)))
}

/// Returns what follows the end of an element; nothing if it has none.
fn skip<'a>(rest: &'a str, name: &str) -> &'a str {
    let mut from = rest;
    while let Some((_, after)) = from.split_once("</") {
        let ends = after
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        if ends {
            return after.split_once('>').map_or("", |(_, after)| after);
        }
        from = after;
    }
    ""
}

/// Returns the target of a link, if it is one that a reader can follow.
fn href(attributes: &str) -> Option<String> {
    let lower = attributes.to_ascii_lowercase();
    let mut from = 0;
    loop {
        let at = from + lower.get(from..)?.find("href")?;
        from = at + 4;
        let starts = attributes
            .get(..at)?
            .ends_with(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let value = attributes.get(from..)?.trim_start();
        let Some(value) = value.strip_prefix('=').filter(|_| starts) else {
            continue;
        };
        let value = value.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split(quote).next()?,
            _ => value.split_whitespace().next()?,
        };
        let url = decode(value.trim());
        let scheme = url.split_once(':')?.0.to_ascii_lowercase();
        return matches!(scheme.as_str(), "http" | "https" | "mailto").then_some(url);
    }
}

/// The text so far. Runs of white space become one space, and no line begins or ends with one.
#[derive(Default)]
struct Writer {
    text: String,
    space: bool,
}

impl Writer {
    fn text(&mut self, html: &str) {
        for c in decode(html).chars() {
            if c.is_ascii_whitespace() {
                self.space = true;
                continue;
            }
            if std::mem::take(&mut self.space)
                && !self.text.is_empty()
                && !self.text.ends_with('\n')
            {
                self.text.push(' ');
            }
            self.text.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }

    fn line(&mut self) {
        self.space = false;
        if !self.text.ends_with("\n\n") && !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    fn block(&mut self) {
        self.space = false;
        if !self.text.ends_with('\n') {
            self.line();
        }
    }

    fn paragraph(&mut self) {
        self.block();
        self.line();
    }

    /// Ends a link that began at `start`.
    fn link(&mut self, url: &str, start: usize) {
        let label = self.text.get(start..).unwrap_or_default().trim().to_owned();
        if label == url || url.strip_prefix("mailto:") == Some(label.as_str()) {
            return;
        }
        let separator = if label.is_empty() { "" } else { " " };
        let space = std::mem::take(&mut self.space);
        if label.is_empty() && space && !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push(' ');
        }
        let url = match label.is_empty() {
            true => url.to_owned(),
            false => format!("({url})"),
        };
        self.text.push_str(separator);
        self.text.push_str(&url);
        self.space = space && !separator.is_empty();
    }
}

/// Decodes character references: the numeric ones and those names that people write.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name = from.get(1..).unwrap_or_default();
        let end = name.bytes().take(12).position(|byte| byte == b';');
        let found = end.and_then(|end| {
            let (name, after) = name.split_at_checked(end)?;
            Some((reference(name)?, after.get(1..)?))
        });
        if let Some((c, after)) = found {
            out.push(c);
            rest = after;
        } else {
            out.push('&');
            rest = name;
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        "pound" => '£',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "ccedil" => 'ç',
        "ntilde" => 'ñ',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_text_stays() {
        for (html, text) in [
            ("Your code is 123456. ", "Your code is 123456."),
            ("Your <b>code</b> is\n  <i>1&amp;2</i>", "Your code is 1&2"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<p>One</p><p>Two</p>", "One\n\nTwo"),
            ("<div>One<div>Two</div></div>Three", "One\nTwo\nThree"),
            ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            ("<style>p { x: \"<b>\" }</style>a<!-- <p>no</p> -->b", "ab"),
            (
                "<HEAD><title>x</title></HEAD><script>if (a<b) {}</SCRIPT>c",
                "c",
            ),
            ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
            ("<b title='a>b'>x</b>", "x"),
            ("<b title='a>x</b>", "x"),
            ("コード&#x1F511;&nbsp;12 العربية", "コード🔑 12 العربية"),
            ("&#0;&#xD800;&unknown;&", "&#0;&#xD800;&unknown;&"),
            ("<", "<"),
            ("<a", ""),
            ("</", "</"),
            ("", ""),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn links_keep_their_targets() {
        for (html, text) in [
            (
                "Click <a href=\"https://a.example/?x=1&amp;y=2\">here</a>, now",
                "Click here (https://a.example/?x=1&y=2), now",
            ),
            (
                "<a class=x HREF='https://a.example/'>a</a> b",
                "a (https://a.example/) b",
            ),
            (
                "<a data-href=x href=https://a.example>a</a>",
                "a (https://a.example)",
            ),
            (
                "<a href=\"https://a.example\">https://a.example</a>",
                "https://a.example",
            ),
            (
                "<a href=\"mailto:a@b.example\">a@b.example</a>",
                "a@b.example",
            ),
            (
                "x <a href=\"https://a.example\"><img src=x></a>",
                "x https://a.example",
            ),
            ("<a href=\"javascript:alert(1)\">a</a>", "a"),
            ("<a name=x>a</a>", "a"),
            ("<a href=\"https://a.example\">a", "a (https://a.example)"),
        ] {
            assert_eq!(plain(html), text, "{html:?}");
        }
    }

    #[test]
    fn hostile_bodies_are_read_in_linear_time() {
        for part in [
            "<",
            "<a href=",
            "<!--",
            "&",
            "&#",
            "<a href=\"https://x\">",
            "<style>",
            "</",
        ] {
            let _ = plain(&part.repeat(50_000));
        }
    }
}

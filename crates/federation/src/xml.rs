//! XML from untrusted sources, read under bounds.
//!
//! The parser compares every attribute of an element with all others of it, and copies every namespace in scope to each
//! element that declares one more, so a small document can take minutes. A linear scan that knows nothing but tags and
//! quotes therefore comes first, and what goes beyond [`Bounds`] never reaches the parser. The scan may count more than
//! the parser sees (a prefix that is declared twice), never less.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roxmltree::{Document, Node, NodeType, ParsingOptions};

/// The largest document, in bytes.
pub(crate) const LARGEST: usize = 1 << 20;
/// The greatest depth to which elements may be nested.
const DEEPEST: usize = 64;
/// Attributes of one element, declarations of namespaces included.
const MOST_ATTRIBUTES: usize = 64;
/// Declarations of namespaces that are in scope at one element.
const MOST_IN_SCOPE: usize = 64;
/// Declarations of namespaces in the document.
const MOST_DECLARED: usize = 4_096;

/// The bounds that differ from one kind of document to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Elements, texts, comments and instructions.
    pub nodes: u32,
    /// Bytes of one tag.
    pub tag: usize,
}

/// Metadata and messages of identity providers.
pub const SAML: Bounds = Bounds {
    nodes: 20_000,
    tag: 8_192,
};

/// The part of a signature that is signed, which the bounds of [`SAML`] are far too wide for.
pub(crate) const SIGNED_INFO: Bounds = Bounds {
    nodes: 80,
    tag: 8_192,
};

/// Drawings: a path is one attribute, and a megabyte of ordinary paths does not reach the number of nodes.
pub const DRAWING: Bounds = Bounds {
    nodes: 100_000,
    tag: LARGEST,
};

/// The text is no XML, has a document type definition, or is beyond a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not well-formed XML without a document type definition, or beyond the bounds")]
pub struct Malformed;

/// Reads a document.
///
/// # Errors
/// [`Malformed`].
pub fn parse(text: &str, bounds: Bounds) -> Result<Document<'_>, Malformed> {
    Scan::new(bounds).run(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: bounds.nodes,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|_| Malformed)
}

/// Returns the child elements of this namespace and name.
pub(crate) fn children<'a, 'd: 'a>(
    parent: Node<'a, 'd>,
    name: (&'static str, &'static str),
) -> impl Iterator<Item = Node<'a, 'd>> {
    parent
        .children()
        .filter(move |node| node.has_tag_name(name))
}

/// Returns the child element of this namespace and name, if there is one.
///
/// # Errors
/// [`Malformed`] if there are several.
pub(crate) fn maybe<'a, 'd: 'a>(
    parent: Node<'a, 'd>,
    name: (&'static str, &'static str),
) -> Result<Option<Node<'a, 'd>>, Malformed> {
    let mut found = children(parent, name);
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        _ => Err(Malformed),
    }
}

/// Returns the one child element of this namespace and name.
///
/// # Errors
/// [`Malformed`] if there is none, or several.
pub(crate) fn only<'a, 'd: 'a>(
    parent: Node<'a, 'd>,
    name: (&'static str, &'static str),
) -> Result<Node<'a, 'd>, Malformed> {
    maybe(parent, name)?.ok_or(Malformed)
}

/// Returns the value of the attribute of this name that is in no namespace. (The parser's own search takes one of any.)
pub(crate) fn attribute<'a>(element: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let mut attributes = element.attributes();
    attributes
        .find(|attribute| attribute.name() == name && attribute.namespace().is_none())
        .map(|attribute| attribute.value())
}

/// Returns the whole text of an element that holds nothing but text. Comments are no part of it and do not end it, as in
/// the canonical form.
///
/// # Errors
/// [`Malformed`] if there are elements or processing instructions in it.
pub(crate) fn text(element: Node<'_, '_>) -> Result<String, Malformed> {
    let mut whole = String::new();
    for child in element.children() {
        match child.node_type() {
            NodeType::Text => whole.push_str(child.text().unwrap_or_default()),
            NodeType::Comment => {}
            _ => return Err(Malformed),
        }
    }
    Ok(whole)
}

/// Returns the bytes of an element whose text is base64 in the standard alphabet, folded or not.
///
/// # Errors
/// [`Malformed`].
pub(crate) fn base64(element: Node<'_, '_>) -> Result<Vec<u8>, Malformed> {
    let folded = text(element)?;
    let text: String = folded.split_ascii_whitespace().collect();
    STANDARD.decode(text).map_err(|_| Malformed)
}

/// True if the document does not say that it is in another encoding than UTF-8. The parser does not look.
pub(crate) fn says_utf8(text: &str) -> bool {
    let Some((declaration, _)) = text
        .strip_prefix("<?xml")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace()))
        .and_then(|rest| rest.split_once("?>"))
    else {
        return true;
    };
    let Some((_, value)) = declaration.split_once("encoding") else {
        return true;
    };
    let value = value.trim_start().strip_prefix('=').unwrap_or_default();
    let mut parts = value.trim_start().splitn(3, ['"', '\'']);
    parts.next().is_some_and(str::is_empty)
        && parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case("utf-8"))
}

/// The scan before the parser.
struct Scan {
    bounds: Bounds,
    /// Declarations in scope at each element that is open.
    open: Vec<usize>,
    declared: usize,
    pieces: u32,
}

/// The facts about a start tag that the scan uses.
struct Tag {
    /// Bytes up to and with the closing bracket.
    length: usize,
    attributes: usize,
    declares: usize,
    /// `<a/>`.
    closed: bool,
}

impl Scan {
    fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            open: Vec::new(),
            declared: 0,
            pieces: 0,
        }
    }

    fn run(&mut self, text: &str) -> Result<(), Malformed> {
        if text.len() > LARGEST {
            return Err(Malformed);
        }
        let mut rest = text.as_bytes();
        while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
            rest = behind(rest, at)?;
            self.pieces += 1;
            if self.pieces > self.bounds.nodes.saturating_mul(2) {
                return Err(Malformed);
            }
            let length = match rest {
                [b'!', b'-', b'-', comment @ ..] => 3 + find(comment, b"-->")?,
                [b'!', rest @ ..] => match rest.strip_prefix(b"[CDATA[") {
                    Some(data) => 8 + find(data, b"]]>")?,
                    // A document type definition.
                    None => return Err(Malformed),
                },
                [b'?', instruction @ ..] => 1 + find(instruction, b"?>")?,
                [b'/', name @ ..] => {
                    self.open.pop().ok_or(Malformed)?;
                    1 + find(name, b">")?
                }
                _ => self.start(rest)?,
            };
            rest = behind(rest, length.saturating_sub(1))?;
        }
        Ok(())
    }

    /// Reads a start tag whose opening bracket has been read; returns the number of its bytes.
    fn start(&mut self, rest: &[u8]) -> Result<usize, Malformed> {
        let tag = Tag::read(rest, self.bounds.tag)?;
        self.declared += tag.declares;
        let in_scope = self.open.last().unwrap_or(&0) + tag.declares;
        if tag.attributes > MOST_ATTRIBUTES
            || in_scope > MOST_IN_SCOPE
            || self.declared > MOST_DECLARED
            || self.open.len() >= DEEPEST
        {
            return Err(Malformed);
        }
        if !tag.closed {
            self.open.push(in_scope);
        }
        Ok(tag.length)
    }
}

impl Tag {
    fn read(rest: &[u8], longest: usize) -> Result<Self, Malformed> {
        let (mut attributes, mut declares) = (0, 0);
        let mut quote = None;
        let mut before = 0;
        for (at, byte) in rest.iter().copied().enumerate().take(longest) {
            match quote {
                Some(open) if byte == open => quote = None,
                Some(_) => {}
                None if byte == b'"' || byte == b'\'' => {
                    quote = Some(byte);
                    attributes += 1;
                }
                None if byte == b'>' => {
                    return Ok(Self {
                        length: at + 1,
                        attributes,
                        declares,
                        closed: before == b'/',
                    });
                }
                None if byte == b'x' && rest.get(at..).is_some_and(declares_namespace) => {
                    declares += 1;
                }
                None => {}
            }
            before = byte;
        }
        Err(Malformed)
    }
}

fn declares_namespace(rest: &[u8]) -> bool {
    rest.starts_with(b"xmlns")
}

/// Returns the bytes after the one at `at`.
fn behind(bytes: &[u8], at: usize) -> Result<&[u8], Malformed> {
    bytes.get(at.saturating_add(1)..).ok_or(Malformed)
}

/// Returns the number of bytes up to and with the first `end`.
fn find(bytes: &[u8], end: &[u8]) -> Result<usize, Malformed> {
    let at = bytes.windows(end.len()).position(|found| found == end);
    Ok(at.ok_or(Malformed)? + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> bool {
        parse(text, SAML).is_ok()
    }

    /// `open` for every number, and the ends.
    fn nested(levels: usize, open: impl Fn(usize) -> String) -> String {
        let starts: String = (0..levels).map(open).collect();
        starts + &"</a>".repeat(levels)
    }

    #[test]
    fn ordinary_documents_are_taken() {
        for text in [
            "<a/>",
            "<?xml version=\"1.0\"?><!-- <b> --><a b='>\"' c=\"/>'\"><![CDATA[<x>]]>t<b/></a>",
            "<a xmlns='urn:a' xmlns:b='urn:b'><b:c xmlns='urn:d' b:d='1'></b:c ></a>",
            "<a><b/ ></a>",
        ] {
            let expected = text != "<a><b/ ></a>";
            assert_eq!(taken(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for text in [
            "",
            "x",
            "<",
            "<a",
            "<a b=\"",
            "</a>",
            "<a></a></a>",
            "<!-- ",
            "<!--->",
            "<![CDATA[",
            "<?x",
            "<!DOCTYPE a><a/>",
            "<!doctype a><a/>",
            "<a/><b/>",
            "<a b='1' b='2'/>",
        ] {
            assert!(!taken(text), "{text}");
        }
    }

    #[test]
    fn nested_namespaces_are_bounded() {
        for levels in [65, 1_000, 5_000, 10_000] {
            let text = nested(levels, |n| format!("<a xmlns:p{n}='u'>"));
            assert!(!taken(&text), "{levels}");
        }
        // The depth that is allowed, with more prefixes than are.
        let text = nested(60, |n| {
            format!("<a xmlns:p{n}='u' xmlns:q{n}='u' xmlns:r{n}='u'>")
        });
        assert!(!taken(&text));
        // Side by side, a long scope is copied to each.
        let scope: String = (0..63).map(|n| format!(" xmlns:p{n}='u'")).collect();
        let beside = |n: usize| format!("<a{scope}>{}</a>", "<a xmlns:q='v'/>".repeat(n));
        assert!(taken(&beside(4_000)));
        assert!(!taken(&beside(4_100)));
    }

    #[test]
    fn each_bound_holds() {
        assert!(taken(&nested(64, |_| "<a>".into())));
        assert!(!taken(&nested(65, |_| "<a>".into())));
        let attributes = |n: usize| {
            let list: String = (0..n).map(|n| format!(" a{n}=''")).collect();
            format!("<a{list}/>")
        };
        assert!(taken(&attributes(64)));
        assert!(!taken(&attributes(65)));
        assert!(!taken(&attributes(50_000)));
        let tag = |n: usize| format!("<a b='{}'/>", "x".repeat(n - 8));
        assert!(taken(&tag(8_192)));
        assert!(!taken(&tag(8_200)));
        assert!(parse(&tag(100_000), DRAWING).is_ok());
        let nodes = |n: usize| format!("<a>{}</a>", "<b/>".repeat(n));
        assert!(taken(&nodes(19_000)));
        assert!(!taken(&nodes(20_001)));
        assert!(!taken(&nodes(100_000)));
        assert!(!taken(&format!("<a>{}</a>", "x".repeat(1 << 20))));
    }

    #[test]
    fn one_child_is_one_child() {
        let document = parse(
            "<a xmlns='urn:a' xmlns:b='urn:b'><b:c/><c/><b:d/><b:d/></a>",
            SAML,
        )
        .unwrap();
        let root = document.root_element();
        assert!(only(root, ("urn:b", "c")).is_ok());
        assert!(only(root, ("urn:a", "c")).is_ok());
        assert_eq!(maybe(root, ("urn:a", "d")), Ok(None));
        assert_eq!(only(root, ("urn:a", "d")), Err(Malformed));
        assert_eq!(maybe(root, ("urn:b", "d")), Err(Malformed));
        assert_eq!(children(root, ("urn:b", "d")).count(), 2);
    }

    #[test]
    fn an_attribute_of_a_namespace_is_another_one() {
        let document = parse("<a xmlns:b='urn:b' b:c='1' d='2'/>", SAML).unwrap();
        let root = document.root_element();
        assert_eq!(attribute(root, "c"), None);
        assert_eq!(attribute(root, "d"), Some("2"));
    }

    #[test]
    fn text_is_read_whole_or_not_at_all() {
        for (inside, expected) in [
            ("", Some("")),
            ("ab", Some("ab")),
            (
                "user@idp.example<!---->.evil.example",
                Some("user@idp.example.evil.example"),
            ),
            ("a<![CDATA[<b>]]>c", Some("a<b>c")),
            ("a&#x3c;&amp;", Some("a<&")),
            ("a<b/>", None),
            ("<b>a</b>", None),
            ("a<?b c?>", None),
        ] {
            let whole = format!("<a>{inside}</a>");
            let document = parse(&whole, SAML).unwrap();
            let read = text(document.root_element()).ok();
            assert_eq!(read.as_deref(), expected, "{inside}");
        }
    }

    #[test]
    fn base64_may_be_folded_but_not_bent() {
        for (inside, expected) in [
            ("aGVsbG8=", Some(&b"hello"[..])),
            ("\n aGVs\r\n\tbG8=&#13;\n", Some(b"hello")),
            ("aGVs<!-- -->bG8=", Some(b"hello")),
            ("", Some(b"")),
            ("aGVsbG8", None),
            ("aGVsbG9=", None),
            ("aGVs\u{a0}bG8=", None),
            ("_-A=", None),
        ] {
            let whole = format!("<a>{inside}</a>");
            let document = parse(&whole, SAML).unwrap();
            let read = base64(document.root_element()).ok();
            assert_eq!(read.as_deref(), expected, "{inside}");
        }
    }

    #[test]
    fn another_encoding_is_seen() {
        for (declaration, expected) in [
            ("", true),
            ("<?xml version='1.0'?>", true),
            ("<?xml version='1.0' encoding='UTF-8'?>", true),
            (
                "<?xml version=\"1.0\" encoding = \"utf-8\" standalone='no'?>",
                true,
            ),
            ("<?xml version='1.0' encoding='UTF-16'?>", false),
            ("<?xml version='1.0' encoding='ISO-8859-1'?>", false),
            ("<?xml version='1.0' encoding='UTF-7'?>", false),
            ("<?xml version='1.0' encoding=''?>", false),
            ("<?xml-stylesheet encoding='x'?>", true),
        ] {
            assert_eq!(
                says_utf8(&format!("{declaration}<a/>")),
                expected,
                "{declaration}"
            );
        }
    }
}

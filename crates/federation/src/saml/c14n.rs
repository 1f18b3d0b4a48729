//! Exclusive XML Canonicalization 1.0 without comments: the bytes of an element that a signature is about.
//!
//! Nothing rests on this file being right, except that honest messages are taken: what is read afterwards are these
//! bytes, parsed again, and an attacker would need other bytes with the same digest. One gap is known: the parser keeps a
//! bare carriage return in front of a tag, where XML has it read as a line feed. A message with one is refused.

use std::cmp::Ordering;

use roxmltree::{Node, NodeType};

use crate::xml;

/// Returns the canonical form of `apex` and all that is in it, but for the element `left_out` and all that is in that.
/// `inclusive`: the prefixes whose declarations are kept as in the inclusive form; `#default` is the empty one. None if
/// it would be larger than the largest document: a declaration that is written once can be due at every element.
pub(crate) fn exclusive(
    apex: Node<'_, '_>,
    left_out: Option<Node<'_, '_>>,
    inclusive: &[&str],
) -> Option<String> {
    let mut writer = Writer {
        out: String::new(),
        source: apex.document().input_text(),
        left_out,
        inclusive: inclusive
            .iter()
            .map(|prefix| if *prefix == "#default" { "" } else { prefix })
            .collect(),
        declared: Vec::new(),
    };
    writer.element(apex)?;
    Some(writer.out)
}

struct Writer<'a, 'd> {
    out: String,
    source: &'d str,
    left_out: Option<Node<'a, 'd>>,
    inclusive: Vec<&'a str>,
    /// The declarations written at the elements that are open, the innermost last.
    declared: Vec<(&'d str, &'a str)>,
}

impl<'a, 'd: 'a> Writer<'a, 'd> {
    fn element(&mut self, element: Node<'a, 'd>) -> Option<()> {
        let name = qualified(self.source.get(element.range().start + 1..)?);
        let outside = self.declared.len();
        self.out.push('<');
        self.out.push_str(name);
        self.declare(element, prefix(name))?;
        self.attributes(element)?;
        self.out.push('>');
        for child in element.children() {
            if Some(child) == self.left_out {
                continue;
            }
            match child.node_type() {
                NodeType::Element => self.element(child)?,
                NodeType::Text => self.text(child.text().unwrap_or_default()),
                NodeType::PI => self.instruction(child),
                NodeType::Comment | NodeType::Root => {}
            }
            if self.out.len() > xml::LARGEST {
                return None;
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        self.declared.truncate(outside);
        (self.out.len() <= xml::LARGEST).then_some(())
    }

    /// Writes the declarations that are due here: of the prefixes that the tag uses and of the inclusive ones, where no
    /// outer element has written the same (section 3).
    fn declare(&mut self, element: Node<'a, 'd>, own: &'d str) -> Option<()> {
        let mut used: Vec<&str> = vec![own];
        for attribute in element.attributes() {
            let prefix = prefix(self.source.get(attribute.range_qname())?);
            if !prefix.is_empty() {
                used.push(prefix);
            }
        }
        used.extend(
            self.inclusive
                .iter()
                .filter(|prefix| in_scope(element, prefix).is_some()),
        );
        used.sort_unstable();
        used.dedup();
        for prefix in used {
            if prefix == "xml" {
                continue;
            }
            // The names of the parser live as long as the document, those of the list of prefixes do not.
            let (name, uri) = match in_scope(element, prefix) {
                Some((name, uri)) => (name, uri),
                // No namespace, which is what an unprefixed name has without a declaration.
                None => ("", ""),
            };
            let written = self.declared.iter().rev().find(|(known, _)| *known == name);
            if written.map_or("", |(_, uri)| uri) == uri {
                continue;
            }
            self.declared.push((name, uri));
            self.out.push_str(" xmlns");
            if !name.is_empty() {
                self.out.push(':');
                self.out.push_str(name);
            }
            self.out.push_str("=\"");
            self.value(uri);
            self.out.push('"');
        }
        Some(())
    }

    /// Writes the attributes, by namespace and then by name, those without a namespace first.
    fn attributes(&mut self, element: Node<'a, 'd>) -> Option<()> {
        let mut attributes: Vec<_> = element.attributes().collect();
        attributes.sort_by(|a, b| {
            let namespace = |namespace: Option<&'a str>| namespace.unwrap_or_default();
            match namespace(a.namespace()).cmp(namespace(b.namespace())) {
                Ordering::Equal => a.name().cmp(b.name()),
                other => other,
            }
        });
        for attribute in attributes {
            self.out.push(' ');
            self.out.push_str(self.source.get(attribute.range_qname())?);
            self.out.push_str("=\"");
            self.value(attribute.value());
            self.out.push('"');
        }
        Some(())
    }

    fn value(&mut self, value: &str) {
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                c => self.out.push(c),
            }
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#xD;"),
                c => self.out.push(c),
            }
        }
    }

    fn instruction(&mut self, node: Node<'_, '_>) {
        let Some(instruction) = node.pi() else { return };
        self.out.push_str("<?");
        self.out.push_str(instruction.target);
        if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
            self.out.push(' ');
            self.out.push_str(value);
        }
        self.out.push_str("?>");
    }
}

/// Returns the name at the front of a tag, with its prefix. The parser does not keep it.
fn qualified(tag: &str) -> &str {
    let end = tag.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>');
    tag.get(..end.unwrap_or(tag.len())).unwrap_or_default()
}

/// Returns the prefix of a name, empty if it has none.
fn prefix(name: &str) -> &str {
    name.split_once(':').map_or("", |(prefix, _)| prefix)
}

/// Returns the prefix, as the document has it, with the namespace that it stands for.
fn in_scope<'a, 'd>(element: Node<'a, 'd>, prefix: &str) -> Option<(&'d str, &'a str)> {
    let mut found = element.namespaces();
    let found = found.find(|namespace| namespace.name().unwrap_or_default() == prefix)?;
    Some((found.name().unwrap_or_default(), found.uri()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use roxmltree::Document;

    /// Returns the canonical form of the first element named `x`.
    fn form(text: &str, inclusive: &[&str]) -> String {
        let document = Document::parse(text).unwrap();
        let mut elements = document.descendants();
        let apex = elements.find(|node| node.tag_name().name() == "x");
        exclusive(apex.unwrap(), None, inclusive).unwrap()
    }

    #[test]
    fn declarations_are_written_where_they_are_used() {
        for (text, inclusive, expected) in [
            ("<x/>", &[][..], "<x></x>"),
            (
                "<a xmlns='u' xmlns:b='v'><x/></a>",
                &[],
                r#"<x xmlns="u"></x>"#,
            ),
            (
                "<a xmlns='u' xmlns:b='v'><x/></a>",
                &["b", "c"],
                r#"<x xmlns="u" xmlns:b="v"></x>"#,
            ),
            (
                "<a xmlns='u' xmlns:b='v'><b:x c='1'/></a>",
                &[],
                r#"<b:x xmlns:b="v" c="1"></b:x>"#,
            ),
            (
                "<a xmlns='u' xmlns:b='v'><b:x c='1'/></a>",
                &["#default"],
                r#"<b:x xmlns="u" xmlns:b="v" c="1"></b:x>"#,
            ),
            (
                "<x xmlns:b='v'><b:c/><d><b:c b:e=''/></d></x>",
                &[],
                r#"<x><b:c xmlns:b="v"></b:c><d><b:c xmlns:b="v" b:e=""></b:c></d></x>"#,
            ),
            (
                "<x xmlns='u'><c xmlns=''><d/></c><c xmlns='u'/></x>",
                &[],
                r#"<x xmlns="u"><c xmlns=""><d></d></c><c></c></x>"#,
            ),
            (
                "<x xmlns:b='v'><b:c><b:c xmlns:b='w'/><b:c/></b:c></x>",
                &[],
                r#"<x><b:c xmlns:b="v"><b:c xmlns:b="w"></b:c><b:c></b:c></b:c></x>"#,
            ),
            (
                "<x xml:lang='en' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
                &["xml"],
                r#"<x xml:lang="en"></x>"#,
            ),
        ] {
            assert_eq!(form(text, inclusive), expected, "{text}");
        }
    }

    #[test]
    fn characters_attributes_and_instructions_have_one_form() {
        for (text, expected) in [
            (
                "<x>a&#13;&lt;&gt;&amp;\"'\r\nb\t</x>",
                "<x>a&#xD;&lt;&gt;&amp;\"'\nb\t</x>",
            ),
            ("<x><![CDATA[<a>&]]></x>", "<x>&lt;a&gt;&amp;</x>"),
            (
                "<x a='&quot;&lt;&gt;&amp;&#9;&#10;&#13; \t'/>",
                "<x a=\"&quot;&lt;>&amp;&#x9;&#xA;&#xD;  \"></x>",
            ),
            (
                "<x c='3' xmlns:n='b' xmlns:m='a' m:z='2' n:a='1' b='4'/>",
                "<x xmlns:m=\"a\" xmlns:n=\"b\" b=\"4\" c=\"3\" m:z=\"2\" n:a=\"1\"></x>",
            ),
            (
                "<x >a<!-- b -->c<?d?><?e  f ?></x >",
                "<x>ac<?d?><?e f ?></x>",
            ),
        ] {
            assert_eq!(form(text, &[]), expected, "{text}");
        }
    }

    #[test]
    fn one_element_is_left_out_and_a_form_has_a_bound() {
        let document = Document::parse("<x> <s><s/></s> <s/></x>").unwrap();
        let apex = document.root_element();
        let left_out = apex.first_element_child();
        assert_eq!(
            exclusive(apex, left_out, &[]).as_deref(),
            Some("<x>  <s></s></x>")
        );
        let uri = "u".repeat(2_000);
        let text = format!("<x xmlns:p='{uri}'>{}</x>", "<p:a/>".repeat(1_000));
        let document = Document::parse(&text).unwrap();
        assert_eq!(exclusive(document.root_element(), None, &[]), None);
    }
}

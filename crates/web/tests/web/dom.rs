//! Pages as a browser reads them, with the part of CSS selectors and XPath that users' scripts are written in.

use std::rc::Rc;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// An element of a page, and the page, which empties its elements when it is dropped.
#[derive(Clone)]
pub struct Element(Handle, Rc<RcDom>);

/// Parses a page as a browser does.
pub fn page(html: &str) -> Element {
    let dom = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let dom = Rc::new(dom);
    let html = dom
        .document
        .children
        .borrow()
        .iter()
        .find(|node| is_element(node))
        .cloned();
    Element(html.unwrap(), dom)
}

/// Splits a selector at blanks and `>` outside of brackets.
fn parts(selector: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for c in selector.chars() {
        match c {
            '[' | ']' => {
                inside = c == '[' || inside && parts.last().unwrap().matches('"').count() % 2 == 1;
                parts.last_mut().unwrap().push(c);
            }
            ' ' if !inside => parts.push(String::new()),
            '>' if !inside => parts.extend([">".to_owned(), String::new()]),
            c => parts.last_mut().unwrap().push(c),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Returns where the bracket closes in which a condition is, which may have quotes.
fn closing(condition: &str) -> usize {
    let mut quoted = false;
    condition
        .char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            !quoted && *c == ']'
        })
        .unwrap()
        .0
}

fn is_element(node: &Handle) -> bool {
    matches!(node.data, NodeData::Element { .. })
}

impl Element {
    pub fn tag(&self) -> String {
        match &self.0.data {
            NodeData::Element { name, .. } => name.local.to_string(),
            _ => String::new(),
        }
    }

    /// Returns an attribute.
    pub fn attr(&self, wanted: &str) -> Option<String> {
        let mut all = self.attrs().into_iter();
        all.find(|(name, _)| name == wanted).map(|(_, value)| value)
    }

    /// Returns the attributes in their order.
    pub fn attrs(&self) -> Vec<(String, String)> {
        match &self.0.data {
            NodeData::Element { attrs, .. } => attrs
                .borrow()
                .iter()
                .map(|a| (a.name.local.to_string(), a.value.to_string()))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub fn children(&self) -> Vec<Self> {
        let all = self.0.children.borrow();
        all.iter()
            .filter(|node| is_element(node))
            .map(|node| Self(node.clone(), self.1.clone()))
            .collect()
    }

    /// Returns all elements below this one, in the order of the document.
    pub fn descendants(&self) -> Vec<Self> {
        let mut found = Vec::new();
        for child in self.children() {
            let below = child.descendants();
            found.push(child);
            found.extend(below);
        }
        found
    }

    /// Returns the text of this element alone, without that of elements in it.
    pub fn own_text(&self) -> String {
        let all = self.0.children.borrow();
        let texts = all.iter().filter_map(|node| match &node.data {
            NodeData::Text { contents } => Some(contents.borrow().to_string()),
            _ => None,
        });
        texts.collect::<String>().trim().to_owned()
    }

    pub fn text(&self) -> String {
        let mut text = self.own_text();
        for child in self.children() {
            text.push_str(&child.text());
        }
        text
    }

    fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the elements that a CSS selector names: compounds of tag, `#id`, `.class`, `[name]`, `[name="value"]`,
    /// `[name*="part"]` and `:nth-child(n)`, joined by blanks and `>`.
    pub fn all(&self, selector: &str) -> Vec<Self> {
        let mut found = vec![self.clone()];
        let mut children_only = false;
        for part in parts(selector) {
            if part == ">" {
                children_only = true;
                continue;
            }
            let mut next: Vec<Self> = Vec::new();
            for element in &found {
                let candidates = match children_only {
                    true => element.children(),
                    false => element.descendants(),
                };
                for candidate in candidates {
                    let fits = candidate.fits(&part);
                    if fits && !next.iter().any(|known| known.same(&candidate)) {
                        next.push(candidate);
                    }
                }
            }
            found = next;
            children_only = false;
        }
        found
    }

    /// Returns the first element that a CSS selector names.
    pub fn first(&self, selector: &str) -> Self {
        let found = self.all(selector).into_iter().next();
        found.unwrap_or_else(|| panic!("no {selector}"))
    }

    /// Returns the one element that a CSS selector names.
    pub fn only(&self, selector: &str) -> Self {
        let mut found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector}");
        found.remove(0)
    }

    fn fits(&self, compound: &str) -> bool {
        let mut rest = compound;
        let end = rest.find(['#', '.', '[', ':']).unwrap_or(rest.len());
        let (tag, more) = rest.split_at(end);
        if !tag.is_empty() && tag != "*" && self.tag() != tag {
            return false;
        }
        rest = more;
        let classes = self.attr("class").unwrap_or_default();
        while !rest.is_empty() {
            let (kind, body) = rest.split_at(1);
            let fits;
            (fits, rest) = match kind {
                "[" => {
                    let end = closing(body);
                    (self.has(&body[..end]), &body[end + 1..])
                }
                ":" => {
                    let (place, more) = body.split_once(')').unwrap();
                    let place = place.strip_prefix("nth-child(").unwrap();
                    (self.place() == place.parse::<usize>().unwrap(), more)
                }
                _ => {
                    let end = body.find(['#', '.', '[', ':']).unwrap_or(body.len());
                    let (word, more) = body.split_at(end);
                    let fits = match kind {
                        "#" => self.attr("id").as_deref() == Some(word),
                        _ => classes.split_whitespace().any(|class| class == word),
                    };
                    (fits, more)
                }
            };
            if !fits {
                return false;
            }
        }
        true
    }

    fn has(&self, condition: &str) -> bool {
        let unquoted = |text: &str| text.trim_matches(['"', '\'']).to_owned();
        match condition.split_once('=') {
            None => self.attr(condition).is_some(),
            Some((name, part)) => match name.strip_suffix('*') {
                Some(name) => self
                    .attr(name)
                    .is_some_and(|value| value.contains(&unquoted(part))),
                None => self.attr(name) == Some(unquoted(part)),
            },
        }
    }

    /// Returns the place among the children of the parent, from 1.
    fn place(&self) -> usize {
        let parent = self.0.parent.take();
        let up = parent.as_ref().and_then(std::rc::Weak::upgrade);
        self.0.parent.set(parent);
        let Some(up) = up else { return 1 };
        let siblings = Self(up, self.1.clone()).children();
        siblings.iter().position(|s| s.same(self)).unwrap() + 1
    }

    /// Returns the element at an absolute XPath such as `/html/body/div[1]/div`; a step without a number takes the
    /// first.
    pub fn at(&self, path: &str) -> Option<Self> {
        let mut steps = path.trim_start_matches('/').split('/');
        assert_eq!(steps.next(), Some("html"));
        let mut here = self.clone();
        for step in steps {
            let (tag, number) = match step.split_once('[') {
                Some((tag, number)) => (tag, number.trim_end_matches(']').parse().unwrap()),
                None => (step, 1_usize),
            };
            let mut children = here.children().into_iter();
            here = children
                .by_ref()
                .filter(|c| c.tag() == tag)
                .nth(number - 1)?;
        }
        Some(here)
    }

    /// Returns the elements of a tag whose own text is exactly this, as `//tag[text()='…']`.
    pub fn by_text(&self, tag: &str, text: &str) -> Vec<Self> {
        let mut all = self.all(tag);
        all.retain(|element| element.own_text() == text);
        all
    }
}

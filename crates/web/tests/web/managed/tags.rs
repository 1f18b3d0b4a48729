//! The tags of a page, as far as these tests need them: our templates write every attribute in double quotes.

/// A tag that opens.
#[derive(Clone, Debug)]
pub(super) struct Tag {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    /// The text up to the next tag.
    pub(super) text: String,
    /// The number of the form that it stands in; 0 outside.
    pub(super) form: usize,
}

impl Tag {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known == name)
            .map(|(_, v)| v.as_str())
    }

    pub(super) fn is(&self, name: &str, attribute: &str, value: &str) -> bool {
        self.name == name && self.get(attribute) == Some(value)
    }

    /// True for a field that a user sees.
    pub(super) fn is_field(&self) -> bool {
        let kind = self.get("type").unwrap_or("text");
        self.name == "input"
            && !["hidden", "button", "checkbox"].contains(&kind)
            && self.get("aria-hidden").is_none()
    }
}

/// Undoes what a template escapes.
fn plain(text: &str) -> String {
    let pairs = [
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
    ];
    pairs
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Reads the tags in their order.
pub(super) fn of(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let (mut forms, mut form) = (0, 0);
    for part in html.split('<').skip(1) {
        let (tag, text) = part
            .split_once('>')
            .unwrap_or_else(|| panic!("no end: {part}"));
        if tag.starts_with("/form") {
            form = 0;
        }
        if tag.starts_with(['/', '!']) {
            continue;
        }
        let (name, mut rest) = tag.split_once([' ', '\n']).unwrap_or((tag, ""));
        if name == "form" {
            forms += 1;
            form = forms;
        }
        let mut attributes = Vec::new();
        while let Some(start) = rest.find(|c: char| !c.is_whitespace() && c != '/') {
            rest = &rest[start..];
            let end = rest
                .find(|c: char| c == '=' || c.is_whitespace())
                .unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let value = after
                .strip_prefix("=\"")
                .map(|after| after.split_once('"').unwrap());
            let (value, after) = value.unwrap_or(("", after));
            attributes.push((key.to_owned(), plain(value)));
            rest = after;
        }
        tags.push(Tag {
            name: name.to_owned(),
            attributes,
            text: plain(text.trim()),
            form,
        });
    }
    tags
}

//! Values in texts.

/// A part of a text: words of the text, or a value that was put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The text of the part.
    pub text: &'a str,
    /// The name of the placeholder, for a value: a page isolates its direction from that of the words around it.
    pub name: Option<&'a str>,
}

/// Splits a text at its placeholders: `{name}` becomes the value of that name. Braces without a known name stay.
pub fn segments<'a>(text: &'a str, values: &[(&'a str, &'a str)]) -> Vec<Segment<'a>> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|r| r.find('{')) {
        let start = from + found;
        let known = rest.get(start + 1..).and_then(|after| {
            let (name, after) = after.split_once('}')?;
            let (name, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((*name, *value, after))
        });
        let Some((name, value, after)) = known else {
            from = start + 1;
            continue;
        };
        let words = rest.get(..start).unwrap_or_default();
        parts.push(Segment {
            text: words,
            name: None,
        });
        parts.push(Segment {
            text: value,
            name: Some(name),
        });
        rest = after;
        from = 0;
    }
    parts.push(Segment {
        text: rest,
        name: None,
    });
    parts.retain(|part| !part.text.is_empty());
    parts
}

/// Puts values in the place of placeholders.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let parts = segments(text, values);
    parts.into_iter().map(|part| part.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_become_values_and_values_are_not_read_again() {
        let values = [("a", "{b}"), ("b", "2")];
        assert_eq!(fill("{a} and {b}{b}", &values), "{b} and 22");
        for text in ["", "{", "}", "{}", "{c}", "a { b } {{", "{{c}}", "ä{"] {
            assert_eq!(fill(text, &values), text);
        }
        assert_eq!(fill("{{a}", &values), "{{b}");
        let parts = segments("Sent to {b}.", &values);
        let words: Vec<_> = parts.iter().map(|p| (p.text, p.name)).collect();
        assert_eq!(words, [("Sent to ", None), ("2", Some("b")), (".", None)]);
    }
}

//! Values in attributes as the classic pages write them.
//!
//! Scripts read `action`, `href` and `value` by regular expressions and undo `&amp;` alone, while templates write `&`
//! as `&#38;`.

use std::fmt::{self, Display, Formatter, Write};

use askama::filters::HtmlSafe;

/// A text that is written with named references and is safe within double quotes and between tags.
#[derive(Clone, Copy)]
pub(super) struct Named<'a>(pub(super) &'a str);

impl Display for Named<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl HtmlSafe for Named<'_> {}

/// A path of this site with the page's query, written as [`Named`].
#[derive(Clone, Copy)]
pub(super) struct To<'a> {
    /// The path, without `?`.
    pub(super) path: &'a str,
    /// The query as it was sent, without `?`.
    pub(super) query: &'a str,
}

impl Display for To<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}?{}", Named(self.path), Named(self.query))
    }
}

impl HtmlSafe for To<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_an_attribute() {
        let to = To {
            path: "/login",
            query: "a=1&b=\"><script>'",
        };
        assert_eq!(
            to.to_string(),
            "/login?a=1&amp;b=&quot;&gt;&lt;script&gt;&#39;"
        );
    }
}

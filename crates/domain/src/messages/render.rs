//! Finished texts: words with their placeholders filled in (admin.md 4.2).

use cognate_shapes::DeliveryMediumType;

use crate::messages::template::{CODE, Content, Template, USERNAME, label};

/// A finished text. Without `Debug`, since it holds a code or a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// E-mail only.
    pub subject: Option<String>,
    /// The text; HTML in e-mails.
    pub body: String,
}

/// The values of the placeholders. Without `Debug`, as [`Rendered`].
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// The code or temporary password.
    pub code: &'a str,
    /// The name to sign in with.
    pub username: &'a str,
    /// The URL that confirms a sign-up; empty without one.
    pub link: &'a str,
}

/// Fills the placeholders in. E-mails are HTML: what a user or an administrator typed does not become markup, while the
/// words may be markup.
pub fn render(
    template: &Template<'_>,
    content: Content,
    medium: DeliveryMediumType,
    values: Values<'_>,
) -> Rendered {
    let body = match medium {
        DeliveryMediumType::Sms => fill(&template.body, content, values),
        DeliveryMediumType::Email => {
            let [code, username, link] = [values.code, values.username, values.link].map(escape);
            let values = Values {
                code: &code,
                username: &username,
                link: &link,
            };
            fill(&template.body, content, values)
        }
    };
    Rendered {
        subject: template.subject.map(one_line),
        body,
    }
}

/// Fills all placeholders in one pass, so that a user called `{####}` does not get the password twice.
fn fill(template: &str, content: Content, values: Values<'_>) -> String {
    let mut out = String::with_capacity(template.len() + values.username.len() + values.link.len());
    let mut rest = template;
    // Without an end of a label nothing is looked for again.
    let mut links = content == Content::Link;
    while let Some((before, from)) = rest.find('{').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        if let Some(after) = from.strip_prefix(CODE) {
            out.push_str(values.code);
            rest = after;
            continue;
        }
        if let Some(after) = from.strip_prefix(USERNAME).filter(|_| content.names_user()) {
            out.push_str(values.username);
            rest = after;
            continue;
        }
        if links && from.starts_with("{##") {
            if let Some((label, after)) = label(from) {
                out.extend(["<a href=\"", values.link, "\">", label, "</a>"]);
                rest = after;
                continue;
            }
            links = false;
        }
        out.push('{');
        rest = from.strip_prefix('{').unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The subject becomes a header: a line break in it would begin another one. Templates end in one when a tool reads them
/// from a file, so that it is taken out here, and the template stays what was set.
pub(super) fn one_line(subject: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let words = subject.split(breaks).filter(|part| !part.is_empty());
    let subject = words.collect::<Vec<_>>().join(" ");
    subject.trim().to_owned()
}

/// E-mails are HTML: what a user or an administrator typed must not become markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(content: Content, template: &str, username: &str, code: &str) -> String {
        let link = "https://d.example/?a=1&b=2";
        let values = Values {
            code,
            username,
            link,
        };
        let template = Template {
            subject: Some(""),
            body: template.into(),
        };
        render(&template, content, DeliveryMediumType::Email, values).body
    }

    #[test]
    fn placeholders_are_filled_once_and_other_braces_stay() {
        let text = |template: &str, name: &str, code: &str| {
            filled(Content::Invitation, template, name, code)
        };
        assert_eq!(
            text("Your username is {username} and {####}. ", "bob", "Pw1!"),
            "Your username is bob and Pw1!. "
        );
        assert_eq!(
            text("{username}{####}{x}{{", "{####}", "{username}"),
            "{####}{username}{x}{{"
        );
        assert_eq!(text("{##a##}", "bob", "1"), "{##a##}");
        let code = filled(Content::Code, "{username} {##a##} {####}", "bob", "1");
        assert_eq!(code, "{username} {##a##} 1");
    }

    #[test]
    fn the_label_becomes_the_link() {
        let anchor =
            |label: &str| format!("<a href=\"https://d.example/?a=1&amp;b=2\">{label}</a>");
        let text = |template: &str| filled(Content::Link, template, "bob", "123456");
        assert_eq!(
            text("Go {##Verify <b>me</b>##}, {##again##}!"),
            format!("Go {}, {}!", anchor("Verify <b>me</b>"), anchor("again"))
        );
        assert_eq!(text("{####}{##x##}"), format!("123456{}", anchor("x")));
        assert_eq!(text("{##x"), "{##x");
        assert_eq!(text("{##} {##x##}"), anchor("} {##x"));
        let long = "{##".repeat(100_000);
        assert_eq!(text(&long), long);
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(one_line("Your code\r\n"), "Your code");
        assert_eq!(
            one_line("A\r\nBcc: x@y.example\u{2028}B\u{85}C\0"),
            "A Bcc: x@y.example B C"
        );
        assert_eq!(
            one_line("Ihr Code für Ärzte  hier"),
            "Ihr Code für Ärzte  hier"
        );
    }

    #[test]
    fn names_and_passwords_cannot_bring_markup_into_an_email() {
        assert_eq!(
            escape("<a href=\"x\">&'"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"
        );
    }
}

//! The messages that users would have got, to be read by people; programs read `/_dev/messages`.

use askama::Template;
use cognate_crypto::basic_time;
use cognate_domain::App;
use cognate_domain::messages::inbox::{self, InboxFilter, InboxMessage};
use http::StatusCode;

use crate::failure::Failure;
use crate::home::Frame;
use crate::home::texts::TEXTS;
use crate::pages;
use crate::request::Request;
use crate::response::Response;

/// A message as the page shows it.
pub(super) struct Message {
    pub(super) to: String,
    pub(super) user: String,
    pub(super) pool: String,
    pub(super) channel: String,
    pub(super) kind: String,
    pub(super) time: String,
    pub(super) subject: Option<String>,
    pub(super) code: String,
    /// The first link in the text.
    pub(super) link: Option<String>,
    pub(super) text: String,
}

#[derive(Template)]
#[template(path = "home/inbox.html")]
struct Page<'a> {
    frame: Frame<'a>,
    user: &'a str,
    messages: Vec<Message>,
}

/// Shows the newest messages, those about one user if the query says so.
pub(super) async fn page(request: &Request<'_>) -> Result<Response, Failure> {
    let query = request.query()?;
    let user = query.get("user").map(str::trim).unwrap_or_default();
    let page = Page {
        frame: Frame::new(&TEXTS.inbox_title),
        user,
        messages: messages(request.app(), Some(user).filter(|user| !user.is_empty())).await?,
    };
    Ok(pages::render(StatusCode::OK, &page).without_referrer())
}

/// Returns the newest messages, those about one user or to one address if there is a name.
pub(super) async fn messages(app: &App, user: Option<&str>) -> Result<Vec<Message>, Failure> {
    let filter = InboxFilter {
        user: user.map(str::to_owned),
        ..InboxFilter::default()
    };
    let found = inbox::list(app, &filter).await?;
    Ok(found.into_iter().map(shown).collect())
}

fn shown(message: InboxMessage) -> Message {
    Message {
        time: time(message.time.0),
        link: link(&message.body),
        text: text(&message.body),
        to: message.to,
        user: message.user,
        pool: message.pool,
        channel: message.channel,
        kind: message.kind.replace('_', " "),
        subject: message.subject,
        code: message.code,
    }
}

/// Returns an instant as `2026-01-31 23:59:59 UTC`.
fn time(micros: i64) -> String {
    let at = basic_time::utc(micros.div_euclid(1_000_000));
    let (date, time) = (at.date(), at.time());
    let (hour, minute, second) = time.as_hms();
    format!("{date} {hour:02}:{minute:02}:{second:02} UTC")
}

/// Returns the first link to a page in an HTML text.
fn link(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("href=\"")?;
    let (url, _) = rest.split_once('"')?;
    let url = unescaped(url);
    let is_page = url.starts_with("https://") || url.starts_with("http://");
    is_page.then_some(url)
}

/// Returns a text without its markup, for reading: whatever is left is escaped by the page.
fn text(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, behind)) = after.split_once('>') else {
            text.push('<');
            rest = after;
            break;
        };
        let name = tag.trim_start_matches('/').to_ascii_lowercase();
        if ["br", "p", "div", "tr", "li"].iter().any(|block| {
            let more = name.strip_prefix(block);
            more.is_some_and(|more| !more.starts_with(|c: char| c.is_ascii_alphanumeric()))
        }) {
            text.push('\n');
        }
        rest = behind;
    }
    text.push_str(rest);
    unescaped(text.trim())
}

/// Puts the five characters in the place of their names.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_without_its_markup() {
        let body = "Hello &lt;b&gt;,<br/>your <b class=\"x\">code</b> is 1 &amp; 2.<P>Bye</p><i>!";
        assert_eq!(text(body), "Hello <b>,\nyour code is 1 & 2.\nBye\n!");
        assert_eq!(text("1 < 2"), "1 < 2");
        assert_eq!(text("<script>alert(1)</script>"), "alert(1)");
        assert_eq!(text(""), "");
    }

    #[test]
    fn only_pages_are_links() {
        let of = |url: &str| link(&format!("x <a href=\"{url}\">y</a>"));
        assert_eq!(of("http://h/?a=1&amp;b=2").unwrap(), "http://h/?a=1&b=2");
        for other in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//h/",
            "",
            "mailto:a@b",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(link("no link"), None);
    }

    #[test]
    fn times_are_written_for_people() {
        assert_eq!(time(1_548_698_042_999_999), "2019-01-28 17:54:02 UTC");
        assert_eq!(time(0), "1970-01-01 00:00:00 UTC");
    }
}

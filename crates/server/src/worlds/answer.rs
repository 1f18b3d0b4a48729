//! What an answer of a world has that another has not, where the path names the world: links and cookies below that path.

use std::cmp::Reverse;

use http::{HeaderMap, HeaderValue, header};
use http_body_util::{BodyExt as _, Full};

use super::place::{HOST, MARK, Place, prefix};
use crate::http::response::Response;

/// The beginnings of what leads elsewhere on this host, in pages. Pages write `"` in texts as a reference, so that no text of
/// a page has one of them.
const IN_PAGES: [&str; 4] = [" href=\"", " action=\"", " src=\"", " srcset=\""];
/// The same in style sheets.
const IN_SHEETS: [&str; 3] = ["url(\"", "url('", "url("];

/// Makes an answer one of a world.
pub async fn put(response: Response, place: &Place) -> Response {
    if !place.by_path {
        return response;
    }
    let prefix = prefix(&place.name);
    let (mut parts, body) = response.into_parts();
    lead_cookies(&mut parts.headers, &place.name, &prefix);
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let marks: &[&str] = match kind.split(';').next() {
        Some("text/html") => &IN_PAGES,
        Some("text/css") => &IN_SHEETS,
        _ => &[],
    };
    if let Some(location) = parts.headers.get_mut(header::LOCATION)
        && let Ok(text) = location.to_str()
        && is_path(text)
        && let Ok(led) = HeaderValue::from_str(&format!("{prefix}{text}"))
    {
        *location = led;
    }
    if marks.is_empty() {
        return Response::from_parts(parts, body);
    }
    // It is whole already, and cannot fail.
    let bytes = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes);
    let bytes = bytes.unwrap_or_default();
    let body = match std::str::from_utf8(&bytes) {
        Ok(text) => Full::new(led(text, marks, &prefix).into()),
        Err(_) => Full::new(bytes),
    };
    Response::from_parts(parts, body)
}

/// True for a path of this host; what begins with two slashes is a host.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//")
}

/// Returns a text in which each path behind one of the marks is below the prefix.
fn led(text: &str, marks: &[&str], prefix: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    loop {
        let next = marks
            .iter()
            .filter_map(|mark| Some((rest.find(mark)?, mark.len())))
            .min_by_key(|(at, length)| (*at, Reverse(*length)));
        let next = next.and_then(|(at, length)| rest.split_at_checked(at + length));
        let Some((before, after)) = next else {
            break;
        };
        out.push_str(before);
        if is_path(after) {
            out.push_str(prefix);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Makes the cookies of an answer ones of the world.
fn lead_cookies(headers: &mut HeaderMap, world: &str, prefix: &str) {
    let sent: Vec<HeaderValue> = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    headers.remove(header::SET_COOKIE);
    for cookie in sent {
        let text = cookie.to_str().unwrap_or_default();
        let led = match text.strip_prefix(HOST) {
            // A browser takes it for every path only.
            Some(name) => format!("{HOST}{world}{MARK}{name}"),
            None => {
                let path = |part: &str| match part.trim() {
                    "Path=/" => format!(" Path={prefix}"),
                    _ => part.to_owned(),
                };
                let parts: Vec<String> = text.split(';').map(path).collect();
                parts.join(";")
            }
        };
        let mut led = HeaderValue::from_str(&led).unwrap_or(cookie);
        led.set_sensitive(true);
        headers.append(header::SET_COOKIE, led);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(by_path: bool) -> Place {
        Place {
            name: "w3".to_owned(),
            by_path,
        }
    }

    async fn body(response: Response) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn links_of_a_page_lead_into_the_world() {
        let page = "<link rel=\"x\" href=\"/assets/a.css\"><form method=\"post\" action=\"/login?a=&#34;\">\
            <a href=\"https://x.example/\">, <a href=\"//x.example/\">, <a href=\"#a\"><img src=\"/b.png\">\
            <input value=\"/c\"> href=&#34;/d&#34; <a href=\"/\">";
        let response = || {
            let response =
                http::Response::builder().header("content-type", "text/html; charset=utf-8");
            response.body(Full::new(page.into())).unwrap()
        };
        let led = "<link rel=\"x\" href=\"/_world/w3/assets/a.css\"><form method=\"post\" action=\"/_world/w3/login?a=&#34;\">\
            <a href=\"https://x.example/\">, <a href=\"//x.example/\">, <a href=\"#a\"><img src=\"/_world/w3/b.png\">\
            <input value=\"/c\"> href=&#34;/d&#34; <a href=\"/_world/w3/\">";
        assert_eq!(body(put(response(), &place(true)).await).await, led);
        assert_eq!(body(put(response(), &place(false)).await).await, page);
    }

    #[tokio::test]
    async fn pictures_of_a_sheet_are_in_the_world_and_other_bodies_as_they_are() {
        for (kind, sent, told) in [
            (
                "text/css",
                "a{b:url(\"/x.png\");c:url(/y);d:url(data:z);e:url(//f)}",
                "a{b:url(\"/_world/w3/x.png\");c:url(/_world/w3/y);d:url(data:z);e:url(//f)}",
            ),
            (
                "application/json",
                "{\"a\":\" href=\\\"/\"}",
                "{\"a\":\" href=\\\"/\"}",
            ),
        ] {
            let response = http::Response::builder().header("content-type", kind);
            let response = response.body(Full::new(sent.into())).unwrap();
            assert_eq!(body(put(response, &place(true)).await).await, told);
        }
    }

    #[tokio::test]
    async fn a_redirect_stays_in_the_world_unless_it_leaves_the_host() {
        for (sent, told) in [
            ("/login?a", "/_world/w3/login?a"),
            ("//x.example/", "//x.example/"),
            ("https://x.example/", "https://x.example/"),
        ] {
            let response = http::Response::builder().header("location", sent);
            let response = response.body(Full::default()).unwrap();
            assert_eq!(
                put(response, &place(true)).await.headers()["location"],
                told
            );
        }
    }

    #[tokio::test]
    async fn cookies_are_for_the_world() {
        let response = || {
            let response = http::Response::builder()
                .header("set-cookie", "cognito=a; Path=/; HttpOnly")
                .header("set-cookie", "__Host-x=b; Path=/; Secure");
            response.body(Full::default()).unwrap()
        };
        let of = async |by_path| {
            let led = put(response(), &place(by_path)).await;
            let all = led.headers().get_all("set-cookie").iter();
            all.map(|one| one.to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of(true).await,
            [
                "cognito=a; Path=/_world/w3; HttpOnly",
                "__Host-w3~x=b; Path=/; Secure"
            ]
        );
        assert_eq!(
            of(false).await,
            ["cognito=a; Path=/; HttpOnly", "__Host-x=b; Path=/; Secure"]
        );
    }
}

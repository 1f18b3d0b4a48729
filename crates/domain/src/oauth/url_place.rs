//! What of a URL may be written down where administrators read it.

/// Returns the place that a URL names: without the user's name, its query and its fragment, encoded ones included.
pub(super) fn place(url: &str) -> String {
    let lower = url.to_ascii_lowercase();
    let ends = ["?", "#", "%3f", "%23"].map(|mark| lower.find(mark));
    let (place, rest) = match ends
        .into_iter()
        .flatten()
        .min()
        .map(|end| url.split_at(end))
    {
        Some((place, _)) => (place, "\u{2026}"),
        None => (url, ""),
    };
    let user = ["@", "%40"].into_iter().filter_map(|mark| {
        let end = place.rfind(mark)?;
        Some((end, end.saturating_add(mark.len())))
    });
    let Some((before, after)) = user
        .max()
        .and_then(|(end, begin)| Some((place.get(..end)?, place.get(begin..)?)))
    else {
        return format!("{place}{rest}");
    };
    let scheme = before.split_once("://").map_or("", |(scheme, _)| scheme);
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
    let scheme = if is_scheme {
        format!("{scheme}://")
    } else {
        String::new()
    };
    format!("{scheme}\u{2026}@{after}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_the_place_alone_is_kept() {
        for (url, kept) in [
            ("https://app.example/cb", "https://app.example/cb"),
            ("myapp:cb", "myapp:cb"),
            (
                "https://app.example/cb?code=secret",
                "https://app.example/cb\u{2026}",
            ),
            (
                "https://app.example/cb?secret",
                "https://app.example/cb\u{2026}",
            ),
            (
                "https://app.example/cb?x&secret#secret",
                "https://app.example/cb\u{2026}",
            ),
            (
                "https://app.example/cb#secret",
                "https://app.example/cb\u{2026}",
            ),
            (
                "https://app.example/cb#secret?secret",
                "https://app.example/cb\u{2026}",
            ),
            ("https://app.example?secret", "https://app.example\u{2026}"),
            // A client that encodes its URL twice.
            (
                "https%3A%2F%2Fapp.example%2Fcb%3Fsecret",
                "https%3A%2F%2Fapp.example%2Fcb\u{2026}",
            ),
            (
                "https://app.example/cb%3fsecret%23secret",
                "https://app.example/cb\u{2026}",
            ),
            (
                "https://jane:secret@app.example/",
                "https://\u{2026}@app.example/",
            ),
            ("https:/secret@app.example", "\u{2026}@app.example"),
            ("secret@x://secret@app.example", "\u{2026}@app.example"),
            ("https%3A%2F%2Fsecret%40app.example", "\u{2026}@app.example"),
            (
                "https://jane:secret@app.example?secret@x",
                "https://\u{2026}@app.example\u{2026}",
            ),
            ("\u{130}\u{e4}?secret", "\u{130}\u{e4}\u{2026}"),
            ("?secret", "\u{2026}"),
            ("", ""),
        ] {
            assert_eq!(place(url), kept, "{url}");
        }
    }
}

//! Patterns of URLs (agents.md 1.3): `*` stands for characters of one label in the host, for any characters in the path.

use crate::resources::metadata::url::{DocumentUrl, is_loopback};

/// A pattern, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'a> {
    text: &'a str,
    authority: &'a str,
    path: &'a str,
}

/// How closely a pattern names a URL: the length of what stands before its first `*`, and whether it has none.
pub type Closeness = (usize, bool);

impl<'a> Pattern<'a> {
    /// Takes a pattern apart; None for one that matches no URL: without a path, or with a user name.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("https://")?;
        let (authority, path) = rest.split_at(rest.find('/')?);
        let fits = !authority.is_empty() && !authority.contains('@') && path.len() > 1;
        fits.then_some(Self {
            text,
            authority,
            path,
        })
    }

    /// True if a URL is one that the pattern stands for. The scheme is not looked at: `http` is an id of a client only on
    /// this machine, where no pattern says it.
    pub fn matches(&self, url: &DocumentUrl<'_>) -> bool {
        // A host of this machine is named as it is, so that no pattern for somebody else's hosts leads here.
        let named = url.is_secure() || is_loopback_of(self.authority);
        let mut ours = labels(self.authority);
        let mut theirs = labels(url.authority);
        let same = loop {
            match (ours.next(), theirs.next()) {
                (None, None) => break true,
                (Some((own, end)), Some((label, its))) if end == its && fits(own, label) => {}
                _ => break false,
            }
        };
        named && same && fits(self.path, url.path)
    }

    /// Returns how closely it names the URLs that it matches.
    pub fn closeness(&self) -> Closeness {
        match self.text.find('*') {
            Some(at) => (at, false),
            None => (self.text.len(), true),
        }
    }

    /// True if both match a URL, and neither names it more closely than the other.
    pub fn ties_with(&self, other: &Pattern<'_>) -> bool {
        let closeness = self.closeness();
        if closeness != other.closeness()
            || self.text.get(..closeness.0) != other.text.get(..closeness.0)
        {
            return false;
        }
        let (mut ours, mut theirs) = (labels(self.authority), labels(other.authority));
        let meet = loop {
            match (ours.next(), theirs.next()) {
                (None, None) => break true,
                (Some((own, end)), Some((label, its))) if end == its && meets(own, label) => {}
                _ => break false,
            }
        };
        meet && meets(self.path, other.path)
    }
}

fn is_loopback_of(authority: &str) -> bool {
    let host = match authority.starts_with('[') {
        true => authority.split_inclusive(']').next(),
        false => authority.split(':').next(),
    };
    host.is_some_and(is_loopback)
}

/// Returns the labels of an authority, each with the mark that ends it: a dot, a colon, or nothing.
fn labels(authority: &str) -> impl Iterator<Item = (&str, char)> {
    authority
        .split_inclusive(['.', ':'])
        .map(|label| match label.strip_suffix(['.', ':']) {
            Some(rest) if label.ends_with('.') => (rest, '.'),
            Some(rest) => (rest, ':'),
            None => (label, ' '),
        })
}

/// True if a text is what a pattern stands for, whose `*` are any characters.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Behind the last `*`, and where what it stands for ends.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(own) if Some(own) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((behind, end)) => {
                    star = Some((behind, end + 1));
                    (p, t) = (behind, end + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|b| *b == b'*')
}

/// True if there is a text that both patterns stand for.
fn meets(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    // Whether the rests of both from here on meet, for the rest of `one` that was looked at last.
    let ends = |rest: &[u8]| rest.iter().all(|b| *b == b'*');
    let mut below: Vec<bool> = (0..=other.len())
        .map(|at| ends(other.get(at..).unwrap_or_default()))
        .collect();
    for own in one.iter().rev() {
        let mut here = vec![false; other.len() + 1];
        // A rest that is nothing meets what may stand for nothing.
        let last = *own == b'*' && below.last().copied().unwrap_or_default();
        if let Some(end) = here.last_mut() {
            *end = last;
        }
        for (at, its) in other.iter().enumerate().rev() {
            let get = |row: &[bool], at: usize| row.get(at).copied().unwrap_or_default();
            let met = if *own == b'*' || *its == b'*' {
                (*own == b'*' && (get(&below, at) || get(&here, at + 1)))
                    || (*its == b'*' && (get(&here, at + 1) || get(&below, at)))
            } else {
                own == its && get(&below, at + 1)
            };
            if let Some(place) = here.get_mut(at) {
                *place = met;
            }
        }
        below = here;
    }
    below.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::metadata::url::Schemes;

    fn matches(pattern: &str, url: &str) -> bool {
        let url = DocumentUrl::parse(url, Schemes::HttpOnLoopback).unwrap();
        Pattern::parse(pattern).unwrap().matches(&url)
    }

    #[test]
    fn a_star_is_one_label_in_the_host_and_anything_in_the_path() {
        for (pattern, url, does) in [
            ("https://a.example/c", "https://a.example/c", true),
            ("https://a.example/c", "https://a.example/C", false),
            ("https://a.example/c", "https://A.example/c", false),
            ("https://a.example/c", "https://a.example:443/c", false),
            ("https://a.example/*", "https://a.example/b/c?d=/e", true),
            (
                "https://a.example/*.json",
                "https://a.example/b/c.json",
                true,
            ),
            (
                "https://a.example/*.json",
                "https://a.example/c.json?x",
                false,
            ),
            ("https://a.example/a*b*c", "https://a.example/abbcbc", true),
            ("https://*.example/c", "https://a.example/c", true),
            ("https://*.example/c", "https://b.a.example/c", false),
            ("https://*.example/c", "https://a.example.evil.net/c", false),
            (
                "https://a.example*/c",
                "https://a.example.evil.net/c",
                false,
            ),
            ("https://a.example*/c", "https://a.examplefix/c", true),
            ("https://a.example*/c", "https://a.example:8443/c", false),
            ("https://a.example:*/c", "https://a.example:8443/c", true),
            ("https://a.*.net/c", "https://a.b.net/c", true),
            ("https://a.*.net/c", "https://a.b.c.net/c", false),
            ("https://*/c*", "https://localhost/cd", true),
            ("https://[2001:db8::1]/c", "https://[2001:db8::1]/c", true),
            ("https://localhost:*/c", "http://localhost:8000/c", true),
            ("https://127.0.0.1:80/c", "http://127.0.0.1:80/c", true),
            // For this machine none that does not name it.
            ("https://*:8000/cd", "http://localhost:8000/cd", false),
            ("https://*.*.*.*:8000/c", "http://127.0.0.1:8000/c", false),
        ] {
            assert_eq!(matches(pattern, url), does, "{pattern} {url}");
        }
    }

    #[test]
    fn as_many_patterns_as_a_pool_may_have_are_tried_at_once() {
        // What costs most: each place of the URL is tried as far as the pattern goes.
        let pattern = format!("https://*/*{}b", "a".repeat(117));
        let url = format!("https://h.example/{}", "a".repeat(235));
        let begun = std::time::Instant::now();
        for _ in 0..250 {
            assert!(!matches(&pattern, &url));
        }
        assert!(begun.elapsed().as_millis() < 1_000, "{:?}", begun.elapsed());
    }

    #[test]
    fn what_can_match_nothing_is_no_pattern() {
        for bad in [
            "https://a.example",
            "https://a.example/",
            "https://a.example*",
            "https:///c",
            "https://jane@a.example/c",
            "http://a.example/c",
        ] {
            assert!(Pattern::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn patterns_tie_where_neither_is_closer() {
        for (one, other, ties) in [
            ("https://a.example/c", "https://a.example/c", true),
            ("https://a.example/c", "https://a.example/c*", false),
            ("https://a.example/*", "https://a.example/*", true),
            ("https://a.example/*", "https://a.example/c*", false),
            ("https://a.example/*x", "https://a.example/*y", false),
            ("https://a.example/*x*", "https://a.example/*y*", true),
            ("https://a.example/*xy", "https://a.example/*y", true),
            ("https://*.a.example/c", "https://*.b.example/c", false),
            ("https://*.a.example/c", "https://*.a.example/*", true),
            ("https://*.example/c", "https://*.*.example/c", false),
            ("https://*.example/c", "https://*b.example/c", true),
        ] {
            let parse = |text| Pattern::parse(text).unwrap();
            assert_eq!(parse(one).ties_with(&parse(other)), ties, "{one} {other}");
            assert_eq!(parse(other).ties_with(&parse(one)), ties, "{other} {one}");
        }
    }

    #[test]
    fn patterns_meet_where_a_text_is_what_both_stand_for() {
        for (one, other, meet) in [
            ("", "", true),
            ("*", "", true),
            ("", "a", false),
            ("a*", "*b", true),
            ("a*c", "ab*", true),
            ("a*c", "b*", false),
            ("*a*", "*b*", true),
            ("ab", "a*b*", true),
            ("*a", "*b", false),
            ("**", "*", true),
        ] {
            assert_eq!(meets(one, other), meet, "{one} {other}");
            assert_eq!(meets(other, one), meet, "{other} {one}");
        }
    }
}

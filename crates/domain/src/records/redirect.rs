//! URLs to which a browser may be sent.

/// Schemes whose URLs a browser runs or shows by itself, instead of handing them to a site or an application: as the target
/// of a redirect, a form or a link they would be somebody else's page with this site's name.
const RUN_BY_BROWSERS: [&str; 8] = [
    "about",
    "blob",
    "data",
    "file",
    "filesystem",
    "javascript",
    "vbscript",
    "view-source",
];

/// True if a browser may be sent to a URL with this scheme: it is one by RFC 3986 section 3.1, and none that browsers run
/// by themselves (endpoints.md 6).
pub fn is_scheme_of_target(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && !RUN_BY_BROWSERS
            .iter()
            .any(|run| scheme.eq_ignore_ascii_case(run))
}

/// True if a browser may be sent to the URL. One without a scheme would lead somewhere on this site.
pub fn is_target(url: &str) -> bool {
    url.split_once(':')
        .is_some_and(|(scheme, _)| is_scheme_of_target(scheme))
}

/// Returns the host in the text behind `http:`, without user name and port.
pub fn host(rest: &str) -> Option<&str> {
    let authority = rest.strip_prefix("//")?.split(['/', '?']).next()?;
    // A user name could make another site look like the own machine, so a URL with one has no host here.
    if authority.contains('@') || authority.contains('\\') {
        return None;
    }
    match authority.strip_prefix('[') {
        Some(literal) => literal.split_once(']').map(|(host, _)| host),
        None => authority.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_leads_to_a_site_or_an_application() {
        for good in [
            "https://app.example/cb",
            "http://localhost:3000",
            "myapp://cb",
            "com.example.app:/cb",
            "javascripts://cb",
        ] {
            assert!(is_target(good), "{good}");
        }
        for bad in [
            "",
            "app.example/cb",
            "//app.example",
            ":x",
            "javascript:alert(1)",
            "JavaScript://x/%0aalert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://app.example/x",
            "file:///etc/passwd",
            "filesystem:https://app.example/x",
            "about:blank",
            "view-source:https://app.example",
        ] {
            assert!(!is_target(bad), "{bad}");
        }
    }
}

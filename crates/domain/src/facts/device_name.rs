//! The names that auth events give to devices, out of a User-Agent header: `Chrome 126, Windows 10` (admin.md 2.8).

use crate::facts::names::first_chars;

/// Of a header no more than this is looked at, in characters.
const LONGEST_AGENT: usize = 512;
/// The word for what a header does not say.
const OTHER: &str = "Other";

/// Programs by the word behind which their version stands. The more particular one first: the others are in its header too.
const PROGRAMS: [(&str, &str); 15] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Boto3/", "Boto3"),
    ("aws-cli/", "AWS CLI"),
    ("aws-amplify/", "AWS Amplify"),
    ("aws-sdk-", "AWS SDK"),
    ("okhttp/", "okhttp"),
    ("curl/", "curl"),
];

/// Returns program and system of a User-Agent header with their main versions, `Other` for what it does not say.
pub fn device_name(agent: &str) -> String {
    let agent = first_chars(agent, LONGEST_AGENT);
    format!("{}, {}", program(agent), system(agent))
}

fn program(agent: &str) -> String {
    for (word, name) in PROGRAMS {
        if let Some((_, rest)) = agent.split_once(word) {
            return versioned(name, main_version(rest));
        }
    }
    // The one browser whose version stands elsewhere.
    if agent.contains("Safari/") {
        let version = agent.split_once("Version/").map(|(_, rest)| rest);
        return versioned("Safari", version.and_then(main_version));
    }
    OTHER.to_owned()
}

fn system(agent: &str) -> String {
    if let Some((_, rest)) = agent.split_once("Windows NT ") {
        let kernel: String = rest
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let version = match kernel.as_str() {
            // Browsers call Windows 11 so, too.
            "10.0" => Some("10"),
            "6.3" => Some("8.1"),
            "6.2" => Some("8"),
            "6.1" => Some("7"),
            _ => None,
        };
        return versioned("Windows", version);
    }
    for (word, name) in [
        ("Android ", "Android"),
        ("iPhone OS ", "iOS"),
        ("CPU OS ", "iOS"),
        ("Mac OS X ", "Mac OS X"),
        ("CrOS ", "Chrome OS"),
    ] {
        if let Some((_, rest)) = agent.split_once(word) {
            return versioned(name, main_version(rest));
        }
    }
    let lower = agent.to_ascii_lowercase();
    for (word, name) in [
        ("android", "Android"),
        ("windows", "Windows"),
        ("macos", "Mac OS X"),
        ("linux", "Linux"),
    ] {
        if lower.contains(word) {
            return name.to_owned();
        }
    }
    OTHER.to_owned()
}

/// Returns the digits at the beginning of a version.
fn main_version(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end.min(6)).filter(|digits| !digits.is_empty())
}

fn versioned(name: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_by_program_and_system() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
                "Chrome 126, Windows 10",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/125.0",
                "Edge 125, Windows 10",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari 17, iOS 17",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
                "Safari 17, Mac OS X 10",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Mobile Safari/537.36",
                "Chrome 125, Android 14",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
                "Firefox 127, Linux",
            ),
            ("Boto3/1.34 md/Botocore#1.34 os/linux#6.1", "Boto3 1, Linux"),
            ("test", "Other, Other"),
            ("", "Other, Other"),
            ("Windows NT \u{e9}; Chrome/\u{e9}", "Chrome, Windows"),
        ] {
            assert_eq!(device_name(agent), name, "{agent}");
        }
        let long = format!("Chrome/{}", "9".repeat(100_000));
        assert_eq!(device_name(&long), "Chrome 999999, Other");
    }
}

//! What a request says of the user's device, which need not be the peer that sent it (admin.md 6.3).
//!
//! Two addresses are known of a request, and each has its uses:
//! - that of the peer, `ClientInfo::ip`: rates, lockouts, limits of messages, the audit trail. Nobody else's word moves it,
//!   or a client could spread its guesses over addresses that it makes up, or lock others out.
//! - that of the user's device, [`RequestContext::ip`]: the risk of a sign-in, the ranges of the risk configuration, the
//!   context of auth events. It is what ContextData says, which an access key signs, or UserContextData of a client with a secret
//!   that may say it (`EnablePropagateAdditionalUserContextData`); otherwise the peer's.
//!
//! `EncodedData` comes from a library in the user's browser or app. Whoever knows the client's id can make one, so it is a
//! hint: it is bounded before it is read, what cannot be read is left out, and nothing is allowed because of it alone.

use std::net::IpAddr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cognate_shapes::{Auth, ContextDataType, UserContextDataType};
use serde_json::{Map, Value};

use crate::facts::action::Action;
use crate::facts::names::first_chars;

/// Of EncodedData no more than this is read, in bytes; those of the libraries have about 2,000.
const LONGEST_DATA: usize = 16_384;
/// The longest text that is kept of a request, in characters.
const LONGEST_TEXT: usize = 256;
/// The most headers of ContextData that are kept.
const MOST_HEADERS: usize = 32;

/// The source of what is known of the user's device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextSource {
    /// The peer, which is the device as far as anybody knows: a public operation, or a page.
    Peer,
    /// A back end that may speak for its users.
    Told,
    /// Nobody: the peer is the back end of an application, which said nothing of its user. Its address says nothing.
    Silent,
}

/// What is known of the user's device. Texts that are not known are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestContext {
    /// The source of the address.
    pub source: ContextSource,
    /// The address; None if it cannot be read.
    pub ip: Option<IpAddr>,
    /// The User-Agent header.
    pub user_agent: String,
    /// Headers of the user's request to the application, names in lower case; of ContextData alone.
    pub headers: Vec<(String, String)>,
    /// The hints of EncodedData.
    pub device: DeviceHints,
    /// True if the application, or a page of the pool, said something of the device.
    pub has_context_data: bool,
}

/// What a device says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceHints {
    /// What it calls itself, the same each time.
    pub id: String,
    /// Model, system and the like, or a digest of what a browser tells pages.
    pub fingerprint: String,
    /// The User-Agent of a browser.
    pub user_agent: String,
    /// Its name, of a phone.
    pub name: String,
    /// Its system.
    pub platform: String,
    /// The distance from UTC: `-07:00`.
    pub timezone: String,
    /// Its language.
    pub language: String,
}

impl RequestContext {
    /// Returns the address as text; `unknown` for one that cannot be read.
    pub fn ip_text(&self) -> String {
        self.ip
            .map_or_else(|| "unknown".to_owned(), |ip| ip.to_string())
    }

    /// Returns what is known of the peer of an action.
    pub(super) fn of_peer(action: Action, ip: &str, user_agent: &str) -> Self {
        let is_back_end = matches!(action, Action::Api(op) if matches!(op.auth(), Auth::SigV4));
        Self {
            source: match is_back_end {
                true => ContextSource::Silent,
                false => ContextSource::Peer,
            },
            ip: parse(ip),
            user_agent: cut(user_agent),
            headers: Vec::new(),
            device: DeviceHints::default(),
            has_context_data: matches!(action, Action::Endpoint(_)),
        }
    }

    /// Adds UserContextData of a client. `speaks`: the client may say the address.
    pub(super) fn with_user_context(mut self, data: &UserContextDataType, speaks: bool) -> Self {
        let ip = data.ip_address.as_deref().filter(|_| speaks);
        if let Some(ip) = ip.and_then(parse) {
            self.ip = Some(ip);
            self.source = ContextSource::Told;
            self.has_context_data = true;
        }
        self.hint(data.encoded_data.as_deref());
        self
    }

    /// Returns what ContextData says.
    pub(super) fn of_context(data: &ContextDataType) -> Self {
        let headers = data.http_headers.iter().take(MOST_HEADERS);
        let headers = headers.filter_map(|header| {
            let name = cut(header.header_name.as_deref()?).to_ascii_lowercase();
            Some((name, cut(header.header_value.as_deref()?)))
        });
        let headers: Vec<_> = headers.collect();
        let agent = headers.iter().find(|(name, _)| name == "user-agent");
        let mut context = Self {
            source: ContextSource::Told,
            // The back end's own address would be wrong for every user.
            ip: parse(&data.ip_address),
            user_agent: agent.map(|(_, value)| value.clone()).unwrap_or_default(),
            headers,
            device: DeviceHints::default(),
            has_context_data: true,
        };
        context.hint(data.encoded_data.as_deref());
        context
    }

    fn hint(&mut self, encoded: Option<&str>) {
        let Some(device) = encoded.and_then(read) else {
            return;
        };
        // A back end's own program is not the user's.
        if !device.user_agent.is_empty() {
            self.user_agent.clone_from(&device.user_agent);
        }
        self.device = device;
        self.has_context_data = true;
    }
}

fn parse(ip: &str) -> Option<IpAddr> {
    ip.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn cut(text: &str) -> String {
    if !text.contains(char::is_control) {
        return first_chars(text, LONGEST_TEXT).to_owned();
    }
    let seen = text.chars().filter(|c| !c.is_control());
    seen.take(LONGEST_TEXT).collect()
}

/// Reads EncodedData: base64 of `{"payload", "signature", "version"}`, whose payload is the text of `{"contextData", "username",
/// "userPoolId", "timestamp"}`. The signature is not looked at: its key is the client's id, which everybody knows.
fn read(encoded: &str) -> Option<DeviceHints> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    if encoded.len() > LONGEST_DATA {
        return None;
    }
    let bytes = GeneralPurpose::new(&STANDARD, LENIENT)
        .decode(encoded)
        .ok()?;
    let outer: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
    let payload: Map<String, Value> = serde_json::from_str(outer.get("payload")?.as_str()?).ok()?;
    let said = payload.get("contextData")?.as_object()?;
    let text = |name: &str| match said.get(name) {
        Some(Value::String(text)) => cut(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let first = |names: [&str; 2]| {
        let found = names.into_iter().map(text).find(|text| !text.is_empty());
        found.unwrap_or_default()
    };
    Some(DeviceHints {
        id: text("DeviceId"),
        fingerprint: text("DeviceFingerprint"),
        user_agent: text("UserAgent"),
        name: text("DeviceName"),
        platform: first(["Platform", "DevicePlatform"]),
        timezone: Some(text("ClientTimezone"))
            .filter(|zone| is_timezone(zone))
            .unwrap_or_default(),
        language: text("DeviceLanguage"),
    })
}

/// True for a sign, hours, a colon and minutes.
fn is_timezone(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    bytes.len() == 6
        && matches!(bytes.first(), Some(b'+' | b'-'))
        && bytes.get(3) == Some(&b':')
        && [1, 2, 4, 5].into_iter().all(digit)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use serde_json::json;

    use super::*;

    fn encoded(context: &Value) -> String {
        let payload =
            json!({"contextData": context, "username": "u", "userPoolId": "p", "timestamp": "1"});
        let whole =
            json!({"payload": payload.to_string(), "signature": "x", "version": "JS20171115"});
        STANDARD.encode(whole.to_string())
    }

    #[test]
    fn what_a_device_says_of_itself_is_read() {
        let phone = json!({
            "DeviceId": "d1", "DeviceFingerprint": "Apple/iPhone", "DeviceName": "Jane's phone", "Platform": "iOS",
            "ClientTimezone": "-07:00", "DeviceLanguage": "en", "ScreenHeightPixels": 7,
        });
        let hints = read(&encoded(&phone)).unwrap();
        assert_eq!(
            hints,
            DeviceHints {
                id: "d1".into(),
                fingerprint: "Apple/iPhone".into(),
                user_agent: String::new(),
                name: "Jane's phone".into(),
                platform: "iOS".into(),
                timezone: "-07:00".into(),
                language: "en".into(),
            }
        );
        let unpadded = encoded(&phone).trim_end_matches('=').to_owned();
        assert_eq!(read(&unpadded), Some(hints));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let odd = json!({"DeviceId": ["x"], "ClientTimezone": "UTC", "UserAgent": "a\r\nb", "DeviceLanguage": "x".repeat(900)});
        let hints = read(&encoded(&odd)).unwrap();
        assert_eq!((hints.id.as_str(), hints.timezone.as_str()), ("", ""));
        assert_eq!(
            (hints.user_agent.as_str(), hints.language.len()),
            ("ab", 256)
        );
        let deep = STANDARD_NO_PAD.encode("[".repeat(12_000));
        let long = encoded(&json!({"DeviceId": "x".repeat(LONGEST_DATA)}));
        for text in ["", "%", "e30=", "bm8=", &deep, &long] {
            assert_eq!(read(text), None);
        }
    }

    #[test]
    fn addresses_are_compared_in_one_form() {
        assert_eq!(parse("::ffff:192.0.2.1"), parse(" 192.0.2.1"));
        assert_eq!(parse("192.0.2.1:80"), None);
    }
}

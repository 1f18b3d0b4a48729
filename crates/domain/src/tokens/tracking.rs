//! Sessions of pools that track them: how many a user may have, their description and their public ids.
//!
//! A pool that tracks nothing writes nothing of this. Where it does, every sign-in of a user first takes the user's
//! turn, so that the limit holds however many sign in at once on however many nodes; every refresh notes when and from
//! where.

use cognate_shapes::{SessionDescriptionType, SessionLocationType, SessionTypeType, Timestamp};
use cognate_store::Batch;
use cognate_store::tables::sessions::{self as table, Activity};
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::pool::Pool;
use crate::tokens::session::live_after;

/// The prefix of a token session's id.
const TOKEN_SESSION: &str = "tkn";
/// The prefix of the id of a browser's session.
const BROWSER_SESSION: &str = "sso";
/// Digits behind it: enough for 128 bits in base 36.
const DIGITS: usize = 25;
/// The text for a value that is not known (SessionDescriptionType).
const UNKNOWN: &str = "unknown";
/// Of a User-Agent header no more than this is looked at, in characters.
const LONGEST_AGENT: usize = 512;

/// The latest activity of a session.
#[derive(Default, Serialize, Deserialize)]
struct Seen {
    ip: String,
    device: String,
}

/// Returns when and from where this request comes, in pools that track sessions.
pub fn activity(cx: &Cx<'_>, pool: &Pool) -> Option<Activity> {
    pool.max_sessions()?;
    let seen = Seen {
        ip: cx.client_info.ip.chars().take(128).collect(),
        device: device(&cx.client_info.user_agent),
    };
    Some(Activity {
        at: cx.now(),
        // Two texts always become JSON.
        doc: serde_json::to_string(&seen).unwrap_or_else(|_| "{}".into()),
    })
}

/// Starts the batch of a sign-in: takes the user's session lock first, if the pool tracks sessions.
pub fn begin(pool: &Pool, user_id: &str) -> Batch {
    match pool.max_sessions() {
        Some(_) => table::take_turn(&pool.id, user_id),
        None => Batch::new(),
    }
}

/// Ends the sessions that were not used for longest until there is room for one more. The batch must have begun with
/// [`begin`].
pub fn make_room(cx: &Cx<'_>, batch: Batch, pool: &Pool, user_id: &str) -> Batch {
    match pool.max_sessions() {
        Some(most) => {
            let others = most.saturating_sub(1);
            table::evict(batch, &pool.id, user_id, live_after(cx.now()), others)
        }
        None => batch,
    }
}

/// The two kinds of sessions that answers name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionName {
    /// A session of tokens, by its id in the tokens.
    Token(String),
    /// A browser's session, by its name.
    Browser(String),
}

impl SessionName {
    /// Returns the id under which answers name the session: 28 characters that say the same.
    pub fn public(&self) -> Option<String> {
        let (prefix, id) = match self {
            Self::Token(id) => (TOKEN_SESSION, id),
            Self::Browser(name) => (BROWSER_SESSION, name),
        };
        let hex: String = id.chars().filter(|c| *c != '-').collect();
        let mut rest = u128::from_str_radix(&hex, 16).ok()?;
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            let value = u8::try_from(rest % 36).ok()?;
            *digit = if value < 10 {
                b'0' + value
            } else {
                b'a' + value - 10
            };
            rest /= 36;
        }
        let digits = std::str::from_utf8(&digits).ok()?;
        Some(format!("{prefix}{digits}"))
    }

    /// Returns the session that answers name `public`; None for a text of another form.
    pub fn read(public: &str) -> Option<Self> {
        let (kind, digits): (fn(String) -> Self, _) = match public.strip_prefix(TOKEN_SESSION) {
            Some(digits) => (Self::Token, digits),
            None => (Self::Browser, public.strip_prefix(BROWSER_SESSION)?),
        };
        let mut value: u128 = 0;
        for digit in digits.chars() {
            value = value
                .checked_mul(36)?
                .checked_add(u128::from(digit.to_digit(36)?))?;
        }
        let hex = format!("{value:032x}");
        let (a, rest) = hex.split_at_checked(8)?;
        let (b, rest) = rest.split_at_checked(4)?;
        let (c, rest) = rest.split_at_checked(4)?;
        let (d, e) = rest.split_at_checked(4)?;
        Some(kind(format!("{a}-{b}-{c}-{d}-{e}")))
    }
}

/// A session in a listing.
pub struct Listed<'a> {
    /// The session.
    pub name: SessionName,
    /// The client that the user signed in to.
    pub client_id: String,
    /// Microseconds.
    pub created: i64,
    /// The latest activity, in microseconds.
    pub active: i64,
    /// The program and the address of that, JSON; None while nothing was tracked.
    pub seen: Option<&'a str>,
    /// The browser's session that it came out of; empty for none.
    pub origin: &'a str,
    /// True if the token that asks is one of its tokens.
    pub is_current: bool,
}

/// Returns a session as a listing shows it.
///
/// # Errors
/// An internal fault for a row that does not parse.
pub fn describe(listed: Listed<'_>) -> Result<SessionDescriptionType> {
    let seen: Seen = match listed.seen {
        Some(doc) => serde_json::from_str(doc)?,
        None => Seen::default(),
    };
    let device = Some(seen.device).filter(|device| !device.is_empty());
    let origin = Some(listed.origin).filter(|origin| !origin.is_empty());
    let origin = origin.map(|origin| SessionName::Browser(origin.to_owned()));
    Ok(SessionDescriptionType {
        session_id: listed.name.public(),
        session_type: Some(match listed.name {
            SessionName::Token(_) => SessionTypeType::Token,
            SessionName::Browser(_) => SessionTypeType::Sso,
        }),
        create_date: Some(Timestamp(listed.created)),
        last_active_date: Some(Timestamp(listed.active.max(listed.created))),
        device_type: Some(device.unwrap_or_else(|| UNKNOWN.to_owned())),
        last_ip_address: Some(seen.ip).filter(|ip| !ip.is_empty()),
        // Nothing here knows where an address is.
        last_location: Some(SessionLocationType {
            city: None,
            country: Some(UNKNOWN.to_owned()),
        }),
        origin_session_id: origin.and_then(|origin| origin.public()),
        is_current_session: Some(listed.is_current),
        client_id: Some(listed.client_id),
    })
}

/// Returns operating system and program of a User-Agent header, as far as it names them.
pub fn device(agent: &str) -> String {
    // The more particular word first: the others are in its header too.
    const SYSTEMS: [(&str, &str); 7] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Mac OS X", "macOS"),
        ("macos", "macOS"),
        ("linux", "Linux"),
    ];
    const PROGRAMS: [(&str, &str); 9] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("aws-amplify", "AWS Amplify"),
        ("aws-cli", "AWS CLI"),
        ("Boto3", "Boto3"),
        ("aws-sdk", "AWS SDK"),
    ];
    let agent: String = agent.chars().take(LONGEST_AGENT).collect();
    let lower = agent.to_ascii_lowercase();
    let find = |list: &'static [(&'static str, &'static str)]| {
        list.iter()
            .find(|(word, _)| lower.contains(&word.to_ascii_lowercase()))
            .map(|(_, name)| *name)
    };
    match (find(&SYSTEMS), find(&PROGRAMS)) {
        (Some(system), Some(program)) => format!("{system}, {program}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => UNKNOWN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_go_out_and_come_back() {
        for id in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "34c84488-e0e1-70ae-d2ee-991ad1a898c8",
        ] {
            for (name, prefix) in [
                (SessionName::Token(id.to_owned()), "tkn"),
                (SessionName::Browser(id.to_owned()), "sso"),
            ] {
                let public = name.public().unwrap();
                assert_eq!((public.len(), &public[..3]), (28, prefix));
                assert_eq!(SessionName::read(&public), Some(name));
            }
        }
    }

    #[test]
    fn what_no_session_is_called_has_no_id() {
        let too_much = format!("tkn{}", "z".repeat(25));
        let sso = format!("sso{}", "z".repeat(25));
        for text in [too_much.as_str(), sso.as_str(), "tkn-", "x"] {
            assert_eq!(SessionName::read(text), None, "{text}");
        }
    }

    #[test]
    fn devices_are_named_by_system_and_program() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Safari/604.1";
        for (agent, name) in [
            (chrome, "Windows, Chrome"),
            (safari, "iOS, Safari"),
            ("Boto3/1.34 md/Botocore#1.34 os/linux#6.1", "Linux, Boto3"),
            ("aws-sdk-js/3.0", "AWS SDK"),
            ("test", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(device(agent), name, "{agent}");
        }
    }
}

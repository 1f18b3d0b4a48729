//! What a request says of itself, as facts: in marks by the pool's key, so that what is kept of them tells nobody the
//! address, the program or the device.

use std::net::IpAddr;
use std::sync::Arc;

use cognate_risk::attempt::{Address, Agent, Attempt, Mark, Point};

use crate::app::places::Place;
use crate::clock::SECOND;
use crate::cx::Cx;
use crate::cx::context::{ContextSource, RequestContext};
use crate::facts::device_name::device_name;
use crate::facts::network::network;
use crate::records::pool::Pool;

/// Words of programs with which people do not sign in themselves.
const TOOLS: [&str; 18] = [
    "curl",
    "wget",
    "python",
    "boto",
    "aws-cli",
    "go-http-client",
    "java/",
    "apache-httpclient",
    "libwww",
    "perl",
    "ruby",
    "axios",
    "node-fetch",
    "undici",
    "postman",
    "headless",
    "phantomjs",
    "selenium",
];

/// The facts about a request.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The attempt.
    pub attempt: Attempt,
    /// The single address, which stands for a few people at most; None where nobody can know that of the user.
    pub address: Option<Mark>,
}

/// Returns the mark of a characteristic. `kind` keeps characteristics of different kinds apart.
pub fn mark(pool: &Pool, kind: &str, of: &str) -> Mark {
    let mac = pool
        .key
        .mac("marks of risk", format!("{kind}\n{of}").as_bytes());
    let bytes = mac.first_chunk().copied().unwrap_or_default();
    Mark(u64::from_be_bytes(bytes))
}

/// Returns the facts about a request. `device_key`: the remembered device that it names.
pub fn gather(cx: &Cx<'_>, pool: &Pool, device_key: Option<&str>) -> Facts {
    // The marks of an action are made once.
    let place = place(cx);
    let made = || without_key(cx, pool, place.as_deref());
    let mut facts = cx.memory().once("facts of risk", made);
    facts.attempt.devices[0] = device_key.map(|key| mark(pool, "device key", key));
    facts
}

fn without_key(cx: &Cx<'_>, pool: &Pool, place: Option<&Place>) -> Facts {
    let told = cx.context();
    // A back end that says nothing of its user is no place and no program of theirs.
    let is_silent = told.source == ContextSource::Silent;
    let ip = told.ip.filter(|_| !is_silent);
    let attempt = Attempt {
        at: cx.now().div_euclid(SECOND),
        address: ip.map(|ip| address(cx, pool, ip, place)),
        devices: [
            None,
            device_name_of(told).map(|name| mark(pool, "device", &name)),
        ],
        agent: (!is_silent).then(|| agent(pool, &told.user_agent)),
    };
    Facts {
        attempt,
        address: ip.map(|ip| mark(pool, "address", &network(&ip.to_string()))),
    }
}

/// Returns where the address of a request is, as far as the operator's database knows it.
pub fn place(cx: &Cx<'_>) -> Option<Arc<Place>> {
    let find = || {
        let places = cx.places.get()?;
        places.find(cx.context().ip?).map(Arc::new)
    };
    cx.memory().once("place of the address", find)
}

fn address(cx: &Cx<'_>, pool: &Pool, ip: IpAddr, place: Option<&Place>) -> Address {
    let block = || match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}")
        }
    };
    let operator = place.and_then(|place| place.operator);
    let network = operator.map_or_else(block, |operator| format!("AS{operator}"));
    let code = place.map(|place| place.country_code.as_str());
    let country = code.filter(|code| !code.is_empty());
    // Degrees need no more than that.
    #[allow(clippy::cast_possible_truncation, reason = "degrees")]
    let point = |place: &Place| {
        place.point.map(|(latitude, longitude)| Point {
            latitude: latitude as f32,
            longitude: longitude as f32,
            radius: place.radius,
        })
    };
    let places = cx.places.get();
    Address {
        network: mark(pool, "network", &network),
        country: country.map(|code| mark(pool, "country", code)),
        point: place.and_then(point),
        is_bad: places.is_some_and(|places| places.is_bad(ip)),
    }
}

/// Returns what a device calls itself, if it does. A fingerprint alone is that of a model, but it is all that there is.
fn device_name_of(told: &RequestContext) -> Option<String> {
    let device = &told.device;
    match (device.id.is_empty(), device.fingerprint.is_empty()) {
        (false, _) => Some(format!("id {}", device.id)),
        (true, false) => Some(format!("fingerprint {}", device.fingerprint)),
        (true, true) => None,
    }
}

fn agent(pool: &Pool, header: &str) -> Agent {
    let lower = header.to_ascii_lowercase();
    Agent {
        family: mark(pool, "program", &family(header, &lower)),
        is_tool: header.is_empty() || TOOLS.iter().any(|word| lower.contains(word)),
    }
}

/// Returns program and system of a User-Agent header without their versions. A program that nobody knows is the first word
/// of the header.
fn family(header: &str, lower: &str) -> String {
    let name = device_name(header);
    let parts = name.split(", ").map(|part| {
        let words = part.split(' ').filter(|word| {
            !word
                .chars()
                .all(|character| character.is_ascii_digit() || character == '.')
        });
        words.collect::<Vec<_>>().join(" ")
    });
    let mut family = parts.collect::<Vec<_>>().join(", ");
    if family.starts_with("Other") {
        let word = lower.split(['/', ' ']).next().unwrap_or_default();
        family.push(' ');
        family.extend(word.chars().take(64));
    }
    family
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str) -> String {
        family(header, &header.to_ascii_lowercase())
    }

    #[test]
    fn an_update_of_a_program_makes_no_other_program() {
        let chrome = |version: u32, windows: &str| {
            format!(
                "Mozilla/5.0 (Windows NT {windows}; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Safari/537.36"
            )
        };
        assert_eq!(of(&chrome(126, "10.0")), "Chrome, Windows");
        assert_eq!(of(&chrome(126, "10.0")), of(&chrome(200, "6.1")));
        assert_ne!(of(&chrome(126, "10.0")), of("curl/8.0"));
        assert_ne!(of("acme-app/1.0"), of("other-app/1.0"));
        assert_eq!(of("acme-app/1.0"), of("acme-app/2.0 (x)"));
        assert!(of(&"x".repeat(5_000)).len() < 100);
    }
}

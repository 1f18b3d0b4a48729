//! The worst messages that are known, each of nearly the largest size. They are refused; what that costs is measured by
//! `SAML_COST=1 cargo test --release -p cognate-federation --test saml cost -- --nocapture`.

use std::time::{Duration, Instant};

use cognate_federation::saml::idp::shapes::SHAPES;
use cognate_federation::saml::response;

use crate::support::*;

/// The most that a message may take that cannot be taken.
const BOUND: Duration = Duration::from_millis(50);

/// Messages of nearly the largest size that make the most of each step.
fn worst() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let fill = |item: &str, room: usize| item.repeat(room / item.len());
    let scope: String = (0..60)
        .map(|n| format!(" xmlns:p{n}=\"urn:{n}\""))
        .collect();
    let attributes: String = (0..60).map(|n| format!(" a{n}=\"\"")).collect();
    let prefixed: String = (0..30).map(|n| format!(" p{n}:a=\"\"")).collect();
    let list: String = (0..16).map(|n| format!("p{n} ")).collect();
    let uri = "u".repeat(4_000);
    let inner = [
        ("nodes", fill("<a/>", 60_000)),
        ("texts", fill("<a>x</a>", 60_000)),
        ("comments", fill("<!---->", 60_000)),
        ("references", fill("&#13;", 60_000)),
        ("attributes", fill(&format!("<a{attributes}/>"), 60_000)),
        (
            "scope",
            format!("<a{scope}>{}</a>", fill("<a xmlns:q=\"u\"/>", 58_000)),
        ),
        (
            "used",
            format!("<a{scope}>{}</a>", fill(&format!("<a{prefixed}/>"), 58_000)),
        ),
        (
            "amplified",
            format!("<a xmlns:p=\"{uri}\">{}</a>", fill("<p:a/>", 55_000)),
        ),
        (
            "deep",
            format!("{}{}", "<a>".repeat(58), "</a>".repeat(58)).repeat(140),
        ),
    ];
    for shape in SHAPES {
        let text = honest(shape);
        let at = text.find("Status>").unwrap() + "Status>".len();
        let subject = text.find("Subject>").unwrap() + "Subject>".len();
        for (name, inside) in &inner {
            for at in [at, subject] {
                let forged = format!("{}{inside}{}", &text[..at], &text[at..]);
                all.push((format!("{shape:?} {name}"), forged));
            }
        }
        let kept = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=";
        let info = format!("<ds:SignedInfo{scope}>{}", "<a/>".repeat(40));
        let forged = text.replace("<ds:SignedInfo>", &info).replace(
            "xml-exc-c14n#\"></ds:CanonicalizationMethod>",
            &format!("xml-exc-c14n#\">{kept}\"{list}\"/></ds:CanonicalizationMethod>"),
        );
        all.push((format!("{shape:?} SignedInfo"), forged));
    }
    all.push(("blanks".into(), " ".repeat(90_000)));
    all.push(("tag".into(), format!("<a {}", "x=\"\" ".repeat(12_000))));
    all.push(("open".into(), "<a>".repeat(20_000)));
    all
}

#[test]
fn the_worst_messages_are_refused() {
    let (_, text) = (taken(&honest(SHAPES[0])), worst());
    let mut refused = 0;
    let mut slowest = (Duration::ZERO, String::new());
    for (name, forged) in text {
        let posted = post(&forged);
        let begin = Instant::now();
        let read = response::read(&posted, &expected());
        let took = begin.elapsed();
        // What nobody signed may stand in a message that is taken.
        let Err(why) = read else {
            continue;
        };
        refused += 1;
        if took > slowest.0 {
            slowest = (took, format!("{name}: {why:?}"));
        }
    }
    println!("the slowest refusal took {:?} ({})", slowest.0, slowest.1);
    assert!(refused > SHAPES.len(), "{refused}");
    assert!(
        option_env!("SAML_COST").is_none() || slowest.0 < BOUND,
        "{slowest:?}"
    );
}

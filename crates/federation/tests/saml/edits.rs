//! Random edits of honest messages: each must be refused, or mean exactly what the message meant.

use cognate_crypto::foreign::opening::{Content, Oaep};
use cognate_federation::saml::idp::shapes::{ID, RESPONSE, SHAPES};
use cognate_federation::saml::idp::{Encryption, encrypt};
use cognate_federation::saml::response::Login;

use crate::support::*;

/// Numbers that look random and are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

const JUNK: &[&str] = &[
    "<!---->",
    "<!-- x -->",
    "<?x y?>",
    "<![CDATA[evil]]>",
    "&#13;",
    "&amp;",
    " ",
    "\n",
    "evil@idp.example",
    "<x/>",
    "<saml2:NameID>evil@idp.example</saml2:NameID>",
    "<NameID xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\">evil@idp.example</NameID>",
    " xmlns=\"urn:evil\"",
    " ID=\"_assertion\"",
    " xmlns:xs=\"urn:evil\"",
    "<!DOCTYPE x>",
    "\u{0}",
    "\u{e9}",
    "\"",
    ">",
    "<",
];

/// Makes one change.
fn edited(text: &str, numbers: &mut Numbers) -> String {
    let mut boundaries = Vec::new();
    let place = |numbers: &mut Numbers| {
        let mut at = numbers.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    match numbers.below(8) {
        0 | 1 => {
            let mut bytes = text.as_bytes().to_vec();
            let at = numbers.below(bytes.len());
            bytes[at] = u8::try_from(32 + numbers.below(95)).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        2 => {
            let at = place(numbers);
            let junk = JUNK[numbers.below(JUNK.len())];
            format!("{}{junk}{}", &text[..at], &text[at..])
        }
        3 => {
            // Junk where a tag begins or ends.
            boundaries.extend(
                text.match_indices(['<', '>'])
                    .map(|(at, c)| at + usize::from(c == ">")),
            );
            let at = boundaries[numbers.below(boundaries.len())];
            let junk = JUNK[numbers.below(JUNK.len())];
            format!("{}{junk}{}", &text[..at], &text[at..])
        }
        4 => {
            let (mut a, mut b) = (place(numbers), place(numbers));
            if a > b {
                (a, b) = (b, a);
            }
            b = b.min(a + 60);
            while !text.is_char_boundary(b) {
                b -= 1;
            }
            format!("{}{}", &text[..a], &text[b..])
        }
        // An element that is moved, copied, replaced or taken away.
        kind => {
            let document = roxmltree::Document::parse(text).unwrap();
            let ranges: Vec<_> = document
                .root_element()
                .descendants()
                .filter(roxmltree::Node::is_element)
                .map(|node| node.range())
                .collect();
            let from = ranges[numbers.below(ranges.len())].clone();
            let to = ranges[numbers.below(ranges.len())].clone();
            let mut part = text[from.clone()].to_owned();
            if numbers.below(2) == 0 {
                part = part.replace(NAME, "evil@idp.example");
            }
            match kind {
                5 => format!("{}{part}{}", &text[..to.start], &text[to.start..]),
                6 => format!("{}{part}{}", &text[..to.start], &text[to.end..]),
                _ if numbers.below(2) == 0 => {
                    format!("{}{}", &text[..from.start], &text[from.end..])
                }
                _ => {
                    let inside = to.start + text[to.clone()].find('>').unwrap() + 1;
                    format!("{}{part}{}", &text[..inside], &text[inside..])
                }
            }
        }
    }
}

/// Returns the honest messages with what they mean.
fn originals() -> Vec<(String, Login)> {
    let certificate = certificate(&OURS);
    let how = Encryption {
        certificate: &certificate,
        oaep: Oaep::Sha1,
        content: Content::Aes128Cbc,
        method: "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
        beside: false,
    };
    let mut all: Vec<String> = SHAPES.into_iter().map(honest).collect();
    for shape in SHAPES {
        let text = shape.unsigned(&answer());
        let one = signer(shape).sign(&text, ID).unwrap();
        all.push(one.clone());
        all.push(signer(shape).sign(&text, RESPONSE).unwrap());
        all.push(encrypt(&one, ID, &how).unwrap());
    }
    all.into_iter()
        .map(|text| (text.clone(), taken(&text)))
        .collect()
}

fn run(count: usize, seed: u64) {
    let originals = originals();
    let mut numbers = Numbers(seed);
    let mut accepted = 0;
    for _ in 0..count {
        let (text, meant) = &originals[numbers.below(originals.len())];
        let mut forged = edited(text, &mut numbers);
        while numbers.below(4) == 0 && roxmltree::Document::parse(&forged).is_ok() {
            forged = edited(&forged, &mut numbers);
        }
        if let Ok(login) = read(&forged) {
            assert_eq!(login, *meant, "{forged}");
            accepted += 1;
        }
    }
    println!("{accepted} of {count} edits change nothing that is signed");
}

/// A million, by `SAML_EDITS=1000000 cargo test --release -p cognate-federation --test saml edits -- --nocapture`.
#[test]
fn random_edits_are_refused_or_mean_the_same() {
    let count = option_env!("SAML_EDITS").and_then(|count| count.parse().ok());
    run(count.unwrap_or(6_000), 0x9e37_79b9_7f4a_7c15);
}

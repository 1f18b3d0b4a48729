//! Addresses as people and administrators write them, read into what may stand in commands and headers.
//!
//! Domains become ASCII (RFC 5890), so that only a local part beyond ASCII needs a server with SMTPUTF8 (RFC 6531).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_shapes::EmailConfigurationType;
use lettre::Address;
use lettre::message::header::{From, Headers};
use lettre::message::{Mailbox, Mailboxes};

/// The longest address (RFC 5321 section 4.5.3.1.3: a path of 256 octets with its brackets).
const LONGEST: usize = 254;
/// The longest local part (RFC 5321 section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Characters of a display name that are kept.
const LONGEST_NAME: usize = 200;

/// Returns the address that a text is; None if it is none.
pub fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let clean = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>');
    if !text.chars().all(clean) || local.len() > LONGEST_LOCAL {
        return None;
    }
    let domain = match domain.is_ascii() {
        true => domain.to_owned(),
        false => idna::domain_to_ascii(domain).ok()?,
    };
    if local.len() + 1 + domain.len() > LONGEST {
        return None;
    }
    Address::new(local, domain).ok()
}

/// Returns the address, with its display name, that a text is: `a@b`, `<a@b>`, `Name <a@b>`, `"Name, N." <a@b>`. A name
/// may be written in any letters, or in encoded words of UTF-8 (RFC 2047), as the service asks for them.
pub fn mailbox(text: &str) -> Option<Mailbox> {
    let text = text.trim();
    let Some(inside) = text.strip_suffix('>') else {
        return Some(Mailbox::new(None, address(text)?));
    };
    let (name, inside) = inside.rsplit_once('<')?;
    let name = display_name(name);
    Some(Mailbox::new(
        Some(name).filter(|name| !name.is_empty()),
        address(inside)?,
    ))
}

/// Returns a name in one line and without its quotes.
fn display_name(name: &str) -> String {
    let name = name.trim();
    let quoted = name
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let name = match quoted {
        Some(inside) => unescape(inside),
        None => decode_words(name).unwrap_or_else(|| name.to_owned()),
    };
    one_line(&name).chars().take(LONGEST_NAME).collect()
}

fn unescape(quoted: &str) -> String {
    let mut out = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        let c = match c {
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        out.push(c);
    }
    out
}

/// Returns the text of encoded words; None for a name that is not made of such words in UTF-8.
fn decode_words(name: &str) -> Option<String> {
    let mut bytes = Vec::new();
    for word in name.split_ascii_whitespace() {
        let inside = word.strip_prefix("=?")?.strip_suffix("?=")?;
        let mut parts = inside.splitn(3, '?');
        let (charset, kind, data) = (parts.next()?, parts.next()?, parts.next()?);
        if !charset.eq_ignore_ascii_case("utf-8") {
            return None;
        }
        match kind {
            "B" | "b" => bytes.extend(STANDARD.decode(data).ok()?),
            "Q" | "q" => bytes.extend(decode_q(data)?),
            _ => return None,
        }
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_empty())
}

fn decode_q(data: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len());
    let mut bytes = data.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'_' => out.push(b' '),
            b'=' => {
                let pair = [bytes.next()?, bytes.next()?];
                let mut decoded = [0];
                hex::decode_to_slice(pair, &mut decoded).ok()?;
                out.extend(decoded);
            }
            other => out.push(other),
        }
    }
    Some(out)
}

/// Returns a text that can be the value of a header: its line breaks and other control characters become spaces.
pub fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let parts = text.split(breaks).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Returns the From of a pool's e-mails: its own, else the address that its SourceArn is of, else the operator's
/// (admin.md 4.5). None without any, or if the pool's own is not an address.
pub fn sender(pool: &EmailConfigurationType, default: Option<&Mailbox>) -> Option<Mailbox> {
    if let Some(from) = pool.from.as_deref().filter(|from| !from.trim().is_empty()) {
        return mailbox(from);
    }
    let identity = pool.source_arn.as_deref().and_then(identity);
    identity
        .and_then(address)
        .map(|address| Mailbox::new(None, address))
        .or_else(|| default.cloned())
}

/// Returns what an identity's ARN is of: an address or a domain.
fn identity(arn: &str) -> Option<&str> {
    let (_, name) = arn.split_once(":identity/")?;
    Some(name)
}

/// Returns a mailbox as the value of a header in one line: ASCII, as long as its local part is.
pub fn header(mailbox: &Mailbox) -> String {
    let mut headers = Headers::new();
    headers.set(From::from(Mailboxes::from(mailbox.clone())));
    let text = headers.to_string().replace("\r\n", "");
    text.strip_prefix("From: ").unwrap_or_default().to_owned()
}

/// True if the local part needs a server with SMTPUTF8.
pub fn is_international(address: &Address) -> bool {
    !address.user().is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "a",
            "@b.example",
            "a@",
            "a@b@c.example",
            "a b@c.example",
            "a@c.example\r\nRCPT TO:<x@y.example>",
            "a@c.example>",
            "<a@c.example",
            "a@-.example",
            "a@c.example, b@c.example",
            "+15555550100",
            "a@b\u{2028}.example",
        ] {
            assert!(address(bad).is_none(), "{bad:?}");
        }
        assert!(address(&format!("{}@b.example", "a".repeat(65))).is_none());
        assert!(address(&format!("a@{}example", "b.".repeat(130))).is_none());
    }

    #[test]
    fn an_international_domain_becomes_ascii_and_a_local_part_stays() {
        let read = |text| address(text).unwrap().to_string();
        assert_eq!(read("a@bücher.example"), "a@xn--bcher-kva.example");
        assert_eq!(read("jürgen@例え.jp"), "jürgen@xn--r8jz45g.jp");
        assert!(is_international(&address("jürgen@b.example").unwrap()));
        assert!(!is_international(&address("a@bücher.example").unwrap()));
        assert_eq!(read("o'neil+x@b.example"), "o'neil+x@b.example");
    }

    #[test]
    fn a_name_is_read_in_each_of_its_forms() {
        let read = |text| {
            let mailbox = mailbox(text).unwrap();
            (mailbox.name.unwrap_or_default(), mailbox.email.to_string())
        };
        for (text, name) in [
            ("a@b.example", ""),
            ("<a@b.example>", ""),
            ("Ann Smith <a@b.example>", "Ann Smith"),
            ("\"Smith, \\\"Ann\\\"\" <a@b.example>", "Smith, \"Ann\""),
            ("株式会社 例 <a@b.example>", "株式会社 例"),
            ("=?UTF-8?B?5L6L?= =?utf-8?q?_=C3=A4?= <a@b.example>", "例 ä"),
            ("=?iso-8859-1?q?=E4?= <a@b.example>", "=?iso-8859-1?q?=E4?="),
            (
                "A\r\nBcc: x@y.example\r\n <a@b.example>",
                "A Bcc: x@y.example",
            ),
        ] {
            assert_eq!(
                read(text),
                (name.to_owned(), "a@b.example".to_owned()),
                "{text:?}"
            );
        }
        assert!(mailbox("Ann <a>").is_none());
        assert!(mailbox("Ann a@b.example>").is_none());
    }

    #[test]
    fn a_header_is_one_line_of_ascii() {
        let text = header(&mailbox(&format!("{} <a@b.example>", "株式会社".repeat(20))).unwrap());
        assert!(text.is_ascii() && !text.contains(['\r', '\n']), "{text}");
        assert!(text.ends_with(" <a@b.example>"), "{text}");
        assert_eq!(
            header(&mailbox("Ann Smith <a@b.example>").unwrap()),
            "\"Ann Smith\" <a@b.example>"
        );
        assert_eq!(header(&mailbox("a@b.example").unwrap()), "a@b.example");
    }

    #[test]
    fn the_sender_is_the_pools_then_the_identitys_then_the_operators() {
        let default = mailbox("Server <s@server.example>").unwrap();
        let read = |from: Option<&str>, arn: Option<&str>| {
            let pool = EmailConfigurationType {
                from: from.map(str::to_owned),
                source_arn: arn.map(str::to_owned),
                ..EmailConfigurationType::default()
            };
            sender(&pool, Some(&default)).map(|mailbox| mailbox.email.to_string())
        };
        let address = "arn:aws:ses:us-east-1:111122223333:identity/i@id.example";
        let domain = "arn:aws:ses:us-east-1:111122223333:identity/id.example";
        assert_eq!(
            read(Some("P <p@pool.example>"), Some(address)).unwrap(),
            "p@pool.example"
        );
        assert_eq!(read(None, Some(address)).unwrap(), "i@id.example");
        assert_eq!(read(None, Some(domain)).unwrap(), "s@server.example");
        assert_eq!(read(None, None).unwrap(), "s@server.example");
        assert_eq!(read(Some("nobody"), Some(address)), None);
        assert!(sender(&EmailConfigurationType::default(), None).is_none());
    }
}

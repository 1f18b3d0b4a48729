//! The text in front of a file: version, stanzas, MAC.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{AgeError, FileKey};
use crate::hash::{hkdf_sha256, hmac_sha256, verify_hmac_sha256};

const VERSION: &str = "age-encryption.org/v1";
/// Characters of a full line of a stanza's body.
const LINE: usize = 64;
/// Longest line that is read; a stanza's first line may have many arguments.
const LONGEST_LINE: usize = 4_096;
/// Longest text that is read in front of a payload.
const LONGEST: usize = 1 << 20;

/// A file key in a form that one kind of recipient understands.
pub(super) struct Stanza {
    /// The kind, and what it needs.
    pub arguments: Vec<String>,
    /// The rest, decoded.
    pub body: Vec<u8>,
}

/// What was read.
pub(super) struct Header {
    pub stanzas: Vec<Stanza>,
    /// The bytes under the MAC: all up to and with the three dashes.
    covered: Vec<u8>,
    mac: Vec<u8>,
}

impl Header {
    /// # Errors
    /// If the text was changed.
    pub fn verify(&self, file_key: &FileKey) -> Result<(), AgeError> {
        let key = mac_key(file_key);
        if verify_hmac_sha256(&key, &self.covered, &self.mac) {
            Ok(())
        } else {
            Err(AgeError::Mac)
        }
    }
}

/// Returns the text for a new file.
pub(super) fn write(stanzas: &[Stanza], file_key: &FileKey) -> String {
    let mut out = format!("{VERSION}\n");
    for stanza in stanzas {
        out.push_str("-> ");
        out.push_str(&stanza.arguments.join(" "));
        out.push('\n');
        let mut body = base64(&stanza.body);
        // The last line is a short one, even if it is empty.
        while body.len() >= LINE {
            let rest = body.split_off(LINE);
            out.push_str(&body);
            out.push('\n');
            body = rest;
        }
        out.push_str(&body);
        out.push('\n');
    }
    out.push_str("---");
    let mac = hmac_sha256(&mac_key(file_key), out.as_bytes());
    out.push(' ');
    out.push_str(&base64(&mac));
    out.push('\n');
    out
}

/// Reads the text, and not a byte behind it.
///
/// # Errors
/// If it does not have the one form, or is very long.
pub(super) fn read(input: &mut impl Read) -> Result<Header, AgeError> {
    let mut lines = Lines {
        input,
        read: Vec::new(),
    };
    if lines.next()? != VERSION {
        return Err(AgeError::Header);
    }
    let mut stanzas = Vec::new();
    loop {
        let before = lines.read.len();
        let line = lines.next()?;
        if let Some(mac) = line.strip_prefix("--- ") {
            let mac = unbase64(mac).filter(|mac| mac.len() == 32);
            let mac = mac.ok_or(AgeError::Header)?;
            if stanzas.is_empty() {
                return Err(AgeError::Header);
            }
            let mut covered = lines.read;
            covered.truncate(before.saturating_add(3));
            return Ok(Header {
                stanzas,
                covered,
                mac,
            });
        }
        let arguments = line.strip_prefix("-> ").ok_or(AgeError::Header)?;
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        let visible =
            |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !arguments.iter().all(visible) {
            return Err(AgeError::Header);
        }
        let mut body = String::new();
        loop {
            let line = lines.next()?;
            if line.len() > LINE {
                return Err(AgeError::Header);
            }
            body.push_str(&line);
            if line.len() < LINE {
                break;
            }
        }
        let body = unbase64(&body).ok_or(AgeError::Header)?;
        stanzas.push(Stanza { arguments, body });
    }
}

/// Reads line by line, a byte at a time, so that the payload stays in the input.
struct Lines<'a, R> {
    input: &'a mut R,
    read: Vec<u8>,
}

impl<R: Read> Lines<'_, R> {
    /// Returns the next line without its end.
    fn next(&mut self) -> Result<String, AgeError> {
        let mut line = Vec::new();
        loop {
            let mut byte = [0];
            if self.input.read(&mut byte)? == 0 {
                return Err(AgeError::Header);
            }
            let [byte] = byte;
            self.read.push(byte);
            if byte == b'\n' {
                return String::from_utf8(line).map_err(|_| AgeError::Header);
            }
            line.push(byte);
            if line.len() > LONGEST_LINE || self.read.len() > LONGEST {
                return Err(AgeError::Header);
            }
        }
    }
}

fn mac_key(file_key: &FileKey) -> [u8; 32] {
    let mut key = [0; 32];
    hkdf_sha256(file_key.expose(), &[], b"header", &mut key);
    key
}

/// Without padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Without padding, and with no bits that no byte takes.
pub(super) fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

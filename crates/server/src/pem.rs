//! Textual encodings of keys and certificates (RFC 7468).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest line (RFC 7468 section 2).
const LINE: usize = 64;

/// Writes bytes between the lines of a label.
pub fn written(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let packed = STANDARD.encode(der);
    let mut rest = packed.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// Reads the bytes between the lines of a label; None for anything else, also beside them.
pub fn read(label: &str, text: &str) -> Option<Vec<u8>> {
    let inner = text.trim();
    let inner = inner.strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let inner = inner.strip_suffix(&format!("-----END {label}-----"))?;
    let packed: String = inner.split_whitespace().collect();
    STANDARD.decode(packed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_under_its_own_label() {
        let der: Vec<u8> = (0..=255).collect();
        let text = written("CERTIFICATE", &der);
        assert!(text.lines().all(|line| line.len() <= LINE));
        assert_eq!(read("CERTIFICATE", &text), Some(der));
        assert_eq!(read("PRIVATE KEY", &text), None);
        assert_eq!(read("CERTIFICATE", &format!("{text}{text}")), None);
        assert_eq!(read("CERTIFICATE", ""), None);
    }
}

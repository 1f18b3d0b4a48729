//! Writes canonical forms, for `e2e/python/canonical_form.py` to compare with those of libxml2.
//!
//! Each line of the input is a document in base64, a blank and the prefixes to keep, with commas between them. Each line
//! of the output is the canonical form of the element whose ID is `apex`, in base64; `-` if the document is refused.

use std::io::{BufRead, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_federation::saml::idp;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (document, prefixes) = line.split_once(' ').unwrap_or((&line, ""));
        let prefixes: Vec<&str> = prefixes.split(',').filter(|p| !p.is_empty()).collect();
        let document = STANDARD.decode(document).ok();
        let document = document.and_then(|bytes| String::from_utf8(bytes).ok());
        let form = document.and_then(|text| idp::canonical(&text, "apex", &prefixes));
        let form = form.map_or_else(|| "-".to_owned(), |form| STANDARD.encode(form));
        writeln!(out, "{form}")?;
    }
    Ok(())
}

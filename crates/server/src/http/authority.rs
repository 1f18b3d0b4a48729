//! `dev` with TLS and no certificate of anybody's: an authority of this machine's own, kept in the data folder, and a
//! certificate by it for the names of this machine.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::certificate;
use cognate_crypto::jws::SigningKey;

use crate::http::certificates::Pair;

/// The names of this machine.
const NAMES: [&str; 4] = ["localhost", "*.localhost", "127.0.0.1", "::1"];
const AUTHORITY: &str = "Cognate dev (this machine only)";
pub(crate) const DAY: i64 = 86_400;
/// Browsers take no server's certificate that is good for longer than 398 days.
const SERVER_DAYS: i64 = 397;
const AUTHORITY_DAYS: i64 = 3_650;
/// One that ends sooner is replaced.
const LEAST_DAYS: i64 = 30;

/// Returns the path of the authority's certificate, which clients are to trust.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("tls").join("ca.pem")
}

/// Returns the files of the server's certificate in a folder, made where they are missing or about to end. `now`: seconds
/// since 1970.
///
/// # Errors
/// Files that cannot be read or written.
pub fn pair(folder: &Path, now: i64) -> anyhow::Result<Pair> {
    let own = folder.join("tls");
    std::fs::create_dir_all(&own).with_context(|| format!("cannot make {}", own.display()))?;
    let file = |name: &str| own.join(name);
    let (ca, ca_key) = (path(folder), file("ca.key"));
    let mut fresh = false;
    let authority = match (is_good(&ca, now), key(&ca_key)) {
        (true, Some(key)) => key,
        _ => {
            let key = SigningKey::generate();
            let valid = now - DAY..now + AUTHORITY_DAYS * DAY;
            let der = certificate::authority(&key, AUTHORITY, valid)?;
            write(&ca_key, "PRIVATE KEY", key.to_pkcs8().expose())?;
            write(&ca, "CERTIFICATE", &der)?;
            fresh = true;
            key
        }
    };
    let pair = Pair {
        cert: file("cert.pem"),
        key: file("cert.key"),
    };
    if fresh || !is_good(&pair.cert, now) || key(&pair.key).is_none() {
        let own = SigningKey::generate();
        let valid = now - DAY..now + SERVER_DAYS * DAY;
        let der = certificate::of_server((&authority, AUTHORITY), &own, &NAMES, valid)?;
        write(&pair.key, "PRIVATE KEY", own.to_pkcs8().expose())?;
        write(&pair.cert, "CERTIFICATE", &der)?;
    }
    Ok(pair)
}

/// Reads what is between the lines of a PEM file.
pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
    let text = std::fs::read_to_string(path).ok()?;
    let inner = text.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(inner.collect::<String>()).ok()
}

/// Reads a key.
pub(crate) fn key(path: &Path) -> Option<SigningKey> {
    SigningKey::from_pkcs8(&read(path)?).ok()
}

fn is_good(path: &Path, now: i64) -> bool {
    lasts(path, now + LEAST_DAYS * DAY)
}

/// True if a file is a certificate that is good until then, in seconds since 1970.
pub(crate) fn lasts(path: &Path, then: i64) -> bool {
    let until = read(path).and_then(|der| certificate::valid_until(&der));
    until.is_some_and(|until| until > then)
}

/// Writes a file that its owner alone can read, in one step.
pub(crate) fn write(path: &Path, label: &str, der: &[u8]) -> anyhow::Result<()> {
    write_text(path, &pem(label, der))
}

/// Returns the form of a PEM file (RFC 7468).
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    let packed = STANDARD.encode(der);
    let mut rest = packed.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

/// Writes a text likewise.
pub(crate) fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    let fresh = path.with_extension("new");
    let _ = std::fs::remove_file(&fresh);
    let made = || -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(&fresh, path)
    };
    made().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_authority_stays_and_its_keys_are_the_owners_alone() {
        let name = format!("cognate-tls-{}", cognate_crypto::random::uuid_v4());
        let folder = std::env::temp_dir().join(name);
        let now = 1_800_000_000;
        let made = pair(&folder, now).unwrap();
        let bytes = |path: &Path| std::fs::read(path).unwrap();
        let (ca, cert) = (bytes(&path(&folder)), bytes(&made.cert));
        for file in ["ca.key", "cert.key"] {
            let mode = std::fs::metadata(folder.join("tls").join(file)).unwrap();
            assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{file}");
        }
        assert_eq!(pair(&folder, now + DAY).unwrap(), made);
        assert_eq!(
            (bytes(&path(&folder)), bytes(&made.cert)),
            (ca.clone(), cert.clone())
        );
        // A year later the server has another one, by the same authority.
        pair(&folder, now + 380 * DAY).unwrap();
        assert_eq!(bytes(&path(&folder)), ca);
        assert_ne!(bytes(&made.cert), cert);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

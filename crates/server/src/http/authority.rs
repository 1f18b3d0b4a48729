//! `dev` with TLS and no certificate of anybody's: an authority of this machine's own, kept in the data folder, and a
//! certificate by it for the names of this machine.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::ops::Range;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cognate_crypto::certificate::{self as x509, BadPeriod};
use cognate_crypto::jws::SigningKey;

use crate::http::certificates::Pair;
use crate::pem;

/// The names of this machine. `*.localhost` is none of them: clients take no wildcard before one label (RFC 6125 section 7.2), and
/// some then refuse the whole certificate because of the authority's name constraints.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
const AUTHORITY: &str = "Cognate dev (this machine only)";
/// The labels of the files.
const CERTIFICATE: &str = "CERTIFICATE";
const KEY: &str = "PRIVATE KEY";
/// Seconds.
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

/// Returns the path of the server's certificate.
pub fn certificate(folder: &Path) -> PathBuf {
    folder.join("tls").join("cert.pem")
}

/// Returns the files of the server's certificate in a folder, made where they are missing, about to end, or not as this program
/// makes them: an authority with another key than the one beside it, or of an earlier form. `now`: seconds since 1970.
///
/// # Errors
/// Files that cannot be read or written.
pub fn pair(folder: &Path, now: i64) -> anyhow::Result<Pair> {
    let own = folder.join("tls");
    std::fs::create_dir_all(&own).with_context(|| format!("cannot make {}", own.display()))?;
    let file = |name: &str| own.join(name);
    let (ca, ca_key) = (path(folder), file("ca.key"));
    let lasts = |period: &Range<i64>| period.end > now + LEAST_DAYS * DAY;
    let is_good = |key: &SigningKey| as_made(&ca, lasts, |at| of_authority(key, at)).is_some();
    let authority = match key(&ca_key).filter(is_good) {
        Some(key) => key,
        None => {
            let key = SigningKey::generate();
            let der = of_authority(&key, now - DAY..now + AUTHORITY_DAYS * DAY)?;
            write(&ca_key, KEY, key.to_pkcs8().expose())?;
            write(&ca, CERTIFICATE, &der)?;
            key
        }
    };
    let pair = Pair {
        cert: certificate(folder),
        key: file("cert.key"),
    };
    let of_server =
        |own: &SigningKey, valid| x509::of_server((&authority, AUTHORITY), own, &NAMES, valid);
    let own = key(&pair.key);
    let is_good = |own: &SigningKey| as_made(&pair.cert, lasts, |at| of_server(own, at)).is_some();
    if own.filter(is_good).is_none() {
        let own = SigningKey::generate();
        let der = of_server(&own, now - DAY..now + SERVER_DAYS * DAY)?;
        write(&pair.key, KEY, own.to_pkcs8().expose())?;
        write(&pair.cert, CERTIFICATE, &der)?;
    }
    Ok(pair)
}

fn of_authority(key: &SigningKey, valid: Range<i64>) -> Result<Vec<u8>, BadPeriod> {
    x509::authority(key, AUTHORITY, valid)
}

/// Reads the bytes of a PEM file.
fn read(path: &Path, label: &str) -> Option<Vec<u8>> {
    pem::read(label, &std::fs::read_to_string(path).ok()?)
}

/// Reads a key.
pub(crate) fn key(path: &Path) -> Option<SigningKey> {
    SigningKey::from_pkcs8(&read(path, KEY)?).ok()
}

/// Returns the certificate of the authority in a folder, in DER, if it is as this program makes it with the key beside it: for
/// this machine alone. `now`: seconds since 1970.
pub fn believed(folder: &Path, now: i64) -> Option<Vec<u8>> {
    let key = key(&folder.join("tls").join("ca.key"))?;
    let is_valid = |period: &Range<i64>| period.contains(&now);
    as_made(&path(folder), is_valid, |at| of_authority(&key, at))
}

/// Returns the certificate in a file, in DER, if it is the one that `made` makes today for its own period, key, names and bounds
/// with it, and its period fits. One of an earlier form is not.
pub(crate) fn as_made(
    path: &Path,
    fits: impl FnOnce(&Range<i64>) -> bool,
    made: impl FnOnce(Range<i64>) -> Result<Vec<u8>, BadPeriod>,
) -> Option<Vec<u8>> {
    let der = read(path, CERTIFICATE)?;
    let period = x509::period(&der).filter(fits)?;
    made(period).ok().filter(|made| *made == der)
}

/// Writes a file that its owner alone can read, in one step.
pub(crate) fn write(path: &Path, label: &str, der: &[u8]) -> anyhow::Result<()> {
    write_text(path, &pem::written(label, der))
}

/// Writes a text likewise.
pub(crate) fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    write_for(path, text, 0o600)
}

/// Writes a text that everybody may read.
pub(crate) fn write_public(path: &Path, text: &str) -> anyhow::Result<()> {
    write_for(path, text, 0o644)
}

/// Returns the name under which a file is written at first.
pub(crate) fn fresh(path: &Path) -> PathBuf {
    path.with_extension("new")
}

fn write_for(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let fresh = fresh(path);
    let _ = std::fs::remove_file(&fresh);
    let made = || -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(text.as_bytes())?;
        if mode != 0o600 {
            // Whatever the mask of the process.
            file.set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        std::fs::rename(&fresh, path)
    };
    made().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn an_authority_without_its_bounds_or_its_key_is_replaced() {
        let name = format!("cognate-tls-{}", cognate_crypto::random::uuid_v4());
        let folder = std::env::temp_dir().join(name);
        let now = 1_800_000_000;
        let made = pair(&folder, now).unwrap();
        let bytes = |path: &Path| std::fs::read(path).unwrap();
        let file = |name: &str| folder.join("tls").join(name);
        // One that others could be certified by: a certificate of another form by the same key.
        let own = key(&file("ca.key")).unwrap();
        let valid = now - DAY..now + AUTHORITY_DAYS * DAY;
        let other = x509::self_signed(&own, AUTHORITY, valid).unwrap();
        write(&path(&folder), CERTIFICATE, &other).unwrap();
        let (ca, cert) = (bytes(&path(&folder)), bytes(&made.cert));
        assert_eq!(believed(&folder, now), None);
        pair(&folder, now).unwrap();
        assert_ne!(bytes(&path(&folder)), ca);
        assert_ne!(bytes(&made.cert), cert);
        let good = read(&path(&folder), CERTIFICATE);
        assert_eq!(believed(&folder, now), good);
        assert_eq!(believed(&folder, now + 4_000 * DAY), None);
        // Another key beside it.
        let (ca, cert) = (bytes(&path(&folder)), bytes(&made.cert));
        let strange = SigningKey::generate();
        write(&file("ca.key"), KEY, strange.to_pkcs8().expose()).unwrap();
        pair(&folder, now).unwrap();
        assert_ne!(bytes(&path(&folder)), ca);
        assert_ne!(bytes(&made.cert), cert);
        // Another key beside the server's certificate: the authority stays.
        let (ca, cert) = (bytes(&path(&folder)), bytes(&made.cert));
        write(&made.key, KEY, strange.to_pkcs8().expose()).unwrap();
        pair(&folder, now).unwrap();
        assert_eq!(bytes(&path(&folder)), ca);
        assert_ne!(bytes(&made.cert), cert);
        std::fs::remove_dir_all(folder).unwrap();
    }
}

//! The files of a `dev` that stands in: an authority that certifies these hosts and nothing else, a certificate by it, and
//! bundles for clients.

use std::io::{ErrorKind, Read as _};
use std::ops::Range;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cognate_crypto::certificate;
use cognate_crypto::jws::SigningKey;

use crate::aws::sigv4::is_region;
use crate::http::authority::{self, DAY};
use crate::http::certificates::Pair;
use crate::pem;

const AUTHORITY: &str = "Cognate dev --impersonate (this machine only)";
/// The authority ends soon, since who has its key can be Cognito to whoever trusts it.
const DAYS: i64 = 30;
/// One that ends sooner is replaced at a start: a server may run for as long.
const LEAST_DAYS: i64 = 20;

/// The folder of what clients are given, which has no keys: it may be mounted where they are.
const PUBLIC: &str = "public";
/// The certificate of the authority.
pub const CA: &str = "public/ca.pem";
const CA_KEY: &str = "ca.key";
const CERT: &str = "cert.pem";
const KEY: &str = "cert.key";
const BUNDLE: &str = "public/ca-bundle.pem";
/// The names that the authority certifies, a line each, and by a last one when its key came to this disk. Written last: without it
/// the others are not complete.
const NAMES: &str = "names";
/// The beginning of the last line there; no host has it.
const MADE: &str = "# made ";

/// Where systems keep the authorities that they trust, as one file.
const SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
/// The most bytes of one; usual are 250,000.
const SYSTEM_BYTES: u64 = 8 << 20;

/// The files, which are there.
pub struct Files {
    folder: PathBuf,
    has_system: bool,
}

impl Files {
    /// Makes them where they are missing, end soon, are for other names, or were not made here by this program as it makes
    /// them: whoever brings a data folder along brings no authority. `hosts`: the names that are certified, those below
    /// `wildcard` in its place. `now`: seconds since 1970.
    ///
    /// # Errors
    /// Files that cannot be written, and a folder that is a link: its files would be elsewhere.
    pub fn make(folder: &Path, hosts: &[String], wildcard: &str, now: i64) -> anyhow::Result<Self> {
        let shown = || format!("cannot make {}", folder.display());
        for path in [folder.to_owned(), folder.join(PUBLIC)] {
            is_own(&path)?;
            std::fs::create_dir_all(&path).with_context(shown)?;
        }
        let folder = folder.canonicalize().with_context(shown)?;
        let all = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.join(PUBLIC), all).with_context(shown)?;
        let file = |name: &str| folder.join(name);
        let all: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let below = format!("*.{wildcard}");
        let served: Vec<&str> = all
            .iter()
            .map(|host| {
                if *host == wildcard {
                    below.as_str()
                } else {
                    *host
                }
            })
            .collect();
        let lasts = |at: &Range<i64>| is_short(at, now) && at.end > now + LEAST_DAYS * DAY;
        let of_server = |ca: &SigningKey, own: &SigningKey, at| {
            certificate::of_server((ca, AUTHORITY), own, &served, at)
        };
        let kept = Authority::read(&folder).filter(|kept| kept.hosts == hosts);
        let kept = kept.filter(|kept| kept.certificate(&folder, lasts).is_some());
        let is_whole = kept.zip(own_key(&file(KEY))).is_some_and(|(kept, own)| {
            let made = |at| of_server(&kept.key, &own, at);
            authority::as_made(&file(CERT), lasts, made).is_some()
        });
        if !is_whole {
            let _ = std::fs::remove_file(file(NAMES));
            let (ca, own) = (SigningKey::generate(), SigningKey::generate());
            let valid = now - DAY..now + DAYS * DAY;
            let der = certificate::authority_for(&ca, AUTHORITY, &all, valid.clone())?;
            authority::write(&file(CA_KEY), "PRIVATE KEY", ca.to_pkcs8().expose())?;
            authority::write_public(&file(CA), &pem::written("CERTIFICATE", &der))?;
            let der = of_server(&ca, &own, valid)?;
            authority::write(&file(KEY), "PRIVATE KEY", own.to_pkcs8().expose())?;
            authority::write(&file(CERT), "CERTIFICATE", &der)?;
            let at = made(&file(CA_KEY)).with_context(shown)?;
            let names = format!("{}\n{MADE}{at}", hosts.join("\n"));
            authority::write_text(&file(NAMES), &names)?;
        }
        let system = SYSTEM.iter().find_map(|path| system(Path::new(path)));
        let ca = std::fs::read_to_string(file(CA)).with_context(shown)?;
        let bundle = format!("{}{ca}", system.as_deref().unwrap_or_default());
        authority::write_public(&file(BUNDLE), &bundle)?;
        Ok(Self {
            folder,
            has_system: system.is_some(),
        })
    }

    /// Returns the server's certificate and key.
    pub fn pair(&self) -> Pair {
        Pair {
            cert: self.folder.join(CERT),
            key: self.folder.join(KEY),
        }
    }

    /// Returns the certificate of the authority.
    pub fn ca(&self) -> PathBuf {
        self.folder.join(CA)
    }

    /// Returns the authorities of this system together with this one, for clients that take one file alone.
    pub fn bundle(&self) -> PathBuf {
        self.folder.join(BUNDLE)
    }

    /// True if those of this system are in the bundle.
    pub fn has_system(&self) -> bool {
        self.has_system
    }
}

/// An authority that lies in a folder and was made there.
struct Authority {
    key: SigningKey,
    hosts: Vec<String>,
}

impl Authority {
    /// Reads it; None for one that somebody has brought along, and where there is none. What the names say is no more than
    /// they say: the certificate has to be looked at.
    fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(folder.join(NAMES)).ok()?;
        let (hosts, last) = text.rsplit_once('\n')?;
        let key = folder.join(CA_KEY);
        if last.strip_prefix(MADE) != Some(made(&key)?.as_str()) {
            return None;
        }
        Some(Self {
            key: own_key(&key)?,
            hosts: hosts.split('\n').map(str::to_owned).collect(),
        })
    }

    /// Returns its certificate, in DER, if it is as this program makes it for these names with this key and the period fits.
    fn certificate(
        &self,
        folder: &Path,
        fits: impl FnOnce(&Range<i64>) -> bool,
    ) -> Option<Vec<u8>> {
        let hosts: Vec<&str> = self.hosts.iter().map(String::as_str).collect();
        let made = |at| certificate::authority_for(&self.key, AUTHORITY, &hosts, at);
        authority::as_made(&folder.join(CA), fits, made)
    }
}

/// Returns the certificate of the authority in a folder, in DER, if it was made there and is good now. `now`: seconds since 1970.
pub fn believed(folder: &Path, now: i64) -> Option<Vec<u8>> {
    let is_valid = |at: &Range<i64>| is_short(at, now) && at.contains(&now);
    Authority::read(folder)?.certificate(folder, is_valid)
}

/// Returns the region for which the authority in a folder is, whoever made it; None where its names do not say.
pub fn region(folder: &Path) -> Option<String> {
    let names = std::fs::read_to_string(folder.join(NAMES)).ok()?;
    let host = names.lines().next()?;
    let region = host.strip_prefix("cognito-idp.")?;
    let region = region.strip_suffix(".amazonaws.com")?;
    is_region(region).then(|| region.to_owned())
}

/// True for a period that has begun and is no longer than those of here.
fn is_short(period: &Range<i64>, now: i64) -> bool {
    period.start <= now && period.end.saturating_sub(period.start) <= (DAYS + 1) * DAY
}

/// Returns when a file came to be what it is on this disk (st_ctim), to the nanosecond: nobody can give a file a time of choice, so
/// that no archive and no clone brings along what says it. None for what is no file.
fn made(path: &Path) -> Option<String> {
    let facts = std::fs::symlink_metadata(path).ok()?;
    let made = || format!("{}.{:09}", facts.ctime(), facts.ctime_nsec());
    facts.is_file().then(made)
}

/// Reads a key that is in a file of this user's own, which nobody else may read.
fn own_key(path: &Path) -> Option<SigningKey> {
    let facts = std::fs::symlink_metadata(path).ok()?;
    let is_own = facts.is_file()
        && facts.uid() == rustix::process::geteuid().as_raw()
        && facts.mode() & 0o077 == 0;
    is_own.then(|| authority::key(path)).flatten()
}

/// Reads a file of authorities, with a line's end at its end.
fn system(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(SYSTEM_BYTES).read_to_string(&mut text).ok()?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text.contains("-----BEGIN CERTIFICATE-----").then_some(text)
}

/// Returns true if there is a folder, false if there is nothing.
fn is_own(path: &Path) -> anyhow::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(facts) if facts.is_dir() => Ok(true),
        Ok(_) => bail!("{} is no folder of its own", path.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
    }
}

/// Deletes the files and their folder; returns true if there was one. What is not of here stays.
///
/// # Errors
/// What cannot be deleted, after all else is, and a folder that is a link.
pub fn delete(folder: &Path) -> anyhow::Result<bool> {
    if !is_own(folder)? {
        return Ok(false);
    }
    let public = folder.join(PUBLIC);
    let mut names = vec![NAMES, CA_KEY, KEY, CERT];
    if is_own(&public)? {
        names.extend([CA, BUNDLE]);
    }
    let mut failed = None;
    for name in names {
        let path = folder.join(name);
        // A start that was killed leaves what it had begun.
        for path in [authority::fresh(&path), path] {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    let error = anyhow::Error::from(error);
                    failed = failed.or(Some(
                        error.context(format!("cannot delete {}", path.display())),
                    ));
                }
                _ => {}
            }
        }
    }
    for path in [&public, folder] {
        let _ = std::fs::remove_dir(path);
    }
    failed.map_or(Ok(true), Err)
}

#[cfg(test)]
#[path = "files_tests.rs"]
mod tests;

//! The certificates of domains: pairs of PEM files in a folder, chosen by the name that a client asks for (SNI, RFC 6066
//! section 3). Each pair is read by itself, so that a broken one takes down no other.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use cognate_crypto::certificate::valid_until;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::http::host::Host;

/// The names of a pair in a folder of its own: as certbot writes it, as Kubernetes mounts it, and plain.
const PAIRS: [(&str, &str); 3] = [
    ("fullchain.pem", "privkey.pem"),
    ("tls.crt", "tls.key"),
    ("cert.pem", "key.pem"),
];

/// Time and length of the certificate and of the key: a change of the files is a change of these.
pub type Stamps = [Option<(SystemTime, u64)>; 2];

/// A certificate chain and its key, in PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The file of the chain.
    pub cert: PathBuf,
    /// The file of the key.
    pub key: PathBuf,
}

impl Pair {
    /// Returns what the files look like now.
    pub fn stamps(&self) -> Stamps {
        [&self.cert, &self.key].map(|path| {
            let facts = std::fs::metadata(path).ok()?;
            Some((facts.modified().ok()?, facts.len()))
        })
    }

    /// Reads the files.
    ///
    /// # Errors
    /// Files that cannot be read, and a key that does not belong to the certificate.
    pub fn read(&self, provider: &CryptoProvider) -> anyhow::Result<CertifiedKey> {
        let Self { cert, key } = self;
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(cert)
            .and_then(Iterator::collect)
            .with_context(|| format!("cannot read the certificates in {}", cert.display()))?;
        let key_der = PrivateKeyDer::from_pem_file(key)
            .with_context(|| format!("cannot read the key in {}", key.display()))?;
        CertifiedKey::from_der(chain, key_der, provider).with_context(|| {
            format!(
                "{} and {} do not belong together",
                cert.display(),
                key.display()
            )
        })
    }
}

/// A pair that was looked at.
struct Held {
    stamps: Stamps,
    /// None for one that could never be used.
    usable: Option<Usable>,
}

/// A certificate and the names that it is good for.
#[derive(Clone)]
struct Usable {
    certificate: Arc<CertifiedKey>,
    /// For the name itself.
    exact: bool,
    /// For the names one label below it.
    below: bool,
    /// The end of its validity, in seconds since the epoch.
    ends: i64,
}

impl Usable {
    /// True for a certificate that no client takes any more.
    fn is_over(&self) -> bool {
        // Clients judge by the time of the world, which no test moves.
        i64::try_from(UnixTime::now().as_secs()).is_ok_and(|now| self.ends <= now)
    }
}

/// The pairs in the folder.
pub struct Folder {
    path: PathBuf,
    held: HashMap<String, Held>,
    /// True while the folder cannot be read.
    is_lost: bool,
}

impl Folder {
    /// Reads the pairs for the first time.
    ///
    /// # Errors
    /// A folder that cannot be read. A pair that cannot be used is in the log.
    pub fn open(path: PathBuf, provider: &CryptoProvider) -> anyhow::Result<Self> {
        list(&path)?;
        let (held, is_lost) = (HashMap::new(), false);
        let mut folder = Self {
            path,
            held,
            is_lost,
        };
        folder.look(provider);
        Ok(folder)
    }

    /// Reads the pairs that are new or have changed, and forgets those that are gone. A pair that cannot be used leaves
    /// its old certificate in force, since a half-written pair is normal while a renewal runs; so do one that has expired,
    /// while the old one has not, and a folder that cannot be read. Returns true if a certificate changed.
    pub fn look(&mut self, provider: &CryptoProvider) -> bool {
        let pairs = match list(&self.path) {
            Ok(pairs) => pairs,
            Err(error) => {
                if !self.is_lost {
                    tracing::error!(error = %format!("{error:#}"), "the certificates of domains stay as they were");
                }
                self.is_lost = true;
                return false;
            }
        };
        self.is_lost = false;
        let before = self.held.len();
        self.held.retain(|name, _| pairs.contains_key(name));
        let mut changed = self.held.len() != before;
        for (name, pair) in pairs {
            let stamps = pair.stamps();
            let known = self.held.get(&name);
            if known.is_some_and(|held| held.stamps == stamps) {
                continue;
            }
            let old = known.and_then(|held| held.usable.as_ref());
            let usable = match usable(&name, &pair, provider) {
                Ok(usable) if usable.is_over() && old.is_some_and(|old| !old.is_over()) => {
                    tracing::warn!(
                        name,
                        "the new certificate of a domain has expired: the old one stays"
                    );
                    old.cloned()
                }
                Ok(usable) => {
                    match usable.is_over() {
                        true => tracing::warn!(name, "the certificate of a domain has expired"),
                        false => tracing::info!(name, "the certificate of a domain was read"),
                    }
                    changed = true;
                    Some(usable)
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    tracing::warn!(name, %error, "the certificate of a domain cannot be used");
                    old.cloned()
                }
            };
            self.held.insert(name, Held { stamps, usable });
        }
        changed
    }

    /// Returns the certificates by the names that clients ask for.
    fn by_name(&self) -> HashMap<String, Arc<CertifiedKey>> {
        let mut names = HashMap::new();
        for (name, held) in &self.held {
            let Some(usable) = &held.usable else { continue };
            if usable.exact {
                names.insert(name.clone(), usable.certificate.clone());
            }
            if usable.below {
                names.insert(format!("*.{name}"), usable.certificate.clone());
            }
        }
        names
    }
}

/// Lists the pairs in a folder by the names that they are for.
fn list(folder: &Path) -> anyhow::Result<HashMap<String, Pair>> {
    let why = || format!("cannot read the folder {}", folder.display());
    let mut pairs = HashMap::new();
    for entry in std::fs::read_dir(folder).with_context(why)? {
        let path = entry.with_context(why)?.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let (name, pair) = if path.is_dir() {
            let found = PAIRS.map(|(cert, key)| Pair {
                cert: path.join(cert),
                key: path.join(key),
            });
            let found = found.into_iter().find(|pair| pair.cert.exists());
            let Some(pair) = found else { continue };
            (file, pair)
        } else if let Some(name) = file.strip_suffix(".crt") {
            let key = path.with_extension("key");
            (
                name,
                Pair {
                    cert: path.clone(),
                    key,
                },
            )
        } else {
            continue;
        };
        // Other folders, such as those of Kubernetes with two dots, are not meant.
        if let Some(host) = Host::parse(name)
            && host.is_name()
            && host.port().is_none()
        {
            pairs.insert(host.to_string(), pair);
        }
    }
    Ok(pairs)
}

/// Reads a pair and finds out for which names it is good.
fn usable(name: &str, pair: &Pair, provider: &CryptoProvider) -> anyhow::Result<Usable> {
    let certificate = pair.read(provider)?;
    let parsed = ParsedCertificate::try_from(certificate.end_entity_cert()?)?;
    let is_for = |name: &str| {
        let name = ServerName::try_from(name);
        name.is_ok_and(|name| verify_server_name(&parsed, &name).is_ok())
    };
    let (exact, below) = (is_for(name), is_for(&format!("any.{name}")));
    if !exact && !below {
        bail!("{} is for other names", pair.cert.display());
    }
    let ends = valid_until(certificate.end_entity_cert()?);
    Ok(Usable {
        ends: ends.context("the certificate does not say until when it is good")?,
        certificate: Arc::new(certificate),
        exact,
        below,
    })
}

/// Chooses the certificate of a handshake.
#[derive(Debug)]
pub struct ByName {
    main: Arc<CertifiedKey>,
    names: HashMap<String, Arc<CertifiedKey>>,
}

impl ByName {
    /// `main` is for every name that no certificate in the folder is for.
    pub fn new(main: Arc<CertifiedKey>, folder: Option<&Folder>) -> Self {
        let names = folder.map(Folder::by_name).unwrap_or_default();
        Self { main, names }
    }

    fn named(&self, name: &str) -> Option<&Arc<CertifiedKey>> {
        let name = name.to_ascii_lowercase();
        self.names.get(&name).or_else(|| {
            let (_, above) = name.split_once('.')?;
            self.names.get(&format!("*.{above}"))
        })
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let named = hello.server_name().and_then(|name| self.named(name));
        Some(named.unwrap_or(&self.main).clone())
    }
}

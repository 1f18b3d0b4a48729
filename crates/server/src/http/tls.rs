//! TLS for the listener, with certificates that are read again when their files change.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::http::certificates::{ByName, Folder, Pair, Stamps};

/// The interval at which the files are checked.
const LOOK: Duration = Duration::from_secs(2);

/// The files of certificates.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate of every name that has none of its own.
    pub main: Pair,
    /// The folder with the certificates of domains.
    pub domains: Option<PathBuf>,
}

/// The certificate chains and keys in use.
pub struct Tls {
    main: Pair,
    provider: Arc<CryptoProvider>,
    held: Mutex<Held>,
    current: RwLock<Arc<ServerConfig>>,
}

/// The certificates that were read last.
struct Held {
    stamps: Stamps,
    main: Arc<CertifiedKey>,
    domains: Option<Folder>,
}

impl Tls {
    /// Reads the PEM files.
    ///
    /// # Errors
    /// A main certificate that cannot be read or does not belong to its key, and a folder that cannot be read.
    pub fn open(files: TlsFiles) -> anyhow::Result<Arc<Self>> {
        let provider = ServerConfig::builder().crypto_provider().clone();
        let domains = files.domains.map(|path| Folder::open(path, &provider));
        let held = Held {
            stamps: files.main.stamps(),
            main: Arc::new(files.main.read(&provider)?),
            domains: domains.transpose()?,
        };
        Ok(Arc::new(Self {
            main: files.main,
            current: RwLock::new(config(&held)),
            held: Mutex::new(held),
            provider,
        }))
    }

    /// Accepts with the newest certificates; connections that are open keep theirs.
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(
            self.current
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }

    /// Looks for changed files until the task is dropped.
    pub async fn watch(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            self.look();
        }
    }

    /// Reads what has changed. Files that cannot be used leave the old ones in force, since a half-written pair is normal
    /// while a renewal runs.
    fn look(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = self.main.stamps();
        let mut changed = false;
        if stamps != held.stamps {
            match self.main.read(&self.provider) {
                Ok(main) => {
                    held.main = Arc::new(main);
                    held.stamps = stamps;
                    changed = true;
                    tracing::info!("the TLS certificate was read again");
                }
                Err(error) => {
                    tracing::warn!(%error, "the changed TLS certificate cannot be used yet")
                }
            }
        }
        if let Some(folder) = &mut held.domains {
            changed |= folder.look(&self.provider);
        }
        if changed {
            // Sessions of before are not resumed: they began with a certificate that may be withdrawn.
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = config(&held);
        }
    }
}

fn config(held: &Held) -> Arc<ServerConfig> {
    let certificates = ByName::new(held.main.clone(), held.domains.as_ref());
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}

//! `cognate dev --impersonate REGION`: this server stands in for the hosts of Amazon's that libraries have in their code, to
//! clients on this machine that are led to it (docs/DEV.md, decision 029).
//!
//! Nothing outside of the data folder changes by itself: the hosts file is written only where that is asked for.
//!
//! | module | contents |
//! |---|---|
//! | [`files`] | the authority, the certificate, and what clients are to trust |
//! | [`hosts_file`] | the lines in the hosts file |

mod files;
pub mod hosts_file;

use std::fmt::Write as _;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cognate_domain::records::domain::SERVICE_BASE;
use cognate_store::Store;
use cognate_store::tables::domains;
use tokio::net::TcpListener;

use crate::http::certificates::Pair;
use files::Files;

/// An address of this machine that nothing else uses, at the port of https.
pub const LISTEN: &str = "127.0.92.29:443";
/// The port to which clients come that know no other.
const HTTPS: u16 = 443;
/// Domains of pools that are looked at; each makes certificate and hosts file longer.
const MOST_DOMAINS: i64 = 200;

/// Returns the hosts of a region at which the API, the keys and the discovery documents are: those of both forms of issuers.
pub fn api_hosts(region: &str) -> [String; 2] {
    ["cognito-idp", "issuer-cognito-idp"].map(|name| format!("{name}.{region}.amazonaws.com"))
}

/// Returns the folder in a data folder with all that is made.
pub fn folder(data: &Path) -> PathBuf {
    data.join("impersonate")
}

/// The settings: which hosts, and where.
pub struct Impersonation {
    region: String,
    listen: SocketAddr,
    folder: PathBuf,
}

/// A server that stands in: what clients need to know.
pub struct Impersonated {
    /// The region.
    pub region: String,
    /// The address at which it listens.
    pub address: SocketAddr,
    /// The hosts that a hosts file must lead there.
    pub hosts: Vec<String>,
    files: Files,
}

impl Impersonation {
    /// Returns those for a region. `data`: the data folder.
    pub fn new(region: String, listen: SocketAddr, data: &Path) -> Self {
        Self {
            region,
            listen,
            folder: folder(data),
        }
    }

    /// Listens for the clients.
    ///
    /// # Errors
    /// What the person who started the server can do about it.
    pub async fn bind(&self) -> anyhow::Result<TcpListener> {
        let bound = TcpListener::bind(self.listen).await;
        bound.map_err(|error| anyhow::anyhow!("{}", advice(self.listen, &error)))
    }

    /// Makes the certificate for the hosts and for the domains of pools that are there now. `now`: seconds since 1970.
    ///
    /// # Errors
    /// The store's, and files that cannot be written.
    pub async fn certify(&self, store: &Store, now: i64) -> anyhow::Result<(Pair, Impersonated)> {
        let rows = domains::first(store, MOST_DOMAINS).await?;
        if rows.len() >= usize::try_from(MOST_DOMAINS)? {
            tracing::warn!("only the first {MOST_DOMAINS} domains of pools are looked at");
        }
        let region = &self.region;
        let of_pools = format!("auth.{region}.{SERVICE_BASE}");
        let mut hosts = api_hosts(region).to_vec();
        let mut certified = [hosts.clone(), vec![of_pools.clone()]].concat();
        for row in rows {
            match row.key.split_once('/') {
                Some((at, prefix)) if at == region => hosts.push(format!("{prefix}.{of_pools}")),
                Some(_) => {}
                None => {
                    certified.push(row.key.clone());
                    hosts.push(row.key);
                }
            }
        }
        let files = Files::make(&self.folder, &certified, &of_pools, now)?;
        let pair = files.pair();
        let impersonated = Impersonated {
            region: region.clone(),
            address: self.listen,
            hosts,
            files,
        };
        Ok((pair, impersonated))
    }
}

impl Impersonated {
    /// Returns the address that clients are led to: for a server that listens on every address of a machine, the one of
    /// this machine itself.
    fn leads_to(&self) -> IpAddr {
        match self.address.ip() {
            ip if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
            ip => ip,
        }
    }

    /// Returns the lines of the hosts file.
    pub fn lines(&self) -> String {
        let ip = self.leads_to();
        self.hosts.iter().fold(String::new(), |mut text, host| {
            let _ = writeln!(text, "{ip} {host}");
            text
        })
    }

    /// Writes the lines into a hosts file, in the place of those of an earlier start.
    ///
    /// # Errors
    /// A file that cannot be written, or whose lines of ours were changed.
    pub fn write_hosts(&self, path: &Path) -> anyhow::Result<()> {
        let (region, lines) = (&self.region, self.lines());
        hosts_file::change(path, |text| hosts_file::with(text, region, &lines))
            .with_context(|| format!("cannot write the hosts into {}", path.display()))?;
        Ok(())
    }

    /// Returns the text for the person who started the server. `written`: the hosts file that has the lines already.
    pub fn text(&self, written: Option<&Path>) -> String {
        let (region, ip, port) = (&self.region, self.leads_to(), self.address.port());
        let mut out = format!(
            "\nFor clients that are led to {ip} this server is Cognito in {region}: every issuer is Amazon's.\n"
        );
        match written {
            Some(path) => {
                let path = path.display();
                let _ = writeln!(out, "{path} leads them here, until --undo.");
            }
            None => {
                let _ = writeln!(
                    out,
                    "In /etc/hosts (--write-hosts writes it; dnsmasq: address=/auth.{region}.{SERVICE_BASE}/{ip} for all prefixes):\n"
                );
                for line in self.lines().lines() {
                    let _ = writeln!(out, "  {line}");
                }
            }
        }
        if port != HTTPS {
            let _ = writeln!(
                out,
                "\nThey come to port {HTTPS}. Lead it to {port}:\n\n  {}",
                redirect(ip, port)
            );
        }
        let (ca, bundle) = (self.files.ca(), self.files.bundle());
        let (ca, bundle) = (ca.display(), bundle.display());
        let _ = writeln!(
            out,
            "\nWhat they trust, for as long as they ask this server:\n\n  \
             export NODE_EXTRA_CA_CERTS={ca}\n  \
             export REQUESTS_CA_BUNDLE={bundle} AWS_CA_BUNDLE={bundle} SSL_CERT_FILE={bundle}\n"
        );
        if !self.files.has_system() {
            let _ = writeln!(
                out,
                "No authorities of this system were found: with these variables nothing else is trusted.\n"
            );
        }
        let _ = writeln!(
            out,
            "To end it: cognate dev --impersonate {region} --undo\n"
        );
        out
    }
}

/// Returns what is to be done about an address on which this program may not listen.
fn advice(address: SocketAddr, error: &std::io::Error) -> String {
    let (ip, port) = (address.ip(), address.port());
    let what = match error.kind() {
        ErrorKind::PermissionDenied => {
            let other = SocketAddr::new(ip, 8443);
            format!(
                "a port below 1024 needs a right. One of:\n  \
                 sudo setcap cap_net_bind_service=+ep \"$(command -v cognate)\"\n  \
                 sudo sysctl net.ipv4.ip_unprivileged_port_start={port}\n  \
                 --impersonate-listen {other}, and {}",
                redirect(ip, other.port())
            )
        }
        ErrorKind::AddrNotAvailable => format!(
            "this machine has no such address. Where loopback has one address alone, as on macOS: sudo ifconfig lo0 alias {ip}"
        ),
        ErrorKind::AddrInUse => {
            "another program has it: name another address, such as --impersonate-listen 127.0.92.30:443"
                .to_owned()
        }
        _ => error.to_string(),
    };
    format!("cannot stand in at {address}: {what}")
}

/// Returns the command that leads https on this machine to another port.
fn redirect(ip: IpAddr, port: u16) -> String {
    format!(
        "sudo iptables -t nat -A OUTPUT -p tcp -d {ip} --dport {HTTPS} -j REDIRECT --to-ports {port}"
    )
}

/// Deletes what was made in a data folder; returns true if there was anything.
///
/// # Errors
/// What cannot be deleted.
pub fn delete(data: &Path) -> anyhow::Result<bool> {
    files::delete(&folder(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_learns_what_to_do_about_an_address() {
        let address = LISTEN.parse().unwrap();
        let told = |kind: ErrorKind| advice(address, &kind.into());
        let denied = told(ErrorKind::PermissionDenied);
        for part in [
            "cannot stand in at 127.0.92.29:443",
            "sudo setcap cap_net_bind_service=+ep \"$(command -v cognate)\"",
            "sudo sysctl net.ipv4.ip_unprivileged_port_start=443",
            "--impersonate-listen 127.0.92.29:8443, and sudo iptables -t nat -A OUTPUT -p tcp -d 127.0.92.29 --dport 443 \
             -j REDIRECT --to-ports 8443",
        ] {
            assert!(denied.contains(part), "{denied}");
        }
        let missing = told(ErrorKind::AddrNotAvailable);
        assert!(
            missing.ends_with("sudo ifconfig lo0 alias 127.0.92.29"),
            "{missing}"
        );
        let taken = told(ErrorKind::AddrInUse);
        assert!(taken.contains("another program has it"), "{taken}");
    }
}

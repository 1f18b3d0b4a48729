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

use cognate_domain::records::domain::{self, SERVICE_BASE};
use cognate_domain::records::pool::Pool;
use cognate_domain::{App, Fault};
use cognate_store::tables::domains;
use tokio::net::TcpListener;

use crate::http::certificates::Pair;
use crate::http::host::Host;
use files::Files;

/// An address of this machine that nothing else uses, at the port of https.
pub const LISTEN: &str = "127.0.92.29:443";
/// The port to which clients come that know no other.
const HTTPS: u16 = 443;
/// The other one in advice.
const OTHER_PORT: u16 = 8443;
/// Domains of pools that are looked at; each makes the hosts file longer.
const MOST_DOMAINS: i64 = 200;
/// Names of Amazon's, of which nothing but a region's own hosts is stood in for.
const AMAZONS: [&str; 10] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    SERVICE_BASE,
    "amazon.com",
    "amazonaws.eu",
    "aws",
    "aws.dev",
    "awsapps.com",
    "awsstatic.com",
    "cloudfront.net",
];

/// Returns the hosts of a region at which the API, the keys and the discovery documents are: those of both forms of issuers.
pub fn api_hosts(region: &str) -> [String; 2] {
    ["cognito-idp", "issuer-cognito-idp"].map(|name| format!("{name}.{region}.amazonaws.com"))
}

/// Returns the end of the hosts that the service makes of a region's prefixes.
fn of_pools(region: &str) -> String {
    format!("auth.{region}.{SERVICE_BASE}")
}

/// True for a name that other machines may have, in the one form in which it is compared.
pub fn is_host(text: &str) -> bool {
    Host::parse(text).is_some_and(|host| {
        host.is_name() && host.port().is_none() && !host.is_loopback() && host.to_string() == text
    })
}

/// True for names at or below Amazon's.
pub fn is_amazons(host: &str) -> bool {
    AMAZONS.iter().any(|base| {
        let rest = host.strip_suffix(base);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// True for hosts of the real service: its pages', and those of Amazon's with its name.
pub fn is_of_service(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_below = |base: &str| {
        let rest = host.strip_suffix(base);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let named = host.strip_prefix("issuer-").unwrap_or(&host);
    is_below(SERVICE_BASE) || named.starts_with("cognito-id") && is_amazons(&host)
}

/// True for a host that is stood in for because the region is.
fn is_of_region(region: &str, host: &str) -> bool {
    let prefix = || host.strip_suffix(&of_pools(region))?.strip_suffix('.');
    api_hosts(region).iter().any(|own| own == host)
        || is_host(host) && prefix().is_some_and(|prefix| !prefix.contains('.'))
}

/// Returns the host of a key in `domains`, if it is a prefix's in the region.
fn host_of_prefix(region: &str, key: &str) -> Option<String> {
    let (_, prefix) = key.split_once('/').filter(|(at, _)| *at == region)?;
    let host = format!("{prefix}.{}", of_pools(region));
    is_of_region(region, &host).then_some(host)
}

/// Returns the folder in a data folder with all that is made.
pub fn folder(data: &Path) -> PathBuf {
    data.join("impersonate")
}

/// Returns the certificate of the authority in a data folder, in DER, if it was made there. `now`: seconds since 1970.
pub fn believed(data: &Path, now: i64) -> Option<Vec<u8>> {
    files::believed(&folder(data), now)
}

/// The settings: which hosts, and where.
pub struct Impersonation {
    region: String,
    listen: SocketAddr,
    domains: Vec<String>,
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
    /// Returns those for a region. `domains`: the custom domains that the operator names. `data`: the data folder.
    pub fn new(region: String, listen: SocketAddr, domains: Vec<String>, data: &Path) -> Self {
        Self {
            region,
            listen,
            domains,
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

    /// Makes the certificate: for the hosts of the region, and the custom domains that the operator named. What pools have
    /// decides nothing but which prefixes the hosts file has. `now`: seconds since 1970.
    ///
    /// # Errors
    /// The store's, a domain that its pool did not sign, and files that cannot be written.
    pub async fn certify(&self, app: &App, now: i64) -> anyhow::Result<(Pair, Impersonated)> {
        let rows = domains::first(&app.store, MOST_DOMAINS).await?;
        if rows.len() >= usize::try_from(MOST_DOMAINS)? {
            tracing::warn!("only the first {MOST_DOMAINS} domains of pools are looked at");
        }
        let region = &self.region;
        let of_pools = of_pools(region);
        let mut hosts = api_hosts(region).to_vec();
        let mut certified = [hosts.clone(), vec![of_pools.clone()]].concat();
        certified.extend(self.domains.iter().cloned());
        for row in rows.into_iter().filter(|row| !row.custom) {
            let fault = |fault: Fault| anyhow::anyhow!("a domain of a pool: {fault:?}");
            let pool = Pool::load(&app.store, &app.root, &row.pool_id).await;
            let Some(pool) = pool.map_err(fault)? else {
                continue;
            };
            let row = domain::checked(&pool, row).map_err(fault)?;
            hosts.extend(host_of_prefix(region, &row.key));
        }
        hosts.extend(self.domains.iter().cloned());
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
    /// Returns the lines of the hosts file.
    pub fn lines(&self) -> String {
        let ip = leads_to(self.address.ip());
        let lines = self.hosts.iter();
        lines.fold(String::new(), |mut text, host| {
            let _ = writeln!(text, "{}", hosts_file::line(ip, host, &self.region));
            text
        })
    }

    /// Writes the lines into a hosts file, in the place of those of an earlier start.
    ///
    /// # Errors
    /// A file that cannot be written, or whose lines of ours were changed.
    pub fn write_hosts(&self, path: &Path) -> anyhow::Result<()> {
        let (region, lines) = (&self.region, self.lines());
        let shown = path.display();
        let changed = hosts_file::change(path, |text| hosts_file::with(text, region, &lines));
        changed.map(drop).map_err(|error| {
            if !hosts_file::is_denied(&error) {
                return error.context(format!("cannot write the hosts into {shown}"));
            }
            // By sudo the whole server would be the administrator's, and its files.
            let command = hosts_file::by_administrator(&quoted(path), region, &lines);
            anyhow::anyhow!(
                "only an administrator writes the hosts into {shown}. Start this without --write-hosts, and do it by\n\n{command}\n\n\
                 (sudo cognate dev --impersonate {region} --undo first, if an earlier start has left lines there)"
            )
        })
    }

    /// Returns the text for the person who started the server. `written`: the hosts file that has the lines already.
    pub fn text(&self, written: Option<&Path>) -> String {
        let (region, ip, port) = (
            &self.region,
            leads_to(self.address.ip()),
            self.address.port(),
        );
        let mut out = format!(
            "\nFor clients that are led to {ip} this server is Cognito in {region}, with Amazon's issuer in\n\
             tokens of every pool that has none of its own.\n"
        );
        match written {
            Some(path) => {
                let path = path.display();
                let _ = writeln!(out, "{path} leads these names here, until --undo:\n");
            }
            None => {
                let _ = writeln!(
                    out,
                    "In /etc/hosts (--write-hosts writes it; dnsmasq: address=/auth.{region}.{SERVICE_BASE}/{ip} for all prefixes):\n"
                );
            }
        }
        for line in self.lines().lines() {
            let _ = writeln!(out, "  {line}");
        }
        if port != HTTPS {
            let _ = writeln!(
                out,
                "\nThey come to port {HTTPS}. Lead it to {port}:\n\n  {}",
                redirect("-A", self.address)
            );
        }
        let (ca, bundle) = (self.files.ca(), self.files.bundle());
        let (ca, bundle) = (quoted(&ca), quoted(&bundle));
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

/// Returns a path as one word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

/// Returns what is to be done about an address on which this program may not listen.
fn advice(address: SocketAddr, error: &std::io::Error) -> String {
    let (ip, port) = (address.ip(), address.port());
    let what = match error.kind() {
        ErrorKind::PermissionDenied => {
            let other = SocketAddr::new(ip, OTHER_PORT);
            format!(
                "a port below 1024 needs a right. One of:\n  \
                 sudo setcap cap_net_bind_service=+ep \"$(command -v cognate)\"\n  \
                 sudo sysctl net.ipv4.ip_unprivileged_port_start={port}\n  \
                 --impersonate-listen {other}, and {}",
                redirect("-A", other)
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

/// Returns the address that clients are led to: for a server that listens on every address of a machine, the one of this
/// machine itself.
fn leads_to(ip: IpAddr) -> IpAddr {
    match ip {
        ip if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        ip => ip,
    }
}

/// Returns the command that leads https on this machine to another port. `REDIRECT` would lead it to 127.0.0.1 in place of
/// the address. `action`: `-A` or `-D`.
fn redirect(action: &str, to: SocketAddr) -> String {
    let to = SocketAddr::new(leads_to(to.ip()), to.port());
    let (ip, tool) = match to.ip() {
        IpAddr::V4(_) => (to.ip(), "iptables"),
        IpAddr::V6(_) => (to.ip(), "ip6tables"),
    };
    format!(
        "sudo {tool} -t nat {action} OUTPUT -p tcp -d {ip} --dport {HTTPS} -j DNAT --to-destination {to}"
    )
}

/// Returns the command that undoes [`redirect`]'s. `listen`: the address of the settings, if they name one.
pub fn redirect_undone(listen: Option<&str>) -> String {
    let named = listen.and_then(|text| text.parse().ok());
    let mut to: SocketAddr = named.unwrap_or(([127, 0, 92, 29], OTHER_PORT).into());
    if to.port() == HTTPS {
        to.set_port(OTHER_PORT);
    }
    redirect("-D", to)
}

/// What became of an authority.
#[derive(Debug, PartialEq, Eq)]
pub enum Deleted {
    /// There is none.
    None,
    /// All that was made is gone.
    All,
    /// So it is, and the folder has other things in it.
    Others,
    /// It is for this other region, and stays: a server may be using it.
    Not(String),
}

/// Deletes what was made for a region in a data folder.
///
/// # Errors
/// What cannot be deleted.
pub fn delete(data: &Path, region: &str) -> anyhow::Result<Deleted> {
    let folder = folder(data);
    if let Some(other) = files::region(&folder).filter(|other| other != region) {
        return Ok(Deleted::Not(other));
    }
    Ok(match files::delete(&folder)? {
        false => Deleted::None,
        true if folder.exists() => Deleted::Others,
        true => Deleted::All,
    })
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
             -j DNAT --to-destination 127.0.92.29:8443",
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

    #[test]
    fn the_way_to_another_port_keeps_the_address_and_has_a_way_back() {
        let redirect = |to: &str| redirect("-A", to.parse().unwrap());
        assert_eq!(
            redirect("[::1]:8443"),
            "sudo ip6tables -t nat -A OUTPUT -p tcp -d ::1 --dport 443 -j DNAT --to-destination [::1]:8443"
        );
        assert!(
            redirect("0.0.0.0:99")
                .ends_with("-d 127.0.0.1 --dport 443 -j DNAT --to-destination 127.0.0.1:99")
        );
        let back = redirect("127.0.92.29:8443").replace("-A", "-D");
        for listen in [None, Some(LISTEN), Some("127.0.92.29:8443"), Some("x")] {
            assert_eq!(redirect_undone(listen), back);
        }
        assert!(redirect_undone(Some("[::1]:9")).ends_with("[::1]:9"));
    }

    #[test]
    fn hosts_of_the_real_service_are_known() {
        for host in [
            "cognito-idp.us-east-1.amazonaws.com",
            "Issuer-Cognito-IDP.us-east-1.amazonaws.com.",
            "cognito-idp-fips.us-west-2.amazonaws.com",
            "cognito-idp.us-east-1.api.aws",
            "cognito-identity.cn-north-1.amazonaws.com.cn",
            "shop.auth.us-east-1.amazoncognito.com",
        ] {
            assert!(is_of_service(host), "{host}");
        }
        for host in [
            "id.example",
            "cognito-idp.example",
            "notamazoncognito.com",
            "lb-1.us-east-1.elb.amazonaws.com",
            "d1.cloudfront.net",
            "localhost",
        ] {
            assert!(!is_of_service(host), "{host}");
        }
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        let folder = std::env::temp_dir().join("cognate $(id); it's");
        let script = format!("printf %s {}", quoted(&folder));
        let mut shell = std::process::Command::new("sh");
        let said = shell.args(["-c", &script]).output().unwrap().stdout;
        assert_eq!(
            String::from_utf8(said).unwrap(),
            folder.display().to_string()
        );
    }

    #[test]
    fn prefixes_make_hosts_of_their_region_alone() {
        let host = |key| host_of_prefix("eu-west-1", key);
        assert_eq!(
            host("eu-west-1/shop").unwrap(),
            "shop.auth.eu-west-1.amazoncognito.com"
        );
        for key in [
            "us-east-1/shop",
            "login.shop.example",
            "packages.shop.example",
            "cognito-idp.eu-west-1.amazonaws.com",
            "eu-west-1/a.b",
            "eu-west-1/Shop",
            "eu-west-1/",
            "eu-west-1/x y",
            "eu-west-1/x\n127.0.0.1 registry",
        ] {
            assert_eq!(host(key), None, "{key}");
        }
    }
}

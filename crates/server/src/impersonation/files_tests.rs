//! Tests of [`super`]: who is believed by the authority, and when the files change.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::*;

const NOW: i64 = 1_800_000_000;
const OF_POOLS: &str = "auth.eu-west-1.amazoncognito.com";

fn scratch() -> PathBuf {
    let name = format!("cognate-stand-in-{}", cognate_crypto::random::uuid_v4());
    std::env::temp_dir().join(name)
}

fn hosts(more: &[&str]) -> Vec<String> {
    let mut all = crate::impersonation::api_hosts("eu-west-1").to_vec();
    all.push(OF_POOLS.to_owned());
    all.extend(more.iter().map(|host| (*host).to_owned()));
    all
}

/// True if a client that trusts the authority believes a certificate for a name.
fn believes(folder: &Path, certificate: &CertificateDer<'_>, name: &str) -> bool {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(folder.join(CA)).unwrap())
        .unwrap();
    let verifier = WebPkiServerVerifier::builder(Arc::new(roots))
        .build()
        .unwrap();
    let now = UnixTime::since_unix_epoch(Duration::from_secs(NOW.unsigned_abs()));
    let name = ServerName::try_from(name).unwrap();
    verifier
        .verify_server_cert(certificate, &[], &name, &[], now)
        .is_ok()
}

/// Makes a certificate by the key of the authority, as somebody would who has stolen it.
fn forged_for(folder: &Path, names: &[&str]) -> CertificateDer<'static> {
    let ca = authority::key(&folder.join(CA_KEY)).unwrap();
    // Whose the certificate is does not matter, and making keys takes time.
    let own = authority::key(&folder.join(KEY)).unwrap();
    let valid = NOW - DAY..NOW + DAY;
    let der = certificate::of_server((&ca, AUTHORITY), &own, names, valid).unwrap();
    CertificateDer::from(der)
}

#[test]
fn the_authority_certifies_these_hosts_and_no_others_whoever_has_its_key() {
    let folder = scratch();
    let files = Files::make(&folder, &hosts(&["login.shop.example"]), OF_POOLS, NOW).unwrap();
    let own = CertificateDer::from_pem_file(files.pair().cert).unwrap();
    for name in [
        "cognito-idp.eu-west-1.amazonaws.com",
        "issuer-cognito-idp.eu-west-1.amazonaws.com",
        "shop.auth.eu-west-1.amazoncognito.com",
        "login.shop.example",
    ] {
        assert!(believes(&folder, &own, name), "{name}");
    }
    for name in [
        "cognito-idp.us-east-1.amazonaws.com",
        "sts.eu-west-1.amazonaws.com",
        "amazonaws.com",
        "shop.auth.us-east-1.amazoncognito.com",
        "shop.example",
        "127.0.0.1",
    ] {
        assert!(!believes(&folder, &own, name), "{name}");
        let alone = forged_for(&folder, &[name]);
        assert!(!believes(&folder, &alone, name), "{name}, forged");
        // Nor beside a name that is permitted.
        let mixed = forged_for(&folder, &["cognito-idp.eu-west-1.amazonaws.com", name]);
        assert!(!believes(&folder, &mixed, name), "{name}, beside another");
    }
    let fine = forged_for(&folder, &["cognito-idp.eu-west-1.amazonaws.com"]);
    assert!(believes(
        &folder,
        &fine,
        "cognito-idp.eu-west-1.amazonaws.com"
    ));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_files_are_their_owners_alone_and_stay_while_they_are_good() {
    let folder = scratch();
    let made = Files::make(&folder, &hosts(&[]), OF_POOLS, NOW).unwrap();
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    for (name, expected) in [
        (CA_KEY, 0o600),
        (KEY, 0o600),
        (CERT, 0o600),
        (NAMES, 0o600),
        (PUBLIC, 0o755),
        (CA, 0o644),
        (BUNDLE, 0o644),
    ] {
        let mode = std::fs::metadata(folder.join(name)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, expected, "{name}");
    }
    // What may be mounted where clients are has no key.
    let public = std::fs::read_dir(folder.join(PUBLIC)).unwrap();
    let mut public: Vec<_> = public.map(|entry| entry.unwrap().file_name()).collect();
    public.sort();
    assert_eq!(public, ["ca-bundle.pem", "ca.pem"]);
    assert!(bytes(BUNDLE).ends_with(&bytes(CA)));
    let before = (bytes(CA), bytes(CERT));
    Files::make(&folder, &hosts(&[]), OF_POOLS, NOW + 9 * DAY).unwrap();
    assert_eq!((bytes(CA), bytes(CERT)), before);
    // Ten days before a server could outlive them they are made anew; so they are for other names.
    Files::make(&folder, &hosts(&[]), OF_POOLS, NOW + 11 * DAY).unwrap();
    let later = (bytes(CA), bytes(CERT));
    assert!(later.0 != before.0 && later.1 != before.1);
    Files::make(&folder, &hosts(&["a.b.example"]), OF_POOLS, NOW + 11 * DAY).unwrap();
    assert!(bytes(CA) != later.0);
    // A start that was killed in the middle leaves no half of it.
    let third = bytes(CA);
    std::fs::remove_file(folder.join(NAMES)).unwrap();
    Files::make(&folder, &hosts(&["a.b.example"]), OF_POOLS, NOW + 11 * DAY).unwrap();
    assert!(bytes(CA) != third);
    assert_eq!(made.pair().cert, folder.canonicalize().unwrap().join(CERT));
    std::fs::write(folder.join("mine"), "").unwrap();
    // Keys that a killed start had begun to write go, too.
    for begun in ["ca.new", "cert.new", "names.new", "public/ca-bundle.new"] {
        std::fs::write(folder.join(begun), "").unwrap();
    }
    assert!(delete(&folder).unwrap());
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert_eq!(left.len(), 1);
    std::fs::remove_file(folder.join("mine")).unwrap();
    assert!(delete(&folder).unwrap());
    assert!(!delete(&folder).unwrap());
}

#[test]
fn the_authority_of_another_region_stays() {
    use crate::impersonation::{Deleted, delete as delete_for};
    let data = scratch();
    let folder = data.join("impersonate");
    assert_eq!(delete_for(&data, "eu-west-1").unwrap(), Deleted::None);
    Files::make(&folder, &hosts(&[]), OF_POOLS, NOW).unwrap();
    let other = delete_for(&data, "us-east-1").unwrap();
    assert_eq!(other, Deleted::Not("eu-west-1".to_owned()));
    assert!(folder.join(CA).is_file() && folder.join(CA_KEY).is_file());
    std::fs::write(folder.join("mine"), "").unwrap();
    assert_eq!(delete_for(&data, "eu-west-1").unwrap(), Deleted::Others);
    std::fs::remove_file(folder.join("mine")).unwrap();
    assert_eq!(delete_for(&data, "eu-west-1").unwrap(), Deleted::All);
    std::fs::remove_dir(data).unwrap();
}

#[test]
fn a_folder_that_is_a_link_is_left_alone() {
    let (folder, other) = (scratch(), scratch());
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join(CA_KEY), "of somebody").unwrap();
    std::os::unix::fs::symlink(&other, &folder).unwrap();
    let made = Files::make(&folder, &hosts(&[]), OF_POOLS, NOW).err();
    for error in [made, delete(&folder).err()] {
        let error = error.unwrap().to_string();
        assert!(error.ends_with("is no folder of its own"), "{error}");
    }
    let text = std::fs::read_to_string(other.join(CA_KEY)).unwrap();
    assert_eq!(text, "of somebody");
    std::fs::remove_file(folder).unwrap();
    std::fs::remove_dir_all(other).unwrap();
}

#[test]
fn the_authority_ends_within_a_month() {
    let folder = scratch();
    Files::make(&folder, &hosts(&[]), OF_POOLS, NOW).unwrap();
    assert!(believed(&folder, NOW + DAYS * DAY - 1).is_some());
    assert!(believed(&folder, NOW + DAYS * DAY).is_none());
    assert!(believed(&folder, NOW - 2 * DAY).is_none());
    std::fs::remove_dir_all(folder).unwrap();
}

/// An authority of `key`, as somebody would bring it along.
fn brought(folder: &Path, key: &SigningKey, hosts: &[String], days: i64) {
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let valid = NOW - DAY..NOW + days * DAY;
    let der = certificate::authority_for(key, AUTHORITY, &hosts, valid).unwrap();
    let text = pem::written("CERTIFICATE", &der);
    authority::write_public(&folder.join(CA), &text).unwrap();
}

#[test]
fn what_was_not_made_here_as_it_is_made_today_is_not_kept() {
    let folder = scratch();
    let names = hosts(&[]);
    let make = || Files::make(&folder, &names, OF_POOLS, NOW).unwrap();
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    make();
    let own = || authority::key(&folder.join(CA_KEY)).unwrap();
    let strange = SigningKey::generate();
    type Change<'a> = (&'a str, &'a dyn Fn());
    let changes: [Change<'_>; 5] = [
        ("without bounds", &|| {
            let der = certificate::self_signed(&own(), AUTHORITY, NOW - DAY..NOW + 29 * DAY);
            let text = pem::written("CERTIFICATE", &der.unwrap());
            authority::write_public(&folder.join(CA), &text).unwrap();
        }),
        ("good for ten years", &|| {
            brought(&folder, &own(), &names, 3_650)
        }),
        ("of another key", &|| brought(&folder, &strange, &names, 29)),
        ("with a key that others read", &|| {
            let mode = std::fs::Permissions::from_mode(0o644);
            std::fs::set_permissions(folder.join(CA_KEY), mode).unwrap();
        }),
        // The rest is whole, the key is for its owner alone, and the certificate belongs to it: as an archive brings it along.
        ("in a copy", &|| {
            // File systems note times by ticks.
            std::thread::sleep(Duration::from_millis(20));
            let copy = folder.join("copy.key");
            std::fs::copy(folder.join(CA_KEY), &copy).unwrap();
            std::fs::rename(copy, folder.join(CA_KEY)).unwrap();
        }),
    ];
    for (what, change) in changes {
        let before = bytes(CA);
        change();
        let brought_along = bytes(CA);
        make();
        let after = bytes(CA);
        assert!(after != before && after != brought_along, "{what}");
        assert!(bytes(BUNDLE).ends_with(&after), "{what}");
        assert_eq!(
            after.windows(11).filter(|w| w == b"-----BEGIN ").count(),
            1,
            "{what}"
        );
        make();
        assert_eq!(bytes(CA), after, "{what}: what is made here stays");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_authority_is_believed_where_it_was_made() {
    let (folder, other) = (scratch(), scratch());
    assert_eq!(believed(&folder, NOW), None);
    Files::make(&folder, &hosts(&[]), OF_POOLS, NOW).unwrap();
    let text = std::fs::read_to_string(folder.join(CA)).unwrap();
    assert_eq!(believed(&folder, NOW), pem::read("CERTIFICATE", &text));
    std::thread::sleep(Duration::from_millis(20));
    std::fs::create_dir_all(other.join(PUBLIC)).unwrap();
    for name in [CA, CA_KEY, CERT, KEY, NAMES] {
        std::fs::copy(folder.join(name), other.join(name)).unwrap();
    }
    assert_eq!(believed(&other, NOW), None);
    for folder in [folder, other] {
        std::fs::remove_dir_all(folder).unwrap();
    }
}

//! Tests of the warnings that the program logs at its start and once later, and of the addresses that it shows.

use std::os::unix::fs::PermissionsExt as _;

use cognate_testkit::Raw;
use http::Method;

use crate::lifecycle::{DEV, Scratch, Started};

#[tokio::test(flavor = "multi_thread")]
async fn what_others_can_read_is_told_at_start_and_an_unknown_proxy_once() {
    let scratch = Scratch::new();
    let mut dev = Started::new(&scratch.0, &DEV);
    let log = dev.log();
    assert!(!log.contains("chmod"), "{log}");
    let open = |name: &str, mode: u32| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(scratch.path(name), mode).unwrap();
    };
    open(".cognate", 0o755);
    open(".cognate/cognate.db", 0o644);
    open(".cognate/sealing.key", 0o640);
    let mut dev = Started::new(&scratch.0, &DEV);
    let client = Raw::new(&dev.endpoint(), None);
    for _ in 0..3 {
        let forwarded = ("x-forwarded-for", "198.51.100.7");
        let json = ("content-type", "application/x-amz-json-1.1");
        client
            .fetch(Method::POST, "/", &[forwarded, json], "{}")
            .await
            .unwrap();
    }
    let log = dev.log();
    for part in [
        "chmod 700",
        "cognate.db mode=644",
        "chmod 600 it",
        "can read the sealing key",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    assert_eq!(log.matches("none of trusted_proxies").count(), 1, "{log}");
}

#[test]
fn a_dev_on_every_address_shows_clients_one_that_it_answers_at() {
    let scratch = Scratch::new();
    let everywhere = ["dev", "--expose-dev", "--listen", "0.0.0.0:0"];
    let dev = Started::new(&scratch.0, &everywhere);
    let port = dev.endpoint().replace("http://0.0.0.0:", "");
    let here = format!("http://127.0.0.1:{port}");
    let banner = &dev.banner;
    for line in [
        format!("  export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={here}"),
        format!("  Pools and their pages, in a browser: {here}/"),
    ] {
        assert!(
            banner.lines().any(|shown| shown == line),
            "{line}: {banner}"
        );
    }
    assert_eq!(banner.matches("0.0.0.0").count(), 1, "{banner}");
}

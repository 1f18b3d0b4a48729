//! Tests of the warnings that the program logs at its start and once later.

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

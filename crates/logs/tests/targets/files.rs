//! Files, and what `dev` does with an ARN that has no target.

use std::path::PathBuf;

use cognate_domain::app::log_targets::{LogTargets as _, Shipped};
use cognate_domain::app::metrics::labels::LogTarget;

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("cognate-log-files-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_file_gets_lines() {
    let folder = Folder::new("lines");
    let path = folder.0.join("users.jsonl");
    let targets = targets(&[format!("*=file:{}", path.display())]);
    let records = shipment(DestinationKind::S3, BUCKET, 2);
    for _ in 0..2 {
        assert_eq!(targets.ship(&records).await, Ok(Shipped::default()));
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "{\"n\":0}\n{\"n\":1}\n{\"n\":0}\n{\"n\":1}\n");
    // A disk that refuses is a target that is down.
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let failed = targets.ship(&records).await;
    assert!(matches!(failed, Err(ShipError::Later(why)) if why.starts_with("the file: ")));
}

#[tokio::test]
async fn dev_keeps_what_has_no_target_in_its_folder() {
    let folder = Folder::new("dev");
    let settings = LogSettings {
        folder: Some(folder.0.clone()),
        ..settings(true, &[])
    };
    let targets = Targets::new(settings).unwrap();
    let records = shipment(DestinationKind::CloudWatch, GROUP, 1);
    assert_eq!(targets.target(&records.destination), Some(LogTarget::File));
    assert_eq!(targets.ship(&records).await, Ok(Shipped::default()));
    let text = std::fs::read_to_string(folder.0.join("log-delivery.jsonl")).unwrap();
    assert_eq!(text, "{\"n\":0}\n");
    // Without a folder it is in the log of the program.
    let targets = Targets::new(super::settings(true, &[])).unwrap();
    assert_eq!(targets.target(&records.destination), Some(LogTarget::File));
    assert_eq!(targets.ship(&records).await, Ok(Shipped::default()));
    // `serve` has no such place.
    let targets = Targets::new(super::settings(false, &[])).unwrap();
    assert_eq!(targets.target(&records.destination), None);
}

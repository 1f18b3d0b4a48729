//! Folders, buckets and the schedule.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cognate_crypto::age::Identity;
use cognate_server::backup::run::{self, Source};
use cognate_server::backup::target::Target;
use cognate_server::backup::{create::Order, s3};
use cognate_testkit::{Options, TestServer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::world;
use crate::program;

/// A service that speaks the little of S3 that is asked of it, and keeps what it was asked.
#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    parts: Arc<Mutex<BTreeMap<usize, Vec<u8>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Bucket {
    /// Starts it; returns its URL.
    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let this = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(this.clone().serve(stream));
            }
        });
        url
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        loop {
            let end = loop {
                if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                    break end;
                }
                if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    return;
                }
            };
            let head = String::from_utf8(bytes.drain(..end + 4).collect()).unwrap();
            let header = |name: &str| {
                let mut lines = head.lines();
                let line = lines.find(|line| line.to_lowercase().starts_with(name));
                line.and_then(|line| line.split_once(": "))
                    .map(|(_, value)| value.to_owned())
            };
            let length = header("content-length").map_or(0, |n| n.parse().unwrap());
            while bytes.len() < length {
                assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
            }
            let body: Vec<u8> = bytes.drain(..length).collect();
            // Signed, hash of the body included.
            let signed = header("authorization").unwrap();
            assert!(signed.contains("/eu-west-3/s3/aws4_request"), "{signed}");
            let hash = header("x-amz-content-sha256").unwrap();
            assert_eq!(hash, cognate_crypto::hash::sha256_hex(&body));
            let line = head.lines().next().unwrap().to_owned();
            self.asked.lock().unwrap().push(line.clone());
            let words: Vec<&str> = line.split(' ').collect();
            let answer = self.answer(words[0], words[1], header("range"), body);
            if stream.write_all(&answer).await.is_err() {
                return;
            }
        }
    }

    fn answer(&self, method: &str, target: &str, range: Option<String>, body: Vec<u8>) -> Vec<u8> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let key = path
            .strip_prefix("/backups")
            .unwrap()
            .trim_start_matches('/')
            .to_owned();
        let answer = |status: &str, more: &str, body: &[u8]| {
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{more}\r\n",
                body.len()
            );
            [head.as_bytes(), body].concat()
        };
        let mut objects = self.objects.lock().unwrap();
        let mut parts = self.parts.lock().unwrap();
        match (method, query) {
            ("POST", "uploads=") => answer("200 OK", "", b"<R><UploadId>a+b/c=</UploadId></R>"),
            ("PUT", query) => {
                let number = query.strip_prefix("partNumber=").unwrap();
                let (number, id) = number.split_once('&').unwrap();
                assert_eq!(id, "uploadId=a%2Bb%2Fc%3D");
                parts.insert(number.parse().unwrap(), body);
                answer("200 OK", &format!("etag: \"{number}\"\r\n"), b"")
            }
            ("POST", _) => {
                let text = String::from_utf8(body).unwrap();
                assert!(
                    text.contains("<PartNumber>1</PartNumber><ETag>\"1\"</ETag>"),
                    "{text}"
                );
                let whole = std::mem::take(&mut *parts)
                    .into_values()
                    .flatten()
                    .collect();
                objects.insert(key, whole);
                answer("200 OK", "", b"<CompleteMultipartUploadResult/>")
            }
            ("GET", query) if key.is_empty() => {
                assert!(query.contains("prefix=of%2Fhere%2F"), "{query}");
                let entry = |(key, object): (&String, &Vec<u8>)| {
                    let size = object.len();
                    format!(
                        "<Contents><Key>{key}</Key><LastModified>2026-11-30T00:00:00.000Z</LastModified><Size>{size}</Size></Contents>"
                    )
                };
                let list: String = objects.iter().map(entry).collect();
                answer("200 OK", "", format!("<L>{list}</L>").as_bytes())
            }
            ("GET", _) => {
                let Some(object) = objects.get(&key) else {
                    return answer(
                        "404 Not Found",
                        "",
                        b"<Error><Code>NoSuchKey</Code></Error>",
                    );
                };
                let range = range.unwrap();
                let (first, last) = range
                    .strip_prefix("bytes=")
                    .unwrap()
                    .split_once('-')
                    .unwrap();
                let first: usize = first.parse().unwrap();
                let last = last.parse::<usize>().unwrap().min(object.len() - 1);
                let said = format!(
                    "content-range: bytes {first}-{last}/{}\r\netag: \"o\"\r\n",
                    object.len()
                );
                answer("206 Partial Content", &said, &object[first..=last])
            }
            ("DELETE", "") => {
                objects.remove(&key);
                answer("204 No Content", "", b"")
            }
            ("DELETE", _) => {
                parts.clear();
                answer("204 No Content", "", b"")
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_holds_archives() {
    let bucket = Bucket::default();
    let settings = s3::Settings {
        endpoint: Some(bucket.start().await),
        region: "eu-west-3".into(),
        key: Some((
            "id".into(),
            cognate_crypto::secret::Secret::new("secret".into()),
            None,
        )),
    };
    let target = Target::parse("s3://backups/of/here", &settings).unwrap();
    let server = TestServer::dev().await.unwrap();
    let world = world(&server).await;
    let identity = Identity::generate();
    let app = &server.state().app;
    let order = || Order {
        recipients: vec![identity.recipient()],
        pools: None,
        now: app.clock.service(),
    };
    let made = run::create(&app.store, &app.root, order(), &target, false)
        .await
        .unwrap();
    let listed = target.list().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].bytes, target.whole_name(&listed[0].name)),
        (made.bytes, made.archive.clone())
    );
    let (target, name) = Target::of_archive(&made.archive, &settings).unwrap();
    let source = Source {
        target: target.clone(),
        name,
        identities: Arc::new(vec![identity]),
    };
    source.check_hash(&made.sha256).await.unwrap();
    source.check_hash(&"0".repeat(64)).await.unwrap_err();
    let verified = run::verify(&source).await.unwrap();
    assert_eq!(verified.pools, std::slice::from_ref(&world.site.pool));
    // A backup that fails leaves nothing: neither an object nor parts.
    let identity = Identity::generate();
    let unknown = Order {
        recipients: vec![identity.recipient()],
        pools: Some(vec!["us-east-1_unknown00".into()]),
        now: 0,
    };
    let failed = run::create(&app.store, &app.root, unknown, &target, false).await;
    assert_eq!(
        failed.unwrap_err().to_string(),
        "there is no pool us-east-1_unknown00"
    );
    assert_eq!(bucket.objects.lock().unwrap().len(), 1);
    assert!(bucket.parts.lock().unwrap().is_empty());
    let missing = Source {
        name: "cognate-none.jsonl.zst.age".into(),
        ..source
    };
    let Err(error) = missing.open().await else {
        panic!("it is there")
    };
    assert!(format!("{error:#}").contains("404 NoSuchKey"), "{error:#}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schedule_makes_backups_and_keeps_the_newest() {
    let folder = program::scratch("schedule");
    let place = folder.join("backups");
    std::fs::create_dir(&place).unwrap();
    // What is older goes, if the schedule made it.
    let old =
        |kind: &str, n: u8| format!("cognate-{kind}-2001010{n}T000000Z-00000000.jsonl.zst.age");
    for n in 1..=4 {
        std::fs::write(place.join(old("auto", n)), b"old").unwrap();
    }
    std::fs::write(place.join(old("server", 1)), b"asked for").unwrap();
    let identity = Identity::generate();
    let options = Options::default()
        .with("backup_target", &place.display().to_string())
        .with("backup_recipients", &identity.recipient().to_string())
        .with("backup_hours", "24")
        .with("backup_keep", "3");
    let server = TestServer::start(options).await.unwrap();
    let target = Target::Folder(place.clone());
    let begin = Instant::now();
    let names = loop {
        let names: Vec<_> = target
            .list()
            .await
            .unwrap()
            .into_iter()
            .map(|i| i.name)
            .collect();
        if names.len() == 4 {
            break names;
        }
        assert!(begin.elapsed() < Duration::from_secs(30), "{names:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let kept = [old("auto", 3), old("auto", 4)];
    assert_eq!(names[..2], kept, "{names:?}");
    assert_eq!(names[3], old("server", 1));
    let source = Source {
        target,
        name: names[2].clone(),
        identities: Arc::new(vec![identity]),
    };
    run::verify(&source).await.unwrap();
    // It is in the trail, and the next one is a day away.
    let trail = "SELECT doc FROM audit WHERE doc LIKE '%CreateBackup%'";
    let store = &server.state().app.store;
    let rows = store.rows(trail, Vec::new()).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].text(0).unwrap().contains(&names[2]));
    server.stop().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

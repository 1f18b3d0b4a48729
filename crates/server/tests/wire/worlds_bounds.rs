//! Tests of who may make worlds, how many, and how they end.

use std::process::Command;
use std::time::Duration;

use cognate_crypto::seal::RootKey;
use cognate_testkit::{Engine, Options, Raw, Reply, TestServer};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::lifecycle::{DEV, Scratch, Started, program};
use crate::nodes::database;

async fn fetch(server: &TestServer, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let http = server.unsigned();
    http.fetch(method, path, headers, "").await.unwrap()
}

async fn dev(server: &TestServer, method: Method, path: &str) -> (StatusCode, Value) {
    let reply = fetch(server, method, &format!("/_dev/{path}"), &[]).await;
    (reply.status, reply.json())
}

async fn names(server: &TestServer) -> Vec<String> {
    let (status, listed) = dev(server, Method::GET, "worlds").await;
    assert_eq!(status, StatusCode::OK);
    let worlds = listed["worlds"].as_array().unwrap().iter();
    worlds
        .map(|world| world["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn worlds_are_made_listed_and_deleted() {
    let server = TestServer::dev().await.unwrap();
    assert_eq!(names(&server).await, Vec::<String>::new());
    let (status, made) = dev(&server, Method::POST, "worlds/b").await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert!(made["bytes"].as_u64().unwrap() > 0);
    assert_eq!(made["made"], made["used"]);
    // It is there already, and another is made where it is first asked for.
    assert_eq!(dev(&server, Method::POST, "worlds/b").await, (status, made));
    let clock = fetch(&server, Method::GET, "/_world/a/_dev/clock", &[]).await;
    assert_eq!(clock.status, StatusCode::OK);
    assert_eq!(names(&server).await, ["a", "b"]);
    let folder = server.folder().unwrap().join("worlds");
    assert!(folder.join("a/cognate.db").is_file());
    for path in ["/_world/a/_dev/worlds", "/_world/a/_dev/worlds/c"] {
        let method = match path.ends_with('c') {
            true => Method::DELETE,
            false => Method::GET,
        };
        let none = fetch(&server, method, path, &[]).await;
        let why = json!({"error": "a world has no worlds: ask without its name"});
        assert_eq!((none.status, none.json()), (StatusCode::NOT_FOUND, why));
    }

    // Deleted, it begins anew.
    let advance = r#"{"advance":"1d"}"#;
    let http = Raw::new(&format!("{}/_world/a", server.endpoint()), None);
    http.fetch(Method::POST, "/_dev/clock", &[], advance)
        .await
        .unwrap();
    let ahead = async || {
        let [world, base] = ["/_world/a/_dev/clock", "/_dev/clock"];
        let world = fetch(&server, Method::GET, world, &[]).await.json();
        let base = fetch(&server, Method::GET, base, &[]).await.json();
        world["now"].as_f64().unwrap() - base["now"].as_f64().unwrap() > 80_000.0
    };
    assert!(ahead().await);
    let gone = dev(&server, Method::DELETE, "worlds/a").await;
    assert_eq!(gone, (StatusCode::OK, json!({})));
    assert!(!folder.join("a").exists());
    assert_eq!(names(&server).await, ["b"]);
    let missing = json!({"error": "there is no world a"});
    assert_eq!(
        dev(&server, Method::DELETE, "worlds/a").await,
        (StatusCode::NOT_FOUND, missing)
    );
    assert!(!ahead().await);

    // They end with the server. What one left that was killed is deleted, and nothing that is no world.
    let data = server.folder().unwrap().to_owned();
    let options = |folder| Options {
        folder: Some(folder),
        ..Options::default()
    };
    server.stop().await;
    assert!(!data.join("worlds/b").exists());
    for folder in ["left", "other", "empty", "late/snapshots"] {
        std::fs::create_dir_all(data.join("worlds").join(folder)).unwrap();
    }
    for file in ["left/cognate.db", "other/mine"] {
        std::fs::write(data.join("worlds").join(file), "x").unwrap();
    }
    let again = TestServer::start(options(data.clone())).await.unwrap();
    assert_eq!(names(&again).await, Vec::<String>::new());
    assert!(!data.join("worlds/left").exists());
    let other = data.join("worlds/other");
    let taken = dev(&again, Method::POST, "worlds/other").await;
    let why = format!(
        "{} is there and is no world of this server: move it away",
        other.display()
    );
    assert_eq!(taken, (StatusCode::CONFLICT, json!({"error": why})));
    assert!(other.join("mine").is_file());
    // What is empty is nobody's.
    for name in ["empty", "late"] {
        let (status, made) = dev(&again, Method::POST, &format!("worlds/{name}")).await;
        assert_eq!(status, StatusCode::OK, "{made}");
    }
    again.stop().await;
    std::fs::remove_dir_all(data).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_makes_no_world() {
    let server = TestServer::dev().await.unwrap();
    let why = "this caller may not make a new world; make it with POST /_dev/worlds/NAME";
    let body = json!({"__type": "AccessDeniedException", "message": why, "error": why});
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("origin", "https://evil.example")][..],
        &[("host", "evil.example")][..],
    ] {
        for (path, named) in [("/_world/a/", None), ("/", Some(("x-cognate-world", "a")))] {
            let headers: Vec<_> = headers.iter().copied().chain(named).collect();
            let refused = fetch(&server, Method::GET, path, &headers).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{headers:?}");
            assert_eq!(refused.json(), body);
        }
        let refused = fetch(&server, Method::POST, "/_dev/worlds/a", headers).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    // Nor does the question of a browser whether its page may ask.
    let asks = [("origin", "https://app.example")];
    let asked = fetch(&server, Method::OPTIONS, "/_world/a/", &asks).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(names(&server).await, Vec::<String>::new());
    // In a world that is there, it may what it may elsewhere.
    dev(&server, Method::POST, "worlds/a").await;
    let path = "/_world/a/_dev/clock";
    let refused = fetch(
        &server,
        Method::GET,
        path,
        &[("origin", "https://evil.example")],
    )
    .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_by_http_makes_no_world() {
    let server = TestServer::start(Options::default().with("host", "cognate.test"));
    let server = server.await.unwrap();
    let why = "this caller may not make a new world; make it with POST /_dev/worlds/NAME";
    // By http a browser says of the page only to names of this machine where it is.
    let named = ("host", "cognate.test:9229");
    for method in [Method::GET, Method::HEAD] {
        let refused = fetch(&server, method, "/_world/a/health/live", &[named]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let refused = fetch(&server, Method::GET, "/_world/a/", &[named]).await;
    assert_eq!(refused.message(), why);
    assert_eq!(names(&server).await, Vec::<String>::new());
    let told = [named, ("sec-fetch-site", "same-origin")];
    for (name, method, headers) in [
        ("a", Method::POST, &[named][..]),
        ("b", Method::GET, &told),
        ("c", Method::GET, &[("host", "localhost:9229")]),
        ("d", Method::GET, &[]),
    ] {
        let path = format!("/_world/{name}/health/live");
        let found = fetch(&server, method, &path, headers).await;
        assert_ne!(found.status, StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(names(&server).await, ["a", "b", "c", "d"]);
    // One that is there answers whoever asks.
    let found = fetch(&server, Method::GET, "/_world/a/health/live", &[named]).await;
    assert_eq!(found.status, StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_comes_late_leaves_nothing_of_a_deleted_world() {
    let server = TestServer::dev().await.unwrap();
    let address = server.endpoint().trim_start_matches("http://").to_owned();
    dev(&server, Method::POST, "worlds/w1").await;
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /_world/w1/_dev/snapshots/a HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"{").await.unwrap();
    // The world is found before the body is read.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let deleted = dev(&server, Method::DELETE, "worlds/w1").await;
    assert_eq!(deleted.0, StatusCode::OK);
    stream.write_all(b"}").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(
        answer.ends_with("{\"error\":\"the world was deleted\"}"),
        "{answer}"
    );
    assert!(!server.folder().unwrap().join("worlds/w1").exists());
    let (status, made) = dev(&server, Method::POST, "worlds/w1").await;
    assert_eq!(status, StatusCode::OK, "{made}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_to_be_alone_lets_in_what_the_others_wait_for() {
    let server = TestServer::dev().await.unwrap();
    // An operation whose function asks this server while a world is being made.
    let operation = server.state().app.whole.hold().await;
    let made = async { dev(&server, Method::POST, "worlds/a").await.0 };
    let asked = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let api = server.raw();
        let listed = api.ok("ListUserPools", json!({"MaxResults": 1}));
        let listed = tokio::time::timeout(Duration::from_secs(2), listed).await;
        drop(operation);
        listed.map(Result::unwrap)
    };
    let (made, asked) = tokio::join!(made, asked);
    assert_eq!(asked.unwrap(), json!({"UserPools": []}));
    assert_eq!(made, StatusCode::OK);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_numbers_are_bounded() {
    let server = TestServer::dev().await.unwrap();
    let why = "the name of a world has at most 32 small letters, digits, - and _";
    let bad = json!({"__type": "InvalidParameterException", "message": why, "error": why});
    for path in ["/_world/A/", "/_world/..%2f/", "/_world/a.b/", "/_world//"] {
        let refused = fetch(&server, Method::GET, path, &[]).await;
        assert_eq!(
            (refused.status, refused.json()),
            (StatusCode::BAD_REQUEST, bad.clone())
        );
    }
    let (status, told) = dev(&server, Method::POST, "worlds/A").await;
    assert_eq!(
        (status, told),
        (StatusCode::BAD_REQUEST, json!({"error": why}))
    );
    let two = fetch(
        &server,
        Method::GET,
        "/_world/a/",
        &[("x-cognate-world", "b")],
    )
    .await;
    assert_eq!(two.status, StatusCode::BAD_REQUEST);
    assert_eq!(names(&server).await, Vec::<String>::new());

    // A database that is too long to be copied for each.
    let file = server.folder().unwrap().join("cognate.db");
    let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    let length = file.metadata().unwrap().len();
    file.set_len((256 << 20) + 1).unwrap();
    let (status, told) = dev(&server, Method::POST, "worlds/a").await;
    file.set_len(length).unwrap();
    let why = "the database is larger than 256 MiB, and each world would have a copy of it";
    assert_eq!(
        (status, told),
        (StatusCode::CONFLICT, json!({"error": why}))
    );

    for n in 0..64 {
        let (status, told) = dev(&server, Method::POST, &format!("worlds/w{n}")).await;
        assert_eq!(status, StatusCode::OK, "{n}: {told}");
    }
    // Programs that expect an answer of the API read it, too.
    let api = Raw::new(&format!("{}/_world/more", server.endpoint()), None);
    let refused = api.call("InitiateAuth", json!({})).await.unwrap();
    let why = "there are 64 worlds already: delete some (DELETE /_dev/worlds/NAME)";
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.error(), "InvalidParameterException");
    assert_eq!(refused.message(), why);
    assert_eq!(
        dev(&server, Method::DELETE, "worlds/w7").await.0,
        StatusCode::OK
    );
    assert_eq!(
        dev(&server, Method::POST, "worlds/more").await.0,
        StatusCode::OK
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worlds_leave_the_program_files_to_open() {
    let scratch = Scratch::new();
    let own = program(&scratch.0, &DEV);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 90 && exec \"$0\" \"$@\""])
        .arg(own.get_program())
        .args(own.get_args())
        .current_dir(&scratch.0)
        .env_clear()
        .env("HOME", &scratch.0);
    let server = Started::of(limited);
    let http = server.raw();
    let mut refused = None;
    for n in 0..30 {
        let path = format!("/_dev/worlds/w{n}");
        let made = http.fetch(Method::POST, &path, &[], "").await.unwrap();
        if made.status != StatusCode::OK {
            refused = Some((made.status, made.json()));
            break;
        }
    }
    let why =
        "this program may not open more files: raise the limit (ulimit -n), or delete a world";
    assert_eq!(refused, Some((StatusCode::CONFLICT, json!({"error": why}))));
    // What is there goes on.
    for path in ["/_world/w0/_dev/messages", "/_dev/messages"] {
        let found = http.fetch(Method::GET, path, &[], "").await.unwrap();
        assert_eq!(found.json(), json!({"messages": []}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_has_no_worlds() {
    let server = TestServer::start(Options::serve()).await.unwrap();
    for path in [
        "/_world/a/health/live",
        "/_world/a/",
        "/_world/a",
        "/_dev/worlds",
    ] {
        for method in [Method::GET, Method::POST] {
            let reply = fetch(&server, method, path, &[]).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    // The header means nothing, whatever it says.
    let named = [("x-cognate-world", "../a")];
    let reply = fetch(&server, Method::GET, "/health/live", &named).await;
    assert_eq!(reply.status, StatusCode::OK);
    let mut request = server
        .raw()
        .request("ListUserPools", b"{\"MaxResults\":1}".to_vec());
    let headers = request.as_mut().unwrap().headers_mut();
    headers.insert("x-cognate-world", "a".parse().unwrap());
    let reply = server.raw().send(request.unwrap()).await.unwrap();
    assert_eq!(
        (reply.status, reply.json()),
        (StatusCode::OK, json!({"UserPools": []}))
    );
    assert!(!server.folder().unwrap().join("worlds").exists());
    // A signature over the path of a world is none over this one's.
    let foreign = Raw::new(
        &format!("{}/_world/a", server.endpoint()),
        Some(server.root().clone()),
    );
    let reply = foreign
        .call("ListUserPools", json!({"MaxResults": 1}))
        .await;
    assert_eq!(reply.unwrap().status, StatusCode::NOT_FOUND);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_postgresql_has_no_worlds() {
    let Some(url) = database().await else { return };
    let options = Options {
        engine: Engine::Postgres(url),
        sealing_key: Some(RootKey::generate().to_base64().expose().clone()),
        ..Options::default()
    };
    let server = TestServer::start(options).await.unwrap();
    let why =
        "there are worlds beside the embedded database alone, and this server's is in PostgreSQL";
    assert_eq!(
        dev(&server, Method::POST, "worlds/a").await,
        (StatusCode::NOT_IMPLEMENTED, json!({"error": why}))
    );
    assert_eq!(names(&server).await, Vec::<String>::new());
}

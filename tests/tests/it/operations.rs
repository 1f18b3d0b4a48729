//! Every operation of the API is reachable with a generated, valid request, also those that no SDK has yet; and none
//! that needs a signature is answered without a right one (auth.md 1.6, 1.8; settled B2, B15, B17, C19).

use std::collections::{BTreeMap, BTreeSet};

use cognate_domain::dispatch::NOT_BUILT;
use cognate_server::access_keys;
use cognate_shapes::{Auth, Op, validate};
use cognate_testkit::{Credentials, Options, Raw, Reply, TestServer};
use serde_json::{Map, Value, json};

const MODEL: &str = include_str!("../../../model/cognito-idp.model");

/// The shapes of the published model by name: the kind, and the rest of their lines.
struct Model {
    shapes: BTreeMap<&'static str, (&'static str, Vec<&'static str>)>,
    inputs: BTreeMap<&'static str, &'static str>,
}

impl Model {
    fn read() -> Self {
        let (mut shapes, mut inputs) = (BTreeMap::new(), BTreeMap::new());
        let mut current = "";
        for line in MODEL
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Some(member) = line.strip_prefix("  ") {
                let (_, lines): &mut (&str, Vec<&str>) = shapes.get_mut(current).unwrap();
                lines.push(member);
                continue;
            }
            let mut words = line.splitn(3, ' ');
            let (kind, name, rest) = (
                words.next().unwrap(),
                words.next().unwrap(),
                words.next().unwrap_or(""),
            );
            if kind == "op" {
                let input = rest.split_once(": ").unwrap().1.split(' ').next().unwrap();
                inputs.insert(name, input);
            } else {
                current = name;
                shapes.insert(
                    name,
                    (
                        kind,
                        if kind == "struct" {
                            Vec::new()
                        } else {
                            vec![rest]
                        },
                    ),
                );
            }
        }
        Self { shapes, inputs }
    }

    /// Returns a request with the required members only.
    fn request(&self, op: Op) -> Value {
        self.value(self.inputs[op.name()])
    }

    fn value(&self, shape: &str) -> Value {
        let (kind, lines) = &self.shapes[shape];
        match *kind {
            "struct" => {
                let required = lines.iter().filter_map(|line| line.split_once("! "));
                let member = |(name, shape): (&str, &str)| {
                    (
                        name.to_owned(),
                        self.value(shape.split(' ').next().unwrap()),
                    )
                };
                Value::Object(required.map(member).collect::<Map<_, _>>())
            }
            "enum" => json!(lines[0].split(' ').next().unwrap()),
            "list" => json!([self.value(lines[0].rsplit_once("of ").unwrap().1)]),
            "map" => json!({}),
            "boolean" => json!(true),
            "integer" | "long" | "timestamp" => json!(least(lines[0]).max(1)),
            "blob" => json!("AAAA"),
            _ => json!(text(shape, least(lines[0]))),
        }
    }
}

/// Returns the lower end of a range, if there is one.
fn least(rest: &str) -> usize {
    rest.split_once("..")
        .and_then(|(least, _)| least.parse().ok())
        .unwrap_or(0)
}

/// Returns a text that fits a shape's pattern.
fn text(shape: &str, least: usize) -> String {
    match shape {
        "ArnType" => "arn:aws:iam::000000000000:role/cognate".into(),
        "UserPoolIdType" => "us-east-1_Abcdef123".into(),
        "DeviceKeyType" => "us-east-1_0a".into(),
        "ManagedLoginBrandingIdType" | "TermsIdType" => {
            "00000000-0000-4000-8000-000000000000".into()
        }
        "MetadataURLType" | "URLPatternType" => "https://app.example/a".into(),
        "RestoreIdType" => "01234567-89ab-4cde-8f01-23456789abcd".into(),
        "SessionIdType" => format!("tkn{}", "a".repeat(25)),
        "TermsNameType" => "terms-of-use".into(),
        "UserImportJobIdType" => "import-a".into(),
        "SoftwareTokenMFAUserCodeType" => "000000".into(),
        "ProviderNameTypeV2" => "abc".into(),
        "PasswordType" => "Passw0rd!".into(),
        _ => "a".repeat(least.max(1)),
    }
}

async fn server() -> TestServer {
    TestServer::start(Options::serve()).await.unwrap()
}

#[track_caller]
fn assert_answer(op: Op, reply: &Reply, expected: Value) {
    assert_eq!(reply.json(), expected, "{}: {}", op.name(), reply.text());
    assert_eq!(reply.status, 400, "{}", op.name());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generated_request_reaches_every_operation() {
    let server = server().await;
    let (raw, model) = (server.raw(), Model::read());
    let mut unbuilt = BTreeSet::new();
    for op in Op::ALL.iter().copied() {
        let input = model.request(op);
        assert_eq!(
            validate(op, &mut input.clone()),
            Ok(()),
            "{} {input}",
            op.name()
        );
        let reply = raw.call(op.name(), input).await.unwrap();
        assert_ne!(reply.error(), "UnknownOperationException", "{}", op.name());
        if reply.status == 501 {
            assert_eq!(reply.error(), "NotImplementedException", "{}", op.name());
            unbuilt.insert(op.name());
        } else {
            assert!(
                reply.status == 200 || reply.status == 400,
                "{}: {}",
                op.name(),
                reply.text()
            );
            assert!(
                reply.status == 200 || op.errors().iter().any(|e| e.as_str() == reply.error()),
                "{}",
                reply.text()
            );
        }
    }
    let listed: BTreeSet<&str> = NOT_BUILT.iter().map(|op| op.name()).collect();
    assert_eq!(
        unbuilt, listed,
        "what answers 501 and what is listed as not built"
    );
    server.stop().await;
}

/// Checks that an operation's row says 501 exactly if the operation is in the list.
#[test]
fn the_documentation_says_which_operations_are_not_built() {
    let table = include_str!("../../../docs/operations.tsv");
    let mut rows = table
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let column = rows
        .next()
        .unwrap()
        .iter()
        .position(|name| *name == "status")
        .unwrap();
    let documented: BTreeSet<&str> = rows
        .filter(|row| row[column] == "501")
        .map(|row| row[0])
        .collect();
    let listed: BTreeSet<&str> = NOT_BUILT.iter().map(|op| op.name()).collect();
    let differ: Vec<&&str> = documented.symmetric_difference(&listed).collect();
    assert!(
        differ.is_empty(),
        "docs/operations.tsv and `dispatch::NOT_BUILT` differ in {differ:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_that_needs_a_signature_answers_without_a_right_one() {
    let server = server().await;
    let model = Model::read();
    let root = server.root().clone();
    let wrong_secret = server.raw_as(Credentials::new(&root.id, format!("{}x", root.secret)));
    let unknown_key = server.raw_as(Credentials::new("AKIANOBODY", root.secret));
    let mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                    Access Key and signing method. Consult the service documentation for details.";
    let mut signed = 0;
    for op in Op::ALL.iter().copied() {
        let input = model.request(op);
        let call = async |raw: &Raw| raw.call(op.name(), input.clone()).await.unwrap();
        let unsigned = call(&server.unsigned()).await;
        if op.auth() == Auth::Public {
            // A signature, right or wrong, changes nothing.
            for raw in [&wrong_secret, &unknown_key] {
                let reply = call(raw).await;
                assert_eq!(
                    (reply.status, reply.json()),
                    (unsigned.status, unsigned.json()),
                    "{}",
                    op.name()
                );
            }
            continue;
        }
        if op.auth() == Auth::SigV4 {
            signed += 1;
            let missing = json!({ "__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token" });
            assert_answer(op, &unsigned, missing);
        }
        let wrong = json!({ "__type": "InvalidSignatureException", "message": mismatch });
        assert_answer(op, &call(&wrong_secret).await, wrong.clone());
        let unknown = "The security token included in the request is invalid.";
        let unknown = json!({ "__type": "UnrecognizedClientException", "message": unknown });
        assert_answer(op, &call(&unknown_key).await, unknown);
        // A body that is not the one that was signed.
        let request = server
            .raw()
            .request(op.name(), input.to_string().into_bytes())
            .unwrap();
        let (parts, _) = request.into_parts();
        let body = format!("{} ", input).into_bytes();
        let altered = http::Request::from_parts(
            without_length(parts),
            http_body_util::Full::new(body.into()),
        );
        assert_answer(op, &server.raw().send(altered).await.unwrap(), wrong);
    }
    // 35 are public, and one takes a client's secret instead.
    assert_eq!(signed, Op::ALL.len() - 36);
    server.stop().await;
}

/// Removes the header of the length, since the length is that of the body that is sent.
fn without_length(mut parts: http::request::Parts) -> http::request::Parts {
    parts.headers.remove("content-length");
    parts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_opens_the_operations_that_it_names_and_no_other() {
    let server = server().await;
    let model = Model::read();
    let app = &server.state().app;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"cognito-idp:ListUserPools","Resource":"*"}]}"#;
    let (key, batch) =
        access_keys::create(&app.root, "ci", Some(policy), app.clock.wall()).unwrap();
    app.store.commit(batch).await.unwrap();
    let raw = server.raw_as(Credentials::new(key.id, key.secret));
    for op in Op::ALL
        .iter()
        .copied()
        .filter(|op| op.auth() == Auth::SigV4)
    {
        let reply = raw.call(op.name(), model.request(op)).await.unwrap();
        if op == Op::ListUserPools {
            assert_eq!(reply.status, 200, "{}", reply.text());
            continue;
        }
        let name = op.name();
        let text = reply.json()["Message"]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: {}", reply.text()))
            .to_owned();
        assert_eq!(
            (reply.error().as_str(), reply.status.as_u16()),
            ("AccessDeniedException", 400),
            "{name}"
        );
        assert!(
            text.starts_with(
                "User: arn:aws:iam::000000000000:user/ci is not authorized to perform: "
            ),
            "{text}"
        );
        assert!(
            text.contains(&format!("perform: cognito-idp:{name} on resource: ")),
            "{text}"
        );
        let end = format!(" because no identity-based policy allows the cognito-idp:{name} action");
        assert!(text.ends_with(&end), "{text}");
    }
    server.stop().await;
}

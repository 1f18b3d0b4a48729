//! Policies, token exchange, documents of identity providers, and listings.

use std::time::{Duration, Instant};

use cognate_shapes::{Auth, Op, Resource};
use cognate_testkit::{Credentials, Raw, Reply, TestServer};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::engines::on_each_engine;
use crate::site::*;

const INVALID: &str = "InvalidParameterException";
/// No answer takes longer, however hostile the document.
const PROMPT: Duration = Duration::from_secs(2);

/// Creates a key with these statements, made as the command line does.
async fn key(server: &TestServer, statements: Value) -> Raw {
    let app = &server.state().app;
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    let request = cognate_server::admin::Request::CreateKey {
        name: "tester".into(),
        policy: Some(policy.to_string()),
    };
    let made = cognate_server::admin::perform(&app.store, &app.root, app.clock.wall(), request);
    let made = made.await.unwrap();
    let (id, secret) = (text(&made["id"]), text(&made["secret"]));
    server.raw_as(Credentials::new(id, secret))
}

fn arn(pool: &str) -> String {
    format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool}")
}

/// Checks that the policy refuses the call, and that the answer names this resource.
#[track_caller]
fn assert_denied(reply: &Reply, op: Op, resource: &str, reason: &str) {
    let said = text(&reply.json()["Message"]);
    let (who, what) = said.split_once(" is not authorized to perform: ").unwrap();
    assert!(
        who.starts_with("User: arn:aws:iam::000000000000:user/"),
        "{said}"
    );
    let expected = format!("cognito-idp:{} on resource: {resource} {reason}", op.name());
    assert_eq!(what, expected);
    assert_eq!(reply.error(), "AccessDeniedException");
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

/// Returns `levels` nested elements, each of which declares a namespace of its own.
fn nested(root: &str, levels: usize) -> String {
    let starts: String = (0..levels)
        .map(|n| format!("<a xmlns:p{n}=\"u\">"))
        .collect();
    format!("<{root}>{starts}{}</{root}>", "</a>".repeat(levels))
}

/// Starts a server that answers every request with this document.
async fn publisher(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metadata", listener.local_addr().unwrap());
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        document.len()
    );
    let answer = head + &document;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}

on_each_engine! {
    async fn a_policy_about_a_pool_holds_for_every_signed_operation(server) {
        let raw = server.raw();
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let elsewhere = site(&raw, json!({}), json!({})).await;
        let domain = format!("walk-{}", pool.split_once('_').unwrap().1.to_ascii_lowercase());
        raw.ok("CreateUserPoolDomain", json!({ "UserPoolId": pool, "Domain": domain })).await.unwrap();
        let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
        let denied = json!({ "Effect": "Deny", "Action": "*", "Resource": arn(&pool) });
        let denies = key(server, json!([all, denied])).await;
        let other = json!({ "Effect": "Allow", "Action": "*", "Resource": arn(&elsewhere.pool) });
        let allows = key(server, json!([other])).await;
        let (deny, none) = ("with an explicit deny in an identity-based policy", |op: Op| {
            format!("because no identity-based policy allows the cognito-idp:{} action", op.name())
        });
        let mut without = Vec::new();
        for op in Op::ALL.iter().copied().filter(|op| op.auth() != Auth::Public) {
            println!("{}", op.name());
            // A member that the operation does not have names another pool and changes nothing.
            let (input, there) = match op.resource_member() {
                Resource::PoolId => (json!({ "UserPoolId": pool }), json!({ "UserPoolId": elsewhere.pool })),
                Resource::Arn => (
                    json!({ "ResourceArn": arn(&pool), "UserPoolId": elsewhere.pool }),
                    json!({ "ResourceArn": arn(&elsewhere.pool), "UserPoolId": pool }),
                ),
                Resource::Client => (
                    json!({ "ClientId": client, "UserPoolId": elsewhere.pool }),
                    json!({ "ClientId": elsewhere.client, "UserPoolId": pool }),
                ),
                Resource::Domain => {
                    let input = json!({ "Domain": domain, "UserPoolId": elsewhere.pool });
                    let reply = denies.call(op.name(), input.clone()).await.unwrap();
                    assert_denied(&reply, op, "*", deny);
                    let reply = allows.call(op.name(), input).await.unwrap();
                    assert_denied(&reply, op, "*", &none(op));
                    continue;
                }
                Resource::None => {
                    let input = json!({ "UserPoolId": pool });
                    let reply = denies.call(op.name(), input.clone()).await.unwrap();
                    assert_ne!(reply.error(), "AccessDeniedException");
                    let reply = allows.call(op.name(), input).await.unwrap();
                    assert_denied(&reply, op, "*", &none(op));
                    without.push(op.name());
                    continue;
                }
            };
            let reply = denies.call(op.name(), input.clone()).await.unwrap();
            assert_denied(&reply, op, &arn(&pool), deny);
            let reply = allows.call(op.name(), input).await.unwrap();
            assert_denied(&reply, op, &arn(&pool), &none(op));
            if !matches!(op, Op::DeleteUserPool) {
                for caller in [&denies, &allows] {
                    let reply = caller.call(op.name(), there.clone()).await.unwrap();
                    assert_ne!(reply.error(), "AccessDeniedException", "{}", op.name());
                }
            }
        }
        // An operation may be added here only with a reason why it concerns no pool.
        assert_eq!(without, ["CreateUserPool", "GetProvisionedLimit", "ListUserPools", "UpdateProvisionedLimit"]);
    }

    async fn a_name_of_a_pool_as_long_as_a_book_is_nobody_s(server) {
        let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:cognito-idp:*:*:userpool/*a*a*a*b" });
        let caller = key(server, json!([statement])).await;
        let begin = Instant::now();
        let reply = caller.call("DescribeUserPool", json!({ "UserPoolId": "a".repeat(500_000) })).await.unwrap();
        assert!(begin.elapsed() < PROMPT, "{:?}", begin.elapsed());
        let none = "because no identity-based policy allows the cognito-idp:DescribeUserPool action";
        assert_denied(&reply, Op::DescribeUserPool, "*", none);
    }

    async fn a_stolen_access_token_makes_nobody_the_user_at_another_client(server) {
        let (raw, open) = (server.raw(), server.unsigned());
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        user(&raw, &pool, "jane", json!([])).await;
        let stolen = sign_in(&open, &client, "jane").await["AccessToken"].clone();
        let flows = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"];
        let needs = (INVALID, "Token exchange is only available to app clients with a client secret.");
        for flow in flows {
            let input = json!({ "UserPoolId": pool, "ExplicitAuthFlows": [flow] });
            refused(&raw, "CreateUserPoolClient", with(input.clone(), &json!({ "ClientName": "c" })), needs).await;
            refused(&raw, "UpdateUserPoolClient", with(input, &json!({ "ClientId": client })), needs).await;
        }
        let trade = |client: &Value| json!({
            "ClientId": client, "SubjectToken": stolen, "SubjectTokenType": "ACCESS_TOKEN",
        });
        let nobody = ("NotAuthorizedException", "Invalid client secret.");
        refused(&open, "GetDerivedToken", trade(&json!(client)), nobody).await;
        let service = client_of(&raw, &pool, json!({ "ExplicitAuthFlows": flows, "GenerateSecret": true })).await;
        let id = &service["ClientId"];
        refused(&open, "GetDerivedToken", trade(id), nobody).await;
        let own = json!({ "ClientSecret": service["ClientSecret"] });
        let proven = with(trade(id), &own);
        open.ok("GetDerivedToken", proven.clone()).await.unwrap();
        // The service cannot make tokens that other clients, or itself, would take for a sign-in.
        let taken = (INVALID, "The audience cannot be an app client of the user pool.");
        for audience in [json!(client), id.clone()] {
            for kind in ["ID_TOKEN", "ACCESS_TOKEN"] {
                let asked = json!({ "Audiences": [audience], "RequestedTokenType": kind });
                refused(&open, "GetDerivedToken", with(proven.clone(), &asked), taken).await;
            }
        }
    }

    async fn small_documents_stop_nobody(server) {
        let raw = server.raw();
        let Site { pool, client } = site(&raw, json!({}), json!({})).await;
        let provider = |name: &str, details: Value| json!({
            "UserPoolId": pool, "ProviderName": name, "ProviderType": "SAML", "ProviderDetails": details,
        });
        let file = nested("EntityDescriptor", 2_000);
        let url = publisher(nested("EntityDescriptor", 10_000)).await;
        let drawing = nested("svg xmlns=\"http://www.w3.org/2000/svg\"", 5_000).replace("</svg xmlns=\"http://www.w3.org/2000/svg\">", "</svg>");
        let drawing = json!([{
            "Category": "PAGE_HEADER_LOGO", "ColorMode": "LIGHT", "Extension": "SVG",
            "Bytes": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, drawing),
        }]);
        let calls = [
            ("CreateIdentityProvider", provider("File", json!({ "MetadataFile": file }))),
            ("CreateIdentityProvider", provider("Address", json!({ "MetadataURL": url }))),
            ("CreateManagedLoginBranding", json!({
                "UserPoolId": pool, "ClientId": client, "UseCognitoProvidedValues": true, "Assets": drawing,
            })),
        ];
        // Two of each at once, on a server with two threads.
        let begin = Instant::now();
        let sent: Vec<_> = calls.iter().chain(&calls).cloned().map(|(operation, input)| {
            let raw = raw.clone();
            tokio::spawn(async move { raw.call(operation, input).await.unwrap() })
        }).collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        raw.ok("ListUserPools", json!({ "MaxResults": 1 })).await.unwrap();
        assert!(begin.elapsed() < PROMPT, "{:?}", begin.elapsed());
        for reply in sent {
            let reply = reply.await.unwrap();
            assert_eq!(reply.error(), INVALID, "{}", reply.text());
        }
        assert!(begin.elapsed() < 3 * PROMPT, "{:?}", begin.elapsed());
    }

    async fn a_page_token_of_elsewhere_names_the_request_that_brought_it(server) {
        let raw = server.raw();
        let here = site(&raw, json!({}), json!({})).await;
        let there = site(&raw, json!({}), json!({})).await;
        for name in ["jane", "john"] {
            user(&raw, &there.pool, name, json!([])).await;
        }
        let page = raw.ok("ListUsers", json!({ "UserPoolId": there.pool, "Limit": 1 })).await.unwrap();
        for token in [text(&page["PaginationToken"]), "nonsense".into()] {
            let input = json!({ "UserPoolId": here.pool, "PaginationToken": token });
            let reply = raw.call("ListUsers", input).await.unwrap();
            let id = reply.header("x-amzn-requestid");
            assert_eq!(id.len(), 36);
            let said = format!("Paging marker {token} is invalid for request {id}");
            assert_refused(&reply, (INVALID, &said));
        }
    }
}

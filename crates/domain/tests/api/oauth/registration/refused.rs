//! What may not be registered.

use super::*;

/// Sends requests that must be refused for what they say of the client.
async fn all_refused(t: &TestApp, pool: &str, token: Option<&str>, cases: &[(Value, &str, &str)]) {
    for (body, error, description) in cases {
        let refused = register(t, pool, token, body).await.err();
        let Some(Refused::Metadata(refused)) = refused else {
            panic!("{body}: {refused:?}");
        };
        let said = (refused.error, refused.description.as_deref());
        assert_eq!(said, (*error, Some(*description)), "{body}");
    }
}

const METADATA: &str = "invalid_client_metadata";
const REDIRECT: &str = "invalid_redirect_uri";

#[each_engine]
async fn redirect_uris_lead_to_sites_or_programs(t: &TestApp) {
    let s = open(t).await;
    let text = "A redirect URI must be absolute, without a fragment and at most 1,024 bytes long, and have the scheme https, \
                http on the user's own machine, or one of an application.";
    let long = format!("https://app.example/{}", "x".repeat(1_005));
    for bad in [
        "javascript:alert(1)",
        "JavaScript://app.example/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:https://app.example/x",
        "view-source:https://app.example/",
        "about:blank",
        "http://app.example/cb",
        "http://localhost.evil.example/cb",
        "http://localhost@evil.example/cb",
        "https://user@evil.example/cb",
        "https://app.example/cb#x",
        "https://app.example/\r\nSet-Cookie: a=b",
        "https://app.example/\u{0}",
        "https://app.example/ x",
        "https://app.example\\@evil.example/",
        "https://\u{e4}pp.example/cb",
        "https:///cb",
        "//app.example/cb",
        "/cb",
        "app.example/cb",
        " https://app.example/cb",
        "",
        &long,
    ] {
        let bodies = [
            json!({"redirect_uris": [bad]}),
            json!({"redirect_uris": ["https://app.example/cb", bad]}),
        ];
        for body in bodies {
            all_refused(t, &s.pool, None, &[(body, REDIRECT, text)]).await;
        }
    }
    let many: Vec<_> = (0..101).map(|n| format!("https://a.example/{n}")).collect();
    for none in [
        json!({}),
        json!({"redirect_uris": []}),
        json!({"redirect_uris": many}),
    ] {
        let text = "authorization_code needs 1 to 100 redirect_uris.";
        all_refused(t, &s.pool, None, &[(none, REDIRECT, text)]).await;
    }
    assert_eq!(count(t, &s.pool).await, 0);
}

/// Counts the registrations of a pool.
pub async fn count(t: &TestApp, pool: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM dynamic_clients WHERE pool_id = ?1";
    let rows = t.app.store.rows(sql, cognate_store::params![pool]).await;
    rows.unwrap()[0].int(0).unwrap()
}

#[each_engine]
async fn what_a_client_says_of_itself_must_fit(t: &TestApp) {
    let s = open(t).await;
    let case = |extra: Value, text: &'static str| (with(sdk(), extra), METADATA, text);
    let grants = "None of the requested grant types can be registered.";
    let line = "client_name must be a line of at most 256 characters.";
    let url = "logo_uri must be a URL of at most 2,048 bytes.";
    all_refused(
        t,
        &s.pool,
        None,
        &[
            case(json!({"grant_types": []}), grants),
            case(json!({"grant_types": ["refresh_token"]}), grants),
            case(json!({"grant_types": ["implicit", "password"]}), grants),
            case(json!({"grant_types": ["client_credentials"]}), grants),
            case(
                json!({"token_endpoint_auth_method": "private_key_jwt"}),
                "token_endpoint_auth_method must be none, client_secret_basic or client_secret_post.",
            ),
            case(json!({"response_types": ["token"]}), "response_types must hold code."),
            case(json!({"response_types": []}), "response_types must hold code."),
            case(json!({"client_name": "x\ny"}), line),
            case(json!({"client_name": "\u{202e}elgooG"}), line),
            case(json!({"client_name": "x".repeat(257)}), line),
            case(json!({"logo_uri": "javascript:alert(1)"}), url),
            case(json!({"logo_uri": "https://user@app.example/"}), url),
            case(json!({"logo_uri": "https://app.example/\"x"}), url),
            case(json!({"contacts": vec!["x"; 11]}), "contacts must be at most 10 texts."),
            case(
                json!({"contacts": ["x\ry"]}),
                "contacts must be a line of at most 256 characters.",
            ),
            case(
                json!({"scope": "aws.cognito/dcr/register"}),
                "None of the requested scopes can be registered.",
            ),
        ],
    )
    .await;
    assert_eq!(count(t, &s.pool).await, 0);
}

#[each_engine]
async fn a_body_is_one_object_in_which_nothing_is_said_twice(t: &TestApp) {
    let s = open(t).await;
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(32 << 10));
    for (body, description) in [
        (
            "",
            "The body must be a JSON object of at most 32,768 bytes.",
        ),
        (
            "[]",
            "The body must be a JSON object of at most 32,768 bytes.",
        ),
        (
            &long,
            "The body must be a JSON object of at most 32,768 bytes.",
        ),
        (
            r#"{"redirect_uris": ["https://a.example/"], "redirect_uris": ["https://b.example/"]}"#,
            "The body is no JSON, a member occurs twice or does not have its type.",
        ),
        (
            r#"{"redirect_uris": "https://a.example/"}"#,
            "The body is no JSON, a member occurs twice or does not have its type.",
        ),
        (
            "{",
            "The body is no JSON, a member occurs twice or does not have its type.",
        ),
    ] {
        let refused = send(t, "192.0.2.1", &s.pool, None, body.as_bytes())
            .await
            .err();
        let Some(Refused::Metadata(refused)) = refused else {
            panic!("{refused:?}");
        };
        let said = (refused.error, refused.description.as_deref());
        assert_eq!(said, (METADATA, Some(description)));
    }
}

#[each_engine]
async fn a_client_has_one_kind_of_grant(t: &TestApp) {
    let s = pool_with(
        t,
        json!({"OpenDcrEnabled": true, "OpenDcrGrantTypes": ["code", "client_credentials", "implicit"]}),
    )
    .await;
    let (_, token) = registrar(t, &s.pool).await;
    let both = with(
        sdk(),
        json!({"grant_types": ["client_credentials", "authorization_code"]}),
    );
    let made = registered(t, &s.pool, None, &both).await;
    assert_eq!(made["grant_types"], json!(["authorization_code"]));
    let text = "authorization_code and client_credentials cannot be grants of one client.";
    all_refused(t, &s.pool, Some(&token), &[(both, METADATA, text)]).await;
    let machine = json!({"grant_types": ["client_credentials"]});
    all_refused(
        t,
        &s.pool,
        None,
        &[
            (
                with(
                    machine.clone(),
                    json!({"token_endpoint_auth_method": "none"}),
                ),
                METADATA,
                "client_credentials needs a client secret.",
            ),
            // The pool has no scope for machines.
            (
                machine,
                METADATA,
                "None of the requested scopes can be registered.",
            ),
        ],
    )
    .await;
}

#[each_engine]
async fn a_pool_says_who_may_register(t: &TestApp) {
    let s = pool_with(t, json!({})).await;
    let (_, token) = registrar(t, &s.pool).await;
    let denied = |description: &'static str| {
        Refused::Denied(OAuthError {
            error: "access_denied",
            description: Some(description.into()),
        })
    };
    let off = denied("Client registration is not enabled for this user pool.");
    let good = |config: Value| {
        let update = json!({"UserPoolId": s.pool, "DcrConfiguration": config});
        async {
            t.ok("UpdateUserPool", update).await;
            let open = register(t, &s.pool, None, &sdk()).await.err();
            let authenticated = register(t, &s.pool, Some(&token), &sdk()).await.err();
            (open, authenticated)
        }
    };
    let (no, yes) = (Some(off.clone()), None);
    for (config, expected) in [
        (json!({}), (no.clone(), yes.clone())),
        (json!({"OpenDcrEnabled": true}), (yes.clone(), yes.clone())),
        (
            json!({"OpenDcrEnabled": true, "AuthenticatedGrantTypes": []}),
            (yes.clone(), no.clone()),
        ),
        (
            json!({"OpenDcrEnabled": true, "OpenDcrGrantTypes": []}),
            (no.clone(), yes.clone()),
        ),
        (
            json!({"OpenDcrEnabled": true, "OpenDcrGrantTypes": ["implicit"]}),
            (no.clone(), yes.clone()),
        ),
        (
            json!({"EnableStatus": "Disabled", "OpenDcrEnabled": true}),
            (no.clone(), no.clone()),
        ),
    ] {
        assert_eq!(good(config.clone()).await, expected, "{config}");
    }
    // A pool that never heard of it, and none.
    let other = crate::support::pools::pool(t, json!({})).await;
    assert_eq!(register(t, &other, None, &sdk()).await.err(), Some(off));
    let none = register(t, "us-east-1_nothing00", None, &sdk()).await.err();
    assert_eq!(none, Some(Refused::NoPool));
}

#[each_engine]
async fn a_pool_that_is_deleted_registers_nobody(t: &TestApp) {
    let s = open(t).await;
    // The node still knows the pool.
    registered(t, &s.pool, None, &sdk()).await;
    let other = t.second_node().await;
    other
        .ok("DeleteUserPool", json!({"UserPoolId": s.pool}))
        .await;
    let refused = register(t, &s.pool, None, &sdk()).await.err();
    assert_eq!(refused, Some(Refused::NoPool));
    assert_eq!(count(t, &s.pool).await, 1);
}

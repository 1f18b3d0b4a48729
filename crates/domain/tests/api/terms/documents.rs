//! Terms documents of app clients.

use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::users::futures_all;
use crate::support::users::{client, pool, with};

const ABSENT: &str = "3f1c9a04-7d5e-4b6a-9c1d-2f8e7a6b5c4d";
const EXISTS: (&str, &str) = (
    "TermsExistsException",
    "A terms document with this name already exists for the app client.",
);

fn input(pool: &str, client: &str, name: &str) -> Value {
    json!({
        "UserPoolId": pool, "ClientId": client, "TermsName": name, "TermsSource": "LINK", "Enforcement": "NONE",
        "Links": {"cognito:default": "https://example.com/terms", "cognito:german": "HTTP://example.com/agb?x=1"},
    })
}

async fn create(t: &TestApp, pool: &str, client: &str, name: &str) -> Value {
    t.ok("CreateTerms", input(pool, client, name)).await["Terms"].clone()
}

fn by_id(pool: &str, id: &Value) -> Value {
    json!({"UserPoolId": pool, "TermsId": id})
}

fn by_client(pool: &str, client: &str, name: &str) -> Value {
    json!({"UserPoolId": pool, "ClientId": client, "TermsName": name})
}

async fn counted(t: &TestApp) -> i64 {
    let row = t
        .app
        .store
        .row(
            "SELECT n FROM resource_counts WHERE resource = 'terms'",
            vec![],
        )
        .await
        .unwrap();
    row.map_or(0, |row| row.int(0).unwrap())
}

#[each_engine]
async fn a_document_shows_what_was_set(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let made = create(t, &pool, &client, "terms-of-use").await;
    assert_eq!(
        made,
        with(
            input(&pool, &client, "terms-of-use"),
            json!({
                "TermsId": made["TermsId"], "CreationDate": made["CreationDate"], "LastModifiedDate": made["CreationDate"],
            })
        )
    );
    assert_eq!(
        t.ok("DescribeTerms", by_id(&pool, &made["TermsId"])).await,
        json!({"Terms": made})
    );
    let shouted = json!(made["TermsId"].as_str().unwrap().to_ascii_uppercase());
    assert_eq!(
        t.ok("DescribeTerms", by_id(&pool, &shouted)).await,
        json!({"Terms": made})
    );
    assert_eq!(
        t.ok(
            "DescribeTermsByClient",
            by_client(&pool, &client, "terms-of-use")
        )
        .await,
        json!({"Terms": made})
    );
    let mut bare = input(&pool, &client, "privacy-policy");
    bare.as_object_mut().unwrap().remove("Links");
    assert_eq!(t.ok("CreateTerms", bare).await["Terms"]["Links"], json!({}));
}

#[each_engine]
async fn an_update_changes_what_it_names_and_keeps_the_rest(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let made = create(t, &pool, &client, "terms-of-use").await;
    let id = by_id(&pool, &made["TermsId"]);
    t.advance(5).await;
    let links = json!({"cognito:default": "https://example.com/new"});
    let updated = t
        .ok("UpdateTerms", with(id.clone(), json!({"Links": links})))
        .await["Terms"]
        .clone();
    assert!(updated["LastModifiedDate"].as_f64() > made["LastModifiedDate"].as_f64());
    assert_eq!(
        updated,
        with(
            made,
            json!({"Links": links, "LastModifiedDate": updated["LastModifiedDate"]})
        )
    );
    let set = json!({"TermsName": "privacy-policy", "TermsSource": "LINK", "Enforcement": "NONE"});
    let renamed = t.ok("UpdateTerms", with(id.clone(), set.clone())).await["Terms"].clone();
    assert_eq!(
        renamed,
        with(
            updated,
            with(
                set,
                json!({"LastModifiedDate": renamed["LastModifiedDate"]})
            )
        )
    );
    assert_eq!(t.ok("DescribeTerms", id).await["Terms"], renamed);
    // The old name is free again, the new one is not.
    let other = create(t, &pool, &client, "terms-of-use").await;
    let clash = with(
        by_id(&pool, &other["TermsId"]),
        json!({"TermsName": "privacy-policy"}),
    );
    t.refused("UpdateTerms", clash, EXISTS.0, EXISTS.1).await;
    t.ok(
        "UpdateTerms",
        with(
            by_id(&pool, &other["TermsId"]),
            json!({"TermsName": "terms-of-use"}),
        ),
    )
    .await;
}

#[each_engine]
async fn a_client_has_one_document_of_each_name(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let (one, two) = (
        client(t, &pool, json!({})).await,
        client(t, &pool, json!({})).await,
    );
    let made =
        futures_all((0..8).map(|_| t.call("CreateTerms", input(&pool, &one, "terms-of-use"))))
            .await;
    assert_eq!(made.iter().filter(|answer| answer.is_ok()).count(), 1);
    let exists = (EXISTS.0.to_owned(), EXISTS.1.to_owned());
    assert!(
        made.into_iter()
            .filter_map(Result::err)
            .all(|refusal| refusal == exists)
    );
    create(t, &pool, &one, "privacy-policy").await;
    create(t, &pool, &two, "terms-of-use").await;
    assert_eq!(counted(t).await, 3);
}

#[each_engine]
async fn two_documents_cannot_trade_their_names(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let a = create(t, &pool, &client, "terms-of-use").await;
    let b = create(t, &pool, &client, "privacy-policy").await;
    // Each name is taken as long as the other document does not give it up.
    let rename = |made: &Value, name: &str| {
        t.call(
            "UpdateTerms",
            with(by_id(&pool, &made["TermsId"]), json!({"TermsName": name})),
        )
    };
    let (x, y) = tokio::join!(rename(&a, "privacy-policy"), rename(&b, "terms-of-use"));
    let exists = (EXISTS.0.to_owned(), EXISTS.1.to_owned());
    assert_eq!((x.err(), y.err()), (Some(exists.clone()), Some(exists)));
}

#[each_engine]
async fn what_is_not_there_is_refused(t: &TestApp) {
    let (pool, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    let client = client(t, &pool, json!({})).await;
    let made = create(t, &pool, &client, "terms-of-use").await;
    let id = made["TermsId"].as_str().unwrap();
    for op in ["DescribeTerms", "UpdateTerms", "DeleteTerms"] {
        t.refused(
            op,
            by_id(&pool, &json!(ABSENT)),
            "ResourceNotFoundException",
            &format!("Terms {ABSENT} does not exist."),
        )
        .await;
        t.refused(
            op,
            by_id(&other, &json!(id)),
            "ResourceNotFoundException",
            &format!("Terms {id} does not exist."),
        )
        .await;
        t.refused(
            op,
            by_id("us-east-1_none", &json!(id)),
            "ResourceNotFoundException",
            "User pool us-east-1_none does not exist.",
        )
        .await;
    }
    let text = format!("Terms privacy-policy does not exist for client {client}.");
    t.refused(
        "DescribeTermsByClient",
        by_client(&pool, &client, "privacy-policy"),
        "ResourceNotFoundException",
        &text,
    )
    .await;
    let unknown = format!("User pool client {client} does not exist.");
    t.refused(
        "DescribeTermsByClient",
        by_client(&other, &client, "terms-of-use"),
        "ResourceNotFoundException",
        &unknown,
    )
    .await;
    t.refused(
        "CreateTerms",
        input(&other, &client, "terms-of-use"),
        "ResourceNotFoundException",
        &unknown,
    )
    .await;
    for (op, input) in [
        (
            "CreateTerms",
            input("us-east-1_none", &client, "terms-of-use"),
        ),
        (
            "DescribeTermsByClient",
            by_client("us-east-1_none", &client, "terms-of-use"),
        ),
        ("ListTerms", json!({"UserPoolId": "us-east-1_none"})),
    ] {
        t.refused(
            op,
            input,
            "ResourceNotFoundException",
            "User pool us-east-1_none does not exist.",
        )
        .await;
    }
}

#[each_engine]
async fn links_are_web_addresses_in_known_languages(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let client = client(t, &pool, json!({})).await;
    let made = create(t, &pool, &client, "privacy-policy").await;
    for bad in [
        "javascript:alert(1)",
        "/terms",
        "https://",
        "https:///x",
        "data:text/html,x",
        "ftp://example.com",
    ] {
        let links =
            json!({"Links": {"cognito:default": "https://example.com", "cognito:dutch": bad}});
        let text = "The link for cognito:dutch is not a valid URL.";
        let create = with(input(&pool, &client, "terms-of-use"), links.clone());
        t.refused("CreateTerms", create, "InvalidParameterException", text)
            .await;
        t.refused(
            "UpdateTerms",
            with(by_id(&pool, &made["TermsId"]), links),
            "InvalidParameterException",
            text,
        )
        .await;
    }
    for over in [
        json!({"TermsName": "cookies"}),
        json!({"TermsSource": "FILE"}),
        json!({"Enforcement": "ALL"}),
        json!({"Links": {}}),
        json!({"Links": {"cognito:latin": "https://example.com"}}),
    ] {
        let (code, _) = t
            .call(
                "CreateTerms",
                with(input(&pool, &client, "terms-of-use"), over.clone()),
            )
            .await
            .unwrap_err();
        assert_eq!(code, "InvalidParameterException", "{over}");
    }
    assert_eq!(counted(t).await, 1);
}

#[each_engine]
async fn a_deleted_document_is_gone_and_one_of_a_deleted_client_too(t: &TestApp) {
    let pool = pool(t, json!({})).await;
    let (one, two) = (
        client(t, &pool, json!({})).await,
        client(t, &pool, json!({})).await,
    );
    let a = create(t, &pool, &one, "terms-of-use").await;
    let b = create(t, &pool, &one, "privacy-policy").await;
    let c = create(t, &pool, &two, "terms-of-use").await;
    assert_eq!(
        t.ok("DeleteTerms", by_id(&pool, &a["TermsId"])).await,
        Value::Null
    );
    let text = format!("Terms {} does not exist.", a["TermsId"].as_str().unwrap());
    t.refused(
        "DeleteTerms",
        by_id(&pool, &a["TermsId"]),
        "ResourceNotFoundException",
        &text,
    )
    .await;
    assert_eq!(counted(t).await, 2);
    t.ok(
        "DeleteUserPoolClient",
        json!({"UserPoolId": pool, "ClientId": one}),
    )
    .await;
    let text = format!("Terms {} does not exist.", b["TermsId"].as_str().unwrap());
    t.refused(
        "DescribeTerms",
        by_id(&pool, &b["TermsId"]),
        "ResourceNotFoundException",
        &text,
    )
    .await;
    assert_eq!(counted(t).await, 1);
    let listed = t.ok("ListTerms", json!({"UserPoolId": pool})).await;
    assert_eq!(
        listed,
        json!({"Terms": [{
            "TermsId": c["TermsId"], "TermsName": "terms-of-use", "Enforcement": "NONE",
            "CreationDate": c["CreationDate"], "LastModifiedDate": c["LastModifiedDate"],
        }]})
    );
}

#[each_engine]
async fn pages_hold_every_document_once_up_to_the_quota(t: &TestApp) {
    let (pool, other) = (pool(t, json!({})).await, pool(t, json!({})).await);
    let mut made = Vec::new();
    for _ in 0..20 {
        let client = client(t, &pool, json!({})).await;
        for name in ["terms-of-use", "privacy-policy"] {
            made.push(
                create(t, &pool, &client, name).await["TermsId"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    made.sort();
    for size in [7, 40, 60] {
        let (mut listed, mut token) = (Vec::new(), Value::Null);
        loop {
            let page = t
                .ok(
                    "ListTerms",
                    json!({"UserPoolId": pool, "MaxResults": size, "NextToken": token}),
                )
                .await;
            listed.extend(
                page["Terms"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|d| d["TermsId"].as_str().unwrap().to_owned()),
            );
            match page.get("NextToken") {
                Some(next) => token = next.clone(),
                None => break,
            }
        }
        assert_eq!(listed, made, "pages of {size}");
    }
    let token = t
        .ok("ListTerms", json!({"UserPoolId": pool, "MaxResults": 1}))
        .await["NextToken"]
        .clone();
    let elsewhere = json!({"UserPoolId": other, "NextToken": token});
    t.refused(
        "ListTerms",
        elsewhere,
        "InvalidParameterException",
        "Invalid pagination token.",
    )
    .await;
    let one_more = client(t, &pool, json!({})).await;
    let text = "The maximum number of terms documents for this user pool has been reached.";
    t.refused(
        "CreateTerms",
        input(&pool, &one_more, "terms-of-use"),
        "LimitExceededException",
        text,
    )
    .await;
    t.ok("DeleteTerms", by_id(&pool, &json!(made[0]))).await;
    create(t, &pool, &one_more, "terms-of-use").await;
}

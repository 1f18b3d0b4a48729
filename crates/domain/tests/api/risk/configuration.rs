//! SetRiskConfiguration and DescribeRiskConfiguration.

use cognate_store::params;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;

fn mail(what: &str) -> Value {
    json!({"Subject": format!("{what} {{username}}"), "HtmlBody": format!("<p>{what}</p>"), "TextBody": format!("{what} {{login-time}}")})
}

/// Every member there is.
fn whole() -> Value {
    json!({
        "CompromisedCredentialsRiskConfiguration": {
            "EventFilter": ["SIGN_UP", "SIGN_IN"], "Actions": {"EventAction": "BLOCK"},
        },
        "AccountTakeoverRiskConfiguration": {
            "NotifyConfiguration": {
                "From": "Security <security@example.com>", "ReplyTo": "help@example.com",
                "SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com",
                "BlockEmail": mail("Blocked"), "NoActionEmail": mail("Seen"), "MfaEmail": mail("Asked"),
            },
            "Actions": {
                "LowAction": {"Notify": false, "EventAction": "NO_ACTION"},
                "MediumAction": {"Notify": false, "EventAction": "MFA_IF_CONFIGURED"},
                "HighAction": {"Notify": false, "EventAction": "MFA_REQUIRED"},
            },
        },
        "RiskExceptionConfiguration": {
            "BlockedIPRangeList": ["192.0.2.0/24", "10.1.2.3/8", "2001:db8::/32"], "SkippedIPRangeList": ["198.51.100.7/32"],
        },
    })
}

async fn describe(t: &TestApp, ids: &Value) -> Value {
    t.ok("DescribeRiskConfiguration", ids.clone()).await["RiskConfiguration"].clone()
}

async fn set(t: &TestApp, ids: &Value, blocks: Value) -> Value {
    let input = with(ids.clone(), blocks);
    t.ok("SetRiskConfiguration", input).await["RiskConfiguration"].clone()
}

#[each_engine]
async fn what_is_set_is_described_and_a_client_replaces_it_all(t: &TestApp) {
    let s = site(t).await;
    set_mode(t, &s.pool, "ENFORCED").await;
    let pool = json!({"UserPoolId": s.pool});
    let client = json!({"UserPoolId": s.pool, "ClientId": s.client});
    assert_eq!(describe(t, &pool).await, pool);
    assert_eq!(describe(t, &client).await, client);

    let answer = set(t, &pool, whole()).await;
    let modified = answer["LastModifiedDate"].clone();
    assert!(modified.is_number(), "{answer}");
    let expected = with(
        with(pool.clone(), whole()),
        json!({"LastModifiedDate": modified}),
    );
    assert_eq!(answer, expected);
    assert_eq!(describe(t, &pool).await, expected);
    // The client has none of its own.
    assert_eq!(describe(t, &client).await, client);

    // All events, where none is named. What is not sent is not there.
    let own = json!({"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "NO_ACTION"}}});
    let answer = set(t, &client, own).await;
    let shown = json!({
        "UserPoolId": s.pool, "ClientId": s.client, "LastModifiedDate": answer["LastModifiedDate"],
        "CompromisedCredentialsRiskConfiguration": {
            "EventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"], "Actions": {"EventAction": "NO_ACTION"},
        },
    });
    assert_eq!(answer, shown);
    assert_eq!(describe(t, &client).await, shown);
    assert_eq!(describe(t, &pool).await, expected);

    // Updates of the owners keep it.
    set_mode(t, &s.pool, "AUDIT").await;
    t.ok(
        "UpdateUserPoolClient",
        with(client.clone(), json!({"ClientName": "other"})),
    )
    .await;
    assert_eq!(describe(t, &pool).await, expected);
    assert_eq!(describe(t, &client).await, shown);

    // A configuration without templates takes those of before away.
    let least = json!({"AccountTakeoverRiskConfiguration": {
        "NotifyConfiguration": {"SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com"}, "Actions": {},
    }});
    let answer = set(t, &pool, least.clone()).await;
    let shown = with(
        with(pool.clone(), least),
        json!({"LastModifiedDate": answer["LastModifiedDate"]}),
    );
    assert_eq!(answer, shown);
    assert_eq!(describe(t, &pool).await, shown);

    for ids in [&client, &pool] {
        let reset = set(t, ids, json!({})).await;
        assert!(reset["LastModifiedDate"].is_number());
        let expected = with(
            ids.clone(),
            json!({"LastModifiedDate": reset["LastModifiedDate"]}),
        );
        assert_eq!(reset, expected);
        assert_eq!(describe(t, ids).await, *ids);
    }
}

#[each_engine]
async fn what_is_wrong_is_refused(t: &TestApp) {
    let s = site(t).await;
    let other = site(t).await;
    let ids = json!({"UserPoolId": s.pool});
    for op in ["SetRiskConfiguration", "DescribeRiskConfiguration"] {
        refuse(t, op, ids.clone(), OFF).await;
        let unknown = json!({"UserPoolId": "us-east-1_nobody000"});
        let text = no_pool("us-east-1_nobody000");
        refuse(t, op, unknown, ("ResourceNotFoundException", &text)).await;
    }
    set_mode(t, &s.pool, "AUDIT").await;
    for op in ["SetRiskConfiguration", "DescribeRiskConfiguration"] {
        for client in [&other.client, "nobodysclient"] {
            let text = format!("User pool client {client} does not exist.");
            let input = with(ids.clone(), json!({"ClientId": client}));
            refuse(t, op, input, ("ResourceNotFoundException", &text)).await;
        }
    }
    let refused = async |blocks: Value, text: &str| {
        let input = with(ids.clone(), blocks);
        refuse(
            t,
            "SetRiskConfiguration",
            input,
            ("InvalidParameterException", text),
        )
        .await;
    };
    for range in [
        "192.0.2.1",
        "192.0.2.0/33",
        "example.com/8",
        "",
        "10.0.0.0/8 ",
    ] {
        for list in ["BlockedIPRangeList", "SkippedIPRangeList"] {
            let blocks = json!({"RiskExceptionConfiguration": {list: ["10.0.0.0/8", range]}});
            refused(blocks, "Incorrect CIDR format").await;
        }
    }
    let notify = |members: Value| {
        let base = json!({"SourceArn": "arn:aws:ses:us-east-1:123456789012:identity/example.com"});
        json!({"AccountTakeoverRiskConfiguration": {"NotifyConfiguration": with(base, members), "Actions": {}}})
    };
    let from = "Provided From email address is invalid";
    for address in ["nobody", "x\r\nBcc: y@z.example <a@b.example>"] {
        refused(notify(json!({"From": address})), from).await;
        refused(
            notify(json!({"ReplyTo": address})),
            "Provided ReplyTo email address is invalid",
        )
        .await;
    }
    let long = format!("a@{}.example", "b".repeat(400));
    refused(notify(json!({"From": long})), from).await;
    refused(
        notify(json!({"SourceArn": "arn:aws:ses:ap-south-1:123456789012:identity/example.com"})),
        "Provided SourceArn must be in one of the following SES regions: eu-west-1, us-east-1, us-west-2.",
    )
    .await;
    let role = notify(json!({"SourceArn": "arn:aws:iam::123456789012:role/mail"}));
    refuse(
        t,
        "SetRiskConfiguration",
        with(ids.clone(), role),
        (
            "NotAuthorizedException",
            "Email arn does not belong to your account.",
        ),
    )
    .await;
    // Nothing says who tells them.
    let told = json!({"Notify": true, "EventAction": "NO_ACTION"});
    let blocks = json!({"AccountTakeoverRiskConfiguration": {"Actions": {"LowAction": told}}});
    let text = "NotifyConfiguration is required when Notify is true.";
    refuse(
        t,
        "SetRiskConfiguration",
        with(ids.clone(), blocks),
        ("InvalidParameterException", text),
    )
    .await;
    // By the model's bounds.
    let many: Vec<_> = (0..201)
        .map(|n| format!("10.0.{}.{}/32", n / 250, n % 250))
        .collect();
    for blocks in [
        json!({"RiskExceptionConfiguration": {"SkippedIPRangeList": many}}),
        notify(json!({"MfaEmail": {"Subject": "", "HtmlBody": "<p>long</p>"}})),
        notify(json!({"MfaEmail": {"Subject": "s", "HtmlBody": "short"}})),
        json!({"CompromisedCredentialsRiskConfiguration": {"Actions": {"EventAction": "MFA_REQUIRED"}}}),
        json!({"CompromisedCredentialsRiskConfiguration": {"EventFilter": ["SIGN_OUT"], "Actions": {"EventAction": "BLOCK"}}}),
        json!({"AccountTakeoverRiskConfiguration": {"Actions": {"LowAction": {"Notify": true}}}}),
        json!({"AccountTakeoverRiskConfiguration": {}}),
    ] {
        let input = with(ids.clone(), blocks.clone());
        let (code, _) = t.call("SetRiskConfiguration", input).await.unwrap_err();
        assert_eq!(code, "InvalidParameterException", "{blocks}");
    }
    assert_eq!(
        t.ok("DescribeRiskConfiguration", ids.clone()).await["RiskConfiguration"],
        ids
    );
    let most: Vec<_> = (0..200).map(|n| format!("2001:db8::{n:x}/128")).collect();
    let blocks = json!({"RiskExceptionConfiguration": {"SkippedIPRangeList": most, "BlockedIPRangeList": []}});
    let answer = set(t, &ids, blocks.clone()).await;
    assert_eq!(
        answer["RiskExceptionConfiguration"],
        blocks["RiskExceptionConfiguration"]
    );
}

#[each_engine]
async fn templates_go_with_their_owner_and_are_under_a_mac(t: &TestApp) {
    let s = site(t).await;
    set_mode(t, &s.pool, "AUDIT").await;
    let pool = json!({"UserPoolId": s.pool});
    let client = json!({"UserPoolId": s.pool, "ClientId": s.client});
    set(t, &pool, whole()).await;
    set(t, &client, whole()).await;
    let owners = async || {
        let sql = "SELECT client_id FROM risk_messages WHERE pool_id = ?1 ORDER BY client_id";
        let rows = t.app.store.rows(sql, params![&s.pool]).await.unwrap();
        let ids = rows.iter().map(|row| row.text(0).unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let mut both = ["ALL", s.client.as_str()];
    both.sort_unstable();
    assert_eq!(owners().await, both);
    // The words of one for the other.
    let sql = "UPDATE risk_messages SET mac = (SELECT mac FROM risk_messages WHERE client_id = 'ALL' AND pool_id = ?1) \
        WHERE pool_id = ?1 AND client_id = ?2";
    let batch = cognate_store::Batch::new().run(sql, params![&s.pool, &s.client]);
    t.app.store.commit(batch).await.unwrap();
    let internal = ("InternalErrorException", "Internal server error.");
    refuse(t, "DescribeRiskConfiguration", client.clone(), internal).await;
    t.ok("DescribeRiskConfiguration", pool.clone()).await;

    t.ok("DeleteUserPoolClient", client).await;
    assert_eq!(owners().await, ["ALL"]);
}

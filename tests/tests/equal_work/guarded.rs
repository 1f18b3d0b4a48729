//! Where threat protection judges sign-ins, it judges those of nobody too.

use super::*;

/// Compares wrong answers for users of whom something is known with those for names that nobody has.
pub async fn compared(server: &TestServer, raw: &Raw, hide: Value) {
    let protected =
        json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } });
    let guarded = site(raw, protected, hide).await;
    let known = names("guarded", "");
    for name in &known {
        user(raw, &guarded.pool, name, json!([])).await;
        let input = by_password(&guarded.client, name, PASSWORD);
        server.unsigned().ok("InitiateAuth", input).await.unwrap();
    }
    let nobody = names("un", "-known");
    let unknown = run(server, &guarded, Script::SignInOnly, &nobody).await;
    compare(
        "a user of a pool with threat protection",
        run(server, &guarded, Script::SignInOnly, &known).await,
        unknown,
    );
    told(server, &guarded, raw).await;
}

/// Refuses everybody as a risk, and tells users of it: nobody gets a message at the same cost.
async fn told(server: &TestServer, guarded: &Site, raw: &Raw) {
    let known = names("told", "");
    for name in &known {
        let address = email(&format!("{name}@example.com"));
        user(raw, &guarded.pool, name, address).await;
    }
    let at = json!({"Notify": true, "EventAction": "BLOCK"});
    let identity = "arn:aws:ses:us-east-1:123456789012:identity/example.com";
    let told = json!({
        "UserPoolId": guarded.pool,
        "AccountTakeoverRiskConfiguration": {
            "Actions": {"LowAction": at, "MediumAction": at, "HighAction": at},
            "NotifyConfiguration": {"SourceArn": identity},
        },
    });
    raw.ok("SetRiskConfiguration", told).await.unwrap();
    // Many accounts were tried from this address just now.
    let known = run(server, guarded, Script::SignInOnly, &known).await;
    let first = known[0].first().map(|step| step.cost.messages);
    assert_eq!(first, Some(1));
    let nobody = names("un", "-told");
    let unknown = run(server, guarded, Script::SignInOnly, &nobody).await;
    compare("a user who is told of refused sign-ins", known, unknown);
}

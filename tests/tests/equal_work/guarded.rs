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
}

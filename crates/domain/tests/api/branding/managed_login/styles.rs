//! Styles of clients and pools: how many there are and when they end.

use cognate_domain::jobs::pool_deletion::PoolDeletion;
use cognate_domain::jobs::runner::Job;
use each_engine::each_engine;
use serde_json::{Value, json};

use super::*;
use crate::support::TestApp;
use crate::support::pools::pool;
use crate::support::texts::exceptions::{INVALID, NOT_FOUND};
use crate::support::users::all_at_once;

const NO_SUCH: &str = "01234567-89ab-4def-8123-456789abcdef";

#[each_engine]
async fn a_client_has_one_style(t: &TestApp) {
    let (id, client) = site(t).await;
    let request = of(&id, &client, json!({"UseCognitoProvidedValues": true}));
    let answers = all_at_once(t, "CreateManagedLoginBranding", vec![request; 8]).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let text = "A managed login branding style already exists for this app client.";
    for refusal in answers.into_iter().filter_map(Result::err) {
        assert_eq!(
            refusal,
            (
                "ManagedLoginBrandingExistsException".to_owned(),
                text.to_owned()
            )
        );
    }
    assert_eq!(rows(t, &id).await.0, 1);
}

#[each_engine]
async fn a_pool_has_twenty_styles_and_deleted_ones_do_not_count(t: &TestApp) {
    let id = pool(t, json!({})).await;
    let own = json!({"UseCognitoProvidedValues": true});
    let mut requests = Vec::new();
    for _ in 0..22 {
        requests.push(of(&id, &client(t, &id).await, own.clone()));
    }
    let (mut first, last) = (requests.clone(), requests.split_off(18));
    first.truncate(18);
    let mut made = Vec::new();
    for request in first {
        made.push(
            t.ok("CreateManagedLoginBranding", request).await["ManagedLoginBranding"].clone(),
        );
    }
    let answers = all_at_once(t, "CreateManagedLoginBranding", last.clone()).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    let text = "Cannot have more than 20 managed login branding styles for a user pool.";
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(
            refusal,
            &("LimitExceededException".to_owned(), text.to_owned())
        );
    }
    assert_eq!(
        t.ok("DeleteManagedLoginBranding", on(&id, &made[0], json!({})))
            .await,
        Value::Null
    );
    let gone = json!({"UserPoolId": id, "ClientId": requests[1]["ClientId"]});
    t.ok("DeleteUserPoolClient", gone).await;
    let again = all_at_once(t, "CreateManagedLoginBranding", last).await;
    assert_eq!(again.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert_eq!(rows(t, &id).await.0, 20);
}

#[each_engine]
async fn a_deleted_style_is_gone_with_its_images(t: &TestApp) {
    let (id, client) = site(t).await;
    let logo = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    let made = create(t, &id, &client, json!({"Settings": {}, "Assets": [logo]})).await;
    let style = made["ManagedLoginBrandingId"].as_str().unwrap();
    t.ok("DeleteManagedLoginBranding", on(&id, &made, json!({})))
        .await;
    let text = format!("Managed login branding {style} does not exist.");
    for op in [
        "DescribeManagedLoginBranding",
        "UpdateManagedLoginBranding",
        "DeleteManagedLoginBranding",
    ] {
        t.refused(op, on(&id, &made, json!({})), NOT_FOUND, &text)
            .await;
    }
    let text = format!("Managed login branding for client {client} does not exist.");
    t.refused(
        "DescribeManagedLoginBrandingByClient",
        of(&id, &client, json!({})),
        NOT_FOUND,
        &text,
    )
    .await;
    assert_eq!(rows(t, &id).await, (0, 0));
    create(t, &id, &client, json!({"Settings": {}, "Assets": [logo]})).await;
    t.ok("DeleteUserPoolClient", of(&id, &client, json!({})))
        .await;
    assert_eq!(rows(t, &id).await, (0, 0));
}

#[each_engine]
async fn a_deleted_pool_takes_its_looks_away(t: &TestApp) {
    let (id, client) = site(t).await;
    let logo = image("FORM_LOGO", "LIGHT", "PNG", PNG);
    create(t, &id, &client, json!({"Settings": {}, "Assets": [logo]})).await;
    t.ok("DeleteUserPool", json!({"UserPoolId": id})).await;
    while !PoolDeletion::default()
        .portion(&t.app, &id, "")
        .await
        .unwrap()
        .is_done()
    {}
    assert_eq!(rows(t, &id).await, (0, 0));
}

#[each_engine]
async fn pools_clients_and_styles_of_others_do_not_exist_here(t: &TestApp) {
    let (id, client) = site(t).await;
    let (other, foreign) = site(t).await;
    let own = json!({"UseCognitoProvidedValues": true});
    let style = create(t, &other, &foreign, own.clone()).await;
    let no_style = format!(
        "Managed login branding {} does not exist.",
        style["ManagedLoginBrandingId"].as_str().unwrap()
    );
    let no_client = format!("User pool client {foreign} does not exist.");
    let no_pool = "User pool us-east-1_nosuchone does not exist.";
    for op in [
        "DescribeManagedLoginBranding",
        "UpdateManagedLoginBranding",
        "DeleteManagedLoginBranding",
    ] {
        t.refused(op, on(&id, &style, json!({})), NOT_FOUND, &no_style)
            .await;
        t.refused(
            op,
            on("us-east-1_nosuchone", &json!(NO_SUCH), json!({})),
            NOT_FOUND,
            no_pool,
        )
        .await;
    }
    for op in [
        "CreateManagedLoginBranding",
        "DescribeManagedLoginBrandingByClient",
    ] {
        let extra = if op.starts_with('C') {
            own.clone()
        } else {
            json!({})
        };
        t.refused(op, of(&id, &foreign, extra.clone()), NOT_FOUND, &no_client)
            .await;
        t.refused(
            op,
            of("us-east-1_nosuchone", &client, extra),
            NOT_FOUND,
            no_pool,
        )
        .await;
    }
    for (request, member) in [
        (json!({"ManagedLoginBrandingId": NO_SUCH}), "userPoolId"),
        (json!({"UserPoolId": id}), "managedLoginBrandingId"),
    ] {
        let text = format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        );
        t.refused("UpdateManagedLoginBranding", request, INVALID, &text)
            .await;
    }
}

#[each_engine]
async fn changes_at_the_same_time_are_all_kept_or_refused(t: &TestApp) {
    let (id, client) = site(t).await;
    let made = create(t, &id, &client, json!({"Settings": {}})).await;
    let change = |n: usize| {
        let names = ["alert", "form"];
        on(
            &id,
            &made,
            json!({"Settings": {"components": {names[n]: {"borderRadius": 3}}}}),
        )
    };
    for answer in all_at_once(t, "UpdateManagedLoginBranding", vec![change(0), change(1)]).await {
        answer.unwrap();
    }
    let both = json!({"components": {"alert": {"borderRadius": 3}, "form": {"borderRadius": 3}}});
    assert_eq!(describe(t, &id, &made, json!({})).await["Settings"], both);
}

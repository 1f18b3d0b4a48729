//! Sign-ins with the password itself: it is proven there once, and here from then on.

use cognate_domain::records::upstream::Flow;
use cognate_domain::upstream::settings;
use each_engine::each_engine;
use serde_json::json;

use super::{refused, wrong};
use crate::support::TestApp;
use crate::support::real::{Play, Real, counts, set};
use crate::support::signin::{
    PASSWORD, claims, get_user, site, site_with, user, user_with, without_password,
};
use crate::support::users::{attribute, futures_all, sign_in, user as admin_get};

const EMAIL: &str = "jane@example.com";

fn email() -> serde_json::Value {
    json!([{"Name": "email", "Value": EMAIL}, {"Name": "email_verified", "Value": "true"}, {"Name": "name", "Value": "Jane"}])
}

#[each_engine]
async fn the_first_sign_in_brings_the_user_and_the_password(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let sub = user_with(real.t(), &real.site.pool, "jane", email()).await;
    let s = site(t).await;
    let shown = real.behind(t, &s).await;
    assert!(!shown.relays_srp);
    let tokens = sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    let tokens = &tokens["AuthenticationResult"];
    let id = claims(&tokens["IdToken"]);
    assert_eq!(
        (&id["sub"], &id["cognito:username"], &id["email"]),
        (&json!(sub), &json!("jane"), &json!(EMAIL))
    );
    assert_eq!(id["aud"], json!(s.client));
    let operations = [
        "InitiateAuth",
        "RespondToAuthChallenge",
        "keys",
        "GetUser",
        "RevokeToken",
    ];
    let asked = real.asked();
    let names: Vec<_> = asked.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, operations);
    let all: String = asked.iter().map(|(_, input)| input.to_string()).collect();
    assert!(!all.contains(PASSWORD), "the password stays here");
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));

    let here = admin_get(t, &s.pool, "jane").await;
    assert_eq!(here["UserStatus"], "CONFIRMED");
    for (name, value) in [
        ("email", EMAIL),
        ("email_verified", "true"),
        ("name", "Jane"),
    ] {
        assert_eq!(attribute(&here, name), Some(value));
    }
    assert!(get_user(t, &tokens["AccessToken"]).await.is_ok());

    // From now on the other server is not asked, even where it has another password.
    real.plays("*", Play::Reset);
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    refused(t, &s.client, "jane", "Wrong-1!", wrong()).await;
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn a_user_who_was_copied_keeps_the_row_and_gets_the_password(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user_with(real.t(), &real.site.pool, "jane", email()).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    // As a copy without passwords has it: never seen here, with an older profile.
    let forget = "DELETE FROM upstream_users WHERE pool_id = ?1";
    let batch = cognate_store::Batch::new().run(forget, cognate_store::params![&s.pool]);
    t.app.store.commit(batch).await.unwrap();
    let old = json!({"UserPoolId": s.pool, "Username": "jane", "UserAttributes": [{"Name": "name", "Value": "Old"}]});
    t.ok("AdminUpdateUserAttributes", old).await;
    without_password(t, &s.pool).await;
    assert_eq!(counts(t, &s.pool).await, (0, 0, 1));

    refused(t, &s.client, "jane", "Wrong-1!", wrong()).await;
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    let here = admin_get(t, &s.pool, "jane").await;
    assert_eq!(attribute(&here, "name"), Some("Jane"));
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
    real.asked();
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn several_first_sign_ins_at_once_make_one_user(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let calls = (0..3).map(|_| sign_in(t, &s.client, "jane", PASSWORD));
    for answer in futures_all(calls).await {
        assert!(answer.unwrap()["AuthenticationResult"].is_object());
    }
    assert_eq!(counts(t, &s.pool).await, (1, 0, 0));
}

#[each_engine]
async fn wrong_passwords_are_counted_here_before_the_other_server_is_asked(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    for name in ["jane", "nobody"] {
        let s = site_with(
            t,
            json!({}),
            json!({"PreventUserExistenceErrors": "ENABLED"}),
        )
        .await;
        real.behind(t, &s).await;
        for _ in 0..5 {
            refused(t, &s.client, name, "Wrong-1!", wrong()).await;
        }
        real.asked();
        let locked = (
            "NotAuthorizedException".into(),
            "Password attempts exceeded".into(),
        );
        refused(t, &s.client, name, PASSWORD, locked).await;
        assert_eq!(real.operations(), Vec::<String>::new());
        real.t().advance(3_600).await;
    }
}

#[each_engine]
async fn spellings_of_a_name_share_their_guesses(t: &TestApp) {
    let real = Real::start(
        json!({"UsernameConfiguration": {"CaseSensitive": false}}),
        json!({}),
    )
    .await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    for name in ["jane", "Jane", "jAne", "jaNe", "janE"] {
        refused(t, &s.client, name, "Wrong-1!", wrong()).await;
    }
    real.asked();
    let locked = (
        "NotAuthorizedException".into(),
        "Password attempts exceeded".into(),
    );
    refused(t, &s.client, "JANE", PASSWORD, locked).await;
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn our_client_decides_who_learns_which_users_exist(t: &TestApp) {
    for (there, here, refusal) in [
        ("LEGACY", "ENABLED", wrong()),
        (
            "LEGACY",
            "LEGACY",
            (
                "UserNotFoundException".into(),
                "User does not exist.".into(),
            ),
        ),
        ("ENABLED", "LEGACY", wrong()),
    ] {
        let real = Real::start(json!({}), json!({"PreventUserExistenceErrors": there})).await;
        let s = site_with(t, json!({}), json!({"PreventUserExistenceErrors": here})).await;
        real.behind(t, &s).await;
        refused(t, &s.client, "nobody", PASSWORD, refusal).await;
    }
}

#[each_engine]
async fn the_state_there_is_told_and_moves_nobody(t: &TestApp) {
    let real = Real::start(json!({"AutoVerifiedAttributes": ["email"]}), json!({})).await;
    let (there, pool) = (real.t(), &real.site.pool);
    user(there, pool, "disabled").await;
    there
        .ok(
            "AdminDisableUser",
            json!({"UserPoolId": pool, "Username": "disabled"}),
        )
        .await;
    user_with(there, pool, "reset", email()).await;
    there
        .ok(
            "AdminResetUserPassword",
            json!({"UserPoolId": pool, "Username": "reset"}),
        )
        .await;
    let input = json!({"ClientId": real.site.client, "Username": "new", "Password": PASSWORD,
        "UserAttributes": [{"Name": "email", "Value": "new@example.com"}]});
    there.ok("SignUp", input).await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let told = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    for (name, refusal) in [
        (
            "disabled",
            told("NotAuthorizedException", "User is disabled."),
        ),
        (
            "reset",
            told(
                "PasswordResetRequiredException",
                "Password reset required for the user",
            ),
        ),
        (
            "new",
            told("UserNotConfirmedException", "User is not confirmed."),
        ),
    ] {
        refused(t, &s.client, name, PASSWORD, refusal).await;
    }
    assert_eq!(counts(t, &s.pool).await, (0, 0, 0));
}

#[each_engine]
async fn clients_with_secrets_are_proven_here_and_anew_there(t: &TestApp) {
    let real = Real::start(json!({}), json!({"GenerateSecret": true})).await;
    user(real.t(), &real.site.pool, "jane").await;
    user(real.t(), &real.site.pool, "joe").await;
    let described = json!({"UserPoolId": real.site.pool, "ClientId": real.site.client});
    let described = real.t().ok("DescribeUserPoolClient", described).await;
    let secret = described["UserPoolClient"]["ClientSecret"]
        .as_str()
        .unwrap();
    let s = site(t).await;
    let mut wanted = real.wanted(&s.client);
    wanted.secrets = [(real.site.client.clone(), secret.to_owned())].into();
    set(t, &s.pool, &wanted).await;
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    wanted.flow = Flow::Password;
    set(t, &s.pool, &wanted).await;
    real.asked();
    sign_in(t, &s.client, "joe", PASSWORD).await.unwrap();
    assert_eq!(
        real.operations(),
        ["InitiateAuth", "keys", "GetUser", "RevokeToken"]
    );
    // Without the secret there is nothing to be done.
    wanted.secrets.clear();
    set(t, &s.pool, &wanted).await;
    refused(t, &s.client, "jim", PASSWORD, wrong()).await;
}

#[each_engine]
async fn a_client_that_is_not_mapped_is_not_served_by_the_other_server(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    let other = crate::support::signin::client_of(t, &s.pool, json!({})).await;
    let other = other["ClientId"].as_str().unwrap();
    let unknown = (
        "UserNotFoundException".into(),
        "User does not exist.".into(),
    );
    refused(t, other, "jane", PASSWORD, unknown).await;
    assert_eq!(real.operations(), Vec::<String>::new());
}

#[each_engine]
async fn one_command_ends_it(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    user(real.t(), &real.site.pool, "jane").await;
    user(real.t(), &real.site.pool, "joe").await;
    let s = site(t).await;
    real.behind(t, &s).await;
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
    let shown = settings::end(store, root, now, &s.pool).await.unwrap();
    assert_eq!((shown.moved, shown.active, shown.unseen), (1, 0, 0));
    t.app.cache.clear();
    real.asked();
    sign_in(t, &s.client, "jane", PASSWORD).await.unwrap();
    let unknown = (
        "UserNotFoundException".into(),
        "User does not exist.".into(),
    );
    refused(t, &s.client, "joe", PASSWORD, unknown).await;
    assert_eq!(real.operations(), Vec::<String>::new());
    let shown = settings::status(store, root, &s.pool).await.unwrap();
    assert_eq!(shown, None);
    let again = settings::end(store, root, now, &s.pool).await;
    assert!(again.is_err());
}

#[each_engine]
async fn the_settings_are_checked_and_its_secrets_are_sealed(t: &TestApp) {
    let real = Real::start(json!({}), json!({})).await;
    let s = site(t).await;
    let other = site(t).await;
    let wanted = real.wanted(&s.client);
    let (store, root, now) = (&t.app.store, &t.app.root, t.app.clock.service());
    for odd in [
        settings::Wanted {
            user_pool: "nothing".into(),
            ..wanted.clone()
        },
        settings::Wanted {
            endpoint: Some("ftp://127.0.0.1".into()),
            ..wanted.clone()
        },
        settings::Wanted {
            endpoint: Some("https://u@example.com".into()),
            ..wanted.clone()
        },
        settings::Wanted {
            clients: Default::default(),
            ..wanted.clone()
        },
        settings::Wanted {
            clients: [(other.client.clone(), "x".into())].into(),
            ..wanted.clone()
        },
        settings::Wanted {
            secrets: [("x".into(), "y".into())].into(),
            ..wanted.clone()
        },
        settings::Wanted {
            budget: 0,
            ..wanted.clone()
        },
    ] {
        let outbound = Some(&t.app.outbound);
        let set = settings::set(store, root, now, &s.pool, &odd, outbound).await;
        assert!(set.is_err(), "{odd:?}");
    }
    let mut wanted = wanted;
    wanted.secrets = [(real.site.client.clone(), "very-secret-text".into())].into();
    set(t, &s.pool, &wanted).await;
    let sql = "SELECT doc, sealed FROM upstreams WHERE pool_id = ?1";
    let row = store.row(sql, cognate_store::params![&s.pool]).await;
    let mut row = row.unwrap().unwrap();
    let (doc, sealed) = (row.take_text(0).unwrap(), row.take_bytes(1).unwrap());
    assert!(!doc.contains("very-secret"));
    assert!(!String::from_utf8_lossy(&sealed).contains("very-secret"));
    // A row that somebody else wrote counts for nothing.
    let sql = "UPDATE upstreams SET doc = ?2 WHERE pool_id = ?1";
    let forged = doc.replace("127.0.0.1", "127.0.0.2");
    let batch = cognate_store::Batch::new().run(sql, cognate_store::params![&s.pool, forged]);
    store.commit(batch).await.unwrap();
    refused(t, &s.client, "jane", PASSWORD, super::fault()).await;
}

//! Signing in with the password hash of another system, which the first right password replaces (moving.md 1.7, 3.2, 3.3).

use cognate_crypto::credential::Credential;
use cognate_crypto::hash::sha256_of;
use cognate_crypto::imported::{Bounds, Digested, ImportedHash, SaltOrder, Sha};
use cognate_domain::jobs::imported_passwords::ImportedPasswords;
use cognate_domain::jobs::runner::{Job, Progress};
use cognate_domain::records::user::{self, User};
use cognate_store::{Batch, params};
use each_engine::each_engine;
use serde_json::{Value, json};

use crate::support::choice::{begin, choices, prefer, without_session};
use crate::support::signin::*;
use crate::support::users::futures_all;
use crate::support::{Refusal, TestApp};

const WRONG: &str = "Incorrect username or password.";

pub async fn read(t: &TestApp, pool: &str, name: &str) -> User {
    let pool = t.app.cached_pool(pool).await.unwrap().unwrap();
    let found = User::find(&t.app.store, &pool, name).await;
    found.unwrap().unwrap()
}

/// Replaces the password of a user by a hash of [`PASSWORD`] as another system has it.
pub async fn import(t: &TestApp, pool: &str, name: &str) {
    let hash = ImportedHash::digest(
        Digested {
            sha: Sha::Sha256,
            hash: sha256_of(&[b"salt", PASSWORD.as_bytes()]).to_vec(),
            salt: b"salt".to_vec(),
            order: SaltOrder::Prefix,
            pepper: "",
        },
        &Bounds::WIDE,
    );
    put(t, pool, name, hash.unwrap()).await;
}

async fn put(t: &TestApp, pool: &str, name: &str, hash: ImportedHash) {
    let before = read(t, pool, name).await;
    let pool = t.app.cached_pool(pool).await.unwrap().unwrap();
    let mut after = before.clone();
    let credential = Credential::Imported(hash);
    after.credential = Some(User::seal_credential(&pool, &before.id, &credential));
    let batch = user::save(Batch::new(), &pool, &before, &after).unwrap();
    t.app.store.commit(batch).await.unwrap();
}

/// Says in a pool's settings that users have such hashes, and what SRP answers.
async fn settle(t: &TestApp, pool: &str, settings: Value) {
    let store = &t.app.store;
    let rows = store.rows(
        "SELECT doc FROM pools WHERE pool_id = ?1",
        params![pool].to_vec(),
    );
    let rows = rows.await.unwrap();
    let mut doc: Value = serde_json::from_str(rows[0].text(0).unwrap()).unwrap();
    doc["imported_passwords"] = settings;
    let sql = "UPDATE pools SET doc = ?2, ver = ver + 1 WHERE pool_id = ?1";
    let batch = Batch::new().run(sql, params![pool, doc.to_string()]);
    store.commit(batch).await.unwrap();
    t.sign(pool).await;
    t.app.cache.forget(pool, None);
}

async fn srp(t: &TestApp, s: &Site) -> Result<Value, Refusal> {
    let started = Srp::start(t, &s.client, "jane").await?;
    let proof = verify(&s.client, started.responses(&s.pool, PASSWORD));
    t.call("RespondToAuthChallenge", proof).await
}

#[each_engine]
async fn the_right_password_signs_in_and_replaces_the_hash(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    import(t, &s.pool, "jane").await;
    let before = read(t, &s.pool, "jane").await;
    assert!(before.has_imported_password());
    let wrong = t.call("InitiateAuth", by_password(&s.client, "jane", "Wrong-1"));
    assert_eq!(wrong.await.unwrap_err(), not_authorized(WRONG));
    assert!(read(t, &s.pool, "jane").await.has_imported_password());
    sign_in(t, &s.client, "jane").await;
    let after = read(t, &s.pool, "jane").await;
    assert!(!after.has_imported_password());
    assert_eq!((after.id, after.modified), (before.id, before.modified));
    assert!(after.doc == before.doc && after.status == before.status);
    sign_in(t, &s.client, "jane").await;
    assert!(srp(t, &s).await.unwrap()["AuthenticationResult"].is_object());
}

#[each_engine]
async fn several_first_sign_ins_at_once_all_succeed(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    import(t, &s.pool, "jane").await;
    let calls = (0..4).map(|_| t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD)));
    for answer in futures_all(calls).await {
        assert!(answer.unwrap()["AuthenticationResult"].is_object());
    }
    assert!(!read(t, &s.pool, "jane").await.has_imported_password());
}

#[each_engine]
async fn guesses_at_a_hash_are_counted_like_others(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    import(t, &s.pool, "jane").await;
    settle(t, &s.pool, json!({})).await;
    for _ in 0..5 {
        let wrong = t.call("InitiateAuth", by_password(&s.client, "jane", "Wrong-1"));
        assert_eq!(wrong.await.unwrap_err(), not_authorized(WRONG));
    }
    let locked = t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    let exceeded = not_authorized("Password attempts exceeded");
    assert_eq!(locked.await.unwrap_err(), exceeded);
    assert!(read(t, &s.pool, "jane").await.has_imported_password());
}

#[each_engine]
async fn srp_asks_for_a_reset_or_hides_that_there_is_a_hash(t: &TestApp) {
    let s = site(t).await;
    user(t, &s.pool, "jane").await;
    import(t, &s.pool, "jane").await;
    let reset = refusal((
        "PasswordResetRequiredException",
        "Password reset required for the user",
    ));
    assert_eq!(srp(t, &s).await.unwrap_err(), reset);
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let hiding = client_of(t, &s.pool, hides).await;
    let hiding = Site {
        client: hiding["ClientId"].as_str().unwrap().to_owned(),
        pool: s.pool.clone(),
    };
    // A challenge, which even the right password does not pass.
    assert_eq!(srp(t, &hiding).await.unwrap_err(), not_authorized(WRONG));
    settle(t, &s.pool, json!({"srp": "decoy"})).await;
    assert_eq!(srp(t, &s).await.unwrap_err(), not_authorized(WRONG));
    settle(t, &s.pool, json!({"srp": "reset"})).await;
    assert_eq!(srp(t, &hiding).await.unwrap_err(), reset);
}

#[each_engine]
async fn a_choice_offers_the_password_and_not_srp(t: &TestApp) {
    let passwords =
        json!({"Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}});
    let s = choices(t, passwords, json!({})).await;
    user(t, &s.pool, "jane").await;
    let who = json!({"USERNAME": "jane"});
    let offers = t.ok("InitiateAuth", begin(&s.client, who.clone())).await;
    let native = json!(["PASSWORD_SRP", "PASSWORD"]);
    assert_eq!(without_session(offers)["AvailableChallenges"], native);
    import(t, &s.pool, "jane").await;
    for input in [
        begin(&s.client, who),
        prefer(&s.client, "jane", "PASSWORD_SRP"),
    ] {
        let offers = without_session(t.ok("InitiateAuth", input).await);
        assert_eq!(offers["ChallengeName"], "SELECT_CHALLENGE");
        assert_eq!(offers["AvailableChallenges"], json!(["PASSWORD"]));
    }
}

#[each_engine]
async fn a_new_password_drops_the_hash_and_the_history_has_none(t: &TestApp) {
    let history =
        json!({"Policies": {"PasswordPolicy": {"MinimumLength": 6, "PasswordHistorySize": 3}}});
    let s = site_with(t, history, json!({})).await;
    user(t, &s.pool, "jane").await;
    import(t, &s.pool, "jane").await;
    let before = read(t, &s.pool, "jane").await;
    set_password(t, &s.pool, "jane", "Another-1").await;
    let after = read(t, &s.pool, "jane").await;
    assert!(!after.has_imported_password());
    assert!(after.doc.history == before.doc.history);
    let old = t.call("InitiateAuth", by_password(&s.client, "jane", PASSWORD));
    assert_eq!(old.await.unwrap_err(), not_authorized(WRONG));
}

/// The refusals of forty passwords at once, from one address, for names of a kind.
async fn crowd(t: &TestApp, client: &str, name: impl Fn(usize) -> String) -> Vec<Refusal> {
    let calls = (0..40).map(|n| {
        let wrong = by_password(client, &name(n), "Wrong-1");
        t.call("InitiateAuth", wrong)
    });
    let answers = futures_all(calls).await.into_iter();
    answers.map(Result::unwrap_err).collect()
}

#[each_engine]
async fn one_address_sends_a_bounded_number_of_passwords_whoever_they_are_for(t: &TestApp) {
    let s = site(t).await;
    let hides = json!({"PreventUserExistenceErrors": "ENABLED"});
    let hiding = client_of(t, &s.pool, hides).await;
    let client = hiding["ClientId"].as_str().unwrap();
    for n in 0..40 {
        user(t, &s.pool, &format!("native{n}")).await;
        user(t, &s.pool, &format!("brought{n}")).await;
        let slow = ImportedHash::pbkdf2(
            Sha::Sha256,
            300_000,
            vec![7; 16],
            vec![7; 32],
            &Bounds::WIDE,
        );
        put(t, &s.pool, &format!("brought{n}"), slow.unwrap()).await;
    }
    settle(t, &s.pool, json!({})).await;
    let many = t.from("192.0.2.66", "many");
    let other = t.from("192.0.2.77", "other");
    for kind in ["brought", "native", "nobody"] {
        let crowd = crowd(&many, client, |n| format!("{kind}{n}"));
        let one = other.call("InitiateAuth", by_password(client, "native0", PASSWORD));
        let (refusals, one) = tokio::join!(crowd, one);
        assert!(one.unwrap()["AuthenticationResult"].is_object());
        let wrong = refusals.iter().filter(|refusal| refusal.1 == WRONG);
        let wrong = wrong.count();
        assert!((20..40).contains(&wrong), "{kind}: {wrong}");
        let refused = refusals
            .iter()
            .filter(|refusal| refusal.0 == "TooManyRequestsException");
        assert_eq!(refused.count(), 40 - wrong, "{kind}");
    }
    // A pool without such hashes has no such bound.
    let s = site(t).await;
    let refusals = crowd(&many, &s.client, |n| format!("nobody{n}")).await;
    let found = refusals
        .iter()
        .filter(|refusal| refusal.1.contains("User does not exist"));
    assert_eq!(found.count(), 40);
}

/// Lets the job look at a pool once.
async fn look(t: &TestApp, pool: &str) {
    let mut job = ImportedPasswords::default();
    while let Progress::More = job.portion(&t.app, pool, "").await.unwrap() {}
}

#[each_engine]
async fn a_pool_forgets_that_it_has_hashes_once_no_user_has_one(t: &TestApp) {
    let s = site(t).await;
    for name in ["bob", "jane"] {
        user(t, &s.pool, name).await;
    }
    import(t, &s.pool, "jane").await;
    settle(t, &s.pool, json!({})).await;
    let remembers = async || {
        let pool = t.app.cached_pool(&s.pool).await.unwrap().unwrap();
        pool.doc.imported_passwords.is_some()
    };
    look(t, &s.pool).await;
    assert!(remembers().await);
    sign_in(t, &s.client, "jane").await;
    // Found without anybody's word.
    let due = ImportedPasswords::due(&t.app, None).await.unwrap();
    assert_eq!(due, [s.pool.as_str()]);
    look(t, &s.pool).await;
    assert!(!remembers().await);
    assert!(
        ImportedPasswords::due(&t.app, Some(&s.pool))
            .await
            .unwrap()
            .is_empty()
    );
    sign_in(t, &s.client, "jane").await;
}

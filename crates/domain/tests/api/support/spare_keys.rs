//! Signing keys for the pools of a test: making RSA keys takes longer than most tests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::jws::SigningKey;
use cognate_crypto::random;
use cognate_domain::App;
use cognate_domain::app::keys::spare_context;
use cognate_store::tables::keys;
use cognate_store::{Batch, Store};

/// Keys made once by `SigningKey::generate`.
const TEST_ONLY: &str = include_str!("test_only_rsa_keys.txt");

/// Adds keys for two pools to the app's database, as if they had been made in advance: a pool takes two of them at its
/// first token. Further pools make their own.
pub async fn add(app: &App) {
    let mut batch = Batch::new();
    for line in TEST_ONLY.lines().filter(|line| !line.starts_with('#')) {
        let key = SigningKey::from_pkcs8(&STANDARD.decode(line).unwrap()).unwrap();
        let spare_id = random::uuid_v4();
        let context = spare_context(&spare_id);
        let sealed = app.root.seal(&context, key.to_pkcs8().expose());
        let public = key.public().jwk_json(&key.public().kid());
        batch = keys::insert_spare(batch, &spare_id, &public, sealed, app.clock.service());
    }
    app.store.commit(batch).await.unwrap();
}

/// Deletes all keys made in advance, for tests of how keys are made.
pub async fn delete_all(store: &Store) {
    let batch = Batch::new().run("DELETE FROM spare_keys", Vec::new());
    store.commit(batch).await.unwrap();
}

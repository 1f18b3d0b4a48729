//! `meta` and `access_keys`.

use cognate_store::tables::access_keys::{self, AccessKey, State};
use cognate_store::tables::meta;
use cognate_store::{Batch, CommitError, Store};

use crate::engines::{on_each_engine, on_two_nodes};

async fn a_named_value_changes_only_from_what_was_seen(store: &Store) {
    assert_eq!(meta::get(store, "stamp").await.unwrap(), None);
    store
        .commit(meta::put(Batch::new(), "stamp", None, "dev"))
        .await
        .unwrap();
    let stale = Err(CommitError::Conflict(meta::STALE));
    assert_eq!(
        store
            .commit(meta::put(Batch::new(), "stamp", None, "serve"))
            .await,
        stale
    );
    assert_eq!(
        store
            .commit(meta::put(Batch::new(), "stamp", Some("x"), "serve"))
            .await,
        stale
    );
    assert_eq!(
        meta::get(store, "stamp").await.unwrap().as_deref(),
        Some("dev")
    );
    store
        .commit(meta::put(Batch::new(), "stamp", Some("dev"), "serve"))
        .await
        .unwrap();
    assert_eq!(
        meta::get(store, "stamp").await.unwrap().as_deref(),
        Some("serve")
    );
    store
        .commit(meta::overwrite(Batch::new(), "stamp", "a"))
        .await
        .unwrap();
    store
        .commit(meta::overwrite(Batch::new(), "other", "b"))
        .await
        .unwrap();
    assert_eq!(
        meta::get(store, "stamp").await.unwrap().as_deref(),
        Some("a")
    );
    assert_eq!(
        meta::get(store, "other").await.unwrap().as_deref(),
        Some("b")
    );
}

fn key(id: &str) -> AccessKey {
    AccessKey {
        key_id: id.to_owned(),
        doc: "{}".to_owned(),
        sealed: vec![1, 2, 3],
        state: State::Enabled,
        created: 7,
        ver: 1,
    }
}

async fn access_keys_are_added_listed_disabled_and_deleted(store: &Store) {
    for id in ["AKC", "AKA", "AKB"] {
        store
            .commit(access_keys::insert(Batch::new(), &key(id)))
            .await
            .unwrap();
    }
    assert_eq!(
        store
            .commit(access_keys::insert(Batch::new(), &key("AKA")))
            .await,
        Err(CommitError::Conflict(access_keys::EXISTS))
    );
    assert_eq!(
        access_keys::get(store, "AKA").await.unwrap(),
        Some(key("AKA"))
    );
    assert_eq!(access_keys::get(store, "AKX").await.unwrap(), None);
    assert_eq!(
        access_keys::list(store, "", 2).await.unwrap(),
        [key("AKA"), key("AKB")]
    );
    assert_eq!(
        access_keys::list(store, "AKB", 2).await.unwrap(),
        [key("AKC")]
    );

    store
        .commit(access_keys::set_state(
            Batch::new(),
            "AKA",
            1,
            State::Disabled,
            vec![4],
        ))
        .await
        .unwrap();
    let disabled = access_keys::get(store, "AKA").await.unwrap().unwrap();
    assert_eq!((disabled.state, disabled.ver), (State::Disabled, 2));
    assert_eq!(disabled.sealed, [4]);
    store
        .commit(access_keys::delete(Batch::new(), "AKA"))
        .await
        .unwrap();
    assert_eq!(access_keys::get(store, "AKA").await.unwrap(), None);
    let missing = Err(CommitError::Conflict(access_keys::MISSING));
    assert_eq!(
        store.commit(access_keys::delete(Batch::new(), "AKA")).await,
        missing
    );
    let state = access_keys::set_state(Batch::new(), "AKA", 2, State::Enabled, vec![1]);
    assert_eq!(store.commit(state).await, missing);
}

async fn a_key_disabled_on_one_node_is_disabled_on_the_other(one: &Store, other: &Store) {
    one.commit(access_keys::insert(Batch::new(), &key("AKA")))
        .await
        .unwrap();
    assert_eq!(
        access_keys::get(other, "AKA").await.unwrap().unwrap().state,
        State::Enabled
    );
    let state = access_keys::set_state(Batch::new(), "AKA", 1, State::Disabled, vec![4]);
    one.commit(state).await.unwrap();
    assert_eq!(
        access_keys::get(other, "AKA").await.unwrap().unwrap().state,
        State::Disabled
    );
}

mod one_node {
    use super::{
        a_named_value_changes_only_from_what_was_seen,
        access_keys_are_added_listed_disabled_and_deleted,
    };
    super::on_each_engine!(
        a_named_value_changes_only_from_what_was_seen,
        access_keys_are_added_listed_disabled_and_deleted,
    );
}
on_two_nodes!(a_key_disabled_on_one_node_is_disabled_on_the_other);

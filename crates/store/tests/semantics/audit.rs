//! The audit trail: paging by time, its signatures, and its links.

use cognate_store::signed::Signed;
use cognate_store::tables::audit::{self, AuditRow, Place, TrailKey};
use cognate_store::tables::audit_links::{self, LinkRow, RowKey};
use cognate_store::{Batch, Store};
use rusqlite::Connection;

use crate::engines::{Folder, on_each_engine, sqlite};

/// Signs with the id of the row.
struct Key;

impl TrailKey for Key {
    fn sign(&self, pool_id: &str, row: &Signed<'_>) -> Vec<u8> {
        format!("{pool_id} {row:?}").into_bytes()
    }
}

/// Returns the MAC that [`Key`] makes of a row.
fn signed(row: &AuditRow) -> Vec<u8> {
    Key.sign(&row.pool_id, &row.signed(false))
}

/// Inserts rows of three pools, several of them of the same moment.
async fn seed(store: &Store) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    for at in [5, 6, 6, 6, 7] {
        for pool_id in ["", "a", "b"] {
            let audit_id = format!("{:02}", 99 - rows.len());
            rows.push(AuditRow {
                pool_id: pool_id.into(),
                at,
                doc: format!("{{\"n\":{audit_id}}}"),
                audit_id,
                row_mac: None,
            });
        }
    }
    for row in &mut rows {
        row.row_mac = Some(signed(row));
    }
    store.set_trail_key(Box::new(Key));
    let insert =
        |batch, row: &AuditRow| audit::insert(batch, &row.pool_id, row.at, &row.audit_id, &row.doc);
    store
        .commit(rows.iter().fold(Batch::new(), insert))
        .await
        .unwrap();
    rows
}

/// Everything from `until` back to `since`, read in pages of `limit`.
async fn all(
    store: &Store,
    pool: Option<&str>,
    since: i64,
    until: i64,
    limit: u32,
) -> Vec<AuditRow> {
    let (mut found, mut place) = (Vec::new(), Place::at(until));
    loop {
        let page = audit::newest(store, pool, since, &place, limit)
            .await
            .unwrap();
        assert!(page.len() <= usize::try_from(limit).unwrap());
        let Some(last) = page.last() else {
            return found;
        };
        place = Place::of(last);
        found.extend(page);
    }
}

async fn pages_are_in_the_order_of_time_whatever_their_size(store: &Store) {
    let mut rows = seed(store).await;
    rows.sort_by(|x, y| (y.at, &y.pool_id, &y.audit_id).cmp(&(x.at, &x.pool_id, &x.audit_id)));
    for limit in [1, 2, 4, 100] {
        assert_eq!(all(store, None, 0, i64::MAX, limit).await, rows, "{limit}");
        let of = |wanted: &str| -> Vec<AuditRow> {
            rows.iter()
                .filter(|row| row.pool_id == wanted)
                .cloned()
                .collect()
        };
        for pool in ["", "a", "b", "c"] {
            let found = all(store, Some(pool), 0, i64::MAX, limit).await;
            assert_eq!(found, of(pool), "{pool} {limit}");
        }
    }
}

async fn a_span_has_its_beginning_and_not_its_end(store: &Store) {
    seed(store).await;
    for (since, until, wanted) in [(5, 6, 3), (6, 7, 9), (6, 8, 12), (8, 9, 0), (7, 6, 0)] {
        assert_eq!(all(store, None, since, until, 4).await.len(), wanted);
        assert_eq!(
            all(store, Some("a"), since, until, 4).await.len(),
            wanted / 3
        );
    }
}

fn link(first: i64, n: usize) -> LinkRow {
    LinkRow {
        first,
        n: n as i64,
        newest: 7,
        entries: vec![1],
        hash: vec![2],
        link_mac: vec![3],
    }
}

async fn all_links(store: &Store) -> Vec<LinkRow> {
    audit_links::read(store.all(audit_links::oldest(100)).await.unwrap()).unwrap()
}

async fn nothing_is_appended_without_a_key(store: &Store) {
    let append = || audit::insert(Batch::new(), "p", 1, "i", "{}");
    assert!(store.commit(append()).await.is_err());
    store.set_trail_key(Box::new(Key));
    store.commit(append()).await.unwrap();
    // Whoever waits for rows is woken, once.
    store.trail_appended().await;
    let again = tokio::time::timeout(std::time::Duration::from_millis(10), store.trail_appended());
    assert!(again.await.is_err());
}

async fn a_row_that_comes_back_is_signed_as_one_and_replaces_none(store: &Store) {
    let rows = seed(store).await;
    let mut batch = audit::restore(Batch::new(), "a", 5, &rows[1].audit_id, "{}");
    batch = audit::restore(batch, "a", 4, "new", "{}");
    store.commit(batch).await.unwrap();
    let found = all(store, Some("a"), 0, 6, 10).await;
    assert_eq!(found[0], rows[1]);
    let mac = Key.sign("a", &found[1].signed(true));
    assert_eq!((found[1].at, found[1].row_mac.as_ref()), (4, Some(&mac)));
    assert_ne!(Some(signed(&found[1])), found[1].row_mac);
}

async fn linked_rows_are_in_their_place_and_wait_no_more(store: &Store) {
    let mut rows = seed(store).await;
    rows.sort_by_key(RowKey::of);
    let (some, rest) = rows.split_at(9);
    let mut pending = audit_links::pending(store, 100).await.unwrap();
    pending.sort_by_key(RowKey::of);
    assert_eq!(pending, rows);
    let add = |link: &LinkRow, rows: &[AuditRow]| audit_links::add(Batch::new(), link, rows);
    store.commit(add(&link(1, 9), some)).await.unwrap();
    // Another node has not seen it.
    let error = store.commit(add(&link(1, 6), rest)).await.unwrap_err();
    assert_eq!(
        error,
        cognate_store::CommitError::Conflict(audit_links::LINKED)
    );
    store.commit(add(&link(10, 6), rest)).await.unwrap();
    assert!(audit_links::pending(store, 1).await.unwrap().is_empty());
    let mut of = audit_links::rows_of(store, 1, 100).await.unwrap();
    of.sort_by_key(RowKey::of);
    assert_eq!(of, some);
    assert_eq!(all_links(store).await, [link(1, 9), link(10, 6)]);
    for (number, first) in [(1, 1), (9, 1), (10, 10), (99, 10)] {
        let found = store.all(audit_links::holding(number)).await.unwrap();
        assert_eq!(
            audit_links::read(found).unwrap(),
            [link(first, if first == 1 { 9 } else { 6 })]
        );
    }
    // The walk goes by link and key, and ends where it is told.
    let begin = RowKey {
        at: i64::MIN,
        pool_id: String::new(),
        audit_id: String::new(),
    };
    let (mut walked, mut place) = (Vec::new(), (i64::MIN, begin));
    loop {
        let query = audit_links::walk((place.0, &place.1), 10, 4);
        let page = audit_links::read_placed(store.all(query).await.unwrap()).unwrap();
        let Some((last, of)) = page.last() else { break };
        place = (*of, RowKey::of(last));
        walked.extend(page.into_iter().map(|(row, _)| row));
    }
    assert_eq!(walked, rows);
    store
        .commit(audit_links::forget(Batch::new(), 1))
        .await
        .unwrap();
    assert_eq!(all_links(store).await, [link(10, 6)]);
    assert_eq!(all(store, None, 0, i64::MAX, 100).await.len(), 6);
}

on_each_engine!(
    pages_are_in_the_order_of_time_whatever_their_size,
    a_span_has_its_beginning_and_not_its_end,
    nothing_is_appended_without_a_key,
    a_row_that_comes_back_is_signed_as_one_and_replaces_none,
    linked_rows_are_in_their_place_and_wait_no_more,
);

#[tokio::test]
async fn every_read_of_the_trail_goes_by_an_index_and_sorts_nothing() {
    let folder = Folder::new();
    let store = sqlite(&folder).await;
    let connection = Connection::open(folder.path().join("test.db")).unwrap();
    let sources = [
        include_str!("../../src/tables/audit.rs"),
        include_str!("../../src/tables/audit_links.rs"),
    ];
    let mut seen = 0;
    let statements = sources.map(crate::catalogue::statements).concat();
    for sql in statements {
        // One walks all of the trail on purpose, once.
        if sql.starts_with("INSERT") || sql.contains("row_mac IS NULL") {
            continue;
        }
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .unwrap();
        let unbound = vec![rusqlite::types::Null; plan.parameter_count()];
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(unbound), |row| row.get(3))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let steps = steps.join(" / ");
        let by_number = steps.contains("audit_links");
        assert!(
            by_number || steps.contains("SEARCH audit USING"),
            "{sql}: {steps}"
        );
        assert!(!steps.contains("TEMP B-TREE"), "{sql}: {steps}");
        assert!(by_number || !steps.contains("SCAN audit"), "{sql}: {steps}");
        seen += 1;
    }
    assert_eq!(seen, 13);
    store.close().await;
}

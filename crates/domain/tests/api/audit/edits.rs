//! Hands on the tables of the trail: each change is found and named.

use cognate_crypto::random;
use cognate_domain::audit::verify::Kind::{
    self, Changed, CutOff, Inserted, LinkChanged, LinksRemoved, Moved, OtherHead, Removed,
};
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::runner::turn;
use cognate_store::{Batch, Value, params};
use each_engine::each_engine;

use super::chain::{head, linked, links, row, run, verified, whole};
use crate::support::TestApp;

/// The trail as it is.
#[derive(Clone, PartialEq, Debug)]
struct Tables {
    rows: Vec<Vec<Value>>,
    links: Vec<Vec<Value>>,
}

async fn values(t: &TestApp, sql: &'static str) -> Vec<Vec<Value>> {
    let rows = t.app.store.rows(sql, params![]).await.unwrap();
    rows.into_iter()
        .map(cognate_store::Row::into_values)
        .collect()
}

async fn copy(t: &TestApp) -> Tables {
    Tables {
        rows: values(
            t,
            "SELECT pool_id, at, audit_id, doc, row_mac, link FROM audit ORDER BY link, at, pool_id, audit_id",
        )
        .await,
        links: values(
            t,
            "SELECT first, n, newest, entries, hash, link_mac FROM audit_links ORDER BY first",
        )
        .await,
    }
}

/// Puts a copy in the place of what is there.
async fn put(t: &TestApp, copy: &Tables) {
    let empty = Batch::new().run("DELETE FROM audit", params![]);
    let mut batch = empty.run("DELETE FROM audit_links", params![]);
    let row = "INSERT INTO audit (pool_id, at, audit_id, doc, row_mac, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for values in &copy.rows {
        batch = batch.run(row, values.clone());
    }
    let link = "INSERT INTO audit_links (first, n, newest, entries, hash, link_mac) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for values in &copy.links {
        batch = batch.run(link, values.clone());
    }
    t.app.store.commit(batch).await.unwrap();
}

/// What is found after an edit, sorted; then the trail is what it was.
async fn found(t: &TestApp, edit: impl FnOnce(&mut Tables)) -> Vec<Kind> {
    let before = copy(t).await;
    let mut edited = before.clone();
    edit(&mut edited);
    put(t, &edited).await;
    let (mut findings, _) = verified(t, None, &[]).await;
    put(t, &before).await;
    // A row that moved may be told in both places.
    findings.sort_by_key(|finding| {
        (
            format!("{:?}", finding.found),
            finding.id.clone(),
            finding.number,
        )
    });
    findings.dedup_by_key(|finding| (finding.found, finding.id.clone()));
    findings.iter().map(|finding| finding.found).collect()
}

fn text(value: &str) -> Value {
    value.into()
}

/// Three links of 12 rows; a row waits.
async fn trail(t: &TestApp) {
    for _ in 0..3 {
        linked(t, 12).await;
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let waits = row(Batch::new(), "p", t.app.clock.service());
    t.app.store.commit(waits).await.unwrap();
    assert_eq!(whole(t).await.rows, 37);
}

#[each_engine]
async fn every_column_of_every_row_is_held(t: &TestApp) {
    trail(t).await;
    // The row that waits is the first.
    for n in [0, 1, 17, 36] {
        let waits = n == 0;
        let moved = match waits {
            true => vec![Inserted],
            false => vec![Inserted, Removed],
        };
        let changed = match waits {
            true => vec![Inserted],
            false => vec![Changed],
        };
        for (column, value, expected) in [
            (0, text("us-east-1_c"), &moved),
            (1, 5.into(), &moved),
            (2, text("other"), &moved),
            (3, text("{}"), &changed),
            (4, Value::Null, &changed),
            (4, vec![7_u8; 32].into(), &changed),
        ] {
            let kinds = found(t, |copy| copy.rows[n][column] = value.clone()).await;
            assert_eq!(kinds, *expected, "row {n}, column {column}, {value:?}");
        }
        for link in [25, 3, 999, -1] {
            let own = copy(t).await.rows[n][5] == Value::Int(link);
            let kinds = found(t, |copy| copy.rows[n][5] = link.into()).await;
            let expected = if own { vec![] } else { vec![Moved] };
            assert_eq!(kinds, expected, "row {n}, link {link}");
        }
    }
    let kinds = found(t, |copy| copy.rows[5][5] = 0.into()).await;
    assert_eq!(kinds, [Moved]);
}

#[each_engine]
async fn what_is_taken_put_in_swapped_or_copied_is_named(t: &TestApp) {
    trail(t).await;
    for n in [1, 18, 36] {
        let kinds = found(t, |copy| drop(copy.rows.remove(n))).await;
        assert_eq!(kinds, [Removed], "row {n}");
    }
    // What no link holds yet is the one thing whose removal cannot be found.
    assert_eq!(found(t, |copy| drop(copy.rows.remove(0))).await, []);
    let kinds = found(t, |copy| {
        let mut row = copy.rows[9].clone();
        row[2] = text("made up");
        copy.rows.push(row);
    });
    assert_eq!(kinds.await, [Inserted]);
    let kinds = found(t, |copy| {
        let mut row = copy.rows[9].clone();
        (row[0], row[5]) = (text("us-east-1_z"), 0.into());
        copy.rows.push(row);
    });
    assert_eq!(kinds.await, [Inserted]);
    let kinds = found(t, |copy| {
        let (one, other) = (copy.rows[3][3].clone(), copy.rows[30][3].clone());
        (copy.rows[3][3], copy.rows[30][3]) = (text("{\"n\":1}"), other);
        copy.rows[4][3] = one;
        copy.rows[4][4] = copy.rows[3][4].clone();
    });
    assert_eq!(kinds.await, [Changed, Changed]);
    // Two rows change places, MAC and all.
    let kinds = found(t, |copy| {
        for column in 3..5 {
            let one = copy.rows[3][column].clone();
            copy.rows[3][column] = copy.rows[30][column].clone();
            copy.rows[30][column] = one;
        }
    });
    assert_eq!(kinds.await, [Changed, Changed]);
    let kinds = found(t, |copy| {
        let one = copy.rows[3][5].clone();
        copy.rows[3][5] = copy.rows[30][5].clone();
        copy.rows[30][5] = one;
    });
    assert_eq!(kinds.await, [Moved; 2]);
    // The findings of a pool are those of its rows.
    let before = copy(t).await;
    run(t, "DELETE FROM audit WHERE pool_id = 'us-east-1_a'").await;
    let (findings, seen) = verified(t, Some("us-east-1_a"), &[]).await;
    assert_eq!((findings.len(), seen.rows), (12, 0));
    assert!(
        findings
            .iter()
            .all(|finding| finding.pool == "us-east-1_a" && finding.number.is_some())
    );
    let (findings, seen) = verified(t, Some("us-east-1_b"), &[]).await;
    assert_eq!((findings.len(), seen.rows), (0, 12));
    put(t, &before).await;
    whole(t).await;
}

#[each_engine]
async fn the_links_are_held_too(t: &TestApp) {
    trail(t).await;
    for n in 0..3 {
        let columns: [(usize, Value); 5] = [
            (1, 13.into()),
            (2, 5.into()),
            (3, Value::Bytes(Vec::new())),
            (4, vec![7_u8; 32].into()),
            (5, vec![7_u8; 32].into()),
        ];
        for (column, value) in columns {
            let kinds = found(t, |copy| copy.links[n][column] = value.clone()).await;
            assert!(
                kinds.contains(&LinkChanged),
                "link {n}, column {column}: {kinds:?}"
            );
        }
    }
    // Without a link its rows are of none.
    for n in [0, 1] {
        let kinds = found(t, |copy| drop(copy.links.remove(n))).await;
        let mut expected = vec![LinksRemoved];
        expected.extend([Moved; 12]);
        assert_eq!(kinds, expected, "link {n}");
    }
    // With their rows.
    for n in [0, 1] {
        let first = 12 * n + 1;
        let kinds = found(t, |copy| {
            copy.links.remove(usize::try_from(n).unwrap());
            copy.rows.retain(|row| row[5] != Value::Int(first));
        });
        assert_eq!(kinds.await, [LinksRemoved], "link {n}");
    }
    let kinds = found(t, |copy| {
        let mut link = copy.links[1].clone();
        link[0] = 15.into();
        copy.links.push(link);
    });
    assert_eq!(kinds.await, [LinkChanged]);
}

#[each_engine]
async fn only_an_end_that_was_kept_shows_that_the_newest_were_cut_off(t: &TestApp) {
    trail(t).await;
    let kept = head(t).await;
    let old = links(t).await;
    run(t, "DELETE FROM audit WHERE link = 25").await;
    run(t, "DELETE FROM audit_links WHERE first = 25").await;
    whole(t).await;
    let kinds = async |heads| {
        let (findings, _) = verified(t, None, heads).await;
        findings
            .iter()
            .map(|finding| finding.found)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(std::slice::from_ref(&kept)).await, [CutOff]);
    // What is written since takes the numbers again, and has another hash.
    linked(t, 13).await;
    assert_eq!(kinds(std::slice::from_ref(&kept)).await, [OtherHead]);
    let second = cognate_domain::audit::chain::Head {
        number: 24,
        hash: hex::encode(&old[1].hash),
    };
    let (findings, seen) = verified(t, None, &[second]).await;
    assert_eq!((findings, seen.heads), (vec![], 1));
}

/// Returns a number below `n`.
fn below(n: usize) -> usize {
    random::digits(9).parse::<usize>().unwrap() % n
}

#[tokio::test]
async fn no_edit_of_the_tables_goes_unseen() {
    let t = TestApp::sqlite().await;
    trail(&t).await;
    turn::<AuditChain>(&t.app, "one").await.unwrap();
    let original = copy(&t).await;
    let kept = head(&t).await;
    for _ in 0..150 {
        let mut edited = original.clone();
        for _ in 0..=below(3) {
            edit(&mut edited);
        }
        put(&t, &edited).await;
        let (findings, _) = verified(&t, None, std::slice::from_ref(&kept)).await;
        let now = copy(&t).await;
        assert_eq!(
            findings.is_empty(),
            now == original,
            "{edited:?}: {findings:?}"
        );
    }
    put(&t, &original).await;
    whole(&t).await;
}

/// Makes one random change.
fn edit(copy: &mut Tables) {
    let (rows, links) = (copy.rows.len(), copy.links.len());
    if rows < 4 || links < 2 {
        return;
    }
    let (one, other) = (below(rows), below(rows));
    match below(9) {
        0 => drop(copy.rows.remove(one)),
        1 => {
            let mut row = copy.rows[one].clone();
            row[2] = random::uuid_v4().into();
            copy.rows.push(row);
        }
        2 => copy.rows[one][3] = copy.rows[other][3].clone(),
        3 => {
            let value = copy.rows[one][4].clone();
            copy.rows[one][4] = copy.rows[other][4].clone();
            copy.rows[other][4] = value;
        }
        4 => copy.rows[one][5] = copy.rows[other][5].clone(),
        5 => copy.rows[one][1] = i64::try_from(below(1_000_000)).unwrap().into(),
        6 => drop(copy.links.remove(below(links))),
        7 => {
            let (one, other, column) = (below(links), below(links), 1 + below(5));
            copy.links[one][column] = copy.links[other][column].clone();
        }
        _ => {
            if let Value::Bytes(entries) = &mut copy.links[below(links)][3]
                && !entries.is_empty()
            {
                let at = below(entries.len());
                entries[at] ^= 1;
            }
        }
    }
}

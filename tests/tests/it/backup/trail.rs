//! The audit trail in backups: that of a server goes on as one chain, that of a pool is signed and linked where it comes to.

use cognate_domain::App;
use cognate_domain::audit::chain::{self, Head};
use cognate_domain::audit::verify;
use cognate_domain::events::read::Reader;
use cognate_domain::jobs::audit_chain::AuditChain;
use cognate_domain::jobs::runner::turn;
use cognate_testkit::TestServer;

use super::{Archive, Empty, On, world};

/// Links what waits and checks the trail; returns the number of its rows and the end of the chain.
async fn whole(server: &TestServer, heads: &[Head]) -> (u64, Head) {
    let app: &App = &server.state().app;
    turn::<AuditChain>(app, "test").await.unwrap();
    let page = verify::page(&app.store, &app.trail, None, heads, None)
        .await
        .unwrap();
    assert_eq!((page.findings, page.next), (vec![], None));
    assert_eq!(page.seen.heads, heads.len() as u64);
    (
        page.seen.rows,
        chain::head(&app.store, &app.trail).await.unwrap(),
    )
}

async fn goes_on(on: On, name: &str) {
    let there = Empty::on(On::Sqlite, &format!("{name}-from")).await;
    let server = there.start().await;
    let world = world(&server).await;
    let (rows, head) = whole(&server, &[]).await;
    let archive = Archive::of(&server, &[]).await;
    let of_pool = Archive::of(&server, &[&world.site.pool]).await;
    archive.verify().await.unwrap();
    of_pool.verify().await.unwrap();
    server.stop().await;

    // Under another sealing key, and with the restore behind it.
    let here = Empty::on(on, &format!("{name}-to")).await;
    here.restore(&archive).await.unwrap();
    let server = here.start().await;
    let (after, end) = whole(&server, std::slice::from_ref(&head)).await;
    assert_eq!((after, end.number), (rows + 1, head.number + 1));
    server.stop().await;
    here.forget();

    let other = Empty::on(on, &format!("{name}-pool")).await;
    let server = other.start().await;
    super::world(&server).await;
    let (own, before) = whole(&server, &[]).await;
    of_pool.restore_into(&server, &[]).await.unwrap();
    let (all, end) = whole(&server, std::slice::from_ref(&before)).await;
    assert!(all > own + 1 && end.number > before.number + 1);
    // What came back is no event, that it did is one.
    let app = &server.state().app;
    let reader = Reader {
        store: &app.store,
        key: &app.trail,
        pool_id: &world.site.pool,
        account: "",
    };
    let portion = reader.portion(0, 100).await.unwrap();
    let kinds: Vec<_> = portion.events.iter().map(|(_, event)| event.kind).collect();
    assert_eq!(kinds, ["cognate.pool.restored"]);
    server.stop().await;
    other.forget();
    there.forget();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trail_stays_verifiable_on_sqlite() {
    goes_on(On::Sqlite, "trail-s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs TEST_POSTGRES_URL"]
async fn the_trail_stays_verifiable_on_postgresql() {
    goes_on(On::Postgres, "trail-p").await;
}

//! Tests of which connections are closed when places run out, and which never are.

use super::*;

fn connections(all: usize, client: usize) -> Arc<Connections> {
    Connections::new(Bounds { all, client })
}

fn enter(connections: &Arc<Connections>, ip: &str) -> Option<Place> {
    connections.enter(ip.parse().unwrap(), false)
}

fn gave_way(place: &Place) -> bool {
    place.connection.gives_way.load(Ordering::Acquire)
}

async fn later() {
    // Times are counted in milliseconds.
    tokio::time::sleep(Duration::from_millis(3)).await;
}

#[tokio::test]
async fn the_one_that_has_waited_longest_gives_way() {
    let all = connections(3, 100);
    let first = enter(&all, "192.0.2.1").unwrap();
    later().await;
    let second = enter(&all, "192.0.2.2").unwrap();
    later().await;
    let third = enter(&all, "192.0.2.3").unwrap();
    later().await;
    // The first one has spoken since.
    drop(first.connection.begin());
    later().await;
    let fourth = enter(&all, "192.0.2.4").unwrap();
    assert_eq!(
        [&first, &second, &third, &fourth].map(gave_way),
        [false, true, false, false]
    );
    later().await;
    // The second one's task has not ended yet; its place was given away once and no more.
    let _fifth = enter(&all, "192.0.2.5").unwrap();
    assert!(gave_way(&third) && !gave_way(&first));
    drop(second);
    let _sixth = enter(&all, "192.0.2.6").unwrap();
    assert!(gave_way(&first) && !gave_way(&fourth));
    is_woken(&third).await;
}

async fn is_woken(place: &Place) {
    tokio::time::timeout(Duration::from_secs(1), place.connection.given_up())
        .await
        .unwrap();
}

#[tokio::test]
async fn one_that_is_being_answered_never_gives_way() {
    let all = connections(2, 100);
    let busy = enter(&all, "192.0.2.1").unwrap();
    let answering = busy.connection.begin();
    later().await;
    let sends = enter(&all, "192.0.2.2").unwrap();
    let _request = sends.connection.begin();
    let waiting = sends.connection.receive();
    later().await;
    // Who owes its body waits as who owes its header does.
    let third = enter(&all, "192.0.2.3").unwrap();
    assert!(gave_way(&sends) && !gave_way(&busy));
    drop(waiting);
    let _more = third.connection.begin();
    assert!(enter(&all, "192.0.2.4").is_none());
    assert!(!gave_way(&busy) && !gave_way(&third));
    drop(answering);
    assert!(enter(&all, "192.0.2.4").is_some());
    assert!(gave_way(&busy));
}

#[tokio::test]
async fn a_body_that_has_come_makes_it_busy() {
    let connection = Arc::new(Connection::default());
    assert!(!connection.is_answering());
    let request = connection.begin();
    assert!(connection.is_answering());
    let other = connection.begin();
    let receiving = (connection.receive(), connection.receive());
    assert!(!connection.is_answering());
    assert_eq!(connection.idle_until(), None);
    drop(receiving.0);
    assert!(connection.is_answering());
    drop((receiving.1, request, other));
    assert!(!connection.is_answering() && connection.idle_until().is_some());
}

#[tokio::test]
async fn one_client_has_a_bound_of_its_own() {
    let all = connections(100, 2);
    let of = |n: usize| format!("2001:db8::{n:x}");
    let mut places = Vec::new();
    for n in 0..5 {
        places.push(enter(&all, &of(n)).unwrap());
        later().await;
    }
    let ways: Vec<bool> = places.iter().map(gave_way).collect();
    assert_eq!(ways, [true, true, true, false, false]);
    let others = ["2001:db8:0:1::1", "192.0.2.1", "192.0.2.1"].map(|ip| enter(&all, ip).unwrap());
    assert!(!others.iter().any(gave_way) && !gave_way(&places[4]));
    let busy = [&places[3], &places[4]].map(|place| place.connection.begin());
    assert!(enter(&all, &of(7)).is_none());
    drop(busy);
    // Neither this machine nor a trusted proxy is one client.
    let ip = "192.0.2.9".parse().unwrap();
    let many: Vec<Place> = (0..10)
        .flat_map(|_| [enter(&all, "127.0.0.1"), all.enter(ip, true)])
        .map(Option::unwrap)
        .collect();
    assert!(!many.iter().any(gave_way));
}

#[tokio::test]
async fn this_machine_always_finds_room() {
    let all = connections(16, 100);
    let busy: Vec<_> = (0..14)
        .map(|_| {
            let place = enter(&all, "192.0.2.1").unwrap();
            let busy = place.connection.begin();
            (place, busy)
        })
        .collect();
    assert!(enter(&all, "192.0.2.2").is_none());
    let checks = [(); 2].map(|()| enter(&all, "127.0.0.1").unwrap());
    later().await;
    // Beyond that it makes way for itself.
    let third = enter(&all, "::1").unwrap();
    assert!(gave_way(&checks[0]) && !gave_way(&checks[1]) && !gave_way(&third));
    assert!(enter(&all, "192.0.2.2").is_none());
    assert!(!gave_way(&checks[1]) && busy.iter().all(|(place, _)| !gave_way(place)));
}

#[tokio::test]
async fn thousands_of_idle_ones_leave_in_their_order() {
    let all = connections(1000, 10_000);
    let mut places = VecDeque::new();
    for _ in 0..1000 - KEPT {
        places.push_back(enter(&all, "192.0.2.1").unwrap());
    }
    for _ in 0..3000 {
        places.push_back(enter(&all, "192.0.2.1").unwrap());
        let first = places.pop_front().unwrap();
        assert!(gave_way(&first) && !gave_way(&places[0]));
    }
}

#[tokio::test]
async fn what_a_connection_holds_for_nothing_is_shared_by_its_requests() {
    let connection = Arc::new(Connection::default());
    let first = connection.free(FREE_BODY - 1);
    assert_eq!(first.size, FREE_BODY - 1);
    let second = connection.free(FREE_BODY);
    assert_eq!(second.size, 1);
    assert_eq!(connection.free(5).size, 0);
    drop(first);
    assert_eq!(connection.free(FREE_BODY).size, FREE_BODY - 1);
    drop(second);
    assert_eq!(connection.free(FREE_BODY).size, FREE_BODY);
}

#[tokio::test]
async fn the_end_waits_for_those_that_gave_way_too() {
    let all = connections(1, 1);
    let first = enter(&all, "127.0.0.1").unwrap();
    let second = enter(&all, "127.0.0.1").unwrap();
    drop(second);
    let wait = tokio::time::timeout(Duration::from_millis(50), all.ended());
    assert!(wait.await.is_err());
    drop(first);
    all.ended().await;
}

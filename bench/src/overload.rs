//! The mixed load at three times the capacity: refusals, another client's small load, and the way back.

use std::cell::{Cell, RefCell};
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::machine::mib;
use crate::mixed::{Options, P99, Site, Watch, judge};
use crate::outcomes::{self, Outcome, Outcomes, Sample, at};
use crate::report::Table;
use crate::traffic::Traffic;

/// The share of the capacity of the overload, and that of the small load.
const OVERLOAD: f64 = 3.0;
const POLITE: f64 = 0.1;
/// The part of the small load that must be answered.
const FAIR: f64 = 0.99;
/// The time in which the way back must be done, and for which it is watched.
const RECOVERY: Duration = Duration::from_secs(2);
const WATCHED: Duration = Duration::from_secs(15);
/// The time over which the slowest of a hundred is looked at on the way back.
const WINDOW: Duration = Duration::from_secs(1);
/// The time of the small load alone before the overload.
const BEFORE: Duration = Duration::from_secs(5);

/// The load of three times the capacity, with the small one before, during and after it.
pub async fn run(
    site: &Site,
    options: &Options,
    capacity: f64,
    next: &Rc<Cell<u64>>,
    verdicts: &mut Table,
) -> Result<()> {
    let one = options.origin(2, (Ipv4Addr::new(203, 0, 113, 2), 1));
    let other = options.origin(3, (Ipv4Addr::new(203, 0, 113, 3), 1));
    let most = usize::from(options.in_flight);
    let loud = Rc::new(Traffic::new(&site.main, one, most, next));
    // Its numbers, and so the users that it makes, are its own: the pool is another.
    let polite = Rc::new(Traffic::new(&site.second, other, most, &Rc::default()));
    let begun = Instant::now();
    let loud_from = begun + BEFORE;
    let loud_to = loud_from + Duration::from_secs(options.overload_seconds);
    let small: Rc<RefCell<Vec<Sample>>> = Rc::default();
    let small_load = {
        let (polite, small) = (polite.clone(), small.clone());
        let until = loud_to + WATCHED;
        let each = move |sample| small.borrow_mut().push(sample);
        tokio::task::spawn_local(
            async move { polite.open(POLITE * capacity, until, false, each).await },
        )
    };
    tokio::time::sleep_until(loud_from.into()).await;
    let watch = Watch::begin(site)?;
    let all = Rc::new(RefCell::new(Outcomes::default()));
    let each = {
        let all = all.clone();
        move |sample: Sample| {
            // Bounds that are constants: a histogram with them can be made.
            all.borrow_mut().add(&sample).unwrap_or_default();
        }
    };
    let ended = loud.open(OVERLOAD * capacity, loud_to, true, each).await;
    let loud_to = Instant::now();
    watch.tell(site, "overload")?;
    let memory = site.server.memory()?;
    small_load.await?;

    let all = all.borrow();
    all.print("Overload");
    println!(
        "{} not sent since {most} were under way, {} under way at the end; a request left {} ms too late at most; memory {}",
        ended.unsent,
        ended.abandoned,
        ended.late.as_millis(),
        mib(memory)
    );
    for error in [loud.first_error(), polite.first_error()]
        .into_iter()
        .flatten()
    {
        println!("the first other error: {error}");
    }
    let refusals = all.refusals()?;
    let waited = all.count(|outcome| outcome == Outcome::Unanswered) + ended.unsent;
    let (measured, fast) = match refusals.len() {
        0 => (format!("none; {waited} waited in vain"), waited == 0),
        _ => (
            format!("{:.2}", at(&refusals, 0.99)),
            at(&refusals, 0.99) <= P99,
        ),
    };
    judge(
        verdicts,
        "p99 of refusals at 3 × capacity, ms",
        &measured,
        "≤ 50",
        fast,
    );
    let failed = all.count(|outcome| outcome == Outcome::Failed);
    judge(
        verdicts,
        "other errors meanwhile",
        &failed.to_string(),
        "0",
        failed == 0,
    );

    let small = small.borrow();
    let during = |from: Instant, to: Instant| -> Result<Outcomes> {
        let mut some = Outcomes::default();
        for sample in small.iter().filter(|s| (from..to).contains(&s.due)) {
            some.add(sample)?;
        }
        Ok(some)
    };
    let phases = [
        ("Another client's small load, before", begun, loud_from),
        ("The same, during the overload", loud_from, loud_to),
        ("The same, after it", loud_to, loud_to + WATCHED),
    ];
    for (name, from, to) in phases {
        during(from, to)?.print(name);
    }
    let meanwhile = during(loud_from, loud_to)?;
    let answered = meanwhile.count(|outcome| outcome == Outcome::Answered);
    let part = answered as f64 / meanwhile.count(|_| true).max(1) as f64;
    judge(
        verdicts,
        "another client's small load at another pool meanwhile, answered",
        &format!("{:.2} %", 100.0 * part),
        "≥ 99 %",
        part >= FAIR,
    );
    let back = outcomes::recovered(
        &small,
        loud_to,
        loud_to + WATCHED,
        WINDOW,
        Duration::from_secs_f64(P99 / 1e3),
    );
    let measured = match back {
        Some(time) => format!("{:.1} s", time.as_secs_f64()),
        None => format!("more than {} s", WATCHED.as_secs()),
    };
    let met = back.is_some_and(|time| time <= RECOVERY);
    judge(
        verdicts,
        "until its p99 is below 50 ms again",
        &measured,
        "≤ 2 s",
        met,
    );
    Ok(())
}

//! The mixed load at 70 % of the capacity, minute by minute.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::machine::mib;
use crate::mixed::{P99, Site, Watch, judge};
use crate::outcomes::{Outcome, Sample, at, histogram, record};
use crate::report::Table;
use crate::traffic::{MIX, Traffic};

/// The share of the capacity at which it is measured.
const STEADY: f64 = 0.7;
/// The memory that it may add from the end of the first minute to that of the last.
const GROWTH: u64 = 24 << 20;

/// What a minute of the steady load has shown.
struct Minute {
    /// Of each kind of [`MIX`].
    kinds: Vec<Histogram<u64>>,
    failed: u64,
    memory: u64,
}

impl Minute {
    fn new() -> Result<Self> {
        let kinds = MIX.iter().map(|_| histogram());
        Ok(Self {
            kinds: kinds.collect::<Result<_>>()?,
            failed: 0,
            memory: 0,
        })
    }

    fn add(&mut self, sample: &Sample) {
        if sample.outcome != Outcome::Answered {
            self.failed += 1;
        } else if let Some(times) = self.kinds.get_mut(sample.kind) {
            record(times, sample.took());
        }
    }

    fn all(&self) -> Result<Histogram<u64>> {
        let mut all = histogram()?;
        for times in &self.kinds {
            all.add(times)?;
        }
        Ok(all)
    }

    /// Adds a row: of all kinds together, of each, the memory and what failed.
    fn row(&self, name: &str, table: &mut Table) -> Result<()> {
        let all = self.all()?;
        let both = |times: &Histogram<u64>| match times.len() {
            0 => String::new(),
            _ => format!("{:.2} / {:.2}", at(times, 0.5), at(times, 0.99)),
        };
        let mut cells = vec![name.to_owned(), all.len().to_string(), both(&all)];
        cells.extend(self.kinds.iter().map(both));
        cells.extend([mib(self.memory), self.failed.to_string()]);
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
        Ok(())
    }
}

/// Sends it for `seconds`.
pub async fn run(
    site: &Site,
    calm: &Rc<Traffic>,
    capacity: f64,
    seconds: u64,
    verdicts: &mut Table,
) -> Result<()> {
    // A short run has halves in the place of minutes.
    let length = Duration::from_secs(if seconds >= 120 {
        60
    } else {
        seconds.div_ceil(2)
    });
    let count = usize::try_from(seconds / length.as_secs())?.max(1);
    let minutes = (0..count).map(|_| Minute::new()).collect::<Result<_>>()?;
    let minutes: Rc<RefCell<Vec<Minute>>> = Rc::new(RefCell::new(minutes));
    let watch = Watch::begin(site)?;
    let begun = Instant::now();
    let until = begun + length * u32::try_from(count)?;
    let load = {
        let (calm, minutes) = (calm.clone(), minutes.clone());
        let each = move |sample: Sample| {
            let after = sample.due.saturating_duration_since(begun).as_secs();
            let minute = usize::try_from(after / length.as_secs()).unwrap_or(0);
            if let Some(minute) = minutes.borrow_mut().get_mut(minute) {
                minute.add(&sample);
            }
        };
        tokio::task::spawn_local(
            async move { calm.open(STEADY * capacity, until, false, each).await },
        )
    };
    let unit = if length.as_secs() == 60 {
        "Minute"
    } else {
        "Half"
    };
    let mut columns = vec![unit, "Answered", "all: p50 / p99 ms"];
    columns.extend(MIX.iter().map(|(name, _, _)| *name));
    columns.extend(["Memory", "Failed"]);
    let mut table = Table::new(&columns);
    for n in 0..count {
        let end = begun + length * u32::try_from(n + 1)?;
        tokio::time::sleep_until(end.into()).await;
        // What left last in it has a moment to end.
        tokio::time::sleep(Duration::from_millis(200)).await;
        if let Some(minute) = minutes.borrow_mut().get_mut(n) {
            minute.memory = site.server.memory()?;
        }
        if let Some(minute) = minutes.borrow().get(n) {
            minute.row(&(n + 1).to_string(), &mut table)?;
        }
    }
    let ended = load.await?;
    watch.tell(site, "70 %")?;
    let minutes = minutes.borrow();
    let mut whole = Minute::new()?;
    let mut slowest = 0.0_f64;
    for minute in minutes.iter() {
        slowest = slowest.max(at(&minute.all()?, 0.99));
        whole.failed += minute.failed;
        whole.memory = minute.memory;
        for (sum, times) in whole.kinds.iter_mut().zip(&minute.kinds) {
            sum.add(times)?;
        }
    }
    whole.row("all", &mut table)?;
    table.print();
    println!(
        "a request left {} ms too late at most",
        ended.late.as_millis()
    );
    if let Some(error) = calm.first_error() {
        println!("the first error: {error}");
    }
    let p99 = at(&whole.all()?, 0.99);
    let answers = !whole.all()?.is_empty();
    let failed = whole.failed + ended.unsent;
    let memory = |minute: Option<&Minute>| minute.map_or(0, |minute| minute.memory);
    let grown = memory(minutes.last()).saturating_sub(memory(minutes.first()));
    judge(
        verdicts,
        "p99 at 70 %, ms",
        &format!("{p99:.2}"),
        "< 50",
        answers && p99 < P99,
    );
    let slow = format!("{slowest:.2}");
    judge(
        verdicts,
        "the same, slowest minute",
        &slow,
        "< 50",
        answers && slowest < P99,
    );
    let failures = failed.to_string();
    judge(
        verdicts,
        "not answered or not sent at 70 %",
        &failures,
        "0",
        failed == 0,
    );
    judge(
        verdicts,
        "memory, from the first minute's end to the last's",
        &format!("+{}", mib(grown)),
        &format!("≤ {}", mib(GROWTH)),
        grown <= GROWTH,
    );
    Ok(())
}

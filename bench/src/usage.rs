//! What the threads of a running server have used, as the kernel counts it: CPU time, of user and system apart, and context
//! switches.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use crate::report::Table;

/// The thread that makes signing keys in advance: it is busy for some 20 seconds after new pools took their keys, and with no
/// request.
pub const BACKGROUND: &str = "crypto-slow";

/// What was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// CPU time in nanoseconds.
    pub cpu: u64,
    /// CPU time of the program's own code, in ticks of the kernel (10 ms).
    pub user: u64,
    /// CPU time of the kernel for it, in the same ticks.
    pub system: u64,
    /// Context switches, voluntary or not.
    pub switches: u64,
}

impl Spent {
    /// Adds what another thread used.
    pub fn add(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.user += other.user;
        self.system += other.system;
        self.switches += other.switches;
    }

    /// Returns what was used since `earlier`.
    fn since(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
            switches: self.switches.saturating_sub(earlier.switches),
        }
    }

    /// Returns the part of the CPU time that is the program's own code, from 0 to 1; NaN if nothing was counted.
    pub fn user_part(self) -> f64 {
        self.user as f64 / (self.user + self.system) as f64
    }
}

/// A reading of all threads of a process.
#[derive(Default)]
pub struct Usage {
    /// The name of each thread and what it has used, by its number.
    threads: BTreeMap<String, (String, Spent)>,
}

impl Usage {
    /// Reads the threads of the process `pid`.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn read(pid: u32) -> Result<Self> {
        let mut threads = BTreeMap::new();
        for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
            let task = task?;
            let number = task.file_name().to_string_lossy().into_owned();
            threads.insert(number, thread(&task.path()));
        }
        Ok(Self { threads })
    }

    /// Returns what was used since `earlier`, summed over the threads of each name. A thread that has ended since is not seen.
    pub fn since(&self, earlier: &Self) -> BTreeMap<String, Spent> {
        let mut sums: BTreeMap<String, Spent> = BTreeMap::new();
        for (number, (name, spent)) in &self.threads {
            let before = earlier.threads.get(number);
            let before = before.map_or(Spent::default(), |(_, spent)| *spent);
            sums.entry(name.clone())
                .or_default()
                .add(spent.since(before));
        }
        sums
    }
}

/// Returns what all threads used together, but for [`BACKGROUND`].
pub fn sum(threads: &BTreeMap<String, Spent>) -> Spent {
    let mut all = Spent::default();
    for (name, spent) in threads {
        if name != BACKGROUND {
            all.add(*spent);
        }
    }
    all
}

/// The columns of the rows of [`Used::rows`].
pub const COLUMNS: [&str; 7] = [
    "Request",
    "Thread",
    "CPU µs a call",
    "User µs",
    "System µs",
    "Switches a call",
    "Part",
];

/// What the server's threads used for a row, by their names, and the calls for which they did.
pub struct Used {
    /// As [`Usage::since`] returns it.
    pub threads: BTreeMap<String, Spent>,
    /// The calls.
    pub calls: u64,
}

impl Used {
    /// Returns the CPU of user and system in microseconds, and the context switches, of each of the calls that took `cpu`
    /// microseconds. The parts are counted in ticks of 10 ms and thread by thread, so that few seconds of load say little.
    pub fn each(&self, cpu: f64) -> [String; 3] {
        let all = sum(&self.threads);
        let user = cpu * all.user_part();
        [
            format!("{user:.0}"),
            format!("{:.0}", cpu - user),
            format!("{:.2}", all.switches as f64 / self.calls as f64),
        ]
    }

    /// Adds a row for each name of threads.
    pub fn rows(&self, name: &str, table: &mut Table) {
        let total: u64 = self.threads.values().map(|spent| spent.cpu).sum();
        let mut threads: Vec<_> = self.threads.iter().collect();
        threads.sort_by_key(|(_, spent)| std::cmp::Reverse(spent.cpu));
        for (thread, spent) in threads {
            let cpu = spent.cpu as f64 / 1e3 / self.calls as f64;
            let part = spent.user_part();
            let of_user = |part: f64| {
                if part.is_nan() {
                    String::new()
                } else {
                    format!("{:.1}", cpu * part)
                }
            };
            table.row(&[
                name,
                thread,
                &format!("{cpu:.1}"),
                &of_user(part),
                &of_user(1.0 - part),
                &format!("{:.2}", spent.switches as f64 / self.calls as f64),
                &format!("{:.1} %", 100.0 * spent.cpu as f64 / total as f64),
            ]);
        }
    }
}

/// Reads a thread; one that has just ended has used nothing.
fn thread(task: &Path) -> (String, Spent) {
    let text = |name: &str| std::fs::read_to_string(task.join(name)).unwrap_or_default();
    let (user, system) = times(&text("stat")).unwrap_or_default();
    let cpu = text("schedstat");
    let cpu = cpu.split_whitespace().next().and_then(|n| n.parse().ok());
    let spent = Spent {
        cpu: cpu.unwrap_or(0),
        user,
        system,
        switches: switches(&text("status")),
    };
    (text("comm").trim_end().to_owned(), spent)
}

/// Returns the ticks of user and system of a thread's `stat` (proc_pid_stat(5), fields 14 and 15). The name, which may have
/// spaces and parentheses, ends with the last parenthesis.
fn times(stat: &str) -> Option<(u64, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Returns the context switches of a thread's `status`, of both kinds.
fn switches(status: &str) -> u64 {
    let counts = status.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let counted = matches!(
            name,
            "voluntary_ctxt_switches" | "nonvoluntary_ctxt_switches"
        );
        counted.then(|| value.trim().parse::<u64>().ok())?
    });
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_move_the_fields() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 31 0 0 20 0 9 0 5";
        assert_eq!(times(stat), Some((250, 31)));
        assert_eq!(times("7 (short) S 1 2"), None);
    }

    #[test]
    fn both_kinds_of_switches_are_counted() {
        let status = "Name:\tx\nvoluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t2\n";
        assert_eq!(switches(status), 42);
    }

    #[test]
    fn threads_of_a_name_are_summed_without_what_they_used_before() {
        let spent = |switches| Spent {
            switches,
            ..Spent::default()
        };
        let reading = |list: &[(&str, &str, u64)]| Usage {
            threads: list
                .iter()
                .map(|(number, name, n)| ((*number).to_owned(), ((*name).to_owned(), spent(*n))))
                .collect(),
        };
        let before = reading(&[("1", "crypto", 5), ("2", BACKGROUND, 0)]);
        let after = reading(&[("1", "crypto", 7), ("2", BACKGROUND, 9), ("3", "crypto", 4)]);
        let used = after.since(&before);
        assert_eq!(used.get("crypto"), Some(&spent(6)));
        assert_eq!(sum(&used), spent(6));
    }
}

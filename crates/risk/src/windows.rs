//! What came from each address, and what met each account, within the last hour. Different users and different networks
//! are counted, never attempts. Memory is bounded: under more addresses than it holds the oldest are forgotten.

use std::collections::HashMap;

use crate::attempt::Mark;

/// How long something counts, in seconds.
pub const WINDOW: i64 = 3_600;
/// How many different users, networks or names are kept for one address or account: the latest ones.
pub const KEPT: usize = 24;
/// How many addresses or accounts a half of a window holds; there are two halves.
pub const HALF: usize = 8_192;

/// How the latest attempt of one user from an address ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first factor was wrong.
    Failed,
    /// It was right, and the user knows the network, or nobody knows the user yet.
    Passed,
    /// It was right, and the user had never come from that network.
    PassedAsStranger,
}

/// The latest different ones, with the second of each.
type Latest = Vec<(Mark, i64, End)>;

/// Counts different ones for each key.
#[derive(Debug, Default)]
struct Window {
    young: HashMap<Mark, Latest>,
    old: HashMap<Mark, Latest>,
    /// When `young` began.
    began: i64,
}

impl Window {
    fn note(&mut self, key: Mark, what: Mark, end: End, at: i64) {
        if self.young.len() >= HALF || at.saturating_sub(self.began) > WINDOW {
            self.old = std::mem::take(&mut self.young);
            self.began = at;
        }
        let latest = match self.young.entry(key) {
            std::collections::hash_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(self.old.remove(&key).unwrap_or_default())
            }
        };
        latest.retain(|(other, since, _)| *other != what && at.saturating_sub(*since) < WINDOW);
        if latest.len() >= KEPT {
            latest.remove(0);
        }
        latest.push((what, at, end));
    }

    fn count(&self, key: Mark, at: i64, fits: impl Fn(Mark, End) -> bool) -> u16 {
        let latest = self.young.get(&key).or_else(|| self.old.get(&key));
        let in_time = latest
            .into_iter()
            .flatten()
            .filter(|(what, since, end)| at.saturating_sub(*since) < WINDOW && fits(*what, *end));
        u16::try_from(in_time.count()).unwrap_or(u16::MAX)
    }
}

/// What else happened around an attempt, as numbers of different ones within [`WINDOW`], each at most [`KEPT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Other users whose latest attempt from the address failed.
    pub failed_users: u16,
    /// Other users who passed from the address and had never come from there.
    pub strangers: u16,
    /// Other users who passed from the address, which is an ordinary one for them.
    pub residents: u16,
    /// Networks from which the account's first factor was answered wrongly.
    pub failing_networks: u16,
    /// Names that were signed up from the address.
    pub sign_ups: u16,
}

/// The windows of one node.
#[derive(Debug, Default)]
pub struct Windows {
    users: Window,
    networks: Window,
    sign_ups: Window,
}

impl Windows {
    /// Notes how an attempt of `user`, or of the pseudonym of an unknown name, ended. `address` is the single address,
    /// `network` what [`crate::attempt::Address::network`] is.
    pub fn note(&mut self, address: Mark, network: Mark, user: Mark, end: End, at: i64) {
        self.users.note(address, user, end, at);
        if end == End::Failed {
            self.networks.note(user, network, end, at);
        }
    }

    /// Notes that somebody signed up as `name`.
    pub fn note_sign_up(&mut self, address: Mark, name: Mark, at: i64) {
        self.sign_ups.note(address, name, End::Passed, at);
    }

    /// Returns what happened around an attempt of `user` from an address, before the attempt is noted.
    pub fn around(&self, address: Mark, network: Mark, user: Mark, at: i64) -> Around {
        let others = |end| {
            self.users
                .count(address, at, |other, ended| other != user && ended == end)
        };
        Around {
            failed_users: others(End::Failed),
            strangers: others(End::PassedAsStranger),
            residents: others(End::Passed),
            failing_networks: self
                .networks
                .count(user, at, |failing, _| failing != network),
            sign_ups: 0,
        }
    }

    /// Returns what happened around a sign-up as `name`, before it is noted.
    pub fn around_sign_up(&self, address: Mark, name: Mark, at: i64) -> Around {
        Around {
            sign_ups: self.sign_ups.count(address, at, |other, _| other != name),
            ..Around::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: Mark = Mark(1);
    const NETWORK: Mark = Mark(2);

    #[test]
    fn different_users_count_and_attempts_do_not() {
        let mut windows = Windows::default();
        for n in 0..100 {
            windows.note(ADDRESS, NETWORK, Mark(7), End::Failed, n);
        }
        let around = windows.around(ADDRESS, NETWORK, Mark(8), 100);
        assert_eq!((around.failed_users, around.residents), (1, 0));
        // The user's own attempts are not those of others.
        assert_eq!(
            windows.around(ADDRESS, NETWORK, Mark(7), 100),
            Around::default()
        );
        windows.note(ADDRESS, NETWORK, Mark(7), End::Passed, 101);
        let around = windows.around(ADDRESS, NETWORK, Mark(8), 102);
        assert_eq!((around.failed_users, around.residents), (0, 1));
        for n in 0..1_000 {
            windows.note(ADDRESS, NETWORK, Mark(100 + n), End::Failed, 103);
        }
        let around = windows.around(ADDRESS, NETWORK, Mark(8), 104);
        assert_eq!(usize::from(around.failed_users), KEPT);
    }

    #[test]
    fn networks_of_one_account_count() {
        let mut windows = Windows::default();
        for n in 0..6 {
            windows.note(Mark(10 + n), Mark(20 + n), Mark(7), End::Failed, 0);
            windows.note(Mark(10 + n), Mark(20 + n), Mark(8), End::Passed, 0);
        }
        let around = |user| windows.around(ADDRESS, NETWORK, user, 1).failing_networks;
        assert_eq!((around(Mark(7)), around(Mark(8))), (6, 0));
        // That of the attempt itself is no other one.
        let own = windows.around(Mark(10), Mark(20), Mark(7), 1);
        assert_eq!(own.failing_networks, 5);
    }

    #[test]
    fn sign_ups_count_by_their_names() {
        let mut windows = Windows::default();
        for n in 0..50 {
            windows.note_sign_up(ADDRESS, Mark(n % 5), n.cast_signed());
        }
        let around = windows.around_sign_up(ADDRESS, Mark(9), 50);
        assert_eq!(around.sign_ups, 5);
        assert_eq!(windows.around_sign_up(ADDRESS, Mark(3), 50).sign_ups, 4);
    }

    #[test]
    fn what_is_older_than_the_window_does_not_count() {
        let mut windows = Windows::default();
        windows.note(ADDRESS, NETWORK, Mark(7), End::Failed, 0);
        let failed =
            |windows: &Windows, at| windows.around(ADDRESS, NETWORK, Mark(8), at).failed_users;
        assert_eq!(failed(&windows, WINDOW - 1), 1);
        assert_eq!(failed(&windows, WINDOW), 0);
        // What is younger than the window outlives the change of the halves.
        windows.note(ADDRESS, NETWORK, Mark(7), End::Failed, WINDOW);
        windows.note(Mark(50), NETWORK, Mark(9), End::Failed, 2 * WINDOW + 1);
        windows.note(ADDRESS, NETWORK, Mark(6), End::Failed, 2 * WINDOW - 1);
        assert_eq!(failed(&windows, 2 * WINDOW - 1), 2);
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let mut windows = Windows::default();
        for n in 0..100_000_u64 {
            windows.note(Mark(n), Mark(n), Mark(n), End::Failed, 5);
            windows.note_sign_up(Mark(n), Mark(n), 5);
        }
        for window in [&windows.users, &windows.networks, &windows.sign_ups] {
            assert!(window.young.len() <= HALF && window.old.len() <= HALF);
        }
        // The latest ones are there.
        assert_eq!(
            windows
                .around(Mark(99_999), NETWORK, Mark(5), 6)
                .failed_users,
            1
        );
    }
}

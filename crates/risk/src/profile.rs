//! What earlier sign-ins of one user were like. It is bounded: what was not met for the longest time goes first.

use serde::{Deserialize, Serialize};

use crate::attempt::{Attempt, Mark, Point};

/// How long what came with a suspicious sign-in stays suspicious although the sign-in succeeded, in seconds: its owner
/// may say so meanwhile.
pub const PROBATION: i64 = 86_400;
/// How long a characteristic is remembered after it was met last, in seconds.
pub const REMEMBERED: i64 = 400 * 86_400;
/// How many characteristics of a kind are remembered.
const MOST: usize = 16;
/// The sign-ins after which something new weighs in full.
const GROWN: u32 = 3;
/// The sign-ins after which the hours of the day are a habit.
const HABIT: u32 = 12;

/// A characteristic that was met: its mark, when it was met first and last, and since when it counts as the user's own.
/// In seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen(Mark, i64, i64, i64);

/// Where and when the user was met last.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Met {
    /// Seconds since 1970.
    pub at: i64,
    /// The place.
    pub point: Point,
}

/// A kind of characteristics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Seens(Vec<Seen>);

impl Seens {
    fn is_own(&self, mark: Mark, at: i64) -> bool {
        self.0.iter().any(|seen| seen.0 == mark && seen.3 <= at)
    }

    fn meet(&mut self, mark: Mark, at: i64, trusted: bool) {
        let own = if trusted {
            at
        } else {
            at.saturating_add(PROBATION)
        };
        self.0
            .retain(|seen| at.saturating_sub(seen.2) <= REMEMBERED);
        match self.0.iter_mut().find(|seen| seen.0 == mark) {
            Some(seen) => {
                seen.2 = seen.2.max(at);
                seen.3 = seen.3.min(own);
            }
            None => {
                if self.0.len() >= MOST {
                    let oldest = self.0.iter().enumerate().min_by_key(|(_, seen)| seen.2);
                    if let Some((index, _)) = oldest {
                        self.0.swap_remove(index);
                    }
                }
                self.0.push(Seen(mark, at, at, own));
            }
        }
    }

    /// Drops a characteristic that was not met before `since`. True if it is not the user's own now.
    fn drop_since(&mut self, mark: Mark, since: i64) -> bool {
        self.0.retain(|seen| seen.0 != mark || seen.1 < since);
        !self.0.iter().any(|seen| seen.0 == mark)
    }
}

/// The characteristics of a sign-in, kept with its event, so that a later word about the event can be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// The network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Mark>,
    /// The country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Mark>,
    /// What recognises the device.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Mark>,
    /// The networks of its earlier steps, where they were others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Mark>,
}

impl Traces {
    /// Returns those of an attempt.
    pub fn of(attempt: &Attempt) -> Self {
        Self {
            network: attempt.address.map(|address| address.network),
            country: attempt.address.and_then(|address| address.country),
            devices: attempt.device_marks().collect(),
            earlier: Vec::new(),
        }
    }

    /// Returns those of a sign-in whose last step left these, and an earlier one the others.
    #[must_use]
    pub fn after(mut self, earlier: &Self) -> Self {
        for device in &earlier.devices {
            if !self.devices.contains(device) {
                self.devices.push(*device);
            }
        }
        for network in earlier.networks() {
            if self.networks().all(|own| own != network) {
                self.earlier.push(network);
            }
        }
        self
    }

    fn networks(&self) -> impl Iterator<Item = Mark> {
        self.network.iter().chain(&self.earlier).copied()
    }
}

/// What is known of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The sign-ins that it was made from.
    #[serde(rename = "n")]
    pub sign_ins: u32,
    #[serde(rename = "w", default)]
    networks: Seens,
    #[serde(rename = "c", default)]
    countries: Seens,
    #[serde(rename = "d", default)]
    devices: Seens,
    #[serde(rename = "a", default)]
    agents: Seens,
    /// Sign-ins in each hour of the day, in UTC; halved together when one is full.
    #[serde(rename = "h", default)]
    hours: [u8; 24],
    /// The place of the latest sign-in whose place was known.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    met: Option<Met>,
    /// Networks and devices of sign-ins that were not the user's, and when that was said.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    disowned: Vec<(Mark, i64)>,
}

impl Profile {
    /// Returns how much something new weighs, in percent: nothing for a user whom nobody knows yet.
    pub fn weight_of_new(&self) -> i32 {
        match self.sign_ins {
            0 => 0,
            n if n < GROWN => 50,
            _ => 100,
        }
    }

    /// True if the user signed in from the network before.
    pub fn knows_network(&self, mark: Mark, at: i64) -> bool {
        self.networks.is_own(mark, at)
    }

    /// True if the user signed in from the country before, or no country of theirs is known.
    pub fn knows_country(&self, mark: Mark, at: i64) -> bool {
        self.countries.0.is_empty() || self.countries.is_own(mark, at)
    }

    /// True if the user signed in with the program before.
    pub fn knows_agent(&self, mark: Mark, at: i64) -> bool {
        self.agents.is_own(mark, at)
    }

    /// True if the user signed in with the device before: with anything that recognises it. An attempt that names no
    /// device counts as those that named none before.
    pub fn knows_device(&self, attempt: &Attempt) -> bool {
        let is_own = |mark| self.devices.is_own(mark, attempt.at);
        attempt.device_marks().any(is_own)
    }

    /// True if the user has habits, and this hour and the two before and after it are in none.
    pub fn is_unusual(&self, hour: usize) -> bool {
        let near = |distance: usize| self.hours.get((hour + 22 + distance) % 24).copied();
        self.sign_ins >= HABIT && (0..5).all(|distance| near(distance) == Some(0))
    }

    /// Returns the place of the latest sign-in.
    pub fn met(&self) -> Option<&Met> {
        self.met.as_ref()
    }

    /// True if the user said of a sign-in with the network or the device that it was not theirs.
    pub fn disowns(&self, attempt: &Attempt) -> bool {
        let network = attempt.address.map(|address| address.network);
        let mut marks = network.into_iter().chain(attempt.device_marks());
        marks.any(|mark| self.disowned.iter().any(|(disowned, _)| *disowned == mark))
    }

    /// Learns from a sign-in that succeeded. `trusted`: it was not suspicious, or a second factor was proven. Otherwise
    /// what it brought is the user's own only after [`PROBATION`].
    pub fn learn(&mut self, attempt: &Attempt, trusted: bool) {
        let at = attempt.at;
        self.sign_ins = self.sign_ins.saturating_add(1);
        if let Some(address) = &attempt.address {
            self.networks.meet(address.network, at, trusted);
            if let Some(country) = address.country {
                self.countries.meet(country, at, trusted);
            }
            if let Some(point) = address.point {
                self.met = Some(Met { at, point });
            }
        }
        for mark in attempt.device_marks() {
            self.devices.meet(mark, at, trusted);
        }
        if let Some(agent) = &attempt.agent {
            self.agents.meet(agent.family, at, trusted);
        }
        if trusted {
            self.count_hour(attempt.hour());
        }
        self.disowned
            .retain(|(_, said)| at.saturating_sub(*said) <= REMEMBERED);
    }

    fn count_hour(&mut self, hour: usize) {
        if self.hours.get(hour) == Some(&u8::MAX) {
            for count in &mut self.hours {
                // What was met once stays met.
                *count = count.div_ceil(2);
            }
        }
        if let Some(count) = self.hours.get_mut(hour) {
            *count = count.saturating_add(1);
        }
    }

    /// Takes the user's word that a sign-in was theirs.
    pub fn own(&mut self, traces: &Traces, now: i64) {
        let devices = traces.devices.iter().copied();
        let marks: Vec<_> = traces.networks().chain(devices).collect();
        self.disowned.retain(|(mark, _)| !marks.contains(mark));
        for network in traces.networks() {
            self.networks.meet(network, now, true);
        }
        if let Some(country) = traces.country {
            self.countries.meet(country, now, true);
        }
        for device in &traces.devices {
            self.devices.meet(*device, now, true);
        }
    }

    /// Takes the user's word that a sign-in at `since` was not theirs. What came with it first is nobody's own from now
    /// on, and raises later judgements. What the user had before stays theirs, unless nothing else tells the sign-in
    /// from their own.
    pub fn disown(&mut self, traces: &Traces, since: i64, now: i64) {
        let mut foreign = Vec::new();
        for network in traces.networks() {
            if self.networks.drop_since(network, since) {
                foreign.push(network);
            }
        }
        for device in &traces.devices {
            if self.devices.drop_since(*device, since) {
                foreign.push(*device);
            }
        }
        if let Some(country) = traces.country {
            self.countries.drop_since(country, since);
        }
        if self.met.is_some_and(|met| met.at == since) {
            self.met = None;
        }
        if foreign.is_empty() {
            foreign.extend(traces.networks().chain(traces.devices.iter().copied()));
        }
        for mark in foreign {
            self.disowned.retain(|(disowned, _)| *disowned != mark);
            if self.disowned.len() >= MOST {
                self.disowned.remove(0);
            }
            self.disowned.push((mark, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::{Address, Agent};

    fn attempt(at: i64, network: u64, device: u64) -> Attempt {
        Attempt {
            at,
            address: Some(Address {
                network: Mark(network),
                country: Some(Mark(1)),
                point: None,
                is_bad: false,
            }),
            devices: [Some(Mark(device)), None],
            agent: Some(Agent {
                family: Mark(9),
                is_tool: false,
            }),
        }
    }

    #[test]
    fn what_a_suspicious_sign_in_brings_is_on_probation() {
        let mut profile = Profile::default();
        profile.learn(&attempt(0, 10, 20), true);
        profile.learn(&attempt(100, 11, 21), false);
        assert!(profile.knows_network(Mark(10), 101));
        assert!(!profile.knows_network(Mark(11), 101));
        assert!(!profile.knows_device(&attempt(101, 11, 21)));
        assert!(profile.knows_network(Mark(11), 100 + PROBATION));
        // A second factor ends it.
        profile.learn(&attempt(102, 11, 21), true);
        assert!(profile.knows_device(&attempt(103, 11, 21)));
    }

    #[test]
    fn a_profile_is_bounded_and_forgets_what_was_not_met_for_the_longest_time() {
        let mut profile = Profile::default();
        for n in 0..1_000 {
            profile.learn(&attempt(n, 1_000 + n.unsigned_abs(), 5), true);
            profile.learn(&attempt(n, 7, 5), true);
        }
        assert_eq!(profile.networks.0.len(), MOST);
        assert!(profile.knows_network(Mark(7), 2_000));
        assert!(profile.knows_network(Mark(1_999), 2_000));
        assert!(!profile.knows_network(Mark(1_000), 2_000));
        let text = serde_json::to_string(&profile).unwrap();
        assert!(text.len() < 3_000, "{}", text.len());
        assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), profile);
        profile.learn(&attempt(2_000 + REMEMBERED, 8, 5), true);
        assert_eq!(profile.networks.0.len(), 1);
    }

    #[test]
    fn a_device_that_names_nothing_is_not_one_that_was_named() {
        let mut profile = Profile::default();
        profile.learn(&attempt(0, 1, 20), true);
        let mut bare = attempt(1, 1, 20);
        bare.devices = [None, None];
        assert!(!profile.knows_device(&bare));
        assert!(profile.knows_agent(Mark(9), 1));
        profile.learn(&bare, true);
        assert!(profile.knows_device(&bare));
    }

    #[test]
    fn the_users_word_counts_for_what_came_with_the_sign_in() {
        let mut profile = Profile::default();
        profile.learn(&attempt(0, 10, 20), true);
        let foreign = attempt(100, 11, 20);
        profile.learn(&foreign, true);
        profile.disown(&Traces::of(&foreign), 100, 200);
        assert!(profile.disowns(&attempt(201, 11, 30)));
        assert!(!profile.knows_network(Mark(11), 1_000_000));
        // The device was the user's before.
        assert!(!profile.disowns(&attempt(201, 10, 20)));
        assert!(profile.knows_device(&attempt(201, 10, 20)));
        profile.own(&Traces::of(&foreign), 300);
        assert!(!profile.disowns(&attempt(301, 11, 30)));
        assert!(profile.knows_network(Mark(11), 301));
        // Nothing tells this one from the user's own.
        profile.disown(&Traces::of(&attempt(400, 10, 20)), 400, 500);
        assert!(profile.disowns(&attempt(501, 10, 99)));
        assert!(profile.disowns(&attempt(501, 99, 20)));
    }

    #[test]
    fn hours_become_a_habit_and_never_overflow() {
        let mut profile = Profile::default();
        for day in 0..600 {
            profile.learn(&attempt(day * 86_400 + 9 * 3_600, 1, 1), true);
        }
        assert!(!profile.is_unusual(7) && !profile.is_unusual(11));
        assert!(profile.is_unusual(6) && profile.is_unusual(12) && profile.is_unusual(0));
        let mut late = Profile::default();
        for day in 0..20 {
            late.learn(&attempt(day * 86_400 + 23 * 3_600, 1, 1), true);
        }
        assert!(!late.is_unusual(1) && !late.is_unusual(0) && late.is_unusual(2));
        assert!(!Profile::default().is_unusual(3));
    }
}

//! Plays the history in its order, as a server in AUDIT mode sees it: nobody is kept out, and each sign-in that passes
//! joins what is known of the user.

use std::collections::BTreeMap;

use cognate_risk::attempt::{Address, Agent, Attempt, Mark, Point};
use cognate_risk::judge::{Judgement, Level, judge};
use cognate_risk::profile::Profile;
use cognate_risk::windows::{End, Windows};

use crate::attacks;
use crate::random::Random;
use crate::world::{SignIn, Who, World};

/// What the server can see of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Operator, country and place.
    Whole,
    /// The address alone.
    NoDatabase,
}

/// What became of sign-ins with the right password.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub levels: BTreeMap<Option<Level>, u32>,
    pub rules: BTreeMap<&'static str, u32>,
    /// The reasons of those at Medium and above.
    pub reasons: BTreeMap<String, u32>,
    /// The reasons of those below Medium.
    pub missed: BTreeMap<String, u32>,
}

impl Counts {
    pub fn total(&self) -> u32 {
        self.levels.values().sum()
    }

    pub fn at_least(&self, level: Level) -> u32 {
        let reached = self
            .levels
            .iter()
            .filter(|(found, _)| **found >= Some(level));
        reached.map(|(_, count)| count).sum()
    }

    pub fn share(&self, level: Level) -> f64 {
        f64::from(self.at_least(level)) / f64::from(self.total().max(1))
    }

    fn add(&mut self, judgement: &Judgement) {
        *self.levels.entry(judgement.level).or_default() += 1;
        for reason in &judgement.reasons {
            *self.rules.entry(reason).or_default() += 1;
        }
        let reasons = match judgement.is_suspicious() {
            true => &mut self.reasons,
            false => &mut self.missed,
        };
        *reasons.entry(judgement.reasons.join(" ")).or_default() += 1;
    }

    fn join(mut self, other: &Self) -> Self {
        for (level, count) in &other.levels {
            *self.levels.entry(*level).or_default() += count;
        }
        for (rule, count) in &other.rules {
            *self.rules.entry(rule).or_default() += count;
        }
        for (reasons, count) in &other.missed {
            *self.missed.entry(reasons.clone()).or_default() += count;
        }
        self
    }
}

/// The results of one replay.
pub struct Results {
    pub by_kind: BTreeMap<Who, Counts>,
}

impl Results {
    pub fn of(&self, who: Who) -> Counts {
        self.by_kind.get(&who).cloned().unwrap_or_default()
    }

    pub fn ordinary(&self) -> Counts {
        self.of(Who::Owner)
    }

    /// All attacks but those that cannot be told from the owner.
    pub fn attacks(&self) -> Counts {
        let known = self
            .by_kind
            .iter()
            .filter(|(who, _)| !matches!(who, Who::Owner | Who::Mimicry));
        known.fold(Counts::default(), |sum, (_, counts)| sum.join(counts))
    }
}

/// Generates a history and replays it.
pub fn run(seed: u64, sight: Sight) -> Results {
    let random = Random::new(seed);
    let mut world = World::new(&random);
    attacks::add(&mut world, &random);
    let mut windows = Windows::default();
    let mut profiles: BTreeMap<usize, Profile> = BTreeMap::new();
    let mut results = Results {
        by_kind: BTreeMap::new(),
    };
    for event in &world.events {
        let attempt = attempt(event, sight);
        let address = mark(&("address", event.net.block, event.net.host));
        let network = attempt.address.map_or(address, |address| address.network);
        let user = mark(&("user", event.user));
        let around = windows.around(address, network, user, event.at);
        if !event.right {
            windows.note(address, network, user, End::Failed, event.at);
            continue;
        }
        let profile = profiles.get(&event.user);
        let judgement = judge(&attempt, profile, &around);
        let is_stranger = profile.is_some_and(|known| !known.knows_network(network, event.at));
        let end = match is_stranger {
            true => End::PassedAsStranger,
            false => End::Passed,
        };
        windows.note(address, network, user, end, event.at);
        results
            .by_kind
            .entry(event.who)
            .or_default()
            .add(&judgement);
        let profile = profiles.entry(event.user).or_default();
        profile.learn(&attempt, !judgement.is_suspicious());
    }
    results
}

fn attempt(event: &SignIn, sight: Sight) -> Attempt {
    let whole = sight == Sight::Whole;
    let network = match whole {
        true => mark(&("operator", event.net.operator)),
        false => mark(&("block", event.net.block)),
    };
    Attempt {
        at: event.at,
        address: Some(Address {
            network,
            country: whole.then(|| mark(&("country", event.net.country))),
            point: whole.then_some(Point {
                latitude: event.net.latitude,
                longitude: event.net.longitude,
                radius: 50,
            }),
            is_bad: false,
        }),
        devices: [event.device.fingerprint.map(Mark), None],
        agent: Some(Agent {
            family: mark(&("family", event.device.family)),
            is_tool: event.is_tool,
        }),
    }
}

/// A mark that is the same in every run and on every machine (FNV-1a).
fn mark(of: &impl std::fmt::Debug) -> Mark {
    let bytes = format!("{of:?}").into_bytes();
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Mark(bytes.into_iter().fold(0xcbf2_9ce4_8422_2325, mix))
}

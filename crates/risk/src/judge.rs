//! The score of an attempt, and the level that it is.

use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::profile::Profile;
use crate::rules::{Case, RULES};
use crate::windows::Around;

/// How likely it is that somebody else acts than the user (RiskLevelType).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// A new place or a new device, say.
    Low,
    /// Several such things at once.
    Medium,
    /// Hardly anything is left that is the user's.
    High,
}

/// The points from which on each level holds.
pub const LEVELS: [(Level, i32); 3] = [(Level::Low, 25), (Level::Medium, 40), (Level::High, 75)];

/// What is thought of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The points of all rules that hold, 0 at least.
    pub score: i32,
    /// The level; None if there is no risk to speak of.
    pub level: Option<Level>,
    /// The names of the rules that hold, in the order of [`RULES`].
    pub reasons: Vec<&'static str>,
}

impl Judgement {
    /// True if what the attempt brings must not count as the user's own at once.
    pub fn is_suspicious(&self) -> bool {
        self.level >= Some(Level::Medium)
    }
}

/// Judges an attempt. `profile`: None if nothing is known of the user, who is not suspicious by being new.
pub fn judge(attempt: &Attempt, profile: Option<&Profile>, around: &Around) -> Judgement {
    let case = Case {
        attempt,
        profile,
        around,
    };
    let share = profile.map_or(0, Profile::weight_of_new);
    let mut judgement = Judgement::default();
    for rule in RULES {
        let percent = if rule.compares { share } else { 100 };
        if percent > 0 && (rule.holds)(&case) {
            judgement.score += rule.weight * percent / 100;
            judgement.reasons.push(rule.name);
        }
    }
    judgement.score = judgement.score.max(0);
    judgement.level = level(judgement.score);
    judgement
}

fn level(score: i32) -> Option<Level> {
    let reached = LEVELS.iter().rev().find(|(_, from)| score >= *from);
    reached.map(|(level, _)| *level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attempt::{Address, Agent, Mark, Point};

    const HOME: Point = Point {
        latitude: 52.5,
        longitude: 13.4,
        radius: 20,
    };
    const FAR: Point = Point {
        latitude: -33.9,
        longitude: 151.2,
        radius: 20,
    };

    fn usual(at: i64) -> Attempt {
        Attempt {
            at,
            address: Some(Address {
                network: Mark(1),
                country: Some(Mark(2)),
                point: Some(HOME),
                is_bad: false,
            }),
            devices: [Some(Mark(3)), None],
            agent: Some(Agent {
                family: Mark(4),
                is_tool: false,
            }),
        }
    }

    fn foreign(at: i64) -> Attempt {
        Attempt {
            at,
            address: Some(Address {
                network: Mark(11),
                country: Some(Mark(12)),
                point: Some(FAR),
                is_bad: false,
            }),
            devices: [None, None],
            agent: Some(Agent {
                family: Mark(14),
                is_tool: true,
            }),
        }
    }

    fn known(sign_ins: i64) -> Profile {
        let mut profile = Profile::default();
        for day in 0..sign_ins {
            profile.learn(&usual(day * 86_400 + 9 * 3_600), true);
        }
        profile
    }

    fn of(attempt: &Attempt, profile: &Profile) -> Judgement {
        judge(attempt, Some(profile), &Around::default())
    }

    #[test]
    fn a_user_without_history_is_not_suspicious_by_being_new() {
        let none = Judgement::default();
        assert_eq!(judge(&foreign(5), None, &Around::default()), none);
        assert_eq!(of(&foreign(5), &Profile::default()), none);
    }

    #[test]
    fn the_usual_is_no_risk_and_everything_new_is_a_high_one() {
        let profile = known(20);
        let morning = 20 * 86_400 + 9 * 3_600;
        let judged = of(&usual(morning), &profile);
        assert_eq!((judged.score, judged.level), (0, None));
        assert_eq!(judged.reasons, ["KnownDevice"]);
        let judged = of(&foreign(morning - 86_400 + 600), &profile);
        let reasons = [
            "NewDevice",
            "NewNetwork",
            "NewCountry",
            "ImpossibleTravel",
            "UnusualAgent",
        ];
        assert_eq!(judged.reasons, reasons);
        assert_eq!((judged.score, judged.level), (130, Some(Level::High)));
    }

    #[test]
    fn each_new_thing_alone_is_little() {
        let profile = known(20);
        let at = 40 * 86_400 + 9 * 3_600;
        let mut phone = usual(at);
        phone.devices = [Some(Mark(30)), None];
        assert_eq!(of(&phone, &profile).level, Some(Level::Low));
        let mut holiday = foreign(at);
        (holiday.devices, holiday.agent) = (usual(at).devices, usual(at).agent);
        assert_eq!(of(&holiday, &profile).level, None);
        let mut takeover = usual(at);
        takeover.devices = [Some(Mark(30)), None];
        if let Some(address) = &mut takeover.address {
            address.network = Mark(31);
        }
        assert_eq!(of(&takeover, &profile).level, Some(Level::Medium));
    }

    #[test]
    fn travel_is_impossible_by_distance_and_time() {
        let profile = known(20);
        let last = 19 * 86_400 + 9 * 3_600;
        let travels = |after: i64| {
            let judged = of(&foreign(last + after), &profile);
            judged.reasons.contains(&"ImpossibleTravel")
        };
        assert!(travels(0) && travels(16 * 3_600));
        assert!(!travels(18 * 3_600));
        // A clock that goes backwards is no journey into the past.
        assert!(travels(-100));
    }

    #[test]
    fn the_rules_about_the_surroundings_need_no_history() {
        let with = |around| judge(&foreign(5), None, &around).reasons;
        let around = Around {
            failed_users: 3,
            strangers: 2,
            residents: 4,
            ..Around::default()
        };
        assert_eq!(with(around), ["ManyAccounts"]);
        // An office in which some mistype.
        let office = Around {
            failed_users: 6,
            residents: 18,
            ..Around::default()
        };
        assert!(with(office).is_empty());
        let around = Around {
            failing_networks: 4,
            sign_ups: 10,
            ..Around::default()
        };
        assert_eq!(with(around), ["ManyAddresses", "SignUpVelocity"]);
        let mut bad = foreign(5);
        if let Some(address) = &mut bad.address {
            address.is_bad = true;
        }
        let judged = judge(&bad, None, &Around::default());
        assert_eq!(judged.reasons, ["BadNetwork"]);
        assert_eq!(judged.level, Some(Level::Medium));
    }

    #[test]
    fn the_levels_begin_where_the_table_says() {
        let levels = [0, 24, 25, 39, 40, 74, 75, 500].map(level);
        use Level::{High, Low, Medium};
        let expected = [
            None,
            None,
            Some(Low),
            Some(Low),
            Some(Medium),
            Some(Medium),
            Some(High),
            Some(High),
        ];
        assert_eq!(levels, expected);
    }
}

//! The rules, each a function with its weight in [`RULES`]. docs/THREATS.md shows the table, and what a generated history
//! of sign-ins made of it.

use crate::attempt::Attempt;
use crate::profile::Profile;
use crate::windows::Around;

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The attempt.
    pub attempt: &'a Attempt,
    /// What is known of the user; None if nothing is.
    pub profile: Option<&'a Profile>,
    /// What else happened around it.
    pub around: &'a Around,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, as events give it among the reasons.
    pub name: &'static str,
    /// The points that it adds to the score.
    pub weight: i32,
    /// True if it compares with the user's past, so that it weighs less for one who has little of it.
    pub compares: bool,
    /// Tells whether it holds.
    pub holds: fn(&Case<'_>) -> bool,
    /// What it looks for.
    pub about: &'static str,
}

/// Every rule. The weights are tuned by `tests/replay`.
pub const RULES: &[Rule] = &[
    Rule {
        name: "NewDevice",
        weight: 25,
        compares: true,
        holds: new_device,
        about: "no remembered device, fingerprint or program by which the user signed in before",
    },
    Rule {
        name: "KnownDevice",
        weight: -25,
        compares: true,
        holds: known_device,
        about: "a remembered device is named, or a fingerprint comes, with which the user signed in before",
    },
    Rule {
        name: "NewNetwork",
        weight: 20,
        compares: true,
        holds: new_network,
        about: "a network operator, or without a database a /24 or /48, from which the user never came",
    },
    Rule {
        name: "NewCountry",
        weight: 25,
        compares: true,
        holds: new_country,
        about: "a country from which the user never came",
    },
    Rule {
        name: "ImpossibleTravel",
        weight: 45,
        compares: true,
        holds: impossible_travel,
        about: "a new network, farther from the last sign-in than an aeroplane comes in that time",
    },
    Rule {
        name: "UnusualHour",
        weight: 10,
        compares: true,
        holds: unusual_hour,
        about: "an hour of the day in which, and near which, the user never signs in; not in a new country",
    },
    Rule {
        name: "UnusualAgent",
        weight: 15,
        compares: true,
        holds: unusual_agent,
        about: "a library or command line, with which the user never signed in",
    },
    Rule {
        name: "ManyAccounts",
        weight: 45,
        compares: false,
        holds: many_accounts,
        about: "of the different users from the address within an hour, five and more than half failed or came as strangers",
    },
    Rule {
        name: "ManyAddresses",
        weight: 20,
        compares: false,
        holds: many_addresses,
        about: "wrong answers for the account from four other networks within an hour",
    },
    Rule {
        name: "BadNetwork",
        weight: 60,
        compares: false,
        holds: bad_network,
        about: "a network of the operator's list",
    },
    Rule {
        name: "SignUpVelocity",
        weight: 45,
        compares: false,
        holds: sign_up_velocity,
        about: "ten other names signed up from the address within an hour; for sign-ups alone",
    },
    Rule {
        name: "Disowned",
        weight: 45,
        compares: false,
        holds: disowned,
        about: "the user said of a sign-in from the network or with the device that it was not theirs",
    },
];

/// The speed of an aeroplane, in kilometres an hour.
const FASTEST: f32 = 900.0;
/// What databases of places are wrong by, in kilometres, besides the radius that they state.
const INACCURACY: f32 = 200.0;
/// Different users of one address who have to fail or to be strangers.
const MANY_USERS: u16 = 5;
/// Different networks that answer wrongly for one account.
const MANY_NETWORKS: u16 = 4;
/// Different names that sign up from one address.
const MANY_SIGN_UPS: u16 = 10;

fn new_device(case: &Case<'_>) -> bool {
    let comes_with_one = case.attempt.device_marks().next().is_some();
    comes_with_one
        && case
            .profile
            .is_some_and(|profile| !profile.knows_device(case.attempt))
}

fn known_device(case: &Case<'_>) -> bool {
    case.attempt.names_device()
        && case
            .profile
            .is_some_and(|profile| profile.knows_device(case.attempt))
}

fn new_network(case: &Case<'_>) -> bool {
    match (case.profile, &case.attempt.address) {
        (Some(profile), Some(address)) => !profile.knows_network(address.network, case.attempt.at),
        _ => false,
    }
}

fn new_country(case: &Case<'_>) -> bool {
    let country = case.attempt.address.and_then(|address| address.country);
    match (case.profile, country) {
        (Some(profile), Some(country)) => !profile.knows_country(country, case.attempt.at),
        _ => false,
    }
}

fn impossible_travel(case: &Case<'_>) -> bool {
    let point = case.attempt.address.and_then(|address| address.point);
    let met = case.profile.and_then(|profile| profile.met());
    let (Some(point), Some(met)) = (point, met) else {
        return false;
    };
    // Who comes from a network of theirs has not travelled: a company's network ends in other places.
    if !new_network(case) {
        return false;
    }
    let unsure = INACCURACY + f32::from(point.radius) + f32::from(met.point.radius);
    let distance = point.distance(&met.point) - unsure;
    let seconds = case.attempt.at.saturating_sub(met.at).clamp(0, 86_400 * 30);
    let hours = i32::try_from(seconds).map_or(0.0, |seconds| f64::from(seconds) / 3_600.0);
    f64::from(distance) > f64::from(FASTEST) * hours && distance > 0.0
}

fn unusual_hour(case: &Case<'_>) -> bool {
    // Where the day is another one, so are the hours.
    !new_country(case)
        && case
            .profile
            .is_some_and(|profile| profile.is_unusual(case.attempt.hour()))
}

fn unusual_agent(case: &Case<'_>) -> bool {
    match (case.profile, &case.attempt.agent) {
        (Some(profile), Some(agent)) => {
            agent.is_tool && !profile.knows_agent(agent.family, case.attempt.at)
        }
        _ => false,
    }
}

fn many_accounts(case: &Case<'_>) -> bool {
    let suspicious = case.around.failed_users + case.around.strangers;
    suspicious >= MANY_USERS && suspicious > case.around.residents
}

fn many_addresses(case: &Case<'_>) -> bool {
    case.around.failing_networks >= MANY_NETWORKS
}

fn bad_network(case: &Case<'_>) -> bool {
    case.attempt.address.is_some_and(|address| address.is_bad)
}

fn sign_up_velocity(case: &Case<'_>) -> bool {
    case.around.sign_ups >= MANY_SIGN_UPS
}

fn disowned(case: &Case<'_>) -> bool {
    case.profile
        .is_some_and(|profile| profile.disowns(case.attempt))
}

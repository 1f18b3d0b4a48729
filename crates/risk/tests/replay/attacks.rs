//! Attacks among the ordinary sign-ins. All that pass have the right password.

use crate::random::Random;
use crate::world::{COUNTRIES, DAY, Device, FAMILIES, HOUR, Net, SignIn, USERS, Who, World, net};

/// Adds the attacks of each kind.
pub fn add(world: &mut World, random: &Random) {
    let mut events = Vec::new();
    for day in [35, 52, 70] {
        stuffing(random, day, &mut events);
    }
    for day in [41, 63] {
        spraying(random, day, &mut events);
    }
    for _ in 0..60 {
        travel(world, random, &mut events);
    }
    for n in 0..90 {
        takeover(world, random, n % 3 == 0, &mut events);
    }
    for _ in 0..40 {
        mimicry(world, random, &mut events);
    }
    world.events.extend(events);
    world.events.sort_by_key(|event| event.at);
}

/// A program of an attack, and whether it is a tool.
fn program(random: &Random) -> (Device, bool) {
    let is_tool = random.percent(40);
    let family = match is_tool {
        true => *random.pick(&["python-requests", "curl", "Go-http-client"]),
        false => *random.pick(&FAMILIES),
    };
    let fingerprint = random.percent(25).then(|| random.next());
    (
        Device {
            family,
            fingerprint,
        },
        is_tool,
    )
}

/// Leaked pairs of names and passwords from a botnet: most names are nobody's, few passwords are right.
fn stuffing(random: &Random, day: i64, events: &mut Vec<SignIn>) {
    let bots: Vec<(Net, (Device, bool))> = (0..60)
        .map(|_| {
            let country = random.below(COUNTRIES.len() as u64) as usize;
            let operator = 500 + random.below(30);
            (net(random, operator, country, 50), program(random))
        })
        .collect();
    for _ in 0..2_000 {
        let (bot, (device, is_tool)) = random.pick(&bots).clone();
        let known = random.percent(40);
        let user = match known {
            true => random.below(USERS as u64) as usize,
            false => USERS + random.below(100_000) as usize,
        };
        events.push(SignIn {
            at: day * DAY + random.below(6 * 3_600) as i64,
            user,
            net: bot,
            device,
            is_tool,
            right: known && random.percent(5),
            who: Who::Stuffing,
        });
    }
}

/// A few passwords at all names, slowly, from three machines.
fn spraying(random: &Random, day: i64, events: &mut Vec<SignIn>) {
    let machines: Vec<_> = (0..3)
        .map(|_| {
            let country = random.below(5) as usize;
            (
                net(random, 560 + random.below(3), country, 3),
                program(random),
            )
        })
        .collect();
    for round in 0..3 {
        for user in 0..USERS {
            let (machine, (device, is_tool)) = random.pick(&machines).clone();
            events.push(SignIn {
                at: (day + round) * DAY + random.below(12 * 3_600) as i64,
                user,
                net: machine,
                device,
                is_tool,
                right: random.percent(6),
                who: Who::Spraying,
            });
        }
    }
}

/// Shortly after the owner, from far away, with a program as the owner's.
fn travel(world: &World, random: &Random, events: &mut Vec<SignIn>) {
    let Some(last) = victim(world, random) else {
        return;
    };
    let country = match last.net.country {
        0..=2 | 4 => 3 + random.below(7) as usize,
        _ => 0,
    };
    events.push(SignIn {
        at: last.at + 60 + random.below(2 * 3_600) as i64,
        user: last.user,
        net: net(random, 580 + random.below(20), country, 50),
        device: Device {
            family: last.device.family,
            fingerprint: None,
        },
        is_tool: false,
        right: true,
        who: Who::Travel,
    });
}

/// A stolen password on another device, at any time, from abroad or from the owner's country.
fn takeover(world: &World, random: &Random, nearby: bool, events: &mut Vec<SignIn>) {
    let Some(last) = victim(world, random) else {
        return;
    };
    let own = world.users[last.user].country;
    let (country, operator) = match nearby {
        true => (own, 100 + own as u64 * 10 + random.below(8)),
        false => {
            let other = (own + 1 + random.below(9) as usize) % COUNTRIES.len();
            (other, 100 + other as u64 * 10 + random.below(3))
        }
    };
    let (device, is_tool) = program(random);
    events.push(SignIn {
        at: last.at + random.below(4 * 86_400) as i64,
        user: last.user,
        net: net(random, operator, country, 200),
        device,
        is_tool,
        right: true,
        who: if nearby {
            Who::TakeoverNearby
        } else {
            Who::TakeoverAbroad
        },
    });
}

/// Everything is as the owner's but the network, also the fingerprint.
fn mimicry(world: &World, random: &Random, events: &mut Vec<SignIn>) {
    let Some(last) = victim(world, random) else {
        return;
    };
    let own = world.users[last.user].country;
    events.push(SignIn {
        at: last.at + HOUR + random.below(86_400) as i64,
        net: net(random, 100 + own as u64 * 10 + 7, own, 200),
        who: Who::Mimicry,
        ..last
    });
}

/// A sign-in of an owner after the first month.
fn victim(world: &World, random: &Random) -> Option<SignIn> {
    (0..1_000).find_map(|_| {
        let event = random.pick(&world.events);
        (event.right && event.at > 30 * DAY).then(|| event.clone())
    })
}

//! Ordinary users for ninety days: homes, offices behind one address, mobile networks, journeys, new phones, private
//! networks of companies, night workers, private windows, people who mistype.

use crate::random::Random;

pub const DAY: i64 = 86_400;
pub const HOUR: i64 = 3_600;
pub const DAYS: i64 = 90;
pub const USERS: usize = 220;

/// Name, latitude, longitude and the distance of its clocks from UTC in hours.
pub const COUNTRIES: [(&str, f32, f32, i64); 10] = [
    ("DE", 51.0, 10.0, 1),
    ("FR", 47.0, 2.5, 1),
    ("GB", 52.5, -1.5, 0),
    ("US", 40.0, -85.0, -5),
    ("ES", 40.0, -3.7, 1),
    ("BR", -23.0, -46.0, -3),
    ("IN", 19.0, 73.0, 5),
    ("RU", 55.7, 37.6, 3),
    ("NG", 6.5, 3.4, 1),
    ("VN", 21.0, 105.8, 7),
];

/// An address of the world: operator, /24 and last byte, and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Net {
    pub operator: u64,
    pub block: u64,
    pub host: u64,
    pub country: usize,
    pub latitude: f32,
    pub longitude: f32,
}

/// Browsers and apps, as often as they are met.
pub const FAMILIES: [&str; 12] = [
    "Chrome, Windows",
    "Chrome, Windows",
    "Chrome, Windows",
    "Edge, Windows",
    "Firefox, Windows",
    "Chrome, macOS",
    "Safari, macOS",
    "Firefox, Linux",
    "Safari, iOS",
    "Safari, iOS",
    "Chrome, Android",
    "Chrome, Android",
];

#[derive(Clone, Debug)]
pub struct Device {
    pub family: &'static str,
    /// None for clients that tell nothing but the User-Agent.
    pub fingerprint: Option<u64>,
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Owner,
    Stuffing,
    Spraying,
    Travel,
    TakeoverAbroad,
    TakeoverNearby,
    /// Same country, program and fingerprint: shown, and part of no bound.
    Mimicry,
}

#[derive(Clone, Debug)]
pub struct SignIn {
    pub at: i64,
    /// Ids of unknown names are above those of users.
    pub user: usize,
    pub net: Net,
    pub device: Device,
    pub is_tool: bool,
    pub right: bool,
    pub who: Who,
}

pub struct User {
    pub country: usize,
    pub sends_fingerprint: bool,
    pub home: Net,
    pub mobile: u64,
    pub office: Option<Net>,
    pub desktop: Device,
    pub phone: Device,
    pub middle: i64,
    pub begins: i64,
}

pub struct World {
    pub users: Vec<User>,
    pub events: Vec<SignIn>,
}

/// An address of an operator of a country. `blocks`: how many /24 the operator has there.
pub fn net(random: &Random, operator: u64, country: usize, blocks: u64) -> Net {
    let (_, latitude, longitude, _) = COUNTRIES[country];
    let block = operator * 1_000 + random.below(blocks);
    let place = |block: u64, salt: u64| (block * salt % 500) as f32 / 100.0 - 2.5;
    Net {
        operator,
        block,
        host: random.below(254),
        country,
        latitude: latitude + place(block, 37),
        longitude: longitude + place(block, 91),
    }
}

/// Operators of homes in a country: two large ones.
fn home_operator(random: &Random, country: usize) -> u64 {
    100 + country as u64 * 10 + random.below(4).min(2)
}

fn device(random: &Random, families: &[&'static str], sends: bool) -> Device {
    Device {
        family: random.pick::<&'static str>(families),
        fingerprint: sends.then(|| random.next()),
    }
}

impl World {
    pub fn new(random: &Random) -> Self {
        let offices: Vec<_> = (0..8)
            .map(|n| net(random, 700 + n, usize::from(n > 5), 1))
            .collect();
        let users: Vec<_> = (0..USERS).map(|_| user(random, &offices)).collect();
        let mut world = Self {
            users,
            events: Vec::new(),
        };
        for id in 0..USERS {
            world.live(random, id);
        }
        world
    }

    fn live(&mut self, random: &Random, id: usize) {
        let user = &self.users[id];
        let new_phone = random.percent(15).then(|| 10 + random.below(70) as i64);
        let moves = random.percent(3).then(|| 10 + random.below(70) as i64);
        let journey = random.percent(30).then(|| 10 + random.below(65) as i64);
        let flies = random.percent(5);
        // A browser that is another one each time.
        let forgets = random.percent(4);
        let vpn = random.percent(4).then(|| {
            let country = random.below(5) as usize;
            net(random, 900 + random.below(5), country, 4)
        });
        let (mut home, mut phone) = (user.home, user.phone.clone());
        let mut hotel = None;
        let mut events = Vec::new();
        for day in user.begins..DAYS {
            if Some(day) == new_phone {
                phone = device(random, &FAMILIES[8..], user.sends_fingerprint);
            }
            if Some(day) == moves || random.below(20) == 0 {
                // Another address of the same operator, or another operator.
                let operator = match Some(day) == moves {
                    true => home_operator(random, user.country),
                    false => home.operator,
                };
                home = net(random, operator, user.country, 200);
            }
            let away = journey.is_some_and(|from| (from..from + 10).contains(&day))
                || flies && day % 14 == 9;
            if !away {
                hotel = None;
            } else if hotel.is_none() {
                let country = random.below(COUNTRIES.len() as u64) as usize;
                hotel = Some(net(random, 300 + country as u64, country, 30));
            }
            for _ in 0..random.below(2) + u64::from(random.percent(20)) {
                let (place, device) = match (hotel, random.below(10)) {
                    (Some(hotel), _) => (hotel, &phone),
                    (None, 0..=2) => (net(random, user.mobile, user.country, 40), &phone),
                    (None, 3..=6) if user.office.is_some() => (user.office.unwrap(), &user.desktop),
                    (None, 3..=4) if vpn.is_some() => (vpn.unwrap(), &user.desktop),
                    (None, 3..=7) => (home, &user.desktop),
                    (None, _) => (home, &phone),
                };
                let clock = COUNTRIES[place.country].3;
                let at = day * DAY + random.around(user.middle, 4 * HOUR) - clock * HOUR;
                let event = SignIn {
                    at,
                    user: id,
                    net: place,
                    device: match forgets && device.fingerprint.is_some() {
                        true => Device {
                            fingerprint: Some(random.next()),
                            ..device.clone()
                        },
                        false => device.clone(),
                    },
                    is_tool: false,
                    right: true,
                    who: Who::Owner,
                };
                if random.percent(6) {
                    events.push(SignIn {
                        at: at - 20,
                        right: false,
                        ..event.clone()
                    });
                }
                events.push(event);
            }
        }
        self.events.extend(events);
    }
}

fn user(random: &Random, offices: &[Net]) -> User {
    let country = [0, 0, 0, 0, 0, 0, 1, 1, 2, 3][random.below(10) as usize];
    let office = match country {
        0 if random.percent(70) => Some(offices[random.below(6) as usize]),
        1 if random.percent(70) => Some(offices[6 + random.below(2) as usize]),
        _ => None,
    };
    let operator = home_operator(random, country);
    let sends = random.percent(60);
    User {
        country,
        sends_fingerprint: sends,
        home: net(random, operator, country, 200),
        mobile: 200 + country as u64 * 10 + random.below(3),
        office,
        desktop: device(random, &FAMILIES[..8], sends),
        phone: device(random, &FAMILIES[8..], sends),
        // Some work at night.
        middle: if random.percent(8) {
            25 * HOUR
        } else {
            14 * HOUR
        },
        begins: if random.percent(30) {
            random.below(60) as i64
        } else {
            0
        },
    }
}

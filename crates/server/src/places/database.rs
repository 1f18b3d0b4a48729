//! A database of places in the format of MaxMind (MaxMind DB 2.0), as GeoLite2, GeoIP2 and others are published. It is read
//! into memory whole: a file that is cut short while it is mapped would end the program.

use std::fmt;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;

use anyhow::{Context as _, bail};
use cognate_domain::app::places::Place;
use maxminddb::Reader;
use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

/// The longest database that is read, in bytes.
const LONGEST: u64 = 2 << 30;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 128;

/// A database in memory.
pub struct Database(Reader<Vec<u8>>);

/// What a record says, as far as it is used. Databases differ: what one of them lacks is absent.
#[derive(Deserialize, Default)]
struct Record<'r> {
    #[serde(borrow)]
    city: Option<Named<'r>>,
    country: Option<Named<'r>>,
    registered_country: Option<Named<'r>>,
    location: Option<Location<'r>>,
    traits: Option<Operator>,
    autonomous_system_number: Option<Figure>,
}

#[derive(Deserialize, Default)]
struct Named<'r> {
    iso_code: Option<&'r str>,
    #[serde(borrow)]
    names: Option<Names<'r>>,
}

#[derive(Deserialize, Default)]
struct Names<'r> {
    en: Option<&'r str>,
}

#[derive(Deserialize, Default)]
struct Location<'r> {
    latitude: Option<Figure>,
    longitude: Option<Figure>,
    accuracy_radius: Option<Figure>,
    time_zone: Option<&'r str>,
}

#[derive(Deserialize, Default)]
struct Operator {
    autonomous_system_number: Option<Figure>,
}

/// A number of any type that the format has: publishers differ.
#[derive(Clone, Copy)]
struct Figure(f64);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Figure;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Figure, E> {
                Ok(Figure(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Figure, E> {
                let small = u32::try_from(number).unwrap_or(u32::MAX);
                Ok(Figure(f64::from(small)))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Figure, E> {
                let small = i32::try_from(number).unwrap_or(0);
                Ok(Figure(f64::from(small)))
            }
        }
        from.deserialize_any(Any)
    }
}

impl Figure {
    /// Returns a whole number of this size.
    fn whole(self, most: f64) -> Option<u32> {
        let fits = (0.0..=most).contains(&self.0);
        // Rounded towards zero, and within the bound.
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it fits"
        )]
        fits.then_some(self.0 as u32)
    }
}

impl Database {
    /// Reads a database.
    ///
    /// # Errors
    /// A file that cannot be read, is too long or is no such database.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        let mut file = std::fs::File::open(path)?.take(LONGEST + 1);
        file.read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST {
            bail!("is longer than {LONGEST} bytes");
        }
        let reader = Reader::from_source(bytes).context("is no database of places")?;
        Ok(Self(reader))
    }

    /// Returns what is known of an address.
    pub fn find(&self, ip: IpAddr) -> Option<Place> {
        let found = self.0.lookup(ip.to_canonical()).ok()?;
        let record: Record<'_> = found.decode().ok()??;
        let country = record.country.or(record.registered_country);
        let country = country.unwrap_or_default();
        let location = record.location.unwrap_or_default();
        let operator = record.traits.and_then(|of| of.autonomous_system_number);
        let radius = location.accuracy_radius;
        let radius = radius.and_then(|radius| radius.whole(f64::from(u16::MAX)));
        let name = |named: &Named<'_>| text(named.names.as_ref().and_then(|names| names.en));
        Some(Place {
            city: record.city.as_ref().map(name).unwrap_or_default(),
            country: name(&country),
            country_code: text(country.iso_code),
            timezone: text(location.time_zone),
            point: match (location.latitude, location.longitude) {
                (Some(Figure(north)), Some(Figure(east)))
                    if north.abs() <= 90.0 && east.abs() <= 180.0 =>
                {
                    Some((north, east))
                }
                _ => None,
            },
            radius: u16::try_from(radius.unwrap_or(0)).unwrap_or(u16::MAX),
            operator: operator
                .or(record.autonomous_system_number)
                .and_then(|number| number.whole(f64::from(u32::MAX))),
        })
    }
}

/// Returns a text of a database as events keep it.
fn text(said: Option<&str>) -> String {
    let seen = said.unwrap_or_default().chars();
    seen.filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect()
}

/// Returns a database of one record for 192.0.2.0/24, in this city.
#[cfg(test)]
pub fn sample(city: &str) -> Vec<u8> {
    tests::database(city)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of the format's data section.
    enum Value<'v> {
        Text(&'v str),
        Float(f64),
        Short(u16),
        Number(u32),
        Long(u64),
        Map(Vec<(&'v str, Value<'v>)>),
        List(Vec<Value<'v>>),
    }

    fn control(kind: u8, size: usize) -> Vec<u8> {
        let size = u8::try_from(size).unwrap();
        assert!(size < 29);
        match kind {
            // Kinds from 8 on have a byte of their own.
            8.. => vec![size, kind - 7],
            _ => vec![kind << 5 | size],
        }
    }

    fn write(value: &Value<'_>, out: &mut Vec<u8>) {
        match value {
            Value::Text(text) => {
                out.extend(control(2, text.len()));
                out.extend(text.as_bytes());
            }
            Value::Float(number) => {
                out.extend(control(3, 8));
                out.extend(number.to_be_bytes());
            }
            Value::Short(number) => {
                out.extend(control(5, 2));
                out.extend(number.to_be_bytes());
            }
            Value::Number(number) => {
                out.extend(control(6, 4));
                out.extend(number.to_be_bytes());
            }
            Value::Long(number) => {
                out.extend(control(9, 8));
                out.extend(number.to_be_bytes());
            }
            Value::Map(members) => {
                out.extend(control(7, members.len()));
                for (name, value) in members {
                    write(&Value::Text(name), out);
                    write(value, out);
                }
            }
            Value::List(values) => {
                out.extend(control(11, values.len()));
                values.iter().for_each(|value| write(value, out));
            }
        }
    }

    /// A database for IPv4 whose one record is that of 192.0.2.0/24.
    pub fn database(city: &str) -> Vec<u8> {
        use Value::{Float, List, Long, Map, Number, Short, Text};
        const BITS: u32 = 24;
        let network = u32::from_be_bytes([192, 0, 2, 0]);
        let mut out = Vec::new();
        for bit in 0..BITS {
            // A node that is not there is as many as there are nodes; a record is 16 behind that.
            let next = if bit + 1 == BITS { BITS + 16 } else { bit + 1 };
            let turn = network >> (31 - bit) & 1;
            let pair = if turn == 0 {
                [next, BITS]
            } else {
                [BITS, next]
            };
            for node in pair {
                out.extend(&node.to_be_bytes()[1..]);
            }
        }
        out.extend([0; 16]);
        let names = |name| Map(vec![("names", Map(vec![("en", Text(name))]))]);
        let country = Map(vec![
            ("iso_code", Text("DE")),
            ("names", Map(vec![("en", Text("Germany"))])),
        ]);
        let location = Map(vec![
            ("latitude", Float(52.5)),
            ("longitude", Float(13.4)),
            ("accuracy_radius", Short(20)),
            ("time_zone", Text("Europe/Berlin")),
        ]);
        let record = Map(vec![
            ("city", names(city)),
            ("country", country),
            ("location", location),
            ("autonomous_system_number", Number(64_496)),
        ]);
        write(&record, &mut out);
        out.extend(b"\xab\xcd\xefMaxMind.com");
        let about = Map(vec![
            ("binary_format_major_version", Short(2)),
            ("binary_format_minor_version", Short(0)),
            ("build_epoch", Long(1_700_000_000)),
            ("database_type", Text("Test-City")),
            ("description", Map(vec![("en", Text("test"))])),
            ("ip_version", Short(4)),
            ("languages", List(vec![Text("en")])),
            ("node_count", Number(BITS)),
            ("record_size", Short(24)),
        ]);
        write(&about, &mut out);
        out
    }

    fn open(bytes: &[u8]) -> anyhow::Result<Database> {
        Ok(Database(Reader::from_source(bytes.to_vec())?))
    }

    #[test]
    fn an_address_has_a_place() {
        let places = open(&database("Berlin")).unwrap();
        let place = places.find("192.0.2.9".parse().unwrap()).unwrap();
        assert_eq!(
            place,
            Place {
                city: "Berlin".into(),
                country: "Germany".into(),
                country_code: "DE".into(),
                timezone: "Europe/Berlin".into(),
                point: Some((52.5, 13.4)),
                radius: 20,
                operator: Some(64_496),
            }
        );
        let mapped = places.find("::ffff:192.0.2.9".parse().unwrap());
        assert_eq!(mapped, Some(place));
        for other in ["192.0.3.9", "2001:db8::1", "0.0.0.0"] {
            assert_eq!(places.find(other.parse().unwrap()), None, "{other}");
        }
    }

    #[test]
    fn no_bytes_break_it() {
        let whole = database("Berlin");
        let ip = "192.0.2.9".parse().unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0xff;
            if let Ok(places) = open(&changed) {
                let _ = places.find(ip);
            }
            if let Ok(places) = open(&whole[..at]) {
                let _ = places.find(ip);
            }
        }
    }
}

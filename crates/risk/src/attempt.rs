//! The facts about one attempt.

use serde::{Deserialize, Serialize};

/// Stands for a characteristic, such as a network or a program. The caller derives it, with a key of its own, so that
/// what is kept tells nobody the characteristic itself. Two marks are equal if the characteristics are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark(pub u64);

/// A point on the earth, with the radius within which the address really is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees, north is positive.
    pub latitude: f32,
    /// Degrees, east is positive.
    pub longitude: f32,
    /// Kilometres.
    pub radius: u16,
}

impl Point {
    /// Returns the distance on a sphere of the earth's size, in kilometres.
    pub fn distance(&self, other: &Self) -> f32 {
        const EARTH: f32 = 6_371.0;
        let (a, b) = (self.latitude.to_radians(), other.latitude.to_radians());
        let north = (b - a) / 2.0;
        let east = (other.longitude - self.longitude).to_radians() / 2.0;
        let half = north.sin().powi(2) + a.cos() * b.cos() * east.sin().powi(2);
        2.0 * EARTH * half.clamp(0.0, 1.0).sqrt().asin()
    }
}

/// The address that an attempt comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Address {
    /// The network that it belongs to: that of its operator where that is known, otherwise its /24 or /48.
    pub network: Mark,
    /// The country; None if nobody knows it.
    pub country: Option<Mark>,
    /// Where it is; None if nobody knows it.
    pub point: Option<Point>,
    /// True if the operator of the server lists it among the networks that attacks come from.
    pub is_bad: bool,
}

/// The program that an attempt comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its name and that of its system, without their versions.
    pub family: Mark,
    /// True for programs with which people do not sign in themselves: libraries, command lines.
    pub is_tool: bool,
}

/// An attempt to sign in, or to sign up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt {
    /// Seconds since 1970.
    pub at: i64,
    /// The address; None if the caller cannot know that of the user.
    pub address: Option<Address>,
    /// What recognises a single device: a remembered device that was named, the fingerprint of a client library.
    pub devices: [Option<Mark>; 2],
    /// The program; None if the caller cannot know that of the user.
    pub agent: Option<Agent>,
}

impl Attempt {
    /// Returns the characteristics of the device: what recognises it. Without any, all devices of one program are one.
    pub fn device_marks(&self) -> impl Iterator<Item = Mark> {
        let bare = match self.devices {
            [None, None] => self.agent.map(|agent| agent.family),
            _ => None,
        };
        self.devices.into_iter().flatten().chain(bare)
    }

    /// True if the attempt says what recognises a single device.
    pub fn names_device(&self) -> bool {
        self.devices.iter().any(Option::is_some)
    }

    /// Returns the hour of the day, in UTC.
    pub fn hour(&self) -> usize {
        usize::try_from(self.at.rem_euclid(86_400) / 3_600).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_that_on_the_globe() {
        let at = |latitude, longitude| Point {
            latitude,
            longitude,
            radius: 0,
        };
        let (berlin, paris) = (at(52.52, 13.40), at(48.86, 2.35));
        assert!((berlin.distance(&paris) - 878.0).abs() < 5.0);
        assert_eq!(berlin.distance(&berlin), 0.0);
        // Across the line where the longitude changes its sign.
        assert!((at(0.0, 179.5).distance(&at(0.0, -179.5)) - 111.0).abs() < 1.0);
        assert!((at(90.0, 0.0).distance(&at(-90.0, 0.0)) - 20_015.0).abs() < 2.0);
    }
}

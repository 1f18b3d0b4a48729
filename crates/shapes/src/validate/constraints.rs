//! The second pass: every constraint, all violations, in the order of the members' names (settled L11).

use std::fmt;

use serde_json::Value;

use super::print::Printed;
use crate::scalar::decoded_len;
use crate::table::{Kind, Shape};

/// The number of violations that one message reports (settled V10).
const MOST: usize = 10;

/// The unit in which the length of a text is counted. The service's own unit is not known beyond "not bytes" (settled
/// V14); the model's specification says Unicode scalar values.
const LENGTH_UNIT: LengthUnit = LengthUnit::Scalars;

/// Units of length.
#[allow(dead_code, reason = "the alternative stays named beside the choice")]
enum LengthUnit {
    /// Unicode scalar values.
    Scalars,
    /// UTF-16 code units, which Java's `String.length` counts.
    Utf16,
}

/// Checks all constraints below `body`, whose types are right.
///
/// # Errors
/// The whole text of the service's message.
pub(super) fn check(shape: &Shape, body: &Value) -> Result<(), String> {
    let mut walk = Walk { found: Vec::new() };
    walk.value(shape, body, &Path::Root, false);
    let plural = match walk.found.len() {
        0 => return Ok(()),
        1 => "",
        _ => "s",
    };
    Err(format!(
        "{} validation error{plural} detected: {}",
        walk.found.len(),
        walk.found.join("; ")
    ))
}

/// The position of the walk in the request; only written out if a value there is wrong.
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    /// An item of a list, counted from zero here and from one in texts (settled V1).
    Item(&'a Path<'a>, usize),
    /// A value of a map (settled V11).
    Value(&'a Path<'a>, &'a str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(name),
            Self::Member(outer, name) => write!(f, "{outer}.{name}"),
            Self::Item(outer, index) => write!(f, "{outer}.{}.member", index + 1),
            Self::Value(outer, key) => write!(f, "{outer}.{key}.member"),
        }
    }
}

struct Walk {
    found: Vec<String>,
}

impl Walk {
    fn value(&mut self, shape: &Shape, value: &Value, path: &Path<'_>, hidden: bool) {
        let hidden = hidden || shape.secret;
        match (&shape.kind, value) {
            (Kind::Structure { members, by_name }, Value::Object(object)) => {
                let named = by_name.iter().filter_map(|n| members.get(usize::from(*n)));
                for member in named {
                    if self.found.len() >= MOST {
                        return;
                    }
                    let path = Path::Member(path, member.display);
                    match object.get(member.wire) {
                        Some(inner) => self.value(member.shape, inner, &path, hidden),
                        None if member.required => {
                            self.absent(&path, hidden || member.shape.secret)
                        }
                        None => {}
                    }
                }
            }
            (Kind::List { min, max, of }, Value::Array(items)) => {
                let show = Printed {
                    shape,
                    value,
                    hidden: hidden || of.secret,
                };
                self.size(wide(items.len()), *min, *max, &show, path);
                if of.is_scalar() {
                    let bad = |item: &Value| !item.is_null() && !fits(of, item);
                    self.scalars(items.iter().any(bad), "Member", of, &show, path);
                    if items.iter().any(Value::is_null) {
                        self.add(
                            &show,
                            path,
                            "Member must satisfy constraint: [Member must not be null]",
                        );
                    }
                    return;
                }
                for (index, item) in items.iter().enumerate() {
                    let path = Path::Item(path, index);
                    if item.is_null() {
                        self.absent(&path, hidden || of.secret)
                    } else {
                        self.value(of, item, &path, hidden)
                    }
                }
            }
            (
                Kind::Map {
                    min,
                    max,
                    key,
                    value: of,
                },
                Value::Object(entries),
            ) => {
                let show = Printed {
                    shape,
                    value,
                    hidden: hidden || key.secret || of.secret,
                };
                self.size(wide(entries.len()), *min, *max, &show, path);
                self.scalars(
                    entries.keys().any(|k| !text_fits(key, k)),
                    "Map keys",
                    key,
                    &show,
                    path,
                );
                if of.is_scalar() {
                    self.scalars(
                        entries.values().any(|v| !fits(of, v)),
                        "Map value",
                        of,
                        &show,
                        path,
                    );
                    return;
                }
                for (key, entry) in entries {
                    self.value(of, entry, &Path::Value(path, key), hidden);
                }
            }
            // Blobs are measured in bytes, not in the letters of their base64 form.
            (Kind::Blob { min, max }, Value::String(text)) => {
                self.size(
                    decoded_len(text),
                    *min,
                    *max,
                    &Printed {
                        shape,
                        value,
                        hidden,
                    },
                    path,
                );
            }
            _ => self.scalar(shape, value, path, hidden),
        }
    }

    /// Checks one text or number; adds one violation for each constraint that it breaks.
    fn scalar(&mut self, shape: &Shape, value: &Value, path: &Path<'_>, hidden: bool) {
        if fits(shape, value) {
            return;
        }
        let show = Printed {
            shape,
            value,
            hidden,
        };
        for broken in Constraint::all(shape)
            .into_iter()
            .flatten()
            .filter(|c| !c.holds(value))
        {
            self.add(&show, path, &broken.to_string());
        }
    }

    /// Checks the scalars of a list or map, which are reported together on the list or map itself.
    fn scalars(
        &mut self,
        broken: bool,
        who: &str,
        of: &Shape,
        show: &Printed<'_>,
        path: &Path<'_>,
    ) {
        if broken {
            let texts: Vec<String> = Constraint::in_list_order(of)
                .iter()
                .map(ToString::to_string)
                .collect();
            self.add(
                show,
                path,
                &format!("{who} must satisfy constraint: [{}]", texts.join(", ")),
            );
        }
    }

    fn size(
        &mut self,
        size: u64,
        min: Option<u64>,
        max: Option<u64>,
        show: &Printed<'_>,
        path: &Path<'_>,
    ) {
        if let Some(min) = min.filter(|m| size < *m) {
            self.add(show, path, &Constraint::MinLength(min).to_string());
        }
        if let Some(max) = max.filter(|m| size > *m) {
            self.add(show, path, &Constraint::MaxLength(max).to_string());
        }
    }

    /// Adds the violation of an absent member. For a hidden value the text does not even say that it is null
    /// (settled L10).
    fn absent(&mut self, path: &Path<'_>, hidden: bool) {
        if self.found.len() < MOST {
            let null = if hidden { "" } else { " null" };
            self.found.push(format!(
                "Value{null} at '{path}' failed to satisfy constraint: Member must not be null"
            ));
        }
    }

    fn add(&mut self, show: &Printed<'_>, path: &Path<'_>, constraint: &str) {
        if self.found.len() < MOST {
            self.found.push(format!(
                "Value{show} at '{path}' failed to satisfy constraint: {constraint}"
            ));
        }
    }
}

/// One constraint of a scalar; its `Display` is the service's text.
enum Constraint {
    Pattern(&'static crate::table::Pattern),
    MinLength(u64),
    MaxLength(u64),
    MinValue(i64),
    MaxValue(i64),
    OneOf(&'static [&'static str], &'static str),
}

impl Constraint {
    /// Returns the constraints of a scalar in the order of a member's own violations: pattern before length
    /// (settled V12), except where a capture shows the other order.
    fn all(shape: &Shape) -> [Option<Self>; 3] {
        match &shape.kind {
            Kind::Text {
                min,
                max,
                pattern,
                length_first,
            } => {
                let (pattern, min, max) = (
                    pattern.map(Self::Pattern),
                    min.map(Self::MinLength),
                    max.map(Self::MaxLength),
                );
                if *length_first {
                    [min, max, pattern]
                } else {
                    [pattern, min, max]
                }
            }
            Kind::Integer { min, max } => [min.map(Self::MinValue), max.map(Self::MaxValue), None],
            Kind::Enum { values, printed } => [Some(Self::OneOf(values, printed)), None, None],
            _ => [None, None, None],
        }
    }

    /// Returns the same in the order of the bracketed text of a list or map: the larger bound first (settled V11), the
    /// pattern last.
    fn in_list_order(shape: &Shape) -> Vec<Self> {
        let rank = |c: &Self| match c {
            Self::MaxLength(_) | Self::MaxValue(_) | Self::OneOf(..) => 0,
            Self::MinLength(_) | Self::MinValue(_) => 1,
            Self::Pattern(_) => 2,
        };
        let mut list: Vec<Self> = Self::all(shape).into_iter().flatten().collect();
        list.sort_by_key(rank);
        list
    }

    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::MinValue(min), number) => number.as_i64().is_some_and(|n| n >= *min),
            (Self::MaxValue(max), number) => number.as_i64().is_some_and(|n| n <= *max),
            (text_constraint, Value::String(text)) => text_constraint.holds_for(text),
            _ => false,
        }
    }

    fn holds_for(&self, text: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.matches(text),
            Self::MinLength(min) => has_at_least(text, *min),
            Self::MaxLength(max) => has_at_most(text, *max),
            Self::OneOf(values, _) => values.contains(&text),
            Self::MinValue(_) | Self::MaxValue(_) => false,
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write!(
                f,
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            ),
            Self::MinLength(min) => {
                write!(f, "Member must have length greater than or equal to {min}")
            }
            Self::MaxLength(max) => {
                write!(f, "Member must have length less than or equal to {max}")
            }
            Self::MinValue(min) => {
                write!(f, "Member must have value greater than or equal to {min}")
            }
            Self::MaxValue(max) => write!(f, "Member must have value less than or equal to {max}"),
            Self::OneOf(_, printed) => write!(f, "Member must satisfy enum value set: {printed}"),
        }
    }
}

/// True when a text or number breaks no constraint.
fn fits(shape: &Shape, value: &Value) -> bool {
    Constraint::all(shape)
        .into_iter()
        .flatten()
        .all(|c| c.holds(value))
}

fn text_fits(shape: &Shape, text: &str) -> bool {
    Constraint::all(shape)
        .into_iter()
        .flatten()
        .all(|c| c.holds_for(text))
}

/// Texts are counted only when their number of bytes leaves the answer open: a character has one to four bytes.
fn has_at_least(text: &str, min: u64) -> bool {
    let bytes = wide(text.len());
    bytes >= min && (bytes >= min.saturating_mul(4) || length(text) >= min)
}

fn has_at_most(text: &str, max: u64) -> bool {
    let bytes = wide(text.len());
    bytes <= max || length(text) <= max
}

fn length(text: &str) -> u64 {
    match LENGTH_UNIT {
        LengthUnit::Scalars => wide(text.chars().count()),
        LengthUnit::Utf16 => wide(text.encode_utf16().count()),
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

//! The model in memory, and the reader of its compact text form.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};

/// The whole API.
#[derive(Default)]
pub struct Model {
    /// Operations in the order of their names.
    pub ops: Vec<OpDef>,
    /// Exceptions in the order of their names.
    pub errors: Vec<ErrorDef>,
    /// Shapes by name.
    pub shapes: BTreeMap<String, Shape>,
    /// Rate categories: name, default requests per second, operations.
    pub categories: Vec<Category>,
}

/// One operation.
pub struct OpDef {
    /// As the API names it.
    pub name: String,
    /// `sigv4`, `public` or, by override, `sigv4-or-client`.
    pub auth: String,
    /// Shape of the request.
    pub input: String,
    /// Shape of the response; none means a body of zero length.
    pub output: Option<String>,
    /// Full names of the exceptions it declares.
    pub errors: Vec<String>,
}

/// One exception.
pub struct ErrorDef {
    /// Full name.
    pub name: String,
    /// True when the server is to blame (HTTP 500).
    pub fault: bool,
}

/// One rate category.
pub struct Category {
    /// As the quota page names it.
    pub name: String,
    /// Default requests per second.
    pub rps: u32,
    /// The operations that count to it.
    pub ops: Vec<String>,
}

/// One shape.
#[derive(Clone)]
pub struct Shape {
    /// Name in the model; also the Java class name in printed structures.
    pub name: String,
    /// Its value is never shown.
    pub secret: bool,
    /// What it is.
    pub kind: Kind,
}

/// A range of lengths, sizes or values.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Range {
    /// Smallest allowed.
    pub min: Option<i64>,
    /// Largest allowed.
    pub max: Option<i64>,
}

/// The kinds of shapes.
#[derive(Clone)]
pub enum Kind {
    /// Members in order.
    Struct(Vec<Member>),
    /// Any JSON.
    Document,
    /// A text that is not an enumeration.
    Str {
        /// Of the length.
        range: Range,
        /// Java pattern that the whole text must match.
        pattern: Option<String>,
        /// The length is reported before the pattern.
        length_first: bool,
    },
    /// A text of a closed set.
    Enum {
        /// In model order.
        values: Vec<String>,
        /// In the order of the service's messages.
        printed: Vec<String>,
    },
    /// A 32-bit number.
    Int(Range),
    /// A 64-bit number.
    Long(Range),
    /// True or false.
    Bool,
    /// Seconds since the epoch.
    Timestamp,
    /// Bytes, base64 on the wire.
    Blob(Range),
    /// A list.
    List {
        /// Of the size.
        range: Range,
        /// Shape of an element.
        of: String,
    },
    /// A map with text keys.
    Map {
        /// Of the size.
        range: Range,
        /// Shape of a key.
        key: String,
        /// Shape of a value.
        value: String,
    },
}

/// One member of a structure.
#[derive(Clone)]
pub struct Member {
    /// Name on the wire.
    pub wire: String,
    /// Name in messages, when it does not follow from the wire name.
    pub display: Option<String>,
    /// Must be there.
    pub required: bool,
    /// Name of its shape.
    pub shape: String,
}

impl Model {
    /// Reads the compact text.
    ///
    /// # Errors
    /// Fails on a line it cannot read, and on references to shapes or errors that do not exist.
    pub fn parse(text: &str) -> Result<Self> {
        let mut model = Self::default();
        let mut open: Option<String> = None;
        for (number, line) in text.lines().enumerate() {
            model
                .line(line, &mut open)
                .with_context(|| format!("model line {}: {line}", number + 1))?;
        }
        model.check_references()?;
        Ok(model)
    }

    fn line(&mut self, line: &str, open: &mut Option<String>) -> Result<()> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(member) = line.strip_prefix("  ") {
            let (name, shape) = member
                .split_once(' ')
                .context("a member needs a name and a shape")?;
            let (wire, required) = name.strip_suffix('!').map_or((name, false), |n| (n, true));
            let owner = open
                .as_ref()
                .and_then(|o| self.shapes.get_mut(o))
                .context("a member outside a struct")?;
            let Kind::Struct(members) = &mut owner.kind else {
                bail!("a member in a shape without members")
            };
            members.push(Member {
                wire: wire.into(),
                display: None,
                required,
                shape: shape.into(),
            });
            return Ok(());
        }
        *open = None;
        let (keyword, rest) = line
            .split_once(' ')
            .context("a line needs a keyword and a name")?;
        match keyword {
            "op" => self.ops.push(operation(rest)?),
            "error" => {
                let mut words = rest.split(' ');
                let name = words.next().unwrap_or_default();
                self.errors.push(ErrorDef {
                    name: format!("{name}Exception"),
                    fault: words.any(|w| w == "fault"),
                });
            }
            _ => {
                let shape = shape(keyword, rest)?;
                *open = Some(shape.name.clone());
                if let Some(old) = self.shapes.insert(shape.name.clone(), shape) {
                    bail!("shape {} stands twice", old.name);
                }
            }
        }
        Ok(())
    }

    fn check_references(&self) -> Result<()> {
        let exists = |name: &str| -> Result<()> {
            self.shapes
                .get(name)
                .map(|_| ())
                .with_context(|| format!("no shape {name}"))
        };
        for op in &self.ops {
            exists(&op.input)?;
            op.output.as_deref().map_or(Ok(()), exists)?;
            for error in &op.errors {
                if !self.errors.iter().any(|e| e.name == *error) {
                    bail!("{} declares the unknown error {error}", op.name);
                }
            }
        }
        self.shapes
            .values()
            .flat_map(|s| s.references())
            .try_for_each(exists)
    }

    /// The names of all shapes that can be reached from `roots`, them included.
    pub fn reachable<'a>(&'a self, roots: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut todo: Vec<&str> = roots.collect();
        while let Some(name) = todo.pop() {
            if seen.insert(name)
                && let Some(shape) = self.shapes.get(name)
            {
                todo.extend(shape.references());
            }
        }
        seen
    }

    /// The shape `name`.
    ///
    /// # Errors
    /// Fails when there is none.
    pub fn shape(&self, name: &str) -> Result<&Shape> {
        self.shapes
            .get(name)
            .with_context(|| format!("no shape {name}"))
    }
}

impl Shape {
    /// The names of the shapes that this one uses.
    pub fn references(&self) -> Vec<&str> {
        match &self.kind {
            Kind::Struct(members) => members.iter().map(|m| m.shape.as_str()).collect(),
            Kind::List { of, .. } => vec![of],
            Kind::Map { key, value, .. } => vec![key, value],
            _ => Vec::new(),
        }
    }
}

fn operation(rest: &str) -> Result<OpDef> {
    let (head, errors) = rest.split_once(" !").context("no `!` before the errors")?;
    let (head, output) = head
        .split_once(" -> ")
        .context("no `->` before the output")?;
    let (head, input) = head.split_once(" : ").context("no `:` before the input")?;
    let (name, auth) = head.split_once(' ').context("no auth class")?;
    Ok(OpDef {
        name: name.into(),
        auth: auth.into(),
        input: input.into(),
        output: (output != "-").then(|| output.into()),
        errors: errors
            .split_whitespace()
            .map(|e| format!("{e}Exception"))
            .collect(),
    })
}

fn shape(keyword: &str, rest: &str) -> Result<Shape> {
    let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (rest, secret) = match rest.strip_suffix("secret") {
        Some(head) => (head.trim_end(), true),
        None => (rest, false),
    };
    let (bounds, tail) = take_range(rest)?;
    let kind = match keyword {
        "struct" if tail == "document" => Kind::Document,
        "struct" => Kind::Struct(Vec::new()),
        "enum" => {
            let values: Vec<String> = rest.split(' ').map(Into::into).collect();
            let printed = super::names::java_hash_set_order(&values);
            Kind::Enum { values, printed }
        }
        "string" => Kind::Str {
            range: bounds,
            pattern: slashed(tail)?,
            length_first: false,
        },
        "integer" => Kind::Int(bounds),
        "long" => Kind::Long(bounds),
        "boolean" => Kind::Bool,
        "timestamp" => Kind::Timestamp,
        "blob" => Kind::Blob(bounds),
        "list" => Kind::List {
            range: bounds,
            of: tail
                .strip_prefix("of ")
                .context("a list without `of`")?
                .into(),
        },
        "map" => {
            let (key, value) = tail.split_once(" -> ").context("a map without `->`")?;
            Kind::Map {
                range: bounds,
                key: key.into(),
                value: value.into(),
            }
        }
        other => bail!("unknown keyword {other}"),
    };
    Ok(Shape {
        name: name.into(),
        secret,
        kind,
    })
}

/// Reads `MIN..MAX` at the start of `text`, if it is there, and gives back the rest.
fn take_range(text: &str) -> Result<(Range, &str)> {
    let (word, tail) = text.split_once(' ').unwrap_or((text, ""));
    if word.starts_with('/') {
        return Ok((Range::default(), text));
    }
    match word.split_once("..") {
        Some((min, max)) => Ok((
            Range {
                min: number(min)?,
                max: number(max)?,
            },
            tail,
        )),
        None => Ok((Range::default(), text)),
    }
}

/// An optional number: empty text is none.
///
/// # Errors
/// Fails when the text is neither empty nor a number.
pub fn number(text: &str) -> Result<Option<i64>> {
    if text.is_empty() {
        Ok(None)
    } else {
        Ok(Some(text.parse().context("not a number")?))
    }
}

/// The text between the first and the last slash; none for an empty text.
///
/// # Errors
/// Fails when the text is not between slashes.
pub fn slashed(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    let inner = text
        .strip_prefix('/')
        .and_then(|t| t.strip_suffix('/'))
        .context("a pattern stands between slashes")?;
    Ok(Some(inner.into()))
}

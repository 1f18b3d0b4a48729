//! Applies `model/overrides.model`: where the real service differs from its published model.
//!
//! Each line says what it expects to find, so that a line that no longer applies fails instead of lying. Each line ends
//! with two spaces, `# ` and the source of the fact.

use anyhow::{Context as _, Result, bail, ensure};

use super::model::{Category, Kind, Member, Model, Range, Shape, number, slashed};
use super::names;

/// Applies all lines of `text` to the model.
///
/// # Errors
/// Fails on a line that cannot be read, has no source, or does not apply to this model.
pub fn apply(model: &mut Model, text: &str) -> Result<()> {
    for (index, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        apply_line(model, line).with_context(|| format!("overrides line {}: {line}", index + 1))?;
    }
    Ok(())
}

fn apply_line(model: &mut Model, line: &str) -> Result<()> {
    let (fact, source) = line
        .rsplit_once("  # ")
        .context("an override names its source after `  # `")?;
    ensure!(!source.trim().is_empty(), "an override names its source");
    let (keyword, rest) = fact
        .trim_end()
        .split_once(' ')
        .context("an override needs a keyword and a target")?;
    let (target, rest) = rest
        .split_once(' ')
        .context("an override needs a target and a fact")?;
    match keyword {
        "auth" => auth(model, target, rest),
        "error" => error(model, target, rest),
        "pattern" => pattern(model, target, rest),
        "range" => range(model, target, rest),
        "copy" => copy(model, target, rest),
        "secret" => secret(model, target, rest),
        "length-first" => length_first(model, target, rest),
        "retype" => retype(model, target, rest),
        "display" => display(model, target, rest),
        "value" => value(model, target, rest),
        "print" => print(model, target, rest),
        "category" => category(model, target, rest),
        other => bail!("unknown keyword {other}"),
    }
}

/// Splits `OLD -> NEW`.
fn change(rest: &str) -> Result<(&str, &str)> {
    rest.split_once(" -> ").context("expected `OLD -> NEW`")
}

fn shape<'a>(model: &'a mut Model, name: &str) -> Result<&'a mut Shape> {
    model
        .shapes
        .get_mut(name)
        .with_context(|| format!("no shape {name}"))
}

fn member<'a>(model: &'a mut Model, path: &str) -> Result<&'a mut Member> {
    let (owner, name) = path.split_once('.').context("expected STRUCT.MEMBER")?;
    let Kind::Struct(members) = &mut shape(model, owner)?.kind else {
        bail!("{owner} has no members")
    };
    members
        .iter_mut()
        .find(|m| m.wire == name)
        .with_context(|| format!("no member {path}"))
}

fn auth(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let (old, new) = change(rest)?;
    ensure!(
        matches!(new, "sigv4" | "public" | "sigv4-or-client"),
        "unknown auth class {new}"
    );
    let op = model
        .ops
        .iter_mut()
        .find(|o| o.name == target)
        .with_context(|| format!("no operation {target}"))?;
    ensure!(op.auth == old, "the model says {}", op.auth);
    op.auth = new.into();
    Ok(())
}

fn error(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let new = rest
        .strip_prefix("+ ")
        .context("expected `error OP + NAME`")?;
    let new = format!("{new}Exception");
    ensure!(model.errors.iter().any(|e| e.name == new), "no error {new}");
    let op = model
        .ops
        .iter_mut()
        .find(|o| o.name == target)
        .with_context(|| format!("no operation {target}"))?;
    ensure!(!op.errors.contains(&new), "the model has this error");
    op.errors.push(new);
    Ok(())
}

fn pattern(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let (old, new) = change(rest)?;
    let Kind::Str { pattern, .. } = &mut shape(model, target)?.kind else {
        bail!("{target} is no text")
    };
    ensure!(*pattern == slashed(old)?, "the model says {pattern:?}");
    *pattern = if new == "-" { None } else { slashed(new)? };
    Ok(())
}

fn parse_range(text: &str) -> Result<Range> {
    if text == "-" {
        return Ok(Range::default());
    }
    let (min, max) = text.split_once("..").context("expected MIN..MAX")?;
    Ok(Range {
        min: number(min)?,
        max: number(max)?,
    })
}

fn range(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let (old, new) = change(rest)?;
    let bounds = match &mut shape(model, target)?.kind {
        Kind::Str { range, .. } | Kind::List { range, .. } | Kind::Map { range, .. } => range,
        Kind::Int(range) | Kind::Long(range) | Kind::Blob(range) => range,
        _ => bail!("{target} has no range"),
    };
    ensure!(*bounds == parse_range(old)?, "the model says otherwise");
    *bounds = parse_range(new)?;
    Ok(())
}

fn copy(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let from = rest
        .strip_prefix("of ")
        .context("expected `copy NEW of OLD`")?;
    let mut new = model.shape(from)?.clone();
    new.name = target.into();
    ensure!(
        model.shapes.insert(target.into(), new).is_none(),
        "shape {target} exists"
    );
    Ok(())
}

fn secret(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    ensure!(rest == "on -> off", "expected `secret SHAPE on -> off`");
    let shape = shape(model, target)?;
    ensure!(shape.secret, "the model does not hide {target}");
    shape.secret = false;
    Ok(())
}

fn length_first(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    ensure!(rest == "on", "expected `length-first SHAPE on`");
    let Kind::Str {
        pattern,
        length_first,
        range,
        ..
    } = &mut shape(model, target)?.kind
    else {
        bail!("{target} is no text")
    };
    ensure!(
        pattern.is_some() && range.min.is_some(),
        "{target} has no two constraints to order"
    );
    *length_first = true;
    Ok(())
}

fn retype(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let (old, new) = change(rest)?;
    model.shape(new)?;
    let member = member(model, target)?;
    ensure!(member.shape == old, "the model says {}", member.shape);
    member.shape = new.into();
    Ok(())
}

fn display(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let (old, new) = change(rest)?;
    let member = member(model, target)?;
    ensure!(
        names::display(&member.wire) == old,
        "the rule gives {}",
        names::display(&member.wire)
    );
    member.display = Some(new.into());
    Ok(())
}

fn value(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let new = rest
        .strip_prefix("+ ")
        .context("expected `value ENUM + VALUE`")?;
    let Kind::Enum { values, printed } = &mut shape(model, target)?.kind else {
        bail!("{target} is no enum")
    };
    ensure!(!values.iter().any(|v| v == new), "the model has this value");
    values.push(new.into());
    *printed = names::java_hash_set_order(values);
    Ok(())
}

fn print(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let Kind::Enum { values, printed } = &mut shape(model, target)?.kind else {
        bail!("{target} is no enum")
    };
    let order: Vec<String> = rest.split(' ').map(Into::into).collect();
    let sorted = |list: &[String]| {
        let mut list = list.to_vec();
        list.sort();
        list
    };
    ensure!(
        sorted(&order) == sorted(values),
        "these are not the values of {target}"
    );
    ensure!(
        order != *printed,
        "the general rule gives this order already"
    );
    *printed = order;
    Ok(())
}

fn category(model: &mut Model, target: &str, rest: &str) -> Result<()> {
    let (rps, ops) = rest
        .split_once(' ')
        .context("a category needs a rate and operations")?;
    let ops: Vec<String> = ops.split(' ').map(Into::into).collect();
    for op in &ops {
        ensure!(model.ops.iter().any(|o| o.name == *op), "no operation {op}");
        ensure!(
            !model.categories.iter().any(|c| c.ops.contains(op)),
            "{op} has a category already"
        );
    }
    model.categories.push(Category {
        name: target.into(),
        rps: rps.parse().context("not a rate")?,
        ops,
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "\
op Go sigv4 : GoRequest -> - ! Bad
error Bad
error Worse
struct GoRequest
  Name! NameType
  Colour ColourType
string NameType 1..5 /[a-z]+/
enum ColourType RED GREEN
";

    fn applied(line: &str) -> Result<Model> {
        let mut model = Model::parse(MODEL)?;
        apply(&mut model, line)?;
        Ok(model)
    }

    #[test]
    fn a_fact_changes_the_model() {
        assert_eq!(
            applied("auth Go sigv4 -> public  # x").unwrap().ops[0].auth,
            "public"
        );
        let model = applied("error Go + Worse  # x").unwrap();
        assert_eq!(model.ops[0].errors.join(" "), "BadException WorseException");
        let model = applied("value ColourType + BLUE  # x").unwrap();
        let Kind::Enum { values, .. } = &model.shapes["ColourType"].kind else {
            panic!("no enum")
        };
        assert_eq!(values.join(" "), "RED GREEN BLUE");
        let model = applied("copy LongNameType of NameType  # x\nrange LongNameType 1..5 -> ..9  # x\nretype GoRequest.Name NameType -> LongNameType  # x").unwrap();
        let Kind::Str { range, .. } = &model.shapes["LongNameType"].kind else {
            panic!("no text")
        };
        assert!(
            *range
                == Range {
                    min: None,
                    max: Some(9)
                }
        );
    }

    #[test]
    fn a_line_that_no_longer_applies_fails() {
        for line in [
            "auth Go public -> sigv4  # x",
            "auth Gone sigv4 -> public  # x",
            "error Go + Bad  # x",
            "error Go + Unheard  # x",
            "error Gone + Worse  # x",
            "pattern NameType /[A-Z]+/ -> -  # x",
            "range NameType 1..6 -> 1..7  # x",
            "retype GoRequest.Name ColourType -> NameType  # x",
            "display GoRequest.Name title -> name  # x",
            "value ColourType + RED  # x",
            "print ColourType RED BLUE  # x",
            "secret NameType on -> off  # x",
            "length-first ColourType on  # x",
            "category Reads 5 Gone  # x",
            "category Reads 5 Go  # x\ncategory Writes 5 Go  # x",
        ] {
            assert!(applied(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_line_without_a_source_fails() {
        assert!(applied("auth Go sigv4 -> public").is_err());
        assert!(applied("auth Go sigv4 -> public  # ").is_err());
    }
}

//! What a newer model brings: the report of `cargo xtask import-model`, and the list of operations without code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The facts of a compact model by their names: `op SignUp`, `struct SignUpRequest`, `SignUpRequest.Username`.
type Facts = BTreeMap<String, String>;

fn facts(model: &str) -> Result<Facts> {
    let (mut facts, mut owner) = (Facts::new(), "");
    for line in model
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let member = line.strip_prefix("  ");
        let mut words = line.split_whitespace();
        let (first, second) = (words.next(), words.next());
        let (first, second) = first
            .zip(second)
            .with_context(|| format!("no fact: {line}"))?;
        let (name, fact) = match member {
            Some(member) => (format!("{owner}.{}", first.trim_end_matches('!')), member),
            None => (format!("{first} {second}"), line),
        };
        if member.is_none() {
            owner = second;
        }
        facts.insert(name, fact.to_owned());
    }
    Ok(facts)
}

/// What differs between two compact models, by what has to be done about it.
///
/// # Errors
/// Fails when either is no compact model.
pub fn report(before: &str, after: &str) -> Result<String> {
    let (before, after) = (facts(before)?, facts(after)?);
    let mut out = String::new();
    let mut part = |title: &str, lines: Vec<String>| -> Result<()> {
        if !lines.is_empty() {
            writeln!(out, "{title}\n  {}\n", lines.join("\n  "))?;
        }
        Ok(())
    };
    let new = || after.iter().filter(|(name, _)| !before.contains_key(*name));
    let of_kind = |kind: &'static str| new().filter(move |(name, _)| name.starts_with(kind));
    part(
        "New operations: they answer 501; write their folders into docs/operations.tsv:",
        of_kind("op ").map(|(_, fact)| fact.clone()).collect(),
    )?;
    part(
        "New errors:",
        of_kind("error ").map(|(_, fact)| fact.clone()).collect(),
    )?;
    let grown = new().filter(|(name, _)| {
        let owner = name.split('.').next().unwrap_or_default();
        name.contains('.') && before.contains_key(&format!("struct {owner}"))
    });
    part(
        "New members of shapes that were known: obey each, or fail closed and list it as pending:",
        grown
            .map(|(name, fact)| format!("{name}: {fact}"))
            .collect(),
    )?;
    let changed = after.iter().filter_map(|(name, fact)| {
        let old = before.get(name).filter(|old| *old != fact)?;
        Some(format!("{name}\n    was {old}\n    is  {fact}"))
    });
    part(
        "Changed: for a new error of an operation with code, give docs/errors.tsv a row:",
        changed.collect(),
    )?;
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name));
    part(
        "Gone: delete what still names it:",
        gone.map(|(name, _)| name.clone()).collect(),
    )?;
    if out.is_empty() {
        out.push_str("Nothing is new.\n");
    }
    Ok(out)
}

/// Writes the operations that docs/operations.tsv gives as 501 into the list at the end of `domain/src/dispatch.rs`.
///
/// # Errors
/// Fails when a file cannot be read or written, or the list is not found.
pub fn list_missing(root: &Path) -> Result<()> {
    let path = root.join("crates/domain/src/dispatch.rs");
    let text = std::fs::read_to_string(&path)?;
    let missing: Vec<String> = crate::operations::rows(root)?
        .into_iter()
        .filter(|(_, row)| row.status == "501")
        .map(|(name, _)| name)
        .collect();
    let listed =
        with_list(&text, &missing).context("dispatch.rs has no list of missing operations")?;
    Ok(std::fs::write(path, listed)?)
}

/// The text of dispatch.rs with these operations in its list; none without one.
fn with_list(text: &str, missing: &[String]) -> Option<String> {
    let (routes, rest) = text.rsplit_once("\n    ;\n")?;
    let (_, rest) = rest.split_once("}\n")?;
    let list: String = missing.iter().map(|name| format!("    {name}\n")).collect();
    Some(format!("{routes}\n    ;\n{list}}}\n{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_is_new_in_what_was_known() {
        let before = "op A sigv4 : ARequest -> - ! X\nstruct ARequest\n  P! PType\nstring PType\nstring Old\n";
        let after = "op A sigv4 : ARequest -> - ! X Y\nop B sigv4 : BRequest -> - !\nerror Y\nstruct ARequest\n  P! PType\n  Q BoolType\n\
             struct BRequest\n  R PType\nstring PType 1..2\n";
        let report = report(before, after).unwrap();
        for line in [
            "  op B sigv4 : BRequest -> - !\n",
            "  error Y\n",
            "  ARequest.Q: Q BoolType\n",
            "  string PType\n    was string PType\n    is  string PType 1..2\n",
            "    is  op A sigv4 : ARequest -> - ! X Y\n",
            "  string Old\n",
        ] {
            assert!(report.contains(line), "{line}{report}");
        }
        assert!(!report.contains("BRequest.R"), "{report}");
        assert_eq!(super::report(before, before).unwrap(), "Nothing is new.\n");
    }

    #[test]
    fn the_list_of_missing_operations_is_replaced_and_the_routes_stay() {
        let text = "routes! {\n    A => ops::a,\n    ;\n    B C\n    D\n}\nfn x() {}\n";
        let listed = with_list(text, &["B".into(), "E".into()]).unwrap();
        assert_eq!(
            listed,
            "routes! {\n    A => ops::a,\n    ;\n    B\n    E\n}\nfn x() {}\n"
        );
    }
}

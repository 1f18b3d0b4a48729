//! Every citation of a sheet under docs/service, or of docs/DESIGN.md, leads to a heading or a row that is there.
//!
//! | form | leads to |
//! |---|---|
//! | `auth.md 3.1, 6.4`, `auth 3.1`, `auth.md 1.1-1.7` | headings that begin with these numbers |
//! | `settled C12, P1-P3`, `settled.md B` | rows of tables that begin with the code, the heading of the letter |
//! | `design decision 7`, `design decisions 1 and 7` | the heading `Decision 7` |
//! | `(design, attempts)` | the heading `Attempts` |
//!
//! A citation may go on in the next line of a comment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};

/// Where the sheets are.
const FOLDER: &str = "docs/service";
/// The sheet of single facts, which is cited by letter and number.
const SETTLED: &str = "settled";
/// Where decisions and mechanisms are.
const DESIGN: &str = "docs/DESIGN.md";
/// Kinds of files that cite.
const KINDS: [&str; 6] = ["rs", "md", "sql", "tsv", "py", "model"];
/// This file, whose tests cite what is not there.
const SELF: &str = "xtask/src/tidy/citations.rs";
/// The longest name of a mechanism, in words.
const LONGEST_NAME: usize = 6;

/// What can be cited.
#[derive(Default)]
pub struct Sheets {
    /// Sheet to section numbers, or to codes and letters.
    sections: BTreeMap<String, BTreeSet<String>>,
    decisions: BTreeSet<String>,
    mechanisms: BTreeSet<String>,
}

impl Sheets {
    /// Reads the sheets and the design of the project at `root`.
    ///
    /// # Errors
    /// Fails if one of them cannot be read.
    pub fn read(root: &Path) -> Result<Self> {
        let mut sheets = Self::default();
        for entry in std::fs::read_dir(root.join(FOLDER)).context(FOLDER)? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str());
            if let Some(name) = name.filter(|name| is_sheet_name(name)) {
                sheets.add(name, &std::fs::read_to_string(&path)?);
            }
        }
        sheets.add_design(&std::fs::read_to_string(root.join(DESIGN)).context(DESIGN)?);
        Ok(sheets)
    }

    fn add(&mut self, name: &str, text: &str) {
        let settled = name == SETTLED;
        let found = text.lines().filter_map(|line| {
            if line.starts_with('#') {
                let number = line.trim_start_matches('#').split_whitespace().next()?;
                Some(number.trim_end_matches('.'))
            } else if settled {
                line.strip_prefix("| ")?.split_whitespace().next()
            } else {
                None
            }
        });
        let found = found
            .filter(|item| Item::parse(item, settled).is_some())
            .map(str::to_owned)
            .collect();
        self.sections.insert(name.to_owned(), found);
    }

    fn add_design(&mut self, text: &str) {
        for line in text.lines().filter(|line| line.starts_with("### ")) {
            let title = line.trim_start_matches('#').trim();
            match title.strip_prefix("Decision ") {
                Some(rest) => {
                    let number = rest.split(':').next().unwrap_or_default();
                    self.decisions.insert(number.to_owned());
                }
                None => {
                    self.mechanisms.insert(title.to_lowercase());
                }
            }
        }
    }

    /// Adds to `faults` what an item of `sheet` stands for and is not there.
    fn look_up(&self, sheet: &str, item: &Item, line: usize, faults: &mut Vec<(usize, String)>) {
        let Some(sections) = self.sections.get(sheet) else {
            faults.push((line, format!("there is no {FOLDER}/{sheet}.md to cite")));
            return;
        };
        for section in item.all() {
            if !sections.contains(&section) {
                faults.push((line, format!("{FOLDER}/{sheet}.md has no {section}")));
            }
        }
    }
}

/// Citations in `text` that lead nowhere: line and rule.
pub fn faults(sheets: &Sheets, file: &Path, text: &str) -> Vec<(usize, String)> {
    let kind = file.extension().and_then(|kind| kind.to_str());
    if !kind.is_some_and(|kind| KINDS.contains(&kind)) || file == Path::new(SELF) {
        return Vec::new();
    }
    let words = words(text);
    let mut faults = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let rest = words.get(at + 1..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let name = word.text.trim_start_matches(['(', '[', '`', '*', '"']);
        if name == "design" || name == "Design" {
            cited_decisions(sheets, word, rest, &mut faults);
        } else if name == "design," {
            let opens = word.text.starts_with('(') || before.is_some_and(|w| w.text.ends_with(';'));
            if opens {
                cited_mechanism(sheets, word, rest, &mut faults);
            }
        } else if let Some(start) = Start::parse(sheets, name, kind == Some("model")) {
            for (item, line) in start.items(rest) {
                sheets.look_up(&start.sheet, &item, line, &mut faults);
            }
        }
    }
    faults
}

/// A word of a text, with its line counted from one.
struct Word<'a> {
    text: &'a str,
    line: usize,
}

/// The words of a text, without what marks a line as a comment.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let line = ["///", "//!", "//", "--", "#", "*", ">"]
            .iter()
            .find_map(|mark| line.strip_prefix(mark))
            .unwrap_or(line);
        let line_words = line.split_whitespace();
        words.extend(line_words.map(|text| Word { text, line: at + 1 }));
    }
    words
}

/// How a citation of a sheet begins.
struct Start {
    sheet: String,
    /// Written without `.md`, so that only what cannot be a plain word is taken for a section.
    bare: bool,
    /// Without `.md`, whole numbers are sections too.
    whole: bool,
}

impl Start {
    fn parse(sheets: &Sheets, word: &str, whole: bool) -> Option<Self> {
        if let Some(name) = word.strip_suffix(".md") {
            return is_sheet_name(name).then(|| Self {
                sheet: name.to_owned(),
                bare: false,
                whole: true,
            });
        }
        let name = if word == "Settled" { SETTLED } else { word };
        let known = is_sheet_name(name) && sheets.sections.contains_key(name);
        known.then(|| Self {
            sheet: name.to_owned(),
            bare: true,
            whole,
        })
    }

    /// The sections that follow, each with its line: `3.1, 6.4 and 8)`.
    fn items(&self, words: &[Word<'_>]) -> Vec<(Item, usize)> {
        let settled = self.sheet == SETTLED;
        let mut found: Vec<(Item, usize)> = Vec::new();
        let mut goes_on = true;
        let mut joined = false;
        for word in words {
            if matches!(word.text, "and" | "to") && !found.is_empty() {
                (goes_on, joined) = (true, true);
                continue;
            }
            let bare = word.text.trim_end_matches(PUNCTUATION);
            let item = Item::parse(bare, settled).filter(|_| goes_on);
            let Some(item) = item else {
                break;
            };
            let plain = match found.first() {
                // Of a list that began with a number like 3.1, a whole number is more likely some other number.
                Some((first, _)) => !settled && item.is_whole() && !first.is_whole() && !joined,
                None => self.bare && (item.is_letter() || item.is_whole() && !self.whole),
            };
            if plain {
                break;
            }
            found.push((item, word.line));
            goes_on = word.text.get(bare.len()..) == Some(",");
            joined = false;
        }
        found
    }
}

/// What may stand behind a section.
const PUNCTUATION: [char; 10] = [')', ']', '.', ',', ';', ':', '`', '*', '"', '\''];

/// A section of a sheet, or several: `3`, `3.1`, `1.1-1.7`, `C12`, `P1-P3`, `B`.
#[derive(Debug)]
struct Item {
    /// What stands before the last number: empty, `3.`, `C`, `B`.
    prefix: String,
    /// The first and the last number; None for a letter alone.
    numbers: Option<(u32, u32)>,
}

impl Item {
    fn parse(text: &str, settled: bool) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (prefix, low) = split(first, settled)?;
        let Some(low) = low else {
            return (first == last).then_some(Self {
                prefix,
                numbers: None,
            });
        };
        let high = match split(last, settled) {
            Some((same, Some(high))) if same == prefix => high,
            _ => last.parse().ok().filter(|_| settled)?,
        };
        Some(Self {
            prefix,
            numbers: Some((low, high)),
        })
    }

    fn is_whole(&self) -> bool {
        self.prefix.is_empty()
    }

    fn is_letter(&self) -> bool {
        self.numbers.is_none()
    }

    fn all(&self) -> Vec<String> {
        match self.numbers {
            None => vec![self.prefix.clone()],
            Some((low, high)) => (low..=high)
                .map(|number| format!("{}{number}", self.prefix))
                .collect(),
        }
    }
}

/// Splits `3.1` into `3.` and 1, `C12` into `C` and 12, `B` into `B` and nothing.
fn split(text: &str, settled: bool) -> Option<(String, Option<u32>)> {
    let number = |text: &str| -> Option<u32> {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    if settled {
        let rest = text.strip_prefix(|first: char| first.is_ascii_uppercase())?;
        let letter = text.get(..1)?.to_owned();
        return match rest {
            "" => Some((letter, None)),
            rest => Some((letter, Some(number(rest)?))),
        };
    }
    match text.split_once('.') {
        None => Some((String::new(), Some(number(text)?))),
        Some((chapter, section)) => {
            number(chapter)?;
            Some((format!("{chapter}."), Some(number(section)?)))
        }
    }
}

/// Checks `design decision 7` and `design decisions 1 and 7`; `word` is `design`.
fn cited_decisions(
    sheets: &Sheets,
    word: &Word<'_>,
    rest: &[Word<'_>],
    faults: &mut Vec<(usize, String)>,
) {
    let mut rest = rest.iter();
    match rest.next().map(|word| word.text) {
        Some("decision" | "decisions") => {}
        Some("section") => {
            let rule = format!("{DESIGN} is cited by decision or by the name of a mechanism");
            faults.push((word.line, rule));
            return;
        }
        _ => return,
    }
    for word in rest.filter(|word| word.text != "and") {
        let number = word.text.trim_end_matches(PUNCTUATION);
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        if !sheets.decisions.contains(number) {
            faults.push((word.line, format!("{DESIGN} has no decision {number}")));
        }
        if !matches!(word.text.get(number.len()..), Some("" | ",")) {
            return;
        }
    }
}

/// Checks `(design, attempts)`; `word` is `(design,`.
fn cited_mechanism(
    sheets: &Sheets,
    word: &Word<'_>,
    rest: &[Word<'_>],
    faults: &mut Vec<(usize, String)>,
) {
    let mut name = Vec::new();
    for word in rest.iter().take(LONGEST_NAME) {
        let part = word.text.trim_end_matches(PUNCTUATION);
        name.push(part.to_lowercase());
        if part.len() < word.text.len() {
            let name = name.join(" ");
            if !sheets.mechanisms.contains(&name) {
                faults.push((word.line, format!("{DESIGN} has no heading `{name}`")));
            }
            return;
        }
    }
    faults.push((
        word.line,
        format!("no mechanism of {DESIGN} has so long a name"),
    ));
}

/// Sheets are named in lower case.
fn is_sheet_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets() -> Sheets {
        let mut sheets = Sheets::default();
        let auth = "# Sign-in\n\n## 3. Flows\n\n### 3.1 Rules\n### 3.2 Flows\n\n## 8. Open\n";
        sheets.add("auth", auth);
        sheets.add(
            "settled",
            "## C. Corrections\n\n| # | Fact |\n|---|---|\n| C1 | x |\n| C2 | x |\n| C12 | x |\n",
        );
        sheets.add_design("# Design\n\n### Decision 7: the issuer\n\n### Request flow\n");
        sheets
    }

    fn found(file: &str, text: &str) -> Vec<String> {
        faults(&sheets(), Path::new(file), text)
            .into_iter()
            .map(|(line, rule)| format!("{line}: {rule}"))
            .collect()
    }

    fn leads_somewhere(text: &str) {
        assert!(found("a.rs", text).is_empty(), "{:?}", found("a.rs", text));
    }

    #[test]
    fn a_section_of_a_sheet() {
        leads_somewhere(
            "/// auth.md 3.1: the rule (auth.md 3, 8).\n/// auth.md 3.1, 3.2; 501 for more.",
        );
        assert_eq!(
            found("a.rs", "//! One.\n/// (auth.md 3.1, 3.9).\n"),
            ["2: docs/service/auth.md has no 3.9"]
        );
        assert_eq!(
            found("a.rs", "// auth.md 9: x"),
            ["1: docs/service/auth.md has no 9"]
        );
    }

    #[test]
    fn a_range_of_sections() {
        leads_somewhere("// auth.md 3.1-3.2.");
        assert_eq!(
            found("a.rs", "// auth.md 3.1-3.3."),
            ["1: docs/service/auth.md has no 3.3"]
        );
    }

    #[test]
    fn a_sheet_that_is_not_there() {
        assert_eq!(
            found("a.rs", "// pages.md 3.1"),
            ["1: there is no docs/service/pages.md to cite"]
        );
        leads_somewhere("// See pages.md and docs/CONFIG.md 3, or pages 3.1.");
    }

    #[test]
    fn a_section_without_the_ending_of_the_file() {
        leads_somewhere("/// The form (spec auth 3.1 and 8).");
        leads_somewhere("/// To auth 12 users.");
        assert_eq!(
            found("a.rs", "/// spec auth 3.7"),
            ["1: docs/service/auth.md has no 3.7"]
        );
        assert_eq!(
            found("overrides.model", "value A + B  # auth 9: x"),
            ["1: docs/service/auth.md has no 9"]
        );
    }

    #[test]
    fn a_settled_fact() {
        leads_somewhere(
            "/// Settled C12; settled C1, C2.\n/// settled.md C and C12.\n/// All is settled.",
        );
        assert_eq!(
            found("a.sql", "-- settled C1, C3"),
            ["1: docs/service/settled.md has no C3"]
        );
        assert_eq!(
            found("a.py", "# settled C1-C3"),
            ["1: docs/service/settled.md has no C3"]
        );
        assert_eq!(
            found("a.rs", "// settled.md B."),
            ["1: docs/service/settled.md has no B"]
        );
    }

    #[test]
    fn a_citation_goes_on_in_the_next_line() {
        leads_somewhere("//! Claims (auth.md 3.1, settled\n//! C1, C2).");
        assert_eq!(
            found(
                "a.rs",
                "/// One (auth.md 3.1,\n    /// 3.4, settled\n    /// C9).\n"
            ),
            [
                "2: docs/service/auth.md has no 3.4",
                "3: docs/service/settled.md has no C9"
            ]
        );
    }

    #[test]
    fn a_design_decision() {
        leads_somewhere("// (design decision 7). Our design decisions are few. By design.");
        assert_eq!(
            found("a.md", "It is so (design decisions 1 and 7)."),
            ["1: docs/DESIGN.md has no decision 1"]
        );
        assert_eq!(
            found("a.rs", "// (design section 2)"),
            ["1: docs/DESIGN.md is cited by decision or by the name of a mechanism"]
        );
    }

    #[test]
    fn a_mechanism_of_the_design() {
        leads_somewhere("/// Five times (design, request flow).\n/// Good design, simple rooms.");
        leads_somewhere("/// Five times (`dev` only; design, request\n/// flow).");
        assert_eq!(
            found("a.rs", "/// It ticks (`dev` only; design, clocks)."),
            ["1: docs/DESIGN.md has no heading `clocks`"]
        );
    }

    #[test]
    fn other_files_cite_nothing() {
        assert!(found("Cargo.lock", "auth.md 9").is_empty());
        assert!(found(SELF, "auth.md 9").is_empty());
    }
}

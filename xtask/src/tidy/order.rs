//! The order of crates and of the folders inside `domain`: who may use whom.
//!
//! docs/ARCHITECTURE.md says it once, in two fenced lists that are read here. A crate has exactly the arrows of the list.
//! A folder of `crates/domain/src` imports only folders above it in the list, and files inside one folder import each other
//! without rings. Tests inside a file do not count, and neither do the paths by which a module names its own children.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The document that holds the two lists.
pub(super) const DOCUMENT: &str = "docs/ARCHITECTURE.md";
/// The folder whose files are read.
const SOURCES: &str = "crates/domain/src";
/// The arrow of the list of crates.
const ARROW: &str = "→";

/// A broken rule: the file, the line, and what is wrong.
pub(super) type Finding = (PathBuf, usize, String);

/// Checks the project at `root`.
///
/// # Errors
/// Fails when a file cannot be read, or the document lacks one of the lists.
pub(super) fn faults(root: &Path) -> Result<Vec<Finding>> {
    let document = std::fs::read_to_string(root.join(DOCUMENT)).context(DOCUMENT)?;
    let mut sources = BTreeMap::new();
    read_sources(&root.join(SOURCES), "", &mut sources)?;
    let folders = list(&document, "folders").context("no list of folders in the document")?;
    let mut found = check_folders(&folders, &sources);
    let crates = list(&document, "crates").context("no list of crates in the document")?;
    found.extend(check_crates(&crates, &manifests(root)?));
    Ok(found)
}

/// Returns the lines of a fenced list, with their numbers in the document.
fn list(document: &str, name: &str) -> Option<Vec<(usize, String)>> {
    let mut lines = document.lines().zip(1..);
    lines.find(|(line, _)| line.strip_prefix("```") == Some(name))?;
    let inside = lines.take_while(|(line, _)| *line != "```");
    Some(
        inside
            .filter(|(line, _)| !line.trim().is_empty())
            .map(|(line, number)| (number, line.to_owned()))
            .collect(),
    )
}

/// Reads the Rust files below a folder, by their path from it.
fn read_sources(folder: &Path, below: &str, found: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            read_sources(&entry.path(), &format!("{below}{name}/"), found)?;
        } else if name.ends_with(".rs") {
            found.insert(
                format!("{below}{name}"),
                std::fs::read_to_string(entry.path())?,
            );
        }
    }
    Ok(())
}

/// Reads the manifests of our crates, by the crate's folder.
fn manifests(root: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let entry = entry?;
        if let Ok(text) = std::fs::read_to_string(entry.path().join("Cargo.toml")) {
            found.insert(entry.file_name().to_string_lossy().into_owned(), text);
        }
    }
    Ok(found)
}

/// An import of one file by another.
struct Import {
    from: String,
    line: usize,
    to: String,
}

/// Checks the order of folders and looks for rings of files inside each.
fn check_folders(order: &[(usize, String)], sources: &BTreeMap<String, String>) -> Vec<Finding> {
    let rank = |folder: &str| {
        let names = order.iter().map(|(_, line)| line.split_whitespace().next());
        names.into_iter().position(|name| name == Some(folder))
    };
    let mut found = Vec::new();
    let mut inside: BTreeMap<String, Vec<Import>> = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for import in imports(sources) {
        let (from, to) = (folder(&import.from), folder(&import.to));
        if from == to {
            inside.entry(from.to_owned()).or_default().push(import);
            continue;
        }
        match (rank(from), rank(to)) {
            (Some(own), Some(other)) if own < other => {
                let rule = format!(
                    "`{to}` stands below `{from}` in {DOCUMENT}, so `{from}` must not import it"
                );
                found.push((source(&import.from), import.line, rule));
            }
            (own, other) => {
                unknown.extend(own.is_none().then(|| from.to_owned()));
                unknown.extend(other.is_none().then(|| to.to_owned()));
            }
        }
    }
    for folder in unknown {
        let rule = format!("`{folder}` is missing from the list of folders");
        found.push((PathBuf::from(DOCUMENT), 1, rule));
    }
    for imports in inside.values() {
        found.extend(rings(imports));
    }
    found
}

fn source(file: &str) -> PathBuf {
    Path::new(SOURCES).join(file)
}

/// Returns the folder of a file; a file directly below the root is a folder of its own.
fn folder(file: &str) -> &str {
    let first = file.split('/').next().unwrap_or(file);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Finds rings: leaves out files that import nothing of what is left, until none of them is; whoever is left leads into a
/// ring.
fn rings(imports: &[Import]) -> Vec<Finding> {
    let mut left: BTreeSet<&str> = imports.iter().map(|i| i.from.as_str()).collect();
    let mut found = Vec::new();
    loop {
        let next = |left: &BTreeSet<&str>, file: &str| {
            let mut out = imports.iter().filter(|i| i.from == file);
            out.find(|i| left.contains(i.to.as_str()))
        };
        loop {
            let leaf = left.iter().find(|file| next(&left, file).is_none());
            let Some(leaf) = leaf.copied() else {
                break;
            };
            left.remove(leaf);
        }
        let Some(first) = left.first().copied() else {
            return found;
        };
        let mut path: Vec<&Import> = Vec::new();
        let mut at = first;
        // Every file that is left has a way on, so the path comes back to where it was.
        while let Some(import) = next(&left, at) {
            if let Some(start) = path.iter().position(|i| i.from == at) {
                path.drain(..start);
                break;
            }
            path.push(import);
            at = &import.to;
        }
        let names: Vec<&str> = path.iter().map(|i| i.from.as_str()).collect();
        if let Some(import) = path.first() {
            let rule = format!("a ring of imports: {} → {at}", names.join(" → "));
            found.push((source(&import.from), import.line, rule));
        }
        for name in names {
            left.remove(name);
        }
        left.remove(at);
    }
}

/// Finds what each file imports of the others by `crate::` or `super::`.
fn imports(sources: &BTreeMap<String, String>) -> Vec<Import> {
    let modules: BTreeMap<String, &str> = sources
        .keys()
        .filter(|file| *file != "lib.rs")
        .map(|file| (module(file).join("::"), file.as_str()))
        .collect();
    let root = sources.get("lib.rs").map_or("", String::as_str);
    let reexports: BTreeMap<String, Vec<String>> = paths(root, "pub use ")
        .into_iter()
        .filter_map(|(_, path)| Some((path.last()?.clone(), path)))
        .collect();
    let mut found = Vec::new();
    for (file, text) in sources.iter().filter(|(file, _)| *file != "lib.rs") {
        let code = without_tests(text);
        let above = {
            let mut own = module(file);
            own.pop();
            own
        };
        let from_root = paths(&code, "crate::").into_iter();
        let from_above = paths(&code, "super::").into_iter().map(|(line, path)| {
            let mut whole = above.clone();
            for part in path {
                match part.as_str() {
                    "super" => drop(whole.pop()),
                    _ => whole.push(part),
                }
            }
            (line, whole)
        });
        for (line, path) in from_root.chain(from_above) {
            let path = match path.first() {
                Some(first) if path.len() == 1 => reexports.get(first).unwrap_or(&path),
                _ => &path,
            };
            let target = (1..=path.len())
                .rev()
                .filter_map(|length| path.get(..length))
                .find_map(|part| modules.get(&part.join("::")));
            if let Some(to) = target.filter(|to| *to != file) {
                found.push(Import {
                    from: file.clone(),
                    line,
                    to: (*to).to_owned(),
                });
            }
        }
    }
    found
}

/// Returns the path of a file's module.
fn module(file: &str) -> Vec<String> {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').map(str::to_owned).collect()
}

/// Blanks comments and the module of tests, and keeps the lines.
fn without_tests(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let (mut marked, mut inside) = (false, false);
    for line in text.lines() {
        if inside {
            inside = line != "}";
        } else {
            inside = marked && line.starts_with("mod ") && line.ends_with('{');
            marked = line == "#[cfg(test)]";
            if !inside {
                code.push_str(line.split("//").next().unwrap_or_default());
            }
        }
        code.push('\n');
    }
    code
}

/// Finds the paths behind a prefix, one for each leaf of a `use` with braces, with the lines on which they begin.
fn paths(code: &str, prefix: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code.get(..at).unwrap_or_default();
        let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | ':');
        if before.ends_with(name) {
            continue;
        }
        let line = before.matches('\n').count() + 1;
        let mut reader = Reader {
            rest: code.get(at + prefix.len()..).unwrap_or_default(),
            line,
        };
        reader.tree(&[], &mut found);
    }
    found
}

/// Reads the tree of a path: names, `::`, and braces with a list of trees.
struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    fn tree(&mut self, above: &[String], found: &mut Vec<(usize, Vec<String>)>) {
        let mut path = above.to_vec();
        loop {
            if self.eat("{") {
                while !self.eat("}") {
                    let before = self.rest.len();
                    self.tree(&path, found);
                    if self.eat("as ") {
                        self.name();
                    }
                    if !self.eat(",") && (self.rest.len() == before || !self.rest.starts_with('}'))
                    {
                        return;
                    }
                }
                return;
            }
            let name = self.name();
            let line = self.line;
            match name {
                "" | "self" => return found.push((line, path)),
                name => path.push(name.to_owned()),
            }
            if !self.rest.starts_with("::") {
                self.space();
                return found.push((line, path));
            }
            self.eat("::");
        }
    }

    fn space(&mut self) {
        let rest = self.rest.trim_start();
        let skipped = self.rest.len() - rest.len();
        let skipped = self.rest.get(..skipped).unwrap_or_default();
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(token) {
            Some(behind) => {
                self.space();
                self.rest = behind;
                true
            }
            None => false,
        }
    }

    fn name(&mut self) -> &'t str {
        self.space();
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name
    }
}

/// Compares the arrows between crates with the dependencies of their manifests.
fn check_crates(arrows: &[(usize, String)], manifests: &BTreeMap<String, String>) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut drawn: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for (number, line) in arrows {
        let (name, targets) = line.split_once(ARROW).unwrap_or((line, ""));
        let targets = targets.split_whitespace().collect();
        drawn.insert(name.trim(), (*number, targets));
    }
    for (name, (number, _)) in &drawn {
        if !manifests.contains_key(*name) {
            let rule = format!("there is no crate `{name}`");
            found.push((PathBuf::from(DOCUMENT), *number, rule));
        }
    }
    for (name, manifest) in manifests {
        let file = Path::new("crates").join(name).join("Cargo.toml");
        let Some((number, targets)) = drawn.get(name.as_str()) else {
            let rule = format!("`{name}` is missing from the list of crates in {DOCUMENT}");
            found.push((file, 1, rule));
            continue;
        };
        let used = dependencies(manifest);
        for (line, target) in &used {
            if !targets.contains(target) {
                let rule = format!("{DOCUMENT} has no arrow {name} {ARROW} {target}");
                found.push((file.clone(), *line, rule));
            }
        }
        for target in targets {
            if !used.iter().any(|(_, used)| used == target) {
                let rule = format!("`{name}` does not depend on `{target}`");
                found.push((PathBuf::from(DOCUMENT), *number, rule));
            }
        }
    }
    found
}

/// Returns our crates among the dependencies of a manifest, those of its tests apart, with their lines.
fn dependencies(manifest: &str) -> Vec<(usize, &str)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (line, number) in manifest.lines().zip(1..) {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside && let Some(rest) = line.strip_prefix("cognate-") {
            let end = rest.find(['.', ' ', '=']).unwrap_or(rest.len());
            found.extend(rest.get(..end).map(|name| (number, name)));
        }
    }
    found
}

#[cfg(test)]
mod tests;

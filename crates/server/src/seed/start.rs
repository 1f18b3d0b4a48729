//! The seed of `cognate dev`: read before anything is opened, applied before anybody is answered.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use cognate_domain::App;

use super::apply::{self, Applied, Outcome};
use super::document::{Language, MOST_BYTES};
use super::parts::Plan;

/// The names of a seed in the working folder.
const NAMES: [&str; 4] = [
    "cognate.yaml",
    "cognate.yml",
    "cognate.json",
    "cognate.toml",
];

/// A seed and the file it is from.
#[derive(Debug)]
pub struct SeedFile {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub plan: Plan,
}

/// Reads a file. `region` and `account` stand for what a template takes from where it is used.
///
/// # Errors
/// What is wrong, with file and line.
pub fn read(path: &Path, region: &str, account: &str) -> anyhow::Result<SeedFile> {
    let (text, language) = text_of(path)?;
    let plan = super::read(&text, language, region, account);
    let plan = plan.map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    Ok(SeedFile {
        path: path.to_owned(),
        plan,
    })
}

fn text_of(path: &Path) -> anyhow::Result<(String, Language)> {
    let name = path.to_string_lossy();
    let language = Language::of_name(&name);
    let language = language.with_context(|| {
        format!(
            "{name}: a seed is a file whose name ends in .yaml, .yml, .template, .json, .toml or .tfstate"
        )
    })?;
    let size = std::fs::metadata(path).with_context(|| format!("cannot read {name}"))?;
    if size.len() > MOST_BYTES as u64 {
        bail!("{name}: the file is larger than 8 MiB");
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    Ok((text, language))
}

/// Returns the seed in a folder, if there is one. `settings` is the file of settings, which may have such a name.
///
/// # Errors
/// What is wrong with it; two of them.
pub fn found(
    folder: &Path,
    settings: Option<&Path>,
    region: &str,
    account: &str,
) -> anyhow::Result<Option<SeedFile>> {
    let mut found: Option<PathBuf> = None;
    for name in NAMES {
        let path = folder.join(name);
        let is_settings = settings.is_some_and(|settings| {
            settings == path || settings.canonicalize().ok() == path.canonicalize().ok()
        });
        if is_settings || !path.is_file() {
            continue;
        }
        let (text, language) = text_of(&path)?;
        if !super::is_seed(&text, language) {
            tracing::info!(file = %path.display(), "this file has no pools: it is no seed");
            continue;
        }
        if let Some(other) = &found {
            bail!(
                "{} and {} are both here: choose one with --seed",
                other.display(),
                path.display()
            );
        }
        found = Some(path);
    }
    let Some(path) = found else {
        return Ok(None);
    };
    let shown = path.strip_prefix(folder).map(Path::to_owned);
    read(&shown.unwrap_or(path), region, account).map(Some)
}

/// How many things a seed made, changed and found as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New.
    pub created: usize,
    /// Changed.
    pub changed: usize,
    /// As the seed says.
    pub same: usize,
}

/// Applies a seed.
///
/// # Errors
/// What cannot be, with file, line and member. What comes before it in the seed counts.
pub async fn apply(app: &App, seed: &SeedFile) -> anyhow::Result<Counts> {
    let file = seed.path.display();
    for note in &seed.plan.notes {
        tracing::info!(%file, "{note}");
    }
    let mut counts = Counts::default();
    for (at, part) in seed.plan.parts.iter().enumerate() {
        let changes = match apply::part(app, part, false).await {
            Applied::Done(changes) => changes,
            Applied::Refused(refused) => {
                let line = seed.plan.line(at, refused.user);
                bail!("{}", refusal(&seed.path, line, &refused.what, &refused.why));
            }
        };
        for change in changes {
            match change.outcome {
                Outcome::Created => counts.created += 1,
                Outcome::Changed => counts.changed += 1,
                Outcome::Same => counts.same += 1,
            }
            for note in &change.notes {
                tracing::warn!(%file, what = change.what, "{note}");
            }
        }
    }
    let Counts {
        created,
        changed,
        same,
    } = counts;
    tracing::info!(%file, created, changed, same, "the seed is applied");
    Ok(counts)
}

/// Returns the text about something that cannot be.
pub fn refusal(file: &Path, line: usize, what: &str, why: &str) -> String {
    let place = match line {
        0 => String::new(),
        line => format!("line {line}: "),
    };
    format!("{}: {place}{what}: {why}", file.display())
}

//! `cargo xtask codegen [--check]`: writes `crates/shapes/src/generated/*.rs` from the model and its overrides.

mod java_pattern;
pub mod json;
pub mod model;
pub mod names;
mod ops;
mod overrides;
mod tables;
mod types;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use model::Model;

/// The first lines of each generated file.
const HEADER: &str = "// Written by `cargo xtask codegen` from model/cognito-idp.model and model/overrides.model; do not edit.\n\n";

/// The module that joins the generated files.
const MODULE: &str = "\
//! The API as Rust types and constraint tables.

mod each;
mod enums;
mod error_code;
mod op;
mod requests;
mod responses;
mod structures;
pub(crate) mod tables;

pub use enums::*;
pub use error_code::ErrorCode;
pub use op::{Category, Op};
pub use requests::*;
pub use responses::*;
pub use structures::*;

mod prelude {
    pub(super) use std::collections::BTreeMap;

    pub(super) use serde::{Deserialize, Serialize};
    pub(super) use serde_json::Value;

    pub(super) use super::{enums::*, structures::*};
    pub(super) use crate::scalar::{Blob, Timestamp};
}
";

/// Reads the model and its overrides from the folder `model`.
///
/// # Errors
/// Fails when either cannot be read or an override no longer applies.
pub fn load(root: &Path) -> Result<Model> {
    let read = |name: &str| {
        let path = root.join("model").join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut model = Model::parse(&read("cognito-idp.model")?)?;
    overrides::apply(&mut model, &read("overrides.model")?)?;
    Ok(model)
}

/// Writes the generated files.
///
/// # Errors
/// Fails when the model cannot be read or a file cannot be written.
pub fn write(root: &Path) -> Result<()> {
    let folder = folder(root);
    std::fs::create_dir_all(&folder)?;
    for (name, text) in generate(root)? {
        let path = folder.join(name);
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            std::fs::write(&path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

/// Compares the generated files with those checked in.
///
/// # Errors
/// Fails when one differs, is missing, or is one too many.
pub fn check(root: &Path) -> Result<()> {
    let folder = folder(root);
    let files = generate(root)?;
    for (name, text) in &files {
        if std::fs::read_to_string(folder.join(name)).ok().as_deref() != Some(text) {
            bail!(
                "crates/shapes/src/generated/{name} is not what the model says; run `cargo xtask codegen`"
            );
        }
    }
    for entry in std::fs::read_dir(&folder)? {
        let name = entry?.file_name();
        if !files.iter().any(|(n, _)| name == **n) {
            bail!(
                "{} in crates/shapes/src/generated is not generated",
                name.display()
            );
        }
    }
    Ok(())
}

fn folder(root: &Path) -> std::path::PathBuf {
    root.join("crates/shapes/src/generated")
}

fn generate(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let model = load(root)?;
    let structures = types::structures(&model)?;
    let files = [
        ("each.rs", ops::each(&model)),
        ("enums.rs", types::enums(&model)?),
        ("error_code.rs", ops::error_codes(&model)?),
        ("mod.rs", MODULE.to_owned()),
        ("op.rs", ops::operations(&model)?),
        ("requests.rs", structures.requests),
        ("responses.rs", structures.responses),
        ("structures.rs", structures.nested),
        ("tables.rs", tables::tables(&model)?),
    ];
    files
        .into_iter()
        .map(|(name, text)| Ok((name, format(&format!("{HEADER}{text}"))?)))
        .collect()
}

/// Formats Rust text as `cargo fmt` does.
fn format(text: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start rustfmt")?;
    let mut input = child.stdin.take().context("no standard input")?;
    let owned = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(owned.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().ok().context("the writer to rustfmt died")??;
    if !output.status.success() {
        bail!("rustfmt refused generated text");
    }
    Ok(String::from_utf8(output.stdout)?)
}

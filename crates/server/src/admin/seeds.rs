//! `cognate seed`: a part of a seed against a pool, or a part of a pool as a seed.

use cognate_domain::App;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::seed::apply;
use crate::seed::export;
use crate::seed::parts::Part;

/// What to do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Applies a part; or says what would change.
    Apply {
        /// The part.
        part: Part,
        /// True if nothing may be written.
        only_look: bool,
    },
    /// Lists the ids of pools.
    Pools {
        /// The id after which the page begins.
        from: Option<String>,
    },
    /// Gives out a part of a pool.
    Export {
        /// The pool's id.
        pool: String,
        /// What of it.
        step: export::Step,
        /// True if secrets are wanted.
        secrets: bool,
    },
}

impl Step {
    /// True if nothing changes that a server remembers.
    pub fn only_reads(&self) -> bool {
        match self {
            Self::Apply { only_look, .. } => *only_look,
            Self::Pools { .. } | Self::Export { .. } => true,
        }
    }
}

/// Does it.
///
/// # Errors
/// A text for the person at the terminal.
pub(super) async fn perform(app: &App, step: Step) -> Result<Value, String> {
    match step {
        Step::Apply { part, only_look } => Ok(json!(apply::part(app, &part, only_look).await)),
        Step::Pools { from } => export::pools(&app.store, from.as_deref()).await,
        Step::Export {
            pool,
            step,
            secrets,
        } => export::step(app, &pool, &step, secrets).await,
    }
}

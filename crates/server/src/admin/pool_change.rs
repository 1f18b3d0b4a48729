//! `cognate pool plan-change`: changes of what Cognito calls immutable (decision 017).

use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::reshaping::{self, change::Ground};
use cognate_store::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Twice the lease of the nodes' caches, in microseconds (decision 002).
const LEASE: i64 = 2_000_000;

/// What to do about a change of a pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Begins a plan.
    Plan {
        /// The words after `--set`.
        set: Vec<String>,
    },
    /// Applies a plan.
    Apply {
        /// The plan's id.
        plan: String,
        /// The text of the decision file.
        decisions: Option<String>,
    },
    /// Takes a change back.
    Undo {
        /// The plan's id.
        plan: String,
    },
    /// Ends a change for good.
    Finish {
        /// The plan's id.
        plan: String,
    },
    /// Shows how far a change is.
    Status {
        /// The plan's id; None for the latest.
        plan: Option<String>,
        /// The first conflict to show.
        from: usize,
    },
    /// Does what is to do until nothing is left: for a database that no server has open.
    Drive,
}

/// Does a step. `now`: the service's time in microseconds.
///
/// # Errors
/// A text for the person at the terminal.
pub(super) async fn perform(
    store: &Store,
    root: &RootKey,
    now: i64,
    pool: &str,
    step: Step,
) -> Result<Value, String> {
    let ground = Ground {
        store,
        root,
        now,
        lease: LEASE,
    };
    match step {
        Step::Plan { set } => {
            let plan = reshaping::plan(ground, pool, &set).await.map_err(text)?;
            Ok(json!({"plan": plan}))
        }
        Step::Apply { plan, decisions } => {
            let done = reshaping::apply(ground, pool, &plan, decisions.as_deref()).await;
            done.map_err(text)?;
            Ok(json!({"plan": plan}))
        }
        Step::Undo { plan } => {
            reshaping::undo(ground, pool, &plan).await.map_err(text)?;
            Ok(json!({"plan": plan}))
        }
        Step::Finish { plan } => {
            reshaping::finish(ground, pool, &plan).await.map_err(text)?;
            Ok(json!({"plan": plan}))
        }
        Step::Status { plan, from } => {
            let status = reshaping::status(ground, pool, plan.as_deref(), from).await;
            status.map_err(text)
        }
        Step::Drive => {
            reshaping::drive(ground, pool).await.map_err(text)?;
            Ok(Value::Null)
        }
    }
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}

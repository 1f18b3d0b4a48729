//! Calls the functions of triggers: Lambda-compatible endpoints, plain HTTP hooks, and in `dev` local commands.
//!
//! The settings map ARNs to targets ([`settings`]). Here is only the way to a function and back: which event it receives
//! and what its answer does is `domain`'s. A call runs in [`functions`], which logs and counts it without its event.

mod answer;
pub mod code_cipher;
mod command;
mod counts;
pub mod functions;
mod hook;
mod lambda;
mod recorder;
pub mod settings;

pub use counts::{Count, Outcome};
pub use functions::TriggerFunctions;
pub use recorder::Recorded;
pub use settings::FunctionSettings;

//! Cognito's rules: what every operation does, apart from HTTP, JSON text and SQL.
//!
//! [`App`] holds the long-lived parts, [`Cx`] one action. [`run`] runs an action, [`dispatch`] an operation of the API
//! that has already been authenticated and validated. Time, randomness and outside calls come from `Cx` and `App`,
//! never from elsewhere.

pub mod accounts;
pub mod app;
mod attempts;
pub mod audit;
pub mod clock;
mod cx;
pub mod dispatch;
pub mod errors;
pub mod events;
pub mod facts;
pub mod federation;
mod foreign;
pub mod ids;
pub mod jobs;
pub mod lint;
pub mod messages;
pub mod moving;
pub mod oauth;
mod ops;
mod outbound;
mod paging;
pub mod pending;
pub mod records;
pub mod recovery;
pub mod reshaping;
pub mod resources;
mod run;
pub mod signin;
mod threats;
pub mod tokens;
pub mod upstream;
pub mod users;

pub use app::{App, IssuerDefault, Mode, Settings};
pub use cx::context::RequestContext;
pub use cx::slot::Slot;
pub use cx::{Caller, ClientInfo, Cx};
pub use dispatch::{Answer, dispatch};
pub use errors::{ApiError, Fault, Result};
pub use facts::action::{Action, Endpoint};
pub use run::run;

//! Sign-ins through identity providers, as the pages take their steps.

mod again;
mod answers;
mod approval;
mod diagnosis;
mod first;
pub mod flow;
mod levels;
mod linked;
mod linking;
mod pending;
mod social;
mod tokens;

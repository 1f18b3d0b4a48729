//! Sign-ins through identity providers, as the pages take their steps.

mod again;
mod answers;
mod first;
mod flow;
mod linked;
mod pending;
mod social;
mod tokens;

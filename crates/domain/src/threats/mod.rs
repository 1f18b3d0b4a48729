//! Threat protection: what a request says of itself becomes facts, `cognate_risk` judges them, and the risk configuration says
//! what follows (docs/THREATS.md). `signin/protection.rs` asks here once in each sign-in.

pub mod decided;
pub mod exceptions;
pub mod facts;
pub mod judge;
pub mod learn;
pub mod sign_up;

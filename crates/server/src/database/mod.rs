//! The database as a whole: its mode, its sealing key, emptying it, backing it up.

pub mod backup;
pub mod database_identity;
pub mod reset;
pub mod rotate;
pub mod sealing;

//! The database as a whole: its mode, its sealing key, and emptying it.

pub mod database_identity;
pub mod reset;
pub mod rotate;
pub mod sealing;

//! Import jobs: the service's own way of bringing users by CSV (moving.md 1).

pub mod batch;
pub mod file;
pub mod link;
pub mod results;
pub mod row;
pub mod status;
pub mod steps;
pub mod upload;

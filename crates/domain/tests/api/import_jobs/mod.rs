//! Import jobs: users by CSV as the service takes them (moving.md 1).

mod broken;
mod guards;
mod hashes;
mod jobs;
mod links;
mod rows;

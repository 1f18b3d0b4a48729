//! Pools in the languages of Terraform and CloudFormation: states, configurations, plans, templates.
//!
//! | module | contents |
//! |---|---|
//! | [`reading`] | JSON that another program wrote, bounded |
//! | [`fields`] | what a member of the API is called in Terraform, one table for both directions |
//! | [`kinds`] | those tables, by type of resource |
//! | [`state`] | the resources of a state of Terraform or OpenTofu |
//! | [`seeds`] | such resources as a seed |
//! | [`hcl`] | the language of Terraform, written |
//! | [`terraform`] | a pool as a configuration |
//! | [`cloudformation`] | a pool as a template |
//! | [`texts`] | what may stand in a file as it is, and names that are told apart |
//! | [`attributes`] | names of attributes |
//! | [`plan`] | what a plan wants to change, and why |
//!
//! A seed is what docs/SEED.md says, as JSON: the caller has its types, its checks and its files. No store, no clock, no network.

pub mod attributes;
pub mod cloudformation;
pub mod fields;
pub mod hcl;
pub mod kinds;
pub mod plan;
pub mod reading;
pub mod seeds;
pub mod state;
mod tables;
pub mod terraform;
pub mod texts;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod tests;

//! Authorization codes: what their exchange gives, and every way in which it is refused.

mod refusals;
mod replay;
mod tokens;

use cognate_domain::oauth::authorization::Parameters;
use cognate_domain::oauth::code::CodeRequest;
use each_engine::each_engine;

use super::flow::*;
use super::*;

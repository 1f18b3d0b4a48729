//! The limits operations, one file each: requests per second that a category of operations may make (admin.md 7.1).
//!
//! A limit belongs to the account and the region of the caller, not to a pool.

pub mod get_provisioned_limit;
pub mod update_provisioned_limit;

use cognate_shapes::{Category, LimitDefinitionType, LimitType};
use cognate_store::tables::meta;

use crate::cx::Cx;
use crate::errors::limits::{invalid_definition, unknown_category};
use crate::errors::{Fault, Result};

/// The largest value that an adjustable limit may have. The service asks its quota desk, which does not exist here.
const ACCOUNT_MAXIMUM: i64 = 100_000;

/// The category of sign-ins through identity providers, which no operation is in, and its default.
const USER_FEDERATION: (&str, i64) = ("UserFederation", 25);

/// Categories whose limit can be raised; all others stay at their default.
const ADJUSTABLE: [&str; 6] = [
    "UserCreation",
    "UserAuthentication",
    "UserFederation",
    "UserRead",
    "UserToken",
    "UserResourceRead",
];

/// A limit with its defaults, in requests per second.
struct Limit {
    category: &'static str,
    default: i64,
}

impl Limit {
    /// The limit that a request speaks of.
    fn find(definition: &LimitDefinitionType) -> Result<Self> {
        let mut attributes = definition.attributes.iter();
        let wanted = match (attributes.next(), attributes.next()) {
            (Some((name, category)), None) if name == "Category" => category,
            _ => return Err(invalid_definition().into()),
        };
        let of_operations = Category::ALL
            .iter()
            .filter_map(|category| Some((category.as_str(), i64::from(category.default_rps()?))));
        let known = of_operations
            .chain([USER_FEDERATION])
            .find(|(name, _)| name == wanted);
        let (category, default) = known.ok_or_else(|| unknown_category(wanted))?;
        Ok(Self { category, default })
    }

    /// The largest value that it may have.
    fn most(&self) -> i64 {
        if ADJUSTABLE.contains(&self.category) {
            ACCOUNT_MAXIMUM
        } else {
            self.default
        }
    }

    /// The name under which it is kept in `meta`.
    fn key(&self, cx: &Cx<'_>) -> String {
        format!("limit/{}/{}", cx.region(), self.category)
    }

    /// The value that was set, else the default.
    async fn value(&self, cx: &Cx<'_>) -> Result<i64> {
        let Some(text) = meta::get(&cx.store, &self.key(cx)).await? else {
            return Ok(self.default);
        };
        text.parse()
            .map_err(|_| Fault::Internal(format!("the limit {} is {text}", self.category)))
    }

    fn to_api(&self, definition: LimitDefinitionType, value: i64) -> LimitType {
        LimitType {
            limit_definition: definition,
            provisioned_limit_value: value,
            free_limit_value: self.default,
        }
    }
}

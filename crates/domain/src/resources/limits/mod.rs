//! Request limits of a region: reading, checking and describing the provisioned ones.

use cognate_shapes::{Category, LimitDefinitionType, LimitType};
use cognate_store::tables::meta;

use crate::app::App;
use crate::cx::Cx;
use crate::errors::limits::{invalid_definition, unknown_category};
use crate::errors::{Fault, Result};

/// The largest value that an adjustable limit may have. The service asks its quota desk, which does not exist here.
pub(crate) const ACCOUNT_MAXIMUM: i64 = 100_000;

/// The category of sign-ins through identity providers, which no operation is in, and its default.
pub(crate) const USER_FEDERATION: (&str, i64) = ("UserFederation", 25);

/// Categories whose limit can be raised; all others stay at their default.
pub(crate) const ADJUSTABLE: [&str; 6] = [
    "UserCreation",
    "UserAuthentication",
    "UserFederation",
    "UserRead",
    "UserToken",
    "UserResourceRead",
];

/// Returns the rate of a category in a region, in requests per second: the provisioned one, else the service's default.
///
/// # Errors
/// The store's, and an internal fault for a category that does not exist.
pub async fn provisioned(app: &App, region: &str, category: &str) -> Result<i64> {
    let limit = Limit::of(category)
        .ok_or_else(|| Fault::Internal(format!("there is no category {category}")))?;
    limit.value_in(app, region).await
}

/// A limit with its defaults, in requests per second.
pub(crate) struct Limit {
    pub(crate) category: &'static str,
    pub(crate) default: i64,
}

impl Limit {
    /// Returns the limit that a request names.
    pub(crate) fn find(definition: &LimitDefinitionType) -> Result<Self> {
        let mut attributes = definition.attributes.iter();
        let wanted = match (attributes.next(), attributes.next()) {
            (Some((name, category)), None) if name == "Category" => category,
            _ => return Err(invalid_definition().into()),
        };
        Ok(Self::of(wanted).ok_or_else(|| unknown_category(wanted))?)
    }

    /// Returns the limit of the category of that name.
    pub(crate) fn of(wanted: &str) -> Option<Self> {
        let of_operations = Category::ALL
            .iter()
            .filter_map(|category| Some((category.as_str(), i64::from(category.default_rps()?))));
        let known = of_operations
            .chain([USER_FEDERATION])
            .find(|(name, _)| *name == wanted);
        known.map(|(category, default)| Self { category, default })
    }

    /// Returns the largest value that it may have.
    pub(crate) fn most(&self) -> i64 {
        if ADJUSTABLE.contains(&self.category) {
            ACCOUNT_MAXIMUM
        } else {
            self.default
        }
    }

    /// Returns the name under which it is kept in `meta`.
    pub(crate) fn key(&self, region: &str) -> String {
        format!("limit/{region}/{}", self.category)
    }

    /// Returns the value that was set, else the default.
    pub(crate) async fn value(&self, cx: &Cx<'_>) -> Result<i64> {
        self.value_in(cx, cx.region()).await
    }

    pub(crate) async fn value_in(&self, app: &App, region: &str) -> Result<i64> {
        let Some(text) = meta::get(&app.store, &self.key(region)).await? else {
            return Ok(self.default);
        };
        text.parse()
            .map_err(|_| Fault::Internal(format!("the limit {} is {text}", self.category)))
    }

    pub(crate) fn to_api(&self, definition: LimitDefinitionType, value: i64) -> LimitType {
        LimitType {
            limit_definition: definition,
            provisioned_limit_value: value,
            free_limit_value: self.default,
        }
    }
}

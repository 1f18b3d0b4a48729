//! DescribeManagedLoginBranding: shows a style, alone or laid over the defaults.

use cognate_shapes::{DescribeManagedLoginBrandingRequest, DescribeManagedLoginBrandingResponse};

use crate::cx::Cx;
use crate::errors::Result;
use crate::resources::branding::style::{self, Shown};
use crate::resources::pools;

pub async fn describe_managed_login_branding(
    cx: &Cx<'_>,
    input: DescribeManagedLoginBrandingRequest,
) -> Result<DescribeManagedLoginBrandingResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let row = style::find(cx, &pool, &input.managed_login_branding_id).await?;
    let shown = Shown::asked(input.return_merged_resources);
    Ok(DescribeManagedLoginBrandingResponse {
        managed_login_branding: Some(style::load(cx, &pool, row, shown).await?),
    })
}

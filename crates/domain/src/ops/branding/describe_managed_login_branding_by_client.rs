//! DescribeManagedLoginBrandingByClient: shows the style of an app client, alone or laid over the defaults.

use cognate_shapes::{
    DescribeManagedLoginBrandingByClientRequest, DescribeManagedLoginBrandingByClientResponse,
};
use cognate_store::tables::login_styles;

use crate::cx::Cx;
use crate::errors::{Result, branding};
use crate::resources::branding::style::{self, Shown};
use crate::resources::{clients, pools};

pub async fn describe_managed_login_branding_by_client(
    cx: &Cx<'_>,
    input: DescribeManagedLoginBrandingByClientRequest,
) -> Result<DescribeManagedLoginBrandingByClientResponse> {
    let pool = pools::fresh(cx, &input.user_pool_id).await?;
    let client = clients::fresh(cx, &pool, &input.client_id).await?;
    let row = login_styles::of_client(&cx.store, &pool.id, &client.id)
        .await?
        .ok_or_else(|| branding::client_without_style(&client.id))?;
    let shown = Shown::asked(input.return_merged_resources);
    Ok(DescribeManagedLoginBrandingByClientResponse {
        managed_login_branding: Some(style::load(cx, &pool, row, shown).await?),
    })
}

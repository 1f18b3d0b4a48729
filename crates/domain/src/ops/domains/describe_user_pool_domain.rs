//! DescribeUserPoolDomain: shows a domain of the caller's region; an unknown one is an empty answer (settled D3).

use cognate_shapes::{
    DescribeUserPoolDomainRequest, DescribeUserPoolDomainResponse, DomainDescriptionType,
    DomainStatusType,
};
use cognate_store::tables::domains;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::domain::{self, DomainDoc};
use crate::records::pool::Pool;
use crate::resources;

/// The code that the service's buckets carry for a region (endpoints.md 2.1).
const PLACES: [(&str, &str); 17] = [
    ("us-east-1", "iad"),
    ("us-east-2", "cmh"),
    ("us-west-1", "sfo"),
    ("us-west-2", "pdx"),
    ("ca-central-1", "yul"),
    ("sa-east-1", "gru"),
    ("eu-west-1", "dub"),
    ("eu-west-2", "lhr"),
    ("eu-west-3", "cdg"),
    ("eu-central-1", "fra"),
    ("eu-north-1", "arn"),
    ("eu-south-1", "mxp"),
    ("ap-northeast-1", "nrt"),
    ("ap-northeast-2", "icn"),
    ("ap-south-1", "bom"),
    ("ap-southeast-1", "sin"),
    ("ap-southeast-2", "syd"),
];

pub async fn describe_user_pool_domain(
    cx: &Cx<'_>,
    input: DescribeUserPoolDomainRequest,
) -> Result<DescribeUserPoolDomainResponse> {
    let empty = DescribeUserPoolDomainResponse {
        domain_description: Some(DomainDescriptionType::default()),
    };
    let Some(row) = domains::get(
        &cx.store,
        &resources::domains::key(cx.region(), &input.domain),
    )
    .await?
    else {
        return Ok(empty);
    };
    let Some(pool) = Pool::load(&cx.store, &cx.root, &row.pool_id).await? else {
        return Ok(empty);
    };
    if pool.region != cx.region() {
        return Ok(empty);
    }
    let row = domain::checked(&pool, row)?;
    let doc: DomainDoc = serde_json::from_str(&row.doc)?;
    let place = PLACES.iter().find(|(region, _)| *region == pool.region);
    let place = place.map_or(pool.region.as_str(), |(_, place)| place);
    let description = DomainDescriptionType {
        user_pool_id: Some(pool.id.clone()),
        aws_account_id: Some(cx.account().to_owned()),
        domain: Some(domain::bare(&row).to_owned()),
        s3_bucket: Some(format!("aws-cognito-prod-{place}-assets")),
        cloud_front_distribution: Some(doc.distribution),
        version: Some(doc.version),
        // There is nothing to distribute: the stored domain is in force.
        status: Some(DomainStatusType::Active),
        custom_domain_config: doc.custom,
        managed_login_version: Some(doc.managed_login_version),
        routing: None,
    };
    Ok(DescribeUserPoolDomainResponse {
        domain_description: Some(description),
    })
}

//! A pool as Create, Describe and List show it (admin.md 1.2, 1.3).

use cognate_shapes::*;
use cognate_store::tables::pools::PoolSummary;
use serde::Deserialize;

use crate::cx::Cx;
use crate::errors::Result;
use crate::records::assurance;
use crate::records::pool::Pool;

/// Returns the whole pool.
pub fn user_pool(cx: &Cx<'_>, pool: &Pool, users: i64) -> UserPoolType {
    let doc = pool.doc.clone();
    let template = &doc.verification_message_template;
    UserPoolType {
        id: Some(pool.id.clone()),
        arn: Some(cx.pool_arn(pool)),
        creation_date: Some(Timestamp(pool.created)),
        last_modified_date: Some(Timestamp(pool.modified)),
        estimated_number_of_users: Some(users),
        sms_verification_message: template.sms_message.clone(),
        email_verification_message: template.email_message.clone(),
        email_verification_subject: template.email_subject.clone(),
        admin_create_user_config: Some(AdminCreateUserConfigType {
            unused_account_validity_days: Some(pool.temporary_password_days()),
            ..doc.admin_create_user_config
        }),
        name: Some(doc.name),
        policies: Some(doc.policies),
        deletion_protection: Some(doc.deletion_protection),
        lambda_config: Some(doc.lambda_config),
        schema_attributes: Some(doc.schema),
        auto_verified_attributes: doc.auto_verified_attributes,
        alias_attributes: doc.alias_attributes,
        username_attributes: doc.username_attributes,
        username_configuration: doc.username_configuration,
        verification_message_template: Some(doc.verification_message_template),
        sms_authentication_message: doc.sms_authentication_message,
        user_attribute_update_settings: Some(doc.user_attribute_update_settings),
        mfa_configuration: Some(doc.mfa_configuration),
        device_configuration: doc.device_configuration,
        email_configuration: Some(doc.email_configuration),
        sms_configuration: doc.sms_configuration,
        user_pool_tags: Some(doc.tags),
        user_pool_add_ons: doc.user_pool_add_ons,
        dcr_configuration: doc.dcr_configuration,
        account_recovery_setting: doc.account_recovery_setting,
        user_pool_tier: Some(doc.tier),
        key_configuration: doc.key_configuration,
        issuer_configuration: doc.issuer_configuration,
        acr_configuration: doc.acr_configuration.as_ref().map(assurance::names),
        // Deprecated, not built, or shown only when there is one.
        status: None,
        sms_configuration_failure: None,
        email_configuration_failure: None,
        domain: None,
        custom_domain: None,
    }
}

/// The members of a pool's settings that a listing shows; the others are not built.
#[derive(Deserialize)]
struct Listed {
    name: String,
    lambda_config: LambdaConfigType,
}

/// Returns a pool in a listing.
pub fn description(row: PoolSummary) -> Result<UserPoolDescriptionType> {
    let doc: Listed = serde_json::from_str(&row.doc)?;
    Ok(UserPoolDescriptionType {
        id: Some(row.pool_id),
        name: Some(doc.name),
        lambda_config: Some(doc.lambda_config),
        status: None,
        last_modified_date: Some(Timestamp(row.modified)),
        creation_date: Some(Timestamp(row.created)),
        replica_regions: None,
    })
}

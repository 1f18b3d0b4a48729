//! Checks of the settings for sending that need no call to Amazon: shapes and regions of ARNs (admin.md 4.5, 4.6;
//! settled P14-P17). Accounts are not looked at: docs/decisions/008-arns-of-other-accounts.md.

use cognate_shapes::*;

use crate::errors::{self, Result};
use crate::resources::pools::settings::Arn;

/// Regions whose SES and SNS any pool of an older region may use.
const SHARED_REGIONS: [&str; 3] = ["eu-west-1", "us-east-1", "us-west-2"];
/// Seoul has no SMS of its own and must use Tokyo's.
const SEOUL: &str = "ap-northeast-2";
const TOKYO: &str = "ap-northeast-1";

/// Returns the SMS configuration to keep; None when what was sent names no role.
pub fn sms(region: &str, sent: SmsConfigurationType) -> Result<Option<SmsConfigurationType>> {
    let has_caller = sent
        .sns_caller_arn
        .as_ref()
        .is_some_and(|arn| !arn.is_empty());
    if has_caller && sent.eums_sms.is_some() {
        return Err(errors::invalid_parameter(errors::unconfirmed::TWO_SMS_CONFIGURATIONS).into());
    }
    if sent.eums_sms.is_some() {
        return Ok(Some(SmsConfigurationType {
            eums_sms: sent.eums_sms,
            ..SmsConfigurationType::default()
        }));
    }
    if !has_caller {
        if sent.external_id.is_some() || sent.sns_region.is_some() {
            return Err(errors::invalid_parameter(errors::unconfirmed::SNS_CALLER_REQUIRED).into());
        }
        return Ok(None);
    }
    if let Some(asked) = &sent.sns_region
        && !sns_regions(region).contains(&asked.as_str())
    {
        return Err(errors::pools::invalid_sns_region(region).into());
    }
    Ok(Some(sent))
}

/// Returns the regions whose SNS a pool of `region` may use; the table of alternates is [unconfirmed].
fn sns_regions(region: &str) -> Vec<&str> {
    match region {
        SEOUL => vec![TOKYO],
        own if SHARED_REGIONS.contains(&own) => vec![own],
        own => {
            let mut all = vec![own];
            all.extend(SHARED_REGIONS);
            all
        }
    }
}

/// Checks how a pool sends e-mail.
pub fn email(region: &str, settings: &EmailConfigurationType) -> Result<()> {
    let developer = settings.email_sending_account == Some(EmailSendingAccountType::Developer);
    if developer && settings.source_arn.is_none() {
        return Err(errors::pools::source_arn_required().into());
    }
    if let Some(source) = &settings.source_arn {
        identity(region, source)?;
    }
    match &settings.from {
        Some(from) if !is_sender(from) => Err(errors::pools::invalid_from().into()),
        _ => Ok(()),
    }
}

/// Checks that an ARN is an SES identity in a region whose SES the pool may use (settled P17).
fn identity(region: &str, source: &str) -> Result<()> {
    let identity = Arn::parse(source)
        .filter(|arn| arn.service == "ses" && arn.resource.starts_with("identity/"));
    let identity = identity.ok_or_else(errors::pools::no_email_identity)?;
    let mut allowed = SHARED_REGIONS.to_vec();
    if !allowed.contains(&region) {
        allowed.push(region);
        allowed.sort_unstable();
    }
    if !allowed.contains(&identity.region) {
        return Err(errors::pools::invalid_ses_region(&allowed).into());
    }
    Ok(())
}

/// The longest sender that the messages about risky sign-ins may have: the model has no bound.
const LONGEST_SENDER: usize = 320;

/// Checks who sends the messages about risky sign-ins (NotifyConfigurationType).
///
/// # Errors
/// The texts of settled P15 and P17; a ReplyTo that is no address.
pub fn notify_sender(
    region: &str,
    source: &str,
    from: Option<&str>,
    reply_to: Option<&str>,
) -> Result<()> {
    identity(region, source)?;
    let fits = |address: &str| address.len() <= LONGEST_SENDER && is_sender(address);
    if from.is_some_and(|from| !fits(from)) {
        return Err(errors::pools::invalid_from().into());
    }
    if reply_to.is_some_and(|reply_to| !fits(reply_to)) {
        return Err(errors::risk::invalid_reply_to().into());
    }
    Ok(())
}

/// True if a From is an address, or a name and an address in angle brackets.
fn is_sender(from: &str) -> bool {
    match from.trim_end().strip_suffix('>') {
        Some(rest) => rest
            .rsplit_once('<')
            .is_some_and(|(name, address)| is_display_name(name) && is_address(address)),
        None => is_address(from),
    }
}

/// A line break in the name would begin another header.
fn is_display_name(name: &str) -> bool {
    !name.chars().any(|c| c.is_control() || c == '<' || c == '>')
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let clean = |part: &str| {
        !part.is_empty()
            && !part
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>@,;".contains(c))
    };
    clean(local) && clean(domain) && !domain.starts_with('.') && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in [
            "a@b.example",
            "Ann Smith <a@b.example>",
            "\"Smith, Ann\" <a@b.example>",
            "<a@b.example>",
            "ä@b.example",
        ] {
            assert!(is_sender(good), "{good}");
        }
        for bad in [
            "",
            "Ann",
            "Ann <a>",
            "a@",
            "@b",
            "a@b@c",
            "a b@c",
            "Ann <a@b.example",
            "x\r\nBcc: e@f <a@b.example>",
            "a@.b",
        ] {
            assert!(!is_sender(bad), "{bad:?}");
        }
    }

    #[test]
    fn sms_may_go_through_the_own_region_and_older_pools_through_the_shared_ones() {
        assert_eq!(sns_regions("us-east-1"), ["us-east-1"]);
        assert_eq!(sns_regions("ap-northeast-2"), ["ap-northeast-1"]);
        assert!(sns_regions("eu-central-1").contains(&"eu-west-1"));
    }
}

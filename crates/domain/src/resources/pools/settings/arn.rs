//! Amazon Resource Names, as far as the settings look into them.

/// The parts of `arn:<partition>:<service>:<region>:<account>:<resource>`.
pub struct Arn<'a> {
    /// `iam`, `ses`, `lambda`, …
    pub service: &'a str,
    /// Empty for global services.
    pub region: &'a str,
    /// The account id.
    pub account: &'a str,
    /// Everything behind the account.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Returns the parts of a text that looks like an ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        let _partition = parts.next()?;
        Some(Self {
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_splits_into_its_parts_and_other_texts_do_not() {
        let arn = Arn::parse("arn:aws:lambda:us-east-1:123456789012:function:f:1").unwrap();
        assert_eq!(
            (arn.service, arn.region, arn.account, arn.resource),
            ("lambda", "us-east-1", "123456789012", "function:f:1")
        );
        assert!(Arn::parse("arn:aws:iam::1").is_none());
        assert!(Arn::parse("urn:aws:iam::1:role/x").is_none());
    }
}

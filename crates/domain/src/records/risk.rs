//! The risk configuration of a pool or of one of its clients (admin.md 6.1), as it is kept in its owner's row.

use std::net::IpAddr;

use cognate_shapes::{
    AccountTakeoverEventActionType, CompromisedCredentialsEventActionType, EventFilterType,
    NotifyEmailType, RiskLevelType,
};
use serde::{Deserialize, Serialize};

use crate::facts::ip_range::IpRange;

/// The risk configuration of a pool or of a client. A block that was not sent is None: nothing is done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskConfiguration {
    /// When it was set, in microseconds.
    pub modified: i64,
    /// What happens with passwords that others know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised: Option<CompromisedCredentials>,
    /// What happens with risky sign-ins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takeover: Option<AccountTakeover>,
    /// Addresses that are always refused, or never judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exceptions: Option<RiskExceptions>,
}

/// CompromisedCredentialsRiskConfigurationType.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompromisedCredentials {
    /// As sent; None = all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_filter: Option<Vec<EventFilterType>>,
    /// What is done.
    pub action: CompromisedCredentialsEventActionType,
}

/// AccountTakeoverRiskConfigurationType, without the templates ([`RiskMessages`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTakeover {
    /// None = nothing is done at this level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<TakeoverAction>,
    /// None = nothing is done at this level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub medium: Option<TakeoverAction>,
    /// None = nothing is done at this level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<TakeoverAction>,
    /// Who sends the messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<NotifySender>,
}

/// AccountTakeoverActionType.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakeoverAction {
    /// True if the user gets a message.
    pub notify: bool,
    /// What happens with the sign-in.
    pub action: AccountTakeoverEventActionType,
}

/// The members of NotifyConfigurationType that are no templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifySender {
    /// The identity at Amazon SES.
    pub source_arn: String,
    /// The sender's address; None = the identity's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

/// RiskExceptionConfigurationType.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskExceptions {
    /// Always refused; None = not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Vec<ListedRange>>,
    /// Never judged; None = not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Vec<ListedRange>>,
}

/// A range of addresses, with the text in which it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListedRange {
    text: String,
    range: IpRange,
}

impl TryFrom<String> for ListedRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if !text.contains('/') {
            return Err(format!("`{text}` is no range"));
        }
        let range = text.parse()?;
        Ok(Self { text, range })
    }
}

impl From<ListedRange> for String {
    fn from(listed: ListedRange) -> Self {
        listed.text
    }
}

impl AccountTakeover {
    /// True if users are told of sign-ins at some level.
    pub fn notifies(&self) -> bool {
        let mut actions = [self.low, self.medium, self.high].into_iter().flatten();
        actions.any(|action| action.notify)
    }
}

impl RiskConfiguration {
    /// True if a request from this address is always refused. An address that is not known is in no range.
    pub fn blocks(&self, ip: Option<IpAddr>) -> bool {
        let exceptions = self.exceptions.as_ref();
        lists(exceptions.and_then(|e| e.blocked.as_deref()), ip)
    }

    /// True if the risk of a request from this address is not judged.
    pub fn skips(&self, ip: Option<IpAddr>) -> bool {
        let exceptions = self.exceptions.as_ref();
        lists(exceptions.and_then(|e| e.skipped.as_deref()), ip)
    }

    /// Returns what is done about compromised credentials at this event; None where they are not looked for.
    pub fn on_compromised(
        &self,
        event: EventFilterType,
    ) -> Option<CompromisedCredentialsEventActionType> {
        let compromised = self.compromised.as_ref()?;
        let filter = compromised.event_filter.as_ref();
        let watched = filter.is_none_or(|filter| filter.is_empty() || filter.contains(&event));
        watched.then_some(compromised.action)
    }

    /// Returns what is done at a level of risk; None = nothing.
    pub fn on_takeover(&self, level: RiskLevelType) -> Option<TakeoverAction> {
        let takeover = self.takeover.as_ref()?;
        match level {
            RiskLevelType::Low => takeover.low,
            RiskLevelType::Medium => takeover.medium,
            RiskLevelType::High => takeover.high,
        }
    }
}

fn lists(ranges: Option<&[ListedRange]>, ip: Option<IpAddr>) -> bool {
    let Some(ip) = ip.map(|ip| ip.to_canonical()) else {
        return false;
    };
    let mut ranges = ranges.unwrap_or_default().iter();
    ranges.any(|listed| listed.range.contains(ip))
}

/// The templates of the messages about risky sign-ins, as they were sent; None = the service's own words.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RiskMessages {
    /// After BLOCK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<NotifyEmailType>,
    /// After NO_ACTION.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_action: Option<NotifyEmailType>,
    /// After a second factor was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa: Option<NotifyEmailType>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(list: &[&str]) -> Option<Vec<ListedRange>> {
        let list = list.iter().map(|text| text.to_string().try_into().unwrap());
        Some(list.collect())
    }

    #[test]
    fn addresses_are_found_in_their_ranges() {
        let configuration = RiskConfiguration {
            exceptions: Some(RiskExceptions {
                blocked: ranges(&["192.0.2.0/24", "2001:db8::/32"]),
                skipped: ranges(&["198.51.100.7/32"]),
            }),
            ..RiskConfiguration::default()
        };
        let ip = |text: &str| Some(text.parse().unwrap());
        assert!(configuration.blocks(ip("192.0.2.9")) && configuration.blocks(ip("2001:db8::1")));
        assert!(configuration.blocks(ip("::ffff:192.0.2.9")));
        assert!(!configuration.blocks(ip("192.0.3.9")) && !configuration.blocks(None));
        assert!(configuration.skips(ip("198.51.100.7")) && !configuration.skips(ip("192.0.2.9")));
        assert!(!RiskConfiguration::default().blocks(ip("192.0.2.9")));
    }

    #[test]
    fn a_stored_configuration_keeps_what_was_sent() {
        let exceptions = RiskExceptions {
            blocked: ranges(&["10.0.0.1/8"]),
            skipped: None,
        };
        let text = serde_json::to_string(&exceptions).unwrap();
        assert_eq!(text, r#"{"blocked":["10.0.0.1/8"]}"#);
        assert_eq!(
            serde_json::from_str::<RiskExceptions>(&text).unwrap(),
            exceptions
        );
        assert!(serde_json::from_str::<RiskExceptions>(r#"{"blocked":["10.0.0.1"]}"#).is_err());
    }

    #[test]
    fn compromised_credentials_are_looked_for_at_all_events_unless_some_are_named() {
        let with = |event_filter| RiskConfiguration {
            compromised: Some(CompromisedCredentials {
                event_filter,
                action: CompromisedCredentialsEventActionType::Block,
            }),
            ..RiskConfiguration::default()
        };
        let block = Some(CompromisedCredentialsEventActionType::Block);
        for all in [with(None), with(Some(Vec::new()))] {
            assert_eq!(all.on_compromised(EventFilterType::SignUp), block);
        }
        let some = with(Some(vec![EventFilterType::SignIn]));
        assert_eq!(some.on_compromised(EventFilterType::SignIn), block);
        assert_eq!(some.on_compromised(EventFilterType::SignUp), None);
        let none = RiskConfiguration::default();
        assert_eq!(none.on_compromised(EventFilterType::SignIn), None);
    }
}

//! The risk configuration of a pool or of a client: what a request means, and what an answer shows (admin.md 6.1).

use cognate_shapes::{
    AccountTakeoverActionType, AccountTakeoverActionsType, AccountTakeoverRiskConfigurationType,
    CompromisedCredentialsActionsType, CompromisedCredentialsRiskConfigurationType,
    EventFilterType, NotifyConfigurationType, RiskConfigurationType,
    RiskExceptionConfigurationType, SetRiskConfigurationRequest, Timestamp,
};

use crate::cx::Cx;
use crate::errors::{Result, risk as refusals};
use crate::records::risk::{
    AccountTakeover, CompromisedCredentials, ListedRange, NotifySender, RiskConfiguration,
    RiskExceptions, RiskMessages, TakeoverAction,
};
use crate::resources::pools::settings;

/// The events at which compromised credentials are looked for, unless a request names some.
const ALL_EVENTS: [EventFilterType; 3] = [
    EventFilterType::SignIn,
    EventFilterType::PasswordChange,
    EventFilterType::SignUp,
];

/// What a request sets: None = nothing, which resets the pool or lets the client inherit; and the templates beside it.
pub struct Wish {
    /// The configuration.
    pub configuration: Option<RiskConfiguration>,
    /// The templates.
    pub messages: RiskMessages,
}

/// Returns what a request sets, checked. `region`: the pool's.
///
/// # Errors
/// `Incorrect CIDR format` and the refusals of senders (settled V17, P15, P17).
pub fn wish(cx: &Cx<'_>, region: &str, sent: SetRiskConfigurationRequest) -> Result<Wish> {
    let compromised = sent.compromised_credentials_risk_configuration;
    let takeover = sent.account_takeover_risk_configuration;
    let exceptions = sent.risk_exception_configuration;
    let is_reset = compromised.is_none() && takeover.is_none() && exceptions.is_none();
    let (takeover, messages) = match takeover {
        Some(sent) => {
            let (takeover, messages) = account_takeover(region, sent)?;
            (Some(takeover), messages)
        }
        None => (None, RiskMessages::default()),
    };
    let configuration = RiskConfiguration {
        modified: cx.now(),
        compromised: compromised.map(compromised_credentials),
        takeover,
        exceptions: exceptions.map(risk_exceptions).transpose()?,
    };
    Ok(Wish {
        configuration: (!is_reset).then_some(configuration),
        messages,
    })
}

fn compromised_credentials(
    sent: CompromisedCredentialsRiskConfigurationType,
) -> CompromisedCredentials {
    let mut filter = sent.event_filter.unwrap_or_default();
    if filter.is_empty() {
        filter = ALL_EVENTS.to_vec();
    }
    CompromisedCredentials {
        event_filter: Some(filter),
        action: sent.actions.event_action,
    }
}

fn account_takeover(
    region: &str,
    sent: AccountTakeoverRiskConfigurationType,
) -> Result<(AccountTakeover, RiskMessages)> {
    let action = |sent: Option<AccountTakeoverActionType>| {
        sent.map(|sent| TakeoverAction {
            notify: sent.notify,
            action: sent.event_action,
        })
    };
    let (notify, messages) = match sent.notify_configuration {
        Some(sent) => {
            settings::notify_sender(
                region,
                &sent.source_arn,
                sent.from.as_deref(),
                sent.reply_to.as_deref(),
            )?;
            let messages = RiskMessages {
                block: sent.block_email,
                no_action: sent.no_action_email,
                mfa: sent.mfa_email,
            };
            let sender = NotifySender {
                source_arn: sent.source_arn,
                from: sent.from,
                reply_to: sent.reply_to,
            };
            (Some(sender), messages)
        }
        None => (None, RiskMessages::default()),
    };
    let takeover = AccountTakeover {
        low: action(sent.actions.low_action),
        medium: action(sent.actions.medium_action),
        high: action(sent.actions.high_action),
        notify,
    };
    Ok((takeover, messages))
}

fn risk_exceptions(sent: RiskExceptionConfigurationType) -> Result<RiskExceptions> {
    let ranges = |sent: Option<Vec<String>>| -> Result<Option<Vec<ListedRange>>> {
        let Some(sent) = sent else {
            return Ok(None);
        };
        let ranges = sent.into_iter().map(ListedRange::try_from);
        let ranges: std::result::Result<_, _> = ranges.collect();
        Ok(Some(ranges.map_err(|_| refusals::cidr_format())?))
    };
    Ok(RiskExceptions {
        blocked: ranges(sent.blocked_ip_range_list)?,
        skipped: ranges(sent.skipped_ip_range_list)?,
    })
}

/// Returns a configuration as answers show it. None: the ids alone.
pub fn describe(
    pool_id: &str,
    client_id: Option<&str>,
    configuration: Option<&RiskConfiguration>,
    messages: RiskMessages,
) -> RiskConfigurationType {
    let ids = RiskConfigurationType {
        user_pool_id: Some(pool_id.to_owned()),
        client_id: client_id.map(str::to_owned),
        ..RiskConfigurationType::default()
    };
    let Some(configuration) = configuration else {
        return ids;
    };
    let compromised = configuration.compromised.as_ref().map(|compromised| {
        CompromisedCredentialsRiskConfigurationType {
            event_filter: compromised.event_filter.clone(),
            actions: CompromisedCredentialsActionsType {
                event_action: compromised.action,
            },
        }
    });
    let action = |action: TakeoverAction| AccountTakeoverActionType {
        notify: action.notify,
        event_action: action.action,
    };
    let takeover =
        configuration
            .takeover
            .as_ref()
            .map(|takeover| AccountTakeoverRiskConfigurationType {
                notify_configuration: takeover
                    .notify
                    .as_ref()
                    .map(|sender| notify(sender, messages)),
                actions: AccountTakeoverActionsType {
                    low_action: takeover.low.map(action),
                    medium_action: takeover.medium.map(action),
                    high_action: takeover.high.map(action),
                },
            });
    let texts = |ranges: &Option<Vec<ListedRange>>| {
        let ranges = ranges.clone()?;
        Some(ranges.into_iter().map(String::from).collect())
    };
    let exceptions =
        configuration
            .exceptions
            .as_ref()
            .map(|exceptions| RiskExceptionConfigurationType {
                blocked_ip_range_list: texts(&exceptions.blocked),
                skipped_ip_range_list: texts(&exceptions.skipped),
            });
    RiskConfigurationType {
        compromised_credentials_risk_configuration: compromised,
        account_takeover_risk_configuration: takeover,
        risk_exception_configuration: exceptions,
        last_modified_date: Some(Timestamp(configuration.modified)),
        ..ids
    }
}

fn notify(sender: &NotifySender, messages: RiskMessages) -> NotifyConfigurationType {
    NotifyConfigurationType {
        from: sender.from.clone(),
        reply_to: sender.reply_to.clone(),
        source_arn: sender.source_arn.clone(),
        block_email: messages.block,
        no_action_email: messages.no_action,
        mfa_email: messages.mfa,
    }
}

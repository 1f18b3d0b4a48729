//! The courier: tries the senders of a medium one after the other.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use cognate_domain::app::courier::{Courier, Delivering, NotDelivered, Outgoing, Receipt};
use cognate_domain::clock::Clock;
use cognate_domain::records::pool::Pool;
use cognate_domain::records::risk::NotifySender;
use cognate_outbound::{Outbound, Reach};
use cognate_shapes::{DeliveryMediumType, EmailConfigurationType};
use lettre::message::Mailbox;

use crate::address;
use crate::aws::{Service, check_url};
use crate::fault::Fault;
use crate::mail::Email;
use crate::ses::Ses;
use crate::settings::{AwsKey, EmailSender, Settings, SettingsError, SmsSender};
use crate::sms_voice::SmsVoice;
use crate::smtp::Smtp;
use crate::sns::Sns;
use crate::webhook::Webhook;

/// Pools whose ARNs of other accounts are remembered; beyond that they may be mentioned again.
const REMEMBERED: usize = 10_000;

/// Delivers messages by the senders of the settings.
pub struct Post {
    email: Vec<Arc<Sender>>,
    sms: Vec<Arc<Sender>>,
    from: Option<Mailbox>,
    account: String,
    mentioned: Mutex<HashSet<String>>,
    clock: Clock,
}

enum Sender {
    Smtp(Smtp),
    Ses(Ses),
    Sns(Sns),
    SmsVoice(SmsVoice),
    Webhook(Webhook),
}

impl Sender {
    fn name(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Ses(_) => "ses",
            Self::Sns(_) => "sns",
            Self::SmsVoice(_) => "sms-voice",
            Self::Webhook(_) => "webhook",
        }
    }

    /// True if this sender is for pools of this kind: a pool chooses between SNS and End User Messaging.
    fn serves(&self, pool: &Pool) -> bool {
        let settings = pool.doc.sms_configuration.as_ref();
        let end_user_messaging = settings.is_some_and(|settings| settings.eums_sms.is_some());
        match self {
            Self::Sns(_) => !end_user_messaging,
            Self::SmsVoice(_) => end_user_messaging,
            Self::Smtp(_) | Self::Ses(_) | Self::Webhook(_) => true,
        }
    }

    async fn send(
        &self,
        pool: &Pool,
        message: &Outgoing,
        email: Option<&Email<'_>>,
        now: i64,
    ) -> Result<Option<String>, Fault> {
        let wrong = || Fault::Refused("this sender does not send by this medium".into());
        match self {
            Self::Smtp(smtp) => smtp.send(email.ok_or_else(wrong)?, now).await,
            Self::Ses(ses) => ses.send(pool, email.ok_or_else(wrong)?, now).await,
            Self::Sns(sns) => sns.send(pool, &message.to, &message.body, now).await,
            Self::SmsVoice(sms) => sms.send(pool, &message.to, &message.body, now).await,
            Self::Webhook(webhook) => webhook.send(pool, message, email, now).await,
        }
    }
}

impl Post {
    /// Returns a courier with the senders of the settings.
    ///
    /// # Errors
    /// For a sender whose settings are missing, a setting without its sender, and what cannot be read.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let outbound = Arc::new(Outbound::reaching(Reach::PlainHttp));
        let timeout = settings.timeout;
        check_use(&settings)?;
        let from = settings.email_from.as_deref().map(|text| {
            let why = "must be an address, or a name and an address in angle brackets";
            address::mailbox(text).ok_or_else(|| SettingsError::of("email_from", why))
        });
        let from = from.transpose()?;
        let service = |endpoint, names, sender: &str| {
            let missing = || {
                let why = format!("the sender {sender} needs it, and aws_secret_access_key");
                SettingsError::of("aws_access_key_id", why)
            };
            let key: &AwsKey = settings.aws_key.as_ref().ok_or_else(missing)?;
            Service::new(&outbound, key, endpoint, names, timeout)
        };
        let mut webhook: Option<Arc<Sender>> = None;
        let mut hook = |list: &'static str| match &webhook {
            Some(made) => Ok(made.clone()),
            None => {
                let missing = || {
                    let why = format!("{list} names webhook, so that it is needed");
                    SettingsError::of("message_webhook_url", why)
                };
                let given = settings.webhook.as_ref().ok_or_else(missing)?;
                check_webhook(&outbound, given)?;
                let made = Arc::new(Sender::Webhook(Webhook {
                    outbound: outbound.clone(),
                    url: given.url.duplicate(),
                    secret: given.secret.duplicate(),
                    timeout,
                }));
                webhook = Some(made.clone());
                Ok(made)
            }
        };
        let mut email = Vec::new();
        for sender in &settings.email_senders {
            email.push(match sender {
                EmailSender::Smtp => {
                    let missing = || {
                        SettingsError::of(
                            "smtp_url",
                            "email_senders names smtp, so that it is needed",
                        )
                    };
                    let url = settings.smtp_url.as_ref().ok_or_else(missing)?;
                    let ca = settings.smtp_ca.as_deref();
                    Arc::new(Sender::Smtp(Smtp::new(
                        url.expose(),
                        ca,
                        &settings.smtp_hello,
                        timeout,
                    )?))
                }
                EmailSender::Ses => {
                    let endpoint = ("ses_endpoint", settings.ses_endpoint.as_deref());
                    Arc::new(Sender::Ses(Ses(service(
                        endpoint,
                        ("email", "ses"),
                        "ses",
                    )?)))
                }
                EmailSender::Webhook => hook("email_senders")?,
            });
        }
        let mut sms = Vec::new();
        for sender in &settings.sms_senders {
            sms.push(match sender {
                SmsSender::Sns => {
                    let endpoint = ("sns_endpoint", settings.sns_endpoint.as_deref());
                    Arc::new(Sender::Sns(Sns(service(endpoint, ("sns", "sns"), "sns")?)))
                }
                SmsSender::SmsVoice => {
                    let endpoint = ("sms_voice_endpoint", settings.sms_voice_endpoint.as_deref());
                    let names = ("sms-voice", "sms-voice");
                    Arc::new(Sender::SmsVoice(SmsVoice(service(
                        endpoint,
                        names,
                        "sms-voice",
                    )?)))
                }
                SmsSender::Webhook => hook("sms_senders")?,
            });
        }
        Ok(Self {
            email,
            sms,
            from,
            account: settings.account,
            mentioned: Mutex::default(),
            clock: Clock::default(),
        })
    }

    fn senders<'a>(
        &'a self,
        pool: &'a Pool,
        medium: DeliveryMediumType,
    ) -> impl Iterator<Item = &'a Arc<Sender>> {
        let all = match medium {
            DeliveryMediumType::Email => &self.email,
            DeliveryMediumType::Sms => &self.sms,
        };
        all.iter().filter(|sender| sender.serves(pool))
    }

    fn from(&self, settings: &EmailConfigurationType) -> Option<Mailbox> {
        address::sender(settings, self.from.as_ref())
    }

    /// Tries each sender once.
    async fn try_all(&self, pool: &Pool, message: &Outgoing) -> Result<Receipt, NotDelivered> {
        let settings = match &message.sender {
            Some(sender) => Cow::Owned(settings_of(sender)),
            None => Cow::Borrowed(&pool.doc.email_configuration),
        };
        self.mention_accounts(pool, message.medium, &settings);
        let email =
            match message.medium {
                DeliveryMediumType::Email => {
                    let from = self.from(&settings);
                    let from =
                        from.ok_or_else(|| NotDelivered::Later("the pool has no From".into()))?;
                    let email = Email::new(from, &settings, message);
                    Some(email.map_err(|_| {
                        NotDelivered::Never("the recipient is not an address".into())
                    })?)
                }
                DeliveryMediumType::Sms if !is_number(&message.to) => {
                    return Err(NotDelivered::Never(
                        "the recipient is not a phone number".into(),
                    ));
                }
                DeliveryMediumType::Sms => None,
            };
        let mut reasons = Vec::new();
        let mut again = false;
        for sender in self.senders(pool, message.medium) {
            let name = sender.name();
            let now = self.clock.wall();
            // Each sender bounds its time.
            let fault = match sender.send(pool, message, email.as_ref(), now).await {
                Ok(id) => {
                    return Ok(Receipt {
                        sender: name.to_owned(),
                        id,
                    });
                }
                Err(fault) => fault,
            };
            match fault {
                Fault::Undeliverable(why) => {
                    return Err(NotDelivered::Never(format!("{name}: {why}")));
                }
                Fault::Refused(why) => reasons.push(format!("{name}: {why}")),
                Fault::Down(why) => {
                    again = true;
                    reasons.push(format!("{name}: {why}"));
                }
                Fault::Misconfigured(why) => {
                    tracing::error!(
                        sender = name,
                        why,
                        "a sender cannot be used with these settings"
                    );
                    again = true;
                    reasons.push(format!("{name}: {why}"));
                }
            }
        }
        let why = reasons.join("; ");
        Err(match (reasons.is_empty(), again) {
            (true, _) => NotDelivered::Later("no sender is set for this medium".into()),
            (false, true) => NotDelivered::Later(why),
            (false, false) => NotDelivered::Never(why),
        })
    }

    /// Says once for each pool that an ARN in use is of another account than the server's.
    fn mention_accounts(
        &self,
        pool: &Pool,
        medium: DeliveryMediumType,
        settings: &EmailConfigurationType,
    ) {
        let sms = pool.doc.sms_configuration.as_ref();
        let arn = match medium {
            DeliveryMediumType::Email => settings.source_arn.as_deref(),
            DeliveryMediumType::Sms => sms.and_then(|sms| match &sms.eums_sms {
                Some(eums) => Some(eums.caller_arn.as_str()),
                None => sms.sns_caller_arn.as_deref(),
            }),
        };
        let account = arn.and_then(|arn| arn.split(':').nth(4));
        let Some(account) =
            account.filter(|account| !account.is_empty() && *account != self.account)
        else {
            return;
        };
        let mut mentioned = self
            .mentioned
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if mentioned.len() >= REMEMBERED {
            mentioned.clear();
        }
        if mentioned.insert(format!("{} {}", pool.id, medium.as_str())) {
            tracing::info!(
                pool = pool.id,
                account,
                medium = medium.as_str(),
                "the pool's settings for sending name an ARN of another account: nothing is assumed through it"
            );
        }
    }
}

impl Courier for Post {
    fn sends(&self, pool: &Pool, medium: DeliveryMediumType) -> bool {
        let found = self.senders(pool, medium).next().is_some();
        let settings = &pool.doc.email_configuration;
        found && (medium == DeliveryMediumType::Sms || self.from(settings).is_some())
    }

    fn sends_as(&self, pool: &Pool, sender: &NotifySender) -> bool {
        let mut senders = self.senders(pool, DeliveryMediumType::Email);
        senders.next().is_some() && self.from(&settings_of(sender)).is_some()
    }

    fn deliver<'a>(&'a self, pool: &'a Pool, message: &'a Outgoing) -> Delivering<'a> {
        Box::pin(self.try_all(pool, message))
    }
}

/// Returns what a sender of messages about risky sign-ins says, in the form of a pool's EmailConfiguration.
fn settings_of(sender: &NotifySender) -> EmailConfigurationType {
    EmailConfigurationType {
        source_arn: Some(sender.source_arn.clone()),
        from: sender.from.clone(),
        reply_to_email_address: sender.reply_to.clone(),
        ..EmailConfigurationType::default()
    }
}

/// True for a number in the form of E.164, as the service wants it: `+` and digits.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    matches!(digits.len(), 5..=15) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Refuses settings that nothing uses: whoever set them believes that messages go out.
fn check_use(settings: &Settings) -> Result<(), SettingsError> {
    let unused = |name, list: &str, sender: &str| {
        Err(SettingsError::of(
            name,
            format!("is set, and {list} does not name {sender}"),
        ))
    };
    let email = |sender| settings.email_senders.contains(&sender);
    let sms = |sender| settings.sms_senders.contains(&sender);
    if settings.smtp_url.is_some() && !email(EmailSender::Smtp) {
        return unused("smtp_url", "email_senders", "smtp");
    }
    if settings.smtp_ca.is_some() && !email(EmailSender::Smtp) {
        return unused("smtp_ca", "email_senders", "smtp");
    }
    if settings.ses_endpoint.is_some() && !email(EmailSender::Ses) {
        return unused("ses_endpoint", "email_senders", "ses");
    }
    if settings.sns_endpoint.is_some() && !sms(SmsSender::Sns) {
        return unused("sns_endpoint", "sms_senders", "sns");
    }
    if settings.sms_voice_endpoint.is_some() && !sms(SmsSender::SmsVoice) {
        return unused("sms_voice_endpoint", "sms_senders", "sms-voice");
    }
    if settings.webhook.is_some() && !email(EmailSender::Webhook) && !sms(SmsSender::Webhook) {
        return unused(
            "message_webhook_url",
            "email_senders or sms_senders",
            "webhook",
        );
    }
    Ok(())
}

fn check_webhook(
    outbound: &Outbound,
    given: &crate::settings::Webhook,
) -> Result<(), SettingsError> {
    if given.secret.expose().len() < 16 {
        let why = "must have 16 characters at least";
        return Err(SettingsError::of("message_webhook_secret", why));
    }
    let path = given.url.expose().split('?').next().unwrap_or_default();
    check_url(outbound, "message_webhook_url", path)
}

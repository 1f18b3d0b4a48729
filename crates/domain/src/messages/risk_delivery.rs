//! The sending of a message about a risky sign-in (admin.md 6.2): it is appended in the batch of the sign-in's event, or
//! dropped. Nothing about it refuses a sign-in.
//!
//! It goes to the user's e-mail address, verified or not. An unknown name, and a user without an address, get a decoy at the
//! same cost (decision 013). No function words it; the pool's own sender gets it as the service's event has it.

use cognate_shapes::{AccountTakeoverEventActionType, DeliveryMediumType};
use cognate_store::Batch;
use serde_json::Value;

use crate::app::Mode;
use crate::app::event::Event;
use crate::app::functions::Trigger;
use crate::app::metrics::labels::NoticeEnd;
use crate::clock::MINUTE;
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::contact::Contact;
use crate::messages::outbox::{self, Parcel};
use crate::messages::risk_notice::{Notice, WordedNotice, word};
use crate::messages::{Body, Destination, custom_sender};
use crate::records::pool::Pool;
use crate::records::protection;
use crate::records::risk::NotifySender;
use crate::records::user::User;

/// The name that inbox and delivery log show.
const KIND: &str = "account_take_over_notification";
/// The source of the event of the pool's own sender (admin.md 3.2).
const SOURCE: &str = "CustomEmailSender_AccountTakeOverNotification";
/// How long a decoy is kept, in microseconds: as long as the events of unknown names.
const KEPT_FOR_UNKNOWN: i64 = 15 * MINUTE;

/// True if messages about risky sign-ins can leave: in `dev`, through the pool's own sender, or through the server's.
pub fn can_be_sent(cx: &Cx<'_>, pool: &Pool, sender: Option<&NotifySender>) -> bool {
    let courier = cx.courier.get();
    cx.settings.mode == Mode::Dev
        || custom_sender::of(pool, DeliveryMediumType::Email).is_some()
        || courier.is_some_and(|courier| match sender {
            Some(sender) => courier.sends_as(pool, sender),
            None => courier.sends(pool, DeliveryMediumType::Email),
        })
}

/// Returns the batch that appends a message; an empty one where none is sent. `action`: what the risk configuration says is
/// done at the level.
///
/// # Errors
/// The store's.
pub async fn append(
    cx: &Cx<'_>,
    pool: &Pool,
    notice: Notice<'_>,
    action: AccountTakeoverEventActionType,
) -> Result<Batch> {
    let configuration = protection::effective(pool, notice.client);
    let takeover = configuration.and_then(|configuration| configuration.takeover.as_ref());
    let sender = takeover.and_then(|takeover| takeover.notify.clone());
    let user = notice.account.user();
    // Nothing is counted for an unknown name: nobody was to get anything.
    let count = |end| {
        if user.is_some() {
            cx.metrics.risk_notices.count(end);
        }
    };
    if !can_be_sent(cx, pool, sender.as_ref()) {
        count(NoticeEnd::NoSender);
        return Ok(Batch::new());
    }
    let name = notice.account.name();
    let own = user.and_then(|user| Destination::of(user, Contact::Email));
    let pretended = Destination::pretend(pool, &[Contact::Email], name);
    let is_decoy = own.is_none();
    let Some(destination) = own.or(pretended) else {
        return Ok(Batch::new());
    };
    let worded = word(cx, pool, notice).await?;
    let about = user.filter(|_| !is_decoy);
    let event = about.and_then(|user| event(cx, pool, user, &notice, &worded, action));
    let parcel = Parcel {
        account: notice.account.key(),
        destination: &destination,
        kind: KIND,
        expires: cx.now().saturating_add(KEPT_FOR_UNKNOWN),
        decoy: is_decoy,
        body: Body {
            user: name.to_owned(),
            to: destination.value.clone(),
            channel: DeliveryMediumType::Email.as_str().to_owned(),
            kind: KIND.to_owned(),
            subject: Some(worded.subject),
            body: worded.html,
            code: String::new(),
            text: worded.text,
            sender,
            event: None,
        },
        event,
    };
    let batch = outbox::append_notice(cx, pool, parcel).await?;
    count(match (&batch, is_decoy) {
        (None, _) => NoticeEnd::Limited,
        (Some(_), true) => NoticeEnd::NoAddress,
        (Some(_), false) => NoticeEnd::Accepted,
    });
    Ok(batch.unwrap_or_default())
}

/// Returns the event of the pool's own sender, if it has one: what the message says, beside the user's attributes.
fn event(
    cx: &Cx<'_>,
    pool: &Pool,
    user: &User,
    notice: &Notice<'_>,
    worded: &WordedNotice,
    action: AccountTakeoverEventActionType,
) -> Option<Value> {
    const SAID: [(&str, &str); 10] = [
        ("EVENT_ID", "{event-id}"),
        ("USER_NAME", "{username}"),
        ("IP_ADDRESS", "{ip-address}"),
        ("CITY", "{city}"),
        ("COUNTRY", "{country}"),
        ("DEVICE_NAME", "{device-name}"),
        ("LOGIN_TIME", "{login-time}"),
        ("FEEDBACK_TOKEN", "{feedback-token}"),
        ("ONE_CLICK_LINK_VALID", "{one-click-link-valid}"),
        ("ONE_CLICK_LINK_INVALID", "{one-click-link-invalid}"),
    ];
    let trigger = Trigger::CustomEmailSender;
    custom_sender::of(pool, DeliveryMediumType::Email)?;
    let event = Event::about(trigger, SOURCE, Some(&notice.client.id), pool, user)
        .with("type", custom_sender::EMAIL)
        .with("clientMetadata", Value::Null);
    let mut document = event.document(pool, &cx.client_info.user_agent);
    if let Some(Value::Object(attributes)) = document.pointer_mut("/request/userAttributes") {
        for (name, placeholder) in SAID {
            let mut values = worded.values.iter();
            if let Some((_, value)) = values.find(|(known, _)| *known == placeholder) {
                attributes.insert(name.to_owned(), Value::from(value.as_str()));
            }
        }
        let action = Value::from(action.as_str());
        attributes.insert("ACCOUNT_TAKE_OVER_ACTION".to_owned(), action);
    }
    if let Value::Object(members) = &mut document {
        // Nothing is read from the answer, and the service sends no place for one.
        members.remove("response");
    }
    Some(document)
}

//! CustomEmailSender and CustomSMSSender: functions of a pool that send its messages in place of the server
//! (admin.md 3.2). The event is made with the message and kept in its row; the code in it is encrypted when it is sent.

use cognate_shapes::DeliveryMediumType;
use serde_json::{Map, Value};

use crate::app::App;
use crate::app::courier::{NotDelivered, Receipt};
use crate::app::event::Event;
use crate::app::functions::{Invocation, InvokeError, Trigger};
use crate::facts::contact::Contact;
use crate::messages::render::escape;
use crate::messages::{Account, Destination, Origin, Reason};
use crate::records::pool::Pool;

/// `type` of an event about an e-mail.
pub(super) const EMAIL: &str = "customEmailSenderRequestV1";

/// Returns the trigger whose function sends a pool's messages by this medium; None if the server sends them.
pub fn of(pool: &Pool, medium: DeliveryMediumType) -> Option<Trigger> {
    let trigger = match medium {
        DeliveryMediumType::Email => Trigger::CustomEmailSender,
        DeliveryMediumType::Sms => Trigger::CustomSmsSender,
    };
    trigger.function(&pool.doc.lambda_config).map(|_| trigger)
}

/// Returns the event about a message, without the code. `program`: the User-Agent of the request.
pub(super) fn event(
    pool: &Pool,
    trigger: Trigger,
    account: &Account<'_>,
    destination: &Destination,
    reason: Reason<'_>,
    origin: Origin<'_>,
    program: &str,
) -> Value {
    let source = reason.source(trigger);
    let event = match account.user() {
        Some(user) => Event::about(trigger, source, origin.client_id, pool, user),
        None => Event::new(trigger, source, origin.client_id, account.name()),
    };
    let metadata = origin.metadata.filter(|_| gets_metadata(trigger, reason));
    let metadata = metadata.map_or(Value::Null, |texts| {
        let texts = texts.iter();
        let texts = texts.map(|(key, value)| (key.clone(), Value::from(value.as_str())));
        Value::Object(texts.collect::<Map<_, _>>())
    });
    let kind = match trigger {
        Trigger::CustomSmsSender => "customSMSSenderRequestV1",
        _ => EMAIL,
    };
    let event = event.with("type", kind).with("clientMetadata", metadata);
    let mut document = event.document(pool, program);
    if let Some(Value::Object(attributes)) = document.pointer_mut("/request/userAttributes") {
        say_recipient(attributes, destination);
    }
    if let Value::Object(members) = &mut document {
        // Nothing is read from the answer, and the service sends no place for one.
        members.remove("response");
    }
    document
}

/// Names the recipient, since a new address is not the user's attribute yet, and says of each address whether it is
/// verified (admin.md 3.3).
fn say_recipient(attributes: &mut Map<String, Value>, destination: &Destination) {
    let to = Value::from(destination.value.as_str());
    let attribute = destination.contact.attribute();
    if attributes.insert(attribute.to_owned(), to.clone()) != Some(to) {
        attributes.remove(destination.contact.flag());
    }
    for contact in Contact::ALL {
        if attributes.contains_key(contact.attribute()) {
            let flag = attributes.entry(contact.flag().to_owned());
            flag.or_insert_with(|| "false".into());
        }
    }
}

/// admin.md 3.2: by e-mail, ClientMetadata is passed on for three reasons only.
fn gets_metadata(trigger: Trigger, reason: Reason<'_>) -> bool {
    trigger == Trigger::CustomSmsSender
        || matches!(
            reason,
            Reason::ForgotPassword | Reason::SignUp | Reason::Authentication
        )
}

/// A message that a function sends.
pub(super) struct Call<'a> {
    /// The trigger.
    pub(super) trigger: Trigger,
    /// [`event`].
    pub(super) event: Value,
    /// The message's id.
    pub(super) id: &'a str,
    /// The code or temporary password.
    pub(super) code: &'a str,
    /// True for a temporary password.
    pub(super) is_password: bool,
}

/// Has a function send a message. Its answer means nothing; an error is tried again.
///
/// # Errors
/// [`NotDelivered::Later`], also while nothing is there to encrypt the code or to call the function.
pub(super) async fn send(
    app: &App,
    pool: &Pool,
    call: Call<'_>,
) -> std::result::Result<Receipt, NotDelivered> {
    let later = |text: &str| NotDelivered::Later(text.to_owned());
    let config = &pool.doc.lambda_config;
    let arn = call.trigger.function(config);
    let arn = arn.ok_or_else(|| later("the pool has no function for it any more"))?;
    let mut event = call.event;
    let code = if call.code.is_empty() {
        Value::Null
    } else {
        let key = config.kms_key_id.as_deref();
        let key = key.ok_or_else(|| later("the pool has no KMSKeyID"))?;
        let cipher = app.code_cipher.get();
        let cipher = cipher.ok_or_else(|| later("nothing encrypts codes for functions"))?;
        // admin.md 3.7: the characters of HTML in temporary passwords are escaped first.
        let text = match call.is_password {
            true => escape(call.code),
            false => call.code.to_owned(),
        };
        let sealed = cipher.encrypt(key, &pool.id, &text).await;
        let sealed = sealed.map_err(|error| {
            tracing::warn!(pool_id = %pool.id, %error, "a code could not be encrypted for a function");
            later("the code could not be encrypted")
        })?;
        Value::from(sealed)
    };
    if let Some(Value::Object(request)) = event.pointer_mut("/request") {
        request.insert("code".to_owned(), code);
    }
    let functions = app.functions.get();
    let functions = functions.ok_or_else(|| later("nothing calls functions"))?;
    let call = Invocation {
        trigger: call.trigger,
        arn: arn.to_owned(),
        pool_id: pool.id.clone(),
        id: call.id.to_owned(),
        event,
    };
    let why = match functions.invoke(&call).await {
        Ok(_) | Err(InvokeError::NotJson) => {
            return Ok(Receipt {
                sender: call.trigger.name().to_owned(),
                id: None,
            });
        }
        // Its message may hold what the function was told.
        Err(InvokeError::Failed(_)) => "the function ended with an error",
        Err(InvokeError::Timeout) => "the function took too long",
        Err(InvokeError::Refused(_)) => "the call of the function was refused",
        Err(InvokeError::Unreachable(_)) => "the function cannot be reached",
        Err(InvokeError::NoTarget) => "the settings do not say where the function runs",
    };
    Err(later(why))
}

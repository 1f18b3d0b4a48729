//! The auth event that an action of a user leaves: its row, in the batch that the action commits anyway.

use cognate_crypto::{hash, random};
use cognate_shapes::{ChallengeName, ChallengeResponse, EventResponseType, EventType};
use cognate_store::Batch;
use cognate_store::tables::events::{self, Event};

use crate::app::metrics::labels::{RiskDecision as Decision, RiskFinding};
use crate::app::places::Place;
use crate::attempts::Subject;
use crate::clock::{DAY, MINUTE};
use crate::cx::Cx;
use crate::errors::Result;
use crate::facts::device_name::device_name;
use crate::facts::factor::Proven;
use crate::ids;
use crate::records::auth_event::{EventContext, EventDoc, EventRisk, RiskDecision};
use crate::records::client::Client;
use crate::records::log_activity::{self, Activity};
use crate::records::pool::Pool;
use crate::records::protection;
use crate::records::user::User;
use crate::signin::At;
use crate::threats::{exceptions, facts};

/// How long auth events are kept (admin.md 2.8), in microseconds.
const KEPT: i64 = 2 * 365 * DAY;
/// How long those of unknown names are kept: as long as their attempts.
const KEPT_FOR_UNKNOWN: i64 = 15 * MINUTE;
/// How long those of users are kept whose sign-in ended before any factor was completed.
const KEPT_FOR_STRANGERS: i64 = DAY;

/// The time for which an event is kept, and the rate at which it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retention {
    /// Each one, for two years; for minutes where the name is unknown.
    Full,
    /// One a minute and subject, for a day: strangers can cause as many as they like.
    Stranger,
}

/// The event that an action leaves.
#[derive(Clone, Debug)]
pub struct AuthEvent {
    /// The action of the user.
    pub kind: EventType,
    /// The end of the action.
    pub result: EventResponseType,
    /// The challenges that were answered, oldest first.
    pub challenges: Vec<(ChallengeName, ChallengeResponse)>,
    /// The judgement of threat protection; None where nothing is judged.
    pub risk: Option<EventRisk>,
    /// The name of the identity provider that vouched for the user; empty without one.
    pub idp: String,
    /// The user's id, or the pseudonym of an unknown name.
    subject: String,
    /// The user's name; None for an unknown one.
    username: Option<String>,
    retention: Retention,
}

impl AuthEvent {
    fn new(
        user: Option<&User>,
        subject: &Subject,
        result: EventResponseType,
        proven: &Proven,
    ) -> Self {
        let answered = proven.iter().take(2);
        let kinds = [ChallengeName::Password, ChallengeName::Mfa];
        let answers = answered.zip(kinds);
        Self {
            challenges: answers
                .map(|(_, challenge)| (challenge, ChallengeResponse::Success))
                .collect(),
            ..Self::of_account(EventType::SignIn, result, user, subject)
        }
    }

    /// Returns the event of an account: a sign-up, a forgotten or a new password, another code. `user` is None for an
    /// unknown name, whose pseudonym is `subject`.
    pub fn of_account(
        kind: EventType,
        result: EventResponseType,
        user: Option<&User>,
        subject: &Subject,
    ) -> Self {
        Self {
            kind,
            result,
            challenges: Vec::new(),
            risk: None,
            idp: String::new(),
            subject: user.map_or(subject.as_str(), |user| &user.id).to_owned(),
            username: user.map(|user| user.username.clone()),
            retention: Retention::Full,
        }
    }

    /// Returns the event with the judgement of threat protection.
    #[must_use]
    pub fn with_risk(self, risk: Option<EventRisk>) -> Self {
        Self { risk, ..self }
    }

    /// Returns the event with a word about the password: true if others know it.
    #[must_use]
    pub fn with_breach(mut self, known: bool) -> Self {
        if known {
            self.risk.get_or_insert_default().compromised = true;
        }
        self
    }

    /// Returns the event of a sign-in that ended in a session.
    pub fn passed(user: &User, proven: &Proven) -> Self {
        let subject = Subject::known(&user.id);
        Self::new(Some(user), &subject, EventResponseType::Pass, proven)
    }

    /// Returns the event of a wrong answer. `user` is None for an unknown name, whose pseudonym is `subject`.
    pub fn failed(user: Option<&User>, subject: &Subject, proven: &Proven) -> Self {
        let mut event = Self::new(user, subject, EventResponseType::Fail, proven);
        let challenge = if proven.is_empty() {
            ChallengeName::Password
        } else {
            ChallengeName::Mfa
        };
        event.challenges.truncate(1);
        event
            .challenges
            .push((challenge, ChallengeResponse::Failure));
        event
    }

    /// Returns the event of a refusal of a user whose answers so far were right; strangers can cause one where nothing
    /// is proven yet.
    pub fn refused(user: Option<&User>, subject: &Subject, proven: &Proven) -> Self {
        let mut event = Self::new(user, subject, EventResponseType::Fail, proven);
        if proven.is_empty() {
            event.retention = Retention::Stranger;
        }
        event
    }

    /// Returns the event of a sign-in whose answers were right so far, and of which threat protection demands more.
    pub fn demanded(user: &User, proven: &Proven) -> Self {
        let subject = Subject::known(&user.id);
        Self::new(Some(user), &subject, EventResponseType::InProgress, proven)
    }

    /// Adds the event's row to a batch, under a new id. Where threat protection does not watch the pool there is none (admin.md
    /// 2.8), but a pool that exports its events exports this one.
    ///
    /// # Errors
    /// Those of serialization.
    pub fn append(&self, cx: &Cx<'_>, at: At<'_>, batch: Batch) -> Result<Batch> {
        self.append_to(cx, at.pool, at.client, batch)
    }

    /// As [`AuthEvent::append`] for an action that is no sign-in: where nothing watches the pool, it leaves nothing.
    ///
    /// # Errors
    /// Those of serialization.
    pub fn append_if_watched(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        client: &Client,
        batch: Batch,
    ) -> Result<Batch> {
        match protection::is_watched(pool) {
            true => self.append_to(cx, pool, client, batch),
            false => Ok(batch),
        }
    }

    fn append_to(&self, cx: &Cx<'_>, pool: &Pool, client: &Client, batch: Batch) -> Result<Batch> {
        self.insert(cx, pool, client, batch, &self.id(cx, pool))
    }

    /// Returns an id for the event, in which its time is ([`ids::event_time`]).
    pub fn id(&self, cx: &Cx<'_>, pool: &Pool) -> String {
        match self.retention {
            Retention::Full => ids::event_id(cx.now()),
            Retention::Stranger => {
                let minute = cx.now().saturating_sub(cx.now().rem_euclid(MINUTE));
                let name = format!("{} {minute}", self.subject);
                let mac = pool.key.mac("events of strangers", name.as_bytes());
                let bits = mac.first_chunk().copied().unwrap_or_else(random::bytes);
                ids::event_id_of(minute, bits)
            }
        }
    }

    /// As [`AuthEvent::append`], under this id of [`AuthEvent::id`].
    ///
    /// # Errors
    /// Those of serialization.
    pub fn append_as(&self, cx: &Cx<'_>, at: At<'_>, batch: Batch, id: &str) -> Result<Batch> {
        self.insert(cx, at.pool, at.client, batch, id)
    }

    fn insert(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        client: &Client,
        batch: Batch,
        event_id: &str,
    ) -> Result<Batch> {
        let is_watched = protection::is_watched(pool);
        if !is_watched && !log_activity::is_exported(pool) {
            return Ok(batch);
        }
        let doc = self.doc(cx, pool, client);
        let when = ids::event_time(event_id).unwrap_or(cx.now());
        let text = serde_json::to_string(&doc)?;
        let row = self.row(cx, pool, event_id, when, &text);
        let batch = match (is_watched, self.retention) {
            (false, _) => batch,
            (true, Retention::Full) => events::insert(batch, &pool.id, row),
            (true, Retention::Stranger) => events::insert_once(batch, &pool.id, row),
        };
        self.export(cx, pool, batch, event_id, when, &doc)
    }

    /// Appends the event to the logs that the pool exports. An unknown name leaves a record too, as it costs what a user
    /// costs; the record names nobody, since what was typed may be anything.
    fn export(
        &self,
        cx: &Cx<'_>,
        pool: &Pool,
        batch: Batch,
        event_id: &str,
        when: i64,
        doc: &EventDoc,
    ) -> Result<Batch> {
        self.count(cx);
        let name = self.username.as_deref();
        let activity = Activity {
            event_id,
            at: when,
            user: name.map(|name| (self.subject.as_str(), name)),
            doc,
            once: self.retention == Retention::Stranger,
        };
        log_activity::append(batch, pool, cx.now(), activity)
    }

    /// Counts what threat protection found and did. An action that runs again counts again.
    fn count(&self, cx: &Cx<'_>) {
        let Some(risk) = &self.risk else { return };
        // What is demanded is counted with the end of the sign-in.
        if self.kind == EventType::SignIn && self.result == EventResponseType::InProgress {
            return;
        }
        let is_takeover = risk.level.is_some();
        let is_listed = risk
            .reasons
            .iter()
            .any(|reason| reason == exceptions::BLOCKED);
        for (found, finding) in [
            (risk.compromised, RiskFinding::CompromisedCredentialRisk),
            (is_takeover, RiskFinding::AccountTakeOverRisk),
            (is_listed, RiskFinding::OverrideBlock),
            (risk.compromised || is_takeover, RiskFinding::Risk),
            (
                !(risk.compromised || is_takeover || is_listed),
                RiskFinding::NoRisk,
            ),
        ] {
            if found {
                cx.metrics.risk.count(finding);
            }
        }
        cx.metrics.risk_decisions.count(match risk.decision {
            RiskDecision::NoRisk => Decision::NoRisk,
            RiskDecision::AccountTakeover => Decision::AccountTakeover,
            RiskDecision::Block => Decision::Block,
        });
    }

    fn row<'e>(
        &'e self,
        cx: &Cx<'_>,
        pool: &Pool,
        event_id: &'e str,
        when: i64,
        doc: &'e str,
    ) -> Event<'e> {
        let signed = events::signed_row(&self.subject, when, event_id, doc);
        Event {
            subject: &self.subject,
            event_id,
            doc,
            at: when,
            expires: self.expires(cx),
            mac: pool.sign(&signed),
        }
    }

    fn expires(&self, cx: &Cx<'_>) -> i64 {
        cx.now()
            .saturating_add(match (self.username.is_some(), self.retention) {
                (false, _) => KEPT_FOR_UNKNOWN,
                (true, Retention::Full) => KEPT,
                (true, Retention::Stranger) => KEPT_FOR_STRANGERS,
            })
    }

    fn doc(&self, cx: &Cx<'_>, pool: &Pool, client: &Client) -> EventDoc {
        EventDoc::new(
            self.kind,
            self.result,
            self.challenges.clone(),
            EventContext {
                idp: self.idp.clone(),
                ..context(cx, pool, client)
            },
            self.risk.clone(),
        )
    }
}

/// Returns what the request says of the user's device, as events keep it.
pub fn context(cx: &Cx<'_>, pool: &Pool, client: &Client) -> EventContext {
    let told = cx.context();
    let device = match told.user_agent.is_empty() && !told.device.platform.is_empty() {
        true => told.device.platform.clone(),
        false => device_name(&told.user_agent),
    };
    let place = protection::is_watched(pool)
        .then(|| facts::place(cx))
        .flatten();
    let known = |of: fn(&Place) -> &String| place.as_deref().map(of).cloned().unwrap_or_default();
    EventContext {
        client: client.id.clone(),
        ip: told.ip_text(),
        agent: told.user_agent.clone(),
        device,
        timezone: match told.device.timezone.is_empty() {
            false => told.device.timezone.clone(),
            true => known(|place| &place.timezone),
        },
        city: known(|place| &place.city),
        country: known(|place| &place.country),
        has_context_data: told.has_context_data,
        request_id: cx.request_id.clone(),
        device_id: device_id(pool, &told.device.id),
        analytics: cx.analytics().to_owned(),
        ..EventContext::default()
    }
}

/// Returns a digest of what a device calls itself, which is the same for the same device in one pool; empty for nothing.
pub fn device_id(pool: &Pool, said: &str) -> String {
    if said.is_empty() {
        return String::new();
    }
    let mac = pool.key.mac("devices of events", said.as_bytes());
    hash::hex_text(mac.get(..16).unwrap_or(&mac))
}

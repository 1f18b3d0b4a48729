//! `/login/link`: the question, at the first sign-in through a provider, whether the visitor has an account already
//! (decision 015), and what becomes of the answer.
//!
//! The proof is an ordinary sign-in of a user of the pool, page by page, that aims at the link. The handle of the question is
//! in the sealed state of this sign-in alone, so that no other browser ends it.

use cognate_domain::Endpoint;
use cognate_domain::oauth::authorization::COGNITO;
use cognate_domain::oauth::browser_session;
use cognate_domain::oauth::hosted::Finished;
use cognate_domain::oauth::provider::arrival::Arrived;
use cognate_domain::oauth::provider::offer::{self, SECONDS};
use cognate_domain::oauth::provider::question::{self, Proven};
use cognate_domain::oauth::provider::refusal::Refused;
use cognate_domain::oauth::provider::steps;
use cognate_shapes::{AliasAttributeType, Category, UsernameAttributeType};

use super::alerts::alert;
use super::answer;
use super::state::{Aim, PageState, Stage};
use super::step::missing;
use super::stop::Flow;
use super::visit::Visit;
use crate::action;
use crate::locale::fill;
use crate::response::Response;
use crate::views::frame::{Alert, AlertKind};

/// The time for which the question is open, in microseconds.
pub(super) const OPEN: i64 = SECONDS * 1_000_000;

/// Returns the name of a provider for people: two of the social ones are called otherwise in the pool.
pub(super) fn called(provider: &str) -> &str {
    match provider {
        "LoginWithAmazon" => "Amazon",
        "SignInWithApple" => "Apple",
        other => other,
    }
}

impl Visit<'_> {
    /// Goes on after a provider's checked answer.
    ///
    /// # Errors
    /// As [`keep`](Visit::keep).
    pub(super) async fn arrived(&self, provider: &str, arrived: Arrived) -> Flow<Response> {
        match arrived {
            Arrived::SignedIn(finished) => self.finish(&finished, provider, false).await,
            Arrived::Asked(handle) => {
                let provider = provider.to_owned();
                let asked = self.state(Stage::Link { provider }, "");
                self.go(&asked.aiming(Aim::Link(handle)))
            }
            Arrived::Waits => {
                let waits = self.state(Stage::Approval, "");
                self.go(&waits.aiming(Aim::Client))
            }
        }
    }

    /// True if this sign-in is the proof of an account for a link.
    pub(super) fn is_linking(&self) -> bool {
        matches!(self.aim, Aim::Link(_))
    }

    /// Takes the answer to the question.
    ///
    /// # Errors
    /// Faults; limits of requests.
    pub(super) async fn answer_link(&self, here: PageState, provider: &str) -> Flow<Response> {
        let Aim::Link(handle) = &here.aim else {
            return self.link_over();
        };
        match self.field(&["answer"]) {
            Some("connect") => self.prove(handle, provider).await,
            Some("skip") => self.go_without(handle, provider).await,
            _ => self.go_with(here, &missing(&self.words().choice_missing, "factor")),
        }
    }

    /// Leads to the sign-in of the account. The name is the address that the provider gave, where such names sign in: the
    /// visitor knows it, whoever has it here.
    async fn prove(&self, handle: &str, provider: &str) -> Flow<Response> {
        let cx = self.request.cx(Endpoint::Federation);
        let authorization = &self.authorization;
        let find = || Box::pin(offer::find(&cx, authorization, handle));
        let Some(offer) = action::run(&cx, find).await? else {
            return self.link_over();
        };
        let pool = self.pool();
        let names = pool.doc.username_attributes.iter().flatten();
        let aliases = pool.doc.alias_attributes.iter().flatten();
        let by_address = names
            .into_iter()
            .any(|it| *it == UsernameAttributeType::Email)
            || aliases
                .into_iter()
                .any(|it| *it == AliasAttributeType::Email);
        let who = match by_address {
            true => offer.address(),
            false => "",
        };
        let told = self.about(&self.words().link_proof, provider, AlertKind::Info);
        // Although the browser may have a session: the proof is made now.
        self.go_with(self.state(Stage::OtherAccount, who), &told)
    }

    /// Goes on as a user of the provider alone.
    async fn go_without(&self, handle: &str, provider: &str) -> Flow<Response> {
        self.request
            .admit_category(Category::UserAuthentication)
            .await?;
        let cx = self.request.cx(Endpoint::Federation);
        let (authorization, ending) = (&self.authorization, self.ending_by(provider));
        let decline = || Box::pin(question::decline(&cx, authorization, handle, &ending));
        match action::run(&cx, decline).await? {
            Some(Ok(finished)) => self.finish(&finished, provider, false).await,
            Some(Err(refused)) => {
                let answer = self.refuse_provider(provider, &refused).await?;
                self.forget(answer)
            }
            None => self.link_over(),
        }
    }

    /// Records why a sign-in through a provider is refused, and tells the client.
    ///
    /// # Errors
    /// A redirect URI that is no header.
    pub(super) async fn refuse_provider(
        &self,
        provider: &str,
        refused: &Refused,
    ) -> Flow<Response> {
        let cx = self.request.cx(Endpoint::Federation);
        let about = (provider, self.client().id.as_str());
        let record = || Box::pin(steps::record_of(&cx, about, &self.pool().id, refused));
        if let Err(error) = action::run(&cx, record).await {
            tracing::error!(?error, request_id = %cx.request_id, "a refusal was not recorded");
        }
        let told = self.authorization.refuse(&refused.error);
        answer::recorded(self.request, &told)
    }

    /// Goes on after a complete sign-in: to the client, or first to the link that it is the proof for.
    ///
    /// # Errors
    /// Faults.
    pub(super) async fn signed_in(
        &self,
        user_id: &str,
        finished: &Finished,
        signed_up: bool,
    ) -> Flow<Response> {
        match &self.aim {
            Aim::Link(handle) => self.proven(handle, user_id, finished, signed_up).await,
            _ => self.finish(finished, COGNITO, signed_up).await,
        }
    }

    /// Ends a proof: links, and sends the browser to the client. The session of a user who cannot be linked ends before
    /// anybody has it.
    async fn proven(
        &self,
        handle: &str,
        user_id: &str,
        finished: &Finished,
        signed_up: bool,
    ) -> Flow<Response> {
        let cx = self.request.cx(Endpoint::Federation);
        let authorization = &self.authorization;
        let connect = || Box::pin(question::connect(&cx, authorization, handle, user_id));
        let proven = action::run(&cx, connect).await?;
        if proven == Proven::Linked {
            return self.finish(finished, COGNITO, signed_up).await;
        }
        let (pool, host) = (self.pool(), self.host());
        let cookie = finished.cookie.value.expose().as_str();
        let end = || Box::pin(browser_session::end(&cx, pool, host, cookie));
        action::run(&cx, end).await?;
        let find = || Box::pin(offer::find(&cx, authorization, handle));
        let words = self.words();
        let text = match proven {
            Proven::NotThatUser => &words.link_other,
            Proven::Full => &words.link_full,
            Proven::Linked | Proven::Over => return self.link_over(),
        };
        let Some(offer) = action::run(&cx, find).await? else {
            return self.link_over();
        };
        let provider = offer.provider.name.clone();
        let told = self.about(text, &provider, AlertKind::Error);
        self.go_with(self.state(Stage::Link { provider }, ""), &told)
    }

    /// The question is over, and the next sign-in begins at the beginning.
    fn link_over(&self) -> Flow<Response> {
        self.go(&self.state(Stage::Over, "").aiming(Aim::Client))
    }

    fn about(&self, text: &str, provider: &str, kind: AlertKind) -> Alert {
        Alert {
            kind,
            ..alert(fill(text, &[("provider", called(provider))]), None)
        }
    }
}

//! All texts of a pool with sample values, as an operator wants to see them before users do.

use cognate_shapes::DeliveryMediumType;

use crate::messages::render::{Values, render};
use crate::messages::template::Content;
use crate::records::pool::Pool;

/// A text with sample values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// `code`, `link`, `sign_in`, `invitation` or `invitation_without_password`.
    pub kind: &'static str,
    /// E-mail or text message.
    pub medium: DeliveryMediumType,
    /// E-mail only.
    pub subject: Option<String>,
    /// The text; HTML in e-mails.
    pub body: String,
}

/// Renders every text of the pool's templates, or the service's where the pool has none. What the pool's function would
/// word is not in it.
pub fn preview(pool: &Pool) -> Vec<Preview> {
    let media = [DeliveryMediumType::Email, DeliveryMediumType::Sms];
    let all = media
        .into_iter()
        .flat_map(|medium| Content::ALL.map(|content| (content, medium)));
    all.filter(|(content, medium)| {
        *content != Content::Link || *medium == DeliveryMediumType::Email
    })
    .map(|(content, medium)| {
        let values = Values {
            code: match content {
                Content::Invitation => "Passw0rd!",
                Content::InvitationWithoutPassword => "",
                Content::Code | Content::Link | Content::SignIn => "123456",
            },
            username: "jane",
            link: "https://auth.example.com/confirmUser/?client_id=sample&user_name=jane&confirmation_code=123456",
        };
        let rendered = render(&content.template(pool, medium), content, medium, values);
        Preview {
            kind: kind(content),
            medium,
            subject: rendered.subject,
            body: rendered.body,
        }
    })
    .collect()
}

fn kind(content: Content) -> &'static str {
    match content {
        Content::Code => "code",
        Content::Link => "link",
        Content::SignIn => "sign_in",
        Content::Invitation => "invitation",
        Content::InvitationWithoutPassword => "invitation_without_password",
    }
}

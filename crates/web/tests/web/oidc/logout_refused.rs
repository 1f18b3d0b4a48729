//! Why a sign-out is refused, under the number that its page shows.

use super::*;

const BYE: &str = "https%3A%2F%2Fapp.example%2Fbye";

#[tokio::test]
async fn the_number_of_a_refusal_leads_to_the_url_and_the_setting() {
    let w = World::new().await;
    let client = &w.cognito;
    let urls = "The setting that decides: LogoutURLs of the client, CallbackURLs for redirect_uri, and \
                AllowedOAuthFlowsUserPoolClient.";
    for (query, pool, result, detail) in [
        (
            format!("client_id={client}&logout_uri={BYE}%3Fsecret"),
            &*w.pool,
            "RedirectMismatch",
            format!(
                "The URL is none of the client's. It must be the same character by character. \
                 logout_uri=\"https://app.example/bye\u{2026}\". {urls} Client: {client}."
            ),
        ),
        (
            format!("client_id={client}&redirect_uri={BYE}&response_type=code"),
            &w.pool,
            "RedirectMismatch",
            format!(
                "The URL is none of the client's. It must be the same character by character. \
                 redirect_uri=\"https://app.example/bye\". {urls} Client: {client}."
            ),
        ),
        (
            format!("client_id=1example23456789&logout_uri={BYE}"),
            "",
            "UnknownClient",
            "There is no app client of this id. client_id=\"1example23456789\".".to_owned(),
        ),
        (
            format!("logout_uri={BYE}"),
            "",
            "MissingParameter",
            "The request lacks a parameter. missing=\"client_id\".".to_owned(),
        ),
    ] {
        let refused = w.get(&format!("/logout?{query}")).await;
        let row = w.site.explained(&refused).await;
        assert_eq!(row, [pool, "LogoutEndpoint", result, &detail]);
    }
}

//! The parameters of a request for an authorization.

/// The parameters as they were sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parameters<'a> {
    /// `response_type`.
    pub response_type: Option<&'a str>,
    /// `client_id`.
    pub client_id: Option<&'a str>,
    /// `redirect_uri`.
    pub redirect_uri: Option<&'a str>,
    /// `state`.
    pub state: Option<&'a str>,
    /// `scope`.
    pub scope: Option<&'a str>,
    /// `code_challenge`.
    pub code_challenge: Option<&'a str>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<&'a str>,
    /// `nonce`.
    pub nonce: Option<&'a str>,
    /// `resource`.
    pub resource: Option<&'a str>,
    /// `identity_provider`.
    pub identity_provider: Option<&'a str>,
    /// `idp_identifier`.
    pub idp_identifier: Option<&'a str>,
    /// `login_hint`.
    pub login_hint: Option<&'a str>,
    /// `prompt`.
    pub prompt: Option<&'a str>,
    /// `response_mode`, of clients with the standard profile.
    pub response_mode: Option<&'a str>,
    /// `max_age`, of clients with the standard profile.
    pub max_age: Option<&'a str>,
    /// `acr_values`, of clients with the standard profile and towards providers with AcrMapping.
    pub acr_values: Option<&'a str>,
    /// `id_token_hint`, of clients with the standard profile.
    pub id_token_hint: Option<&'a str>,
    /// `request`, which nobody may use.
    pub request: Option<&'a str>,
    /// `request_uri`: that of a pushed request, of clients with the standard profile.
    pub request_uri: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    /// Reads the parameters by their names.
    pub fn read(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        Self {
            response_type: get("response_type"),
            client_id: get("client_id"),
            redirect_uri: get("redirect_uri"),
            state: get("state"),
            scope: get("scope"),
            code_challenge: get("code_challenge"),
            code_challenge_method: get("code_challenge_method"),
            nonce: get("nonce"),
            resource: get("resource"),
            identity_provider: get("identity_provider"),
            idp_identifier: get("idp_identifier"),
            login_hint: get("login_hint"),
            prompt: get("prompt"),
            response_mode: get("response_mode"),
            max_age: get("max_age"),
            acr_values: get("acr_values"),
            id_token_hint: get("id_token_hint"),
            request: get("request"),
            request_uri: get("request_uri"),
        }
    }
}

//! How the types of providers differ, in one table (endpoints.md 4.1, 4.2, 4.3).

/// The type of a provider that speaks OAuth 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any OpenID provider.
    Oidc,
    /// Google: OpenID Connect, with more claims at the People API.
    Google,
    /// Facebook: OAuth 2.0 with commas between scopes and a GET for tokens.
    Facebook,
    /// Login with Amazon: OAuth 2.0.
    LoginWithAmazon,
    /// Sign in with Apple: OpenID Connect without userinfo, with a signed client secret and an answer by POST.
    SignInWithApple,
}

/// When a code is bound to a secret of this server (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pkce {
    /// Always.
    Always,
    /// If the provider's discovery document names S256.
    IfOffered,
    /// Never: the provider does not document it.
    Never,
}

/// How the call for a user's claims is completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The URL as it is.
    Plain,
    /// The names of all mapped claims behind the URL, and a proof that the caller has the client's secret.
    Fields,
    /// The names of the mapped claims that the ID token lacks behind the URL; no call if it lacks none.
    Person,
    /// There is no such call.
    None,
}

/// What a type of provider needs that others do not.
#[derive(Debug)]
pub(crate) struct Traits {
    /// The claim that tells the provider's users apart.
    pub subject: &'static str,
    /// What stands between two scopes.
    pub scope_separator: &'static str,
    /// The token endpoint takes a GET with everything in the query.
    pub token_by_get: bool,
    /// Tokens without an ID token are refused, and a nonce is sent.
    pub id_token: bool,
    pub pkce: Pkce,
    /// The user's name as the application knows it is passed on.
    pub login_hint: bool,
    /// The words about how the user is asked that are passed on.
    pub prompts: &'static [&'static str],
    /// The answer comes by POST as soon as a scope is asked for.
    pub form_post: bool,
    pub profile: Profile,
    /// Another name that the issuer gives itself in tokens.
    pub other_issuer: Option<&'static str>,
}

const OIDC: Traits = Traits {
    subject: "sub",
    scope_separator: " ",
    token_by_get: false,
    id_token: true,
    pkce: Pkce::IfOffered,
    login_hint: true,
    // `none` is this server's own matter (endpoints.md 1.3).
    prompts: &["login", "select_account", "consent"],
    form_post: false,
    profile: Profile::Plain,
    other_issuer: None,
};

const GOOGLE: Traits = Traits {
    pkce: Pkce::Always,
    login_hint: false,
    // Google refuses words that it does not document.
    prompts: &["select_account", "consent"],
    profile: Profile::Person,
    other_issuer: Some("accounts.google.com"),
    ..OIDC
};

const FACEBOOK: Traits = Traits {
    subject: "id",
    scope_separator: ",",
    token_by_get: true,
    pkce: Pkce::Never,
    profile: Profile::Fields,
    ..AMAZON
};

const AMAZON: Traits = Traits {
    subject: "user_id",
    id_token: false,
    // There is no nonce that would bind a code to a sign-in, and Amazon recommends this.
    pkce: Pkce::Always,
    login_hint: false,
    prompts: &[],
    ..OIDC
};

const APPLE: Traits = Traits {
    pkce: Pkce::Never,
    login_hint: false,
    prompts: &[],
    form_post: true,
    profile: Profile::None,
    ..OIDC
};

impl Kind {
    pub(crate) const fn traits(self) -> &'static Traits {
        match self {
            Self::Oidc => &OIDC,
            Self::Google => &GOOGLE,
            Self::Facebook => &FACEBOOK,
            Self::LoginWithAmazon => &AMAZON,
            Self::SignInWithApple => &APPLE,
        }
    }

    /// Returns the claim that tells the provider's users apart.
    #[must_use]
    pub const fn subject_claim(self) -> &'static str {
        self.traits().subject
    }

    /// True if its tokens hold an ID token, which is checked and must name the nonce that was sent.
    #[must_use]
    pub const fn has_id_token(self) -> bool {
        self.traits().id_token
    }

    /// True if a PKCE challenge is sent. `offered`: the discovery document names S256.
    #[must_use]
    pub const fn uses_pkce(self, offered: bool) -> bool {
        match self.traits().pkce {
            Pkce::Always => true,
            Pkce::IfOffered => offered,
            Pkce::Never => false,
        }
    }

    /// Returns the names that may be the issuer of a token, beginning with `issuer`, the one of the settings.
    #[must_use]
    pub fn issuers(self, issuer: &str) -> Vec<&str> {
        let mut names = vec![issuer];
        names.extend(self.traits().other_issuer);
        names
    }
}

/// Returns the single scopes of a setting, which some write with commas.
pub(crate) fn scopes(kind: Kind, setting: &str) -> Vec<&str> {
    let commas = kind != Kind::Oidc;
    let ends = |c: char| c.is_whitespace() || (commas && c == ',');
    setting.split(ends).filter(|one| !one.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_and_the_scopes_are_those_of_the_type() {
        for (kind, subject, setting, scope) in [
            (Kind::Oidc, "sub", "openid  a,b ", vec!["openid", "a,b"]),
            (Kind::Google, "sub", "openid email", vec!["openid", "email"]),
            (
                Kind::Facebook,
                "id",
                "public_profile, email",
                vec!["public_profile", "email"],
            ),
            (
                Kind::LoginWithAmazon,
                "user_id",
                "profile postal_code",
                vec!["profile", "postal_code"],
            ),
            (
                Kind::SignInWithApple,
                "sub",
                "email name",
                vec!["email", "name"],
            ),
        ] {
            assert_eq!(kind.subject_claim(), subject);
            assert_eq!(scopes(kind, setting), scope, "{kind:?}");
        }
    }

    #[test]
    fn pkce_goes_where_it_is_known_to_be_taken() {
        assert!(Kind::Oidc.uses_pkce(true) && !Kind::Oidc.uses_pkce(false));
        assert!(Kind::Google.uses_pkce(false) && Kind::LoginWithAmazon.uses_pkce(false));
        for kind in [Kind::Facebook, Kind::SignInWithApple] {
            assert!(!kind.uses_pkce(true));
        }
    }

    #[test]
    fn only_google_has_a_second_name() {
        let issuer = "https://accounts.google.com";
        assert_eq!(
            Kind::Google.issuers(issuer),
            [issuer, "accounts.google.com"]
        );
        assert_eq!(Kind::Oidc.issuers(issuer), [issuer]);
    }
}

//! The attributes of a user that scopes open, in ID tokens and at the userInfo endpoint.

use std::collections::BTreeSet;

/// The attributes that an ID token may hold at most.
#[derive(Clone, Copy, Debug)]
pub enum Attributes<'a> {
    /// Those that the scopes of its session open.
    OfSession,
    /// Those that the access token opens that was traded for it.
    Opened(Opened),
    /// Those of which the ID token that was traded for it has claims: their names, among others.
    Named(&'a BTreeSet<String>),
}

/// The attributes that scopes open: `email` and `phone` alone narrow them (endpoints.md 1.7, 1.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    all: bool,
    email: bool,
    phone: bool,
}

impl Opened {
    /// Returns what scopes open; `has` says which ones were granted.
    pub fn by(has: impl Fn(&str) -> bool) -> Self {
        let (email, phone) = (has("email"), has("phone"));
        Self {
            all: has("profile") || !(email || phone),
            email,
            phone,
        }
    }

    /// Everything, as without scopes.
    const ALL: Self = Self {
        all: true,
        email: true,
        phone: true,
    };

    /// Returns what an access token opens when it is traded for an ID token. `session`: the scopes of its session, None for one of the
    /// API; `has_account`: whether the token has the scope of the user's own account; `has`: the scopes that are left of it.
    ///
    /// A part of a token's scopes opens no more than all of them: `openid` alone opens everything only where its session never said
    /// anything else of attributes, and without `openid` nothing is opened, as at the userInfo endpoint.
    pub fn by_part_of(
        session: Option<&[String]>,
        has_account: bool,
        has: impl Fn(&str) -> bool,
    ) -> Self {
        let granted = |name: &str| session.is_some_and(|all| all.iter().any(|own| own == name));
        let bound = session.map_or(Self::ALL, |_| Self::by(granted));
        if has_account {
            return bound;
        }
        let says_nothing_else = session.is_some() && bound.all && !granted("profile");
        let is_open = has("openid");
        let all = is_open && (has("profile") || says_nothing_else);
        Self {
            all: all && bound.all,
            email: is_open && (all || has("email")) && (bound.all || bound.email),
            phone: is_open && (all || has("phone")) && (bound.all || bound.phone),
        }
    }

    /// True if they open the attribute of that name.
    pub fn holds(self, name: &str) -> bool {
        let named = match name {
            "email" | "email_verified" => self.email,
            "phone_number" | "phone_number_verified" => self.phone,
            _ => false,
        };
        self.all || named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_and_phone_narrow_and_profile_widens() {
        for (scopes, names) in [
            (&["openid"][..], "email phone_number name custom:x"),
            (
                &["openid", "profile", "email"],
                "email phone_number name custom:x",
            ),
            (&["openid", "email"], "email"),
            (&["openid", "phone"], "phone_number"),
            (
                &["openid", "phone", "email", "api/read"],
                "email phone_number",
            ),
            (
                &["openid", "aws.cognito.signin.user.admin"],
                "email phone_number name custom:x",
            ),
        ] {
            let opened = Opened::by(|scope| scopes.contains(&scope));
            let all = ["email", "phone_number", "name", "custom:x"];
            let held: Vec<&str> = all.into_iter().filter(|name| opened.holds(name)).collect();
            assert_eq!(held.join(" "), names, "{scopes:?}");
            assert_eq!(opened.holds("email"), opened.holds("email_verified"));
        }
    }

    #[test]
    fn a_part_of_the_scopes_opens_no_more_than_all_of_them() {
        let all = ["openid", "email", "phone", "profile", "api/read"];
        let names = ["email", "phone_number", "name", "custom:x"];
        let parts = || {
            (0..1_usize << all.len()).map(|bits| {
                let chosen = (0..all.len()).filter(move |n| bits & (1 << n) != 0);
                chosen.map(|n| all[n].to_owned()).collect::<Vec<_>>()
            })
        };
        for session in parts().map(Some).chain([None]) {
            let opened = |part: &[String]| {
                let has = |scope: &str| part.iter().any(|own| own == scope);
                let opened = Opened::by_part_of(session.as_deref(), false, has);
                names.map(|name| opened.holds(name))
            };
            for whole in parts() {
                let of_whole = opened(&whole);
                for part in parts().filter(|part| part.iter().all(|own| whole.contains(own))) {
                    let of_part = opened(&part);
                    let fits = of_part
                        .iter()
                        .zip(of_whole)
                        .all(|(part, whole)| *part <= whole);
                    assert!(fits, "{session:?} {whole:?} {part:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_traded_opens_what_its_session_did_and_nothing_without_openid() {
        for (session, account, scopes, names) in [
            (Some("openid"), false, "openid", "email phone_number name"),
            (Some("openid email"), false, "openid email", "email"),
            (Some("openid email"), false, "openid", ""),
            (Some("openid email profile"), false, "openid email", "email"),
            (
                Some("openid email profile"),
                false,
                "openid profile",
                "email phone_number name",
            ),
            (Some("openid email"), false, "email", ""),
            (Some("openid email"), true, "", "email"),
            (Some("api/read"), false, "api/read", ""),
            (Some("openid"), false, "", ""),
            (None, true, "", "email phone_number name"),
            (None, false, "", ""),
            (None, false, "api/read openid", ""),
            (None, false, "openid phone", "phone_number"),
        ] {
            let split = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
            let (granted, scopes) = (session.map(split), split(scopes));
            let has = |scope: &str| scopes.iter().any(|own| own == scope);
            let opened = Opened::by_part_of(granted.as_deref(), account, has);
            let all = ["email", "phone_number", "name"];
            let held: Vec<&str> = all.into_iter().filter(|name| opened.holds(name)).collect();
            assert_eq!(held.join(" "), names, "{session:?} {scopes:?}");
        }
    }
}

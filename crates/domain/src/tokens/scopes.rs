//! The attributes of a user that scopes open, in ID tokens and at the userInfo endpoint.

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
}

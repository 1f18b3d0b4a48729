//! From names of the API to names in Rust and names in the service's messages.

/// `AllowedOAuthFlows` → `allowed_oauth_flows`, `KMSKeyID` → `kms_key_id`, `CallbackURLs` → `callback_urls`.
pub fn snake(name: &str) -> String {
    let name = name.replace("OAuth", "Oauth").replace("URLs", "Urls");
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        let previous = i.checked_sub(1).and_then(|p| chars.get(p));
        let next_is_lower = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        let starts_word = c.is_uppercase()
            && previous.is_some_and(|p| {
                !p.is_uppercase() && *p != '_' || p.is_uppercase() && next_is_lower
            });
        if starts_word {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The name of a Rust field. Keywords get a trailing underscore.
pub fn field(name: &str) -> String {
    let name = snake(name);
    if matches!(name.as_str(), "type" | "ref" | "enum" | "match" | "in") {
        format!("{name}_")
    } else {
        name
    }
}

/// The name of a Rust enum variant: `USER_SRP_AUTH` → `UserSrpAuth`, `phone_number` → `PhoneNumber`, `V1_0` → `V1_0`.
pub fn variant(value: &str) -> String {
    let shouting = !value.chars().any(char::is_lowercase);
    let mut out = String::new();
    for word in value.split(['_', '-']) {
        let digit_to_digit = out.ends_with(|c: char| c.is_ascii_digit())
            && word.starts_with(|c: char| c.is_ascii_digit());
        if digit_to_digit {
            out.push('_');
        }
        let mut chars = word.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.extend(chars.map(|c| if shouting { c.to_ascii_lowercase() } else { c }));
    }
    out
}

/// The name of a member in the service's messages: the leading capitals become small, except the one that starts the
/// next word. `UserPoolId` → `userPoolId`, `CSS` → `css`, `KMSKeyID` → `kmsKeyID` (auth.md 1.5, settled V8).
pub fn display(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let run = chars.iter().take_while(|c| c.is_uppercase()).count();
    let small = if run > 1 && run < chars.len() {
        run - 1
    } else {
        run
    };
    chars
        .iter()
        .enumerate()
        .map(|(i, c)| {
            if i < small {
                c.to_ascii_lowercase()
            } else {
                *c
            }
        })
        .collect()
}

/// The name of a static: `S_USER_POOL_ID_TYPE`.
pub fn constant(name: &str) -> String {
    format!("S_{}", snake(name).to_ascii_uppercase())
}

/// The order in which a Java `HashSet` of these texts is printed: buckets of a table of 16 that doubles when it is over
/// three quarters full, and within a bucket the order of insertion (settled C16).
pub fn java_hash_set_order(values: &[String]) -> Vec<String> {
    let mut table = 16;
    while values.len() * 4 > table * 3 {
        table *= 2;
    }
    let bucket = |value: &String| {
        let hash = value.encode_utf16().fold(0_u32, |h, unit| {
            h.wrapping_mul(31).wrapping_add(u32::from(unit))
        });
        (hash ^ (hash >> 16)) as usize & (table - 1)
    };
    let mut sorted = values.to_vec();
    sorted.sort_by_key(bucket);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case_with_acronyms_kept_together() {
        for (name, expected) in [
            ("UserPoolId", "user_pool_id"),
            ("CallbackURLs", "callback_urls"),
            (
                "AllowedOAuthFlowsUserPoolClient",
                "allowed_oauth_flows_user_pool_client",
            ),
            ("SMSMfaSettings", "sms_mfa_settings"),
            ("LastIPAddress", "last_ip_address"),
            (
                "PrimaryRoute53HealthCheckId",
                "primary_route53_health_check_id",
            ),
            ("KMSKeyID", "kms_key_id"),
            ("Type", "type_"),
        ] {
            assert_eq!(field(name), expected);
        }
    }

    #[test]
    fn variants_are_camel_case_and_version_digits_stay_apart() {
        for (value, expected) in [
            ("USER_SRP_AUTH", "UserSrpAuth"),
            ("phone_number", "PhoneNumber"),
            ("V1_0", "V1_0"),
            ("TLS_V1_2_2021", "TlsV1_2_2021"),
            ("DateTime", "DateTime"),
            ("N_A", "NA"),
        ] {
            assert_eq!(variant(value), expected);
        }
    }

    #[test]
    fn message_names_start_small() {
        for (name, expected) in [
            ("UserPoolId", "userPoolId"),
            ("CallbackURLs", "callbackURLs"),
            ("SmsMessage", "smsMessage"),
            ("SMSMfaSettings", "smsMfaSettings"),
            ("CSS", "css"),
            ("headerName", "headerName"),
        ] {
            assert_eq!(display(name), expected);
        }
    }

    #[test]
    fn enum_values_are_printed_as_java_prints_a_hash_set() {
        let order = |v: &[&str]| {
            java_hash_set_order(&v.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).join(", ")
        };
        assert_eq!(
            order(&["code", "implicit", "client_credentials"]),
            "implicit, client_credentials, code"
        );
        assert_eq!(
            order(&["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]),
            "SIGN_IN, PASSWORD_CHANGE, SIGN_UP"
        );
        assert_eq!(order(&["OFF", "ON", "OPTIONAL"]), "OPTIONAL, OFF, ON");
    }
}

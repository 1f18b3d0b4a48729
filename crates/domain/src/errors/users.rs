//! Error texts of the operations on users, with their source rows.

use cognate_shapes::{DeliveryMediumType, ErrorCode};

use crate::errors::{ApiError, api, invalid_parameter, not_authorized, unconfirmed};
use crate::facts::action::Action;

/// auth.md 6.2, 2.4: the user name of a sign-up is taken.
pub fn user_already_exists() -> ApiError {
    api(ErrorCode::UsernameExists, "User already exists")
}

/// settled T2: the user name of AdminCreateUser is taken.
pub fn user_account_already_exists() -> ApiError {
    api(ErrorCode::UsernameExists, "User account already exists")
}

/// auth.md 6.2, settled T1: in pools with username attributes the address or number is taken.
pub fn account_exists(attribute: &str) -> ApiError {
    api(ErrorCode::UsernameExists, account_text(attribute))
}

/// admin.md 3.3: PreSignUp verifies an address of a user whom it does not confirm.
pub fn verified_unconfirmed() -> ApiError {
    api(
        ErrorCode::InvalidLambdaResponse,
        "Phone or email cannot be auto verified, when user is not being auto confirmed.",
    )
}

/// admin.md 3.3: PreSignUp verifies an address that the user does not have.
pub fn nothing_to_auto_verify(attribute: &str) -> ApiError {
    api(
        ErrorCode::InvalidLambdaResponse,
        unconfirmed::sign_up::nothing_to_auto_verify(attribute),
    )
}

/// auth.md 6.3, 6.8: a verified alias belongs to another user. Operations whose model does not list
/// AliasExistsException answer UsernameExistsException, or else InvalidParameterException, with the same text.
pub fn alias_exists(action: Action, attribute: &str) -> ApiError {
    let code = [ErrorCode::AliasExists, ErrorCode::UsernameExists]
        .into_iter()
        .find(|code| action.declares(*code))
        .unwrap_or(ErrorCode::InvalidParameter);
    api(code, account_text(attribute))
}

/// As [`alias_exists`], or [`user_already_exists`] for a user name: the name is taken by the rules to which the pool
/// changes, or from which (decision 017).
pub fn taken_otherwise(action: Action, kind: &str) -> ApiError {
    if kind == "username" && action.declares(ErrorCode::UsernameExists) {
        return user_already_exists();
    }
    alias_exists(action, kind)
}

/// The text for an address, number or preferred name that is another user's.
pub fn account_text(attribute: &str) -> String {
    format!("An account with the given {attribute} already exists.")
}

/// auth.md 6.2.
pub fn sign_up_not_permitted() -> ApiError {
    not_authorized("SignUp is not permitted for this user pool")
}

/// auth.md 6.2.
pub fn username_should_be_email() -> ApiError {
    invalid_parameter("Username should be an email.")
}

/// auth.md 6.2.
pub fn username_should_be_phone_number() -> ApiError {
    invalid_parameter("Username should be a phone number.")
}

/// auth.md 6.2.
pub fn username_should_be_either() -> ApiError {
    invalid_parameter("Username should be either an email or a phone number.")
}

/// auth.md 6.2.
pub fn username_of_email_form() -> ApiError {
    invalid_parameter(
        "Username cannot be of email format, since user pool is configured for email alias.",
    )
}

/// auth.md 2.4, settled T14 (the beginning of the text).
pub fn username_of_phone_number_form() -> ApiError {
    invalid_parameter(
        "Username cannot be of phone number format, since user pool is configured for phone number alias.",
    )
}

/// auth.md 6.2.
pub fn invalid_email() -> ApiError {
    invalid_parameter("Invalid email address format.")
}

/// auth.md 6.2.
pub fn invalid_phone_number() -> ApiError {
    invalid_parameter("Invalid phone number format.")
}

/// auth.md 6.2: everything that does not fit the schema, each item with a newline behind it.
pub fn not_conforming(items: &[String]) -> ApiError {
    let list = lines(items);
    invalid_parameter(format!("Attributes did not conform to the schema: {list}"))
}

/// auth.md 6.2: an item of [`not_conforming`].
pub fn attribute_required(name: &str) -> String {
    match name {
        // These two are structures inside the service, which names their one part.
        "name" | "address" => {
            format!("{name}.formatted: The attribute {name}.formatted is required")
        }
        _ => format!("{name}: The attribute is required"),
    }
}

/// auth.md 6.2, settled L13: how SignUp, AdminCreateUser and the new password name an attribute that the schema does
/// not have.
pub fn attribute_type_unknown(name: &str) -> ApiError {
    invalid_parameter(format!(
        "Attributes did not conform to the schema: Type for attribute {{{name}}} could not be determined"
    ))
}

/// Settled L7: why a text does not fit the schema; the attribute's name precedes it.
pub fn too_short(min: i128) -> String {
    format!("String must be no shorter than {min} characters")
}

/// Settled L7: as [`too_short`].
pub fn too_long(max: i128) -> String {
    format!("String must be no longer than {max} characters")
}

/// Settled L6: `sub`, `identities`, at a challenge `email_verified` and everything else that never changes.
pub fn non_mutable_attribute(name: &str) -> ApiError {
    invalid_parameter(format!("Cannot modify the non-mutable attribute {name}"))
}

/// Settled L8: the address or number that is the user name is among the attributes with another value. The form for
/// numbers is inferred.
pub fn username_differs(attribute: &str) -> ApiError {
    invalid_parameter(format!(
        "User {attribute} should be empty or same as username, since username attribute is {attribute}."
    ))
}

/// Settled L9.
pub fn preferred_username_at_sign_up() -> ApiError {
    invalid_parameter(
        "Preferred username cannot be provided for unconfirmed account, since user pool is configured for preferred username alias.",
    )
}

/// auth.md 6.2.
pub fn attribute_value_null(name: &str) -> ApiError {
    invalid_parameter(format!("Attribute value for {name} must not be null"))
}

/// auth.md 6.2, admin.md 2.4.
pub fn unauthorized_attribute() -> ApiError {
    not_authorized("A client attempted to write unauthorized attribute")
}

/// auth.md 2.9: `prefix` depends on the operation, `rule` is the first one that was broken.
pub fn password_policy(prefix: &str, rule: &str) -> ApiError {
    api(ErrorCode::InvalidPassword, format!("{prefix}: {rule}"))
}

/// admin.md 6.2: a new password that others know.
pub fn breached_password() -> ApiError {
    api(ErrorCode::InvalidPassword, unconfirmed::BREACHED_PASSWORD)
}

/// auth.md 2.9: PasswordHistorySize.
pub fn password_history() -> ApiError {
    api(
        ErrorCode::PasswordHistoryPolicyViolation,
        unconfirmed::PASSWORD_HISTORY,
    )
}

/// auth.md 6.3, 6.6.
pub fn code_mismatch() -> ApiError {
    api(
        ErrorCode::CodeMismatch,
        "Invalid verification code provided, please try again.",
    )
}

/// auth.md 6.3, 6.6: expired, used up, never requested, or of a user who does not exist.
pub fn code_expired() -> ApiError {
    api(
        ErrorCode::ExpiredCode,
        "Invalid code provided, please request a code again.",
    )
}

/// auth.md 2.7: too many wrong answers to one code. VerifyUserAttribute declares only the limit of requests.
pub fn too_many_failed_attempts(action: Action) -> ApiError {
    if !action.declares(ErrorCode::TooManyFailedAttempts) {
        return crate::errors::auth::attempt_limit_exceeded();
    }
    api(
        ErrorCode::TooManyFailedAttempts,
        unconfirmed::TOO_MANY_FAILED_ATTEMPTS,
    )
}

/// auth.md 6.3: `status` as the API names it.
pub fn cannot_be_confirmed(status: &str) -> ApiError {
    not_authorized(format!(
        "User cannot be confirmed. Current status is {status}"
    ))
}

/// auth.md 6.3.
pub fn already_confirmed() -> ApiError {
    invalid_parameter("User is already confirmed.")
}

/// settled C1.
pub fn auto_verification_off() -> ApiError {
    not_authorized("Cannot resend codes. Auto verification not turned on.")
}

/// auth.md 6.3.
pub fn no_contact_to_confirm() -> ApiError {
    invalid_parameter(unconfirmed::NO_CONTACT_TO_CONFIRM)
}

/// auth.md 6.6, settled T15: the user is unknown and the client may say so.
pub fn combination_not_found() -> ApiError {
    api(
        ErrorCode::UserNotFound,
        "Username/client id combination not found.",
    )
}

/// auth.md 6.6.
pub fn no_verified_contact() -> ApiError {
    invalid_parameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
    )
}

/// auth.md 6.6.
pub fn cannot_reset_in_state() -> ApiError {
    not_authorized("User password cannot be reset in the current state.")
}

/// auth.md 6.6.
pub fn contact_administrator() -> ApiError {
    not_authorized("Contact administrator to reset password.")
}

/// auth.md 6.2: there is no sender for messages. Operations that do not declare CodeDeliveryFailureException declare
/// that the service may not send by the medium.
pub fn delivery_failed(action: Action, medium: DeliveryMediumType) -> ApiError {
    let may_not = match medium {
        DeliveryMediumType::Email => ErrorCode::InvalidEmailRoleAccessPolicy,
        DeliveryMediumType::Sms => ErrorCode::InvalidSmsRoleAccessPolicy,
    };
    let code = [ErrorCode::CodeDeliveryFailure, may_not]
        .into_iter()
        .find(|code| action.declares(*code))
        .unwrap_or(ErrorCode::InvalidParameter);
    api(code, unconfirmed::DELIVERY_FAILED)
}

/// admin.md 4.6.
pub fn no_sms_configuration() -> ApiError {
    invalid_parameter(
        "Invalid phone number provided/Unable to send the message. User pool does not have SMS configuration to send messages.",
    )
}

/// admin.md 4.3 (spelling as served).
pub fn no_domain_for_links() -> ApiError {
    invalid_parameter(
        "Cannot perform specific action because there does not exist a valid use pool domain associated with the user pool",
    )
}

/// settled T3: RESEND to a user who has no temporary password.
pub fn resend_not_possible(username: &str) -> ApiError {
    api(
        ErrorCode::UnsupportedUserState,
        format!("Resend not possible. {username} status is not FORCE_CHANGE_PASSWORD"),
    )
}

/// auth.md 6.8.
pub fn no_desired_medium() -> ApiError {
    invalid_parameter(unconfirmed::NO_DESIRED_MEDIUM)
}

/// admin.md 2.3.
pub fn filter_syntax() -> ApiError {
    invalid_parameter("Error while parsing filter.")
}

/// auth.md 6.8, admin.md 2.3.
pub fn invalid_search_attribute(name: &str) -> ApiError {
    invalid_parameter(format!("Invalid search attribute: {name}"))
}

/// Settled L4: AttributesToGet names what the schema does not have, or a listed user.
pub fn no_such_requested_attribute() -> ApiError {
    invalid_parameter("One or more requested attributes do not exist.")
}

/// auth.md 6.7, 6.8, admin.md 2.4: an item of [`invalid_changes`] and [`invalid_user_attributes`].
pub fn user_attribute_not_in_schema(name: &str) -> String {
    format!("user.{name}: Attribute does not exist in the schema.")
}

/// admin.md 2.4: an item of [`invalid_changes`].
pub fn user_attribute_fixed(name: &str) -> String {
    format!("user.{name}: Attribute cannot be updated.")
}

/// admin.md 2.4, settled L7, L12: attributes that cannot be set or deleted, each item with a newline behind it and
/// nothing before.
pub fn invalid_changes(items: &[String]) -> ApiError {
    invalid_parameter(lines(items))
}

/// auth.md 2.12, 6.8: attributes that cannot be deleted since the schema does not have them.
pub fn invalid_user_attributes(items: &[String]) -> ApiError {
    invalid_parameter(format!("Invalid user attributes: {}", lines(items)))
}

fn lines(items: &[String]) -> String {
    items
        .iter()
        .flat_map(|item| [item.as_str(), "\n"])
        .collect()
}

/// admin.md 2.4.
pub fn required_attribute(name: &str) -> ApiError {
    invalid_parameter(format!(
        "user.{name}: Required attribute cannot be deleted."
    ))
}

/// auth.md 6.7; reported in <https://github.com/aws-amplify/amplify-js/issues/3652>, and with its type in a client's
/// list of logged answers.
pub fn only_contacts_are_verified() -> ApiError {
    invalid_parameter("Invalid attribute name. Only phone_number and email can be verified.")
}

/// auth.md 6.7: there is no value to send a code to.
pub fn no_contact_registered(attribute: &str) -> ApiError {
    invalid_parameter(unconfirmed::no_contact_registered(attribute))
}

/// auth.md 6.8: AdminResetUserPassword; without a full stop, unlike at sign-in.
pub fn user_is_disabled() -> ApiError {
    not_authorized("User is disabled")
}

/// settled C18: text messages as second factor for a user without a number.
pub fn no_delivery_config_for_sms() -> ApiError {
    invalid_parameter("User does not have delivery config set to turn on SMS_MFA")
}

/// admin.md 2.5: MFAOptions other than text messages to phone_number.
pub fn unsupported_mfa_option() -> ApiError {
    invalid_parameter(unconfirmed::UNSUPPORTED_MFA_OPTION)
}

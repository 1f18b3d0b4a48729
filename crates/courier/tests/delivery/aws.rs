//! Requests to services that speak the AWS protocols, field by field, and what their errors lead to.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use cognate_courier::{EmailSender, Post, SmsSender};
use serde_json::{Value, json};

use crate::stub::{Seen, Stub};
use crate::support::*;

const SNS_OK: &str = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>5c2f6e1a-0000-1111-2222-333344445555</MessageId></PublishResult></PublishResponse>";

/// Signs the request again with the reference signer and compares.
fn assert_signed(seen: &Seen, url: &str, region: &str, service: &str) {
    let text = seen.header("x-amz-date");
    let time = instant(text);
    let authorization = seen.header("authorization");
    let scope = format!("AKIACOURIER/{}/{region}/{service}/aws4_request", &text[..8]);
    assert!(authorization.contains(&scope), "{authorization}");
    let (_, rest) = authorization.split_once("SignedHeaders=").unwrap();
    let signed: Vec<&str> = rest.split(',').next().unwrap().split(';').collect();
    let added = ["x-amz-date", "authorization"];
    let headers = seen
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| signed.contains(name) && !added.contains(name));
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Double;
    let identity = Credentials::new("AKIACOURIER", "courier-secret", None, None, "test").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let path = seen.line.strip_prefix("POST ").unwrap();
    let body = SignableBody::Bytes(seen.body.as_bytes());
    let request = SignableRequest::new("POST", format!("{url}{path}"), headers, body).unwrap();
    let (_, signature) = sign(request, &parameters).unwrap().into_parts();
    assert!(
        authorization.ends_with(&format!("Signature={signature}")),
        "{authorization}"
    );
    assert!(signed.contains(&"host") && signed.contains(&"x-amz-date"));
}

/// Parses `20261129T120000Z`.
fn instant(text: &str) -> SystemTime {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    // Days from the civil date (Howard Hinnant's method).
    let y = if month <= 2 { year - 1 } else { year };
    let (era, m) = (y.div_euclid(400), (month + 9) % 12);
    let yoe = y - era * 400;
    let doy = (153 * m + 2) / 5 + day - 1;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    let seconds = days * 86_400 + number(9..11) * 3600 + number(11..13) * 60 + number(13..15);
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap())
}

fn ses(url: &str) -> Post {
    Post::new(http_settings(url, &[EmailSender::Ses], &[])).unwrap()
}

#[tokio::test]
async fn ses_gets_what_the_pool_says() {
    let stub = Stub::start(200, "", "{\"MessageId\":\"0102018c-1\"}").await;
    let arn = "arn:aws:ses:eu-west-1:111122223333:identity/pool.example";
    let pool = pool(
        json!({
            "EmailSendingAccount": "DEVELOPER",
            "SourceArn": arn,
            "From": "株式会社 <shop@pool.example>",
            "ReplyToEmailAddress": "help@pool.example",
            "ConfigurationSet": "set-1",
        }),
        None,
    );
    let mail = email("ann@bücher.example", "確認 123456", "<p>コード 123456</p>");
    let receipt = deliver(&ses(&stub.url), &pool, &mail).await.unwrap();
    assert_eq!(
        (receipt.sender.as_str(), receipt.id.as_deref()),
        ("ses", Some("0102018c-1"))
    );
    let seen = stub.only();
    assert_eq!(seen.line, "POST /v2/email/outbound-emails");
    assert_eq!(seen.header("content-type"), "application/json");
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    let wanted = json!({
        "FromEmailAddress": "=?utf-8?b?5qCq5byP5Lya56S+?= <shop@pool.example>",
        "FromEmailAddressIdentityArn": arn,
        "Destination": {"ToAddresses": ["ann@xn--bcher-kva.example"]},
        "ReplyToAddresses": ["help@pool.example"],
        "ConfigurationSetName": "set-1",
        "Content": {"Simple": {
            "Subject": {"Data": "確認 123456", "Charset": "UTF-8"},
            "Body": {
                "Html": {"Data": "<p>コード 123456</p>", "Charset": "UTF-8"},
                "Text": {"Data": "コード 123456", "Charset": "UTF-8"},
            },
            "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
        }},
    });
    assert_eq!(body, wanted);
    assert_signed(&seen, &stub.url, "eu-west-1", "ses");
}

#[tokio::test]
async fn ses_gets_nothing_that_the_pool_does_not_say() {
    let stub = Stub::start(200, "", "{\"MessageId\":\"x\"}").await;
    for (arn, region) in [
        (None, "eu-central-1"),
        (
            Some("arn:aws:ses:*:111122223333:identity/a@pool.example"),
            "eu-central-1",
        ),
    ] {
        let mut configuration = json!({"From": "shop@pool.example"});
        if let Some(arn) = arn {
            configuration["SourceArn"] = arn.into();
        }
        deliver(&ses(&stub.url), &pool(configuration, None), &usual())
            .await
            .unwrap();
        let seen = stub.seen().pop().unwrap();
        assert_signed(&seen, &stub.url, region, "ses");
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        let names: Vec<&String> = body.as_object().unwrap().keys().collect();
        let wanted = if arn.is_some() { 4 } else { 3 };
        assert_eq!(names.len(), wanted, "{names:?}");
    }
    let mail = email("jürgen@b.example", "x", "y");
    let why = never(deliver(&ses(&stub.url), &plain_pool(), &mail).await);
    assert!(why.contains("international"), "{why}");
}

#[tokio::test]
async fn errors_of_ses_lead_to_another_try_or_to_none() {
    for (status, headers, body, again) in [
        (400, "x-amzn-ErrorType: MessageRejected\r\n", "{}", false),
        (
            400,
            "",
            "{\"__type\":\"com.amazonaws.sesv2#MailFromDomainNotVerifiedException\"}",
            false,
        ),
        (
            404,
            "x-amzn-ErrorType: NotFoundException:http://x/\r\n",
            "{}",
            false,
        ),
        (
            400,
            "x-amzn-ErrorType: SendingPausedException\r\n",
            "{}",
            true,
        ),
        (
            400,
            "x-amzn-ErrorType: AccountSuspendedException\r\n",
            "{}",
            true,
        ),
        (
            400,
            "x-amzn-ErrorType: LimitExceededException\r\n",
            "{}",
            true,
        ),
        (
            429,
            "x-amzn-ErrorType: TooManyRequestsException\r\n",
            "{}",
            true,
        ),
        (
            403,
            "x-amzn-ErrorType: AccessDeniedException\r\n",
            "{}",
            true,
        ),
        (
            400,
            "x-amzn-ErrorType: UnrecognizedClientException\r\n",
            "{}",
            true,
        ),
        (500, "", "123456 <html>", true),
        // Our clock is wrong.
        (400, "x-amzn-ErrorType: RequestExpired\r\n", "{}", true),
        // What answers is no such service.
        (404, "", "<html>123456", true),
        (302, "Location: http://169.254.169.254/\r\n", "", true),
    ] {
        let stub = Stub::start(status, headers, body).await;
        let result = deliver(&ses(&stub.url), &plain_pool(), &usual()).await;
        let why = if again { later(result) } else { never(result) };
        assert!(why.starts_with(&format!("ses: {status}")), "{why}");
        assert!(!why.contains("123456"), "{why}");
        assert_eq!(stub.seen().len(), 1);
    }
}

fn sns_pool() -> cognate_domain::records::pool::Pool {
    let role = "arn:aws:iam::111122223333:role/sms";
    let sms = json!({"SnsCallerArn": role, "ExternalId": "x", "SnsRegion": "eu-west-1"});
    pool(json!({}), Some(sms))
}

fn eums_pool() -> cognate_domain::records::pool::Pool {
    let sms = json!({"EumsSms": {
        "CallerArn": "arn:aws:iam::111122223333:role/sms",
        "OriginationIdentity": "arn:aws:sms-voice:ap-south-1:111122223333:pool/p-1",
        "ConfigurationSetName": "set-2",
        "InEntityId": "1101",
        "InTemplateId": "1107",
        "Region": "ap-south-1",
    }});
    pool(json!({}), Some(sms))
}

#[tokio::test]
async fn sns_publishes_to_the_number() {
    let stub = Stub::start(200, "", SNS_OK).await;
    let post = Post::new(http_settings(&stub.url, &[], &[SmsSender::Sns])).unwrap();
    let receipt = deliver(
        &post,
        &sns_pool(),
        &sms("+4915112345678", "Code: 123456 & ü+"),
    )
    .await
    .unwrap();
    assert_eq!(
        receipt.id.as_deref(),
        Some("5c2f6e1a-0000-1111-2222-333344445555")
    );
    let seen = stub.only();
    assert_eq!(seen.line, "POST /");
    assert_eq!(
        seen.header("content-type"),
        "application/x-www-form-urlencoded; charset=utf-8"
    );
    let fields: Vec<&str> = seen.body.split('&').collect();
    assert_eq!(
        fields,
        [
            "Action=Publish",
            "Version=2010%2D03%2D31",
            "PhoneNumber=%2B4915112345678",
            "Message=Code%3A%20123456%20%26%20%C3%BC%2B",
            "MessageAttributes.entry.1.Name=AWS%2ESNS%2ESMS%2ESMSType",
            "MessageAttributes.entry.1.Value.DataType=String",
            "MessageAttributes.entry.1.Value.StringValue=Transactional",
        ]
    );
    assert_signed(&seen, &stub.url, "eu-west-1", "sns");
}

#[tokio::test]
async fn errors_of_sns_lead_to_another_try_or_to_none() {
    for (status, code, again) in [
        (400, "InvalidParameter", false),
        (400, "OptedOut", false),
        (400, "UnheardOf", false),
        (400, "Throttling", true),
        (429, "Throttled", true),
        (403, "AuthorizationError", true),
        (403, "InvalidClientTokenId", true),
        (500, "InternalError", true),
    ] {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>123456</Message></Error></ErrorResponse>"
        );
        let stub = Stub::start(status, "", &body).await;
        let post = Post::new(http_settings(&stub.url, &[], &[SmsSender::Sns])).unwrap();
        let result = deliver(&post, &sns_pool(), &sms("+15555550100", "123456")).await;
        let why = if again { later(result) } else { never(result) };
        assert_eq!(why, format!("sns: {status} {code}"));
    }
    let stub = Stub::start(200, "", SNS_OK).await;
    let post = Post::new(http_settings(&stub.url, &[], &[SmsSender::Sns])).unwrap();
    for number in [
        "",
        "15555550100",
        "+1555555010a",
        "+",
        "ann@user.example",
        "+1234567890123456",
    ] {
        let why = never(deliver(&post, &sns_pool(), &sms(number, "x")).await);
        assert_eq!(why, "the recipient is not a phone number");
    }
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn end_user_messaging_gets_what_the_pool_says() {
    let stub = Stub::start(200, "", "{\"MessageId\":\"m-1\"}").await;
    let senders = [SmsSender::Sns, SmsSender::SmsVoice];
    let post = Post::new(http_settings(&stub.url, &[], &senders)).unwrap();
    let receipt = deliver(&post, &eums_pool(), &sms("+919876543210", "123456"))
        .await
        .unwrap();
    assert_eq!(
        (receipt.sender.as_str(), receipt.id.as_deref()),
        ("sms-voice", Some("m-1"))
    );
    let seen = stub.only();
    assert_eq!(seen.line, "POST /");
    assert_eq!(seen.header("content-type"), "application/x-amz-json-1.0");
    assert_eq!(
        seen.header("x-amz-target"),
        "PinpointSMSVoiceV2.SendTextMessage"
    );
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(
        body,
        json!({
            "DestinationPhoneNumber": "+919876543210",
            "OriginationIdentity": "arn:aws:sms-voice:ap-south-1:111122223333:pool/p-1",
            "MessageBody": "123456",
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": "set-2",
            "DestinationCountryParameters": {"IN_ENTITY_ID": "1101", "IN_TEMPLATE_ID": "1107"},
        })
    );
    assert_signed(&seen, &stub.url, "ap-south-1", "sms-voice");
}

#[tokio::test]
async fn errors_of_end_user_messaging_lead_to_another_try_or_to_none() {
    for (status, body, again) in [
        (
            400,
            json!({"__type": "ValidationException", "Fields": [{"Name": "DestinationPhoneNumber"}]}),
            false,
        ),
        (
            400,
            json!({"__type": "ConflictException", "Reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"}),
            false,
        ),
        (400, json!({"__type": "ResourceNotFoundException"}), false),
        (
            402,
            json!({"__type": "ServiceQuotaExceededException"}),
            true,
        ),
        (400, json!({"__type": "ThrottlingException"}), true),
        (400, json!({"__type": "AccessDeniedException"}), true),
        (500, json!({"__type": "InternalServerException"}), true),
    ] {
        let stub = Stub::start(status, "", &body.to_string()).await;
        let post = Post::new(http_settings(&stub.url, &[], &[SmsSender::SmsVoice])).unwrap();
        let result = deliver(&post, &eums_pool(), &sms("+919876543210", "123456")).await;
        let why = if again { later(result) } else { never(result) };
        assert!(why.starts_with(&format!("sms-voice: {status}")), "{why}");
    }
}

#[tokio::test]
async fn a_region_of_a_pool_cannot_choose_the_host() {
    let mut settings = http_settings("http://127.0.0.1:1", &[], &[SmsSender::SmsVoice]);
    settings.sms_voice_endpoint = None;
    let post = Post::new(settings).unwrap();
    for region in ["evil.example/", "a.b", "A", "", "x@evil.example#"] {
        let sms_settings =
            json!({"EumsSms": {"CallerArn": "arn:aws:iam::1:role/x", "Region": region}});
        let pool = pool(json!({}), Some(sms_settings));
        let why = never(deliver(&post, &pool, &sms("+15555550100", "x")).await);
        assert!(why.contains("no proper region"), "{why}");
    }
}

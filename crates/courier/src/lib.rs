//! Delivers messages that were worded and committed: SMTP, SES- and SNS-compatible services, a webhook.

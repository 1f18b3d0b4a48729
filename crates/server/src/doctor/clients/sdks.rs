//! AWS SDKs and the AWS CLI: an endpoint, a region, and keys for the operations of administrators.

use super::{ANY, Client, snippet};
use crate::doctor::facts::{Facts, Kind};
use crate::doctor::report::{Report, Snippet};

const fn sdk(
    name: &'static str,
    about: &'static str,
    settings: fn(&Facts) -> Vec<Snippet>,
) -> Client {
    Client {
        name,
        about,
        rules: ANY,
        pages: None,
        asks_authorizer: false,
        look,
        settings,
    }
}

/// The clients.
pub const ALL: &[Client] = &[
    sdk("aws-cli", "AWS CLI", |facts| {
        let (endpoint, region, pool) = (&facts.endpoint, &facts.region, &facts.pool);
        with_variables(
            facts,
            "or for one call",
            format!(
                "aws cognito-idp describe-user-pool --user-pool-id '{pool}' --region '{region}' --endpoint-url '{endpoint}'"
            ),
        )
    }),
    sdk("sdk-js", "AWS SDK for JavaScript v3", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "const client = new CognitoIdentityProviderClient({{ region: \"{region}\", endpoint: \"{endpoint}\" }});"
            ),
        )
    }),
    sdk("boto3", "AWS SDK for Python", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "client = boto3.client(\"cognito-idp\", region_name=\"{region}\", endpoint_url=\"{endpoint}\")"
            ),
        )
    }),
    sdk("sdk-java", "AWS SDK for Java 2", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "CognitoIdentityProviderClient.builder()\n    .region(Region.of(\"{region}\"))\n    \
                 .endpointOverride(URI.create(\"{endpoint}\"))\n    .build();"
            ),
        )
    }),
    sdk("sdk-go", "AWS SDK for Go 2", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "client := cognitoidentityprovider.NewFromConfig(cfg, func(o *cognitoidentityprovider.Options) {{\n\t\
                 o.Region = \"{region}\"\n\to.BaseEndpoint = aws.String(\"{endpoint}\")\n}})"
            ),
        )
    }),
    sdk("sdk-dotnet", "AWS SDK for .NET", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "var client = new AmazonCognitoIdentityProviderClient(new AmazonCognitoIdentityProviderConfig {{\n    \
                 ServiceURL = \"{endpoint}\", AuthenticationRegion = \"{region}\" }});"
            ),
        )
    }),
    sdk("sdk-rust", "AWS SDK for Rust", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "let config = aws_sdk_cognitoidentityprovider::config::Builder::from(&shared)\n    \
                 .region(Region::new(\"{region}\"))\n    .endpoint_url(\"{endpoint}\")\n    .build();\n\
                 let client = Client::from_conf(config);"
            ),
        )
    }),
    sdk("sdk-php", "AWS SDK for PHP", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "$client = new CognitoIdentityProviderClient([\n    'version' => 'latest', 'region' => '{region}', \
                 'endpoint' => '{endpoint}',\n]);"
            ),
        )
    }),
    sdk("sdk-ruby", "AWS SDK for Ruby", |facts| {
        let (endpoint, region) = (&facts.endpoint, &facts.region);
        with_variables(
            facts,
            "or in the program",
            format!(
                "client = Aws::CognitoIdentityProvider::Client.new(region: \"{region}\", endpoint: \"{endpoint}\")"
            ),
        )
    }),
];

fn look(facts: &Facts, report: &mut Report) {
    let Some(app) = facts.client.as_ref().filter(|app| app.is_known) else {
        return;
    };
    let flows: Vec<_> = app.flows.iter().map(String::as_str).collect();
    match flows.iter().any(|flow| *flow != "ALLOW_REFRESH_TOKEN_AUTH") {
        true => report.ok("flows", flows.join(", ")),
        false => report.finding(
            "flows",
            "no flow signs a user in through the API",
            "ExplicitAuthFlows of the client: ALLOW_USER_SRP_AUTH, ALLOW_USER_PASSWORD_AUTH, ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ),
    }
    if app.secret.is_some() {
        report.ok("secret", "calls for users need SECRET_HASH: base64 of HMAC-SHA256 by the secret over user name and client id");
    }
}

/// Returns the variables that all of them read, and one more text.
fn with_variables(facts: &Facts, place: &str, text: String) -> Vec<Snippet> {
    let (endpoint, region) = (&facts.endpoint, &facts.region);
    // The secret of `test` is public.
    let (id, secret) = match (facts.kind, facts.key_id.as_str()) {
        (_, "") => ("<access key id>", "<its secret>"),
        (Kind::Dev, "test") => ("test", "test"),
        (_, id) => (id, "<its secret>"),
    };
    let variables = format!(
        "export AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER='{endpoint}'\nexport AWS_REGION='{region}' AWS_DEFAULT_REGION='{region}'\n\
         export AWS_ACCESS_KEY_ID='{id}' AWS_SECRET_ACCESS_KEY='{secret}'"
    );
    vec![
        snippet("variables, for every SDK of today", variables),
        snippet(place, text),
    ]
}

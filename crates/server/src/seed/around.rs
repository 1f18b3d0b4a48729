//! What is of a whole pool or of a client each, for an export: risk configurations, where logs go, and how the pages look.

use cognate_shapes::{ErrorCode, Op};
use cognate_store::tables::ui_customizations::{self, ALL};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::apply::call::Call;
use super::beyond;
use super::export::{Page, listed, taken};
use super::file::Input;

/// The most bytes of one that is given out.
const MOST_BYTES: usize = 600 << 10;

/// One of them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Around {
    /// The input of SetRiskConfiguration.
    Risk(Input),
    /// The input of SetLogDeliveryConfiguration.
    Logs(Input),
    /// The input of SetUICustomization.
    Look(Input),
    /// The input of CreateManagedLoginBranding, and the id of what it made.
    Branding {
        /// The id.
        id: String,
        /// The input.
        input: Input,
    },
    /// What no seed can hold.
    LeftOut(String),
}

/// Returns a page: of the pool itself with the first, and of one client with each.
///
/// # Errors
/// A text for the person at the terminal.
pub async fn page(call: Call<'_>, from: Option<&str>) -> Result<Page<Around>, String> {
    let mut items = Vec::new();
    if from.is_none() {
        let left_out = beyond::of_pool(call.app, call.pool).await?;
        items.extend(left_out.into_iter().map(Around::LeftOut));
        of(call, None, &mut items).await?;
        let found = shown(call, Op::GetLogDeliveryConfiguration, None).await?;
        let logs = found
            .get("LogDeliveryConfiguration")
            .map(|found| taken(Op::SetLogDeliveryConfiguration, found, &[]));
        let logs = logs.filter(|logs| {
            let list = logs.get("LogConfigurations").and_then(Value::as_array);
            list.is_some_and(|list| !list.is_empty())
        });
        items.extend(logs.map(Around::Logs));
    }
    let op = Op::ListUserPoolClients;
    let (found, next) = listed(call, op, ("MaxResults", 1), from, "UserPoolClients").await?;
    for client in &found {
        let id = client.get("ClientId").and_then(Value::as_str);
        of(call, id, &mut items).await?;
        let left_out = beyond::of_client(call.app, call.pool, id.unwrap_or_default()).await?;
        items.extend(left_out.into_iter().map(Around::LeftOut));
    }
    Ok(Page { items, next })
}

/// Adds what is of a client, or of the pool.
async fn of(call: Call<'_>, client: Option<&str>, items: &mut Vec<Around>) -> Result<(), String> {
    let found = shown(call, Op::DescribeRiskConfiguration, client).await?;
    if let Some(risk) = found.get("RiskConfiguration") {
        let input = taken(Op::SetRiskConfiguration, risk, &[]);
        if input.keys().any(|name| name != "ClientId") {
            items.push(Around::Risk(input));
        }
    }
    let found = shown(call, Op::GetUICustomization, client).await?;
    let whose = client.unwrap_or(ALL);
    if let Some(look) = found.get("UICustomization")
        && look.get("ClientId").and_then(Value::as_str) == Some(whose)
    {
        let mut input = taken(Op::SetUICustomization, look, &[]);
        let image = ui_customizations::image(&call.app.store, call.pool, whose).await;
        if let Some(image) = image.map_err(|error| error.to_string())? {
            input.insert("ImageFile".to_owned(), json!(super::apply::base64(&image)));
        }
        items.push(Around::Look(input));
    }
    let Some(client) = client else {
        return Ok(());
    };
    let op = Op::DescribeManagedLoginBrandingByClient;
    let found = shown(call, op, Some(client)).await?;
    if let Some(branding) = found.get("ManagedLoginBranding") {
        let mut input = taken(Op::CreateManagedLoginBranding, branding, &[]);
        input.insert("ClientId".to_owned(), json!(client));
        if json!(input).to_string().len() > MOST_BYTES {
            input.remove("Assets");
            let what =
                format!("the images of the branding of app client {client}, more than 600 KiB");
            items.push(Around::LeftOut(what));
        }
        let id = branding
            .get("ManagedLoginBrandingId")
            .and_then(Value::as_str);
        let id = id.unwrap_or_default().to_owned();
        items.push(Around::Branding { id, input });
    }
    Ok(())
}

/// Returns an answer; nothing where the pool has not what it would be about: threat protection, a domain, a style.
async fn shown(call: Call<'_>, op: Op, client: Option<&str>) -> Result<Value, String> {
    let key = client.map(|client| ("ClientId".to_owned(), json!(client)));
    match call.run(op, key.into_iter().collect(), None).await {
        Ok(answer) => Ok(answer),
        Err(refusal) => match refusal.code {
            None | Some(ErrorCode::InternalError) => Err(refusal.text),
            Some(_) => Ok(Value::Null),
        },
    }
}

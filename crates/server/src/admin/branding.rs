//! `cognate branding`: the look of a client, in pieces that fit an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cognate_crypto::seal::RootKey;
use cognate_domain::Fault;
use cognate_domain::records::pool::Pool;
use cognate_domain::resources::branding::look;
use cognate_store::Store;
use cognate_store::tables::clients;
use serde_json::{Value, json};

/// The client id of the customization for clients without one of their own.
const ALL: &str = "ALL";
/// The most bytes of an image in one answer.
const PIECE: usize = 512 << 10;

/// Returns the look of a client; without one, that of clients that have none of their own.
pub(super) async fn look(
    store: &Store,
    root: &RootKey,
    pool: &str,
    client: Option<&str>,
) -> Result<Value, String> {
    let pool = active(store, root, pool).await?;
    let mut name = pool.doc.name.clone();
    let mut style = None;
    if let Some(client) = client {
        let row = clients::get(store, client).await.map_err(failed)?;
        let row = row.filter(|row| row.pool_id == pool.id);
        let row = row.ok_or_else(|| format!("User pool client {client} does not exist."))?;
        name = named(&row.doc).unwrap_or(name);
        style = look::managed(store, &pool.id, client, "")
            .await
            .map_err(text)?
            .style;
    }
    let classic = look::classic(store, &pool.id, client.unwrap_or(ALL))
        .await
        .map_err(text)?;
    let style = style.map(|style| {
        let images = style.images.iter().map(|image| {
            json!({
                "category": image.key.category, "mode": image.key.color_mode,
                "resource": image.key.resource, "extension": image.extension,
            })
        });
        json!({
            "id": style.id, "ver": style.ver, "settings": style.settings,
            "images": images.collect::<Vec<_>>(),
        })
    });
    let classic = classic.map(|classic| {
        json!({"css": classic.css(), "image": classic.image_kind(), "version": classic.version})
    });
    Ok(json!({"name": name, "style": style, "classic": classic}))
}

/// Returns a piece of an image from `offset` on: that of the style at `image`, or without it the classic logo. Nothing
/// is behind the last piece.
pub(super) async fn image(
    store: &Store,
    root: &RootKey,
    pool: &str,
    client: Option<&str>,
    image: Option<usize>,
    offset: usize,
) -> Result<Value, String> {
    let pool = active(store, root, pool).await?;
    let bytes = match (image, client) {
        (Some(place), Some(client)) => {
            let found = look::managed(store, &pool.id, client, "")
                .await
                .map_err(text)?;
            match &found.style {
                Some(style) => match style.images.get(place) {
                    Some(image) => look::image(store, &pool.id, style, &image.key).await,
                    None => Ok(None),
                },
                None => Ok(None),
            }
        }
        (None, client) => {
            let client = client.unwrap_or(ALL);
            match look::classic(store, &pool.id, client).await.map_err(text)? {
                Some(found) => look::logo(store, &pool.id, &found).await,
                None => Ok(None),
            }
        }
        (Some(_), None) => Ok(None),
    };
    let bytes = bytes
        .map_err(text)?
        .ok_or("the look has changed; try again")?;
    let piece = bytes.get(offset..).unwrap_or_default();
    let piece = piece.get(..PIECE).unwrap_or(piece);
    Ok(json!(STANDARD.encode(piece)))
}

/// Returns the name in the document of a client.
fn named(doc: &str) -> Option<String> {
    let doc: Value = serde_json::from_str(doc).ok()?;
    Some(doc.get("name")?.as_str()?.to_owned())
}

/// Returns an active pool.
async fn active(store: &Store, root: &RootKey, id: &str) -> Result<Pool, String> {
    let pool = Pool::load(store, root, id).await.map_err(text)?;
    pool.ok_or_else(|| format!("User pool {id} does not exist."))
}

fn failed(error: cognate_store::StoreError) -> String {
    error.to_string()
}

fn text(fault: Fault) -> String {
    match fault {
        Fault::Api(error) => error.message.into_owned(),
        Fault::Stale => "the pool changes too often; try again".to_owned(),
        Fault::Internal(detail) => detail,
    }
}

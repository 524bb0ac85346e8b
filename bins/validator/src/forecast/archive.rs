//! The place of the archive, as the operator names it.

use std::path::Path;

use anyhow::{Context, Result};
use axonry_archive::{Archive, S3};
use url::Url;

/// Opens a folder, or a bucket with what the variables of AWS's own tools say.
pub(super) fn open(place: &str) -> Result<Archive> {
    let archive = match place.contains("://") {
        true => Url::parse(place)
            .map_err(anyhow::Error::from)
            .and_then(|url| Ok(Archive::s3(&url, &access()?)?)),
        false => Archive::folder(Path::new(place)).map_err(anyhow::Error::from),
    };
    archive.context("--archive")
}

fn access() -> Result<S3> {
    let said = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let endpoint = said("AWS_ENDPOINT_URL").map(|text| Url::parse(&text));
    Ok(S3 {
        endpoint: endpoint.transpose().context("AWS_ENDPOINT_URL is no URL")?,
        region: said("AWS_REGION").or_else(|| said("AWS_DEFAULT_REGION")),
        access_key_id: said("AWS_ACCESS_KEY_ID"),
        secret_access_key: said("AWS_SECRET_ACCESS_KEY"),
        session_token: said("AWS_SESSION_TOKEN"),
    })
}

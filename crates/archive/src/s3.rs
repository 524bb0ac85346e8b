use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use object_store::RetryConfig;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use url::Url;

use crate::{Archive, ArchiveError};

/// How long one call is tried again before it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who asks S3, or what speaks like it. Secrets do not print.
#[derive(Clone, Default)]
pub struct S3 {
    /// Where the service is; nothing for Amazon's own.
    pub endpoint: Option<Url>,
    /// Its region; `us-east-1` where nothing is said.
    pub region: Option<String>,
    /// The name of the key.
    pub access_key_id: Option<String>,
    /// The key.
    pub secret_access_key: Option<String>,
    /// What goes with a key that ends soon.
    pub session_token: Option<String>,
}

impl fmt::Debug for S3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3")
            .field("endpoint", &self.endpoint.as_ref().map(Url::as_str))
            .field("region", &self.region)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Archive {
    /// An archive in a bucket: `s3://bucket/below/this`.
    ///
    /// # Errors
    /// [`ArchiveError::Place`]; whether the bucket is there is seen with the first call.
    pub fn s3(url: &Url, access: &S3) -> Result<Self, ArchiveError> {
        let place = format!("s3://{}{}", url.host_str().unwrap_or_default(), url.path());
        let wrong = |reason: String| ArchiveError::Place {
            place: place.clone(),
            reason,
        };
        let (true, Some(bucket)) = (url.scheme() == "s3", url.host_str()) else {
            return Err(wrong("it is not `s3://BUCKET/…`".to_owned()));
        };
        provide_tls();
        let retry = RetryConfig {
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_retry(retry)
            .with_region(access.region.as_deref().unwrap_or("us-east-1"));
        if let Some(endpoint) = &access.endpoint {
            let plain = endpoint.scheme() == "http";
            let endpoint = endpoint.as_str().trim_end_matches('/');
            builder = builder.with_endpoint(endpoint).with_allow_http(plain);
        }
        if let Some(id) = &access.access_key_id {
            builder = builder.with_access_key_id(id);
        }
        if let Some(secret) = &access.secret_access_key {
            builder = builder.with_secret_access_key(secret);
        }
        if let Some(token) = &access.session_token {
            builder = builder.with_token(token);
        }
        let store = builder.build().map_err(|error| wrong(error.to_string()))?;
        let below = Path::from_url_path(url.path()).map_err(|error| wrong(error.to_string()))?;
        Ok(Self::of(Arc::new(store), below, place))
    }
}

/// The store's own client takes its cryptography from the process and has no way to be given one.
fn provide_tls() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Somebody who was faster has provided it.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints_and_a_wrong_place_is_said() {
        let access = S3 {
            access_key_id: Some("name".to_owned()),
            secret_access_key: Some("pass-word".to_owned()),
            session_token: Some("pass-word".to_owned()),
            ..S3::default()
        };
        let said = format!("{access:?}");
        assert!(
            said.contains("name") && !said.contains("pass-word"),
            "{said}"
        );
        let url = Url::parse("s3://bucket/a/b").expect("a URL");
        let archive = Archive::s3(&url, &access).expect("an archive");
        assert_eq!(archive.place(), "s3://bucket/a/b");
        let wrong = Url::parse("gs://bucket/a").expect("a URL");
        assert!(matches!(
            Archive::s3(&wrong, &access),
            Err(ArchiveError::Place { .. })
        ));
    }
}

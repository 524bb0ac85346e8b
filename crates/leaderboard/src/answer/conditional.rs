//! What the asker has, and what it understands.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, IF_NONE_MATCH};

/// Whether the asker has this already, in whichever form.
pub(super) fn has_it(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get_all(IF_NONE_MATCH).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let mut tags = named.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|one| {
        let one = one.strip_prefix("W/").unwrap_or(one);
        let bare = one.trim_matches('"');
        one == "*" || bare.strip_suffix("-gz").unwrap_or(bare) == tag
    })
}

/// Whether the asker understands gzip.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let mut codings = named.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, rest) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = rest.trim().strip_prefix("q=").map(str::trim);
        let wanted = weight.is_none_or(|weight| weight.parse().is_ok_and(|q: f32| q > 0.0));
        name.trim().eq_ignore_ascii_case("gzip") && wanted
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::HeaderName;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        [(name, HeaderValue::from_static(value))]
            .into_iter()
            .collect()
    }

    #[test]
    fn a_tag_is_known_in_either_form_and_among_others() {
        for value in [
            "\"abc\"",
            "\"abc-gz\"",
            "W/\"abc\"",
            "\"x\", \"abc-gz\"",
            "*",
        ] {
            assert!(has_it(&with(IF_NONE_MATCH, value), "abc"), "{value}");
        }
        for value in ["\"abcd\"", "", "\"x\""] {
            assert!(!has_it(&with(IF_NONE_MATCH, value), "abc"), "{value}");
        }
    }

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        for value in ["gzip", "br, GZIP;q=0.5", "deflate,gzip"] {
            assert!(takes_gzip(&with(ACCEPT_ENCODING, value)), "{value}");
        }
        for value in ["", "br", "gzip;q=0", "gzipped"] {
            assert!(!takes_gzip(&with(ACCEPT_ENCODING, value)), "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}

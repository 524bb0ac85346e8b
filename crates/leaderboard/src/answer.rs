//! From an address to an answer that is there already.

mod conditional;
mod route;

use std::sync::{Arc, LazyLock};

use axum::body::Body;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Method, Request, Response, StatusCode};

use self::conditional::{has_it, takes_gzip};
pub(crate) use self::route::Route;
use crate::api::{OPENAPI, Refusal};
use crate::page;
use crate::rendered::{Kind, Rendered};
use crate::snapshot::Snapshot;
use crate::view::View;

/// Everything comes from here and nothing from elsewhere; nobody frames the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static STYLE: LazyLock<Rendered> =
    LazyLock::new(|| Rendered::new(Kind::Style, include_str!("../assets/style.css")));
static SCRIPT: LazyLock<Rendered> =
    LazyLock::new(|| Rendered::new(Kind::Script, include_str!("../assets/script.js")));
static ICON: LazyLock<Rendered> =
    LazyLock::new(|| Rendered::new(Kind::Icon, include_str!("../assets/icon.svg")));
static DOCUMENT: LazyLock<Rendered> = LazyLock::new(|| Rendered::new(Kind::Json, OPENAPI));

/// Answers a request from what is shown; events are not answered here.
pub(crate) fn to<B>(request: &Request<B>, shown: Option<&Snapshot>) -> Response<Body> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let said = "there is nothing to change here: only GET and HEAD are answered";
        let mut refused = refuse(StatusCode::METHOD_NOT_ALLOWED, said);
        let allowed = HeaderValue::from_static("GET, HEAD");
        refused.headers_mut().insert(ALLOW, allowed);
        return refused;
    }
    let route = Route::of(request.uri().path());
    let found = match (&route, shown) {
        (Route::Style, _) => return send(request, &STYLE),
        (Route::Script, _) => return send(request, &SCRIPT),
        (Route::Icon, _) => return send(request, &ICON),
        (Route::Document, _) => return send(request, &DOCUMENT),
        (Route::Nowhere { api: true } | Route::Events, _) => {
            return refuse(StatusCode::NOT_FOUND, "there is no such address");
        }
        (Route::Nowhere { api: false }, _) => {
            return page(
                StatusCode::NOT_FOUND,
                page::missing("There is no such page."),
            );
        }
        (Route::Page, Some(shown)) => Some(shown.page(&View::of(request.uri().query()))),
        (Route::Table, Some(shown)) => Some(Arc::clone(&shown.table)),
        (Route::State, Some(shown)) => Some(Arc::clone(&shown.state)),
        (Route::Miner(uid, ask), Some(shown)) => shown.miner(*uid, *ask),
        (route, None) if route.is_page() => {
            return page(StatusCode::OK, page::waiting());
        }
        (_, None) => return soon(),
    };
    match found {
        Some(found) => send(request, &found),
        None if route.is_page() => {
            let said = page::missing("There is no miner with this uid in the newest round.");
            page(StatusCode::NOT_FOUND, said)
        }
        None => refuse(
            StatusCode::NOT_FOUND,
            "there is no miner with this uid in the newest round",
        ),
    }
}

/// Sends what was made once, or says that it is known already.
fn send<B>(request: &Request<B>, found: &Rendered) -> Response<Body> {
    let headers = request.headers();
    let packed = takes_gzip(headers);
    let (body, tag) = match packed {
        true => (&found.packed, format!("\"{}-gz\"", found.tag)),
        false => (&found.plain, format!("\"{}\"", found.tag)),
    };
    let known = has_it(headers, &found.tag);
    let mut answer = Response::new(match known {
        true => Body::empty(),
        false => Body::from(body.clone()),
    });
    if known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = answer.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_TYPE, found.kind.media_type());
    set(VARY, "accept-encoding");
    // It may be kept, and is asked for again with its tag each time.
    set(CACHE_CONTROL, "no-cache");
    if packed && !known {
        set(CONTENT_ENCODING, "gzip");
    }
    let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits");
    headers.insert(ETAG, tag);
    guarded(answer)
}

fn page(status: StatusCode, text: String) -> Response<Body> {
    plain(status, Kind::Page, text)
}

/// An answer that says why it is none.
pub(crate) fn refuse(status: StatusCode, error: &str) -> Response<Body> {
    let text = serde_json::to_string(&Refusal { error }).expect("a text is JSON");
    plain(status, Kind::Json, text)
}

/// Nothing is there yet.
fn soon() -> Response<Body> {
    let mut answer = refuse(
        StatusCode::SERVICE_UNAVAILABLE,
        "no round has ended yet: ask again in a while",
    );
    let seconds = HeaderValue::from_static("30");
    answer.headers_mut().insert(RETRY_AFTER, seconds);
    answer
}

fn plain(status: StatusCode, kind: Kind, text: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    let media_type = HeaderValue::from_static(kind.media_type());
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guarded(answer)
}

/// What keeps a browser from doing anything with an answer but show it.
pub(crate) fn guarded(mut answer: Response<Body>) -> Response<Body> {
    let headers = answer.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    );
    answer
}

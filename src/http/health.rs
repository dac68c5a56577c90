//! Whether the server lives, and whether it can do its work. Open to everybody, and says no more
//! than that.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::answer;

/// Says whether the server can do its work at present: writes are possible, and it is not about
/// to stop.
pub type IsReady = Arc<dyn Fn() -> bool + Send + Sync>;

const PLAIN: &str = "text/plain; charset=utf-8";

/// `/health/live` and `/health/ready`.
pub fn routes(is_ready: IsReady) -> Router {
    Router::new().route("/health/live", get(live)).route(
        "/health/ready",
        get(move || std::future::ready(ready(is_ready()))),
    )
}

async fn live() -> Response {
    answer::text(StatusCode::OK, PLAIN, "live\n".to_owned())
}

fn ready(is_ready: bool) -> Response {
    if is_ready {
        answer::text(StatusCode::OK, PLAIN, "ready\n".to_owned())
    } else {
        let text = "not ready\n".to_owned();
        answer::text(StatusCode::SERVICE_UNAVAILABLE, PLAIN, text)
    }
}

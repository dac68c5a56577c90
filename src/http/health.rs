//! Whether the server lives, and whether it can do its work. Open to everybody, and says no more
//! than that.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::answer;

/// Says whether writes are possible at present.
pub type TakesWrites = Arc<dyn Fn() -> bool + Send + Sync>;

const PLAIN: &str = "text/plain; charset=utf-8";

/// `/health/live` and `/health/ready`.
pub fn routes(takes_writes: TakesWrites) -> Router {
    Router::new().route("/health/live", get(live)).route(
        "/health/ready",
        get(move || std::future::ready(ready(takes_writes()))),
    )
}

async fn live() -> Response {
    answer::text(StatusCode::OK, PLAIN, "live\n".to_owned())
}

fn ready(takes_writes: bool) -> Response {
    if takes_writes {
        answer::text(StatusCode::OK, PLAIN, "ready\n".to_owned())
    } else {
        let text = "writes are not possible at present\n".to_owned();
        answer::text(StatusCode::SERVICE_UNAVAILABLE, PLAIN, text)
    }
}

//! Figures for Prometheus at `/metrics`. Every part counts what is its own; here are the requests,
//! and the text of them all. Who asks needs the right `audit@read` or `settings@manage`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Router};
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use super::answer;
use super::area::Area;
use super::logs;
use crate::app::{App, Caller, Error};
use crate::domain::access::Permission;

/// Upper ends of the latency buckets in seconds.
const SECONDS: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// Upper ends of the buckets of counts: how many went into one batch.
const COUNTS: [f64; 11] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

/// Begins to count, once per process; however many servers there are in it, they count together.
pub fn begin() -> Result<&'static PrometheusHandle, BuildError> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle);
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        .set_buckets_for_metric(
            metrics_exporter_prometheus::Matcher::Suffix("_size".to_owned()),
            &COUNTS,
        )?
        .build_recorder();
    let handle = HANDLE.get_or_init(|| recorder.handle());
    // Somebody else's recorder counts as well as this one; then the text here stays empty.
    let _other = metrics::set_global_recorder(recorder);
    describe();
    Ok(handle)
}

fn describe() {
    metrics::describe_counter!(
        "punchcard_http_requests_total",
        "Requests by area and class of status"
    );
    metrics::describe_histogram!("punchcard_http_request_seconds", "Time until an answer begins");
    metrics::describe_gauge!(
        "punchcard_http_requests_in_flight",
        "Requests that wait for their answer"
    );
    metrics::describe_gauge!(
        "punchcard_http_connections",
        "Open connections, WebSockets included"
    );
    metrics::describe_gauge!(
        "punchcard_sessions",
        "WebSockets with a known caller, and event streams, that are open"
    );
    metrics::describe_counter!(
        "punchcard_http_accept_failures_total",
        "Times that the system let no connection be accepted"
    );
    metrics::describe_counter!(
        "punchcard_log_lines_dropped_total",
        "Log lines that were dropped, because the error stream was slow or shut"
    );
    metrics::describe_gauge!(
        "process_resident_memory_bytes",
        "Memory that the process occupies"
    );
}

/// The route of the figures.
pub fn routes(app: Arc<App>, handle: &'static PrometheusHandle) -> Router {
    let text = move |State(app): State<Arc<App>>, Extension(caller): Extension<Caller>| async move {
        match may_read(&app, &caller).await {
            Ok(()) => {
                note_memory();
                note_dropped_log_lines();
                answer::text(
                    StatusCode::OK,
                    "text/plain; version=0.0.4; charset=utf-8",
                    handle.render(),
                )
            }
            Err(refusal) => answer::refuse(Area::Metrics, &refusal),
        }
    };
    Router::new().route("/metrics", get(text)).with_state(app)
}

async fn may_read(app: &App, caller: &Caller) -> Result<(), Error> {
    let reader = app.reader(caller).await?;
    let actor = reader.actor();
    if actor.has(Permission::AuditRead) || actor.has(Permission::SettingsManage) {
        return Ok(());
    }
    Err(Error::Forbidden(
        "the figures need the right audit@read or settings@manage".to_owned(),
    ))
}

/// Reads how much memory the process occupies, where the system tells.
fn note_memory() {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|statm| statm.split_whitespace().nth(1)?.parse::<u64>().ok());
    if let Some(pages) = pages {
        let bytes = pages.saturating_mul(rustix::param::page_size() as u64);
        gauge!("process_resident_memory_bytes").set(as_figure(bytes));
    }
}

/// The logs begin before anything counts.
fn note_dropped_log_lines() {
    counter!("punchcard_log_lines_dropped_total").absolute(logs::dropped_lines());
}

#[expect(clippy::cast_precision_loss, reason = "figures are approximate above 2^53")]
const fn as_figure(number: u64) -> f64 {
    number as f64
}

/// Counts the sessions that outlast a request.
pub fn open_sessions() -> Gauge {
    gauge!("punchcard_sessions")
}

/// The figures of the requests.
pub struct Figures {
    areas: [AreaFigures; Area::ALL.len()],
}

struct AreaFigures {
    by_class: [Counter; 5],
    left: Counter,
    seconds: Histogram,
    in_flight: Gauge,
}

/// A request that waits for its answer. Dropped before its end, it counts as one whose client
/// left.
pub struct UnderWay<'a> {
    figures: Option<&'a AreaFigures>,
    has_ended: bool,
}

impl Figures {
    /// Registers them, so that counting one is no more than an addition.
    pub fn register() -> Self {
        Self {
            areas: Area::ALL.map(AreaFigures::register),
        }
    }

    /// A request of an area begins.
    pub fn begin(&self, area: Area) -> UnderWay<'_> {
        let figures = self.areas.get(area as usize);
        if let Some(figures) = figures {
            figures.in_flight.increment(1);
        }
        UnderWay {
            figures,
            has_ended: false,
        }
    }
}

impl AreaFigures {
    fn register(area: Area) -> Self {
        let area = area.name();
        let class = |class: &'static str| counter!("punchcard_http_requests_total", "area" => area, "status" => class);
        Self {
            by_class: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(class),
            left: class("left"),
            seconds: histogram!("punchcard_http_request_seconds", "area" => area),
            in_flight: gauge!("punchcard_http_requests_in_flight", "area" => area),
        }
    }
}

impl UnderWay<'_> {
    /// The request is answered.
    pub fn end(mut self, status: StatusCode, took: Duration) {
        self.has_ended = true;
        if let Some(figures) = self.figures {
            let class = usize::from(status.as_u16() / 100).saturating_sub(1);
            if let Some(counter) = figures.by_class.get(class) {
                counter.increment(1);
            }
            figures.seconds.record(took);
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(figures) = self.figures {
            figures.in_flight.decrement(1);
            if !self.has_ended {
                figures.left.increment(1);
            }
        }
    }
}

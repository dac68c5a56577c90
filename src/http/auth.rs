//! Who calls: finds the access token of a request, asks the application whose it is, and holds
//! back who sends too much. What a caller may do is not decided here.
//!
//! A right token always counts, however many wrong ones came from the same address: behind a
//! proxy all callers share one. Too many wrong ones are told to wait, which spares the log.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, UPGRADE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::area::Area;
use crate::app::context::{ACT_FOR, Identity};
use crate::app::{App, Caller, Error};
use crate::config::Limits;
use crate::domain::error::{FaultCode, Path};
use crate::domain::id::TokenId;

/// Stands at the door.
pub struct Doorkeeper {
    app: Arc<App>,
    clock: DefaultClock,
    failures: DefaultKeyedRateLimiter<IpAddr>,
    requests: Option<DefaultKeyedRateLimiter<TokenId>>,
}

impl Doorkeeper {
    /// A doorkeeper who asks `app`.
    pub fn new(app: Arc<App>, limits: &Limits) -> Self {
        let failures = RateLimiter::keyed(Quota::per_minute(limits.failed_authentications_per_minute));
        let requests = limits
            .requests_per_second
            .map(|number: NonZeroU32| RateLimiter::keyed(Quota::per_second(number)));
        Self {
            app,
            clock: DefaultClock::default(),
            failures,
            requests,
        }
    }

    /// The caller of a request, or why they are not let in. `None` is somebody who is yet to say
    /// who they are: a WebSocket on its way to its first message.
    pub async fn admit(
        &self,
        peer: SocketAddr,
        area: Area,
        request: &Parts,
    ) -> Result<Option<Caller>, Error> {
        let Some(token) = bearer(&request.headers) else {
            if area == Area::GraphQl && asks_for_a_socket(request) {
                return Ok(None);
            }
            return Err(self.failed(peer));
        };
        let caller = match self.app.authenticate(token, area.face()).await {
            Ok(caller) => caller,
            Err(Error::Unauthenticated) => return Err(self.failed(peer)),
            Err(error) => return Err(error),
        };
        if let Identity::Token { token_id, .. } = caller.identity {
            self.may_ask(token_id)?;
        }
        let Some(other) = act_for(&request.headers)? else {
            return Ok(Some(caller));
        };
        let caller = caller.acting_for(other)?;
        // Refused as a whole, whatever the request would come to without it.
        self.app.reader(&caller).await?;
        Ok(Some(caller))
    }

    /// Counts one request of a token, and refuses it if there were too many of late.
    pub fn may_ask(&self, token: TokenId) -> Result<(), Error> {
        match &self.requests {
            None => Ok(()),
            Some(limiter) => limiter
                .check_key(&token)
                .map_err(|until| wait(until.wait_time_from(self.clock.now()))),
        }
    }

    /// Forgets who has been quiet for so long that nothing is held against them.
    pub fn forget_quiet_callers(&self) {
        self.failures.retain_recent();
        if let Some(requests) = &self.requests {
            requests.retain_recent();
        }
    }

    fn failed(&self, peer: SocketAddr) -> Error {
        match self.failures.check_key(&neighbourhood(peer.ip())) {
            Ok(()) => Error::Unauthenticated,
            Err(until) => wait(until.wait_time_from(self.clock.now())),
        }
    }
}

fn wait(time: Duration) -> Error {
    Error::RateLimited {
        retry_after_seconds: time.as_secs() + 1,
    }
}

/// The token of `Authorization: Bearer ...`; the scheme's case is the client's choice.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Whom the caller asks to act for, if they do.
fn act_for(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    const HEADER: HeaderName = HeaderName::from_static(ACT_FOR);
    let mut given = headers.get_all(HEADER).iter();
    let (first, second) = (given.next(), given.next());
    match (first.map(HeaderValue::to_str), second) {
        (None, _) => Ok(None),
        (Some(Ok(user_id)), None) => Ok(Some(user_id)),
        _ => Err(Error::fault(
            Path::of("actFor"),
            FaultCode::Malformed,
            "must be the id of one user",
        )),
    }
}

/// HTTP/1.1 upgrades a GET; HTTP/2 has an extended CONNECT.
fn asks_for_a_socket(request: &Parts) -> bool {
    let upgrade = request.headers.get(UPGRADE);
    request.method == Method::CONNECT
        || upgrade.is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Whom an address stands for: an IPv6 subscriber has a whole /64.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{bearer, neighbourhood};

    #[test]
    fn only_a_bearer_token_is_one() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer pct_a"), Some("pct_a".to_owned()));
        assert_eq!(of("bearer  pct_a "), Some("pct_a".to_owned()));
        for wrong in ["pct_a", "Basic pct_a", "Bearer", "Bearer ", ""] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn addresses_of_one_subscriber_count_as_one() {
        let of = |text: &str| neighbourhood(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}

//! A small schema and a server for it, to test the protocol layer apart from the product's schema.

#![expect(
    clippy::unused_async,
    reason = "the macros want every resolver to be asynchronous"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_graphql::{
    Context, Enum, Error, InputObject, InputValueError, InputValueResult, Interface, Object, OneofObject,
    Scalar, ScalarType, SimpleObject, Subscription, Union, Value,
};
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use axum::routing::any;
use futures_util::stream::{self, Stream};
use punchcard::graphql::front::{Front, build};
use punchcard::graphql::http::{self, Endpoint};
use punchcard::graphql::limits::{Limits, TransportLimits};
use punchcard::graphql::session::{Authenticate, Ended, Refused, Session};
use tokio::sync::{Notify, Semaphore, watch};

/// The token that is known.
pub const TOKEN: &str = "known";
/// A token whose session is over soon after it began.
pub const SHORT_TOKEN: &str = "short";

/// The resolvers' world: what they count, and who asks.
pub struct World {
    pub saves: AtomicUsize,
    /// A held save has begun.
    pub begun: Notify,
    /// Lets held saves go on.
    pub held: Semaphore,
    /// A held save is done.
    pub done: Notify,
    /// The server has let go of a request, answered or not.
    pub left: Notify,
}

/// Tells when a request is over.
struct Leaving(Arc<World>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.left.notify_one();
    }
}

#[derive(Clone)]
struct Caller(&'static str);

macro_rules! texts {
    ($($name:ident),+) => {$(
        #[derive(Clone)]
        struct $name(String);

        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    )+};
}

texts!(Date, Decimal);

#[derive(Clone)]
struct Id(String);

#[Scalar(name = "UUID")]
impl ScalarType for Id {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Red,
    Blue,
}

#[derive(InputObject)]
struct Line {
    date: Date,
    hours: Option<Decimal>,
    colour: Option<Colour>,
    #[graphql(default = 3)]
    weight: i32,
    below: Option<Vec<Line>>,
}

#[derive(OneofObject)]
enum Pick {
    Number(i32),
    Text(String),
}

#[derive(SimpleObject, Clone)]
struct Cat {
    name: String,
    lives: i32,
}

#[derive(SimpleObject, Clone)]
struct Dog {
    name: String,
    owner: Option<Person>,
}

#[derive(Union)]
enum Pet {
    Cat(Cat),
    Dog(Dog),
}

#[derive(Interface)]
#[graphql(field(name = "name", ty = "&String"))]
enum Named {
    Cat(Cat),
    Dog(Dog),
}

#[derive(Clone)]
struct Person {
    name: String,
}

#[Object]
impl Person {
    async fn name(&self) -> &str {
        &self.name
    }

    /// Comes later than its neighbours.
    async fn slow(&self) -> i32 {
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        1
    }

    async fn broken(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("broken"))
    }

    async fn shattered(&self) -> Result<i32, Error> {
        Err(Error::new("shattered"))
    }

    async fn friend(&self) -> Option<Person> {
        Some(Person {
            name: format!("{}'s friend", self.name),
        })
    }

    async fn friends(&self, #[graphql(default = 2)] first: i32) -> Vec<Person> {
        (0..first)
            .map(|n| Person {
                name: format!("friend {n}"),
            })
            .collect()
    }

    async fn pets(&self) -> Vec<Pet> {
        let owner = Some(self.clone());
        let dog = Dog {
            name: "Rex".to_owned(),
            owner,
        };
        vec![
            Pet::Cat(Cat {
                name: "Tom".to_owned(),
                lives: 9,
            }),
            Pet::Dog(dog),
        ]
    }

    async fn named(&self) -> Named {
        Named::Cat(Cat {
            name: "Tom".to_owned(),
            lives: 9,
        })
    }
}

pub struct Query;

#[Object]
impl Query {
    async fn me(&self, ctx: &Context<'_>) -> Person {
        let Caller(name) = *ctx.data_unchecked::<Caller>();
        Person {
            name: name.to_owned(),
        }
    }

    async fn people(&self, first: Option<i32>) -> Vec<Person> {
        (0..first.unwrap_or(1))
            .map(|n| Person {
                name: format!("person {n}"),
            })
            .collect()
    }

    async fn saves(&self, ctx: &Context<'_>) -> usize {
        ctx.data_unchecked::<Arc<World>>().saves.load(Ordering::SeqCst)
    }

    async fn line(&self, line: Line) -> String {
        spell(&line)
    }

    async fn lines(&self, lines: Vec<Line>) -> Vec<String> {
        lines.iter().map(spell).collect()
    }

    async fn number(&self, #[graphql(default = 7)] number: i32) -> i32 {
        number
    }

    async fn pick(&self, pick: Pick) -> String {
        match pick {
            Pick::Number(number) => format!("number {number}"),
            Pick::Text(text) => format!("text {text}"),
        }
    }

    async fn grid(&self, grid: Vec<Vec<i32>>) -> Vec<Vec<i32>> {
        grid
    }

    async fn by_id(&self, id: Id) -> Id {
        id
    }

    async fn by_plain_id(&self, id: async_graphql::ID) -> async_graphql::ID {
        id
    }
}

fn spell(line: &Line) -> String {
    let hours = line.hours.as_ref().map_or("-", |hours| hours.0.as_str());
    let colour = match line.colour {
        Some(Colour::Red) => "red",
        Some(Colour::Blue) => "blue",
        None => "-",
    };
    let below = line.below.as_ref().map_or(0, Vec::len);
    format!("{} {hours} {colour} {} {below}", line.date.0, line.weight)
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn save(&self, ctx: &Context<'_>, id: Option<Id>) -> usize {
        drop(id);
        ctx.data_unchecked::<Arc<World>>()
            .saves
            .fetch_add(1, Ordering::SeqCst)
            + 1
    }

    async fn fail(&self) -> Result<i32, Error> {
        Err(Error::new("failed"))
    }

    async fn stumble(&self) -> Result<Option<i32>, Error> {
        Err(Error::new("stumbled"))
    }

    /// Waits until it is let go.
    async fn held_save(&self, ctx: &Context<'_>) -> usize {
        let world = ctx.data_unchecked::<Arc<World>>();
        world.begun.notify_one();
        world.held.acquire().await.unwrap().forget();
        let saves = world.saves.fetch_add(1, Ordering::SeqCst) + 1;
        world.done.notify_one();
        saves
    }
}

pub struct Events;

#[Subscription]
impl Events {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    async fn flood(&self, bytes: usize) -> impl Stream<Item = String> {
        stream::repeat("x".repeat(bytes))
    }

    async fn fails(&self) -> impl Stream<Item = Result<i32, Error>> {
        stream::iter([Ok(1), Err(Error::new("no more")), Ok(3)])
    }

    async fn pets(&self) -> impl Stream<Item = Pet> {
        stream::iter([Pet::Cat(Cat {
            name: "Tom".to_owned(),
            lives: 9,
        })])
    }
}

/// A running server.
pub struct Server {
    pub url: String,
    pub world: Arc<World>,
    pub shutdown: watch::Sender<bool>,
    pub revoke: watch::Sender<Option<Ended>>,
    pub http: reqwest::Client,
}

struct Tokens {
    withdrawn: watch::Receiver<Option<Ended>>,
}

impl Tokens {
    fn session(&self, token: &str) -> Option<Session> {
        let session = Session::new(|_, data| data.insert(Caller("Ada"))).revocable(self.withdrawn.clone());
        match token {
            TOKEN => Some(session),
            SHORT_TOKEN => {
                let soon = tokio::time::Instant::now() + Duration::from_millis(300);
                Some(session.expiring(Some(soon)))
            }
            _ => None,
        }
    }
}

#[async_trait]
impl Authenticate for Tokens {
    async fn authenticate(&self, token: &str, _act_for: Option<&str>) -> Result<Session, Refused> {
        self.session(token).ok_or(Refused)
    }
}

impl Server {
    /// Starts with the default limits.
    pub async fn start() -> Self {
        Self::with(TransportLimits::default()).await
    }

    /// Starts with these limits of the transports.
    pub async fn with(limits: TransportLimits) -> Self {
        let world = Arc::new(World {
            saves: AtomicUsize::new(0),
            begun: Notify::new(),
            held: Semaphore::new(0),
            done: Notify::new(),
            left: Notify::new(),
        });
        let schema = build(Query, Mutation, Events).data(Arc::clone(&world)).finish();
        let (shutdown, leaving) = watch::channel(false);
        let (revoke, withdrawn) = watch::channel(None);
        let tokens = Arc::new(Tokens { withdrawn });
        let endpoint = Endpoint {
            front: Arc::new(Front::new(schema, Limits::default()).unwrap()),
            authenticate: Arc::clone(&tokens) as Arc<dyn Authenticate>,
            limits,
            origins: vec!["https://friend.example".to_owned()],
            shutdown: leaving,
        };
        let witness = Arc::clone(&world);
        let endpoint = Arc::new(endpoint);
        let serve = move |request| http::serve(Arc::clone(&endpoint), request);
        let routes = Router::new().route(http::PATH, any(serve));
        let app = routes.layer(from_fn(move |mut request: Request, next: Next| {
            let tokens = Arc::clone(&tokens);
            let leaving = Leaving(Arc::clone(&witness));
            async move {
                let _leaving = leaving;
                let header = request
                    .headers()
                    .get(AUTHORIZATION)
                    .and_then(|value| value.to_str().ok());
                let token = header.and_then(|value| value.strip_prefix("Bearer "));
                if let Some(session) = token.and_then(|token| tokens.session(token)) {
                    request.extensions_mut().insert(session);
                }
                next.run(request).await
            }
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/graphql", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            world,
            shutdown,
            revoke,
            http: reqwest::Client::new(),
        }
    }

    /// A POST as a known caller, with `Accept: application/graphql-response+json`.
    pub fn post(&self) -> reqwest::RequestBuilder {
        self.http
            .post(&self.url)
            .bearer_auth(TOKEN)
            .header("accept", "application/graphql-response+json")
            .header("content-type", "application/json")
    }

    /// The status and body of a request with these parameters.
    pub async fn send(&self, params: serde_json::Value) -> (u16, serde_json::Value) {
        let response = self.post().body(params.to_string()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The body of a document that is sent alone.
    pub async fn ask(&self, document: &str) -> serde_json::Value {
        self.send(serde_json::json!({ "query": document })).await.1
    }

    pub fn saves(&self) -> usize {
        self.world.saves.load(Ordering::SeqCst)
    }
}

/// The code of the first error of an answer.
pub fn code(answer: &serde_json::Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
}

/// How long this thread, which runs client and server of a test, is on a processor: what else a
/// machine is busy with does not count. Time as such where the system does not tell.
pub struct Effort {
    begun: Instant,
    before: Option<Duration>,
}

impl Effort {
    /// Well under a second, for a build that is not optimized.
    const SMALL: Duration = Duration::from_millis(900);

    pub fn begin() -> Self {
        Self {
            begun: Instant::now(),
            before: Self::on_processor(),
        }
    }

    pub fn was_small(&self) {
        let spent = match (self.before, Self::on_processor()) {
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => self.begun.elapsed(),
        };
        assert!(spent < Self::SMALL, "{spent:?}");
    }

    fn on_processor() -> Option<Duration> {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        told.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }
}

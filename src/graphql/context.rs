//! What an operation carries with it: the application, who calls, and the picture of the data that
//! all the fields of a query are answered from.

use std::sync::Arc;

use async_graphql::{Context, ContextBase};
use tokio::sync::OnceCell;

use super::front::Kind;
use super::session::Session;
use crate::app::{App, Caller, Error, Reader};

/// Who calls, and the one picture of the data that the fields of a query share.
struct Calling {
    caller: Caller,
    /// Nothing where each field looks for itself.
    picture: Option<OnceCell<Reader>>,
}

/// A session of this caller, who was recognized and lasts.
pub fn session(caller: Caller) -> Session {
    Session::new(move |kind, data| {
        // What a mutation answers is looked up after it; events are each of their own time.
        let picture = (kind == Kind::Query).then(OnceCell::new);
        let caller = caller.clone();
        data.insert(Calling { caller, picture });
    })
}

/// The application.
pub fn app<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Arc<App>, Error> {
    let app = ctx.data_opt::<Arc<App>>();
    app.ok_or_else(|| Error::Internal("the schema was built without an application".to_owned()))
}

fn calling<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Calling, Error> {
    ctx.data_opt::<Calling>().ok_or(Error::Unauthenticated)
}

/// Who calls.
pub fn caller<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Caller, Error> {
    Ok(&calling(ctx)?.caller)
}

/// The data as the caller may see it: for all the fields of a query the same.
pub async fn shared_reader(ctx: &Context<'_>) -> Result<Reader, Error> {
    let Calling { caller, picture } = calling(ctx)?;
    let fresh = || async { app(ctx)?.reader(caller).await };
    match picture {
        Some(picture) => picture.get_or_try_init(fresh).await.cloned(),
        None => fresh().await,
    }
}

/// The data as the caller may see it now, with everything that was written before.
pub async fn fresh_reader<T>(ctx: &ContextBase<'_, T>) -> Result<Reader, Error> {
    app(ctx)?.reader(caller(ctx)?).await
}

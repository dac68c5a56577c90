//! What an operation carries with it: the application, who calls, and the picture of the data that
//! all the fields of a query are answered from.

use std::sync::Arc;

use async_graphql::{Context, ContextBase};
use tokio::sync::OnceCell;

use crate::app::{App, Caller, Error, Reader};

/// The one picture of the data that the fields of a query share. Whoever runs a query puts an
/// empty one into its data; without it, each field looks for itself.
#[derive(Default)]
pub struct Picture(OnceCell<Reader>);

/// The application.
pub fn app<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Arc<App>, Error> {
    let app = ctx.data_opt::<Arc<App>>();
    app.ok_or_else(|| Error::Internal("the schema was built without an application".to_owned()))
}

/// Who calls.
pub fn caller<'a, T>(ctx: &ContextBase<'a, T>) -> Result<&'a Caller, Error> {
    ctx.data_opt::<Caller>().ok_or(Error::Unauthenticated)
}

/// The data as the caller may see it: for all the fields of a query the same.
pub async fn shared_reader(ctx: &Context<'_>) -> Result<Reader, Error> {
    match ctx.data_opt::<Picture>() {
        Some(picture) => picture.0.get_or_try_init(|| fresh_reader(ctx)).await.cloned(),
        None => fresh_reader(ctx).await,
    }
}

/// The data as the caller may see it now, with everything that was written before.
pub async fn fresh_reader<T>(ctx: &ContextBase<'_, T>) -> Result<Reader, Error> {
    app(ctx)?.reader(caller(ctx)?).await
}

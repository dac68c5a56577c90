//! A store that is not there: everything it is asked for is unavailable.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use punchcard::domain::change::ChangeSet;
use punchcard::store::{Change, Committed, Lagged, Store, StoreError, Token, View};

pub struct AbsentStore;

#[async_trait]
impl Store for AbsentStore {
    async fn view(&self, _: Option<Token>) -> Result<Arc<dyn View>, StoreError> {
        Err(StoreError::Unavailable("there is no store".to_owned()))
    }

    async fn commit(&self, _: ChangeSet) -> Result<Committed, StoreError> {
        Err(StoreError::Unavailable("there is no store".to_owned()))
    }

    fn changes(&self, _: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
        stream::empty().boxed()
    }
}

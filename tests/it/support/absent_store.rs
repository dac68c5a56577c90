//! A store that is not there: whatever it is asked for fails in one way.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use punchcard::domain::change::ChangeSet;
use punchcard::store::{Change, Committed, Lagged, Store, StoreError, Token, View};

pub struct AbsentStore(pub StoreError);

#[async_trait]
impl Store for AbsentStore {
    async fn view(&self, _: Option<Token>) -> Result<Arc<dyn View>, StoreError> {
        Err(self.0.clone())
    }

    async fn commit(&self, _: ChangeSet) -> Result<Committed, StoreError> {
        Err(self.0.clone())
    }

    fn changes(&self, _: Token) -> BoxStream<'static, Result<Arc<Change>, Lagged>> {
        stream::empty().boxed()
    }
}

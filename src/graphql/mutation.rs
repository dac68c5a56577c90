//! The mutations: each turns its input into one command of the application, and what came of it
//! into a payload.

use async_graphql::{Context, MergedObject};

use super::context::{app, caller, fresh_reader};
use super::render::{Answer, Answered};
use crate::app::{App, Caller, Error, Reader};

pub mod approvals;
pub mod imports;
pub mod inputs;
pub mod reference;
pub mod timesheets;
pub mod tokens;

/// What can be done. The mutations of one operation run one after the other; each happens as a
/// whole or not at all.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    timesheets::Timesheets,
    approvals::Approvals,
    reference::Reference,
    tokens::Tokens,
    imports::Imports,
);

/// The answer to a verb: what came of it, with the data as it is after it.
async fn answer<O: Answered>(ctx: &Context<'_>, result: Result<O::Owned, Error>) -> Answer<O> {
    let with_reader: Result<(Reader, O::Owned), Error> = async {
        let outcome = result?;
        Ok((fresh_reader(ctx).await?, outcome))
    }
    .await;
    Answer::from(with_reader)
}

/// Whom a verb is called on, and by whom.
fn parties<'a>(ctx: &Context<'a>) -> Result<(&'a App, &'a Caller), Error> {
    Ok((app(ctx)?, caller(ctx)?))
}

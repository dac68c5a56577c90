//! Making and revoking access tokens.

use async_graphql::{Context, InputObject, Object};

use super::parties;
use crate::app::tokens::CreateToken;
use crate::app::{Error, Reader};
use crate::domain::access::Permission;
use crate::domain::error::{FaultCode, Faults, Path};
use crate::graphql::context::fresh_reader;
use crate::graphql::render::Answer;
use crate::graphql::scalars::{DateTime, Uuid};
use crate::graphql::types::payload::{Outcome, Payload, named};
use crate::graphql::types::token::{AccessTokenObject, CreateTokenPayload, NewToken};

/// The verbs of tokens.
#[derive(Default)]
pub struct Tokens;

/// An access token to be made.
#[derive(InputObject)]
pub struct CreateTokenInput {
    /// What it is for; 1 to 400 characters.
    name: String,
    /// Whom it acts as; the caller if left out.
    user_id: Option<Uuid>,
    /// When it stops to count; never if left out.
    expires: Option<DateTime>,
    /// The rights that it carries at most, such as `timesheets@read`; all of its user's if left out.
    permissions: Option<Vec<String>>,
}

impl CreateTokenInput {
    fn read(self) -> Result<CreateToken, Error> {
        let Self {
            name,
            user_id,
            expires,
            permissions,
        } = self;
        let mut faults = Faults::default();
        let permissions = permissions.map(|names| read_permissions(&names, &mut faults));
        let command = CreateToken {
            name,
            user_id: user_id.map(Into::into),
            expires: expires.map(Into::into),
            permissions,
        };
        Ok(faults.into_result(command)?)
    }
}

fn read_permissions(names: &[String], faults: &mut Faults) -> Vec<Permission> {
    let mut permissions = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        if let Some(permission) = Permission::parse(name) {
            permissions.push(permission);
        } else {
            let known = Permission::ALL.map(Permission::as_str).join(", ");
            let path = Path::of("permissions").index(index);
            faults.add(
                path,
                FaultCode::Malformed,
                format!("no such right; there are {known}"),
            );
        }
    }
    permissions
}

#[Object]
impl Tokens {
    /// Makes an access token. Its text is in the answer and nowhere else: it is not kept.
    async fn create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is to be.")] input: CreateTokenInput,
    ) -> Answer<CreateTokenPayload> {
        Answer::from(create(ctx, input).await)
    }

    /// Revokes an access token: with its next use it is refused. Twice changes nothing.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] id: Uuid,
    ) -> Answer<Payload<AccessTokenObject, named::Token>> {
        Answer::from(revoke(ctx, id).await)
    }
}

async fn create(ctx: &Context<'_>, input: CreateTokenInput) -> Result<(Reader, NewToken), Error> {
    let (app, caller) = parties(ctx)?;
    let created = match input.read() {
        Ok(command) => app.create_token(caller, command).await,
        Err(refusal) => Err(refusal),
    };
    let new = match created {
        Ok((token, text)) => NewToken::Made { token, text },
        Err(Error::Invalid(faults)) => NewToken::Refused(faults),
        Err(refusal) => return Err(refusal),
    };
    Ok((fresh_reader(ctx).await?, new))
}

async fn revoke(ctx: &Context<'_>, id: Uuid) -> Result<(Reader, Outcome), Error> {
    let (app, caller) = parties(ctx)?;
    // Who revokes the token that they call with can read nothing afterwards.
    let reader = fresh_reader(ctx).await?;
    let outcome = Outcome::of(app.revoke_token(caller, id.into()).await)?;
    Ok((reader, outcome))
}

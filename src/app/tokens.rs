//! Making and revoking access tokens. A token never carries more than its maker may do.

use std::sync::Arc;

use super::sessions::{token_hash, token_text};
use super::{App, Caller, Decision, Error, Planned, Reader};
use crate::domain::access::{Actor, Permission};
use crate::domain::change::Guard;
use crate::domain::error::{FaultCode, Faults, Path};
use crate::domain::id::{TokenId, UserId};
use crate::domain::record::{Entity, Meta, Record};
use crate::domain::time::Instant;
use crate::domain::token::AccessToken;
use crate::domain::user::User;

/// The longest name of a token.
const MAX_NAME_CHARS: usize = 400;

/// What a new token is to be.
#[derive(Clone, Debug)]
pub struct CreateToken {
    /// What it is for.
    pub name: String,
    /// Whom it acts as; the caller if absent.
    pub user_id: Option<UserId>,
    /// When it stops to count; never if absent.
    pub expires: Option<Instant>,
    /// The rights that it carries at most; all of its user's if absent.
    pub permissions: Option<Vec<Permission>>,
}

impl App {
    /// Makes a token and answers it with its text, which is shown this once and kept nowhere.
    pub async fn create_token(
        &self,
        caller: &Caller,
        command: CreateToken,
    ) -> Result<(Arc<AccessToken>, String), Error> {
        let command = Arc::new(command);
        let id = TokenId::new(self.new_id());
        let text = token_text(self.secrets.draw());
        let hash = token_hash(&text);
        let written = self
            .write(caller, |reader| {
                let command = Arc::clone(&command);
                Box::pin(async move {
                    let user = entitled_user(&reader, &command).await?;
                    let token = AccessToken {
                        id,
                        meta: Meta::new(reader.now()),
                        name: command.name.trim().into(),
                        user_id: user.id,
                        hash,
                        expires: command.expires,
                        permissions: command.permissions.as_deref().map(Into::into),
                    };
                    let mut planned = Planned::new("createToken").about(user.id);
                    planned
                        .guards
                        .push(Guard::Version(User::key(user.id), user.meta.version));
                    planned.puts.push(Record::Token(Arc::new(token)));
                    Ok(Decision::Change(planned))
                })
            })
            .await?;
        Ok((written.into_record()?, text))
    }

    /// Revokes a token: with its next use it is refused. Revoking a revoked one changes nothing.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<Arc<AccessToken>, Error> {
        let plan = move |reader: Reader| async move {
            let token = reader
                .get::<AccessToken>(id)
                .await?
                .ok_or(Error::NotFound("token"))?;
            if !token.meta.is_active {
                return Ok(Decision::Already(Record::Token(token)));
            }
            let mut revoked = AccessToken::clone(&token);
            revoked.meta = Meta {
                is_active: false,
                ..token.meta.changed()
            };
            let mut planned = Planned::new("revokeToken").about(token.user_id);
            planned
                .guards
                .push(Guard::Version(AccessToken::key(id), token.meta.version));
            planned.puts.push(Record::Token(Arc::new(revoked)));
            Ok(Decision::Change(planned))
        };
        self.write(caller, |reader| Box::pin(plan(reader)))
            .await?
            .into_record()
    }
}

/// The user whom the token is to act as, if the caller may give such a token away.
async fn entitled_user(reader: &Reader, command: &CreateToken) -> Result<Arc<User>, Error> {
    check(command, reader.now())?;
    let actor = reader.actor();
    let user_id = command.user_id.unwrap_or(actor.user_id);
    let user = reader
        .get::<User>(user_id)
        .await?
        .ok_or(Error::NotFound("user"))?;
    if !user.meta.is_active {
        return Err(Error::fault(
            Path::of("userId"),
            FaultCode::NotOpen,
            "the user is archived",
        ));
    }
    if user_id != actor.user_id && !actor.has(Permission::TokensManage) {
        return Err(Error::Forbidden("you may not make tokens for others".to_owned()));
    }
    let bearer = Actor::new(user_id, None, &user.roles, command.permissions.as_deref());
    if !actor.covers(&bearer) {
        return Err(Error::Forbidden(
            "the token would carry rights that yours does not".to_owned(),
        ));
    }
    Ok(user)
}

fn check(command: &CreateToken, now: Instant) -> Result<(), Error> {
    let mut faults = Faults::default();
    let name = command.name.trim();
    if name.is_empty() {
        faults.add(
            Path::of("name"),
            FaultCode::Required,
            "a token needs a name that says what it is for",
        );
    }
    if name.chars().count() > MAX_NAME_CHARS {
        faults.add(
            Path::of("name"),
            FaultCode::TooLong,
            format!("at most {MAX_NAME_CHARS} characters"),
        );
    }
    if command.expires.is_some_and(|expires| expires <= now) {
        faults.add(
            Path::of("expires"),
            FaultCode::OutOfRange,
            "must be in the future",
        );
    }
    Ok(faults.into_result(())?)
}

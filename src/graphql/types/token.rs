//! Access tokens. Neither a token's text nor its hash is ever shown.

use std::sync::Arc;

use super::fault::FaultObject;
use super::user::UserObject;
use super::{CREATED, ID, ROW_VERSION};
use crate::domain::error::Fault;
use crate::domain::record::Entity;
use crate::domain::token::AccessToken;
use crate::domain::user::User;
use crate::graphql::render::{Answered, Field, Object, Type, part, parts};

/// The right to act as a user.
pub struct AccessTokenObject;

impl Object for AccessTokenObject {
    type View<'a> = &'a Arc<AccessToken>;
    const NAME: &'static str = "AccessToken";
    const ABOUT: &'static str = "The right to act as a user. Its text is shown once, when it is made.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf("id", ID, Type::ID, |it, json| json.put(it.id)),
        Field::leaf("rowVersion", ROW_VERSION, Type::VERSION, |it, json| {
            json.put(it.meta.version);
        }),
        Field::leaf("created", CREATED, Type::DATE_TIME, |it, json| {
            json.put(it.meta.created);
        }),
        Field::leaf(
            "isActive",
            "False once it is revoked.",
            Type::BOOLEAN,
            |it, json| json.put(it.meta.is_active),
        ),
        Field::leaf("name", "What it is for.", Type::STRING, |it, json| {
            json.put(&*it.name);
        }),
        Field::leaf("userId", "Whom it acts as.", Type::ID, |it, json| {
            json.put(it.user_id);
        }),
        Field::reference::<UserObject>("user", "Whom it acts as.", |it, _| Some(User::key(it.user_id))),
        Field::leaf(
            "expires",
            "When it stops to count; null for never.",
            Type::DATE_TIME.nullable(),
            |it, json| json.put(it.expires),
        ),
        Field::leaf(
            "permissions",
            "The rights that it carries at most, such as `timesheets@read`; null for all of its user's.",
            Type::STRING.list().nullable(),
            |it, json| match &it.permissions {
                None => json.put_null(),
                Some(permissions) => json.put_list(permissions.iter().map(|it| it.as_str())),
            },
        ),
    ];
}

super::shows!(AccessTokenObject, Token, AccessToken);

/// What came of making a token.
pub struct CreateTokenPayload;

/// A token that was to be made.
pub enum NewToken {
    /// It was.
    Made {
        /// The token.
        token: Arc<AccessToken>,
        /// Its text, which is shown this once.
        text: String,
    },
    /// The input is not valid.
    Refused(Vec<Fault>),
}

impl NewToken {
    const fn token(&self) -> Option<&Arc<AccessToken>> {
        match self {
            Self::Made { token, .. } => Some(token),
            Self::Refused(_) => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Made { text, .. } => Some(text),
            Self::Refused(_) => None,
        }
    }

    fn faults(&self) -> &[Fault] {
        match self {
            Self::Made { .. } => &[],
            Self::Refused(faults) => faults,
        }
    }
}

impl Object for CreateTokenPayload {
    type View<'a> = &'a NewToken;
    const NAME: &'static str = "CreateTokenPayload";
    const ABOUT: &'static str = "What came of making a token: the token with its text, or else faults.";
    const FIELDS: &'static [Field<Self>] = &[
        part!(
            AccessTokenObject,
            "token",
            "The token; null if it was not made.",
            |it| it.token()
        ),
        Field::leaf(
            "secret",
            "The token's text, to be sent as `Authorization: Bearer ...`. It is shown this once.",
            Type::STRING.nullable(),
            |it, json| json.put(it.text()),
        ),
        parts!(
            FaultObject,
            "faults",
            "What is wrong with the input; empty if nothing is.",
            |it| it.faults().iter()
        ),
    ];
}

impl Answered for CreateTokenPayload {
    type Owned = NewToken;

    fn view(owned: &NewToken) -> &NewToken {
        owned
    }
}

//! Values of other resources, which expressions name by `$root`: read once, as the caller sees them,
//! and put in their places before anything is bound. What is not to be seen is null (F11).

use axum::http::StatusCode;

use super::error::Refusal;
use super::load::tree;
use super::plan::Shape;
use super::query::{self, Base, Plan};
use super::resource::{filtering, key_of};
use super::row::Row;
use super::schema::{Property, Type};
use super::types;
use super::url::ast::{Arguments, Expr, Literal, Options, Path, ResourcePath, Root, Step};
use super::url::visit;
use super::value::Value;
use super::{bind, rows};
use crate::app::Reader;

/// How many values of other resources a request may name.
const MAX_VALUES: usize = 20;

/// Puts the values in the places of the paths that begin with `$root`.
pub async fn put_in_place(
    reader: &Reader,
    path: &mut ResourcePath,
    options: &mut Options,
) -> Result<(), Refusal> {
    let mut named: Vec<Path> = Vec::new();
    visit::expressions(path, options, &mut |expr| {
        if let Some(path) = rooted(expr)
            && named.len() <= MAX_VALUES
            && !named.contains(path)
        {
            named.push(path.clone());
        }
    });
    if named.len() > MAX_VALUES {
        let message = format!("a request names at most {MAX_VALUES} values by $root");
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "LIMIT_EXCEEDED", message).about("$root"));
    }
    let mut values = Vec::with_capacity(named.len());
    for path in &named {
        let value = value_at(reader, path, &options.aliases).await;
        values.push(value.map_err(|refusal| refusal.about("$root"))?);
    }
    visit::expressions(path, options, &mut |expr| {
        let place = rooted(expr).and_then(|path| named.iter().position(|it| it == path));
        if let Some(value) = place.and_then(|place| values.get(place)) {
            *expr = Expr::Literal(value.clone());
        }
    });
    Ok(())
}

fn rooted(expr: &Expr) -> Option<&Path> {
    match expr {
        Expr::Path(path) if path.root == Root::Service => Some(path),
        _ => None,
    }
}

/// The value of `Users(...)/manager/name`, or the number of `Users/$filter(...)/$count`.
async fn value_at(reader: &Reader, path: &Path, aliases: &[(String, Expr)]) -> Result<Literal, Refusal> {
    let Some((first, rest)) = path.steps.split_first() else {
        return Err(Refusal::bad_request("behind $root stands the name of a set"));
    };
    let (name, key) = match first {
        Step::Call(name, key) => (name, Some(key)),
        Step::Name(name) => (name, None),
        Step::Count(..) | Step::Filter(_) | Step::Any(_) | Step::All(_) => {
            return Err(Refusal::bad_request("behind $root stands the name of a set"));
        }
    };
    let set = types::set(name).ok_or_else(|| Refusal::bad_request(format!("there is no set {name}")))?;
    match key {
        None | Some(Arguments::Empty) => number_of(reader, Some(Base::of_set(set)), rest, aliases).await,
        Some(key) => {
            let row = rows::by_key(reader, set, key_of(key, aliases)?).await?;
            below(reader, row, set.of, rest, aliases).await
        }
    }
}

/// The value below a row, of which the names are checked even if there is no such row.
async fn below(
    reader: &Reader,
    mut row: Option<Row>,
    mut of: &'static Type,
    mut steps: &[Step],
    aliases: &[(String, Expr)],
) -> Result<Literal, Refusal> {
    loop {
        let (name, key, rest) = step_of(steps, of)?;
        steps = rest;
        if bind::is_type(name, of.name) && key.is_none() {
            continue;
        }
        if let Some(property) = of.property(name) {
            return match (rest, key) {
                ([], None) => value_of(reader, row, of, property).await,
                _ => Err(Refusal::bad_request(format!("{} has no parts", property.name))),
            };
        }
        let Some(navigation) = of.navigation(name) else {
            let message = format!("{} has no property {name}", of.name);
            return Err(Refusal::bad_request(message));
        };
        row = match (key, row) {
            (None | Some(Arguments::Empty), row) if navigation.is_collection() => {
                let base = match row {
                    Some(row) => Some(Base::of_navigation(reader, &row, navigation).await?),
                    None => None,
                };
                return number_of(reader, base, rest, aliases).await;
            }
            (None, Some(row)) => rows::target(reader, &row, navigation).await?,
            (None, None) => None,
            (Some(key), row) if navigation.is_collection() => {
                let id = key_of(key, aliases)?;
                match row {
                    Some(row) => rows::member(reader, &row, navigation, id).await?,
                    None => None,
                }
            }
            (Some(_), _) => {
                let to = (navigation.to)().name;
                let message = format!("{} leads to one {to}, and takes no key", navigation.name);
                return Err(Refusal::bad_request(message));
            }
        };
        of = (navigation.to)();
    }
}

/// The next step below a `of`, by its name and key, and those after it.
fn step_of<'s>(
    steps: &'s [Step],
    of: &Type,
) -> Result<(&'s str, Option<&'s Arguments>, &'s [Step]), Refusal> {
    match steps {
        [Step::Name(name), rest @ ..] => Ok((name, None, rest)),
        [Step::Call(name, key), rest @ ..] => Ok((name, Some(key), rest)),
        [] => {
            let message = format!("an entity is no value: name a property of the {}", of.name);
            Err(Refusal::bad_request(message))
        }
        [
            Step::Count(..) | Step::Filter(_) | Step::Any(_) | Step::All(_),
            ..,
        ] => Err(Refusal::bad_request("$count stands behind what leads to many")),
    }
}

async fn value_of(
    reader: &Reader,
    row: Option<Row>,
    of: &'static Type,
    property: &'static Property,
) -> Result<Literal, Refusal> {
    let Some(row) = row else {
        return Ok(Literal::Null);
    };
    let shape = Shape {
        properties: vec![property],
        ..Shape::whole(of)
    };
    let tree = tree::expand(reader, vec![row.clone()], &shape).await?;
    literal(tree.value(&row, property))
}

/// How many rows there are, as `/$filter(...)/$count` asks for.
async fn number_of(
    reader: &Reader,
    base: Option<Base>,
    steps: &[Step],
    aliases: &[(String, Expr)],
) -> Result<Literal, Refusal> {
    let mut asked = Options {
        aliases: aliases.to_vec(),
        ..Options::default()
    };
    let mut filters = Vec::new();
    let mut rest = steps;
    while let [Step::Filter(filter), after @ ..] = rest {
        filters.push((**filter).clone());
        rest = after;
    }
    let [Step::Count(filter, search)] = rest else {
        return Err(Refusal::not_supported(
            "of several rows by $root only their $count can be used",
        ));
    };
    asked.apply = filtering(filters);
    asked.filter = filter.as_deref().cloned();
    asked.search.clone_from(search);
    let Some(base) = base else {
        return Ok(Literal::Null);
    };
    let plan = Plan::bind(base, &asked, 1)?;
    let count = query::count(reader, &plan).await?;
    Ok(Literal::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn literal(value: Value<'_>) -> Result<Literal, Refusal> {
    Ok(match value {
        Value::Null => Literal::Null,
        Value::Bool(it) => Literal::Bool(it),
        Value::Int(it) => Literal::Int(it),
        Value::Hours(_) | Value::Decimal(_) => Literal::Decimal(value.to_decimal().unwrap_or_default()),
        Value::Double(it) => Literal::Double(it),
        Value::Date(it) => Literal::Date(it),
        Value::Instant(it) => Literal::Instant(it),
        Value::TimeOfDay(it) => Literal::TimeOfDay(it),
        Value::Duration(it) => Literal::Duration(it),
        Value::Id(it) => Literal::Guid(it),
        Value::Text(it) => Literal::Text(it.into_owned()),
        Value::Binary(it) => Literal::Binary(it.into_owned()),
        Value::Complex(_) | Value::List(_) => {
            return Err(Refusal::not_supported(
                "a collection by $root cannot be used in an expression",
            ));
        }
    })
}

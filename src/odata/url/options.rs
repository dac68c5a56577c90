//! The query of a URL: which options it has, and each only once.

use super::ast::{Expr, Options};
use super::decode::{Plus, decoded};
use super::error::{Fault, Kind, SyntaxError};
use super::expand::shortened;
use super::expression::expression;
use super::input::{Budget, blanks, continues_name, read};
use super::option::{SystemOption, value};

/// How many options a URL may have.
const MAX_OPTIONS: usize = 200;

/// Reads a raw query, without the question mark. It is split at `&` and `=`, then decoded once;
/// names are taken in any case, with or without `$`.
pub fn options(raw: &str) -> Result<Options, SyntaxError> {
    let mut query = Query {
        options: Options::default(),
        given: Vec::new(),
        budget: Budget::default(),
    };
    for (number, option) in raw.split('&').filter(|option| !option.is_empty()).enumerate() {
        if number == MAX_OPTIONS {
            return Err(refusal(
                "query",
                Kind::TooLarge,
                format!("a query has at most {MAX_OPTIONS} options"),
            ));
        }
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        let name = decoded(name, Plus::Blank).map_err(|fault| fault.within("query", name))?;
        query.take(name.trim(), value)?;
    }
    Ok(query.options)
}

struct Query {
    options: Options,
    given: Vec<SystemOption>,
    budget: Budget,
}

impl Query {
    fn take(&mut self, name: &str, raw: Option<&str>) -> Result<(), SyntaxError> {
        if let Some(alias) = name.strip_prefix('@') {
            return self.take_alias(alias, raw.unwrap_or_default());
        }
        let Some((option, name)) = SystemOption::named(name) else {
            return self.take_custom(name, raw.unwrap_or_default());
        };
        let Some(raw) = raw else {
            return Err(refusal(name, Kind::Malformed, "it has no value".to_owned()));
        };
        if option == SystemOption::Levels {
            return Err(refusal(
                name,
                Kind::Malformed,
                "it belongs into the parentheses of $expand".to_owned(),
            ));
        }
        if self.given.contains(&option) {
            return Err(refusal(name, Kind::Malformed, "it is given twice".to_owned()));
        }
        self.given.push(option);
        let text = decoded(raw, Plus::Blank).map_err(|fault| fault.within(name, raw))?;
        let options = &mut self.options;
        read(name, &text, &mut self.budget, |input| {
            value(input, option, options)
        })
    }

    /// Takes `@name=...`.
    fn take_alias(&mut self, alias: &str, raw: &str) -> Result<(), SyntaxError> {
        let what = format!("@{}", shortened(alias));
        if alias.is_empty() || alias.len() > 128 || !alias.chars().all(continues_name) {
            return Err(refusal(
                &what,
                Kind::Malformed,
                "a parameter alias is `@` and a name".to_owned(),
            ));
        }
        if self.options.aliases.iter().any(|(name, _)| name == alias) {
            return Err(refusal(&what, Kind::Malformed, "it is given twice".to_owned()));
        }
        let text = decoded(raw, Plus::Blank).map_err(|fault| fault.within(&what, raw))?;
        let value: Expr = read(&what, &text, &mut self.budget, |input| {
            blanks(input);
            expression(input)
        })?;
        self.options.aliases.push((alias.to_owned(), value));
        Ok(())
    }

    /// Keeps what is no system option: it may be a function's argument, else it means nothing.
    fn take_custom(&mut self, name: &str, raw: &str) -> Result<(), SyntaxError> {
        if name.starts_with('$') {
            let name = shortened(name);
            return Err(refusal(
                name,
                Kind::Unsupported,
                "there is no such option".to_owned(),
            ));
        }
        if let Ok(value) = decoded(raw, Plus::Blank) {
            self.options.custom.push((name.to_owned(), value.into_owned()));
        }
        Ok(())
    }
}

fn refusal(what: &str, kind: Kind, message: String) -> SyntaxError {
    Fault { kind, at: 0, message }.within(what, "")
}

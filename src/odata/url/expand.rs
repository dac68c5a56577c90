//! `$expand` with its nested options.

use super::ast::{ExpandItem, Expanded, Options};
use super::clause::path_name;
use super::error::Kind;
use super::expression::{alias_name, expression};
use super::input::{
    Input, Parsed, blanks, count, expanded, expected, name, next, opens, peek_word, refuse, require, rest,
    separated, take, take_spaced, take_word, unsupported,
};
use super::option::{SystemOption, value};

/// Reads `a,b/c($select=d;$expand=e),f/$ref`.
pub(super) fn expand_items(input: &mut Input<'_>) -> Parsed<Vec<ExpandItem>> {
    separated(input, |input| {
        blanks(input);
        count(input)?;
        let (mut path, mut what) = (Vec::new(), Expanded::Entities);
        if next(input) == Some('$') {
            return unsupported(input, "expanding a media stream");
        }
        if !take(input, '*') {
            path.push(path_name(input)?.to_owned());
        }
        while what == Expanded::Entities && take(input, '/') {
            if next(input) == Some('$') {
                what = leaf(input)?;
            } else if next(input) == Some('*') {
                return unsupported(input, "`*` behind a path");
            } else if path.is_empty() {
                return expected(input, "$ref or $count, as nothing else follows `*/`");
            } else {
                path.push(path_name(input)?.to_owned());
            }
        }
        let options = if opens(input) {
            expanded(input, |input| nested_options(input, Within::Expanded(what)))?
        } else {
            Options::default()
        };
        Ok(ExpandItem {
            path,
            what,
            options: Box::new(options),
        })
    })
}

/// Takes `$ref` or `$count` at the end of a path.
fn leaf(input: &mut Input<'_>) -> Parsed<Expanded> {
    let before = input.clone();
    take(input, '$');
    if take_word(input, "ref") {
        Ok(Expanded::References)
    } else if take_word(input, "count") {
        Ok(Expanded::Count)
    } else {
        expected(&before, "a navigation, $ref or $count")
    }
}

/// What options in parentheses are about.
#[derive(Clone, Copy)]
pub(super) enum Within {
    /// An expanded navigation.
    Expanded(Expanded),
    /// A selected property.
    Selected,
}

impl Within {
    const fn takes(self, option: SystemOption) -> bool {
        match self {
            Self::Expanded(what) => option.fits(what),
            Self::Selected => option.fits_selected(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Expanded(Expanded::Entities) => "an expanded navigation",
            Self::Expanded(Expanded::References) => "an expanded $ref",
            Self::Expanded(Expanded::Count) => "an expanded $count",
            Self::Selected => "a selected property",
        }
    }
}

/// Reads `($select=a;$expand=b)`.
pub(super) fn nested_options(input: &mut Input<'_>, what: Within) -> Parsed<Options> {
    require(input, '(')?;
    let mut options = Options::default();
    let mut given = Vec::new();
    while !take(input, ')') {
        nested_option(input, what, &mut options, &mut given)?;
        blanks(input);
        if !take_spaced(input, ';') && next(input) != Some(')') {
            return expected(input, "an operator, `,`, `;` or `)`");
        }
    }
    Ok(options)
}

fn nested_option(
    input: &mut Input<'_>,
    what: Within,
    options: &mut Options,
    given: &mut Vec<SystemOption>,
) -> Parsed<()> {
    count(input)?;
    let before = input.clone();
    if next(input) == Some('@') {
        let alias = alias_name(input)?;
        require(input, '=')?;
        let aliased = expression(input)?;
        if options.aliases.iter().any(|(name, _)| *name == alias) {
            return refuse(&before, Kind::Malformed, format!("@{alias} is given twice"));
        }
        options.aliases.push((alias, aliased));
        return Ok(());
    }
    let prefixed = take(input, '$');
    let word = peek_word(input);
    let Some((option, spelling)) = SystemOption::named(word) else {
        let message = "an option of $expand or $select: $filter, $orderby, $select, $expand, $top, $skip, $count, \
                       $search, $levels or $compute";
        return if prefixed && !word.is_empty() {
            refuse(
                &before,
                Kind::Unsupported,
                format!("${} is not supported; expected {message}", shortened(word)),
            )
        } else {
            expected(&before, message)
        };
    };
    if !what.takes(option) {
        let message = format!("{spelling} is no option of {}", what.name());
        return refuse(&before, Kind::Malformed, message);
    }
    if option == SystemOption::Apply {
        return unsupported(&before, "$apply within $expand");
    }
    if given.contains(&option) {
        return refuse(&before, Kind::Malformed, format!("{spelling} is given twice"));
    }
    given.push(option);
    name(input, "the name of an option")?;
    if !rest(input).trim_start_matches([' ', '\t']).starts_with('=') {
        return expected(input, &format!("`=` behind {spelling}"));
    }
    require(input, '=')?;
    value(input, option, options)
}

/// The beginning of a word, for a message.
pub(super) fn shortened(word: &str) -> &str {
    word.char_indices()
        .nth(40)
        .and_then(|(end, _)| word.get(..end))
        .unwrap_or(word)
}

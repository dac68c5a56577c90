//! System query options: their names, and how the value of each is read.
//!
//! A value is read in place, so that nothing within quotes or parentheses can end it.

use winnow::Parser;

use super::apply::transformations;
use super::ast::{Expanded, Levels, Options};
use super::clause::{computed, order_keys, selected};
use super::expand::expand_items;
use super::expression::expression;
use super::input::{Input, Parsed, blanks, expected, next, number, rest, take, take_word};
use super::literal::boolean;
use super::search::search;

/// A system query option.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SystemOption {
    Apply,
    Compute,
    Count,
    DeltaToken,
    Expand,
    Filter,
    Format,
    Id,
    Index,
    Levels,
    OrderBy,
    SchemaVersion,
    Search,
    Select,
    Skip,
    SkipToken,
    Top,
}

const NAMES: [(&str, SystemOption); 17] = [
    ("$apply", SystemOption::Apply),
    ("$compute", SystemOption::Compute),
    ("$count", SystemOption::Count),
    ("$deltatoken", SystemOption::DeltaToken),
    ("$expand", SystemOption::Expand),
    ("$filter", SystemOption::Filter),
    ("$format", SystemOption::Format),
    ("$id", SystemOption::Id),
    ("$index", SystemOption::Index),
    ("$levels", SystemOption::Levels),
    ("$orderby", SystemOption::OrderBy),
    ("$schemaversion", SystemOption::SchemaVersion),
    ("$search", SystemOption::Search),
    ("$select", SystemOption::Select),
    ("$skip", SystemOption::Skip),
    ("$skiptoken", SystemOption::SkipToken),
    ("$top", SystemOption::Top),
];

impl SystemOption {
    /// The option of this name, in any case, with or without its `$`.
    pub fn named(name: &str) -> Option<(Self, &'static str)> {
        let bare = name.strip_prefix('$').unwrap_or(name);
        let found = NAMES
            .into_iter()
            .find(|(name, _)| name.get(1..).is_some_and(|it| it.eq_ignore_ascii_case(bare)));
        found.map(|(name, option)| (option, name))
    }

    /// Whether it may stand within the parentheses of an expanded navigation.
    pub const fn fits(self, what: Expanded) -> bool {
        match self {
            Self::Filter | Self::Search => true,
            Self::Count | Self::OrderBy | Self::Skip | Self::Top => !matches!(what, Expanded::Count),
            Self::Apply | Self::Compute | Self::Expand | Self::Levels | Self::Select => {
                matches!(what, Expanded::Entities)
            }
            Self::DeltaToken
            | Self::Format
            | Self::Id
            | Self::Index
            | Self::SchemaVersion
            | Self::SkipToken => false,
        }
    }

    /// Whether it may stand within the parentheses of a selected property.
    pub(super) const fn fits_selected(self) -> bool {
        match self {
            Self::Compute
            | Self::Count
            | Self::Expand
            | Self::Filter
            | Self::OrderBy
            | Self::Search
            | Self::Select
            | Self::Skip
            | Self::Top => true,
            Self::Apply
            | Self::DeltaToken
            | Self::Format
            | Self::Id
            | Self::Index
            | Self::Levels
            | Self::SchemaVersion
            | Self::SkipToken => false,
        }
    }

    /// Whether it may come without a value, as lax clients send it.
    const fn may_be_empty(self) -> bool {
        matches!(
            self,
            Self::Expand | Self::Filter | Self::OrderBy | Self::Search | Self::Select
        )
    }
}

/// Reads the value of an option into the options.
pub(super) fn value(input: &mut Input<'_>, option: SystemOption, options: &mut Options) -> Parsed<()> {
    blanks(input);
    let ends = match next(input) {
        None => true,
        Some(character) => input.state.is_nested() && matches!(character, ';' | ')'),
    };
    if ends && option.may_be_empty() {
        return Ok(());
    }
    match option {
        SystemOption::Apply => options.apply = transformations(input)?,
        SystemOption::Compute => options.compute = computed(input)?,
        SystemOption::Count => options.count = Some(boolean(input)?),
        SystemOption::DeltaToken => options.delta_token = Some(remaining(input)?),
        SystemOption::Expand => options.expand = expand_items(input)?,
        SystemOption::Filter => options.filter = Some(expression(input)?),
        SystemOption::Format => options.format = Some(remaining(input)?),
        SystemOption::Id => options.id = Some(remaining(input)?),
        SystemOption::Index => options.index = Some(index(input)?),
        SystemOption::Levels => options.levels = Some(levels(input)?),
        SystemOption::OrderBy => options.order_by = order_keys(input)?,
        SystemOption::SchemaVersion => options.schema_version = Some(remaining(input)?),
        SystemOption::Search => options.search = Some(search(input)?),
        SystemOption::Select => options.select = selected(input)?,
        SystemOption::Skip => options.skip = Some(number(input)?),
        SystemOption::SkipToken => options.skip_token = Some(remaining(input)?),
        SystemOption::Top => options.top = Some(number(input)?),
    }
    Ok(())
}

/// Takes all that is left.
fn remaining(input: &mut Input<'_>) -> Parsed<String> {
    if rest(input).is_empty() {
        return expected(input, "a value");
    }
    winnow::token::rest.map(str::to_owned).parse_next(input)
}

fn levels(input: &mut Input<'_>) -> Parsed<Levels> {
    if take_word(input, "max") {
        return Ok(Levels::Max);
    }
    let before = input.clone();
    match next(input)
        .filter(char::is_ascii_digit)
        .map(|_| number(input))
        .transpose()?
    {
        Some(levels) if levels > 0 => Ok(Levels::Number(levels)),
        _ => expected(&before, "max, or a whole number from 1"),
    }
}

fn index(input: &mut Input<'_>) -> Parsed<i64> {
    let negative = take(input, '-');
    let index: i64 = number(input)?;
    Ok(if negative { -index } else { index })
}

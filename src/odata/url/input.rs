//! The text being read, its limits, and the tokens that the whole grammar shares.
//!
//! The grammar decides by looking at the next token, never by trying: every text is read once.

use winnow::Parser;
use winnow::combinator::opt;
use winnow::error::ErrMode;
use winnow::stream::{LocatingSlice, Location, Stateful};
use winnow::token::{literal, take_while};

use super::error::{Fault, Kind, SyntaxError};

/// How deep expressions, searches and options may nest.
pub(super) const MAX_DEPTH: u32 = 100;
/// How high a tree may be: depth, and chains of operators within it.
pub(super) const MAX_HEIGHT: u32 = 200;
/// How deep `$expand` may nest.
pub(super) const MAX_EXPANDS: u32 = 12;
/// How many names, values and operators a URL may have.
pub(super) const MAX_NODES: u32 = 4_000;
/// How many characters a name may have, as `OData` has it.
const MAX_NAME: usize = 128;
/// How many characters of a text a message repeats.
const SHOWN: usize = 20;

/// A text, how far it is read, and what is left of the limits.
pub(super) type Input<'a> = Stateful<LocatingSlice<&'a str>, State>;
/// What a rule of the grammar comes to.
pub(super) type Parsed<T> = Result<T, ErrMode<Fault>>;

/// How many more nodes a URL may have.
pub(super) struct Budget(u32);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_NODES)
    }
}

/// What is left of the limits, and what the grammar has to remember.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    depth: u32,
    expands: u32,
    nodes_left: u32,
    /// How high the highest tree is that was read since this was set to zero.
    pub height: u32,
    /// In a condition of `case`, where a colon ends it.
    pub in_condition: bool,
}

impl State {
    /// Whether this is within parentheses.
    pub const fn is_nested(&self) -> bool {
        self.depth > 0
    }
}

/// Reads the whole of a decoded text by a rule; `what` names the text in errors.
pub(super) fn read<'a, T>(
    what: &str,
    text: &'a str,
    budget: &mut Budget,
    rule: impl FnOnce(&mut Input<'a>) -> Parsed<T>,
) -> Result<T, SyntaxError> {
    let state = State {
        nodes_left: budget.0,
        ..State::default()
    };
    let mut input = Input {
        input: LocatingSlice::new(text),
        state,
    };
    let parsed = rule(&mut input).and_then(|parsed| {
        blanks(&mut input);
        if rest(&input).is_empty() {
            Ok(parsed)
        } else {
            expected(&input, "an operator or the end")
        }
    });
    budget.0 = input.state.nodes_left;
    parsed.map_err(|fault| Fault::from(fault).within(what, text))
}

/// What is still to be read.
pub(super) fn rest<'a>(input: &Input<'a>) -> &'a str {
    input.input.as_ref()
}

/// The next character.
pub(super) fn next(input: &Input<'_>) -> Option<char> {
    rest(input).chars().next()
}

/// Refuses the text at this place.
pub(super) fn refuse<T>(input: &Input<'_>, kind: Kind, message: impl Into<String>) -> Parsed<T> {
    Err(ErrMode::Cut(Fault {
        kind,
        at: input.current_token_start(),
        message: message.into(),
    }))
}

/// Refuses the text for what is not there.
pub(super) fn expected<T>(input: &Input<'_>, what: &str) -> Parsed<T> {
    let found = shown(rest(input));
    refuse(input, Kind::Malformed, format!("expected {what}, found {found}"))
}

/// Refuses what is `OData` but nothing for us.
pub(super) fn unsupported<T>(input: &Input<'_>, what: &str) -> Parsed<T> {
    refuse(input, Kind::Unsupported, format!("{what} is not supported"))
}

fn shown(rest: &str) -> String {
    match rest.char_indices().nth(SHOWN) {
        _ if rest.is_empty() => "the end".to_owned(),
        Some((end, _)) => format!("`{}...`", rest.get(..end).unwrap_or_default()),
        None => format!("`{rest}`"),
    }
}

/// Skips blanks and tabs, if there are any.
pub(super) fn blanks(input: &mut Input<'_>) {
    let _: Parsed<&str> = take_while(0.., [' ', '\t']).parse_next(input);
}

/// Takes this character if it is the next.
pub(super) fn take(input: &mut Input<'_>, character: char) -> bool {
    let taken: Parsed<Option<char>> = opt(character).parse_next(input);
    matches!(taken, Ok(Some(_)))
}

/// Takes this character, with blanks around it, if it is the next that is not blank.
pub(super) fn take_spaced(input: &mut Input<'_>, character: char) -> bool {
    blanks(input);
    let taken = take(input, character);
    if taken {
        blanks(input);
    }
    taken
}

/// Takes this character, with blanks around it, or refuses.
pub(super) fn require(input: &mut Input<'_>, character: char) -> Parsed<()> {
    if take_spaced(input, character) {
        Ok(())
    } else {
        expected(input, &format!("`{character}`"))
    }
}

/// Whether parentheses open here, perhaps behind blanks; those are skipped then.
pub(super) fn opens(input: &mut Input<'_>) -> bool {
    let opens = rest(input).trim_start_matches([' ', '\t']).starts_with('(');
    if opens {
        blanks(input);
    }
    opens
}

/// Takes the closing parenthesis; blanks behind it stay.
pub(super) fn close(input: &mut Input<'_>, what: &str) -> Parsed<()> {
    blanks(input);
    if take(input, ')') {
        Ok(())
    } else {
        expected(input, what)
    }
}

/// Takes this text in any case if it is next; where a word ends is not looked at.
pub(super) fn take_text(input: &mut Input<'_>, text: &'static str) -> bool {
    let taken: Parsed<Option<&str>> = opt(literal(winnow::ascii::Caseless(text))).parse_next(input);
    matches!(taken, Ok(Some(_)))
}

/// Takes this word in any case if it is next.
pub(super) fn take_word(input: &mut Input<'_>, word: &'static str) -> bool {
    peek_word(input).eq_ignore_ascii_case(word) && take_text(input, word)
}

/// Whether a name may begin with this.
pub(super) fn begins_name(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

/// Whether a name may go on with this.
pub(super) fn continues_name(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// The name that is next; empty if there is none. One that is too long is cut, and then fits
/// nothing that it is compared with.
pub(super) fn peek_word<'a>(input: &Input<'a>) -> &'a str {
    let rest = rest(input);
    if !rest.starts_with(begins_name) {
        return "";
    }
    let end = rest
        .char_indices()
        .take(MAX_NAME + 1)
        .find(|(_, it)| !continues_name(*it));
    match end.or_else(|| rest.char_indices().nth(MAX_NAME + 1)) {
        Some((end, _)) => rest.get(..end).unwrap_or_default(),
        None => rest,
    }
}

/// Takes a name.
pub(super) fn name<'a>(input: &mut Input<'a>, what: &str) -> Parsed<&'a str> {
    let word = peek_word(input);
    if word.is_empty() {
        return expected(input, what);
    }
    if word.chars().nth(MAX_NAME).is_some() {
        return refuse(
            input,
            Kind::TooLarge,
            format!("a name has at most {MAX_NAME} characters"),
        );
    }
    take_while(1.., continues_name).parse_next(input)
}

/// Takes a name that may have namespaces before it, such as `WP.GetProjects`.
pub(super) fn qualified_name<'a>(input: &mut Input<'a>, what: &str) -> Parsed<&'a str> {
    let text = rest(input);
    name(input, what)?;
    while rest(input)
        .strip_prefix('.')
        .is_some_and(|rest| rest.starts_with(begins_name))
    {
        count(input)?;
        take(input, '.');
        name(input, what)?;
    }
    Ok(text.get(..text.len() - rest(input).len()).unwrap_or_default())
}

/// Takes digits.
pub(super) fn digits<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    let digits: Parsed<&str> = take_while(1.., |it: char| it.is_ascii_digit()).parse_next(input);
    digits.or_else(|_| expected(input, "a whole number"))
}

/// Takes a whole number without a sign.
pub(super) fn number<T: std::str::FromStr>(input: &mut Input<'_>) -> Parsed<T> {
    let before = input.clone();
    let digits = digits(input)?;
    digits
        .parse()
        .or_else(|_| refuse(&before, Kind::Malformed, "the number is too large"))
}

/// Takes items with commas between them.
pub(super) fn separated<'a, T>(
    input: &mut Input<'a>,
    mut item: impl FnMut(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<Vec<T>> {
    let mut items = vec![item(input)?];
    while take_spaced(input, ',') {
        items.push(item(input)?);
    }
    Ok(items)
}

/// Counts a node of the tree.
pub(super) fn count(input: &mut Input<'_>) -> Parsed<()> {
    match input.state.nodes_left.checked_sub(1) {
        Some(left) => {
            input.state.nodes_left = left;
            Ok(())
        }
        None => refuse(
            input,
            Kind::TooLarge,
            format!("a URL has at most {MAX_NODES} names, values and operators"),
        ),
    }
}

/// Reads something a level deeper.
pub(super) fn nested<'a, T>(
    input: &mut Input<'a>,
    rule: impl FnOnce(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<T> {
    if input.state.depth == MAX_DEPTH {
        return refuse(
            input,
            Kind::TooLarge,
            format!("it nests deeper than {MAX_DEPTH} levels"),
        );
    }
    let height_outside = std::mem::take(&mut input.state.height);
    let in_condition = std::mem::take(&mut input.state.in_condition);
    input.state.depth += 1;
    let parsed = rule(input);
    input.state.depth -= 1;
    input.state.in_condition = in_condition;
    input.state.height = height_outside.max(input.state.height + 1);
    parsed
}

/// Reads the options of an expanded navigation.
pub(super) fn expanded<'a, T>(
    input: &mut Input<'a>,
    rule: impl FnOnce(&mut Input<'a>) -> Parsed<T>,
) -> Parsed<T> {
    if input.state.expands == MAX_EXPANDS {
        return refuse(
            input,
            Kind::TooLarge,
            format!("$expand nests deeper than {MAX_EXPANDS} levels"),
        );
    }
    input.state.expands += 1;
    let parsed = nested(input, rule);
    input.state.expands -= 1;
    parsed
}

//! Texts of rows as drafts keep them: blanks around them are dropped, so that a name with blanks
//! finds the record that it made before (I6).

use crate::domain::import::row::Reference;

/// A text that is given and not empty.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A text that is given, is not null and is not empty.
pub fn patched(text: Option<&Option<String>>) -> Option<&str> {
    given(text.and_then(Option::as_deref))
}

/// The same reference, without blanks around its texts.
pub fn trimmed(reference: &Reference) -> Reference {
    match reference {
        Reference::Id(id) => Reference::Id(*id),
        Reference::ExternalId(id) => Reference::ExternalId(id.trim().into()),
        Reference::Key(key) => Reference::Key(key.trim().into()),
        Reference::NameAndNumber(pair) => {
            let (name, number) = &**pair;
            Reference::NameAndNumber(Box::new((name.trim().into(), number.trim().into())))
        }
    }
}

/// Which of a row's members such a reference is: by id, by external id, or by what people call it.
pub const fn member(reference: &Reference, [id, external_id, key]: [&'static str; 3]) -> &'static str {
    match reference {
        Reference::Id(_) => id,
        Reference::ExternalId(_) => external_id,
        Reference::Key(_) | Reference::NameAndNumber(..) => key,
    }
}

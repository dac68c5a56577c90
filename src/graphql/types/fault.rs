//! What is wrong with an input, member by member.

use super::enums::FaultCode;
use crate::domain::error::{Fault, Path, Step};
use crate::graphql::render::{Field, Object, Type};

/// One thing that is wrong with an input.
pub struct FaultObject;

impl Object for FaultObject {
    type View<'a> = &'a Fault;
    const NAME: &'static str = "Fault";
    const ABOUT: &'static str = "One thing that is wrong with an input. All that is wrong is told together.";
    const FIELDS: &'static [Field<Self>] = &[
        Field::leaf(
            "path",
            "Where in the input, such as `lines[2].cells[0].hours`; empty for the input as a whole.",
            Type::STRING,
            |it, json| json.put(path_in_input(&it.path)),
        ),
        Field::leaf(
            "code",
            "What, for programs.",
            Type::input::<FaultCode>(),
            |it, json| {
                json.put(FaultCode::from(it.code));
            },
        ),
        Field::leaf(
            "message",
            "What, for people: names what is allowed.",
            Type::STRING,
            |it, json| {
                json.put(&*it.message);
            },
        ),
    ];
}

/// The path in the names of this face, of which all but one are the domain's.
pub fn path_in_input(path: &Path) -> String {
    match path.steps() {
        [Step::Member("version")] => "rowVersion".to_owned(),
        _ => path.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::EnumType;

    use super::*;
    use crate::domain::error;

    #[test]
    fn a_fault_has_the_same_code_as_a_member_and_in_an_error() {
        for item in <FaultCode as EnumType>::items() {
            assert_eq!(error::FaultCode::from(item.value).as_str(), item.name);
        }
    }

    #[test]
    fn paths_have_the_names_of_this_face() {
        assert_eq!(path_in_input(&Path::of("version")), "rowVersion");
        let hours = Path::of("lines")
            .index(2)
            .member("cells")
            .index(0)
            .member("hours");
        assert_eq!(path_in_input(&hours), "lines[2].cells[0].hours");
    }
}

//! Names of members, ready to be written. A member costs more for its name than for its value, and an
//! answer has thousands, so that names are copied in one piece of a fixed size.

/// A piece of JSON before a value: the member's name and what stands around it.
#[derive(Clone, Debug)]
pub enum Key {
    /// With something behind it that is cut off once it is written.
    Short {
        /// The piece and what fills it up.
        text: [u8; Key::WIDTH],
        /// How long the piece is.
        length: usize,
    },
    /// One that is too long for that.
    Long(Box<str>),
}

impl Key {
    /// Names are seldom as long.
    const WIDTH: usize = 32;

    /// The piece, which is JSON already.
    pub fn new(piece: &str) -> Self {
        let mut text = [0; Self::WIDTH];
        match text.get_mut(..piece.len()) {
            Some(place) => {
                place.copy_from_slice(piece.as_bytes());
                let length = piece.len();
                Self::Short { text, length }
            }
            None => Self::Long(piece.into()),
        }
    }

    /// The name of a member, in which nothing is to be escaped, in quotes and before a colon.
    ///
    /// # Panics
    ///
    /// If it is too long. It is meant for the tables of what there is, which are made when the program
    /// is built.
    pub const fn of_member(name: &'static str) -> Self {
        let name = name.as_bytes();
        assert!(name.len() + 3 <= Self::WIDTH, "the name is too long");
        let mut text = [0; Self::WIDTH];
        let (start, _) = text.split_at_mut(name.len() + 3);
        if let [quote, place @ .., end, colon] = start {
            *quote = b'"';
            place.copy_from_slice(name);
            *end = b'"';
            *colon = b':';
        }
        let length = name.len() + 3;
        Self::Short { text, length }
    }
}

impl super::Json {
    /// The name of a member, and what stands around it.
    #[inline]
    pub fn key(&mut self, key: &Key) {
        match key {
            Key::Short { text, length } => {
                let end = self.0.len() + length;
                self.0.extend_from_slice(text);
                self.0.truncate(end);
            }
            Key::Long(text) => self.raw(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::json::Json;

    #[test]
    fn keys_are_written_as_they_are_whatever_their_length() {
        let mut json = Json::new();
        let mut expected = String::new();
        for length in [0, 1, 31, 32, 33, 100] {
            let piece = "x".repeat(length);
            json.key(&Key::new(&piece));
            json.raw("|");
            expected = [expected.as_str(), &piece, "|"].concat();
        }
        assert_eq!(json.into_text(), expected);
    }

    #[test]
    fn names_are_quoted_before_a_colon() {
        let mut json = Json::new();
        for name in ["", "id", "a name of twenty-nine letters"] {
            json.key(&match name {
                "" => Key::of_member(""),
                "id" => Key::of_member("id"),
                _ => Key::of_member("a name of twenty-nine letters"),
            });
            json.put_null();
        }
        assert_eq!(
            json.into_text(),
            r#""":null"id":null"a name of twenty-nine letters":null"#
        );
    }
}

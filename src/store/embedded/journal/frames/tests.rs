//! What is read piece by piece is what a look at the whole segment finds, however it was cut off or
//! damaged.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::Frames;
use crate::store::Token;
use crate::store::embedded::journal::segment::Tail;
use crate::store::embedded::journal::{Frame, Journal, Segment};
use crate::store::embedded::storage::{Folder, Storage};

const SEGMENT: Segment = Segment {
    epoch: 3,
    first: Token(7),
};

/// What happened to the file.
#[derive(Clone, Debug)]
enum Harm {
    None,
    Flipped(Index, u8),
    CutOff(Index),
    WithoutRoom,
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        Just(Harm::None),
        (any::<Index>(), 1..=u8::MAX).prop_map(|(place, bits)| Harm::Flipped(place, bits)),
        any::<Index>().prop_map(Harm::CutOff),
        Just(Harm::WithoutRoom),
    ]
}

/// A segment with a frame for each list of entries; where its frames end.
fn write(folder: &Folder, frames: &[Vec<Vec<u8>>]) -> usize {
    let mut journal = Journal::begin(folder, SEGMENT).unwrap();
    let mut at = SEGMENT.first;
    for entries in frames {
        let mut frame = Frame::default();
        for entry in entries {
            let written: Result<(), ()> = frame.add(|bytes| {
                bytes.extend_from_slice(entry);
                Ok(())
            });
            written.unwrap();
        }
        frame.seal(at).unwrap();
        journal.append(&frame).unwrap();
        at = Token(at.0 + entries.len() as u64);
    }
    usize::try_from(journal.end()).unwrap()
}

fn do_harm(folder: &Folder, end: usize, harm: &Harm) {
    let file = folder.open(&SEGMENT.name()).unwrap();
    match harm {
        Harm::None => {}
        Harm::Flipped(place, bits) => {
            let offset = place.index(end + 10) as u64;
            let mut byte = [0];
            file.read(offset, &mut byte).unwrap();
            byte[0] ^= bits;
            file.write(offset, &byte).unwrap();
        }
        Harm::CutOff(place) => file.set_len(place.index(end) as u64).unwrap(),
        Harm::WithoutRoom => file.set_len(end as u64).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn reading_in_pieces_finds_what_a_look_at_the_whole_finds(
        frames in vec(vec(vec(any::<u8>(), 0..60), 1..4), 1..8),
        harm in harm(),
        piece_bytes in 1_usize..300,
    ) {
        let path = tempfile::tempdir().unwrap();
        let folder = Folder::of(path.path());
        let end = write(&folder, &frames);
        do_harm(&folder, end, &harm);
        let bytes = SEGMENT.read(&folder).unwrap();
        let whole = SEGMENT.scan(&bytes);
        let mut reading = Frames::in_pieces(SEGMENT, &folder, piece_bytes).unwrap();
        let mut found = Vec::new();
        while let Some(entries) = reading.next().unwrap() {
            found.extend(entries.iter().map(|it| (it.at, it.offset, it.bytes.to_vec())));
        }
        let expected = whole.entries.iter().map(|it| (it.at, it.offset, it.bytes.to_vec()));
        prop_assert_eq!(found, expected.collect::<Vec<_>>());
        prop_assert_eq!(reading.end(), whole.end as u64);
        prop_assert_eq!(reading.ends_well().unwrap(), whole.tail == Tail::Clean);
    }
}

//! When what is due: without threads and disks.

use std::sync::mpsc::sync_channel;

use super::*;

/// So long that no test lasts as long.
const PAUSE: Duration = Duration::from_secs(10_000);

fn upkeep() -> Upkeep {
    let options = Options {
        checkpoint_bytes: 100,
        retry_after: PAUSE,
        ..Options::default()
    };
    Upkeep::new(options, HashSet::new(), 0)
}

fn failure() -> Result<(), String> {
    Err("no space".to_owned())
}

/// What is due in so many pauses.
fn due_in(upkeep: &Upkeep, pauses: f64) -> Option<Due> {
    upkeep.due(Instant::now() + PAUSE.mul_f64(pauses))
}

#[test]
fn a_checkpoint_is_due_once_the_journal_has_grown_and_one_at_a_time() {
    let mut upkeep = upkeep();
    upkeep.wrote(99, std::iter::empty());
    assert_eq!(due_in(&upkeep, 0.0), None);
    upkeep.wrote(1, std::iter::empty());
    assert_eq!(due_in(&upkeep, 0.0), Some(Due::Checkpoint));
    upkeep.work_begins();
    assert_eq!(due_in(&upkeep, 1_000.0), None);
    upkeep.take_changed();
    upkeep.checkpoint_ended(&Ok(()));
    assert_eq!(due_in(&upkeep, 1_000.0), None);
}

#[test]
fn a_failed_checkpoint_is_tried_again_after_pauses_that_double() {
    let mut upkeep = upkeep();
    for pauses in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 64.0] {
        upkeep.work_begins();
        upkeep.checkpoint_ended(&failure());
        assert_eq!(due_in(&upkeep, pauses - 0.5), None);
        assert_eq!(due_in(&upkeep, pauses), Some(Due::Checkpoint));
    }
    upkeep.checkpoint_ended(&Ok(()));
    assert_eq!(due_in(&upkeep, 1_000.0), None);
}

#[test]
fn who_asks_has_a_checkpoint_at_once_and_is_told_of_its_outcome() {
    let mut upkeep = upkeep();
    upkeep.checkpoint_ended(&failure());
    let ((first, first_outcome), (second, second_outcome)) = (sync_channel(1), sync_channel(1));
    upkeep.want_checkpoint(first);
    assert_eq!(due_in(&upkeep, 0.0), Some(Due::Checkpoint));
    upkeep.work_begins();
    upkeep.want_checkpoint(second);
    upkeep.checkpoint_ended(&failure());
    assert_eq!(first_outcome.try_recv(), Ok(failure()));
    assert!(second_outcome.try_recv().is_err(), "asked too late for this one");
    assert_eq!(due_in(&upkeep, 0.0), Some(Due::Checkpoint));
    upkeep.work_begins();
    upkeep.checkpoint_ended(&Ok(()));
    assert_eq!(second_outcome.try_recv(), Ok(Ok(())));
}

#[test]
fn a_journal_that_failed_comes_before_everything_else() {
    let mut upkeep = upkeep();
    upkeep.wrote(100, std::iter::empty());
    upkeep.work_begins();
    upkeep.journal_failed("first".to_owned());
    upkeep.checkpoint_ended(&failure());
    assert_eq!(upkeep.why_not_writable(), Some("first"));
    assert_eq!(due_in(&upkeep, 0.0), Some(Due::Journal));
    upkeep.work_begins();
    upkeep.journal_ended(failure());
    assert_eq!(upkeep.why_not_writable(), Some("no space"));
    assert_eq!(due_in(&upkeep, 0.5), None);
    assert_eq!(due_in(&upkeep, 1.0), Some(Due::Journal));
    upkeep.work_begins();
    upkeep.journal_ended(Ok(()));
    assert_eq!(upkeep.why_not_writable(), None);
    assert_eq!(
        due_in(&upkeep, 1_000.0),
        None,
        "the new journal began with everything"
    );
}

#[test]
fn the_end_waits_for_what_is_not_kept_yet_and_for_nothing_else() {
    let mut nothing = upkeep();
    nothing.close();
    assert_eq!(due_in(&nothing, 0.0), Some(Due::End));

    let mut changed = upkeep();
    changed
        .changed
        .insert(Key::Settings(crate::domain::record::SettingsId));
    changed.work_begins();
    changed.close();
    changed.checkpoint_ended(&failure());
    assert!(!changed.is_over(), "that was not the last one");
    assert_eq!(due_in(&changed, 0.0), Some(Due::LastCheckpoint));
    changed.work_begins();
    changed.checkpoint_ended(&failure());
    assert!(changed.is_over());
}

//! Questions about the past among many writes: each write saves one sheet by itself, as people do,
//! and the sheets take turns.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use punchcard::domain::record::{Key, Record};
use punchcard::domain::version::RowVersion;
use punchcard::store::embedded::{Embedded, Options};
use punchcard::store::past::PastQuery;
use punchcard::store::{Store, StoreError};

use super::sheets;

/// Saves that share a sync.
const AT_A_TIME: u64 = 1_024;
/// How often a sheet was saved.
const SAVES: u64 = 20;

/// Writes so many saves, and prints what they and questions about them take.
pub async fn measure(folder: &Path, writes: u64) -> Result<(), StoreError> {
    let store = Embedded::open(folder, Options::default())?;
    let sheets = (writes / SAVES).max(1);
    let began = Instant::now();
    for start in (0..writes).step_by(usize::try_from(AT_A_TIME).unwrap()) {
        let numbers = start..writes.min(start + AT_A_TIME);
        let saves = numbers.map(|number| {
            let sheet = sheets::sheet(number % sheets);
            store.commit(sheets::change(number, vec![Record::Timesheet(Arc::new(sheet))]))
        });
        for saved in join_all(saves).await {
            saved?;
        }
    }
    let each = began.elapsed().as_secs_f64() * 1e6 / writes as f64;
    println!("{writes} saves of {sheets} sheets, {each:.1} us each");
    store.checkpoint()?;
    ask(&store, "all of it in the history", sheets).await?;
    store.close();
    let store = Embedded::open(folder, Options::default())?;
    for number in 0..1_000 {
        let sheet = Record::Timesheet(Arc::new(sheets::sheet(number % 10)));
        store.commit(sheets::change(writes + number, vec![sheet])).await?;
    }
    ask(&store, "the newest 1,000 in the journal", 10).await
}

async fn ask(store: &Embedded, where_they_are: &str, sheets: u64) -> Result<(), StoreError> {
    const QUESTIONS: u64 = 200;
    let view = store.view(None).await?;
    let mut times: [Vec<Duration>; 3] = Default::default();
    for question in 0..QUESTIONS {
        let key = Key::Timesheet(sheets::sheet(question * 7_919 % sheets).id);
        let query = PastQuery {
            record: Some(key),
            limit: 50,
            ..PastQuery::default()
        };
        let began = Instant::now();
        let page = view.past(&query).await?;
        times[0].push(began.elapsed());
        let middle = page.writes[page.writes.len() / 2].touched[0].version;
        let began = Instant::now();
        let was = view.record_at(key, middle).await?;
        times[1].push(began.elapsed());
        assert!(was.is_some(), "it was there");
        let began = Instant::now();
        view.changed_since(RowVersion::new(middle.value()), 50).await?;
        times[2].push(began.elapsed());
    }
    println!("  {where_they_are}:");
    let names = [
        "the history of one sheet",
        "one sheet as it was",
        "50 changes since a version",
    ];
    for (name, mut times) in names.into_iter().zip(times) {
        times.sort_unstable();
        let at = |part: usize| times[times.len() * part / 100].as_secs_f64() * 1e3;
        println!("    {name:<28} median {:.3} ms, 99 % {:.3} ms", at(50), at(99));
    }
    Ok(())
}

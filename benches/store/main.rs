//! A start of the embedded store over many sheets of 5 x 5, and the memory that each of them
//! takes, beside the least that a start must do: to read its files and check the bytes.
//!
//! `cargo bench --bench store` measures 100,000 sheets; `-- --sheets 1000000` as many as are wanted,
//! `--rounds 3` how often, `--folder DIR` where, and what is there is measured again. Every start is a
//! process of its own, so that its memory is its own. `-- --history 1000000` measures instead questions
//! about the past among so many writes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may stop and prints"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded for people")]

mod counting;
mod history;
mod sheets;

use std::error::Error;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use punchcard::domain::record::Record;
use punchcard::store::codec;
use punchcard::store::embedded::{Embedded, Options};

use counting::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting::new();

/// Sizes of allocations that are listed.
const LISTED: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--time", folder] => time(Path::new(folder)),
        ["--count", folder] => count(Path::new(folder)),
        ["--history", writes] => past(writes.parse()?),
        options => measure(options),
    }
}

fn past(writes: u64) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().build()?;
    Ok(runtime.block_on(history::measure(folder.path(), writes))?)
}

fn option<'a>(options: &[&'a str], name: &str) -> Option<&'a str> {
    let position = options.iter().position(|option| *option == name)?;
    Some(options[position + 1])
}

fn measure(options: &[&str]) -> Result<(), Box<dyn Error>> {
    let count: u64 = option(options, "--sheets").unwrap_or("100000").parse()?;
    let rounds: u64 = option(options, "--rounds").unwrap_or("3").parse()?;
    let temporary = tempfile::tempdir()?;
    let folder = option(options, "--folder").map_or(temporary.path(), Path::new);
    println!("{count} sheets of 5 x 5");
    if !folder.join("snapshot.redb").exists() {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let began = Instant::now();
        runtime.block_on(sheets::fill(folder, count))?;
        println!("  made in {:.1} s", began.elapsed().as_secs_f64());
    }
    for _ in 0..rounds {
        let (seconds, resident) = start("--time", folder)?;
        println!(
            "  start {seconds:>6.2} s, resident {:>5.0} bytes a sheet; its files read and checked {:>6.2} s",
            resident / count as f64,
            read_and_check(folder)?,
        );
    }
    let encoded = codec::to_bytes(&Record::Timesheet(Arc::new(sheets::sheet(0))))?;
    println!("  on disk {} bytes a sheet", encoded.len());
    println!("  live, by the size that was asked for:");
    let counted = output("--count", folder)?;
    let mut total = 0.0;
    for (listed, line) in counted.lines().enumerate() {
        let (size, bytes) = line.split_once(' ').unwrap_or_default();
        let bytes = bytes.parse::<f64>()? / count as f64;
        total += bytes;
        if listed < LISTED {
            println!("    {size:>8} {bytes:>8.1} bytes a sheet");
        }
    }
    println!("    {:>8} {total:>8.1} bytes a sheet", "all");
    Ok(())
}

/// Starts over a folder in a process of its own; seconds, and bytes of memory it took.
fn start(how: &str, folder: &Path) -> Result<(f64, f64), Box<dyn Error>> {
    let output = output(how, folder)?;
    let (seconds, resident) = output.trim().split_once(' ').unwrap_or_default();
    Ok((seconds.parse()?, resident.parse()?))
}

fn output(how: &str, folder: &Path) -> io::Result<String> {
    let output = Command::new(std::env::current_exe()?)
        .arg(how)
        .arg(folder)
        .output()?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}

fn time(folder: &Path) -> Result<(), Box<dyn Error>> {
    let before = resident_bytes()?;
    let began = Instant::now();
    let store = Embedded::open(folder, Options::default())?;
    let seconds = began.elapsed().as_secs_f64();
    println!("{seconds} {}", resident_bytes()?.saturating_sub(before));
    drop(store);
    Ok(())
}

fn count(folder: &Path) -> Result<(), Box<dyn Error>> {
    ALLOCATOR.begin();
    let store = Embedded::open(folder, Options::default())?;
    for live in ALLOCATOR.live() {
        let size = live.size.map_or("large".to_owned(), |size| size.to_string());
        println!("{size} {}", live.bytes);
    }
    drop(store);
    Ok(())
}

/// Resident memory of this process.
fn resident_bytes() -> io::Result<u64> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    Ok(pages.unwrap_or(0) * 4_096)
}

/// Seconds to read all files of a folder, with a checksum over their bytes.
fn read_and_check(folder: &Path) -> io::Result<f64> {
    let began = Instant::now();
    for file in std::fs::read_dir(folder)?.flatten() {
        let mut file = std::fs::File::open(file.path())?;
        let mut checksum = 0;
        let mut bytes = vec![0; 1 << 20];
        loop {
            let count = io::Read::read(&mut file, &mut bytes)?;
            if count == 0 {
                break;
            }
            checksum = crc32c::crc32c_append(checksum, &bytes[..count]);
        }
        std::hint::black_box(checksum);
    }
    Ok(began.elapsed().as_secs_f64())
}

//! A disk in memory that behaves as badly as a real one may: what is not synced can be lost in any
//! part when the power fails, a failed sync loses what it was to make durable while readers still
//! see it, and any one call can be made to fail.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use punchcard::store::embedded::storage::{Storage, StorageFile};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// When calls fail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failing {
    /// Never.
    Not,
    /// The call with this number; a write does part of its work before.
    Once(usize),
    /// The call with this number and all after it.
    From(usize),
    /// Writes beyond so many bytes in all files, as on a full disk.
    Beyond(usize),
}

/// The disk; clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Mutex<World>>);

#[derive(Debug)]
struct World {
    files: Vec<Contents>,
    /// What each name leads to, as readers see it.
    names: BTreeMap<String, usize>,
    /// The same, as it was last made durable.
    durable_names: BTreeMap<String, usize>,
    /// What was done to the names since, in order.
    pending_names: Vec<Naming>,
    failing: Failing,
    calls: usize,
    random: StdRng,
}

#[derive(Clone, Debug, Default)]
struct Contents {
    /// As readers see it.
    live: Vec<u8>,
    durable: Vec<u8>,
    /// What was done since the last sync, in order.
    pending: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Clone, Debug)]
enum Naming {
    Create(String, usize),
    Rename(String, String),
    Remove(String),
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Create(name, file) => drop(names.insert(name.clone(), *file)),
            Self::Rename(from, to) => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Remove(name) => drop(names.remove(name)),
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, written) => {
                let end = offset + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(written);
            }
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }
}

impl Disk {
    /// An empty disk; what chance decides comes from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(World {
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending_names: Vec::new(),
            failing: Failing::Not,
            calls: 0,
            random: StdRng::seed_from_u64(seed),
        })))
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap()
    }

    /// The storage on it.
    pub fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(self.clone())
    }

    /// From now on, calls fail so; they are counted anew.
    pub fn fail(&self, failing: Failing) {
        let mut world = self.world();
        world.failing = failing;
        world.calls = 0;
    }

    /// How many calls there were since the last [`fail`](Self::fail).
    pub fn calls(&self) -> usize {
        self.world().calls
    }

    /// The disk as it is after the power failed just now: of what was not synced, chance has kept
    /// any part. The disk itself goes on.
    pub fn after_power_failure(&self, seed: u64) -> Self {
        let world = self.world();
        let after = Self::new(seed);
        {
            let mut new = after.world();
            let mut names = world.durable_names.clone();
            for naming in &world.pending_names {
                if new.random.random_range(0..4) > 0 {
                    naming.apply(&mut names);
                }
            }
            for (name, file) in names {
                let contents = &world.files[file];
                let mut bytes = contents.durable.clone();
                for change in &contents.pending {
                    match new.random.random_range(0..4) {
                        0 => {}
                        1 => torn(change, &mut new.random).apply(&mut bytes),
                        _ => change.apply(&mut bytes),
                    }
                }
                let index = new.files.len();
                new.files.push(Contents {
                    live: bytes.clone(),
                    durable: bytes,
                    pending: Vec::new(),
                });
                new.names.insert(name, index);
            }
            new.durable_names = new.names.clone();
        }
        after
    }
}

/// Part of a write.
fn torn(change: &Change, random: &mut StdRng) -> Change {
    match change {
        Change::Write(offset, bytes) => {
            let from = random.random_range(0..=bytes.len());
            let to = random.random_range(from..=bytes.len());
            Change::Write(offset + from, bytes[from..to].to_vec())
        }
        Change::Length(length) => Change::Length(*length),
    }
}

impl World {
    /// Counts a call, and fails if it is to fail.
    fn call(&mut self) -> io::Result<()> {
        self.calls += 1;
        let fails = match self.failing {
            Failing::Not | Failing::Beyond(_) => false,
            Failing::Once(n) => self.calls == n,
            Failing::From(n) => self.calls >= n,
        };
        if fails {
            return Err(io::Error::other("the disk failed on purpose"));
        }
        Ok(())
    }

    fn file(&self, name: &str) -> io::Result<usize> {
        let file = self.names.get(name).copied();
        file.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, name))
    }

    fn name(&mut self, naming: Naming) {
        naming.apply(&mut self.names);
        self.pending_names.push(naming);
    }

    fn change(&mut self, file: usize, change: Change) {
        change.apply(&mut self.files[file].live);
        self.files[file].pending.push(change);
    }

    fn has_room_for(&self, bytes: usize) -> io::Result<()> {
        let used: usize = self.names.values().map(|file| self.files[*file].live.len()).sum();
        match self.failing {
            Failing::Beyond(limit) if used + bytes > limit => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }
}

impl Storage for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut world = self.world();
        world.call()?;
        Ok(world.names.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let mut world = self.world();
        world.call()?;
        let index = world.files.len();
        world.files.push(Contents::default());
        world.name(Naming::Create(name.to_owned(), index));
        Ok(Arc::new(DiskFile(self.clone(), index)))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn StorageFile>> {
        let mut world = self.world();
        world.call()?;
        let index = world.file(name)?;
        Ok(Arc::new(DiskFile(self.clone(), index)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        world.file(from)?;
        world.name(Naming::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        world.file(name)?;
        world.name(Naming::Remove(name.to_owned()));
        Ok(())
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut world = self.world();
        world.call()?;
        world.durable_names = world.names.clone();
        world.pending_names.clear();
        Ok(())
    }
}

#[derive(Debug)]
struct DiskFile(Disk, usize);

impl StorageFile for DiskFile {
    fn length(&self) -> io::Result<u64> {
        let mut world = self.0.world();
        world.call()?;
        Ok(world.files[self.1].live.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut world = self.0.world();
        world.call()?;
        let offset = usize::try_from(offset).unwrap();
        let bytes = world.files[self.1].live.get(offset..offset + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut world = self.0.world();
        let offset = usize::try_from(offset).unwrap();
        let change = Change::Write(offset, bytes.to_vec());
        let grown = (offset + bytes.len()).saturating_sub(world.files[self.1].live.len());
        if let Err(error) = world.call().and_then(|()| world.has_room_for(grown)) {
            let part = torn(&change, &mut world.random);
            world.change(self.1, part);
            return Err(error);
        }
        world.change(self.1, change);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut world = self.0.world();
        world.call()?;
        let len = usize::try_from(len).unwrap();
        let grown = len.saturating_sub(world.files[self.1].live.len());
        world.has_room_for(grown)?;
        world.change(self.1, Change::Length(len));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut world = self.0.world();
        if let Err(error) = world.call() {
            // What readers see is lost, in part, although a later sync will succeed.
            let mut random = world.random.clone();
            let contents = &mut world.files[self.1];
            for change in std::mem::take(&mut contents.pending) {
                if random.random() {
                    torn(&change, &mut random).apply(&mut contents.durable);
                }
            }
            world.random = random;
            return Err(error);
        }
        let contents = &mut world.files[self.1];
        for change in std::mem::take(&mut contents.pending) {
            change.apply(&mut contents.durable);
        }
        Ok(())
    }
}

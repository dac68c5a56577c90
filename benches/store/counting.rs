//! The server's allocator with a count of what is live, by the size that was asked for: so that
//! one sees which of the data's parts takes how much.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use mimalloc::MiMalloc;

/// Sizes below this one are counted each by itself, larger ones together.
const LARGE: usize = 2_048;

/// Counts once it is told to; until then it is mimalloc.
pub struct Counting {
    is_on: AtomicBool,
    by_size: [AtomicI64; LARGE],
    large_bytes: AtomicI64,
}

/// What is live of one size.
pub struct Live {
    /// Bytes of each allocation; `None` for all large ones.
    pub size: Option<usize>,
    /// Bytes of all of them.
    pub bytes: i64,
}

impl Counting {
    /// Does not count yet.
    pub const fn new() -> Self {
        Self {
            is_on: AtomicBool::new(false),
            by_size: [const { AtomicI64::new(0) }; LARGE],
            large_bytes: AtomicI64::new(0),
        }
    }

    /// Counts from now on.
    pub fn begin(&self) {
        self.is_on.store(true, Ordering::Relaxed);
    }

    /// What was allocated since and is not freed, the size with the most bytes first.
    pub fn live(&self) -> Vec<Live> {
        let small = self.by_size.iter().enumerate().map(|(size, count)| Live {
            size: Some(size),
            bytes: count.load(Ordering::Relaxed) * i64::try_from(size).unwrap(),
        });
        let large = Live {
            size: None,
            bytes: self.large_bytes.load(Ordering::Relaxed),
        };
        let mut live: Vec<Live> = small.chain([large]).filter(|it| it.bytes != 0).collect();
        live.sort_by_key(|it| std::cmp::Reverse(it.bytes));
        live
    }

    fn count(&self, size: usize, by: i64) {
        if !self.is_on.load(Ordering::Relaxed) {
            return;
        }
        match self.by_size.get(size) {
            Some(count) => count.fetch_add(by, Ordering::Relaxed),
            None => self
                .large_bytes
                .fetch_add(by * i64::try_from(size).unwrap_or(0), Ordering::Relaxed),
        };
    }
}

#[expect(
    unsafe_code,
    reason = "an allocator is unsafe to write; this one hands everything on"
)]
// SAFETY: every call goes to mimalloc as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size(), 1);
        unsafe { MiMalloc.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        self.count(layout.size(), 1);
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        self.count(layout.size(), -1);
        unsafe { MiMalloc.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        self.count(layout.size(), -1);
        self.count(new_size, 1);
        unsafe { MiMalloc.realloc(place, layout, new_size) }
    }
}

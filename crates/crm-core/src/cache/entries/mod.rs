//! Where a cache keeps its entries: `concurrent` with the feature `cache`, else `bounded_map`.

#[cfg(any(test, not(feature = "cache")))]
mod bounded_map;
#[cfg(feature = "cache")]
mod concurrent;

#[cfg(not(feature = "cache"))]
pub(super) use bounded_map::Entries;
#[cfg(feature = "cache")]
pub(super) use concurrent::Entries;

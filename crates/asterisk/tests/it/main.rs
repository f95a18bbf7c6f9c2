//! Calls as a PBX tells of them, against what really happened.

mod fixture;
mod host;
mod live;
mod losses;
mod manager;
mod restart;
mod together;

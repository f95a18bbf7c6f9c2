//! Calls as a PBX tells of them, against what really happened.

mod fixture;
mod host;
mod live;
mod manager;

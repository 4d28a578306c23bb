//! Finds and replays shutdown races by seed.

fn main() {}

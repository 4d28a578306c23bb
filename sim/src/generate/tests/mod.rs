//! What holds for every case of the generator.
//!
//! * `boundaries`: half of all times are those of other events
//! * `mutations`: cases like others
//! * `promises`: what is said to follow follows
//! * `same`: the same seed, the same case, to the byte
//! * `shares`: how often each kind of client and fault appears
//! * `valid`: every world would carry them out

mod boundaries;
mod mutations;
mod promises;
mod same;
mod shares;
mod valid;

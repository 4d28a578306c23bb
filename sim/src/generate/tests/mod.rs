//! What must hold for every case of the generator.
//!
//! * `boundaries`: half of all times are at moments of other events
//! * `promises`: the promise follows from the case
//! * `same`: a seed gives the same case, to the byte
//! * `shares`: how often each kind of client and fault appears
//! * `valid`: every world can run the cases and their mutations

mod boundaries;
mod promises;
mod same;
mod shares;
mod valid;

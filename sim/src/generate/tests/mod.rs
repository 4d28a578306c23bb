//! Properties of every case of the generator.
//!
//! * `boundaries`: half of all times are at moments of other events
//! * `promises`: the promise and the checks fit the case
//! * `same`: a seed gives the same case in every build, byte for byte
//! * `shares`: the frequency of each kind of client and fault
//! * `valid`: every world can run the cases and their mutations

mod boundaries;
mod promises;
mod same;
mod shares;
mod valid;

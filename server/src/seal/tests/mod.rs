//! Whole servers are closed while clients keep connecting.

mod load;
mod methods;
mod shared;

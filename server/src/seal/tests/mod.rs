//! Whole servers, closed while clients connect without end.

mod load;
mod methods;
mod shared;

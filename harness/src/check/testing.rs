//! Hand-made histories for the tests of checks.

/// The version of the meaning of a seed. Raise it with every change to the case of a seed, or to
/// the run of a case: in an engine, in the world, or in the order of records.
///
/// This constant has a file of its own, because the build script includes it.
pub const ENGINE_VERSION: u32 = 3;

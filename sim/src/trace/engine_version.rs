/// The version of what a seed means: raised by whoever changes the case that it gives or what the
/// same case gives, be it in an engine, in the world, or in the order of what is recorded.
pub const ENGINE_VERSION: u32 = 3;

/// The version of what a case means: raised by whoever changes what the same case gives, be it in
/// an engine, in the world, or in the order of what is recorded.
pub const ENGINE_VERSION: u32 = 2;

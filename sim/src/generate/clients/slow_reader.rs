use crate::generate::script::{PATIENCE_US, Script};

/// Takes its answer late, and a few bytes at a time.
pub(super) fn write(script: &mut Script<'_>) {
    let [start] = script.times();
    script.at(start);
    script.connect();
    script.work();
    let late = script.stream.magnitude(1, PATIENCE_US / 2);
    script.at(start + late);
    let bytes = script.stream.pick(&[16, 64, 256]);
    let every_ms = script.stream.between(0, u64::from(bytes) / 8);
    script.read_slowly(bytes, every_ms);
    script.end();
}

//! Tests that the benchmarks run. The measured values do not matter here.

use std::num::NonZero;
use std::process::Command;
use std::thread::available_parallelism;

/// Not among these: instructions, because their emulator is slow and often missing, and the loss on
/// a delayed network, which needs root.
const FIGURES: &str = "throughput,memory,exit,last-response,loss";

#[test]
fn bench_measures_every_figure() {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    let output = bench.args(["--quick", "--markdown", "--only", FIGURES]).output().unwrap();
    let (text, progress) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    let rows = text.lines().filter(|line| line.starts_with("| ")).count();
    if available_parallelism().is_ok_and(|cores| cores > NonZero::<usize>::MIN) {
        assert_eq!(output.status.code(), Some(0), "{text}{progress}");
        assert!(!text.contains("NOT MEASURED"), "{text}{progress}");
        assert_eq!(rows, 2 + 2 + 6 + 4 + 4 + 2, "{text}");
    } else {
        // The throughput needs a processor for the client, and the program must report that.
        assert_eq!(output.status.code(), Some(75), "{text}{progress}");
        assert!(text.contains("NOT MEASURED: requests a second"), "{text}{progress}");
        assert_eq!(rows, 2 + 1 + 6 + 4 + 4 + 2, "{text}");
    }
}

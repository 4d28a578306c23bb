//! The benchmarks still work. What they measure is nobody's concern here.

use std::num::NonZero;
use std::process::Command;
use std::thread::available_parallelism;

/// Instructions are left out: the emulator that counts them is slow, and not everywhere. So is what
/// is lost on a delayed network, which needs root.
const FIGURES: &str = "throughput,memory,exit,last-response,loss";

#[test]
fn every_figure_can_be_taken() {
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
        // Requests a second need a processor for the client, and it must say so.
        assert_eq!(output.status.code(), Some(75), "{text}{progress}");
        assert!(text.contains("NOT MEASURED: requests a second"), "{text}{progress}");
        assert_eq!(rows, 2 + 1 + 6 + 4 + 4 + 2, "{text}");
    }
}

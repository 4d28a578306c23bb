//! Requests lost in shutdowns under load, on loopback and through a delayed network.

use std::process::Command;

use crate::built::program;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        our_server_loses_nothing_on_loopback_and_on_a_delayed_network [Namespaces, Filter];
    ]
}

/// Runs the benchmark `loss --short`, whose exit code says whether our server lost anything.
fn our_server_loses_nothing_on_loopback_and_on_a_delayed_network() {
    let output = Command::new(program("loss")).arg("--short").output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for network in ["loopback", "delayed"] {
        let rows = said.lines().filter(|row| row.contains(network) && row.contains("| lastorders"));
        // One row for each way to close a listener.
        assert_eq!(rows.count(), 3, "{said}");
    }
}

use std::process::{Command, Stdio};
use std::time::Duration;

use super::Plan;
use crate::bench::client::{Client, Exchange};
use crate::bench::error::{Context, Error};
use crate::bench::policy_variant::{PolicyVariant, expect_success};
use crate::bench::table::{Row, Unit};
use crate::console::print_status;
use crate::process::{Launch, Process};

/// How long a server may take to shut down under the emulator.
const EXIT: Duration = Duration::from_secs(60);

/// Callgrind prints its count to the server's stdout, not to a file.
const CALLGRIND: &[&str] =
    &["valgrind", "--tool=callgrind", "--log-fd=1", "--callgrind-out-file=/dev/null"];

/// Instructions in user space for one `GET /` on a keep-alive connection.
///
/// Callgrind, an emulator, counts around the whole process on tokio's current-thread runtime: once
/// with few requests and once with many, one at a time on one connection. The difference cancels
/// the cost of starting, connecting and stopping.
pub(super) fn measure(plan: &Plan) -> Result<Vec<Row>, Error> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        let fix = "install valgrind, which counts the instructions";
        return Err(Error::Missing(format!("the program valgrind does not run; {fix}")));
    }
    let (few, many) = plan.instruction_requests;
    let mut row = Row::new("instructions a request", Unit::Count);
    for variant in PolicyVariant::SERVING {
        print_status(format_args!("instructions a request: {variant}"));
        let little = count(variant, few).map_err(|it| it.of(variant))?;
        let much = count(variant, many).map_err(|it| it.of(variant))?;
        let difference = much.saturating_sub(little) as f64;
        row.set(variant.kind, difference / f64::from(many - few));
    }
    Ok(vec![row])
}

fn count(variant: PolicyVariant, requests: u32) -> Result<u64, Error> {
    let launch = Launch { wrapper: CALLGRIND, ..variant.launch() };
    let server = Process::start(launch.option("--threads", 1)).to("start a server in valgrind")?;
    let mut client = Client::connect(server.address())?;
    let hello = Exchange::hello();
    for _ in 0..requests {
        client.exchange(&hello)?;
    }
    drop(client);
    server.terminate().to("send SIGTERM")?;
    let exit = expect_success(server, EXIT)?;
    collected(&exit.printed)
        .ok_or_else(|| Error::Wrong(format!("valgrind printed no count, but {:?}", exit.printed)))
}

/// The number of instructions, from callgrind's last output: `==1== Collected : 42`.
fn collected(lines: &[String]) -> Option<u64> {
    let (_, number) = lines.iter().find_map(|line| line.split_once("Collected :"))?;
    number.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callgrind_count_is_parsed() {
        let lines = ["{}", "==7== Events    : Ir", "==7== Collected : 14023518", "==7== "];
        assert_eq!(collected(&lines.map(str::to_owned)), Some(14_023_518));
        assert_eq!(collected(&["==7== Events    : Ir".to_owned()]), None);
    }
}

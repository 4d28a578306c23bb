use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// Terminals and some supervisors signal a whole process group, not one process.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "signal/group",
    title: "SIGTERM to the whole process group loses nothing",
    requirement: "A SIGTERM that every process of the server's group receives is a graceful \
                  shutdown too: the request in flight gets its 201 and its row, and the server \
                  exits within the grace period.",
    level: Level::Should,
    visibility: Visibility::Hidden,
    source: "foreman#30",
    plan,
    hint: Hint {
        cause: "A child process or a cluster worker without a SIGTERM handler dies of its own copy \
                of the signal, a shell wrapper dies before the server, or npm forwards a second \
                SIGTERM to a server whose handler is gone after the first.",
        node: "if (cluster.isWorker) process.on('SIGTERM', stop); // a worker gets SIGTERM too\n\
               spawn('helper', { detached: true });  // a group of its own; kill it after close()\n\
               // start with `node server.js`: npm and a shell are in the group as well",
        python: "subprocess.Popen(args, start_new_session=True)  # the group's signal misses it\n\
                 # a multiprocessing worker inherits the group and needs a handler of its own;\n\
                 # shell wrappers: exec python server.py",
        go: "cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a group of its own\n\
             err := srv.Shutdown(deadline)\n\
             cmd.Process.Signal(syscall.SIGTERM); cmd.Wait() // after the last request",
        java: "// helpers, where requests need them: new ProcessBuilder(\"setsid\", \"helper\")\n\
               // wrapper scripts: exec java -jar app.jar",
        rust: "let mut child = Command::new(\"helper\").process_group(0).spawn()?;\n\
               // process_group(0): a group of its own; after the last request:\n\
               child.kill().await?;",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("ledger", Level::Should);
    draft.check("exit-in-grace", Level::Should);
    draft.hold_drain();
    draft.client("held").receive().close();
    let operator = draft.operator().wait("held").signal_group();
    operator.await_draining().mark("let-go").await_exit();
}

use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// The next instance of the server needs the port.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "exit/no-residue",
    title: "nothing is left after the exit",
    requirement: "After the exit no process of the server is left and nothing listens on its port.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "npm#4603",
    plan,
    hint: Hint {
        cause: "The signalled process is not the serving process (a wrapper, a supervisor, a \
                forking server), or the server starts children and does not stop them.",
        node: "child.kill('SIGTERM'); await once(child, 'exit'); // before process.exit(0)\n\
               // start with `node server.js`, not through npm or a shell",
        python: "proc.terminate(); proc.wait(timeout=5)  # each child that you started\n\
                 # shell wrappers: exec python server.py",
        go: "cmd := exec.CommandContext(ctx, \"worker\")\n\
             cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}\n\
             cmd.Wait() // before main returns",
        java: "process.destroy();                       // each child that you started\n\
               process.waitFor(5, TimeUnit.SECONDS);",
        rust: "let child = Command::new(\"worker\").kill_on_drop(true).spawn()?; // \
              tokio::process\n\
               // and before the exit: child.kill().await?",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("no-residue", Level::Must);
    draft.hold_drain();
    draft.client("held").receive().close();
    draft.stop_when("held", 1).mark("let-go").await_exit();
}

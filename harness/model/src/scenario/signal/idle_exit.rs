use crate::check::Level;
use crate::plan::Draft;
use crate::scenario::{Hint, Scenario, Visibility};

/// The simplest shutdown.
pub(crate) const SCENARIO: Scenario = Scenario {
    id: "signal/idle-exit",
    title: "SIGTERM ends an idle server",
    requirement: "Without connections, the server exits within the grace period after SIGTERM, and \
                  promptly unless it is visibly a lame duck.",
    level: Level::Must,
    visibility: Visibility::Hidden,
    source: "uwsgi#515",
    plan,
    hint: Hint {
        cause: "SIGTERM has no effect (a shell or PID 1 does not forward it, or a handler only \
                logs), or a timer, a pool or a thread keeps the process alive.",
        node: "server.close(async () => { await pool.end(); process.exit(0); });\n\
               setInterval(report, 1000).unref(); // timers must not keep the process alive",
        python: "threading.Thread(target=work, daemon=True)  # other threads hold up the exit\n\
                 # shell wrappers: exec uvicorn ...",
        go: "signal.Notify(stop, syscall.SIGTERM)\n\
             <-stop // then Shutdown, db.Close(), and return from main; sleep for nothing",
        java: "executor.shutdown(); // threads that are no daemons keep the JVM alive\n\
               // ENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]: no shell in between",
        rust: "let mut term = signal(SignalKind::terminate())?; // ctrl_c() alone does not hear \
              SIGTERM\n\
               serve.with_graceful_shutdown(async move { term.recv().await; }).await?;",
    },
};

fn plan(draft: &mut Draft) {
    draft.check("exit-in-grace", Level::Must);
    draft.check("exit-prompt", Level::Should);
    draft.warm_up();
    draft.stop_when("warm", 1).await_exit();
}

use super::program::Place;
use crate::built::program;

const PASSED: &str = "1 passed, 0 failed, 0 skipped";
const FAILED: &str = "0 passed, 1 failed, 0 skipped";
const HEALTH: &str = "contract/health-ok";

fn sound() -> String {
    format!("{} sound", program("mutant").display())
}

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        one_that_exits_at_once [Local];
        one_that_never_listens [Local];
        one_that_listens_elsewhere [Local];
        one_whose_port_is_taken [Local];
        one_that_floods_its_output [Local];
        one_that_floods_its_output_and_fails [Local];
        one_that_ignores_sigterm_and_so_do_its_children [Local];
        one_whose_children_hide [Local];
        one_that_lets_a_daemon_answer [Local, Python];
        one_that_speaks_no_http [Local, Python];
    ]
}

fn one_that_exits_at_once() {
    let line = "echo the config is missing >&2; exit 3";
    let ran = Place::new().judge(line, HEALTH, &[]);
    ran.assert(1, FAILED, &["exited with status 3", "the config is missing"]);
}

fn one_that_never_listens() {
    let ran = Place::new().judge("sleep 1000", HEALTH, &["--ready-timeout", "500ms"]);
    ran.assert(1, FAILED, &["listened on no port within 0.5 s"]);
}

fn one_that_listens_elsewhere() {
    let line = format!("PORT=0 exec {}", sound());
    let ran = Place::new().judge(&line, HEALTH, &["--ready-timeout", "1s"]);
    ran.assert(1, FAILED, &["instead; read the port from the environment"]);
}

fn one_whose_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    let server = program("lastorders-server");
    let line = format!("PORT={port} exec {}", server.display());
    let ran = Place::new().judge(&line, HEALTH, &[]);
    ran.assert(1, FAILED, &["before it was ready", &port.to_string()]);
}

fn one_that_floods_its_output() {
    let line = format!("yes flood & exec {}", sound());
    Place::new().judge(&line, HEALTH, &[]).assert(0, PASSED, &[]);
}

fn one_that_floods_its_output_and_fails() {
    let ran = Place::new().judge("head -c 50000000 /dev/zero | tr '\\0' x; exit 1", HEALTH, &[]);
    ran.assert(1, FAILED, &["exited with status 1"]);
    assert!(ran.stdout.len() < 20_000, "{} bytes", ran.stdout.len());
}

fn one_that_ignores_sigterm_and_so_do_its_children() {
    // The shell outlives the server, and its children have sessions of their own.
    let line = format!(
        "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 1000\" & {} & wait; sleep 1000",
        sound()
    );
    let more = ["--grace", "3s"];
    let ran = Place::new().judge(&line, "signal/idle-exit", &more);
    ran.assert(1, FAILED, &["the grace of 3 s was over"]);
}

fn one_whose_children_hide() {
    // A daemon: its parent is gone, its session is its own, and its environment is empty.
    let hidden = "setsid env -i sh -c 'sleep 1000 & wait'";
    let line = format!("({hidden} &); exec {}", sound());
    let place = Place::new();
    let before = sleepers();
    place.judge(&line, HEALTH, &[]).assert(0, PASSED, &[]);
    assert_eq!(sleepers(), before, "the daemon lives");
    let ran = place.judge(&line, "exit/no-residue", &[]);
    ran.assert(1, FAILED, &["sh"]);
    assert_eq!(sleepers(), before, "the daemon lives");
}

fn one_that_lets_a_daemon_answer() {
    // What is started waits for the signal and exits 0; who answers is not told of it.
    let daemon = "setsid env -i python3 -c 'import http.server, sys\n\
        class Handler(http.server.BaseHTTPRequestHandler):\n    \
        def do_GET(self):\n        self.send_response(200)\n        self.end_headers()\n\
        http.server.HTTPServer((\"127.0.0.1\", int(sys.argv[1])), Handler).serve_forever()'";
    let line = format!("({daemon} $PORT &); exec sleep 1000");
    let ran = Place::new().judge(&line, HEALTH, &["--ready-timeout", "5s"]);
    ran.assert(1, FAILED, &["neither the server nor its child"]);
}

fn sleepers() -> usize {
    let entries = std::fs::read_dir("/proc").expect("there is /proc").flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| line.starts_with(b"sh\0-c\0sleep 1000 & wait")).count()
}

fn one_that_speaks_no_http() {
    let line = "exec python3 -c '\
        import os, socket\n\
        s = socket.create_server((\"127.0.0.1\", int(os.environ[\"PORT\"])))\n\
        while True:\n    c, _ = s.accept(); c.sendall(b\"\\x1b[31mhello\" * 99); c.close()'";
    let ran = Place::new().judge(line, HEALTH, &["--ready-timeout", "1s"]);
    ran.assert(1, FAILED, &["/health was not answered 200"]);
    assert!(!ran.stdout.contains('\u{1b}'), "a server's escape sequence reached the terminal");
}

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
        server_that_exits_at_once_fails_with_its_output [Local];
        server_that_never_listens_fails_after_the_ready_timeout [Local];
        server_that_listens_elsewhere_fails_with_a_hint_at_the_port [Local];
        server_whose_port_is_taken_fails_before_it_is_ready [Local];
        server_that_floods_its_output_passes [Local];
        server_that_floods_its_output_and_exits_gets_a_short_report [Local];
        server_and_children_that_ignore_sigterm_fail_and_are_killed [Local];
        daemon_of_a_server_is_killed_and_reported [Local];
        daemon_that_answers_in_place_of_its_server_fails_the_server [Local, Python];
        server_that_speaks_no_http_fails_without_escapes_in_the_report [Local, Python];
    ]
}

fn server_that_exits_at_once_fails_with_its_output() {
    let line = "echo the config is missing >&2; exit 3";
    let ran = Place::new().judge(line, HEALTH, &[]);
    ran.assert(1, FAILED, &["exited with status 3", "the config is missing"]);
}

fn server_that_never_listens_fails_after_the_ready_timeout() {
    let ran = Place::new().judge("sleep 1000", HEALTH, &["--ready-timeout", "500ms"]);
    ran.assert(1, FAILED, &["listened on no port within 0.5 s"]);
}

fn server_that_listens_elsewhere_fails_with_a_hint_at_the_port() {
    let line = format!("PORT=0 exec {}", sound());
    let ran = Place::new().judge(&line, HEALTH, &["--ready-timeout", "1s"]);
    ran.assert(1, FAILED, &["instead; read the port from the environment"]);
}

fn server_whose_port_is_taken_fails_before_it_is_ready() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("bound").port();
    let server = program("lastorders-server");
    let line = format!("PORT={port} exec {}", server.display());
    let ran = Place::new().judge(&line, HEALTH, &[]);
    ran.assert(1, FAILED, &["before it was ready", &port.to_string()]);
}

fn server_that_floods_its_output_passes() {
    let line = format!("yes flood & exec {}", sound());
    Place::new().judge(&line, HEALTH, &[]).assert(0, PASSED, &[]);
}

fn server_that_floods_its_output_and_exits_gets_a_short_report() {
    let ran = Place::new().judge("head -c 50000000 /dev/zero | tr '\\0' x; exit 1", HEALTH, &[]);
    ran.assert(1, FAILED, &["exited with status 1"]);
    assert!(ran.stdout.len() < 20_000, "{} bytes", ran.stdout.len());
}

fn server_and_children_that_ignore_sigterm_fail_and_are_killed() {
    // The shell outlives the server, and its children have their own sessions.
    let line = format!(
        "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 1000\" & {} & wait; sleep 1000",
        sound()
    );
    let more = ["--grace", "3s"];
    let ran = Place::new().judge(&line, "signal/idle-exit", &more);
    ran.assert(1, FAILED, &["the grace of 3 s was over"]);
}

fn daemon_of_a_server_is_killed_and_reported() {
    // A daemon: its parent has ended, and it has its own session and an empty environment.
    let hidden = "setsid env -i sh -c 'sleep 1000 & wait'";
    let line = format!("({hidden} &); exec {}", sound());
    let place = Place::new();
    let before = sleepers();
    place.judge(&line, HEALTH, &[]).assert(0, PASSED, &[]);
    assert_eq!(sleepers(), before, "the daemon still runs");
    let ran = place.judge(&line, "exit/no-residue", &[]);
    ran.assert(1, FAILED, &["sh"]);
    assert_eq!(sleepers(), before, "the daemon still runs");
}

fn daemon_that_answers_in_place_of_its_server_fails_the_server() {
    // The started process waits for the signal and exits 0. The daemon that answers gets no signal.
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

fn server_that_speaks_no_http_fails_without_escapes_in_the_report() {
    let line = "exec python3 -c '\
        import os, socket\n\
        s = socket.create_server((\"127.0.0.1\", int(os.environ[\"PORT\"])))\n\
        while True:\n    c, _ = s.accept(); c.sendall(b\"\\x1b[31mhello\" * 99); c.close()'";
    let ran = Place::new().judge(line, HEALTH, &["--ready-timeout", "1s"]);
    ran.assert(1, FAILED, &["/health was not answered 200"]);
    assert!(!ran.stdout.contains('\u{1b}'), "a server's escape sequence reached the terminal");
}
